/* SPDX-License-Identifier: MIT */
#include "bmsc/subscriber.h"

#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "base/sized.h"
#include "bmsc/record_field.h"

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
msk_sub_join(struct msk_sub *sub, const struct msk_group_id *group,
             struct msk_member **out)
{
    struct msk_member *member = msk_sub_member(sub, group);

    *out = member;
    if (member != NULL)
        return MSK_OK;
    if (sub->n_members == MSK_SUBSCRIBER_GROUPS_MAX)
        return MSK_ERR_LIMIT;
    member = &sub->member[sub->n_members++];
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

    for (size_t i = sub->n_deliveries; i-- > 0;)
        if (msk_group_id_equal(&sub->delivery[i].group, &member->group))
            msk_sub_drop(sub, i);
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

/* --- keys ---------------------------------------------------------------- */

static bool
take_subscriber_config(struct msk_subscriber_config *c,
                       const struct msk_subscriber_config *config)
{
    return msk_sized_take(c, sizeof *c, config,
                          MSK_SIZE_UPTO(msk_subscriber_config, address)) &&
           msk_octets_fit(c->btid, 1, MSK_BTID_MAX) &&
           msk_octets_fit(c->id, 1, MSK_SUBSCRIBER_ID_MAX) &&
           msk_octets_fit(c->muk, 1, MSK_MUK_MAX) &&
           msk_octets_fit(c->mrk, 1, MSK_MRK_MAX) &&
           msk_octets_fit(c->address, 0, MSK_PEER_MAX);
}

/* All of these fit: take_subscriber_config has looked. */
static void
set_keys(struct msk_sub *sub, const struct msk_subscriber_config *c)
{
    msk_secret_wipe(&sub->muk, sizeof sub->muk);
    (void)msk_record_set(sub->muk.btid, MSK_BTID_MAX, &sub->muk.btid_len,
                         c->btid);
    (void)msk_record_set(sub->muk.key, MSK_MUK_MAX, &sub->muk.key_len, c->muk);
    msk_secret_wipe(sub->mrk, sizeof sub->mrk);
    (void)msk_record_set(sub->mrk, MSK_MRK_MAX, &sub->mrk_len, c->mrk);
    sub->expires = c->expires;
    sub->age = c->age;
}

int
msk_subscriber_init(struct msk_subscriber *subscriber,
                    const struct msk_subscriber_config *config)
{
    struct msk_subscriber_config c;
    struct msk_sub *sub;

    if (subscriber == NULL || !take_subscriber_config(&c, config))
        return MSK_ERR_ARGUMENT;
    memset(subscriber, 0, sizeof *subscriber);
    sub = msk_sub_of(subscriber);
    set_keys(sub, &c);
    (void)msk_record_set(sub->id, MSK_SUBSCRIBER_ID_MAX, &sub->id_len, c.id);
    (void)msk_record_set(sub->address, MSK_PEER_MAX, &sub->address_len,
                         c.address);
    return MSK_OK;
}

void
msk_subscriber_wipe(struct msk_subscriber *subscriber)
{
    if (subscriber != NULL)
        msk_secret_wipe(subscriber, sizeof *subscriber);
}

struct msk_bytes
msk_subscriber_btid(const struct msk_subscriber *subscriber)
{
    const struct msk_sub *sub = msk_sub_at(subscriber);

    return sub != NULL ? (struct msk_bytes){ sub->muk.btid, sub->muk.btid_len }
                       : (struct msk_bytes){ NULL, 0 };
}

struct msk_bytes
msk_subscriber_old_btid(const struct msk_subscriber *subscriber)
{
    const struct msk_sub *sub = msk_sub_at(subscriber);

    return sub != NULL ? (struct msk_bytes){ sub->old.btid, sub->old.btid_len }
                       : (struct msk_bytes){ NULL, 0 };
}

struct msk_bytes
msk_subscriber_id(const struct msk_subscriber *subscriber)
{
    const struct msk_sub *sub = msk_sub_at(subscriber);

    return sub != NULL ? (struct msk_bytes){ sub->id, sub->id_len }
                       : (struct msk_bytes){ NULL, 0 };
}

struct msk_bytes
msk_subscriber_address(const struct msk_subscriber *subscriber)
{
    const struct msk_sub *sub = msk_sub_at(subscriber);

    return sub != NULL ? (struct msk_bytes){ sub->address, sub->address_len }
                       : (struct msk_bytes){ NULL, 0 };
}

msk_time
msk_subscriber_expires(const struct msk_subscriber *subscriber)
{
    return subscriber != NULL ? msk_sub_at(subscriber)->expires : 0;
}

uint64_t
msk_subscriber_age(const struct msk_subscriber *subscriber)
{
    return subscriber != NULL ? msk_sub_at(subscriber)->age : 0;
}

bool
msk_subscriber_member(const struct msk_subscriber *subscriber,
                      const struct msk_group_id *group)
{
    return subscriber != NULL &&
           msk_sub_find(msk_sub_at(subscriber), group) != NULL;
}

int
msk_subscriber_join(struct msk_subscriber *subscriber,
                    const struct msk_group_id *group)
{
    struct msk_member *member;
    int err;

    if (subscriber == NULL || group == NULL || group->group == 0)
        return MSK_ERR_ARGUMENT;
    err = msk_sub_join(msk_sub_of(subscriber), group, &member);
    if (err == MSK_OK)
        member->asked = true;
    return err;
}

void
msk_subscriber_part(struct msk_subscriber *subscriber,
                    const struct msk_group_id *group)
{
    struct msk_member *member;

    if (subscriber == NULL)
        return;
    member = msk_sub_member(msk_sub_of(subscriber), group);
    if (member != NULL)
        msk_sub_part(msk_sub_of(subscriber), member);
}

void
msk_subscriber_reauth(struct msk_subscriber *subscriber)
{
    if (subscriber != NULL)
        msk_sub_of(subscriber)->reauth = true;
}

void
msk_subscriber_rebootstrap(struct msk_subscriber *subscriber)
{
    if (subscriber != NULL)
        msk_sub_of(subscriber)->rebootstrap = true;
}

/*
 * TS 33.246 6.1: the old MUK stays for acknowledgements under way and for the
 * first pull. Of two that the UE never showed to have, the older one stays: it
 * is the one that a UE takes pulls under.
 */
static void
retire_muk(struct msk_sub *sub)
{
    const bool keep = sub->proven || sub->old.btid_len == 0;

    for (size_t i = 0; i < sub->n_deliveries; i++) {
        struct msk_delivery *d = &sub->delivery[i];

        if (d->n_sent == 0)
            continue;
        if (d->old_muk == keep) /* it went out under the MUK that goes */
            msk_sub_renew(d);
        else
            d->old_muk = true;
    }
    if (keep)
        memcpy(&sub->old, &sub->muk, sizeof sub->old);
}

static bool
is_same_field(const uint8_t *p, size_t n, struct msk_bytes view)
{
    return n == view.n && msk_secret_equal(p, view.p, n);
}

int
msk_subscriber_rebind(struct msk_subscriber *subscriber,
                      const struct msk_subscriber_config *config)
{
    struct msk_subscriber_config c;
    struct msk_sub *sub;

    if (subscriber == NULL || !take_subscriber_config(&c, config))
        return MSK_ERR_ARGUMENT;
    sub = msk_sub_of(subscriber);
    if (!is_same_field(sub->id, sub->id_len, c.id))
        return MSK_ERR_CONFLICT;
    if (is_same_field(sub->muk.btid, sub->muk.btid_len, c.btid)) {
        /* Decision 2: the same keys again change nothing. */
        return is_same_field(sub->muk.key, sub->muk.key_len, c.muk) &&
                       is_same_field(sub->mrk, sub->mrk_len, c.mrk)
                   ? MSK_OK
                   : MSK_ERR_CONFLICT;
    }
    if (c.age <= sub->age) /* decision 27 */
        return MSK_ERR_OLD_KEY;
    if (is_same_field(sub->old.btid, sub->old.btid_len, c.btid))
        return MSK_ERR_CONFLICT;
    retire_muk(sub);
    set_keys(sub, &c);
    if (c.address.n > 0)
        (void)msk_record_set(sub->address, MSK_PEER_MAX, &sub->address_len,
                             c.address);
    memset(&sub->seen, 0, sizeof sub->seen);
    sub->proven = false;
    sub->reauth = false;
    sub->rebootstrap = false;
    return MSK_OK;
}

/* A struct msk_subscriber has room for one. */
typedef char
    msk_sub_fits[sizeof(struct msk_sub) <= sizeof(struct msk_subscriber) ? 1
                                                                         : -1];
