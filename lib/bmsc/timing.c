/* SPDX-License-Identifier: MIT */
#include "bmsc/timing.h"

msk_time
msk_timing_interval(msk_time retry, uint8_t n_sent)
{
    return retry << (n_sent - 1);
}

static void
rebase_delivery(struct msk_delivery *d, msk_time now, msk_time retry)
{
    if (now >= d->set)
        return;
    d->set = d->due = now;
    if (d->n_sent > 0)
        d->due += msk_timing_interval(retry, d->n_sent);
}

void
msk_timing_rebase(struct msk_sub *sub, msk_time now, msk_time retry,
                  msk_time spacing)
{
    for (size_t i = 0; i < sub->n_deliveries; i++)
        rebase_delivery(&sub->delivery[i], now, retry);
    if (sub->flight > now && sub->flight - now > spacing)
        sub->flight = now + spacing;
}

static bool
has_sent(const struct msk_sub *sub)
{
    for (size_t i = 0; i < sub->n_deliveries; i++)
        if (sub->delivery[i].state == MSK_DELIVERY_SENT)
            return true;
    return false;
}

bool
msk_timing_in_flight(const struct msk_sub *sub, msk_time now)
{
    return now < sub->flight && has_sent(sub);
}

bool
msk_timing_is_ready(const struct msk_delivery *d, msk_time now)
{
    return d->state == MSK_DELIVERY_QUEUED && now >= d->due;
}

bool
msk_timing_has_ready(const struct msk_sub *sub, msk_time now)
{
    for (size_t i = 0; i < sub->n_deliveries; i++)
        if (msk_timing_is_ready(&sub->delivery[i], now))
            return true;
    return false;
}

msk_time
msk_timing_due(const struct msk_sub *sub)
{
    const msk_time free_at = has_sent(sub) ? sub->flight : 0;
    msk_time due = MSK_NEVER;

    for (size_t i = 0; i < sub->n_deliveries; i++) {
        const struct msk_delivery *d = &sub->delivery[i];
        msk_time at = d->due;

        if (d->state == MSK_DELIVERY_QUEUED && at < free_at)
            at = free_at;
        due = at < due ? at : due;
    }
    return due;
}
