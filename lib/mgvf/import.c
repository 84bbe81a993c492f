/* SPDX-License-Identifier: MIT */
/* An MSK that comes by another way than MIKEY. */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "mgvf/expiry.h"
#include "mgvf/soft.h"

/* A Key Group that nobody allowed is the host's. */
static int
make_ours(struct msk_owners *owners)
{
    static const uint8_t host[MSK_OWNER_TAG];
    bool changed;

    return msk_owners_add(owners, host, MSK_REQUIRE_NOTHING, &changed);
}

/* The control plane hands the same MSK over again, without the RAND that a
 * message brought. */
static void
keep_rand(const struct msk_held_group *held, struct msk_held_key *msk)
{
    size_t i = msk_held_find(held, msk->number);
    const struct msk_held_key *old;

    if (i == MSK_HELD_MAX || msk->rand_len > 0)
        return;
    old = &held->msk[i];
    if (old->key_len == msk->key_len &&
        msk_secret_equal(old->key, msk->key, msk->key_len)) {
        memcpy(msk->rand, old->rand, old->rand_len);
        msk->rand_len = old->rand_len;
    }
}

/* The MTK that came along; the MSK stands in front. */
static int
release_along(struct msk_soft *soft)
{
    struct msk_held_key *msk = &soft->held.msk[0];
    uint16_t id = soft->in.mtk_id;

    if (soft->in.mtk.key_len == 0)
        return MSK_OK;
    if (id <= soft->in.msk.seq_low || id > soft->in.msk.seq_high)
        return MSK_ERR_RANGE;
    if (id <= msk->mtk_id)
        return MSK_OK;
    msk->seq_low = id;
    msk->mtk_id = id;
    msk_released_add(&soft->held.released, msk->number, id, &soft->in.mtk);
    return MSK_OK;
}

static void
tell_import(struct msk_soft *soft)
{
    struct msk_mgvf_result *result = &soft->result;

    result->outcome = MSK_OUTCOME_STORED;
    result->has_interval = true;
    result->seq_low = soft->held.msk[0].seq_low;
    result->seq_high = soft->held.msk[0].seq_high;
}

static void
put_in(struct msk_soft *soft)
{
    msk_expiry_set(&soft->held, soft->in.id.number, soft->in.expires);
    if (soft->in.sp_len > 0)
        memcpy(soft->held.sp, soft->in.sp, soft->in.sp_len);
    soft->held.sp_len = (uint8_t)soft->in.sp_len;
    msk_soft_change_msks(soft);
}

static int
step_import(struct msk_soft *soft)
{
    struct msk_bytes sp = { soft->in.sp, soft->in.sp_len };
    struct msk_group_id group = msk_key_id_group(&soft->in.id);
    int err = msk_soft_load_group(soft, &group);

    if (err == MSK_ERR_NOT_MINE)
        err = make_ours(&soft->held.owners);
    if (err == MSK_OK)
        err = msk_policy_check(msk_owners_require(&soft->held.owners), sp);
    if (err != MSK_OK)
        return err;
    keep_rand(&soft->held, &soft->in.msk);
    soft->result.id = soft->in.id;
    err = msk_soft_prepare(soft, &group, &soft->in.msk);
    if (err == MSK_OK)
        err = msk_soft_deliver(soft, &group, &soft->in.msk);
    if (err == MSK_OK)
        err = release_along(soft);
    if (err != MSK_OK)
        return err;
    tell_import(soft);
    put_in(soft);
    return msk_soft_commit(soft, MSK_OK);
}

static bool
is_import_key(struct msk_bytes key)
{
    return key.p != NULL && (key.n == 16 || key.n == 24 || key.n == 32);
}

static bool
mtk_fits(const struct msk_import *m)
{
    return m->mtk.n == 0
               ? m->mtk_salt.n == 0
               : is_import_key(m->mtk) && m->mtk_id != 0 &&
                     m->mtk_id != 0xFFFF &&
                     (m->mtk_salt.n == 0 ||
                      msk_octets_fit(m->mtk_salt, MSK_SALT_MAX, MSK_SALT_MAX));
}

static bool
import_fits(const struct msk_import *m)
{
    bool rand = m->rand.n == 0 || msk_octets_fit(m->rand, 1, MSK_RAND_MAX);

    return is_import_key(m->key) && rand && mtk_fits(m) && m->id.group != 0 &&
           m->id.number != 0 && m->sp.n <= MSK_SP_MAX && m->seq_high != 0xFFFF;
}

static void
copy_along(struct msk_soft_input *in, const struct msk_import *m)
{
    memset(&in->mtk, 0, sizeof in->mtk);
    in->mtk_id = m->mtk_id;
    if (m->mtk.n > 0)
        memcpy(in->mtk.key, m->mtk.p, m->mtk.n);
    in->mtk.key_len = m->mtk.n;
    if (m->mtk_salt.n > 0)
        memcpy(in->mtk.salt, m->mtk_salt.p, m->mtk_salt.n);
    in->mtk.salt_len = m->mtk_salt.n;
}

static void
copy_import(struct msk_soft_input *in, const struct msk_import *m)
{
    in->id = m->id;
    memset(&in->msk, 0, sizeof in->msk);
    in->msk.number = m->id.number;
    memcpy(in->msk.key, m->key.p, m->key.n);
    in->msk.key_len = (uint8_t)m->key.n;
    if (m->rand.n > 0)
        memcpy(in->msk.rand, m->rand.p, m->rand.n);
    in->msk.rand_len = (uint8_t)m->rand.n;
    in->msk.seq_low = m->seq_low;
    in->msk.seq_high = m->seq_high;
    if (m->sp.n > 0)
        memcpy(in->sp, m->sp.p, m->sp.n);
    in->sp_len = m->sp.n;
    in->expires = m->expires;
    copy_along(in, m);
}

int
msk_soft_import(struct msk_mgvf *mgvf, const struct msk_import *msk)
{
    struct msk_soft *soft = msk_soft_of(mgvf);
    int err;

    if (!import_fits(msk))
        return MSK_ERR_ARGUMENT;
    err = msk_soft_begin(soft, step_import);
    if (err != MSK_OK)
        return err;
    copy_import(&soft->in, msk);
    return msk_soft_run(soft, NULL);
}
