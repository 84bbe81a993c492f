/* SPDX-License-Identifier: MIT */
/* The provider of this build, and the one on OpenSSL. */
#include "bench.h"
#include "msk/crypto_openssl.h"
#include "provider.h"

const struct bench_provider bench_providers[] = {
    { "built in", host_crypto },
    { "OpenSSL", msk_crypto_openssl },
};
const size_t bench_providers_n = 2;
