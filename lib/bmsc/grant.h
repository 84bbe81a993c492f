/* SPDX-License-Identifier: MIT */
/* bmsc/grant.h - what an MSK request gets. */
#ifndef MSK_BMSC_GRANT_H
#define MSK_BMSC_GRANT_H

#include "bmsc/call.h"

/* Answers one item, and sends the MSK if it is granted. MSK_PENDING: the host
 * does not know yet. */
int msk_grant(struct msk_call *call, struct msk_body_item *item);

#endif
