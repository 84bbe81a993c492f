/* SPDX-License-Identifier: MIT */
#include "ue/settle.h"

#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/outbox.h"
#include "ue/service.h"
#include "ue/start.h"
#include "ue/work.h"

/* Decision 21: every service that needs the group is left; or registered anew,
 * if it was kept without, for an MSK that is used up now. Where registration
 * is under way, its answer decides: what failed was asked before. */
static void
leave_service(struct msk_ue *ue, size_t i, enum msk_reason reason,
              const struct msk_key_id *id)
{
    if (msk_ue_service_is_kept(ue, i))
        (void)msk_ue_service_step(ue, i, MSK_SERVICE_START);
    else if (!msk_ue_service_is_pending(ue, i))
        msk_ue_service_leave(ue, i, reason, id);
}

static bool
leave(struct msk_ue *ue, size_t g)
{
    struct msk_ue_group *group = &ue->groups[g];
    enum msk_reason reason = (enum msk_reason)group->reason;
    struct msk_key_id id = group->id;

    if (!group->leave)
        return false;
    group->leave = false;
    for (size_t f = 0; f < ue->n_flows; f++)
        if (ue->flows[f].live && ue->flows[f].group == g)
            leave_service(ue, ue->flows[f].service, reason, &id);
    return true;
}

static bool
tick(struct msk_ue *ue)
{
    bool held = msk_ue_exchange_holds(ue);
    bool done = msk_ue_exchange_tick(ue);

    for (size_t i = 0; i < ue->n_groups; i++) {
        done |= msk_ue_group_tick(ue, &ue->groups[i], held);
        done |= leave(ue, i);
    }
    return done;
}

int
msk_ue_settle(struct msk_ue *ue)
{
    int err = MSK_OK;
    bool more = true;

    while (more) {
        more = msk_work_run(ue, &err);
        if (err == MSK_PENDING)
            break;
        more |= msk_ue_finish_start(ue);
        more |= tick(ue);
        msk_ue_exchange_cancel(ue);
        more |= msk_ue_exchange_begin(ue);
    }
    msk_ue_service_keep(ue);
    if (err == MSK_OK) {
        err = ue->work.started ? MSK_OK : ue->work.verdict;
        if (ue->polls)
            ue->outbox.polled = !msk_ue_outbox_is_empty(ue);
        else
            msk_ue_outbox_drain(ue);
    }
    ue->inside = false;
    return err;
}

static msk_time
earlier(msk_time a, msk_time b)
{
    return a < b ? a : b;
}

msk_time
msk_ue_next_due(const struct msk_ue *ue, msk_time now)
{
    bool held = msk_ue_exchange_holds(ue), resting = ue->work.rest.on;
    msk_time due = msk_timer_at(&ue->exchange.timer, now);

    if (ue->work.pending)
        return MSK_NEVER;
    if (resting)
        due = earlier(due, msk_timer_at(&ue->work.rest, now));
    for (size_t i = 0; i < ue->n_groups; i++)
        if (msk_ue_group_ticks(&ue->groups[i], held))
            due = earlier(due, msk_timer_at(&ue->groups[i].timer, now));
    for (size_t i = 0; i < ue->n_services && msk_ue_asks(ue); i++)
        if (ue->exchange.state == MSK_EXCHANGE_IDLE)
            due = earlier(due, msk_timer_at(&ue->services[i].timer, now));
    return due;
}
