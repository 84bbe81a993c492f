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

    r->phase = ROUND_CALLS;
    if (!whole) {
        if (round_fill_again(h, r))
            begin(h, r, ROUND_LOADS);
        return;
    }
    r->phase = ROUND_READY;
    saves = round_fill_saves(r);
    round_end(h, r);
    if (!saves) /* how each of them ended is counted now */
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

static void
go_on(struct host *h, struct round *r)
{
    switch (r->phase) {
    case ROUND_LOADS:
        if (!r->batch.over)
            break;
        round_take(h, r);
        call(h, r);
        break;
    case ROUND_CALLS: call(h, r); break;
    case ROUND_SAVES:
        if (r->batch.over)
            end_saves(h, r);
        break;
    case ROUND_READY:
    case ROUND_FREE: break;
    }
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

/* The loads of the next round are begun before the saves of this one, so that
 * no load waits for a disk. */
void
rounds_run(struct host *h)
{
    struct round *all = h->rounds.round;

    records_run(h->store.records);
    parts_run(h);
    while (h->rounds.of_nobody.n > 0)
        round_serve_nobody(h, queue_pop(&h->rounds.of_nobody));
    end_late(h, event_monotonic());
    for (size_t i = 0; i < ROUNDS; i++)
        go_on(h, &all[i]);
    for (size_t i = 0; i < ROUNDS; i++)
        if (all[i].phase == ROUND_FREE && round_fill(h, &all[i]))
            begin(h, &all[i], ROUND_LOADS);
    for (size_t i = 0; i < ROUNDS; i++)
        if (all[i].phase == ROUND_READY)
            begin(h, &all[i], ROUND_SAVES);
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
