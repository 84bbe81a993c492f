/* SPDX-License-Identifier: MIT */
/*
 * ue/timer.h - all timers of a session. They are on one list, which says where
 * each is and when it counts: what is about all of them goes over that list.
 */
#ifndef MSK_UE_TIMER_H
#define MSK_UE_TIMER_H

#include "ue/session.h"

/* One of the session, or of each service or Key Group. */
enum msk_timer_kind {
    MSK_TIMER_EXCHANGE = 0,     /* of the answer, or the pause */
    MSK_TIMER_REST,             /* of calls of the MGV-F */
    MSK_TIMER_SERVICE,          /* before it is asked again */
    MSK_TIMER_SERVICE_PATIENCE, /* until it is registered */
    MSK_TIMER_GROUP,            /* back-off, or the wait for an MSK */
    MSK_TIMER_GROUP_PATIENCE,   /* decision 21 */
    MSK_TIMER_CALM,             /* leads to nothing: how long */
    MSK_TIMER_DAMP,             /*   is left of it is asked */
    MSK_TIMER_KINDS
};

/* Do the waits for MSKs stand still (decision 21)? */
bool msk_timers_held(const struct msk_ue *ue);

/* Has the one of service or Key Group i run out, and does it count? held: as
 * above, perhaps of a moment ago. */
bool msk_timers_run_out(const struct msk_ue *ue, enum msk_timer_kind kind,
                        size_t i, bool held);

/* When the first of those that count runs out, seen from now. */
msk_time msk_timers_next(const struct msk_ue *ue, msk_time now);

/* The clock went back to now. */
void msk_timers_rebase(struct msk_ue *ue, msk_time now);

/* Nobody waited since: the patience does not count that time. */
void msk_timers_sleep(struct msk_ue *ue, msk_time since, msk_time now);

/* What stood still since goes on. */
void msk_timers_resume(struct msk_ue *ue, msk_time since);

#endif
