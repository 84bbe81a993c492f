/* SPDX-License-Identifier: MIT */
/* bmsc/keyless.h - messages without a key. Neither is acknowledged, neither is
 * sent again. */
#ifndef MSK_BMSC_KEYLESS_H
#define MSK_BMSC_KEYLESS_H

#include "bmsc/call.h"

/* Makes the UE ask for the current MSK of the group. */
int msk_keyless_pull(const struct msk_call *call,
                     const struct msk_group *group);

/* Decision 19: no MSK under an expired MUK, but a pull in its place; counted
 * like a delivery that nobody answered. A counter that is used up to the last
 * sends not even that. */
int msk_keyless_instead(const struct msk_call *call,
                        const struct msk_group *group);

/* Takes the validity of its MSKs away, as far as there is room to say so. */
int msk_keyless_invalidate(const struct msk_call *call,
                           const struct msk_group *group);

#endif
