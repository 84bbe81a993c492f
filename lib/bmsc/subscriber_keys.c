/* SPDX-License-Identifier: MIT */
/* What a host does with a subscriber: makes it, binds it to keys, asks it. */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "bmsc/subscriber.h"

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
    (void)msk_octets_keep(c->btid, sub->muk.btid, MSK_BTID_MAX,
                          &sub->muk.btid_len);
    (void)msk_octets_keep(c->muk, sub->muk.key, MSK_MUK_MAX, &sub->muk.key_len);
    msk_secret_wipe(sub->mrk, sizeof sub->mrk);
    (void)msk_octets_keep(c->mrk, sub->mrk, MSK_MRK_MAX, &sub->mrk_len);
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
    (void)msk_octets_keep(c.id, sub->id, MSK_SUBSCRIBER_ID_MAX, &sub->id_len);
    (void)msk_octets_keep(c.address, sub->address, MSK_PEER_MAX,
                          &sub->address_len);
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

size_t
msk_subscriber_groups(const struct msk_subscriber *subscriber,
                      struct msk_group_id *ids, size_t cap)
{
    const struct msk_sub *sub = msk_sub_at(subscriber);

    if (sub == NULL || (ids == NULL && cap > 0))
        return 0;
    for (size_t i = 0; i < sub->n_members && i < cap; i++)
        ids[i] = sub->member[i].group;
    return sub->n_members;
}

int
msk_subscriber_join(struct msk_subscriber *subscriber,
                    const struct msk_group_id *group)
{
    struct msk_member *member;
    struct msk_sub *sub;
    int err = MSK_OK;

    if (subscriber == NULL || group == NULL || group->group == 0)
        return MSK_ERR_ARGUMENT;
    sub = msk_sub_of(subscriber);
    member = msk_sub_member(sub, group);
    if (member == NULL)
        err = msk_sub_add(sub, group, &member);
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
        (void)msk_octets_keep(c.address, sub->address, MSK_PEER_MAX,
                              &sub->address_len);
    memset(&sub->seen, 0, sizeof sub->seen);
    sub->proven = false;
    sub->reauth = false;
    sub->rebootstrap = false;
    return MSK_OK;
}
