/* SPDX-License-Identifier: MIT */
#include "ue/timer.h"

#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/service.h"

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
               (!held || group->state != MSK_GROUP_WAIT);
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
