/* SPDX-License-Identifier: MIT */
/*
 * bmsc/registration.h - services that a UE is registered to, and the
 * memberships that come and go with them. TS 33.246 6.3.2.1A, 6.3.2.1B.
 */
#ifndef MSK_BMSC_REGISTRATION_H
#define MSK_BMSC_REGISTRATION_H

#include "bmsc/call.h"

/* Registers the UE to the service of an item, and sends it the MSKs.
 * MSK_PENDING: the host does not know yet. */
int msk_registration_begin(struct msk_call *call, struct msk_body_item *item);

/* Ends the registration, and the use of MSKs that no other service uses. */
int msk_registration_end(struct msk_call *call, struct msk_body_item *item);

#endif
