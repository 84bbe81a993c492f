/* SPDX-License-Identifier: MIT */
#include "mgvf/expiry.h"

/* Where the end of that MSK stands; MSK_HELD_MAX: nowhere. */
static size_t
find_expiry(const struct msk_held_group *group, uint16_t number)
{
    size_t i = 0;

    while (i < MSK_HELD_MAX && group->expiry[i].number != number)
        i++;
    return i;
}

/* One that is free: as many MSKs are held as there are places, and this one has
 * none. */
static size_t
free_expiry(const struct msk_held_group *group)
{
    size_t i = 0;

    while (i + 1 < MSK_HELD_MAX &&
           msk_held_find(group, group->expiry[i].number) < MSK_HELD_MAX)
        i++;
    return i;
}

void
msk_expiry_set(struct msk_held_group *group, uint16_t number, uint64_t at)
{
    size_t i = find_expiry(group, number);

    if (i == MSK_HELD_MAX)
        i = free_expiry(group);
    group->expiry[i].number = number;
    group->expiry[i].at = at;
}

uint64_t
msk_expiry_of(const struct msk_held_group *group, uint16_t number)
{
    size_t i = find_expiry(group, number);

    return i < MSK_HELD_MAX ? group->expiry[i].at : 0;
}

bool
msk_expiry_get(struct msk_reader *r, struct msk_held_group *group)
{
    bool any = false;

    for (size_t i = 0; i < group->n; i++) {
        uint64_t high = msk_reader_u32(r);

        group->expiry[i].number = group->msk[i].number;
        group->expiry[i].at = high << 32 | msk_reader_u32(r);
        any |= group->expiry[i].at != 0;
    }
    return any;
}

void
msk_expiry_put(struct msk_writer *w, const struct msk_held_group *group)
{
    uint64_t at[MSK_HELD_MAX] = { 0 }, any = 0;

    for (size_t i = 0; i < group->n; i++) {
        at[i] = msk_expiry_of(group, group->msk[i].number);
        any |= at[i];
    }
    for (size_t i = 0; any != 0 && i < group->n; i++) {
        msk_writer_u32(w, (uint32_t)(at[i] >> 32));
        msk_writer_u32(w, (uint32_t)at[i]);
    }
}
