/* SPDX-License-Identifier: MIT */
/* The provider of this build, and the one on OpenSSL. */
#include "bench.h"
#include "msk/crypto_openssl.h"
#include "provider.h"

static const struct msk_crypto *
openssl_crypto(void)
{
    static struct msk_openssl openssl;
    static struct msk_crypto crypto;

    if (msk_crypto_openssl_init(&crypto, &openssl) != MSK_OK)
        bench_fail("OpenSSL", "offers too little");
    return &crypto;
}

const struct bench_provider bench_providers[] = {
    { "built in", host_crypto },
    { "OpenSSL", openssl_crypto },
};
const size_t bench_providers_n = 2;
