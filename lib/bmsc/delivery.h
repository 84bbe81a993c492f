/* SPDX-License-Identifier: MIT */
/*
 * bmsc/delivery.h - the states of an MSK that a UE is owed: queued, sent, sent
 * again, acknowledged, given up, overtaken by a newer one. TS 33.246 6.4.2,
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
    MSK_DELIVERY_YIELD = 3,      /* no acknowledgement came yet, and it is due
                                    again or others go first */
    MSK_DELIVERY_SPENT = 4,      /* nor did one to the last sending */
    MSK_DELIVERY_ACK = 5,        /* it came */
    MSK_DELIVERY_NEWER = 6,      /* another message takes its place, or none */
    MSK_DELIVERY_LATER = 7,      /* the host cannot say yet if it may go */
    MSK_DELIVERY_EVENTS = 8
};

/* Takes one step of the table. group: what TURN sends an MSK of, and which has
 * it; else NULL will do. An event that does not concern the state changes
 * nothing. */
int msk_delivery_step(const struct msk_call *call, struct msk_delivery *d,
                      enum msk_delivery_event event,
                      const struct msk_group *group);

/* --- messages about a group without an MSK in them ------------------------ */

/* Makes the UE ask for the current MSK of the group. */
int msk_delivery_pull(const struct msk_call *call,
                      const struct msk_group *group);

/* Decision 19: no MSK under an expired MUK, but a pull in its place; counted
 * like a delivery that nobody answered. A counter that is used up to the last
 * sends not even that. */
int msk_delivery_instead(const struct msk_call *call,
                         const struct msk_group *group);

/* Takes the validity of its MSKs away, as far as there is room to say so. */
int msk_delivery_invalidate(const struct msk_call *call,
                            const struct msk_group *group);

#endif
