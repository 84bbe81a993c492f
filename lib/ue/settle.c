/* SPDX-License-Identifier: MIT */
#include "ue/settle.h"

#include "ue/adopt.h"
#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/leave.h"
#include "ue/service.h"
#include "ue/ue_outbox.h"
#include "ue/work.h"

static bool
tick(struct msk_ue *ue)
{
    bool held = msk_ue_exchange_holds(ue);
    bool done = msk_ue_exchange_tick(ue);

    for (size_t i = 0; i < ue->n_services; i++)
        done |= msk_ue_service_tick(ue, i, held);
    for (size_t i = 0; i < ue->n_groups; i++) {
        done |= msk_ue_group_tick(ue, &ue->groups[i], held);
        done |= msk_leave_group(ue, i);
    }
    return done;
}

static msk_time
earlier(msk_time a, msk_time b)
{
    return a < b ? a : b;
}

msk_time
msk_ue_next_due(const struct msk_ue *ue, msk_time now)
{
    bool idle = ue->exchange.state == MSK_EXCHANGE_IDLE && msk_ue_asks(ue);
    bool held = msk_ue_exchange_holds(ue), resting = ue->work.rest.on;
    msk_time due = msk_timer_at(&ue->exchange.timer, now);

    if (ue->work.pending)
        return MSK_NEVER;
    if (resting)
        due = earlier(due, msk_timer_at(&ue->work.rest, now));
    for (size_t i = 0; i < ue->n_groups; i++)
        due = earlier(due, msk_ue_group_due(&ue->groups[i], held, now));
    for (size_t i = 0; i < ue->n_services; i++)
        due =
            earlier(due, msk_ue_service_due(&ue->services[i], idle, held, now));
    return due;
}

/* Another session has stored or deleted an MSK, or the host did. */
static void
catch_up(struct msk_ue *ue)
{
    for (size_t i = 0; i < ue->n_groups && !ue->work.in_step; i++)
        if (msk_ue_group_needed(ue, i))
            (void)msk_ue_holding_step(ue, &ue->groups[i], MSK_HOLDING_STIRRED);
    ue->work.in_step = true;
}

int
msk_ue_settle(struct msk_ue *ue)
{
    int err = MSK_OK;
    bool more = true;

    catch_up(ue);
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
        ue->changes = ue->mgvf->changes;
        err = ue->work.started ? MSK_OK : ue->work.verdict;
        if (ue->polls)
            ue->outbox.polled = !msk_ue_outbox_is_empty(ue);
        else
            msk_ue_outbox_drain(ue);
    }
    ue->inside = false;
    ue->due = msk_ue_next_due(ue, ue->now);
    return err;
}
