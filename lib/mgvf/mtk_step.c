/* SPDX-License-Identifier: MIT */
/*
 * MTK messages in the MGV-F, in the order of TS 33.246 6.4.6 and 6.5.4: which
 * MSK, counter, MTK ID, the interval of the MSK, MAC, decryption. What comes
 * before the MAC only drops.
 */
#include <string.h>

#include "base/secret.h"
#include "mgvf/soft.h"

/* May that MTK come now? TS 33.246 6.4.6 steps 2 and 3: a newer counter and a
 * higher MTK ID than the last ones. 6.5.4: SEQl < MTK ID <= SEQu; where there
 * is no such number (any more), only another interval helps. */
static int
check_freshness(const struct msk_held_key *msk, const struct msk_message *m)
{
    if (msk->has_counter && !msk_serial_newer(m->counter, msk->counter))
        return MSK_ERR_REPLAY;
    if (m->mtk_id <= msk->mtk_id)
        return MSK_ERR_RANGE;
    if (msk->seq_low >= msk->seq_high)
        return MSK_ERR_INVALIDATED;
    if (m->mtk_id <= msk->seq_low || m->mtk_id > msk->seq_high)
        return MSK_ERR_RANGE;
    return MSK_OK;
}

/* TS 33.246 6.5.4: the one stored with the MSK, whatever the message says. Where
 * there is none the message has to have one (decision 39). */
static int
open_mtk_message(const struct msk_soft *soft, const struct msk_held_key *msk,
                 const struct msk_message *m, struct msk_mtk *mtk)
{
    struct msk_bytes key = { msk->key, msk->key_len };
    struct msk_bytes rand = { msk->rand, msk->rand_len };

    if (rand.n == 0)
        rand = m->rand;
    return rand.n > 0 ? msk_mtk_message_open(soft->crypto, key, rand, m, mtk)
                      : MSK_ERR_NO_RAND;
}

/* Of the errors of open_mtk_message, those after the MAC. */
static bool
is_authentic_mtk(int err)
{
    return err == MSK_OK || (msk_err_kind(err) == MSK_KIND_DROP &&
                             err != MSK_ERR_MAC && err != MSK_ERR_NO_RAND);
}

static void
tell_mtk(struct msk_soft *soft, const struct msk_message *m,
         const struct msk_mtk *mtk)
{
    struct msk_mgvf_result *result = &soft->result;

    result->outcome = MSK_OUTCOME_MTK;
    result->id = m->id;
    result->mtk_id = m->mtk_id;
    msk_soft_tell_key(soft, mtk->key, mtk->key_len);
    memcpy(soft->out.salt, mtk->salt, mtk->salt_len);
    result->salt.p = soft->out.salt;
    result->salt.n = mtk->salt_len;
    msk_soft_tell_sp(soft);
}

/* Each is copied as far as it is used: what lies after is not. */
void
msk_released_add(struct msk_released_mtks *released, uint16_t number,
                 uint16_t mtk_id, const struct msk_mtk *mtk)
{
    struct msk_released_mtk *newest = &released->mtk[0];

    msk_secret_wipe(&released->mtk[1], sizeof released->mtk[1]);
    memcpy(&released->mtk[1], newest, sizeof *newest);
    if (released->n < MSK_RELEASED_MAX)
        released->n++;
    memset(newest, 0, sizeof *newest);
    newest->number = number;
    newest->mtk_id = mtk_id;
    memcpy(newest->mtk.key, mtk->key, mtk->key_len);
    newest->mtk.key_len = mtk->key_len;
    memcpy(newest->mtk.salt, mtk->salt, mtk->salt_len);
    newest->mtk.salt_len = mtk->salt_len;
}

/* The MTK is used up with this: SEQl is its ID now. */
static void
release(struct msk_soft *soft, struct msk_held_key *msk,
        const struct msk_message *m, const struct msk_mtk *mtk)
{
    msk->seq_low = m->mtk_id;
    msk->mtk_id = m->mtk_id;
    msk_released_add(&soft->held.released, msk->number, m->mtk_id, mtk);
    tell_mtk(soft, m, mtk);
}

/* The message is authentic: its counter counts, also if what it says is
 * refused (verdict), or if the SP in force is against what was announced. */
static int
accept_mtk(struct msk_soft *soft, struct msk_held_key *msk,
           const struct msk_message *m, const struct msk_mtk *mtk, int verdict)
{
    struct msk_bytes sp = { soft->held.sp, soft->held.sp_len };

    msk->has_counter = true;
    msk->counter = m->counter;
    if (verdict == MSK_OK)
        verdict = msk_policy_check(msk_owners_require(&soft->held.owners), sp);
    if (verdict == MSK_OK)
        release(soft, msk, m, mtk);
    msk_soft_change_group(soft, true);
    return msk_soft_commit(soft, verdict);
}

int
msk_soft_take_mtk(struct msk_soft *soft, const struct msk_message *message)
{
    struct msk_group_id group = msk_key_id_group(&message->id);
    struct msk_mtk mtk;
    size_t i;
    int err = msk_soft_load_group(soft, &group);

    if (err != MSK_OK)
        return err;
    i = msk_held_find(&soft->held, message->id.number);
    if (i == MSK_HELD_MAX)
        return MSK_ERR_NO_MSK;
    err = check_freshness(&soft->held.msk[i], message);
    if (err != MSK_OK)
        return err;
    err = open_mtk_message(soft, &soft->held.msk[i], message, &mtk);
    if (is_authentic_mtk(err))
        err = accept_mtk(soft, &soft->held.msk[i], message, &mtk, err);
    msk_secret_wipe(&mtk, sizeof mtk);
    return err;
}
