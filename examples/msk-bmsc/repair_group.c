/* SPDX-License-Identifier: MIT */
#include "repair_group.h"

#include <string.h>

#include "host.h"

/* MSKs that a Key Group may have had since the backup. A number that a UE has
 * with another key would leave it deaf. */
#define ROLLS 1000

#define LAST 0xFFFF

static int
unpack(struct msk_key_group *group, const struct records_group *row)
{
    return msk_key_group_unpack(group,
                                (struct msk_bytes){ row->packed, row->n });
}

/* 0: there is none in that role. */
static uint16_t
number_of(const struct msk_key_group *group, enum msk_key_group_role role)
{
    struct msk_key_group_msk msk = { .size = sizeof msk };

    return msk_key_group_get(group, role, &msk) ? msk.id.number : 0;
}

uint16_t
repair_group_jump(uint16_t number)
{
    return (uint16_t)(LAST - number < ROLLS ? 0 : number + ROLLS);
}

int
repair_group_goal(const struct records_group *row, uint16_t *goal)
{
    static struct msk_key_group group;
    uint16_t number, next;
    int err = unpack(&group, row);

    if (err != MSK_OK)
        return err;
    number = number_of(&group, MSK_ROLE_CURRENT);
    next = number_of(&group, MSK_ROLE_NEXT);
    if (next > number)
        number = next;
    *goal = repair_group_jump(number);
    if (*goal == 0)
        *goal = number == LAST ? REPAIR_USES_UP : LAST;
    msk_key_group_wipe(&group);
    return MSK_OK;
}

/* No MTK and no other MSK comes after this. The next one is the last one, and
 * it may have been the current one already. */
static void
use_up(struct msk_key_group *group)
{
    (void)msk_key_group_switch(group);
    while (msk_key_group_reserve(group, UINT32_MAX) == MSK_OK)
        ;
}

int
repair_group_roll(struct records_group *row, uint16_t goal)
{
    static struct msk_key_group group;
    int err = unpack(&group, row);

    if (err == MSK_OK && goal == REPAIR_USES_UP)
        use_up(&group);
    while (err == MSK_OK && number_of(&group, MSK_ROLE_CURRENT) < goal)
        err = msk_key_group_rekey(&group, &host_randomness);
    if (err == MSK_OK)
        err = msk_key_group_pack(&group, row->packed, sizeof row->packed,
                                 &row->n);
    msk_key_group_wipe(&group);
    return err;
}

int
repair_group_look(const struct records_group *row, struct repair_group_end *out)
{
    static struct msk_key_group group;
    int err = unpack(&group, row);

    memset(out, 0, sizeof *out);
    if (err != MSK_OK)
        return err;
    msk_key_group_current(&group, &out->id);
    out->last = out->id.number == LAST;
    out->used_up =
        out->last && msk_key_group_reserve(&group, 1) == MSK_ERR_STATE;
    msk_key_group_wipe(&group);
    return MSK_OK;
}
