/* SPDX-License-Identifier: MIT */
/* base/secret.h - what nobody is to learn or to foresee: secrets are compared
 * without telling where they differ, and wiped so that no compiler takes the
 * wiping out; random numbers are drawn, each as likely. */
#ifndef MSK_BASE_SECRET_H
#define MSK_BASE_SECRET_H

#include "msk/crypto.h"

/* True when the n octets are equal. Time depends on n alone. */
bool msk_secret_equal(const uint8_t *a, const uint8_t *b, size_t n);

/* Clears n octets at p. p may be NULL if n is 0. */
void msk_secret_wipe(void *p, size_t n);

/* *out: a number from 0 to n - 1; n is above 0. MSK_ERR_RANDOM: the source
 * failed, or yields nothing that can be used; *out is unchanged. */
int msk_random_below(const struct msk_random *random, uint32_t n,
                     uint32_t *out);

#endif
