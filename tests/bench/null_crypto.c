/* SPDX-License-Identifier: MIT */
/* What is left of an operation when its cryptography costs nothing. */
#include <string.h>

#include "bench.h"

static void
answer(enum msk_hash hash, uint8_t *out)
{
    memset(out, 0x5A,
           hash == MSK_HASH_MD5    ? 16
           : hash == MSK_HASH_SHA1 ? 20
                                   : 32);
}

static int
null_hash(void *user, enum msk_hash hash, const struct msk_bytes *in,
          size_t n_in, uint8_t *out)
{
    (void)user;
    (void)in;
    (void)n_in;
    answer(hash, out);
    return 0;
}

static int
null_begin(void *user, struct msk_hmac *hmac, enum msk_hash hash,
           struct msk_bytes key)
{
    (void)user;
    (void)key;
    hmac->opaque[0] = hash;
    return 0;
}

static int
null_hmac(void *user, const struct msk_hmac *hmac, const struct msk_bytes *in,
          size_t n_in, uint8_t *out)
{
    (void)user;
    (void)in;
    (void)n_in;
    answer((enum msk_hash)hmac->opaque[0], out);
    return 0;
}

static void
null_end(void *user, struct msk_hmac *hmac)
{
    (void)user;
    (void)hmac;
}

static int
null_cipher(void *user, struct msk_bytes key, const uint8_t iv[16],
            const uint8_t *in, uint8_t *out, size_t n)
{
    (void)user;
    (void)key;
    (void)iv;
    memmove(out, in, n);
    return 0;
}

const struct msk_crypto *
bench_null_crypto(void)
{
    static const struct msk_crypto null = {
        .size = sizeof null,
        .hash = null_hash,
        .hmac_begin = null_begin,
        .hmac = null_hmac,
        .hmac_end = null_end,
        .aes_ctr = null_cipher,
    };

    return &null;
}

/* splitmix64, from a state that goes on and on. */
static int
fill(void *user, uint8_t *out, size_t n)
{
    static uint64_t state;

    (void)user;
    for (size_t i = 0; i < n; i++) {
        uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);

        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        out[i] = (uint8_t)(z >> 56);
    }
    return 0;
}

const struct msk_random bench_random = { sizeof bench_random, NULL, fill };
