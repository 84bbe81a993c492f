/* SPDX-License-Identifier: MIT */
#include "mgvf/held.h"

#include <string.h>

#include "base/secret.h"

size_t
msk_held_find(const struct msk_held_group *group, uint16_t number)
{
    for (size_t i = 0; i < group->n && i < MSK_HELD_MAX; i++)
        if (group->msk[i].number == number)
            return i;
    return MSK_HELD_MAX;
}

/* The value of an MSK and what comes with it; its number and its MTK counter
 * are other matters. */
static void
copy_value(struct msk_held_key *to, const struct msk_held_key *from)
{
    memcpy(to->key, from->key, MSK_KEY_MAX);
    memcpy(to->rand, from->rand, MSK_RAND_MAX);
    to->key_len = from->key_len;
    to->rand_len = from->rand_len;
    to->seq_low = from->seq_low;
    to->seq_high = from->seq_high;
}

static void
copy(struct msk_held_key *to, const struct msk_held_key *from)
{
    copy_value(to, from);
    to->number = from->number;
    to->has_counter = from->has_counter;
    to->counter = from->counter;
    to->mtk_id = from->mtk_id;
}

/* Makes the MSK at i the newest; the others keep their order. */
static void
to_front(struct msk_held_group *group, size_t i)
{
    struct msk_held_key moved;

    if (i == 0)
        return;
    copy(&moved, &group->msk[1]);
    copy(&group->msk[1], &group->msk[0]);
    copy(&group->msk[0], &moved);
    msk_secret_wipe(&moved, sizeof moved);
}

/* Makes room in front; the second of two has to go. */
static bool
push_back(struct msk_held_group *group, uint16_t *deleted)
{
    bool full = group->n == MSK_HELD_MAX;

    if (full) {
        *deleted = group->msk[1].number;
        msk_secret_wipe(&group->msk[1], sizeof group->msk[1]);
    }
    if (group->n > 0)
        copy(&group->msk[1], &group->msk[0]);
    if (!full)
        group->n++;
    return full;
}

bool
msk_held_deliver(struct msk_held_group *group, const struct msk_held_key *msk,
                 uint16_t *deleted)
{
    size_t i = msk_held_find(group, msk->number);
    bool full;

    if (i < MSK_HELD_MAX) {
        to_front(group, i);
        copy_value(&group->msk[0], msk);
        return false;
    }
    full = push_back(group, deleted);
    copy(&group->msk[0], msk);
    return full;
}

bool
msk_held_revalidate(struct msk_held_group *group, uint16_t number,
                    uint16_t seq_low, uint16_t seq_high)
{
    size_t i = msk_held_find(group, number);

    if (i == MSK_HELD_MAX)
        return false;
    to_front(group, i);
    group->msk[0].seq_low = seq_low;
    group->msk[0].seq_high = seq_high;
    return true;
}
