/* SPDX-License-Identifier: MIT */
#include "ue/timer.h"

#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/service.h"

void
msk_timer_start(struct msk_timer *timer, msk_time now, msk_time interval)
{
    timer->on = true;
    timer->start = now;
    timer->interval = interval;
}

void
msk_timer_stop(struct msk_timer *timer)
{
    timer->on = false;
}

bool
msk_timer_due(const struct msk_timer *timer, msk_time now)
{
    return timer->on && now >= timer->start &&
           now - timer->start >= timer->interval;
}

void
msk_timer_rebase(struct msk_timer *timer, msk_time now)
{
    if (timer->start > now)
        timer->start = now;
}

void
msk_timer_shift(struct msk_timer *timer, msk_time since, msk_time now)
{
    msk_time from = timer->start > since ? timer->start : since;

    if (timer->on && now > from)
        timer->start += now - from;
}

void
msk_timer_extend(struct msk_timer *timer, msk_time more)
{
    bool fits = more < MSK_NEVER - timer->interval;

    timer->interval = fits ? timer->interval + more : MSK_NEVER;
}

msk_time
msk_timer_at(const struct msk_timer *timer, msk_time now)
{
    msk_time start = timer->start < now ? timer->start : now;

    if (!timer->on)
        return MSK_NEVER;
    return timer->interval < MSK_NEVER - start ? start + timer->interval
                                               : MSK_NEVER - 1;
}

/* --- all timers of a session --------------------------------------------- */

static struct msk_timer *
find_timer(const struct msk_ue *ue, enum msk_timer_kind kind, size_t i)
{
    switch (kind) {
    case MSK_TIMER_EXCHANGE: return &ue->self->exchange.timer;
    case MSK_TIMER_REST: return &ue->self->work.rest;
    case MSK_TIMER_SERVICE: return &ue->services[i].timer;
    case MSK_TIMER_SERVICE_PATIENCE: return &ue->services[i].patience;
    case MSK_TIMER_GROUP: return &ue->groups[i].timer;
    case MSK_TIMER_GROUP_PATIENCE: return &ue->groups[i].patience;
    case MSK_TIMER_CALM: return &ue->groups[i].calm;
    case MSK_TIMER_DAMP: return &ue->groups[i].damp;
    case MSK_TIMER_KINDS: break;
    }
    return NULL;
}

/* How many there are of a kind. */
static size_t
count_timers(const struct msk_ue *ue, enum msk_timer_kind kind)
{
    if (kind < MSK_TIMER_SERVICE)
        return 1;
    return kind < MSK_TIMER_GROUP ? ue->n_services : ue->n_groups;
}

static bool
is_idle(const struct msk_ue *ue)
{
    return ue->exchange.state == MSK_EXCHANGE_IDLE && msk_ue_asks(ue);
}

static bool
is_registering(const struct msk_ue_service *service)
{
    return service->state == MSK_SERVICE_REGISTERING ||
           service->state == MSK_SERVICE_LATER;
}

/* Does it lead to something when it runs out? The patience for a Key Group is
 * that of the moment, whatever the group waits for. */
static bool
counts(const struct msk_ue *ue, enum msk_timer_kind kind, size_t i, bool held)
{
    const struct msk_ue_group *group = &ue->groups[i];

    switch (kind) {
    case MSK_TIMER_EXCHANGE:
    case MSK_TIMER_REST: return true;
    case MSK_TIMER_SERVICE: return is_idle(ue);
    case MSK_TIMER_SERVICE_PATIENCE:
        return !held && is_registering(&ue->services[i]);
    case MSK_TIMER_GROUP:
        return group->holding != MSK_HOLDING_FREE &&
               !(held && group->state == MSK_GROUP_WAIT);
    case MSK_TIMER_GROUP_PATIENCE:
        return group->holding != MSK_HOLDING_FREE && !held &&
               group->state != MSK_GROUP_LOOKING;
    case MSK_TIMER_CALM:
    case MSK_TIMER_DAMP:
    case MSK_TIMER_KINDS: break;
    }
    return false;
}

bool
msk_timers_held(const struct msk_ue *ue)
{
    return ue->exchange.state == MSK_EXCHANGE_KEYS ||
           ue->exchange.state == MSK_EXCHANGE_PAUSE;
}

bool
msk_timers_run_out(const struct msk_ue *ue, enum msk_timer_kind kind, size_t i,
                   bool held)
{
    return msk_timer_due(find_timer(ue, kind, i), ue->now) &&
           counts(ue, kind, i, held);
}

msk_time
msk_timers_next(const struct msk_ue *ue, msk_time now)
{
    bool held = msk_timers_held(ue);
    msk_time next = MSK_NEVER;

    for (enum msk_timer_kind kind = 0; kind < MSK_TIMER_KINDS; kind++)
        for (size_t i = 0; i < count_timers(ue, kind); i++) {
            msk_time at = msk_timer_at(find_timer(ue, kind, i), now);

            if (at < next && counts(ue, kind, i, held))
                next = at;
        }
    return next;
}

void
msk_timers_rebase(struct msk_ue *ue, msk_time now)
{
    for (enum msk_timer_kind kind = 0; kind < MSK_TIMER_KINDS; kind++)
        for (size_t i = 0; i < count_timers(ue, kind); i++)
            msk_timer_rebase(find_timer(ue, kind, i), now);
}

void
msk_timers_sleep(struct msk_ue *ue, msk_time since, msk_time now)
{
    for (size_t i = 0; i < ue->n_groups; i++)
        msk_timer_shift(&ue->groups[i].patience, since, now);
    for (size_t i = 0; i < ue->n_services; i++)
        msk_timer_shift(&ue->services[i].patience, since, now);
}

/* Decision 21: time in bootstrap or under Retry-After does not count. */
void
msk_timers_resume(struct msk_ue *ue, msk_time since)
{
    msk_timers_sleep(ue, since, ue->now);
    for (size_t i = 0; i < ue->n_groups; i++)
        if (ue->groups[i].state == MSK_GROUP_WAIT)
            msk_timer_shift(&ue->groups[i].timer, since, ue->now);
}
