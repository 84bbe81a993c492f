/* SPDX-License-Identifier: MIT */
#include "mgvf/record.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "mgvf/expiry.h"

#define RECORD_VERSION 2

void
msk_record_server_key(struct msk_bytes fqdn, uint8_t out[MSK_RECORD_KEY_MAX],
                      size_t *len)
{
    out[0] = MSK_RECORD_SERVER;
    msk_fqdn_fold(fqdn, out + 1);
    *len = 1 + fqdn.n;
}

void
msk_record_group_key(const struct msk_group_id *group,
                     uint8_t out[MSK_RECORD_KEY_MAX], size_t *len)
{
    struct msk_writer w;

    msk_writer_init(&w, out, MSK_RECORD_KEY_MAX);
    msk_writer_u8(&w, MSK_RECORD_GROUP);
    msk_writer_put(&w, group->domain, sizeof group->domain);
    msk_writer_u16(&w, group->group);
    *len = w.len;
}

/* Any spread will do; a group keeps its record for ever. */
uint8_t
msk_record_bucket(const struct msk_group_id *group)
{
    unsigned sum = group->group;

    for (size_t i = 0; i < sizeof group->domain; i++)
        sum += group->domain[i];
    return (uint8_t)(sum % MSK_HISTORY_RECORDS);
}

void
msk_record_history_key(const struct msk_group_id *group,
                       uint8_t out[MSK_RECORD_KEY_MAX], size_t *len)
{
    out[0] = MSK_RECORD_HISTORY;
    out[1] = msk_record_bucket(group);
    *len = 2;
}

/* Octets after one octet of length, into a field of cap octets. */
static bool
get_field(struct msk_reader *r, uint8_t *out, size_t cap, uint8_t *len)
{
    struct msk_bytes field;

    *len = msk_reader_u8(r);
    msk_reader_take(r, *len, &field);
    if (r->bad || field.n > cap)
        return false;
    if (field.n > 0)
        memcpy(out, field.p, field.n);
    return true;
}

static void
put_field(struct msk_writer *w, const uint8_t *p, uint8_t len)
{
    msk_writer_u8(w, len);
    msk_writer_put(w, p, len);
}

/* n octets into out; zeros when they are not there. */
static void
get_octets(struct msk_reader *r, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = msk_reader_u8(r);
}

static uint64_t
get_u64(struct msk_reader *r)
{
    uint64_t high = msk_reader_u32(r);

    return high << 32 | msk_reader_u32(r);
}

static void
put_u64(struct msk_writer *w, uint64_t v)
{
    msk_writer_u32(w, (uint32_t)(v >> 32));
    msk_writer_u32(w, (uint32_t)v);
}

/* A flag is one of two octets: anything else is damage. */
static bool
get_flag(struct msk_reader *r, bool *flag)
{
    uint8_t octet = msk_reader_u8(r);

    *flag = octet == 1;
    return octet <= 1;
}

/* Version and count; false: unknown, or more than two. */
static bool
get_head(struct msk_reader *r, struct msk_bytes value, size_t *n)
{
    uint8_t version;

    msk_reader_init(r, value.p, value.n);
    version = msk_reader_u8(r);
    *n = msk_reader_u8(r);
    return version == RECORD_VERSION && *n <= 2;
}

static bool
get_server_muk(struct msk_reader *r, struct msk_server_muk *muk)
{
    bool ok = get_field(r, muk->btid, sizeof muk->btid, &muk->btid_len) &&
              get_field(r, muk->key, sizeof muk->key, &muk->key_len) &&
              get_flag(r, &muk->has_counter);

    muk->counter = msk_reader_u32(r);
    return ok && muk->btid_len > 0 && muk->key_len > 0;
}

int
msk_record_get_server(struct msk_bytes value, struct msk_server_keys *keys)
{
    struct msk_reader r;
    bool ok;

    memset(keys, 0, sizeof *keys);
    if (value.n == 0) /* no record: no MUK */
        return MSK_OK;
    ok = get_head(&r, value, &keys->n) && keys->n > 0;
    keys->age = get_u64(&r);
    for (size_t i = 0; ok && i < keys->n; i++)
        ok = get_server_muk(&r, &keys->muk[i]);
    return ok && msk_reader_done(&r) ? MSK_OK : MSK_ERR_RECORD;
}

void
msk_record_put_server(const struct msk_server_keys *keys,
                      uint8_t out[MSK_STORE_VALUE_MAX], size_t *len)
{
    struct msk_writer w;

    msk_writer_init(&w, out, MSK_STORE_VALUE_MAX);
    msk_writer_u8(&w, RECORD_VERSION);
    msk_writer_u8(&w, (uint8_t)keys->n);
    put_u64(&w, keys->age);
    for (size_t i = 0; i < keys->n; i++) {
        const struct msk_server_muk *muk = &keys->muk[i];

        put_field(&w, muk->btid, muk->btid_len);
        put_field(&w, muk->key, muk->key_len);
        msk_writer_u8(&w, muk->has_counter ? 1 : 0);
        msk_writer_u32(&w, muk->counter);
    }
    *len = w.len;
}

static bool
get_held_msk(struct msk_reader *r, struct msk_held_key *msk)
{
    bool ok;

    msk->number = msk_reader_u16(r);
    ok = get_field(r, msk->key, sizeof msk->key, &msk->key_len) &&
         get_field(r, msk->rand, sizeof msk->rand, &msk->rand_len);
    msk->seq_low = msk_reader_u16(r);
    msk->seq_high = msk_reader_u16(r);
    ok = ok && get_flag(r, &msk->has_counter);
    msk->counter = msk_reader_u32(r);
    msk->mtk_id = msk_reader_u16(r);
    return ok && msk->number != 0 && msk->key_len > 0;
}

static bool
get_mtk(struct msk_reader *r, struct msk_released_mtk *mtk)
{
    uint8_t key_len = 0, salt_len = 0;
    bool ok;

    mtk->number = msk_reader_u16(r);
    mtk->mtk_id = msk_reader_u16(r);
    ok = get_field(r, mtk->mtk.key, sizeof mtk->mtk.key, &key_len) &&
         get_field(r, mtk->mtk.salt, sizeof mtk->mtk.salt, &salt_len);
    mtk->mtk.key_len = key_len;
    mtk->mtk.salt_len = salt_len;
    return ok && mtk->number != 0 && mtk->mtk_id != 0 && key_len > 0;
}

static bool
get_released(struct msk_reader *r, struct msk_released_mtks *released)
{
    bool ok;

    released->n = msk_reader_u8(r);
    ok = released->n <= MSK_RELEASED_MAX;
    for (size_t i = 0; ok && i < released->n; i++)
        ok = get_mtk(r, &released->mtk[i]);
    return ok;
}

/* A group without an owner has no record. */
static bool
get_owners(struct msk_reader *r, struct msk_owners *owners)
{
    bool ok;

    owners->n = msk_reader_u8(r);
    ok = owners->n > 0 && owners->n <= MSK_OWNERS_MAX;
    for (size_t i = 0; ok && i < owners->n; i++) {
        get_octets(r, owners->owner[i].tag, MSK_OWNER_TAG);
        owners->owner[i].require = msk_reader_u8(r);
        ok = owners->owner[i].require <= MSK_REQUIRE_BOTH;
    }
    return ok;
}

int
msk_record_get_group(struct msk_bytes value, struct msk_held_group *group)
{
    struct msk_reader r;
    bool ok;

    memset(group, 0, sizeof *group);
    ok = get_head(&r, value, &group->n);
    for (size_t i = 0; ok && i < group->n; i++)
        ok = get_held_msk(&r, &group->msk[i]);
    ok = ok && get_field(&r, group->sp, sizeof group->sp, &group->sp_len) &&
         get_owners(&r, &group->owners) && get_released(&r, &group->released) &&
         (msk_reader_done(&r) || msk_expiry_get(&r, group));
    return ok && msk_reader_done(&r) ? MSK_OK : MSK_ERR_RECORD;
}

static void
put_held_msk(struct msk_writer *w, const struct msk_held_key *msk)
{
    msk_writer_u16(w, msk->number);
    put_field(w, msk->key, msk->key_len);
    put_field(w, msk->rand, msk->rand_len);
    msk_writer_u16(w, msk->seq_low);
    msk_writer_u16(w, msk->seq_high);
    msk_writer_u8(w, msk->has_counter ? 1 : 0);
    msk_writer_u32(w, msk->counter);
    msk_writer_u16(w, msk->mtk_id);
}

static void
put_owners(struct msk_writer *w, const struct msk_owners *owners)
{
    msk_writer_u8(w, (uint8_t)owners->n);
    for (size_t i = 0; i < owners->n; i++) {
        msk_writer_put(w, owners->owner[i].tag, MSK_OWNER_TAG);
        msk_writer_u8(w, owners->owner[i].require);
    }
}

static void
put_released(struct msk_writer *w, const struct msk_released_mtks *released)
{
    msk_writer_u8(w, (uint8_t)released->n);
    for (size_t i = 0; i < released->n; i++) {
        const struct msk_released_mtk *mtk = &released->mtk[i];

        msk_writer_u16(w, mtk->number);
        msk_writer_u16(w, mtk->mtk_id);
        put_field(w, mtk->mtk.key, (uint8_t)mtk->mtk.key_len);
        put_field(w, mtk->mtk.salt, (uint8_t)mtk->mtk.salt_len);
    }
}

void
msk_record_put_group(const struct msk_held_group *group,
                     uint8_t out[MSK_STORE_VALUE_MAX], size_t *len)
{
    struct msk_writer w;
    uint64_t ends = 0;

    for (size_t i = 0; i < MSK_HELD_MAX; i++)
        ends |= group->expiry[i].at;
    msk_writer_init(&w, out, MSK_STORE_VALUE_MAX);
    msk_writer_u8(&w, RECORD_VERSION);
    msk_writer_u8(&w, (uint8_t)group->n);
    for (size_t i = 0; i < group->n; i++)
        put_held_msk(&w, &group->msk[i]);
    put_field(&w, group->sp, group->sp_len);
    put_owners(&w, &group->owners);
    put_released(&w, &group->released);
    if (ends != 0)
        msk_expiry_put(&w, group);
    *len = w.len;
}

static void
get_past(struct msk_reader *r, struct msk_past *past)
{
    get_octets(r, past->name, sizeof past->name);
    get_octets(r, past->tag, sizeof past->tag);
    past->counter = msk_reader_u32(r);
    past->mtk_id = msk_reader_u16(r);
}

int
msk_record_get_history(struct msk_bytes value, struct msk_history *history)
{
    struct msk_reader r;
    bool ok;

    memset(history, 0, sizeof *history);
    if (value.n == 0) /* no record: nothing went */
        return MSK_OK;
    msk_reader_init(&r, value.p, value.n);
    ok = msk_reader_u8(&r) == RECORD_VERSION;
    history->n = msk_reader_u8(&r);
    ok = ok && history->n > 0 && history->n <= MSK_HISTORY_MAX;
    for (size_t i = 0; ok && i < history->n; i++)
        get_past(&r, &history->past[i]);
    return ok && msk_reader_done(&r) ? MSK_OK : MSK_ERR_RECORD;
}

void
msk_record_put_history(const struct msk_history *history,
                       uint8_t out[MSK_STORE_VALUE_MAX], size_t *len)
{
    struct msk_writer w;

    msk_writer_init(&w, out, MSK_STORE_VALUE_MAX);
    msk_writer_u8(&w, RECORD_VERSION);
    msk_writer_u8(&w, (uint8_t)history->n);
    for (size_t i = 0; i < history->n; i++) {
        const struct msk_past *past = &history->past[i];

        msk_writer_put(&w, past->name, sizeof past->name);
        msk_writer_put(&w, past->tag, sizeof past->tag);
        msk_writer_u32(&w, past->counter);
        msk_writer_u16(&w, past->mtk_id);
    }
    *len = w.len;
}
