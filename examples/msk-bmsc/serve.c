/* SPDX-License-Identifier: MIT */
/* Requests, datagrams, and what is due. */
#include <string.h>

#include "host.h"

#define PUT_OFF 60000   /* ms, for a record that fails */
#define REST 5000       /* ms, when the database takes nothing */
#define REST_BUSY 200   /* when another process has it */
#define DATAGRAMS_MS 20 /* of a turn of the loop, for datagrams */
#define STRANGERS_MS 4  /* and of these for those from anywhere */

/* --- what the library asks ----------------------------------------------- */

static enum msk_permission
authorise(void *user, const struct msk_subscriber *subscriber,
          const struct msk_group_id *group)
{
    struct host *h = user;

    (void)subscriber; /* h->row is its row */
    switch (database_group(&h->database, group->domain, group->group,
                           &h->found_row)) {
    case DATABASE_OK:
        return records_allow(h) ? MSK_PERMISSION_GRANTED
                                : MSK_PERMISSION_REFUSED;
    case DATABASE_NONE: return MSK_PERMISSION_REFUSED;
    case DATABASE_CONFLICT:
    case DATABASE_FAILED: break;
    }
    return MSK_PERMISSION_NOT_NOW;
}

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    struct host *h = user;
    struct msk_bytes packed = { h->found_row.packed, 0 };

    if (database_group(&h->database, group->domain, group->group,
                       &h->found_row) != DATABASE_OK)
        return NULL;
    packed.n = h->found_row.n;
    return msk_key_group_unpack(&h->found, packed) == MSK_OK ? &h->found : NULL;
}

static size_t
service_groups(void *user, struct msk_bytes service, struct msk_group_id *ids,
               size_t cap)
{
    struct host *h = user;
    uint8_t domain[3] = { 0, 0, 0 };
    uint16_t after = 0;
    size_t n = 0;

    if (!records_has_service(h->row.services, service))
        return 0;
    while (database_each_group(&h->database, domain, after, &h->found_row) ==
           DATABASE_OK) {
        memcpy(domain, h->found_row.domain, 3);
        after = h->found_row.group;
        if (!records_has_service(h->found_row.services, service))
            continue;
        if (n < cap) {
            memcpy(ids[n].domain, domain, 3);
            ids[n].group = after;
        }
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
    const struct msk_http_request *http;
    struct address peer;
};

static int
call_http(struct host *h, const void *arg, msk_time now)
{
    const struct request *r = arg;

    return msk_bmsc_answer(h->bmsc, h, &h->subscriber, r->http,
                           address_view(&r->peer), now, h->outbox);
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

/* Where the UE takes pushes: as configured, else where it asks from. */
static void
find_peer(const struct host *h, struct msk_bytes from, bool known,
          struct address *out)
{
    out->n = from.n <= sizeof out->octets ? from.n : 0;
    memcpy(out->octets, from.p, out->n);
    address_set_port(out, MSK_MBMS_PORT);
    if (known && h->row.address.n > 0)
        *out = h->row.address;
}

static bool
serve_request(void *host, const struct msk_http_request *request,
              struct msk_bytes peer, const struct msk_http_response **response,
              void **then)
{
    struct host *h = host;
    struct request r = { .http = request };
    uint64_t failures = h->database.failures;
    uint8_t btid[MSK_BTID_MAX];
    size_t n = 0;
    bool known;
    int err;

    tell_request(h, request, peer);
    known = msk_digest_server_btid(request, btid, sizeof btid, &n) == MSK_OK &&
            database_by_btid(&h->database, (struct msk_bytes){ btid, n },
                             &h->row) == DATABASE_OK;
    if (h->database.failures != failures)
        return false; /* not known who it is */
    find_peer(h, peer, known, &r.peer);
    h->answers = true;
    if (known) {
        err = records_run(h, call_http, &r);
    } else {
        records_pretend(h);
        err = msk_bmsc_answer(h->bmsc, h, NULL, request, address_view(&r.peer),
                              event_unix(), h->outbox);
        if (err == MSK_OK)
            effects_run(h);
    }
    h->answers = false;
    *then = effects_letters(h);
    effects_refused(h, "request", err);
    *response = &h->response;
    return err == MSK_OK;
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

/* --- MIKEY --------------------------------------------------------------- */

static int
call_ack(struct host *h, const void *arg, msk_time now)
{
    return msk_bmsc_take_ack(h->bmsc, h, &h->subscriber,
                             *(const struct msk_bytes *)arg, now, h->outbox);
}

static int
take_ack(struct host *h, struct msk_bytes message)
{
    struct msk_bytes btid;
    int err = msk_bmsc_ack_btid(h->bmsc, message, &btid);

    if (err == MSK_OK && !records_find(h, btid))
        err = MSK_ERR_NO_MUK;
    return err == MSK_OK ? records_run(h, call_ack, &message) : err;
}

void
serve_datagrams(struct host *h)
{
    uint8_t buf[MSK_MIKEY_MAX + 1];
    msk_time began = event_monotonic(), now = began;
    struct msk_bytes message;
    struct address from;

    /* Others can send faster than we can look: what comes from where nothing
     * was sent has a part of the time, and all of it ends by the clock. */
    for (; now - began < DATAGRAMS_MS; now = event_monotonic()) {
        if (!udp_receive(h->udp, buf, MSK_MIKEY_MAX, &message, &from))
            return;
        h->stats.datagrams++;
        if (now - began >= STRANGERS_MS &&
            !peers_has(&h->peers, address_view(&from), now)) {
            h->stats.unread++;
            continue;
        }
        capture_udp(&h->capture, address_view(&from), address_view(&h->mikey),
                    message);
        effects_refused(h, "datagram", take_ack(h, message));
    }
}

/* --- time ---------------------------------------------------------------- */

int
serve_timer(struct host *h, const void *arg, msk_time now)
{
    (void)arg;
    return msk_bmsc_timer(h->bmsc, h, &h->subscriber, now, h->outbox);
}

/* A record that fails is put off, so that it does not hold up the others.
 * False: not even that can be written. */
static bool
put_off(struct host *h, msk_time until)
{
    struct msk_bytes id = { h->row.id, h->row.id_n };
    uint8_t copy[MSK_SUBSCRIBER_ID_MAX];

    memcpy(copy, id.p, id.n);
    id.p = copy;
    if (database_by_id(&h->database, id, &h->row) != DATABASE_OK)
        return false;
    h->row.due = until;
    return database_save(&h->database, &h->row) == DATABASE_OK;
}

void
serve_due(struct host *h)
{
    msk_time now = event_unix();
    int err;

    while (event_monotonic() >= h->rests_until &&
           database_due(&h->database, now, &h->row) == DATABASE_OK) {
        err = records_run(h, serve_timer, NULL);
        effects_refused(h, "timer", err);
        if (err != MSK_OK && !put_off(h, now + PUT_OFF))
            h->rests_until =
                event_monotonic() + (h->database.busy ? REST_BUSY : REST);
    }
}
