/* SPDX-License-Identifier: MIT */
/* base/secret.h - secrets are compared without telling where they differ, and
 * wiped so that no compiler takes the wiping out. */
#ifndef MSK_BASE_SECRET_H
#define MSK_BASE_SECRET_H

#include "msk/types.h"

/* True when the n octets are equal. Time depends on n alone. */
bool msk_secret_equal(const uint8_t *a, const uint8_t *b, size_t n);

/* Clears n octets at p. p may be NULL if n is 0. */
void msk_secret_wipe(void *p, size_t n);

#endif
