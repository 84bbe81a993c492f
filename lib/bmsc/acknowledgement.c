/* SPDX-License-Identifier: MIT */
#include "bmsc/acknowledgement.h"

#include <string.h>

#include "bmsc/deliveries.h"

/* Is it one of the messages that the delivery sent? */
static bool
is_answered_by(const struct msk_delivery *d, const struct msk_message *message)
{
    if (d->csb_id != message->csb_id)
        return false;
    for (size_t i = 0; i < d->n_sent; i++)
        if (d->counter[i] == message->counter)
            return true;
    return false;
}

/* An MSK that the group has no more cannot be acknowledged any more. */
static int
verify_acknowledgement(const struct msk_call *call,
                       const struct msk_delivery *d,
                       const struct msk_message *message)
{
    const struct msk_bmsc_muk *muk =
        d->old_muk ? &call->sub->old : &call->sub->muk;
    const struct msk_group *group = msk_call_group(call, &d->group);
    const struct msk_group_msk *msk =
        group != NULL ? msk_group_find(group, d->number) : NULL;
    const struct msk_bmsc_config *c = &call->bmsc->config;
    struct msk_expected expected = { .size = sizeof expected };

    if (msk == NULL)
        return MSK_ERR_NOT_MINE;
    expected.layout = c->layout;
    expected.muk = (struct msk_bytes){ muk->key, muk->key_len };
    expected.rand = (struct msk_bytes){ msk->rand, msk->rand_len };
    expected.csb_id = d->csb_id;
    memcpy(expected.domain, d->group.domain, sizeof expected.domain);
    expected.fqdn = c->fqdn;
    expected.btid = (struct msk_bytes){ muk->btid, muk->btid_len };
    expected.accept_pad64 = c->accept_pad64;
    return msk_verification_check(c->crypto, &expected, message);
}

int
msk_acknowledgement_take(const struct msk_call *call,
                         const struct msk_message *message)
{
    const struct msk_sub *sub = call->sub;
    int err = MSK_ERR_NOT_MINE;

    for (size_t i = 0; i < sub->n_deliveries; i++) {
        if (!is_answered_by(&sub->delivery[i], message))
            continue;
        err = verify_acknowledgement(call, &sub->delivery[i], message);
        if (err == MSK_OK)
            err = msk_deliveries_step(call, i, MSK_DELIVERY_ACK, NULL);
        if (err != MSK_ERR_MAC && err != MSK_ERR_NOT_MINE)
            break;
    }
    return err == MSK_OK ? msk_deliveries_run(call) : err;
}
