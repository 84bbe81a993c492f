/* SPDX-License-Identifier: MIT */
#include "gba_u.h"

#define SHA1_LEN 20

int
gba_u_mac(const struct msk_crypto *crypto, const uint8_t ik[MILENAGE_KEY],
          uint8_t mac[MILENAGE_MAC])
{
    const struct msk_bytes in = { ik, MILENAGE_KEY };
    uint8_t hash[SHA1_LEN];
    int err = crypto->hash(crypto->user, MSK_HASH_SHA1, &in, 1, hash);

    for (size_t i = 0; err == 0 && i < MILENAGE_MAC; i++)
        mac[i] ^= hash[i];
    msk_wipe(hash, sizeof hash);
    return err == 0 ? MSK_OK : MSK_ERR_CRYPTO;
}

void
gba_u_res(uint8_t res[MILENAGE_RES])
{
    res[MILENAGE_RES - 1] ^= 1;
}
