/* SPDX-License-Identifier: MIT */
/* bmsc/keyless.h - messages without a key. Neither is acknowledged, neither is
 * sent again. */
#ifndef MSK_BMSC_KEYLESS_H
#define MSK_BMSC_KEYLESS_H

#include "bmsc/call.h"

/* Makes the UE ask for the current MSK of the group. */
int msk_keyless_pull(const struct msk_call *call,
                     const struct msk_group *group);

/* Takes the validity of its current MSK away. */
int msk_keyless_invalidate(const struct msk_call *call,
                           const struct msk_group *group);

#endif
