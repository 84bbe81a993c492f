/* SPDX-License-Identifier: MIT */
/* The provider of this build, and the one on OpenSSL from the examples. */
#include "bench.h"
#include "crypto_openssl.h"
#include "provider.h"

static const struct msk_crypto *
on_openssl(void)
{
    static struct crypto_openssl openssl;

    if (crypto_openssl_init(&openssl) != MSK_OK)
        bench_fail("OpenSSL", "does not have what it takes");
    return &openssl.crypto;
}

const struct bench_provider bench_providers[] = {
    { "built in", host_crypto },
    { "OpenSSL", on_openssl },
};
const size_t bench_providers_n = 2;
