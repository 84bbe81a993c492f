/* SPDX-License-Identifier: MIT */
#include "msk/bmsc.h"

#define TOKEN 1000u /* what a token costs; per_second come in a millisecond */

void
msk_pacer_init(struct msk_pacer *pacer, uint32_t per_second, uint32_t burst,
               msk_time now)
{
    if (pacer == NULL)
        return;
    pacer->per_second = per_second > 0 ? per_second : 1;
    pacer->burst = burst > 0 ? burst : 1;
    pacer->level = (uint64_t)pacer->burst * TOKEN;
    pacer->last = now;
}

/* What has come in since: no more than the burst, however long that was. A
 * clock that was set back brings nothing and loses nothing. */
static void
fill_pacer(struct msk_pacer *pacer, msk_time now)
{
    uint64_t full = (uint64_t)pacer->burst * TOKEN;
    msk_time passed = now > pacer->last ? now - pacer->last : 0;

    pacer->last = now;
    if (passed > full / pacer->per_second)
        pacer->level = full;
    else
        pacer->level += passed * pacer->per_second;
    if (pacer->level > full)
        pacer->level = full;
}

msk_time
msk_pacer_take(struct msk_pacer *pacer, msk_time now)
{
    if (pacer == NULL)
        return 0;
    fill_pacer(pacer, now);
    if (pacer->level < TOKEN)
        return (TOKEN - pacer->level + pacer->per_second - 1) /
               pacer->per_second;
    pacer->level -= TOKEN;
    return 0;
}

/* FNV-1a of 64 bits: spreads well, and is the same on all nodes. */
msk_time
msk_pacer_slot(struct msk_bytes btid, msk_time period)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (size_t i = 0; i < btid.n; i++)
        hash = (hash ^ btid.p[i]) * UINT64_C(0x100000001B3);
    return period > 0 ? (hash ^ hash >> 32) % period : 0;
}
