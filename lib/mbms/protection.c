/* SPDX-License-Identifier: MIT */
#include "mbms/protection.h"

const struct msk_suite msk_mbms_suite = {
    .prf = MSK_PRF_MIKEY_1,
    .encr = MSK_ENCR_AES_CM_128,
    .mac = MSK_MAC_HMAC_SHA1_160,
    .mac_len = 20,
};

void
msk_protection_set(struct msk_protection *protection,
                   const struct msk_crypto *crypto, struct msk_bytes psk,
                   struct msk_bytes rand, uint32_t csb_id, uint32_t counter)
{
    protection->crypto = crypto;
    protection->psk = psk;
    protection->rand = rand;
    protection->csb_id = csb_id;
    protection->prf = msk_mbms_suite.prf;
    protection->time = counter; /* T64: the counter after 32 zero bits */
    protection->allow_null = false;
}

int
msk_protection_seal(const struct msk_protection *protection,
                    struct msk_bytes plain, uint8_t *buf, size_t cap,
                    size_t *len)
{
    return msk_kemac_seal(protection, msk_mbms_suite.encr, msk_mbms_suite.mac,
                          plain, buf, cap, len);
}

int
msk_protection_open(const struct msk_crypto *crypto, struct msk_bytes psk,
                    struct msk_bytes rand, const struct msk_message *message,
                    uint8_t octets[MSK_PLAIN_MAX], struct msk_bytes *plain)
{
    struct msk_protection protection;

    msk_protection_set(&protection, crypto, psk, rand, message->csb_id,
                       message->counter);
    plain->p = octets;
    plain->n = message->protection.data.n;
    return msk_kemac_open(&protection, message->octets, &message->protection,
                          octets, MSK_PLAIN_MAX);
}

bool
msk_is_key_len(size_t n)
{
    return n == 16 || n == 24 || n == 32;
}
