/* SPDX-License-Identifier: MIT */
/*
 * ue/timer.h - timers on a clock that may step. A timer keeps when it began
 * and how long it is, never a moment to come: after a step backwards it begins
 * again, so that nothing waits longer than its own interval from then on.
 *
 * All timers of a session are on one list, which says where each is and when
 * it counts: what is about all of them goes over that list.
 */
#ifndef MSK_UE_TIMER_H
#define MSK_UE_TIMER_H

#include "msk/types.h"

#define MSK_SECOND 1000 /* of msk_time */

struct msk_timer {
    bool on;
    msk_time start, interval;
};

void msk_timer_start(struct msk_timer *timer, msk_time now, msk_time interval);
void msk_timer_stop(struct msk_timer *timer);

/* Has it run out? False for one that is off. */
bool msk_timer_due(const struct msk_timer *timer, msk_time now);

/* The clock went back to now: a timer that began later begins again. */
void msk_timer_rebase(struct msk_timer *timer, msk_time now);

/* The time since `since` does not count: the timer goes on with what it had
 * left then. */
void msk_timer_shift(struct msk_timer *timer, msk_time since, msk_time now);

/* It runs so much longer. */
void msk_timer_extend(struct msk_timer *timer, msk_time more);

/* When it runs out, seen from now; MSK_NEVER for one that is off. */
msk_time msk_timer_at(const struct msk_timer *timer, msk_time now);

/* --- all timers of a session --------------------------------------------- */

struct msk_ue;

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
