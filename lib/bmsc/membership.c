/* SPDX-License-Identifier: MIT */
#include "bmsc/membership.h"

int
msk_membership_begin(const struct msk_call *call,
                     const struct msk_group_id *group, struct msk_member **out)
{
    int err;

    *out = msk_sub_member(call->sub, group);
    if (*out != NULL)
        return MSK_OK;
    err = msk_sub_join(call->sub, group, out);
    return err == MSK_OK
               ? msk_outbox_tell(call->outbox, MSK_BMSC_EFFECT_JOINED, group, 0)
               : err;
}

int
msk_membership_end(const struct msk_call *call, struct msk_member *member,
                   enum msk_parted why)
{
    struct msk_group_id group = member->group;
    int err = msk_outbox_tell(call->outbox, MSK_BMSC_EFFECT_PARTED, &group, 0);

    msk_sub_part(call->sub, member);
    if (err == MSK_OK)
        msk_outbox_why(call->outbox, why);
    return err;
}

/* Decision 18. */
int
msk_membership_silent(const struct msk_call *call,
                      const struct msk_group_id *group)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;
    struct msk_member *member = msk_sub_member(call->sub, group);

    if (member == NULL)
        return MSK_OK;
    if (member->unanswered < UINT8_MAX)
        member->unanswered++;
    if (c->registration || member->unanswered < c->unanswered)
        return MSK_OK;
    return msk_membership_end(call, member, MSK_PARTED_SILENT);
}
