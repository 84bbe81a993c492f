/* SPDX-License-Identifier: MIT */
/* bmsc/call.h - what one call works on. */
#ifndef MSK_BMSC_CALL_H
#define MSK_BMSC_CALL_H

#include "bmsc/bmsc.h"
#include "bmsc/bmsc_outbox.h"
#include "bmsc/key_group.h"
#include "bmsc/subscriber.h"

struct msk_call {
    const struct msk_bmsc *bmsc;
    void *user;
    const struct msk_subscriber *subscriber; /* NULL: an unknown B-TID */
    struct msk_sub *sub;                     /* what is inside */
    msk_time now;
    struct msk_outbox *outbox;
    const struct msk_group *given; /* a Key Group that the caller brought */
    size_t n_first; /* deliveries that were asked for, in front of others */
};

/* Begins a call: empties the outbox, and gives it the address of the UE, whose
 * timers begin anew if the clock was set back. subscriber may be NULL.
 * MSK_ERR_ARGUMENT: bmsc or outbox is. */
int msk_call_begin(struct msk_call *call, const struct msk_bmsc *bmsc,
                   void *user, struct msk_subscriber *subscriber, msk_time now,
                   struct msk_outbox *outbox);

/* The Key Group of that name: the given one, or what the host finds, or
 * NULL. */
const struct msk_group *msk_call_group(const struct msk_call *call,
                                       const struct msk_group_id *id);

#endif
