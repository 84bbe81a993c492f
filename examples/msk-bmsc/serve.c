/* SPDX-License-Identifier: MIT */
/* Requests, and what is due. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "services.h"

/* Requests that wait for their record, or for its commit: as many as keep the
 * store at work, and no more than it does in a short time. Beyond that the
 * newest are refused at once. Who comes without credentials would come again
 * with them: they are refused from half of it on, so that those who were let
 * in, or were here before, are served first. Who has no nonce of ours was not
 * here: anybody can make up a name. */
#define ASKS_MAX (4 * (size_t)ROUND_ASKED_MAX)

/* --- what the library asks ----------------------------------------------- */

static enum msk_permission
authorise(void *user, const struct msk_subscriber *subscriber,
          const struct msk_group_id *id)
{
    struct host *h = user;
    const struct group *group = groups_find(&h->groups, id);

    (void)subscriber; /* h->at_hand has its row */
    if (group != NULL)
        return services_meet(h->at_hand->row->services, group->row.services)
                   ? MSK_PERMISSION_GRANTED
                   : MSK_PERMISSION_REFUSED;
    return h->groups.lacks || h->groups.failed ? MSK_PERMISSION_NOT_NOW
                                               : MSK_PERMISSION_REFUSED;
}

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *id)
{
    struct host *h = user;
    const struct group *group = groups_find(&h->groups, id);

    return group != NULL ? &group->keys : NULL;
}

static size_t
service_groups(void *user, struct msk_bytes service, struct msk_group_id *ids,
               size_t cap)
{
    struct host *h = user;
    const struct group *group;
    size_t at = 0, n = 0;

    if (!services_have(h->at_hand->row->services, service))
        return 0;
    while ((group = groups_next(&h->groups, &at)) != NULL) {
        if (!services_have(group->row.services, service))
            continue;
        if (n < cap)
            ids[n] = group->row.id;
        n++; /* more than there is room for are none */
    }
    return n;
}

const struct msk_bmsc_config serve_functions = {
    .size = sizeof serve_functions,
    .authorise = authorise,
    .find_group = find_group,
    .service_groups = service_groups,
};

/* --- HTTP ---------------------------------------------------------------- */

struct request {
    struct work work;
    struct exchange *exchange;
    const struct msk_http_request *http;
    struct address peer;
    uint8_t btid[MSK_BTID_MAX];
    bool asks, asked; /* a BSF, instead of an answer; it was */
};

/* An old B-TID is good for an acknowledgement, and for no request. */
static bool
is_current(const struct work *work)
{
    return work->row->btid_n == work->key.n &&
           memcmp(work->row->btid, work->key.p, work->key.n) == 0;
}

/* Where the UE takes pushes: as configured, else where it asks from. */
static struct address
peer_of(const struct request *r, bool known)
{
    const struct records_subscriber *row = r->work.row;
    struct address peer = r->peer;

    address_set_port(&peer, MSK_MBMS_PORT);
    if (known && row->address_n > 0) {
        memcpy(peer.octets, row->address, row->address_n);
        peer.n = row->address_n;
    }
    return peer;
}

static int
call_http(struct host *h, struct work *work, struct msk_subscriber *subscriber,
          msk_time now)
{
    struct request *r = work->user;
    bool known = subscriber != NULL && is_current(work);
    struct address peer = peer_of(r, known);

    r->asks =
        subscriber == NULL && !r->asked && bsf_may_know(h->bsf, work->key);
    if (r->asks)
        return MSK_OK;
    return msk_bmsc_answer(h->bmsc, h, known ? subscriber : NULL, r->http,
                           address_view(&peer), now, h->outbox);
}

/* TS 33.246 table G.2.4-1: no answer over Zn, in whose place Nbsp_GBA is. */
void
serve_asked(struct host *h, struct work *work, bool failed)
{
    static const struct msk_http_response no_answer = { .size =
                                                            sizeof no_answer,
                                                        .status = 504 };
    struct request *r = work->user;

    r->asked = true;
    if (!failed) {
        h->asks++;
        rounds_add(h, work);
        return;
    }
    http_answer(h->http, r->exchange, &no_answer, false, NULL);
    free(r);
}

static void
end_http(struct host *h, struct work *work)
{
    struct request *r = work->user;
    bool asks = r->asks && !work->late && work->err == MSK_OK;
    struct effects effects = work->effects;
    const struct answer *answer = effects.answer;

    h->asks -= work->by == WORK_BTID ? 1 : 0;
    if (asks && bsf_ask(h->bsf, work))
        return;
    http_answer(h->http, r->exchange, answer != NULL ? &answer->response : NULL,
                work->late || asks, effects.first);
    effects.first = effects.last = NULL;
    effects_drop(&effects);
    free(r);
}

static void
tell_request(struct host *h, const struct msk_http_request *request,
             struct msk_bytes peer)
{
    json_t *event = event_new_limited(&h->log, &h->strangers, "http_request");

    event_text(event, "method", request->method);
    event_text(event, "target", request->target);
    event_address(event, "from", peer);
    event_text(event, "body", request->body);
    event_tell(&h->log, event);
    h->stats.requests++;
}

static struct request *
make_request(const struct msk_http_request *request, struct msk_bytes peer,
             struct exchange *exchange)
{
    struct request *r = calloc(1, sizeof *r);
    size_t n = 0;

    if (r == NULL || peer.n > sizeof r->peer.octets) {
        free(r);
        return NULL;
    }
    r->exchange = exchange;
    r->http = request;
    r->peer.n = peer.n;
    memcpy(r->peer.octets, peer.p, peer.n);
    r->work = (struct work){ .call = call_http,
                             .done = end_http,
                             .what = "request",
                             .user = r,
                             .by = WORK_NOBODY,
                             .answers = true };
    if (msk_digest_server_btid(request, r->btid, sizeof r->btid, &n) == MSK_OK)
        r->work.by = WORK_BTID;
    r->work.key = (struct msk_bytes){ r->btid, n };
    return r;
}

/* Are its credentials over a nonce that is ours, and not too old? Without a
 * record nothing else can be asked; a right nonce then is a wrong response. */
static bool
was_here(const struct host *h, const struct msk_http_request *request)
{
    struct msk_auth_context context;
    enum msk_auth auth;

    return msk_digest_server_check(&h->digest, NULL, request, event_unix(),
                                   NULL, &auth, &context) == MSK_OK &&
           auth == MSK_AUTH_WRONG;
}

static bool
has_room(const struct host *h, const struct msk_http_request *request,
         bool named)
{
    return h->asks < ASKS_MAX / 2 ||
           (named && h->asks < ASKS_MAX && was_here(h, request));
}

static bool
serve_request(void *host, const struct msk_http_request *request,
              struct msk_bytes peer, struct exchange *exchange)
{
    struct host *h = host;
    struct request *r = make_request(request, peer, exchange);
    bool named = r != NULL && r->work.by == WORK_BTID;

    if (r == NULL || !has_room(h, request, named)) {
        free(r);
        return false;
    }
    tell_request(h, request, peer);
    h->asks += named ? 1 : 0;
    rounds_add(h, &r->work);
    return true;
}

/* TS 33.246 6.3.2.2.1: the 200 first, and then what was asked for. */
static void
answered(void *host, void *then)
{
    effects_post(host, then);
}

static void
turned_away(void *host, const struct address *peer, int status)
{
    struct host *h = host;
    json_t *event = event_new_limited(&h->log, &h->strangers, "turned_away");

    event_number(event, "status", status);
    event_address(event, "from", address_view(peer));
    event_tell(&h->log, event);
}

const struct http_handlers serve_handlers = { .request = serve_request,
                                              .answered = answered,
                                              .refused = turned_away };

/* --- time ---------------------------------------------------------------- */

int
serve_timer(struct host *h, struct work *work,
            struct msk_subscriber *subscriber, msk_time now)
{
    (void)work;
    return msk_bmsc_timer(h->bmsc, h, subscriber, now, h->outbox);
}
