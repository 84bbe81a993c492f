/* SPDX-License-Identifier: MIT */
#include "bmsc/membership.h"

#include <string.h>

static const struct msk_bytes none = { NULL, 0 };

int
msk_membership_begin(const struct msk_call *call, const struct msk_key_id *id,
                     struct msk_member **out)
{
    struct msk_key_id joined = { .group = id->group };
    int err;

    *out = msk_sub_member(call->sub, id->domain, id->group);
    if (*out != NULL)
        return MSK_OK;
    memcpy(joined.domain, id->domain, sizeof joined.domain);
    err = msk_sub_join(call->sub, id->domain, id->group, out);
    return err == MSK_OK
               ? msk_outbox_add(call->outbox, MSK_BMSC_JOINED, &joined, none)
               : err;
}

int
msk_membership_end(const struct msk_call *call, struct msk_member *member)
{
    struct msk_key_id id = { .group = member->group };

    memcpy(id.domain, member->domain, sizeof id.domain);
    msk_sub_part(call->sub, member);
    return msk_outbox_add(call->outbox, MSK_BMSC_PARTED, &id, none);
}

/* Decision 18. */
int
msk_membership_silent(const struct msk_call *call, const struct msk_key_id *id)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;
    struct msk_member *member =
        msk_sub_member(call->sub, id->domain, id->group);

    if (member == NULL)
        return MSK_OK;
    if (member->unanswered < UINT8_MAX)
        member->unanswered++;
    if (c->registration || member->unanswered < c->unanswered)
        return MSK_OK;
    return msk_membership_end(call, member);
}
