/* SPDX-License-Identifier: MIT */
/* mbms/protection.h - how every MIKEY message of MBMS is protected (TS 33.246
 * 6.4.1, 6.4.2): MIKEY-1 PRF, AES-CM-128, HMAC-SHA-1-160, a counter as T. */
#ifndef MSK_MBMS_PROTECTION_H
#define MSK_MBMS_PROTECTION_H

#include "msk/mbms.h"
#include "msk/protect.h"

/* The most Encr data in a message that is read; what the standard allows has
 * fewer than 64 octets. */
#define MSK_PLAIN_MAX 256

/* Everything but the CSB ID, which the caller sets. Borrows psk and rand. */
void msk_protection_set(struct msk_protection *protection,
                        const struct msk_crypto *crypto, struct msk_bytes psk,
                        struct msk_bytes rand, uint32_t counter);

/* An MSK or an MTK: a key for AES (TS 33.246 4.2). */
bool msk_is_key_len(size_t n);

#endif
