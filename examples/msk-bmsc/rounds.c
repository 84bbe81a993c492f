/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "loop.h"
#include "round.h"

#define WAIT_MS 4000 /* that a request waits for a round at most */

struct work *
queue_pop(struct queue *queue)
{
    struct work *work = queue->first;

    queue->first = work->next;
    if (queue->first == NULL)
        queue->last = NULL;
    queue->n--;
    return work;
}

static void
put(struct queue *queue, struct work *work)
{
    work->next = NULL;
    if (queue->last != NULL)
        queue->last->next = work;
    else
        queue->first = work;
    queue->last = work;
    queue->n++;
}

void
rounds_add(struct host *h, struct work *work)
{
    work->over = work->late = false;
    work->came = event_monotonic();
    put(work->by == WORK_NOBODY ? &h->rounds.of_nobody : &h->rounds.waiting,
        work);
}

int
rounds_do(struct host *h, struct work *work)
{
    rounds_add(h, work);
    while (!work->over)
        loop_turn(h);
    return work->err;
}

/* The batch of its requests goes its way. */
static void
begin(struct host *h, struct round *r, enum round_phase phase)
{
    r->phase = phase;
    records_begin(h->store.records, &r->batch);
}

static void
finish(struct host *h, struct round *r)
{
    if (r->job != NULL)
        jobs_over(h, r);
    r->phase = ROUND_FREE;
}

/* Its calls, as far as the Key Groups that they ask for are there. */
static void
call(struct host *h, struct round *r)
{
    bool whole = round_call(h, r), saves;

    if (!whole) {
        if (round_fill_again(h, r))
            begin(h, r, ROUND_LOADS);
        return;
    }
    r->phase = ROUND_SAVES;
    saves = round_fill_saves(r);
    round_end(h, r);
    if (saves)
        begin(h, r, ROUND_SAVES);
    else /* how each of them ended is counted now */
        finish(h, r);
}

static void
end_saves(struct host *h, struct round *r)
{
    bool whole = round_take_saves(h, r);

    round_end(h, r);
    if (whole)
        finish(h, r);
    else if (round_fill_again(h, r))
        begin(h, r, ROUND_LOADS);
}

/* What the store has done for it is taken. */
static void
take(struct host *h, struct round *r)
{
    if (!r->batch.over)
        return;
    if (r->phase == ROUND_LOADS) {
        round_take(h, r);
        r->phase = ROUND_CALLS;
    } else if (r->phase == ROUND_SAVES) {
        end_saves(h, r);
    }
}

/* The one that began next after that one; NULL: that was the last one. A job
 * goes on without a pause only if its rounds end in this order. */
static struct round *
begun_after(struct rounds *rs, uint64_t stamp)
{
    struct round *next = NULL;

    for (size_t i = 0; i < ROUNDS; i++) {
        struct round *r = &rs->round[i];

        if (r->stamp > stamp && (next == NULL || r->stamp < next->stamp))
            next = r;
    }
    return next;
}

static bool
is_late(const struct work *work, msk_time now)
{
    return work->answers && now - work->came >= WAIT_MS;
}

/* Who asked may not be there any more when a round has room for it: it is
 * answered now. What is not a request waits for as long as it takes. */
static void
end_late(struct host *h, msk_time now)
{
    struct queue *waiting = &h->rounds.waiting, all = *waiting;

    if (all.n == 0 || now - all.first->came < WAIT_MS)
        return;
    *waiting = (struct queue){ NULL, NULL, 0 };
    while (all.n > 0) {
        struct work *work = queue_pop(&all);

        if (is_late(work, now))
            round_end_late(h, work);
        else
            put(waiting, work);
    }
}

/* The loads of the next round are begun before the calls of this one, so that
 * neither the library nor the disk waits for a load. */
void
rounds_run(struct host *h)
{
    struct rounds *rs = &h->rounds;
    struct round *r;

    records_run(h->store.records);
    parts_run(h);
    while (rs->of_nobody.n > 0)
        round_serve_nobody(h, queue_pop(&rs->of_nobody));
    end_late(h, event_monotonic());
    for (uint64_t at = 0; (r = begun_after(rs, at)) != NULL; at = r->stamp)
        take(h, r);
    for (size_t i = 0; i < ROUNDS; i++)
        if (rs->round[i].phase == ROUND_FREE && round_fill(h, &rs->round[i]))
            begin(h, &rs->round[i], ROUND_LOADS);
    for (uint64_t at = 0; (r = begun_after(rs, at)) != NULL; at = r->stamp)
        if (r->phase == ROUND_CALLS)
            call(h, r);
}

static bool
is_free(const struct rounds *rs)
{
    for (size_t i = 0; i < ROUNDS; i++)
        if (rs->round[i].phase == ROUND_FREE)
            return true;
    return false;
}

msk_time
rounds_wait(const struct host *h)
{
    const struct rounds *rs = &h->rounds;
    msk_time now = event_unix(), ticks = event_monotonic();
    msk_time wait = rs->next > now ? rs->next - now : 0;

    if (!is_free(rs))
        return MSK_NEVER; /* the store says when */
    if (rs->waiting.n > 0)
        return 0;
    if (rs->claims || rs->asks)
        wait = MSK_NEVER;
    else if (rs->rests > ticks && wait < rs->rests - ticks)
        wait = rs->rests - ticks;
    return wait < jobs_wait(h) ? wait : jobs_wait(h);
}

bool
rounds_rest(const struct host *h)
{
    const struct rounds *rs = &h->rounds;

    for (size_t i = 0; i < ROUNDS; i++)
        if (rs->round[i].phase != ROUND_FREE)
            return false;
    return rs->waiting.n == 0 && rs->of_nobody.n == 0 && !h->jobs.busy;
}
