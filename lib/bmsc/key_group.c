/* SPDX-License-Identifier: MIT */
#include "bmsc/key_group.h"

#include <string.h>

#include "base/secret.h"
#include "base/sized.h"
#include "bmsc/record.h"

#define VERSION 1
#define RAND_LEN 16     /* TS 33.246 6.4.5.1 */
#define SEQ_MAX 0xFFFEu /* 0xFFFF is reserved */

struct msk_group *
msk_group_of(struct msk_key_group *group)
{
    return (struct msk_group *)(void *)group->opaque;
}

const struct msk_group *
msk_group_at(const struct msk_key_group *group)
{
    return (const struct msk_group *)(const void *)group->opaque;
}

static bool
is_key_len(size_t n)
{
    return n == 16 || n == 24 || n == 32;
}

/* Empty, or of least to most octets. */
static bool
is_view(struct msk_bytes view, size_t least, size_t most)
{
    return view.n == 0 || (view.p != NULL && view.n >= least && view.n <= most);
}

/* SEQl < MTK ID <= SEQu has room for one, and 0xFFFF is none. */
static bool
is_interval(uint16_t low, uint16_t high)
{
    return low < high && high <= SEQ_MAX;
}

static bool
fits(const struct msk_key_group_config *c)
{
    return c->id.group != 0 && c->id.number != 0 && is_key_len(c->key_len) &&
           is_view(c->sp, 1, MSK_SP_MAX) && (c->streaming || c->sp.n == 0) &&
           is_view(c->msk, c->key_len, c->key_len) &&
           is_view(c->rand, RAND_LEN, MSK_RAND_MAX) &&
           is_interval(c->seq_low, c->seq_high);
}

static bool
take_config(struct msk_key_group_config *c,
            const struct msk_key_group_config *config)
{
    if (!msk_sized_take(c, sizeof *c, config,
                        MSK_SIZE_UPTO(msk_key_group_config, seq_high)))
        return false;
    if (c->key_len == 0)
        c->key_len = 16;
    if (c->seq_low == 0 && c->seq_high == 0)
        c->seq_high = SEQ_MAX;
    return fits(c);
}

/* A fresh MSK with a fresh RAND: they change together (decision 8). */
static int
draw(struct msk_group *g, const struct msk_random *random)
{
    if (random == NULL || random->fill == NULL ||
        random->fill(random->user, g->msk, g->key_len) != 0 ||
        random->fill(random->user, g->rand, RAND_LEN) != 0)
        return MSK_ERR_RANDOM;
    g->rand_len = RAND_LEN;
    g->used = 0;
    g->reserved = 0;
    return MSK_OK;
}

static int
set_msk(struct msk_group *g, const struct msk_key_group_config *c,
        const struct msk_random *random)
{
    int err = c->msk.n == 0 || c->rand.n == 0 ? draw(g, random) : MSK_OK;

    if (err == MSK_OK && c->msk.n > 0)
        memcpy(g->msk, c->msk.p, c->msk.n);
    if (err == MSK_OK && c->rand.n > 0)
        (void)msk_record_set(g->rand, MSK_RAND_MAX, &g->rand_len, c->rand);
    return err;
}

int
msk_key_group_init(struct msk_key_group *group,
                   const struct msk_key_group_config *config,
                   const struct msk_random *random)
{
    struct msk_key_group_config c;
    struct msk_group *g;
    int err;

    if (group == NULL || !take_config(&c, config))
        return MSK_ERR_ARGUMENT;
    memset(group, 0, sizeof *group);
    g = msk_group_of(group);
    g->id = c.id;
    g->streaming = c.streaming;
    (void)msk_record_set(g->sp, MSK_SP_MAX, &g->sp_len, c.sp);
    g->key_len = c.key_len;
    g->seq_low = c.seq_low;
    g->seq_high = c.seq_high;
    err = set_msk(g, &c, random);
    if (err != MSK_OK)
        msk_secret_wipe(group, sizeof *group);
    return err;
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
    msk_writer_u8(&w, VERSION);
    msk_writer_put(&w, g->id.domain, 3);
    msk_writer_u16(&w, g->id.group);
    msk_writer_u16(&w, g->id.number);
    msk_record_put_flag(&w, g->streaming);
    msk_record_put(&w, g->sp, g->sp_len);
    msk_record_put(&w, g->msk, g->key_len);
    msk_record_put(&w, g->rand, g->rand_len);
    msk_writer_u16(&w, g->seq_low);
    msk_writer_u16(&w, g->seq_high);
    msk_writer_u32(&w, g->reserved);
    msk_writer_u32(&w, g->epoch);
    return msk_writer_end(&w, len);
}

/* How many MTK messages the interval SEQl < MTK ID <= SEQu has room for. */
static uint32_t
room(const struct msk_group *g)
{
    return (uint32_t)g->seq_high - g->seq_low;
}

static bool
is_whole(const struct msk_group *g)
{
    return g->id.group != 0 && g->id.number != 0 && is_key_len(g->key_len) &&
           g->rand_len >= RAND_LEN && (g->streaming || g->sp_len == 0) &&
           is_interval(g->seq_low, g->seq_high) && g->reserved <= room(g);
}

/* What another writer had reserved counts as used. */
static bool
get_all(struct msk_group *g, struct msk_bytes packed)
{
    struct msk_reader r;

    msk_reader_init(&r, packed.p, packed.n);
    if (msk_reader_u8(&r) != VERSION)
        return false;
    for (size_t i = 0; i < 3; i++)
        g->id.domain[i] = msk_reader_u8(&r);
    g->id.group = msk_reader_u16(&r);
    g->id.number = msk_reader_u16(&r);
    g->streaming = msk_record_get_flag(&r);
    msk_record_get(&r, g->sp, sizeof g->sp, &g->sp_len);
    msk_record_get(&r, g->msk, sizeof g->msk, &g->key_len);
    msk_record_get(&r, g->rand, sizeof g->rand, &g->rand_len);
    g->seq_low = msk_reader_u16(&r);
    g->seq_high = msk_reader_u16(&r);
    g->reserved = msk_reader_u32(&r);
    g->used = g->reserved;
    g->epoch = msk_reader_u32(&r);
    return msk_reader_done(&r) && is_whole(g);
}

int
msk_key_group_unpack(struct msk_key_group *group, struct msk_bytes packed)
{
    if (group == NULL || (packed.p == NULL && packed.n > 0))
        return MSK_ERR_ARGUMENT;
    memset(group, 0, sizeof *group);
    if (get_all(msk_group_of(group), packed))
        return MSK_OK;
    msk_secret_wipe(group, sizeof *group);
    return MSK_ERR_RECORD;
}

void
msk_key_group_wipe(struct msk_key_group *group)
{
    if (group != NULL)
        msk_secret_wipe(group, sizeof *group);
}

void
msk_key_group_id(const struct msk_key_group *group, struct msk_key_id *id)
{
    *id = msk_group_at(group)->id;
}

bool
msk_key_group_streaming(const struct msk_key_group *group)
{
    return msk_group_at(group)->streaming;
}

void
msk_key_group_secrets(const struct msk_key_group *group, struct msk_bytes *msk,
                      struct msk_bytes *rand)
{
    const struct msk_group *g = msk_group_at(group);

    *msk = (struct msk_bytes){ g->msk, g->key_len };
    *rand = (struct msk_bytes){ g->rand, g->rand_len };
}

int
msk_key_group_rekey(struct msk_key_group *group,
                    const struct msk_random *random)
{
    struct msk_group fresh, *g;
    int err;

    if (group == NULL)
        return MSK_ERR_ARGUMENT;
    g = msk_group_of(group);
    if (g->id.number == UINT16_MAX)
        return MSK_ERR_STATE;
    fresh = *g;
    err = draw(&fresh, random);
    if (err == MSK_OK) {
        fresh.id.number++;
        *g = fresh;
    }
    msk_secret_wipe(&fresh, sizeof fresh);
    return err;
}

int
msk_key_group_reserve(struct msk_key_group *group, uint32_t n)
{
    struct msk_group *g;

    if (group == NULL || n == 0)
        return MSK_ERR_ARGUMENT;
    g = msk_group_of(group);
    if (g->reserved >= room(g))
        return MSK_ERR_STATE;
    if (n > room(g) - g->reserved)
        n = room(g) - g->reserved;
    g->reserved += n;
    g->epoch++;
    return MSK_OK;
}

/* A struct msk_key_group has room for one. */
typedef char msk_group_fits
    [sizeof(struct msk_group) <= sizeof(struct msk_key_group) ? 1 : -1];
