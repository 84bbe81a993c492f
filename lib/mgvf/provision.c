/* SPDX-License-Identifier: MIT */
/* What the host, not a message, brings into the MGV-F or takes out of it:
 * MUKs and Key Groups. */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "mgvf/expiry.h"
#include "mgvf/soft.h"

static int
step_set_muk(struct msk_soft *soft)
{
    struct msk_bytes fqdn = { soft->in.fqdn, soft->in.fqdn_len };
    struct msk_bytes btid = { soft->in.btid, soft->in.btid_len };
    struct msk_bytes key = { soft->in.muk, soft->in.muk_len };
    bool changed = false;
    int err = msk_soft_load_server(soft, fqdn);

    if (err == MSK_OK)
        err =
            msk_server_keys_set(&soft->keys, btid, key, soft->in.age, &changed);
    if (err != MSK_OK)
        return err;
    if (changed)
        msk_soft_change_server(soft);
    return msk_soft_commit(soft, MSK_OK);
}

int
msk_soft_set_muk(struct msk_mgvf *mgvf, const struct msk_muk *muk)
{
    struct msk_soft *soft = msk_soft_of(mgvf);
    struct msk_soft_input *in = &soft->in;
    int err;

    if (!msk_octets_fit(muk->fqdn, 1, MSK_FQDN_MAX) ||
        !msk_octets_fit(muk->btid, 1, MSK_BTID_MAX) ||
        !msk_octets_fit(muk->key, 1, MSK_MUK_MAX))
        return MSK_ERR_ARGUMENT;
    err = msk_soft_begin(soft, step_set_muk);
    if (err != MSK_OK)
        return err;
    memcpy(in->fqdn, muk->fqdn.p, muk->fqdn.n);
    in->fqdn_len = muk->fqdn.n;
    memcpy(in->btid, muk->btid.p, muk->btid.n);
    in->btid_len = muk->btid.n;
    memcpy(in->muk, muk->key.p, muk->key.n);
    in->muk_len = muk->key.n;
    in->age = muk->age;
    return msk_soft_run(soft, NULL);
}

/* A Key Group is allowed when it has a record, be it one without MSKs. */
static int
step_allow(struct msk_soft *soft)
{
    struct msk_bytes owner = { soft->in.fqdn, soft->in.fqdn_len };
    uint8_t tag[MSK_OWNER_TAG];
    bool changed = false;
    int err = msk_soft_load_group(soft, &soft->in.group);

    if (err == MSK_OK || err == MSK_ERR_NOT_MINE)
        err = msk_owners_tag(soft->crypto, owner, tag);
    if (err == MSK_OK)
        err =
            msk_owners_add(&soft->held.owners, tag, soft->in.require, &changed);
    if (err != MSK_OK)
        return err;
    if (changed)
        msk_soft_change_group(soft, false);
    return msk_soft_commit(soft, MSK_OK);
}

/* The group goes, and its MSKs leave their pasts. A record of pasts that cannot
 * be read is replaced, as a group that cannot be read goes. */
static int
forget_group(struct msk_soft *soft)
{
    const struct msk_group_id *group = &soft->in.group;
    int err = soft->held.n > 0 ? msk_soft_load_history(soft, group) : MSK_OK;

    if (err == MSK_ERR_RECORD) {
        soft->history.n = 0;
        err = MSK_OK;
    }
    if (err != MSK_OK)
        return err;
    msk_soft_delete_group(soft); /* first: it makes room */
    err = msk_soft_note_all(soft, group);
    return err == MSK_OK ? msk_soft_commit(soft, MSK_OK) : err;
}

/* Takes the owner off; the group goes with the last one. */
static int
leave(struct msk_soft *soft)
{
    struct msk_bytes owner = { soft->in.fqdn, soft->in.fqdn_len };
    struct msk_owners *owners = &soft->held.owners;
    uint8_t tag[MSK_OWNER_TAG];
    int err = msk_owners_tag(soft->crypto, owner, tag);

    if (err != MSK_OK)
        return err;
    if (!msk_owners_remove(owners, tag))
        return MSK_OK;
    if (owners->n == 0)
        return forget_group(soft);
    msk_soft_change_group(soft, false);
    return msk_soft_commit(soft, MSK_OK);
}

/* A damaged group has no owners that are known, nor MSKs. */
static int
step_forget(struct msk_soft *soft)
{
    int err = msk_soft_load_group(soft, &soft->in.group);

    if (err == MSK_ERR_NOT_MINE)
        return MSK_OK;
    if (err == MSK_ERR_RECORD) {
        memset(&soft->held, 0, sizeof soft->held);
        return forget_group(soft);
    }
    return err == MSK_OK ? leave(soft) : err;
}

static void
describe_held_msk(const struct msk_held_key *msk, struct msk_held_msk *out)
{
    out->number = msk->number;
    out->has_interval = true;
    out->seq_low = msk->seq_low;
    out->seq_high = msk->seq_high;
    out->has_mtk = msk->mtk_id != 0;
    out->mtk_id = msk->mtk_id;
}

static int
step_held(struct msk_soft *soft)
{
    struct msk_held held = { .size = sizeof held };
    int err = msk_soft_load_group(soft, &soft->in.group);

    if (err != MSK_OK)
        return err;
    held.n = soft->held.n;
    for (size_t i = 0; i < soft->held.n; i++) {
        describe_held_msk(&soft->held.msk[i], &held.msk[i]);
        held.expires[i] = msk_expiry_of(&soft->held, soft->held.msk[i].number);
    }
    msk_sized_give(soft->in.held, &held, sizeof held);
    return MSK_OK;
}

static int
step_released(struct msk_soft *soft)
{
    struct msk_released released = { .size = sizeof released };
    int err = msk_soft_load_group(soft, &soft->in.group);

    if (err != MSK_OK)
        return err;
    released.n = soft->held.released.n;
    memcpy(released.mtk, soft->held.released.mtk, sizeof released.mtk);
    memcpy(released.sp, soft->held.sp, soft->held.sp_len);
    released.sp_len = soft->held.sp_len;
    msk_sized_give(soft->in.released, &released, sizeof released);
    msk_secret_wipe(&released, sizeof released);
    return MSK_OK;
}

/* Calls that name a Key Group. */
static int
run_on_group(struct msk_soft *soft, msk_soft_step_fn *step,
             const struct msk_group_id *group)
{
    int err = msk_soft_begin(soft, step);

    if (err != MSK_OK)
        return err;
    soft->in.group = *group;
    return msk_soft_run(soft, NULL);
}

static void
copy_owner(struct msk_soft_input *in, struct msk_bytes owner)
{
    if (owner.n > 0)
        memcpy(in->fqdn, owner.p, owner.n);
    in->fqdn_len = owner.n;
}

int
msk_soft_allow(struct msk_mgvf *mgvf, struct msk_bytes owner,
               const struct msk_group_id *group, enum msk_require require)
{
    struct msk_soft *soft = msk_soft_of(mgvf);

    if (soft->wait != MSK_SOFT_IDLE)
        return MSK_ERR_BUSY;
    soft->in.require = require;
    copy_owner(&soft->in, owner);
    return run_on_group(soft, step_allow, group);
}

int
msk_soft_forget(struct msk_mgvf *mgvf, struct msk_bytes owner,
                const struct msk_group_id *group)
{
    struct msk_soft *soft = msk_soft_of(mgvf);

    if (soft->wait != MSK_SOFT_IDLE)
        return MSK_ERR_BUSY;
    copy_owner(&soft->in, owner);
    return run_on_group(soft, step_forget, group);
}

int
msk_soft_held(struct msk_mgvf *mgvf, const struct msk_group_id *group,
              struct msk_held *held)
{
    struct msk_soft *soft = msk_soft_of(mgvf);

    if (soft->wait != MSK_SOFT_IDLE)
        return MSK_ERR_BUSY;
    soft->in.held = held;
    return run_on_group(soft, step_held, group);
}

int
msk_soft_released(struct msk_mgvf *mgvf, const struct msk_group_id *group,
                  struct msk_released *released)
{
    struct msk_soft *soft = msk_soft_of(mgvf);

    if (soft->wait != MSK_SOFT_IDLE)
        return MSK_ERR_BUSY;
    soft->in.released = released;
    return run_on_group(soft, step_released, group);
}
