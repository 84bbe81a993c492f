/* SPDX-License-Identifier: MIT */
/* Contracts of base/serial.h, for Frama-C alone. */
#ifndef PROOFS_BASE_SERIAL_H
#define PROOFS_BASE_SERIAL_H

#include "base/serial.h"

/*@ // RFC 1982 3.2, "s1 is greater than s2", SERIAL_BITS 32.
    predicate greater(integer s1, integer s2) =
        (s1 < s2 && s2 - s1 > 2147483648) ||
        (s1 > s2 && s1 - s2 < 2147483648);
 */

/*@ assigns \nothing;
    ensures \result <==> greater(a, b);
 */
bool msk_serial_newer(uint32_t a, uint32_t b);

#endif
