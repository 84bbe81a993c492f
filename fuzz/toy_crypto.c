/* SPDX-License-Identifier: MIT */
#include "toy_crypto.h"

#include <string.h>

static bool
fails(struct toy_crypto *toy)
{
    return ++toy->calls == toy->fail_at;
}

/* FNV-1a, with a last stir. */
static uint64_t
mix(uint64_t h, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001B3);
    return h ^ n;
}

static uint64_t
stir(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void
spread(uint64_t h, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0)
            h = stir(h + UINT64_C(0x9E3779B97F4A7C15));
        out[i] = (uint8_t)(h >> (i % 8 * 8));
    }
}

static size_t
length_of(enum msk_hash hash)
{
    switch (hash) {
    case MSK_HASH_MD5: return 16;
    case MSK_HASH_SHA1: return 20;
    case MSK_HASH_SHA256: break;
    }
    return 32;
}

/* Views are one piece to a hash: only their octets count. */
static uint64_t
mix_views(uint64_t h, const struct msk_bytes *in, size_t n_in)
{
    for (size_t i = 0; i < n_in; i++)
        for (size_t k = 0; k < in[i].n; k++)
            h = (h ^ in[i].p[k]) * UINT64_C(0x100000001B3);
    return h;
}

static int
hash(void *user, enum msk_hash which, const struct msk_bytes *in, size_t n_in,
     uint8_t *out)
{
    spread(mix_views((uint64_t)which, in, n_in), out, length_of(which));
    return fails(user) ? -1 : 0;
}

static int
hmac_begin(void *user, struct msk_hmac *hmac, enum msk_hash which,
           struct msk_bytes key)
{
    hmac->opaque[0] = mix(0xA5, key.p, key.n);
    hmac->opaque[1] = (uint64_t)which;
    return fails(user) ? -1 : 0;
}

static int
hmac(void *user, const struct msk_hmac *h, const struct msk_bytes *in,
     size_t n_in, uint8_t *out)
{
    spread(mix_views(h->opaque[0], in, n_in), out,
           length_of((enum msk_hash)h->opaque[1]));
    return fails(user) ? -1 : 0;
}

static void
hmac_end(void *user, struct msk_hmac *h)
{
    (void)user;
    memset(h, 0, sizeof *h);
}

static int
aes_ctr(void *user, struct msk_bytes key, const uint8_t iv[16],
        const uint8_t *in, uint8_t *out, size_t n)
{
    uint64_t h = mix(mix(1, key.p, key.n), iv, 16);

    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(in[i] ^ stir(h + i));
    return fails(user) ? -1 : 0;
}

static int
fill(void *user, uint8_t *out, size_t n)
{
    struct toy_crypto *toy = user;

    spread(toy->numbers++, out, n);
    return fails(toy) ? -1 : 0;
}

void
toy_crypto_start(struct toy_crypto *toy, uint64_t seed)
{
    memset(toy, 0, sizeof *toy);
    toy->crypto.size = sizeof toy->crypto;
    toy->crypto.user = toy;
    toy->crypto.hash = hash;
    toy->crypto.hmac_begin = hmac_begin;
    toy->crypto.hmac = hmac;
    toy->crypto.hmac_end = hmac_end;
    toy->crypto.aes_ctr = aes_ctr;
    toy->random.size = sizeof toy->random;
    toy->random.user = toy;
    toy->random.fill = fill;
    toy->numbers = stir(seed);
}
