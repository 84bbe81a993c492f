/* SPDX-License-Identifier: MIT */
#include "bmsc/call.h"

#include <string.h>

#include "bmsc/deliveries.h"

int
msk_call_begin(struct msk_call *call, const struct msk_bmsc *bmsc, void *user,
               struct msk_subscriber *subscriber, msk_time now,
               struct msk_outbox *outbox)
{
    if (bmsc == NULL || outbox == NULL)
        return MSK_ERR_ARGUMENT;
    call->bmsc = bmsc;
    call->user = user;
    call->subscriber = subscriber;
    call->sub = subscriber != NULL ? msk_sub_of(subscriber) : NULL;
    call->now = now;
    call->outbox = outbox;
    call->given = NULL;
    msk_outbox_start(outbox);
    if (call->sub != NULL) {
        memcpy(outbox->peer, call->sub->address, sizeof outbox->peer);
        outbox->peer_n = call->sub->address_len;
        msk_deliveries_rebase(call);
    }
    return MSK_OK;
}

const struct msk_group *
msk_call_group(const struct msk_call *call, const uint8_t domain[3],
               uint16_t group)
{
    const struct msk_group *given = call->given;
    const struct msk_key_group *found;

    if (given != NULL && given->group == group &&
        memcmp(given->domain, domain, 3) == 0)
        return given;
    found = call->bmsc->config.find_group(call->user, domain, group);
    return found != NULL ? msk_group_at(found) : NULL;
}
