/* SPDX-License-Identifier: MIT */
/* What comes next in a Key Group: its MSKs, and MTK messages under them. */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "bmsc/bmsc.h"
#include "bmsc/key_group.h"

/* Makes msk the current one. */
static void
advance_group(struct msk_group *g, const struct msk_group_msk *msk)
{
    g->msk[MSK_ROLE_PREVIOUS] = g->msk[MSK_ROLE_CURRENT];
    g->msk[MSK_ROLE_CURRENT] = *msk;
    msk_secret_wipe(&g->msk[MSK_ROLE_NEXT], sizeof g->msk[MSK_ROLE_NEXT]);
}

/* Draws an MSK for a number after all that the group has. */
static int
draw_next(const struct msk_group *g, const struct msk_random *random,
          struct msk_group_msk *msk)
{
    const struct msk_group_msk *current = msk_group_current(g);
    uint16_t last = g->msk[MSK_ROLE_NEXT].number;

    if (last < current->number)
        last = current->number;
    if (last == UINT16_MAX)
        return MSK_ERR_STATE;
    msk->number = (uint16_t)(last + 1);
    msk->seq_low = current->seq_low;
    msk->seq_high = current->seq_high;
    return msk_group_draw(msk, g->key_len, random);
}

int
msk_key_group_rekey(struct msk_key_group *group,
                    const struct msk_random *random)
{
    struct msk_group_msk fresh;
    int err;

    if (group == NULL || random == NULL)
        return MSK_ERR_ARGUMENT;
    memset(&fresh, 0, sizeof fresh);
    err = draw_next(msk_group_at(group), random, &fresh);
    if (err == MSK_OK)
        advance_group(msk_group_of(group), &fresh);
    msk_secret_wipe(&fresh, sizeof fresh);
    return err;
}

static bool
is_next(const struct msk_group *g, struct msk_key_group_next *n,
        const struct msk_key_group_next *next)
{
    const struct msk_group_msk *current = msk_group_current(g);

    if (!msk_sized_take(n, sizeof *n, next,
                        MSK_SIZE_UPTO(msk_key_group_next, seq_high)))
        return false;
    if (n->seq_low == 0 && n->seq_high == 0) {
        n->seq_low = current->seq_low;
        n->seq_high = current->seq_high;
    }
    return n->number != 0 && n->msk.n == g->key_len && n->msk.p != NULL &&
           n->rand.p != NULL && n->rand.n >= MSK_GROUP_RAND_LEN &&
           n->rand.n <= MSK_RAND_MAX &&
           msk_group_is_interval(n->seq_low, n->seq_high);
}

/* Decision 8: two MSKs with the same key or RAND share a key stream or come
 * near it. */
static bool
is_known(const struct msk_group *g, const struct msk_key_group_next *n)
{
    for (size_t i = 0; i < MSK_ROLES; i++) {
        const struct msk_group_msk *msk = &g->msk[i];

        if (msk->number != 0 &&
            (msk_secret_equal(msk->key, n->msk.p, g->key_len) ||
             (msk->rand_len == n->rand.n &&
              msk_secret_equal(msk->rand, n->rand.p, n->rand.n))))
            return true;
    }
    return false;
}

static int
take_next(const struct msk_group *g, const struct msk_key_group_next *next,
          struct msk_group_msk *msk)
{
    struct msk_key_group_next n;

    if (!is_next(g, &n, next))
        return MSK_ERR_ARGUMENT;
    if (n.number <= msk_group_current(g)->number || is_known(g, &n))
        return MSK_ERR_CONFLICT;
    msk->number = n.number;
    msk->seq_low = n.seq_low;
    msk->seq_high = n.seq_high;
    msk_group_give(msk, n.msk, n.rand);
    return MSK_OK;
}

int
msk_key_group_prepare(struct msk_key_group *group,
                      const struct msk_key_group_next *next,
                      const struct msk_random *random)
{
    struct msk_group_msk fresh;
    struct msk_group *g;
    int err;

    if (group == NULL || (next == NULL && random == NULL))
        return MSK_ERR_ARGUMENT;
    g = msk_group_of(group);
    if (g->msk[MSK_ROLE_NEXT].number != 0)
        return MSK_ERR_STATE;
    memset(&fresh, 0, sizeof fresh);
    err = next != NULL ? take_next(g, next, &fresh)
                       : draw_next(g, random, &fresh);
    if (err == MSK_OK)
        g->msk[MSK_ROLE_NEXT] = fresh;
    msk_secret_wipe(&fresh, sizeof fresh);
    return err;
}

int
msk_key_group_switch(struct msk_key_group *group)
{
    struct msk_group *g;

    if (group == NULL)
        return MSK_ERR_ARGUMENT;
    g = msk_group_of(group);
    if (g->msk[MSK_ROLE_NEXT].number == 0)
        return MSK_ERR_STATE;
    advance_group(g, &g->msk[MSK_ROLE_NEXT]);
    return MSK_OK;
}

/* Nothing can be reserved of it, and nothing is left to be made. */
static bool
is_used_up(const struct msk_group_msk *msk)
{
    return msk->used >= msk_group_room(msk);
}

int
msk_key_group_reserve(struct msk_key_group *group, uint32_t n)
{
    struct msk_group_msk *current;
    struct msk_group *g;
    uint32_t left;

    if (group == NULL || n == 0)
        return MSK_ERR_ARGUMENT;
    g = msk_group_of(group);
    current = &g->msk[MSK_ROLE_CURRENT];
    if (is_used_up(current))
        (void)msk_key_group_switch(group);
    left = msk_group_room(current) - current->reserved;
    if (left == 0)
        return MSK_ERR_STATE;
    current->reserved += n < left ? n : left;
    g->epoch++;
    return MSK_OK;
}

void
msk_group_made(struct msk_group *group)
{
    struct msk_group_msk *current = &group->msk[MSK_ROLE_CURRENT];

    current->used++;
    if (current->row < group->mtks_sent)
        current->row++;
    if (current->row == group->mtks_sent)
        current->past = current->used - group->mtks_sent;
}

/* The n-th message under an MSK has counter n and MTK ID SEQl + n: neither
 * comes twice for two MTKs (decision 8). */
static void
describe_mtk(const struct msk_bmsc *bmsc, const struct msk_group *g,
             const struct msk_bmsc_mtk *mtk, struct msk_mtk_message *m)
{
    const struct msk_group_msk *msk = msk_group_current(g);

    m->layout = bmsc->config.layout;
    m->ext = bmsc->config.ext;
    m->ext_type = bmsc->config.ext_type;
    m->id = msk_group_id(g, msk);
    m->counter = msk->used + 1;
    m->mtk_id = (uint16_t)(msk->seq_low + m->counter);
    m->rand = (struct msk_bytes){ msk->rand, msk->rand_len };
    m->with_rand = bmsc->config.mtk_rand;
    m->key = mtk->key;
    m->salt = mtk->salt;
}

int
msk_bmsc_make_mtk(const struct msk_bmsc *bmsc, struct msk_key_group *group,
                  struct msk_bmsc_mtk *mtk, uint8_t *buf, size_t cap,
                  size_t *len)
{
    struct msk_mtk_message m = { .size = sizeof m };
    struct msk_bmsc_mtk mine;
    const struct msk_group_msk *current;
    struct msk_group *g;
    struct msk_bytes msk;
    int err;

    if (bmsc == NULL || group == NULL || buf == NULL || len == NULL ||
        !msk_sized_take(&mine, sizeof mine, mtk,
                        MSK_SIZE_UPTO(msk_bmsc_mtk, mtk_id)))
        return MSK_ERR_ARGUMENT;
    g = msk_group_of(group);
    if (mine.key.n != g->key_len || (mine.salt.n > 0) != g->streaming)
        return MSK_ERR_ARGUMENT;
    current = msk_group_current(g);
    if (current->used >= current->reserved)
        return MSK_ERR_STATE;
    describe_mtk(bmsc, g, &mine, &m);
    msk = (struct msk_bytes){ current->key, g->key_len };
    err = msk_random_below(bmsc->config.random, UINT32_MAX, &m.csb_id);
    if (err == MSK_OK)
        err = msk_mtk_message_make(bmsc->config.crypto, msk, &m, buf, cap, len);
    if (err != MSK_OK)
        return err;
    msk_group_made(g);
    mtk->mtk_id = m.mtk_id;
    return MSK_OK;
}
