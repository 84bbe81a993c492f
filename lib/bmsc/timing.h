/* SPDX-License-Identifier: MIT */
/* bmsc/timing.h - when a UE is to be sent what it is owed. */
#ifndef MSK_BMSC_TIMING_H
#define MSK_BMSC_TIMING_H

#include "bmsc/subscriber.h"

/* The interval after the n-th sending, of which the first is retry long:
 * doubled each time. */
msk_time msk_timing_interval(msk_time retry, uint8_t n_sent);

/* After a clock was set back: nothing waits longer than its own interval. */
void msk_timing_rebase(struct msk_sub *sub, msk_time now, msk_time retry,
                       msk_time spacing);

/* May an answer to the last message be so near that another one could
 * overtake it? */
bool msk_timing_in_flight(const struct msk_sub *sub, msk_time now);

/* Is there one that waits for nothing but its turn? */
bool msk_timing_has_ready(const struct msk_sub *sub, msk_time now);
bool msk_timing_is_ready(const struct msk_delivery *d, msk_time now);

/* When there is something to do; MSK_NEVER. */
msk_time msk_timing_due(const struct msk_sub *sub);

#endif
