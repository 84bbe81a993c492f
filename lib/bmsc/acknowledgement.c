/* SPDX-License-Identifier: MIT */
#include "bmsc/acknowledgement.h"

#include <string.h>

#include "bmsc/deliveries.h"
#include "bmsc/delivery.h"

/* Is it one of the messages that the delivery sent? */
static bool
is_answered_by(const struct msk_delivery *d, const struct msk_message *message)
{
    if (d->state == MSK_DELIVERY_FREE || d->csb_id != message->csb_id)
        return false;
    for (size_t i = 0; i < d->n_sent; i++)
        if (d->counter[i] == message->counter)
            return true;
    return false;
}

static int
verify(const struct msk_call *call, const struct msk_delivery *d,
       const struct msk_message *message)
{
    const struct msk_bmsc_muk *muk =
        d->old_muk ? &call->sub->old : &call->sub->muk;
    const struct msk_bmsc_config *c = &call->bmsc->config;
    struct msk_expected expected = { .size = sizeof expected };

    expected.layout = c->layout;
    expected.muk = (struct msk_bytes){ muk->key, muk->key_len };
    expected.rand = (struct msk_bytes){ d->rand, d->rand_len };
    expected.csb_id = d->csb_id;
    memcpy(expected.domain, d->id.domain, 3);
    expected.fqdn = c->fqdn;
    expected.btid = (struct msk_bytes){ muk->btid, muk->btid_len };
    expected.accept_pad64 = c->accept_pad64;
    return msk_verification_check(c->crypto, &expected, message);
}

int
msk_acknowledgement_take(const struct msk_call *call,
                         const struct msk_message *message)
{
    int err = MSK_ERR_NOT_MINE;

    for (size_t i = 0; i < MSK_SUBSCRIBER_PENDING_MAX; i++) {
        struct msk_delivery *d = &call->sub->delivery[i];

        if (!is_answered_by(d, message))
            continue;
        err = verify(call, d, message);
        if (err == MSK_OK)
            err = msk_delivery_step(call, d, MSK_DELIVERY_ACK, NULL);
        if (err != MSK_ERR_MAC && err != MSK_ERR_NOT_MINE)
            break;
    }
    return err == MSK_OK ? msk_deliveries_run(call) : err;
}
