/* SPDX-License-Identifier: MIT */
#include "bmsc/key_group.h"

#include <string.h>

#include "base/octets.h"
#include "base/secret.h"

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

/* --- MSKs ---------------------------------------------------------------- */

const struct msk_group_msk *
msk_group_current(const struct msk_group *group)
{
    return &group->msk[MSK_ROLE_CURRENT];
}

const struct msk_group_msk *
msk_group_find(const struct msk_group *group, uint16_t number)
{
    for (size_t i = 0; number != 0 && i < MSK_ROLES; i++)
        if (group->msk[i].number == number)
            return &group->msk[i];
    return NULL;
}

struct msk_key_id
msk_group_id(const struct msk_group *group, const struct msk_group_msk *msk)
{
    struct msk_key_id id = { .group = group->id.group, .number = msk->number };

    memcpy(id.domain, group->id.domain, sizeof id.domain);
    return id;
}

uint16_t
msk_group_seq_low(const struct msk_group_msk *msk)
{
    return (uint16_t)(msk->seq_low + msk->past);
}

uint32_t
msk_group_room(const struct msk_group_msk *msk)
{
    return (uint32_t)msk->seq_high - msk->seq_low;
}

bool
msk_group_is_key_len(size_t n)
{
    return n == 16 || n == 24 || n == 32;
}

/* SEQl < MTK ID <= SEQu has room for one, and 0xFFFF is none. */
bool
msk_group_is_interval(uint16_t low, uint16_t high)
{
    return low < high && high <= SEQ_MAX;
}

int
msk_group_draw(struct msk_group_msk *msk, uint8_t key_len,
               const struct msk_random *random)
{
    if (random == NULL || random->fill == NULL ||
        random->fill(random->user, msk->key, key_len) != 0 ||
        random->fill(random->user, msk->rand, MSK_GROUP_RAND_LEN) != 0)
        return MSK_ERR_RANDOM;
    msk->rand_len = MSK_GROUP_RAND_LEN;
    return MSK_OK;
}

void
msk_group_give(struct msk_group_msk *msk, struct msk_bytes key,
               struct msk_bytes rand)
{
    if (key.n > 0)
        memcpy(msk->key, key.p, key.n);
    if (rand.n > 0)
        (void)msk_octets_keep(rand, msk->rand, MSK_RAND_MAX, &msk->rand_len);
}

/* --- a new Key Group ----------------------------------------------------- */

/* Empty, or of least to most octets. */
static bool
is_empty_or_fits(struct msk_bytes view, size_t least, size_t most)
{
    return view.n == 0 || msk_octets_fit(view, least, most);
}

static bool
is_group_config(const struct msk_key_group_config *c)
{
    return c->id.group != 0 && c->id.number != 0 &&
           msk_group_is_key_len(c->key_len) &&
           is_empty_or_fits(c->sp, 1, MSK_SP_MAX) &&
           (c->streaming || c->sp.n == 0) &&
           is_empty_or_fits(c->msk, c->key_len, c->key_len) &&
           is_empty_or_fits(c->rand, MSK_GROUP_RAND_LEN, MSK_RAND_MAX) &&
           msk_group_is_interval(c->seq_low, c->seq_high) &&
           c->mtks_sent <= MSK_MTKS_SENT_MAX;
}

static bool
take_group_config(struct msk_key_group_config *c,
                  const struct msk_key_group_config *config)
{
    if (!msk_sized_take(c, sizeof *c, config,
                        MSK_SIZE_UPTO(msk_key_group_config, mtks_sent)))
        return false;
    if (c->key_len == 0)
        c->key_len = 16;
    if (c->seq_low == 0 && c->seq_high == 0)
        c->seq_high = SEQ_MAX;
    if (c->mtks_sent == 0)
        c->mtks_sent = 2;
    return is_group_config(c);
}

static int
set_first(struct msk_group_msk *msk, const struct msk_key_group_config *c,
          const struct msk_random *random)
{
    int err = c->msk.n == 0 || c->rand.n == 0
                  ? msk_group_draw(msk, c->key_len, random)
                  : MSK_OK;

    msk->number = c->id.number;
    msk->seq_low = c->seq_low;
    msk->seq_high = c->seq_high;
    if (err == MSK_OK)
        msk_group_give(msk, c->msk, c->rand);
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

    if (group == NULL || !take_group_config(&c, config) ||
        (random == NULL && (c.msk.n == 0 || c.rand.n == 0)))
        return MSK_ERR_ARGUMENT;
    memset(group, 0, sizeof *group);
    g = msk_group_of(group);
    memcpy(g->id.domain, c.id.domain, sizeof g->id.domain);
    g->id.group = c.id.group;
    g->streaming = c.streaming;
    (void)msk_octets_keep(c.sp, g->sp, MSK_SP_MAX, &g->sp_len);
    g->key_len = c.key_len;
    g->mtks_sent = (uint8_t)c.mtks_sent;
    err = set_first(&g->msk[MSK_ROLE_CURRENT], &c, random);
    if (err != MSK_OK)
        msk_secret_wipe(group, sizeof *group);
    return err;
}

void
msk_key_group_wipe(struct msk_key_group *group)
{
    if (group != NULL)
        msk_secret_wipe(group, sizeof *group);
}

/* --- what it says -------------------------------------------------------- */

void
msk_key_group_current(const struct msk_key_group *group, struct msk_key_id *id)
{
    const struct msk_group *g;

    if (group == NULL || id == NULL)
        return;
    g = msk_group_at(group);
    *id = msk_group_id(g, msk_group_current(g));
}

bool
msk_key_group_streaming(const struct msk_key_group *group)
{
    return group != NULL && msk_group_at(group)->streaming;
}

void
msk_key_group_secrets(const struct msk_key_group *group, struct msk_bytes *msk,
                      struct msk_bytes *rand)
{
    const struct msk_group_msk *current;
    const struct msk_group *g;

    if (group == NULL || msk == NULL || rand == NULL)
        return;
    g = msk_group_at(group);
    current = msk_group_current(g);
    *msk = (struct msk_bytes){ current->key, g->key_len };
    *rand = (struct msk_bytes){ current->rand, current->rand_len };
}

bool
msk_key_group_get(const struct msk_key_group *group,
                  enum msk_key_group_role role, struct msk_key_group_msk *out)
{
    struct msk_key_group_msk said = { .size = sizeof said };
    const struct msk_group *g;
    const struct msk_group_msk *msk;

    if (group == NULL || (unsigned)role >= MSK_ROLES || out == NULL)
        return false;
    g = msk_group_at(group);
    msk = &g->msk[role];
    if (msk->number == 0)
        return false;
    said.id = msk_group_id(g, msk);
    said.msk = (struct msk_bytes){ msk->key, g->key_len };
    said.rand = (struct msk_bytes){ msk->rand, msk->rand_len };
    said.seq_low = msk_group_seq_low(msk);
    said.seq_high = msk->seq_high;
    msk_sized_give(out, &said, sizeof said);
    return true;
}

/* A struct msk_key_group has room for one. */
typedef char msk_group_fits
    [sizeof(struct msk_group) <= sizeof(struct msk_key_group) ? 1 : -1];
