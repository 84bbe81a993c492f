/* SPDX-License-Identifier: MIT */
/* Ub, TS 24.109 4: a UE is challenged, and answers. */
#include <string.h>

#include "../gba/moment.h"
#include "../provider.h"
#include "host.h"

/* An open challenge is given again for so long: who asks in the name of
 * somebody else takes nothing from them, and uses no number up. */
#define CHALLENGE_LIFE 60000

/* One request. */
struct ask {
    struct host *host;
    const struct msk_http_request *request;
    struct msk_bytes peer;
    struct answer *answer;
    struct msk_ub_claim claim;
    struct subscriber subscriber;
    msk_time now;
};

static struct msk_bytes
fqdn(const struct ask *ask)
{
    return msk_text(ask->host->options.fqdn);
}

static json_t *
begin_event(struct ask *ask, const char *name)
{
    struct host *h = ask->host;
    json_t *event = event_new_limited(&h->log, &h->strangers, name);
    struct msk_bytes impi = { ask->claim.impi, ask->claim.impi_len };

    event_address(event, "from", ask->peer);
    event_text(event, "impi", impi);
    return event;
}

static void
refuse(struct ask *ask, int status, const char *reason)
{
    json_t *event = begin_event(ask, "refused");

    event_number(event, "status", status);
    event_word(event, "reason", reason);
    event_tell(&ask->host->log, event);
    answer_status(ask->answer, status);
}

/* The medium, the provider or the source of randomness failed. */
static void
fail(struct ask *ask, int err)
{
    refuse(ask, 503, msk_err_text(err));
}

/* --- challenges ----------------------------------------------------------- */

static bool
is_open(const struct ask *ask)
{
    msk_time asked = ask->subscriber.asked;

    return asked != 0 && asked <= ask->now && ask->now - asked < CHALLENGE_LIFE;
}

/* A new one, of the next number; it is kept before anybody sees it. */
static int
make_challenge(struct ask *ask)
{
    struct subscriber *s = &ask->subscriber;
    uint8_t rand[MSK_AKA_RAND_LEN];
    int err;

    if (!host_fill(rand, sizeof rand))
        return MSK_ERR_RANDOM;
    s->sqn = auc_next(s->sqn);
    s->asked = ask->now;
    err = auc_vector(&s->subscription, rand, s->sqn, &s->vector);
    return err == MSK_OK ? records_challenged(&ask->host->records, s) : err;
}

static void
challenge(struct ask *ask)
{
    struct answer *a = ask->answer;
    int err = is_open(ask) ? MSK_OK : make_challenge(ask);
    struct msk_bytes value = { a->challenge, 0 };

    if (err == MSK_OK)
        err = msk_ub_server_challenge(
            fqdn(ask), &ask->subscriber.vector.challenge, a->challenge,
            sizeof a->challenge, &value.n);
    if (err != MSK_OK) {
        fail(ask, err);
        return;
    }
    event_tell(&ask->host->log, begin_event(ask, "challenged"));
    answer_status(a, 401);
    answer_header(a, "WWW-Authenticate", value);
    answer_header(a, "Cache-Control", msk_text("no-store"));
}

/* --- answers of a UE ------------------------------------------------------ */

static int
check(struct ask *ask, struct msk_bytes xres, struct msk_auth_context *context)
{
    if (!is_open(ask))
        return MSK_ERR_DIGEST;
    return msk_ub_server_check(host_crypto(), fqdn(ask), ask->request,
                               &ask->subscriber.vector.challenge, xres,
                               context);
}

/* RFC 3310 3.4. The request itself proves nothing: its MAC does. */
static void
resynchronise(struct ask *ask)
{
    struct subscriber *s = &ask->subscriber;
    struct msk_auth_context context;
    uint64_t sqn;
    int err = check(ask, (struct msk_bytes){ NULL, 0 }, &context);

    if (err == MSK_OK)
        err = auc_resynchronise(&s->subscription, s->vector.challenge.rand,
                                ask->claim.auts, &sqn);
    if (err == MSK_ERR_CRYPTO) {
        fail(ask, err);
        return;
    }
    if (err == MSK_OK) {
        event_tell(&ask->host->log, begin_event(ask, "resynchronised"));
        s->sqn = sqn;
        s->asked = 0; /* another challenge, above that number */
    }
    challenge(ask);
}

static int
bootstrap(struct ask *ask, struct msk_ub_info *info)
{
    struct subscriber *s = &ask->subscriber;
    const struct options *o = &ask->host->options;
    struct msk_bytes btid;
    msk_time created;
    char until[MOMENT_TEXT];
    json_t *event;
    int err = msk_ub_btid(&s->vector.challenge, fqdn(ask), info);

    info->expires = (ask->now / 1000 + o->lifetime) * 1000;
    if (err == MSK_OK)
        err = records_bootstrapped(&ask->host->records, s, info, ask->now,
                                   &created);
    if (err != MSK_OK)
        return err;
    btid = (struct msk_bytes){ info->btid, info->btid_len };
    moment_write(info->expires, until);
    event = begin_event(ask, "bootstrapped");
    event_text(event, "btid", btid);
    event_word(event, "lifetime", until);
    event_secret(&ask->host->log, event, "ks",
                 (struct msk_bytes){ s->vector.ks, sizeof s->vector.ks });
    event_tell(&ask->host->log, event);
    return MSK_OK;
}

/* TS 24.109 A.4, step 5. */
static int
write_info(struct ask *ask, const struct msk_ub_info *info,
           struct msk_bytes xres, const struct msk_auth_context *context)
{
    struct answer *a = ask->answer;
    struct msk_bytes value = { a->challenge, 0 }, body = { a->body, 0 };
    int err = msk_ub_info_write(info, a->body, sizeof a->body, &body.n);

    if (err == MSK_OK)
        err =
            msk_ub_server_info(host_crypto(), xres, &ask->claim, context, body,
                               a->challenge, sizeof a->challenge, &value.n);
    if (err != MSK_OK)
        return err;
    answer_status(a, 200);
    answer_header(a, "Authentication-Info", value);
    answer_header(a, "Cache-Control", msk_text("no-store"));
    answer_header(a, "Content-Type", msk_ub_media_type());
    a->response.body = body;
    return MSK_OK;
}

static void
take_answer(struct ask *ask)
{
    const struct vector *v = &ask->subscriber.vector;
    struct msk_bytes xres = { v->xres, sizeof v->xres };
    struct msk_auth_context context;
    struct msk_ub_info info;
    int err = check(ask, xres, &context);

    if (err == MSK_ERR_DIGEST) { /* wrong, or too late */
        challenge(ask);
        return;
    }
    if (err == MSK_ERR_VALUE) {
        refuse(ask, 400, "malformed");
        return;
    }
    if (err == MSK_OK)
        err = bootstrap(ask, &info);
    if (err == MSK_OK)
        err = write_info(ask, &info, xres, &context);
    if (err != MSK_OK)
        fail(ask, err);
}

/* --- requests ------------------------------------------------------------- */

static bool
is_text(struct msk_bytes a, const char *b)
{
    return a.n == strlen(b) && memcmp(a.p, b, a.n) == 0;
}

static void
serve(struct ask *ask)
{
    struct msk_bytes impi = { ask->claim.impi, ask->claim.impi_len };
    int err = records_subscriber(&ask->host->records, impi, &ask->subscriber);

    if (err == MSK_ERR_MISSING)
        refuse(ask, 403, "unknown");
    else if (err != MSK_OK)
        fail(ask, err);
    else if (!ask->claim.answers)
        challenge(ask);
    else if (ask->claim.has_auts)
        resynchronise(ask);
    else
        take_answer(ask);
}

void
ub_answer(void *user, const struct msk_http_request *request,
          struct msk_bytes peer, struct answer *answer)
{
    struct ask ask = { .host = user,
                       .request = request,
                       .peer = peer,
                       .answer = answer,
                       .now = event_unix() };
    int err;

    if (!is_text(request->target, "/")) {
        refuse(&ask, 404, "another path");
        return;
    }
    if (!is_text(request->method, "GET")) {
        refuse(&ask, 405, "another method");
        answer_header(answer, "Allow", msk_text("GET"));
        return;
    }
    err = msk_ub_server_read(request, &ask.claim);
    if (err == MSK_OK)
        serve(&ask);
    else if (err == MSK_ERR_MISSING)
        refuse(&ask, 401, "nobody");
    else
        refuse(&ask, 400, "malformed");
    msk_wipe(&ask, sizeof ask);
}
