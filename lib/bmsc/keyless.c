/* SPDX-License-Identifier: MIT */
#include "bmsc/keyless.h"

#include "base/random.h"
#include "bmsc/membership.h"
#include "bmsc/send.h"

/* Change request 6.3.2.2.4. Under the MUK that the UE certainly has: the one
 * before the last rebind, until the UE has shown the new one. */
int
msk_keyless_pull(const struct msk_call *call, const struct msk_group *group)
{
    struct msk_sub *sub = call->sub;
    struct msk_bmsc_muk *muk =
        !sub->proven && sub->old.btid_len > 0 ? &sub->old : &sub->muk;
    struct msk_msk_message m;
    int err;

    msk_send_describe(call, group, msk_group_current(group), MSK_CONTENT_PULL,
                      &m);
    err = msk_random_below(call->bmsc->config.random, UINT32_MAX, &m.csb_id);
    return err == MSK_OK ? msk_send(call, muk, MSK_COUNTER_LAST, &m) : err;
}

int
msk_keyless_instead(const struct msk_call *call, const struct msk_group *group)
{
    const struct msk_group_id id = group->id; /* it may be gone then */
    int err = msk_keyless_pull(call, group);

    if (err == MSK_OK || err == MSK_ERR_STATE)
        err = msk_membership_silent(call, &id);
    return err;
}

static int
invalidate(const struct msk_call *call, const struct msk_group *group,
           const struct msk_group_msk *msk)
{
    struct msk_msk_message m;
    int err;

    msk_send_describe(call, group, msk, MSK_CONTENT_VALIDITY, &m);
    m.seq_low = 1;
    m.seq_high = 0;
    err = msk_random_below(call->bmsc->config.random, UINT32_MAX, &m.csb_id);
    return err == MSK_OK
               ? msk_send(call, &call->sub->muk, MSK_COUNTER_LAST_MSK, &m)
               : err;
}

/* TS 33.246 6.3.2.1B: SEQl above SEQu ends the use of an MSK. */
int
msk_keyless_invalidate(const struct msk_call *call,
                       const struct msk_group *group)
{
    int err = MSK_OK;

    for (size_t i = 0; err == MSK_OK && i < MSK_ROLES; i++)
        if (group->msk[i].number != 0 && msk_outbox_has_room(call->outbox))
            err = invalidate(call, group, &group->msk[i]);
    return err;
}
