/* SPDX-License-Identifier: MIT */
/* bmsc/deliveries.h - all that is on its way to one UE. */
#ifndef MSK_BMSC_DELIVERIES_H
#define MSK_BMSC_DELIVERIES_H

#include "bmsc/call.h"

/* What was sent before the clock was set back is due after its own interval
 * from now on. */
void msk_deliveries_rebase(const struct msk_call *call);

/* Delivers the current MSK of a group; the UE is a member. v: ask for an
 * acknowledgement. MSK_ERR_LIMIT: too many are under way. */
int msk_deliveries_push(const struct msk_call *call,
                        const struct msk_group *group, bool v);

/* The UE asks for these Key Groups: what it was sent of others, and has not
 * acknowledged, waits behind all that is to be sent. */
int msk_deliveries_yield(const struct msk_call *call,
                         const struct msk_body_item *asked, size_t n);

/* Sends what is due again or gives it up, then what waits for its turn. */
int msk_deliveries_run(const struct msk_call *call);

/* Forgets the MUK before the last rebind when it has done its work: the UE has
 * shown the new one, and nothing is under way under the old one. */
void msk_deliveries_settle(const struct msk_call *call);

/* When msk_deliveries_run has something to do. */
msk_time msk_deliveries_due(const struct msk_sub *sub);

#endif
