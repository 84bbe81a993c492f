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
    if (o->usim == NULL)
        return true;
    if (!usim_open(&g->usim, o->usim))
        return false;
    o->impi = g->usim.subscription.impi;
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

/* How long nothing begins, and when something does by itself. */
static void
plan(struct gba *g, msk_time now)
{
    msk_time pause = PAUSE, life;

    for (unsigned i = 0; i < g->failures && pause < PAUSE_MAX; i++)
        pause *= 2;
    g->next = event_monotonic() + (pause < PAUSE_MAX ? pause : PAUSE_MAX);
    if (g->failures > 0)
        return;
    g->renew = MSK_NEVER;
    if (g->run.info.expires > now) { /* else one of the clocks is wrong */
        life = (g->run.info.expires - now) / AHEAD_PART;
        g->renew = g->run.info.expires - (life < AHEAD ? life : AHEAD);
    }
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
    event_secret(&h->log, event, "ks",
                 (struct msk_bytes){ run->ks, sizeof run->ks });
    event_tell(&h->log, event);
}

/* Ks stays in the options, where the keys of each server come from. */
static void
take_keys(struct host *h)
{
    struct gba *g = &h->gba;
    struct options *o = &h->options;
    struct secrecy_keys keys;
    int err;

    memcpy(g->btid, g->run.info.btid, g->run.info.btid_len);
    g->btid[g->run.info.btid_len] = '\0';
    memcpy(o->ks, g->run.ks, sizeof o->ks);
    memcpy(o->rand, g->run.rand, sizeof o->rand);
    o->has_ks = o->has_rand = true;
    o->btid = g->btid;
    o->age = session_next_age(h, g->run.age);
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
    plan(g, event_unix());
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
begin(struct host *h)
{
    struct gba *g = &h->gba;
    int err = bootstrap_begin(&g->run, &g->usim, &h->xml, &host_randomness,
                              msk_text(h->options.bsf.fqdn));

    if (err != MSK_OK)
        g->run.state = BOOTSTRAP_USIM;
    g->run.err = err;
    g->runs = true;
    if (err == MSK_OK)
        http_send(&g->http, &g->run.request);
    else
        finish(h);
}

void
gba_run(struct host *h)
{
    struct gba *g = &h->gba;
    const struct msk_http_response *response;
    bool wanted = g->needed || event_unix() >= g->renew;

    if (g->runs && http_done(&g->http, &response)) {
        if (bootstrap_take(&g->run, response) == BOOTSTRAP_SEND)
            http_send(&g->http, &g->run.request);
        else
            finish(h);
    } else if (g->used && !g->runs && wanted && event_monotonic() >= g->next) {
        begin(h);
    }
}

msk_time
gba_due(const struct host *h)
{
    const struct gba *g = &h->gba;
    msk_time now = event_unix(), ticks = event_monotonic(), due = g->next;

    if (!g->used || g->runs || (!g->needed && g->renew == MSK_NEVER))
        return MSK_NEVER;
    if (!g->needed && g->renew > now && ticks + (g->renew - now) > due)
        due = ticks + (g->renew - now);
    return due;
}
