/* SPDX-License-Identifier: MIT */
/* What a round loads: who asked, who is due, whose turn it is in a job. */
#include <string.h>

#include "round.h"

#define CLAIM_MAX 64u
#define HOLD_MS 10000 /* who died has what it claimed for so long */
#define GLANCE_MS 1000
#define REST_MS 1000 /* when the store takes nothing */

static struct records_request *
add(struct round *r, size_t slot)
{
    r->slot_of[r->batch.n] = slot;
    return &r->requests[r->batch.n++];
}

static void
start_batch(struct round *r)
{
    r->batch = (struct records_batch){ .requests = r->requests };
}

/* --- a round begins ------------------------------------------------------ */

static size_t
fill_asked(struct host *h, struct round *r)
{
    struct queue *waiting = &h->rounds.waiting;
    size_t at = 0;

    for (; waiting->n > 0 && at < ROUND_ASKED_MAX; at++) {
        struct work *work = queue_pop(waiting);

        r->slots[at] = (struct slot){ .work = work, .state = SLOT_LOADS };
        work->row = NULL;
        *add(r, at) = (struct records_request){ .kind = work->by == WORK_ID
                                                            ? RECORDS_BY_ID
                                                            : RECORDS_BY_BTID,
                                                .key = work->key,
                                                .rows = &r->rows[at] };
    }
    return at;
}

/* What is due, for this node alone. */
static size_t
fill_claim(struct rounds *rs, struct round *r, size_t at)
{
    msk_time now = event_unix();

    if (rs->claims || rs->next > now || rs->rests > event_monotonic())
        return at;
    rs->claims = true;
    rs->next = MSK_NEVER;
    *add(r, ROUND_MAX) = (struct records_request){ .kind = RECORDS_CLAIM,
                                                   .rows = &r->rows[at],
                                                   .cap = CLAIM_MAX,
                                                   .now = now,
                                                   .hold = HOLD_MS };
    return at + CLAIM_MAX;
}

/* When is something due? What this node saves meanwhile it knows. */
static void
fill_glance(struct rounds *rs, struct round *r)
{
    msk_time ticks = event_monotonic();

    if (rs->asks || rs->claims ||
        (rs->glanced != 0 && ticks - rs->glanced < GLANCE_MS))
        return;
    rs->asks = true;
    rs->glanced = ticks;
    rs->next = MSK_NEVER;
    *add(r, ROUND_MAX) = (struct records_request){ .kind = RECORDS_NEXT };
}

bool
round_fill(struct host *h, struct round *r)
{
    size_t at;

    start_batch(r);
    memset(r->slots, 0, sizeof r->slots);
    at = fill_asked(h, r);
    at = fill_claim(&h->rounds, r, at);
    fill_glance(&h->rounds, r);
    r->job = jobs_next(h, &r->job_at, ROUND_MAX - at, &r->requests[r->batch.n]);
    if (r->job != NULL)
        add(r, ROUND_MAX)->rows = &r->rows[at];
    if (at == 0 && r->batch.n == 0)
        return false;
    r->stamp = ++h->groups.stamp;
    r->job_failed = false;
    r->job_seen = r->job_done = 0;
    for (size_t n = groups_wanted(&h->groups, r->stamp, true,
                                  &r->requests[r->batch.n], ROUND_GROUPS);
         n > 0; n--)
        (void)add(r, ROUND_MAX);
    return true;
}

bool
round_fill_again(struct host *h, struct round *r)
{
    start_batch(r);
    for (size_t i = 0; i < ROUND_MAX; i++)
        if (r->slots[i].state == SLOT_LOADS)
            *add(r, i) = (struct records_request){ .kind = RECORDS_BY_ID,
                                                   .key = { r->slots[i].id,
                                                            r->slots[i].id_n },
                                                   .rows = &r->rows[i] };
    for (size_t n = groups_wanted(&h->groups, r->stamp, false,
                                  &r->requests[r->batch.n], ROUND_GROUPS);
         n > 0; n--)
        (void)add(r, ROUND_MAX);
    return r->batch.n > 0;
}

/* --- what came ----------------------------------------------------------- */

static void
take_row(struct round *r, size_t i, enum records_result result)
{
    struct slot *slot = &r->slots[i];

    slot->state = SLOT_CALLS;
    slot->found = result;
    slot->work->row = result == RECORDS_OK ? &r->rows[i] : NULL;
}

static void
take_claim(struct host *h, struct round *r, const struct records_request *q)
{
    static const struct work timer = { .call = serve_timer, .what = "timer" };
    struct rounds *rs = &h->rounds;
    size_t n = q->result == RECORDS_OK ? q->n : 0;

    rs->claims = false;
    if (q->result == RECORDS_FAILED) {
        rs->rests = event_monotonic() + REST_MS;
        if (!rs->fails) /* once, however long that lasts */
            tell_refused(h, timer.what, MSK_ERR_STORE);
    }
    rs->fails = q->result == RECORDS_FAILED;
    if (n == CLAIM_MAX || q->result == RECORDS_FAILED)
        rs->next = 0; /* there are more */
    else
        rs->glanced = 0; /* when is the next one? */
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)(q->rows - r->rows) + i;

        r->own[at] = timer;
        r->slots[at].work = &r->own[at];
        take_row(r, at, RECORDS_OK);
    }
}

static void
take_next(struct rounds *rs, const struct records_request *q)
{
    rs->asks = false;
    if (q->result == RECORDS_OK && q->now < rs->next)
        rs->next = q->now;
}

static void
take_members(struct round *r, const struct records_request *q)
{
    size_t n = jobs_take(r->job, q, &r->job_to);

    r->job_failed = q->result == RECORDS_FAILED;
    r->job_seen = n;
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)(q->rows - r->rows) + i;

        r->own[at] = jobs_work(r->job);
        r->slots[at].work = &r->own[at];
        take_row(r, at, RECORDS_OK);
    }
}

void
round_take(struct host *h, struct round *r)
{
    store_note(&h->store, &r->batch);
    for (size_t i = 0; i < r->batch.n; i++) {
        const struct records_request *q = &r->requests[i];

        if (r->slot_of[i] < ROUND_MAX)
            take_row(r, r->slot_of[i], q->result);
        else if (q->kind == RECORDS_CLAIM)
            take_claim(h, r, q);
        else if (q->kind == RECORDS_NEXT)
            take_next(&h->rounds, q);
        else if (q->kind == RECORDS_MEMBERS || q->kind == RECORDS_TIMED)
            take_members(r, q);
        else
            groups_take(&h->groups, q);
    }
}
