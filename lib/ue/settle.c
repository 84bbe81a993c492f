/* SPDX-License-Identifier: MIT */
#include "ue/settle.h"

#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/leave.h"
#include "ue/service.h"
#include "ue/ue_outbox.h"
#include "ue/work.h"

#define LATE 1000 /* milliseconds: a host that is not in time */

/* --- the begin ----------------------------------------------------------- */

/* A clock that stepped back: running timers start again. One that is called
 * late has slept, or its clock went forward: nobody waited in that time. */
static void
note_time(struct msk_ue *ue, msk_time now)
{
    if (now < ue->now) {
        msk_timers_rebase(ue, now);
        if (ue->exchange.held_since > now)
            ue->exchange.held_since = now;
        ue->stirred = true;
    } else if (now > ue->due && now - ue->due > LATE) {
        msk_timers_sleep(ue, ue->due, now);
    }
    ue->now = now;
    ue->inside = true;
}

int
msk_ue_enter(struct msk_ue *ue, msk_time now)
{
    if (ue == NULL)
        return MSK_ERR_ARGUMENT;
    if (ue->inside)
        return MSK_ERR_REENTRY;
    if (ue->work.pending || ue->outbox.polled)
        return MSK_ERR_BUSY;
    note_time(ue, now);
    ue->has_dice = false;
    ue->work.verdict = MSK_OK;
    ue->work.started = false;
    ue->work.in_step = ue->changes == ue->mgvf->changes;
    return MSK_OK;
}

int
msk_ue_resume(struct msk_ue *ue, msk_time now)
{
    if (ue == NULL)
        return MSK_ERR_ARGUMENT;
    if (ue->inside)
        return MSK_ERR_REENTRY;
    if (!ue->work.pending)
        return MSK_ERR_STATE;
    note_time(ue, now);
    return MSK_OK;
}

int
msk_ue_refuse(struct msk_ue *ue, int err)
{
    ue->inside = false;
    return err;
}

/* --- the end ------------------------------------------------------------- */

/* Lets the timers lead to what they lead to, once each. */
static bool
tick(struct msk_ue *ue)
{
    bool held = msk_timers_held(ue);
    bool done = msk_ue_exchange_tick(ue);

    for (size_t i = 0; i < ue->n_services; i++)
        if (msk_timers_run_out(ue, MSK_TIMER_SERVICE_PATIENCE, i, held)) {
            msk_ue_service_impatient(ue, i);
            done = true;
        }
    for (size_t i = 0; i < ue->n_groups; i++) {
        if (msk_timers_run_out(ue, MSK_TIMER_GROUP, i, held)) {
            msk_ue_group_waited(ue, &ue->groups[i]);
            done = true;
        } else if (msk_timers_run_out(ue, MSK_TIMER_GROUP_PATIENCE, i, held)) {
            msk_ue_group_impatient(ue, &ue->groups[i]);
            done = true;
        }
        done |= msk_leave_group(ue, i);
    }
    return done;
}

msk_time
msk_ue_next_due(const struct msk_ue *ue, msk_time now)
{
    return ue->work.pending ? MSK_NEVER : msk_timers_next(ue, now);
}

/* Another session has stored or deleted an MSK, or the host did. */
static void
catch_up(struct msk_ue *ue)
{
    for (size_t i = 0; i < ue->n_groups && !ue->work.in_step; i++)
        if (msk_ue_flows_any(ue, MSK_UE_ANY, i))
            (void)msk_ue_holding_step(ue, &ue->groups[i], MSK_HOLDING_STIRRED);
    ue->work.in_step = true;
}

/* Does all that can be done now. MSK_PENDING: the rest comes later. */
static int
do_what_is_due(struct msk_ue *ue)
{
    bool more = true;
    int err = MSK_OK;

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
    ue->stirred = false;
    return err;
}

/* The host is told last, when the session is whole. */
static void
tell_host(struct msk_ue *ue)
{
    ue->changes = ue->mgvf->changes;
    if (ue->polls)
        ue->outbox.polled = !msk_ue_outbox_is_empty(ue);
    else
        msk_ue_outbox_drain(ue);
}

int
msk_ue_settle_message(struct msk_ue *ue)
{
    bool stirred = ue->stirred || !ue->work.in_step || ue->now >= ue->due;
    int err = stirred ? do_what_is_due(ue) : MSK_OK;

    if (err == MSK_OK) {
        err = ue->work.started ? MSK_OK : ue->work.verdict;
        tell_host(ue);
    }
    ue->inside = false;
    if (stirred)
        ue->due = msk_ue_next_due(ue, ue->now);
    return err;
}

int
msk_ue_settle(struct msk_ue *ue)
{
    ue->stirred = true;
    return msk_ue_settle_message(ue);
}
