/* SPDX-License-Identifier: MIT */
#include "msk/crypto_openssl.h"
#include "provider.h"

const struct msk_crypto *
host_crypto(void)
{
    static struct msk_openssl openssl;
    static struct msk_crypto crypto;

    if (crypto.size == 0 &&
        msk_crypto_openssl_init(&crypto, &openssl) != MSK_OK)
        return NULL;
    return &crypto;
}
