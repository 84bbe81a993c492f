/* SPDX-License-Identifier: MIT */
/* What mikey/tlv.c uses of base/octets.h. */
#include "base/octets.h"

/*@ requires \valid(view);
    assigns view->p, view->n;
    ensures view->p == \null && view->n == 0;
 */
void msk_octets_clear(struct msk_bytes *view);
