/* SPDX-License-Identifier: MIT */
/* bmsc/acknowledgement.h - what a UE says to an MSK message (TS 33.246
 * 6.4.5.2; decision 11). */
#ifndef MSK_BMSC_ACKNOWLEDGEMENT_H
#define MSK_BMSC_ACKNOWLEDGEMENT_H

#include "bmsc/call.h"

/* One that was read: ends the delivery that it answers, and lets the next have
 * its turn. MSK_ERR_NOT_MINE, MSK_ERR_MAC. */
int msk_acknowledgement_take(const struct msk_call *call,
                             const struct msk_message *message);

#endif
