/* SPDX-License-Identifier: MIT */
#include "bmsc/subscriber.h"

#include <string.h>

#include "base/secret.h"

struct msk_sub *
msk_sub_of(struct msk_subscriber *subscriber)
{
    return (struct msk_sub *)(void *)subscriber->opaque;
}

const struct msk_sub *
msk_sub_at(const struct msk_subscriber *subscriber)
{
    return (const struct msk_sub *)(const void *)subscriber;
}

/* --- memberships and deliveries ------------------------------------------ */

const struct msk_member *
msk_sub_find(const struct msk_sub *sub, const struct msk_group_id *group)
{
    for (size_t i = 0; i < sub->n_members; i++)
        if (msk_group_id_equal(&sub->member[i].group, group))
            return &sub->member[i];
    return NULL;
}

struct msk_member *
msk_sub_member(struct msk_sub *sub, const struct msk_group_id *group)
{
    const struct msk_member *found = msk_sub_find(sub, group);

    return found != NULL ? &sub->member[found - sub->member] : NULL;
}

int
msk_sub_add(struct msk_sub *sub, const struct msk_group_id *group,
            struct msk_member **out)
{
    struct msk_member *member = &sub->member[sub->n_members];

    if (sub->n_members == MSK_SUBSCRIBER_GROUPS_MAX)
        return MSK_ERR_LIMIT;
    sub->n_members++;
    memset(member, 0, sizeof *member);
    member->group = *group;
    *out = member;
    return MSK_OK;
}

void
msk_sub_drop(struct msk_sub *sub, size_t i)
{
    const size_t last = (size_t)sub->n_deliveries - 1;

    msk_sub_move(sub, i, last);
    msk_secret_wipe(&sub->delivery[last], sizeof sub->delivery[last]);
    sub->n_deliveries = (uint8_t)last;
}

void
msk_sub_move(struct msk_sub *sub, size_t from, size_t to)
{
    struct msk_delivery moved = sub->delivery[from];

    if (from < to)
        memmove(&sub->delivery[from], &sub->delivery[from + 1],
                (to - from) * sizeof moved);
    else
        memmove(&sub->delivery[to + 1], &sub->delivery[to],
                (from - to) * sizeof moved);
    sub->delivery[to] = moved;
}

/* The last membership takes the place of the one that goes. */
void
msk_sub_part(struct msk_sub *sub, struct msk_member *member)
{
    struct msk_member *last = &sub->member[sub->n_members - 1];

    for (size_t i = sub->n_deliveries; i > 0; i--)
        if (msk_group_id_equal(&sub->delivery[i - 1].group, &member->group))
            msk_sub_drop(sub, i - 1);
    if (member != last)
        memcpy(member, last, sizeof *member);
    memset(last, 0, sizeof *last);
    sub->n_members--;
}

bool
msk_sub_expired(const struct msk_sub *sub, msk_time now)
{
    return now >= sub->expires ||
           (sub->muk.has_counter && sub->muk.counter >= MSK_COUNTER_LAST_MSK);
}

void
msk_sub_renew(struct msk_delivery *d)
{
    d->state = MSK_DELIVERY_QUEUED;
    d->old_muk = false;
    d->n_sent = 0;
    memset(d->counter, 0, sizeof d->counter);
    d->due = d->set; /* at once */
}

/* --- times ---------------------------------------------------------------- */

msk_time
msk_sub_interval(msk_time retry, uint8_t n_sent)
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
        d->due += msk_sub_interval(retry, d->n_sent);
}

void
msk_sub_rebase(struct msk_sub *sub, msk_time now, msk_time retry,
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
msk_sub_in_flight(const struct msk_sub *sub, msk_time now)
{
    return now < sub->flight && has_sent(sub);
}

bool
msk_sub_is_ready(const struct msk_delivery *d, msk_time now)
{
    return d->state == MSK_DELIVERY_QUEUED && now >= d->due;
}

bool
msk_sub_has_ready(const struct msk_sub *sub, msk_time now)
{
    for (size_t i = 0; i < sub->n_deliveries; i++)
        if (msk_sub_is_ready(&sub->delivery[i], now))
            return true;
    return false;
}

msk_time
msk_sub_due(const struct msk_sub *sub)
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

/* --- is it whole? --------------------------------------------------------- */

static bool
is_muk(const struct msk_bmsc_muk *muk)
{
    return muk->btid_len > 0 && muk->key_len > 0 &&
           (muk->has_counter || muk->counter == 0);
}

static bool
is_no_muk(const struct msk_bmsc_muk *muk)
{
    return muk->btid_len == 0 && muk->key_len == 0 && !muk->has_counter &&
           muk->counter == 0;
}

/* Every service bit has a service, and every group is there once. */
static bool
are_members(const struct msk_sub *sub)
{
    const uint32_t known = sub->n_services < 32
                               ? (UINT32_C(1) << sub->n_services) - 1
                               : UINT32_MAX;

    for (size_t i = 0; i < sub->n_members; i++) {
        const struct msk_member *m = &sub->member[i];

        if (m->group.group == 0 || (m->services & ~known) != 0 ||
            msk_sub_find(sub, &m->group) != m)
            return false;
    }
    return true;
}

/* The only one of that MSK, and no more of its group than a group has. */
static bool
is_single(const struct msk_sub *sub, const struct msk_delivery *d)
{
    size_t same = 0, of_group = 0;

    for (size_t i = 0; i < sub->n_deliveries; i++)
        if (msk_group_id_equal(&sub->delivery[i].group, &d->group)) {
            of_group++;
            same += sub->delivery[i].number == d->number ? 1 : 0;
        }
    return same == 1 && of_group <= 3;
}

/* Owed to a member. What was sent waits for its acknowledgement, under a MUK
 * that is there. */
static bool
is_delivery(const struct msk_sub *sub, const struct msk_delivery *d)
{
    const bool sent = d->n_sent > 0;

    return (d->state == MSK_DELIVERY_SENT ? sent
                                          : d->state == MSK_DELIVERY_QUEUED) &&
           (d->v || !sent) && (sent || !d->old_muk) &&
           (!d->old_muk || sub->old.key_len > 0) && d->number != 0 &&
           msk_sub_find(sub, &d->group) != NULL && is_single(sub, d);
}

bool
msk_sub_is_whole(const struct msk_sub *sub)
{
    for (size_t i = 0; i < sub->n_deliveries; i++)
        if (!is_delivery(sub, &sub->delivery[i]))
            return false;
    return is_muk(&sub->muk) && (is_muk(&sub->old) || is_no_muk(&sub->old)) &&
           sub->id_len > 0 && sub->mrk_len > 0 && are_members(sub);
}

/* A struct msk_subscriber has room for one. */
typedef char
    msk_sub_fits[sizeof(struct msk_sub) <= sizeof(struct msk_subscriber) ? 1
                                                                         : -1];
