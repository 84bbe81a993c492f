/* SPDX-License-Identifier: MIT */
#include "card_job.h"

#include <poll.h>
#include <string.h>

#include "../hosts/daemon.h"
#include "datagrams.h"
#include "host.h"

#define PATIENCE 15000 /* ms: no command takes a card so long */
#define GOODBYE 2000   /* that a command has at the end */

bool
card_busy(const struct host *h)
{
    return h->card.job > CARD_LATE;
}

bool
card_away(const struct host *h)
{
    return h->card.away;
}

void
card_wait(struct host *h, bool waits)
{
    h->card.waits = waits;
}

msk_time
card_due(const struct host *h)
{
    return card_busy(h) ? h->card.until : MSK_NEVER;
}

int
card_fd(const struct host *h)
{
    return h->card.used ? h->card.thread->worker.fd : -1;
}

/* --- gone ----------------------------------------------------------------- */

static void
tell(struct host *h, const char *state, const char *why)
{
    json_t *event = event_new(&h->log, "card");

    event_word(event, "state", state);
    if (why != NULL)
        event_word(event, "reason", why);
    event_tell(&h->log, event);
}

/* No answer came. Whether the card has done what it was told nobody knows. */
static void
note(struct host *h, int err)
{
    struct card *c = &h->card;

    if (err != MSK_ERR_CARD || c->away || !c->gone)
        return;
    c->away = c->settles = true;
    if (!h->quit)
        tell(h, "gone", c->why);
}

/* --- one job after the other ---------------------------------------------- */

int
card_job_ready(const struct card *c)
{
    if (c->away)
        return MSK_ERR_CARD;
    return c->job == CARD_RESTS ? MSK_OK : MSK_ERR_BUSY;
}

int
card_job_begin(struct card *c, enum card_job job, int (*run)(void *arg))
{
    if (!worker_begin(&c->thread->worker, run, c->thread))
        return MSK_ERR_BUSY;
    c->job = job;
    c->until = event_monotonic() + PATIENCE;
    return MSK_OK;
}

static void
take(struct card *c, enum card_job job)
{
    const struct card_thread *t = c->thread;

    if (job == CARD_COMMAND)
        *c->answer = t->answer;
    else if (job == CARD_CHALLENGE)
        *c->usim_answer = t->usim_answer;
    else if (job == CARD_READ)
        c->kept = t->info;
    else if (job == CARD_KEYS)
        memcpy(c->ks_ext_naf, t->ks_ext_naf, sizeof c->ks_ext_naf);
    else if (job == CARD_OPEN)
        memcpy(c->impi, t->uicc.impi, sizeof c->impi);
}

/* Takes what the thread has brought, if it is ready. Why it failed is a text of
 * the thread, which changes with its next job. */
static bool
is_done(struct card *c, int *result)
{
    struct card_thread *t = c->thread;

    if (c->job == CARD_RESTS || !worker_done(&t->worker, result))
        return false;
    if (c->job != CARD_LATE) {
        take(c, c->job);
        c->gone = uicc_is_gone(&t->uicc);
        (void)snprintf(c->why, sizeof c->why, "%s", t->uicc.why);
    }
    card_thread_clear(t);
    c->job = CARD_RESTS;
    return true;
}

/* The thread works on, and what it brings in the end is nobody's. */
static int
give_up(struct card *c)
{
    c->job = CARD_LATE;
    c->gone = true;
    (void)snprintf(c->why, sizeof c->why, "the card does not answer");
    return MSK_ERR_CARD;
}

/* Waits for the job. The signals are those of the loop, which does not turn. */
static int
await(struct host *h)
{
    struct card *c = &h->card;
    struct pollfd fds[] = { { .fd = card_fd(h), .events = POLLIN },
                            { .fd = h->signals, .events = POLLIN } };
    int result;

    while (!is_done(c, &result)) {
        msk_time now = event_monotonic();

        if (h->quit || now >= c->until)
            return give_up(c);
        (void)poll(fds, 2, (int)(c->until - now));
        while (!h->quit && daemon_signal(h->signals) != 0)
            command_hurry(h);
    }
    return result;
}

int
card_job_run(struct host *h, enum card_job job, int (*what)(void *arg))
{
    int err = card_job_begin(&h->card, job, what);

    if (err == MSK_OK)
        err = await(h);
    note(h, err);
    return err;
}

/* --- its life ------------------------------------------------------------- */

static void
come_back(struct host *h)
{
    h->card.away = false;
    tell(h, "back", NULL);
    gba_card_back(h);
}

/* A card that answers and cannot be used is told once, and tried again. */
static void
returned(struct host *h, int err)
{
    struct card *c = &h->card;

    c->wrong = err == MSK_ERR_CONFLICT;
    if (err == MSK_OK || err == MSK_PENDING) {
        c->refused[0] = '\0';
    } else if (!c->gone && strcmp(c->refused, c->why) != 0) {
        strcpy(c->refused, c->why);
        tell(h, "refused", c->why);
    }
    if (err == MSK_OK)
        come_back(h);
}

static void
end_job(struct host *h, enum card_job job, int result)
{
    if (job == CARD_RETURN) {
        returned(h, result);
        return;
    }
    note(h, result);
    if (job == CARD_COMMAND)
        hooks_tell(
            h, h->call,
            msk_ue_complete(h->ue, h->card.token, result, event_monotonic()));
    else if (job != CARD_LATE)
        gba_answered(h, result);
}

static void
go_on_waiting(struct card *c)
{
    if (!c->away || c->job != CARD_RESTS)
        return;
    c->thread->settles = c->settles;
    c->settles = false;
    (void)card_job_begin(c, CARD_RETURN,
                         c->wrong ? card_do_leave : card_do_return);
}

void
card_run(struct host *h)
{
    struct card *c = &h->card;
    enum card_job job = c->job;
    int result;

    if (!c->used)
        return;
    if (is_done(c, &result))
        end_job(h, job, result);
    else if (card_busy(h) && event_monotonic() >= c->until)
        end_job(h, job, give_up(c));
    go_on_waiting(c);
}

bool
card_open(struct host *h)
{
    const struct options *o = &h->options;
    struct card *c = &h->card;
    int err;

    c->waits = true;
    if (o->reader == NULL)
        return true;
    c->keeps = c->thread->keeps = o->uicc;
    c->thread->reader = o->reader;
    strcpy(c->thread->uicc.pin, o->pin);
    if (!worker_start(&c->thread->worker))
        return false;
    c->used = true;
    err = card_job_begin(c, CARD_OPEN, card_do_open);
    if (err == MSK_OK)
        err = await(h);
    if (err != MSK_OK && err != MSK_ERR_STATE && !h->quit)
        event_error(&h->log, c->why);
    return err == MSK_OK;
}

bool
card_end(struct host *h)
{
    struct card_thread *t = h->card.thread;

    if (!h->card.used)
        return true;
    if (!worker_end(&t->worker, GOODBYE))
        return false;
    uicc_close(&t->uicc);
    card_thread_clear(t);
    return true;
}
