/* SPDX-License-Identifier: MIT */
/* Contracts of base/secret.h, for Frama-C alone. */
#ifndef PROOFS_BASE_SECRET_H
#define PROOFS_BASE_SECRET_H

#include "base/secret.h"

/*@ predicate same_octets{L}(uint8_t *a, uint8_t *b, integer n) =
        \forall integer i; 0 <= i < n ==> a[i] == b[i];
 */

/*@ requires n > 0 ==> \valid_read(a + (0 .. n - 1));
    requires n > 0 ==> \valid_read(b + (0 .. n - 1));
    assigns \nothing;
    ensures \result <==> same_octets(a, b, n);
 */
bool msk_secret_equal(const uint8_t *a, const uint8_t *b, size_t n);

/*
 * Taken on trust: the call goes through a volatile pointer, of which a proof
 * knows nothing. tests/unit/base/test_secret.c looks at what it does.
 */
/*@ requires n > 0 ==> \valid((uint8_t *)p + (0 .. n - 1));
    assigns ((uint8_t *)p)[0 .. n - 1];
    ensures \forall integer i; 0 <= i < n ==> ((uint8_t *)p)[i] == 0;
 */
void msk_secret_wipe(void *p, size_t n);

#endif
