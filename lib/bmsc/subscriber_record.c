/* SPDX-License-Identifier: MIT */
/* The octets of a packed subscriber. The first one is a version. */
#include "bmsc/subscriber_record.h"

#include <stddef.h>
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "bmsc/subscriber.h"

#define SUBSCRIBER_VERSION 2

/* --- fields -------------------------------------------------------------- */

void
msk_record_get(struct msk_reader *r, uint8_t *out, size_t cap, uint8_t *len)
{
    struct msk_bytes field;

    *len = msk_reader_u8(r);
    msk_reader_take(r, *len, &field);
    if (field.n > cap)
        r->bad = true;
    else if (field.n > 0)
        memcpy(out, field.p, field.n);
    if (r->bad)
        *len = 0;
}

void
msk_record_put(struct msk_writer *w, const uint8_t *p, uint8_t len)
{
    msk_writer_u8(w, len);
    msk_writer_put(w, p, len);
}

bool
msk_record_get_flag(struct msk_reader *r)
{
    uint8_t octet = msk_reader_u8(r);

    if (octet > 1)
        r->bad = true;
    return octet == 1;
}

void
msk_record_put_flag(struct msk_writer *w, bool flag)
{
    msk_writer_u8(w, flag ? 1 : 0);
}

uint64_t
msk_record_get_u64(struct msk_reader *r)
{
    uint64_t high = msk_reader_u32(r);

    return high << 32 | msk_reader_u32(r);
}

void
msk_record_put_u64(struct msk_writer *w, uint64_t v)
{
    msk_writer_u32(w, (uint32_t)(v >> 32));
    msk_writer_u32(w, (uint32_t)v);
}

/* --- MUKs ---------------------------------------------------------------- */

static void
get_bmsc_muk(struct msk_reader *r, struct msk_bmsc_muk *muk)
{
    msk_record_get(r, muk->btid, sizeof muk->btid, &muk->btid_len);
    msk_record_get(r, muk->key, sizeof muk->key, &muk->key_len);
    muk->has_counter = msk_record_get_flag(r);
    muk->counter = msk_reader_u32(r);
}

static void
put_muk(struct msk_writer *w, const struct msk_bmsc_muk *muk)
{
    msk_record_put(w, muk->btid, muk->btid_len);
    msk_record_put(w, muk->key, muk->key_len);
    msk_record_put_flag(w, muk->has_counter);
    msk_writer_u32(w, muk->counter);
}

/* --- the subscription ---------------------------------------------------- */

static void
get_seen(struct msk_reader *r, struct msk_digest_seen *seen)
{
    struct msk_bytes nonce;

    seen->issued = msk_record_get_u64(r);
    msk_reader_take(r, sizeof seen->nonce, &nonce);
    if (nonce.n > 0)
        memcpy(seen->nonce, nonce.p, nonce.n);
    seen->nc = msk_reader_u32(r);
}

static void
put_seen(struct msk_writer *w, const struct msk_digest_seen *seen)
{
    msk_record_put_u64(w, seen->issued);
    msk_writer_put(w, seen->nonce, sizeof seen->nonce);
    msk_writer_u32(w, seen->nc);
}

static void
get_base(struct msk_reader *r, struct msk_sub *sub)
{
    get_bmsc_muk(r, &sub->muk);
    get_bmsc_muk(r, &sub->old);
    msk_record_get(r, sub->id, sizeof sub->id, &sub->id_len);
    msk_record_get(r, sub->mrk, sizeof sub->mrk, &sub->mrk_len);
    msk_record_get(r, sub->address, sizeof sub->address, &sub->address_len);
    sub->expires = msk_record_get_u64(r);
    sub->age = msk_record_get_u64(r);
    sub->proven = msk_record_get_flag(r);
    sub->reauth = msk_record_get_flag(r);
    sub->rebootstrap = msk_record_get_flag(r);
    get_seen(r, &sub->seen);
}

static void
put_base(struct msk_writer *w, const struct msk_sub *sub)
{
    put_muk(w, &sub->muk);
    put_muk(w, &sub->old);
    msk_record_put(w, sub->id, sub->id_len);
    msk_record_put(w, sub->mrk, sub->mrk_len);
    msk_record_put(w, sub->address, sub->address_len);
    msk_record_put_u64(w, sub->expires);
    msk_record_put_u64(w, sub->age);
    msk_record_put_flag(w, sub->proven);
    msk_record_put_flag(w, sub->reauth);
    msk_record_put_flag(w, sub->rebootstrap);
    put_seen(w, &sub->seen);
}

/* --- membership ---------------------------------------------------------- */

static void
get_group(struct msk_reader *r, struct msk_group_id *group)
{
    for (size_t i = 0; i < sizeof group->domain; i++)
        group->domain[i] = msk_reader_u8(r);
    group->group = msk_reader_u16(r);
}

static void
put_group(struct msk_writer *w, const struct msk_group_id *group)
{
    msk_writer_put(w, group->domain, sizeof group->domain);
    msk_writer_u16(w, group->group);
}

static void
get_member(struct msk_reader *r, struct msk_member *member)
{
    memset(member, 0, sizeof *member);
    get_group(r, &member->group);
    member->asked = msk_record_get_flag(r);
    member->services = msk_reader_u32(r);
    member->unanswered = msk_reader_u8(r);
}

static void
put_member(struct msk_writer *w, const struct msk_member *member)
{
    put_group(w, &member->group);
    msk_record_put_flag(w, member->asked);
    msk_writer_u32(w, member->services);
    msk_writer_u8(w, member->unanswered);
}

static void
get_services(struct msk_reader *r, struct msk_sub *sub)
{
    struct msk_bytes tag;

    sub->n_services = msk_reader_u8(r);
    if (sub->n_services > MSK_SERVICES_MAX)
        r->bad = true;
    for (size_t i = 0; !r->bad && i < sub->n_services; i++) {
        msk_reader_take(r, MSK_SERVICE_TAG, &tag);
        if (tag.n > 0)
            memcpy(sub->service[i], tag.p, tag.n);
    }
}

static void
get_members(struct msk_reader *r, struct msk_sub *sub)
{
    sub->n_members = msk_reader_u8(r);
    if (sub->n_members > MSK_SUBSCRIBER_GROUPS_MAX)
        r->bad = true;
    for (size_t i = 0; !r->bad && i < sub->n_members; i++)
        get_member(r, &sub->member[i]);
}

/* --- deliveries ---------------------------------------------------------- */

static void
get_counters(struct msk_reader *r, struct msk_delivery *d)
{
    d->n_sent = msk_reader_u8(r);
    if (d->n_sent > MSK_COUNTERS_MAX)
        r->bad = true;
    for (size_t i = 0; !r->bad && i < d->n_sent; i++)
        d->counter[i] = msk_reader_u32(r);
}

static void
get_delivery(struct msk_reader *r, struct msk_delivery *d)
{
    memset(d, 0, sizeof *d);
    d->state = msk_reader_u8(r);
    d->v = msk_record_get_flag(r);
    d->old_muk = msk_record_get_flag(r);
    d->asked = msk_record_get_flag(r);
    get_group(r, &d->group);
    d->number = msk_reader_u16(r);
    d->csb_id = msk_reader_u32(r);
    get_counters(r, d);
    d->due = msk_record_get_u64(r);
    d->set = msk_record_get_u64(r);
}

static void
put_delivery(struct msk_writer *w, const struct msk_delivery *d)
{
    msk_writer_u8(w, d->state);
    msk_record_put_flag(w, d->v);
    msk_record_put_flag(w, d->old_muk);
    msk_record_put_flag(w, d->asked);
    put_group(w, &d->group);
    msk_writer_u16(w, d->number);
    msk_writer_u32(w, d->csb_id);
    msk_writer_u8(w, d->n_sent);
    for (size_t i = 0; i < d->n_sent; i++)
        msk_writer_u32(w, d->counter[i]);
    msk_record_put_u64(w, d->due);
    msk_record_put_u64(w, d->set);
}

static void
get_deliveries(struct msk_reader *r, struct msk_sub *sub)
{
    sub->n_deliveries = msk_reader_u8(r);
    if (sub->n_deliveries > MSK_DELIVERIES_MAX)
        r->bad = true;
    sub->flight = sub->n_deliveries > 0 ? msk_record_get_u64(r) : 0;
    for (size_t i = 0; !r->bad && i < sub->n_deliveries; i++)
        get_delivery(r, &sub->delivery[i]);
}

static void
put_deliveries(struct msk_writer *w, const struct msk_sub *sub)
{
    msk_writer_u8(w, sub->n_deliveries);
    if (sub->n_deliveries > 0)
        msk_record_put_u64(w, sub->flight);
    for (size_t i = 0; i < sub->n_deliveries; i++)
        put_delivery(w, &sub->delivery[i]);
}

/* --- the whole ----------------------------------------------------------- */

static bool
get_subscriber(struct msk_sub *sub, struct msk_bytes packed)
{
    struct msk_reader r;

    msk_reader_init(&r, packed.p, packed.n);
    if (msk_reader_u8(&r) != SUBSCRIBER_VERSION)
        return false;
    get_base(&r, sub);
    get_services(&r, sub);
    get_members(&r, sub);
    get_deliveries(&r, sub);
    return msk_reader_done(&r) && msk_sub_is_whole(sub);
}

int
msk_subscriber_unpack(struct msk_subscriber *subscriber,
                      struct msk_bytes packed)
{
    if (subscriber == NULL || !msk_octets_fit(packed, 0, SIZE_MAX))
        return MSK_ERR_ARGUMENT;
    /* Perhaps it had keys. Most of it are memberships and deliveries, and few
     * of these are ever there. */
    msk_secret_wipe(subscriber, offsetof(struct msk_sub, member));
    if (get_subscriber(msk_sub_of(subscriber), packed))
        return MSK_OK;
    msk_secret_wipe(subscriber, sizeof *subscriber);
    return MSK_ERR_RECORD;
}

int
msk_subscriber_pack(const struct msk_subscriber *subscriber, uint8_t *buf,
                    size_t cap, size_t *len)
{
    const struct msk_sub *sub;
    struct msk_writer w;

    if (subscriber == NULL || buf == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    sub = msk_sub_at(subscriber);
    msk_writer_init(&w, buf, cap);
    msk_writer_u8(&w, SUBSCRIBER_VERSION);
    put_base(&w, sub);
    msk_writer_u8(&w, sub->n_services);
    for (size_t i = 0; i < sub->n_services; i++)
        msk_writer_put(&w, sub->service[i], MSK_SERVICE_TAG);
    msk_writer_u8(&w, sub->n_members);
    for (size_t i = 0; i < sub->n_members; i++)
        put_member(&w, &sub->member[i]);
    put_deliveries(&w, sub);
    return msk_writer_end(&w, len);
}
