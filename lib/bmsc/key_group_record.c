/* SPDX-License-Identifier: MIT */
/* The octets of a packed Key Group. The first one is a version. */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "bmsc/key_group.h"
#include "bmsc/subscriber_record.h"

#define GROUP_VERSION 2

static void
put_group_msk(struct msk_writer *w, const struct msk_group *g,
              const struct msk_group_msk *msk)
{
    msk_writer_u16(w, msk->number);
    if (msk->number == 0)
        return;
    msk_writer_put(w, msk->key, g->key_len);
    msk_record_put(w, msk->rand, msk->rand_len);
    msk_writer_u16(w, msk->seq_low);
    msk_writer_u16(w, msk->seq_high);
    msk_writer_u32(w, msk->reserved);
    msk_writer_u32(w, msk->past);
    /* A row ends where messages may be missing from it. */
    msk_writer_u8(w, msk->used == msk->reserved ? msk->row : 0);
}

int
msk_key_group_pack(const struct msk_key_group *group, uint8_t *buf, size_t cap,
                   size_t *len)
{
    const struct msk_group *g;
    struct msk_writer w;

    if (group == NULL || buf == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    g = msk_group_at(group);
    msk_writer_init(&w, buf, cap);
    msk_writer_u8(&w, GROUP_VERSION);
    msk_writer_put(&w, g->id.domain, sizeof g->id.domain);
    msk_writer_u16(&w, g->id.group);
    msk_record_put_flag(&w, g->streaming);
    msk_record_put(&w, g->sp, g->sp_len);
    msk_writer_u8(&w, g->key_len);
    msk_writer_u8(&w, g->mtks_sent);
    msk_writer_u32(&w, g->epoch);
    for (size_t i = 0; i < MSK_ROLES; i++)
        put_group_msk(&w, g, &g->msk[i]);
    return msk_writer_end(&w, len);
}

/* What another writer had reserved counts as used. */
static void
get_group_msk(struct msk_reader *r, const struct msk_group *g,
              struct msk_group_msk *msk)
{
    struct msk_bytes key;

    msk->number = msk_reader_u16(r);
    if (msk->number == 0)
        return;
    msk_reader_take(r, g->key_len, &key);
    if (key.n > 0)
        memcpy(msk->key, key.p, key.n);
    msk_record_get(r, msk->rand, sizeof msk->rand, &msk->rand_len);
    msk->seq_low = msk_reader_u16(r);
    msk->seq_high = msk_reader_u16(r);
    msk->reserved = msk_reader_u32(r);
    msk->used = msk->reserved;
    msk->past = msk_reader_u32(r);
    msk->row = msk_reader_u8(r);
}

static void
get_key_group(struct msk_reader *r, struct msk_group *g)
{
    if (msk_reader_u8(r) != GROUP_VERSION)
        r->bad = true;
    for (size_t i = 0; i < sizeof g->id.domain; i++)
        g->id.domain[i] = msk_reader_u8(r);
    g->id.group = msk_reader_u16(r);
    g->streaming = msk_record_get_flag(r);
    msk_record_get(r, g->sp, sizeof g->sp, &g->sp_len);
    g->key_len = msk_reader_u8(r);
    if (!msk_group_is_key_len(g->key_len))
        r->bad = true;
    g->mtks_sent = msk_reader_u8(r);
    g->epoch = msk_reader_u32(r);
    for (size_t i = 0; !r->bad && i < MSK_ROLES; i++)
        get_group_msk(r, g, &g->msk[i]);
}

/* Those in a row end at the last one used; when there are as many as are sent
 * at a time, all before them are past. */
static bool
is_msk(const struct msk_group *g, const struct msk_group_msk *msk)
{
    if (msk->number == 0)
        return true;
    if (msk->row > g->mtks_sent || msk->past > msk->used ||
        msk->row > msk->used - msk->past ||
        (msk->row == g->mtks_sent && msk->past != msk->used - msk->row))
        return false;
    return msk->rand_len >= MSK_GROUP_RAND_LEN &&
           msk_group_is_interval(msk->seq_low, msk->seq_high) &&
           msk->reserved <= msk_group_room(msk) &&
           msk->past < msk_group_room(msk);
}

/* Numbers only grow. */
static bool
is_whole_group(const struct msk_group *g)
{
    const uint16_t current = g->msk[MSK_ROLE_CURRENT].number;
    const uint16_t next = g->msk[MSK_ROLE_NEXT].number;

    for (size_t i = 0; i < MSK_ROLES; i++)
        if (!is_msk(g, &g->msk[i]))
            return false;
    return g->id.group != 0 && (g->streaming || g->sp_len == 0) &&
           g->mtks_sent != 0 && g->msk[MSK_ROLE_PREVIOUS].number < current &&
           (next == 0 || current < next);
}

int
msk_key_group_unpack(struct msk_key_group *group, struct msk_bytes packed)
{
    struct msk_reader r;
    struct msk_group *g;

    if (group == NULL || !msk_octets_fit(packed, 0, SIZE_MAX))
        return MSK_ERR_ARGUMENT;
    memset(group, 0, sizeof *group);
    g = msk_group_of(group);
    msk_reader_init(&r, packed.p, packed.n);
    get_key_group(&r, g);
    if (msk_reader_done(&r) && is_whole_group(g))
        return MSK_OK;
    msk_secret_wipe(group, sizeof *group);
    return MSK_ERR_RECORD;
}
