/* SPDX-License-Identifier: MIT */
/* MTK messages: to everybody who has the MSK, so they need no subscriber. */
#include "base/random.h"
#include "base/sized.h"
#include "bmsc/bmsc.h"
#include "bmsc/key_group.h"

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
