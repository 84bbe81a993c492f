/* SPDX-License-Identifier: MIT */
/* What is deleted on a UICC: the MSKs of a Key Group, or all. TS 33.246 D.4
 * leaves that to the ME. */
#include <string.h>

#include "mgvf/card.h"

#define GROUP_LEN 5 /* domain and group in a command */
#define RECORDS_MAX 254

/* What is not there is deleted. */
static bool
is_deleted(const struct msk_uicc *u)
{
    return msk_uicc_is_fine(u) || u->status == MSK_CARD_NOT_FOUND;
}

static int
delete_group(struct msk_uicc *u, msk_uicc_step_fn *done)
{
    const struct msk_group_id *group = &u->group_id;
    uint8_t *body = u->object + MSK_CARD_BODY_AT;

    memcpy(body, group->domain, sizeof group->domain);
    body[3] = (uint8_t)(group->group >> 8);
    body[4] = (uint8_t)group->group;
    return msk_uicc_authenticate(u, MSK_CARD_MSK_DELETION, GROUP_LEN, done);
}

static int
group_deleted(struct msk_uicc *u)
{
    struct msk_card_group *g = msk_uicc_find(u, &u->group_id);

    u->base.changes++;
    if (!is_deleted(u))
        return MSK_ERR_CARD;
    if (g != NULL)
        memset(g, 0, sizeof *g);
    return MSK_OK;
}

int
msk_uicc_forget(struct msk_mgvf *mgvf, struct msk_bytes owner,
                const struct msk_group_id *group)
{
    struct msk_uicc *u = msk_uicc_of(mgvf);
    struct msk_card_group *g;
    uint8_t tag[MSK_OWNER_TAG];
    int err = msk_uicc_begin(u);

    if (err != MSK_OK)
        return err;
    g = msk_uicc_find(u, group);
    if (g != NULL && (!msk_uicc_owner_tag(u, owner, tag) ||
                      !msk_owners_has(&g->owners, tag)))
        return MSK_OK;
    if (g != NULL && g->owners.n > 1) {
        (void)msk_owners_remove(&g->owners, tag);
        return MSK_OK;
    }
    u->group_id = *group;
    return msk_uicc_finish(u, msk_uicc_run(u, delete_group(u, group_deleted)),
                           NULL);
}

static int
all_deleted(struct msk_uicc *u)
{
    memset(u->groups, 0, u->n_groups * sizeof *u->groups);
    return MSK_OK;
}

/* Looks at the record again: it must be another one now, or free. A card that
 * does not delete would be asked for ever. */
static int
record_deleted(struct msk_uicc *u)
{
    u->base.changes++;
    if (!is_deleted(u) || ++u->deletions > RECORDS_MAX)
        return MSK_ERR_CARD;
    return msk_uicc_again(u);
}

static int
delete_muk(struct msk_uicc *u)
{
    struct msk_card_muk muk;

    if (!msk_card_get_muk(msk_uicc_data(u), &muk))
        return msk_uicc_next(u);
    memcpy(u->object + MSK_CARD_BODY_AT, muk.name.p, muk.name.n);
    return msk_uicc_authenticate(u, MSK_CARD_MUK_DELETION, muk.name.n,
                                 record_deleted);
}

static int
delete_msks(struct msk_uicc *u)
{
    struct msk_card_msks msks;

    if (!msk_card_get_msks(msk_uicc_data(u), &msks))
        return msk_uicc_next(u);
    u->group_id = msks.id;
    return delete_group(u, record_deleted);
}

static int
delete_muks(struct msk_uicc *u)
{
    u->deletions = 0;
    return msk_uicc_walk(u, MSK_CARD_EF_MUK, delete_muk, all_deleted);
}

int
msk_uicc_forget_all(struct msk_mgvf *mgvf)
{
    struct msk_uicc *u = msk_uicc_of(mgvf);
    int err = msk_uicc_begin(u);

    if (err != MSK_OK)
        return err;
    err = msk_uicc_walk(u, MSK_CARD_EF_MSK, delete_msks, delete_muks);
    return msk_uicc_finish(u, msk_uicc_run(u, err), NULL);
}
