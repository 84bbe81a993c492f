/* SPDX-License-Identifier: MIT */
/* An MSK that comes by another way than MIKEY. */
#include <string.h>

#include "mgvf/soft.h"

/* A Key Group that nobody allowed is the host's. */
static int
make_ours(struct msk_owners *owners)
{
    static const uint8_t host[MSK_OWNER_TAG];
    bool changed;

    return msk_owners_add(owners, host, MSK_REQUIRE_NOTHING, &changed);
}

static int
step_import(struct msk_soft *soft)
{
    struct msk_bytes sp = { soft->in.sp, soft->in.sp_len };
    struct msk_mgvf_result *result = &soft->result;
    struct msk_group_id group = msk_key_id_group(&soft->in.id);
    int err = msk_soft_load_group(soft, &group);

    if (err == MSK_ERR_NOT_MINE)
        err = make_ours(&soft->held.owners);
    if (err == MSK_OK)
        err = msk_policy_check(msk_owners_require(&soft->held.owners), sp);
    if (err == MSK_OK)
        err = msk_soft_prepare(soft, &group, &soft->in.msk);
    result->id = soft->in.id;
    if (err == MSK_OK)
        err = msk_soft_deliver(soft, &group, &soft->in.msk);
    if (err != MSK_OK)
        return err;
    result->outcome = MSK_OUTCOME_STORED;
    result->has_interval = true;
    result->seq_low = soft->in.msk.seq_low;
    result->seq_high = soft->in.msk.seq_high;
    if (soft->in.sp_len > 0)
        memcpy(soft->held.sp, soft->in.sp, soft->in.sp_len);
    soft->held.sp_len = (uint8_t)soft->in.sp_len;
    msk_soft_change_msks(soft);
    return msk_soft_commit(soft, MSK_OK);
}

static bool
import_fits(const struct msk_import *m)
{
    bool key = m->key.n == 16 || m->key.n == 24 || m->key.n == 32;
    bool rand =
        m->rand.p != NULL && m->rand.n >= 1 && m->rand.n <= MSK_RAND_MAX;

    return key && rand && m->key.p != NULL && m->id.group != 0 &&
           m->id.number != 0 && m->sp.n <= MSK_SP_MAX && m->seq_high != 0xFFFF;
}

static void
copy_import(struct msk_soft_input *in, const struct msk_import *m)
{
    in->id = m->id;
    memset(&in->msk, 0, sizeof in->msk);
    in->msk.number = m->id.number;
    memcpy(in->msk.key, m->key.p, m->key.n);
    in->msk.key_len = (uint8_t)m->key.n;
    memcpy(in->msk.rand, m->rand.p, m->rand.n);
    in->msk.rand_len = (uint8_t)m->rand.n;
    in->msk.seq_low = m->seq_low;
    in->msk.seq_high = m->seq_high;
    if (m->sp.n > 0)
        memcpy(in->sp, m->sp.p, m->sp.n);
    in->sp_len = m->sp.n;
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
