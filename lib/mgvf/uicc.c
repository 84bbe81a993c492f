/* SPDX-License-Identifier: MIT */
/* The MGV-F on a UICC: its life, and what its groups hold. */
#include <string.h>

#include "base/align.h"
#include "base/octets.h"
#include "base/secret.h"
#include "mgvf/card.h"

static int
uicc_process(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
             struct msk_mgvf_result *result)
{
    struct msk_uicc *u = msk_uicc_of(mgvf);
    int err;

    if (input->fqdn.n > sizeof u->fqdn)
        return MSK_ERR_ARGUMENT;
    if (input->message.n > MSK_MIKEY_MAX)
        return MSK_ERR_LENGTH;
    err = msk_uicc_begin(u);
    if (err != MSK_OK)
        return err;
    u->layout = input->layout;
    if (input->fqdn.n > 0)
        memcpy(u->fqdn, input->fqdn.p, input->fqdn.n);
    u->fqdn_len = input->fqdn.n;
    if (input->message.n > 0)
        memcpy(u->object + MSK_CARD_BODY_AT, input->message.p,
               input->message.n);
    err = msk_uicc_run(u, msk_uicc_take(u, input->message.n));
    return msk_uicc_finish(u, err, result);
}

static int
uicc_complete(struct msk_mgvf *mgvf, uint32_t token, int result,
              struct msk_mgvf_result *out)
{
    struct msk_uicc *u = msk_uicc_of(mgvf);

    if (!u->waits || token != u->token)
        return MSK_ERR_STATE;
    if (result == MSK_PENDING)
        return MSK_ERR_ARGUMENT;
    if (result == MSK_OK)
        return msk_uicc_finish(u, msk_uicc_resume(u), out);
    u->waits = false;
    return msk_uicc_finish(u, MSK_ERR_CARD, out);
}

/* The card made it, and knows which it made last. */
static int
uicc_set_muk(struct msk_mgvf *mgvf, const struct msk_muk *muk)
{
    if (muk->fqdn.n < 1 || muk->fqdn.n > MSK_FQDN_MAX || muk->btid.n < 1 ||
        muk->btid.n > MSK_BTID_MAX || muk->key.n != 0)
        return MSK_ERR_ARGUMENT;
    return msk_uicc_of(mgvf)->waits ? MSK_ERR_BUSY : MSK_OK;
}

/* --- what is held -------------------------------------------------------- */

static void
describe_card_msk(const struct msk_card_group *g, uint16_t number,
                  struct msk_held_msk *out)
{
    out->number = number;
    for (size_t i = 0; i < MSK_HELD_MAX; i++)
        if (g->number[i] == number && g->mtk_id[i] != 0) {
            out->has_mtk = true;
            out->mtk_id = g->mtk_id[i];
        }
}

static int
tell_none(struct msk_uicc *u)
{
    struct msk_held held = { .size = sizeof held };

    msk_sized_give(u->held, &held, sizeof held);
    return MSK_OK;
}

static int
tell_held(struct msk_uicc *u)
{
    struct msk_held held = { .size = sizeof held };
    struct msk_card_msks msks;

    if (!msk_card_get_msks(msk_uicc_data(u), &msks) ||
        !msk_group_id_equal(&u->group->id, &msks.id))
        return msk_uicc_next(u);
    held.n = msks.n;
    for (size_t i = 0; i < msks.n; i++)
        describe_card_msk(u->group, msks.number[i], &held.msk[i]);
    msk_sized_give(u->held, &held, sizeof held);
    return MSK_OK;
}

static int
uicc_held(struct msk_mgvf *mgvf, const struct msk_group_id *group,
          struct msk_held *held)
{
    struct msk_uicc *u = msk_uicc_of(mgvf);
    int err = msk_uicc_begin(u);

    if (err != MSK_OK)
        return err;
    u->group = msk_uicc_find(u, group);
    u->held = held;
    if (u->group == NULL)
        return MSK_ERR_NOT_MINE;
    err = msk_uicc_walk(u, MSK_CARD_EF_MSK, tell_held, tell_none);
    return msk_uicc_finish(u, msk_uicc_run(u, err), NULL);
}

/* --- life ---------------------------------------------------------------- */

static void
uicc_wipe(struct msk_mgvf *mgvf)
{
    struct msk_uicc *u = msk_uicc_of(mgvf);

    msk_secret_wipe(u->groups, u->n_groups * sizeof *u->groups);
    msk_secret_wipe(u, sizeof *u);
}

static const struct msk_mgvf_ops uicc_ops = {
    .size = sizeof uicc_ops,
    .process = uicc_process,
    .complete = uicc_complete,
    .set_muk = uicc_set_muk,
    .allow = msk_uicc_allow,
    .forget = msk_uicc_forget,
    .held = uicc_held,
    .forget_all = msk_uicc_forget_all,
    .wipe = uicc_wipe,
};

size_t
msk_mgvf_uicc_size(void)
{
    return MSK_MGVF_UICC_SIZE;
}

int
msk_mgvf_uicc_init(struct msk_mgvf **mgvf, void *mem, size_t len,
                   const struct msk_mgvf_uicc_config *config)
{
    struct msk_mgvf_uicc_config c;
    struct msk_uicc *u;

    if (mgvf == NULL || mem == NULL ||
        !msk_sized_take(&c, sizeof c, config,
                        MSK_SIZE_UPTO(msk_mgvf_uicc_config, short_commands)) ||
        c.card == NULL || c.card->transmit == NULL || c.groups == NULL ||
        c.n_groups == 0)
        return MSK_ERR_ARGUMENT;
    if (len < MSK_MGVF_UICC_SIZE)
        return MSK_ERR_SPACE;
    u = msk_align(mem);
    memset(u, 0, sizeof *u);
    memset(c.groups, 0, c.n_groups * sizeof *c.groups);
    u->base.ops = &uicc_ops;
    u->card = c.card;
    u->groups = c.groups;
    u->n_groups = c.n_groups;
    u->short_commands = c.short_commands;
    *mgvf = &u->base;
    return MSK_OK;
}

uint16_t
msk_mgvf_uicc_status(const struct msk_mgvf *mgvf)
{
    return mgvf == NULL ? 0
                        : ((const struct msk_uicc *)(const void *)mgvf)->status;
}

/* MSK_MGVF_UICC_SIZE holds it, wherever it begins. */
typedef char msk_uicc_fits
    [sizeof(struct msk_uicc) + sizeof(uint64_t) <= MSK_MGVF_UICC_SIZE ? 1 : -1];
