/* SPDX-License-Identifier: MIT */
#include "mbms/protection.h"

void
msk_protection_set(struct msk_protection *protection,
                   const struct msk_crypto *crypto, struct msk_bytes psk,
                   struct msk_bytes rand, uint32_t counter)
{
    protection->crypto = crypto;
    protection->psk = psk;
    protection->rand = rand;
    protection->csb_id = 0;
    protection->prf = MSK_PRF_MIKEY_1;
    protection->time = counter; /* T64: the counter behind 32 zero bits */
    protection->allow_null = false;
}

bool
msk_is_key_len(size_t n)
{
    return n == 16 || n == 24 || n == 32;
}
