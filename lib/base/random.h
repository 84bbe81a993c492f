/* SPDX-License-Identifier: MIT */
/* base/random.h - random numbers below a bound, each as likely. */
#ifndef MSK_BASE_RANDOM_H
#define MSK_BASE_RANDOM_H

#include "msk/crypto.h"

/* *out: a number from 0 to n - 1; n is above 0. MSK_ERR_RANDOM: the source
 * failed, or yields nothing that can be used; *out is unchanged. */
int msk_random_below(const struct msk_random *random, uint32_t n,
                     uint32_t *out);

#endif
