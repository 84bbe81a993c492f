/* SPDX-License-Identifier: MIT */
/*
 * ue/timer.h - timers on a clock that may step. A timer keeps when it began
 * and how long it is, never a moment to come: after a step backwards it begins
 * again, so that nothing waits longer than its own interval from then on.
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

#endif
