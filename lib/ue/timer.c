/* SPDX-License-Identifier: MIT */
#include "ue/timer.h"

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
