/* SPDX-License-Identifier: MIT */
#include "bmsc/call.h"

#include <string.h>

#include "bmsc/timing.h"

/* Leave of the host is for one call. */
static void
begin_record(struct msk_call *call)
{
    struct msk_sub *sub = call->sub;

    memcpy(call->outbox->peer, sub->address, sizeof call->outbox->peer);
    call->outbox->peer_n = sub->address_len;
    for (size_t i = 0; i < sub->n_members; i++)
        sub->member[i].leave = false;
    msk_timing_rebase(sub, call->now, call->bmsc->config.retry,
                      call->bmsc->config.spacing);
}

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
    call->n_first = 0;
    msk_outbox_start(outbox);
    if (call->sub != NULL)
        begin_record(call);
    return MSK_OK;
}

const struct msk_group *
msk_call_group(const struct msk_call *call, const struct msk_group_id *id)
{
    const struct msk_key_group *found;

    if (call->given != NULL && msk_group_id_equal(&call->given->id, id))
        return call->given;
    found = call->bmsc->config.find_group(call->user, id);
    return found != NULL ? msk_group_at(found) : NULL;
}
