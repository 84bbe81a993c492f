/* SPDX-License-Identifier: MIT */
#include "bmsc/authority.h"

#include "bmsc/membership.h"

/* A status of the host, as one that an item may have. */
static int
status_of_item(int answer)
{
    if (answer >= 200 && answer < 300)
        return answer == 204 ? 204 : 200;
    return answer >= 400 && answer < 600 ? answer : 503;
}

int
msk_authority_ask(const struct msk_call *call, const struct msk_group_id *group,
                  int *code)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;
    struct msk_member *member = msk_sub_member(call->sub, group);
    int answer;

    *code = member != NULL ? 200 : 403;
    if (c->authorise == NULL || (member != NULL && member->leave))
        return MSK_OK;
    answer = c->authorise(call->user, call->subscriber, group);
    if (answer == MSK_PENDING)
        return MSK_PENDING;
    *code = status_of_item(answer);
    if (member == NULL)
        return MSK_OK;
    member->leave = *code == 200;
    return *code >= 400 && *code < 500
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
