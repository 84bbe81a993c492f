/* SPDX-License-Identifier: MIT */
/* bmsc/deliveries.h - all that a UE is owed, in the order of its turns. */
#ifndef MSK_BMSC_DELIVERIES_H
#define MSK_BMSC_DELIVERIES_H

#include "bmsc/delivery.h"

/* How an MSK is owed. */
struct msk_owed {
    bool v;     /* ask for an acknowledgement */
    bool asked; /* for by its number */
    bool first; /* in front of all that was not asked for in this call */
};

/* The UE, a member, is owed an MSK of the group from now on; what is older and
 * was not asked for ends (decision 9). Nothing is sent before the run. */
int msk_deliveries_owe(struct msk_call *call, const struct msk_group *group,
                       const struct msk_group_msk *msk, struct msk_owed how);

/* One step of delivery i, which is taken out of the order when it has ended. */
int msk_deliveries_step(const struct msk_call *call, size_t i,
                        enum msk_delivery_event event,
                        const struct msk_group *group);

/* The UE asks for these Key Groups: what it was sent of others, and has not
 * acknowledged, waits after all that is to be sent. */
int msk_deliveries_yield(const struct msk_call *call,
                         const struct msk_body_item *asked, size_t n);

/* Sends what is due again or gives it up, then what waits for its turn. */
int msk_deliveries_run(struct msk_call *call);

/* Forgets the MUK before the last rebind when it has done its work: the UE has
 * shown the new one, and nothing is under way under the old one. */
void msk_deliveries_settle(const struct msk_call *call);

#endif
