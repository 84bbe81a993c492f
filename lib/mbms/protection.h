/* SPDX-License-Identifier: MIT */
/* mbms/protection.h - how every MIKEY message of MBMS is protected. */
#ifndef MSK_MBMS_PROTECTION_H
#define MSK_MBMS_PROTECTION_H

#include "msk/mbms.h"
#include "msk/protect.h"

/* The most Encr data in a message that is read; what the standard allows has
 * fewer than 64 octets. */
#define MSK_PLAIN_MAX 256

/* The algorithms, as their fields in a message name them; octets of the MAC. */
struct msk_suite {
    uint8_t prf, encr, mac;
    size_t mac_len;
};

/* The one of MBMS (TS 33.246 6.4.1, 6.4.2): MIKEY-1, AES-CM-128,
 * HMAC-SHA-1-160. */
extern const struct msk_suite msk_mbms_suite;

/* With that suite, and a counter as T. Borrows psk and rand. */
void msk_protection_set(struct msk_protection *protection,
                        const struct msk_crypto *crypto, struct msk_bytes psk,
                        struct msk_bytes rand, uint32_t csb_id,
                        uint32_t counter);

/* Seals the KEMAC that ends a message, as msk_kemac_seal does. */
int msk_protection_seal(const struct msk_protection *protection,
                        struct msk_bytes plain, uint8_t *buf, size_t cap,
                        size_t *len);

/* Opens the KEMAC of a message that was read: *plain is the Encr data in the
 * clear, in octets. The caller wipes them, whatever this returns. Errors of
 * msk_kemac_open. */
int msk_protection_open(const struct msk_crypto *crypto, struct msk_bytes psk,
                        struct msk_bytes rand,
                        const struct msk_message *message,
                        uint8_t octets[MSK_PLAIN_MAX], struct msk_bytes *plain);

/* An MSK or an MTK: a key for AES (TS 33.246 4.2). */
bool msk_is_key_len(size_t n);

#endif
