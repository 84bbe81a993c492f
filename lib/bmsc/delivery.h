/* SPDX-License-Identifier: MIT */
/*
 * bmsc/delivery.h - the states of an MSK on its way to one UE: queued, sent,
 * sent again, acknowledged, given up, overtaken by a newer one. TS 33.246 6.4.2,
 * 6.4.3; decisions 9 and 11.
 */
#ifndef MSK_BMSC_DELIVERY_H
#define MSK_BMSC_DELIVERY_H

#include "bmsc/call.h"

/* What may happen to a delivery. */
enum msk_delivery_event {
    MSK_DELIVERY_PUSH = 0,       /* the MSK is to be delivered */
    MSK_DELIVERY_TURN = 1,       /* nothing is in flight, and this one is to be
                                    acknowledged */
    MSK_DELIVERY_TURN_PLAIN = 2, /* the same, and it is not */
    MSK_DELIVERY_DUE = 3,        /* no acknowledgement came in time */
    MSK_DELIVERY_SPENT = 4,      /* nor did one to the last of them */
    MSK_DELIVERY_ACK = 5,        /* it came */
    MSK_DELIVERY_NEWER = 6,      /* another message takes its place, or none */
    MSK_DELIVERY_YIELD = 7,      /* others go first, and no acknowledgement
                                    came yet */
    MSK_DELIVERY_EVENTS = 8
};

/* Takes one step of the table. group: what PUSH, TURN and DUE send; else NULL
 * will do. An event that does not concern the state changes nothing. */
int msk_delivery_step(const struct msk_call *call, struct msk_delivery *d,
                      enum msk_delivery_event event,
                      const struct msk_group *group);

/* Waits for its turn as if it had not been sent: under the MUK before. */
void msk_delivery_renew(struct msk_delivery *d);

/* After a clock was set back: nothing waits longer than its own interval. */
void msk_delivery_rebase(const struct msk_call *call, struct msk_delivery *d);

#endif
