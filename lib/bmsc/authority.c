/* SPDX-License-Identifier: MIT */
#include "bmsc/authority.h"

#include "bmsc/membership.h"

/* TS 33.246 table G.2.4-1: the status of an item. */
static int
status_of_item(enum msk_permission permission)
{
    switch (permission) {
    case MSK_PERMISSION_GRANTED: return 200;
    case MSK_PERMISSION_NO_MSK: return 204;
    case MSK_PERMISSION_REFUSED: return 403;
    case MSK_PERMISSION_NOT_NOW:
    case MSK_PERMISSION_PENDING: break;
    }
    return 503;
}

int
msk_authority_ask(const struct msk_call *call, const struct msk_group_id *group,
                  int *code)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;
    struct msk_member *member = msk_sub_member(call->sub, group);
    enum msk_permission permission;

    *code = member != NULL ? 200 : 403;
    if (c->authorise == NULL || (member != NULL && member->leave))
        return MSK_OK;
    permission = c->authorise(call->user, call->subscriber, group);
    if (permission == MSK_PERMISSION_PENDING)
        return MSK_PENDING;
    *code = status_of_item(permission);
    if (member == NULL)
        return MSK_OK;
    member->leave = *code == 200;
    return permission == MSK_PERMISSION_REFUSED
               ? msk_membership_end(call, member, MSK_PARTED_REFUSED)
               : MSK_OK;
}

int
msk_authority_push(const struct msk_call *call,
                   const struct msk_group_id *group, int *code)
{
    int err = msk_authority_ask(call, group, code);

    if (err == MSK_PENDING)
        *code = 503;
    return err == MSK_PENDING ? MSK_OK : err;
}
