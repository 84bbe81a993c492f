/* SPDX-License-Identifier: MIT */
/* What the host, not a message, brings into the MGV-F or takes out of it:
 * MUKs and Key Groups. */
#include <string.h>

#include "base/secret.h"
#include "base/sized.h"
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
        err = msk_server_keys_set(&soft->keys, btid, key, &changed);
    if (err != MSK_OK)
        return err;
    if (changed)
        msk_soft_change_server(soft);
    return msk_soft_commit(soft, MSK_OK);
}

static bool
fits(struct msk_bytes view, size_t most)
{
    return view.p != NULL && view.n >= 1 && view.n <= most;
}

int
msk_soft_set_muk(struct msk_mgvf *mgvf, const struct msk_muk *muk)
{
    struct msk_soft *soft = msk_soft_of(mgvf);
    struct msk_soft_input *in = &soft->in;
    int err;

    if (!fits(muk->fqdn, MSK_FQDN_MAX) || !fits(muk->btid, MSK_BTID_MAX) ||
        !fits(muk->key, MSK_MUK_MAX))
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
    return msk_soft_run(soft, NULL);
}

/* A Key Group is allowed when it has a record, be it an empty one. */
static int
step_allow(struct msk_soft *soft)
{
    int err = msk_soft_load_group(soft, &soft->in.id);

    if (err != MSK_OK && err != MSK_ERR_NOT_MINE)
        return err;
    if (err == MSK_OK && soft->held.require == (uint8_t)soft->in.require)
        return MSK_OK;
    soft->held.require = (uint8_t)soft->in.require;
    msk_soft_change_group(soft, false);
    return msk_soft_commit(soft, MSK_OK);
}

static int
step_forget(struct msk_soft *soft)
{
    int err = msk_soft_load_group(soft, &soft->in.id);

    if (err == MSK_ERR_NOT_MINE)
        return MSK_OK;
    if (err != MSK_OK && err != MSK_ERR_RECORD)
        return err;
    msk_soft_delete_group(soft);
    return msk_soft_commit(soft, MSK_OK);
}

static void
describe(const struct msk_held_key *msk, struct msk_held_msk *out)
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
    int err = msk_soft_load_group(soft, &soft->in.id);

    if (err != MSK_OK)
        return err;
    held.n = soft->held.n;
    for (size_t i = 0; i < soft->held.n; i++)
        describe(&soft->held.msk[i], &held.msk[i]);
    msk_sized_give(soft->in.held, &held, sizeof held);
    return MSK_OK;
}

static int
step_released(struct msk_soft *soft)
{
    struct msk_released released = { .size = sizeof released };
    int err = msk_soft_load_group(soft, &soft->in.id);

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
run_on_group(struct msk_mgvf *mgvf, msk_soft_step *step,
             const uint8_t domain[3], uint16_t group)
{
    struct msk_soft *soft = msk_soft_of(mgvf);
    int err;

    if (domain == NULL || group == 0)
        return MSK_ERR_ARGUMENT;
    err = msk_soft_begin(soft, step);
    if (err != MSK_OK)
        return err;
    memcpy(soft->in.id.domain, domain, sizeof soft->in.id.domain);
    soft->in.id.group = group;
    soft->in.id.number = 0;
    return msk_soft_run(soft, NULL);
}

int
msk_soft_allow(struct msk_mgvf *mgvf, const uint8_t domain[3], uint16_t group,
               enum msk_require require)
{
    struct msk_soft *soft = msk_soft_of(mgvf);

    if (soft->wait != MSK_SOFT_IDLE)
        return MSK_ERR_BUSY;
    soft->in.require = require;
    return run_on_group(mgvf, step_allow, domain, group);
}

int
msk_soft_forget(struct msk_mgvf *mgvf, const uint8_t domain[3], uint16_t group)
{
    return run_on_group(mgvf, step_forget, domain, group);
}

int
msk_soft_held(struct msk_mgvf *mgvf, const uint8_t domain[3], uint16_t group,
              struct msk_held *held)
{
    struct msk_soft *soft = msk_soft_of(mgvf);

    if (held == NULL)
        return MSK_ERR_ARGUMENT;
    if (soft->wait != MSK_SOFT_IDLE)
        return MSK_ERR_BUSY;
    soft->in.held = held;
    return run_on_group(mgvf, step_held, domain, group);
}

int
msk_soft_released(struct msk_mgvf *mgvf, const uint8_t domain[3],
                  uint16_t group, struct msk_released *released)
{
    struct msk_soft *soft = msk_soft_of(mgvf);

    if (released == NULL)
        return MSK_ERR_ARGUMENT;
    if (soft->wait != MSK_SOFT_IDLE)
        return MSK_ERR_BUSY;
    soft->in.released = released;
    return run_on_group(mgvf, step_released, domain, group);
}
