/* SPDX-License-Identifier: MIT */
#include "crypto_openssl.h"
#include "provider.h"

/* For programs that ask for it from one thread first. */
const struct msk_crypto *
host_crypto(void)
{
    static struct crypto_openssl openssl;

    if (openssl.aes_128 == NULL && crypto_openssl_init(&openssl) != MSK_OK)
        return NULL;
    return &openssl.crypto;
}
