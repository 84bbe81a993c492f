/* SPDX-License-Identifier: MIT */
#include "gba.h"

#include <string.h>

#include "../gba/moment.h"
#include "session.h"

#define PAUSE 5000       /* ms from one run to the next */
#define PAUSE_MAX 300000 /* after failures, each of which doubles it */
#define AHEAD 3600000    /* keys are renewed so long before they end, */
#define AHEAD_PART 10    /* or in the last part of their life */

bool
gba_open(struct host *h)
{
    struct gba *g = &h->gba;
    struct options *o = &h->options;

    g->usim.medium.fd = -1;
    g->renew = MSK_NEVER;
    if (o->usim == NULL && !o->uicc)
        return true;
    if (h->card.used)
        g->face = card_face(h);
    else if (usim_open(&g->usim, o->usim))
        g->face = usim_face(&g->usim);
    else
        return false;
    o->impi = g->face.impi;
    g->used = true;
    return true;
}

bool
gba_start(struct host *h)
{
    struct http_client *http = &h->gba.http;

    http->server = &h->options.bsf;
    http->cacert = h->options.cacert;
    http->timeout = (long)h->options.timeout;
    return !h->gba.used || http_join(http, &h->http);
}

void
gba_end(struct host *h)
{
    if (h->gba.http.easy != NULL)
        http_end(&h->gba.http);
    if (h->gba.usim.medium.fd >= 0)
        usim_close(&h->gba.usim);
    bootstrap_wipe(&h->gba.run);
}

bool
gba_need(struct host *h)
{
    h->gba.needed = h->gba.used;
    return h->gba.used;
}

/* --- the end of a run ----------------------------------------------------- */

/* When keys that end then are renewed. */
static void
plan_renewal(struct gba *g, msk_time expires)
{
    msk_time now = event_unix(), life;

    g->renew = MSK_NEVER;
    if (expires > now) { /* else one of the clocks is wrong */
        life = (expires - now) / AHEAD_PART;
        g->renew = expires - (life < AHEAD ? life : AHEAD);
    }
}

/* How long nothing begins, and when something does by itself. */
static void
plan(struct gba *g)
{
    msk_time pause = PAUSE;

    for (unsigned i = 0; i < g->failures && pause < PAUSE_MAX; i++)
        pause *= 2;
    g->next = event_monotonic() + (pause < PAUSE_MAX ? pause : PAUSE_MAX);
    if (g->failures == 0)
        plan_renewal(g, g->run.info.expires);
}

static void
tell_failed(struct host *h)
{
    const struct bootstrap *run = &h->gba.run;
    json_t *event = event_new(&h->log, "bootstrap_failed");
    const char *text;

    event_word(event, "why", bootstrap_word(run->state));
    event_word(event, "reason", bootstrap_text(run->state));
    if (run->state == BOOTSTRAP_STATUS)
        event_number(event, "status", run->status);
    if (run->state == BOOTSTRAP_NO_ANSWER)
        event_word(event, "http", http_why(&h->gba.http, &text));
    if (run->err != MSK_OK)
        event_word(event, "error", msk_err_text(run->err));
    if (run->err == MSK_ERR_CARD)
        event_word(event, "card", h->card.why);
    event_tell(&h->log, event);
}

static void
tell_done(struct host *h, uint64_t age)
{
    const struct bootstrap *run = &h->gba.run;
    json_t *event = event_new(&h->log, "bootstrapped");
    char until[MOMENT_TEXT];

    moment_write(run->info.expires, until);
    event_text(event, "btid", msk_text(h->gba.btid));
    event_word(event, "lifetime", until);
    event_number(event, "age", (json_int_t)age);
    if (run->resynchronised)
        event_word(event, "resynchronised", "yes");
    if (!run->ks_stays)
        event_secret(&h->log, event, "ks",
                     (struct msk_bytes){ run->ks, sizeof run->ks });
    event_tell(&h->log, event);
}

static void
name_keys(struct host *h, const struct msk_ub_info *info)
{
    struct gba *g = &h->gba;

    memcpy(g->btid, info->btid, info->btid_len);
    g->btid[info->btid_len] = '\0';
    h->options.btid = g->btid;
}

/* Ks stays in the options, where the keys of each server come from; or on the
 * card, which has just made those of this one. */
static void
take_keys(struct host *h)
{
    struct gba *g = &h->gba;
    struct options *o = &h->options;
    struct secrecy_keys keys;
    uint64_t age = g->run.age != 0 ? g->run.age : event_unix();
    int err = MSK_OK;

    name_keys(h, &g->run.info);
    memcpy(o->ks, g->run.ks, sizeof o->ks);
    memcpy(o->rand, g->run.rand, sizeof o->rand);
    o->has_ks = o->has_rand = true;
    o->age = session_next_age(h, age);
    if (g->run.ks_stays)
        card_keys(h, &keys);
    else
        err = session_derive(h, &keys);
    if (err == MSK_OK)
        err = session_set_keys(h, o->btid, &keys, o->age);
    tell_done(h, o->age);
    hooks_tell(h, "bootstrap", err);
    msk_wipe(&keys, sizeof keys);
}

static void
finish(struct host *h)
{
    struct gba *g = &h->gba;
    bool done = g->run.state == BOOTSTRAP_DONE;

    g->runs = false;
    g->failures = done ? 0 : g->failures + 1;
    plan(g);
    if (done) {
        g->needed = false;
        take_keys(h);
    } else {
        tell_failed(h);
    }
    bootstrap_wipe(&g->run);
}

/* --- a run ---------------------------------------------------------------- */

static void
go_on(struct host *h, enum bootstrap_state state)
{
    struct gba *g = &h->gba;

    if (state == BOOTSTRAP_SEND)
        http_send(&g->http, &g->run.request);
    else if (state == BOOTSTRAP_DONE && g->run.ks_stays)
        g->keeps = true;
    else if (state != BOOTSTRAP_ASK)
        finish(h);
}

/* The keys are made when the card is there; one that was pulled out has to do
 * it when it is back. */
static void
take_made(struct host *h, int err)
{
    struct gba *g = &h->gba;

    if (err == MSK_ERR_CARD && card_away(h))
        return;
    g->keeps = false;
    if (err != MSK_OK) {
        g->run.state = BOOTSTRAP_USIM;
        g->run.err = err;
    }
    finish(h);
}

/* TS 33.246 6.1: from Ks, if the card still has it; else there is a new one. */
static void
take_made_again(struct host *h, int err)
{
    struct gba *g = &h->gba;
    json_t *event;

    g->makes = false;
    if (err == MSK_ERR_CARD && card_away(h))
        return;
    g->again = false;
    if (err != MSK_OK) {
        (void)gba_need(h);
        return;
    }
    event = event_new(&h->log, "card");
    event_word(event, "state", "keys");
    event_word(event, "reason", "it had lost them, and has made them again");
    event_tell(&h->log, event);
}

bool
gba_make_again(struct host *h)
{
    if (!h->card.keeps || msk_mgvf_uicc_status(h->mgvf) != UICC_NOT_NOW)
        return false;
    h->gba.again = true;
    return true;
}

bool
gba_makes(const struct host *h)
{
    return h->gba.again;
}

void
gba_answered(struct host *h, int err)
{
    struct gba *g = &h->gba;

    if (g->makes)
        take_made_again(h, err);
    else if (g->keeps)
        take_made(h, err);
    else
        go_on(h, bootstrap_answered(&g->run, err));
}

void
gba_card_back(struct host *h)
{
    h->gba.next = event_monotonic();
}

int
gba_take_kept(struct host *h)
{
    struct msk_ub_info info;
    struct secrecy_keys keys;
    int err = card_kept(h, &info);

    if (err == MSK_OK && info.expires <= event_unix())
        err = MSK_ERR_MISSING;
    if (err == MSK_OK)
        err = session_derive(h, &keys);
    if (err == MSK_ERR_MISSING)
        return MSK_OK;
    if (err != MSK_OK)
        return err;
    name_keys(h, &info);
    plan_renewal(&h->gba, info.expires);
    h->options.age = event_unix();
    err = session_set_keys(h, h->gba.btid, &keys, h->options.age);
    msk_wipe(&keys, sizeof keys);
    return err;
}

static void
begin(struct host *h)
{
    struct gba *g = &h->gba;
    int err = bootstrap_begin(&g->run, &g->face, &h->xml, &host_randomness,
                              msk_text(h->options.bsf.fqdn));

    if (err != MSK_OK)
        g->run.state = BOOTSTRAP_USIM;
    g->run.err = err;
    g->runs = true;
    go_on(h, g->run.state);
}

void
gba_run(struct host *h)
{
    struct gba *g = &h->gba;
    const struct msk_http_response *response;
    bool wanted = g->needed || event_unix() >= g->renew;

    if (!g->used || card_busy(h))
        return;
    if (g->runs && http_done(&g->http, &response))
        go_on(h, bootstrap_take(&g->run, response));
    else if (!g->runs && wanted && !card_away(h) &&
             event_monotonic() >= g->next)
        begin(h);
    if (card_busy(h) || card_away(h))
        return;
    if (g->keeps) {
        (void)card_begin_keys(h, session_fqdn(h), &g->run.info);
    } else if (g->again) {
        g->makes = card_begin_keys(h, session_fqdn(h), NULL);
    }
}

msk_time
gba_due(const struct host *h)
{
    const struct gba *g = &h->gba;
    msk_time now = event_unix(), ticks = event_monotonic(), due = g->next;

    if (!g->used || g->runs || card_away(h) ||
        (!g->needed && g->renew == MSK_NEVER))
        return MSK_NEVER;
    if (!g->needed && g->renew > now && ticks + (g->renew - now) > due)
        due = ticks + (g->renew - now);
    return due;
}
