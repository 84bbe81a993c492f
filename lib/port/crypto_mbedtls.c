/* SPDX-License-Identifier: MIT */
/* The low-level functions of mbedTLS: no heap, and an HMAC whose pads are
 * hashed once, because a hash state can be cloned. */
#include "msk/crypto_mbedtls.h"

#include <string.h>

#include "port/mbedtls_names.h"

#define BLOCK 64         /* octets, of all three hashes */
#define HMAC_KEY_MAX 128 /* octets, of an HMAC key */

union state {
    mbedtls_md5_context md5;
    mbedtls_sha1_context sha1;
    mbedtls_sha256_context sha256;
};

static int
start_hash(enum msk_hash hash, union state *s)
{
    switch (hash) {
    case MSK_HASH_MD5:
        mbedtls_md5_init(&s->md5);
        return mbedtls_md5_starts(&s->md5);
    case MSK_HASH_SHA1:
        mbedtls_sha1_init(&s->sha1);
        return mbedtls_sha1_starts(&s->sha1);
    case MSK_HASH_SHA256:
        mbedtls_sha256_init(&s->sha256);
        return mbedtls_sha256_starts(&s->sha256, 0);
    }
    return -1;
}

static int
update(enum msk_hash hash, union state *s, const uint8_t *p, size_t n)
{
    if (n == 0)
        return 0;
    switch (hash) {
    case MSK_HASH_MD5: return mbedtls_md5_update(&s->md5, p, n);
    case MSK_HASH_SHA1: return mbedtls_sha1_update(&s->sha1, p, n);
    case MSK_HASH_SHA256: return mbedtls_sha256_update(&s->sha256, p, n);
    }
    return -1;
}

static int
finish_hash(enum msk_hash hash, union state *s, uint8_t *out)
{
    switch (hash) {
    case MSK_HASH_MD5: return mbedtls_md5_finish(&s->md5, out);
    case MSK_HASH_SHA1: return mbedtls_sha1_finish(&s->sha1, out);
    case MSK_HASH_SHA256: return mbedtls_sha256_finish(&s->sha256, out);
    }
    return -1;
}

/* Wipes the state. */
static void
end_hash(enum msk_hash hash, union state *s)
{
    switch (hash) {
    case MSK_HASH_MD5: mbedtls_md5_free(&s->md5); break;
    case MSK_HASH_SHA1: mbedtls_sha1_free(&s->sha1); break;
    case MSK_HASH_SHA256: mbedtls_sha256_free(&s->sha256); break;
    }
}

static void
clone(enum msk_hash hash, union state *to, const union state *from)
{
    switch (hash) {
    case MSK_HASH_MD5:
        mbedtls_md5_init(&to->md5);
        mbedtls_md5_clone(&to->md5, &from->md5);
        break;
    case MSK_HASH_SHA1:
        mbedtls_sha1_init(&to->sha1);
        mbedtls_sha1_clone(&to->sha1, &from->sha1);
        break;
    case MSK_HASH_SHA256:
        mbedtls_sha256_init(&to->sha256);
        mbedtls_sha256_clone(&to->sha256, &from->sha256);
        break;
    }
}

/* Hashes the views into a state that has begun, and ends it. */
static int
hash_views(enum msk_hash hash, union state *s, const struct msk_bytes *in,
           size_t n_in, uint8_t *out)
{
    int failed = 0;

    for (size_t i = 0; failed == 0 && i < n_in; i++)
        failed = update(hash, s, in[i].p, in[i].n);
    if (failed == 0)
        failed = finish_hash(hash, s, out);
    end_hash(hash, s);
    return failed;
}

static int
provider_hash(void *user, enum msk_hash hash, const struct msk_bytes *in,
              size_t n_in, uint8_t *out)
{
    union state s;

    (void)user;
    if (start_hash(hash, &s) != 0)
        return -1;
    return hash_views(hash, &s, in, n_in, out);
}

/* What a struct msk_hmac holds: the states after the two pads of RFC 2104. */
struct pads {
    enum msk_hash hash;
    union state inner, outer;
};

typedef char pads_fit[sizeof(struct pads) <= sizeof(struct msk_hmac) ? 1 : -1];

static const struct pads *
pads_of(const struct msk_hmac *hmac)
{
    return (const struct pads *)(const void *)hmac;
}

static int
start_pad(enum msk_hash hash, union state *s, uint8_t block[BLOCK],
          uint8_t value)
{
    for (size_t i = 0; i < BLOCK; i++)
        block[i] ^= value;
    if (start_hash(hash, s) != 0)
        return -1;
    return update(hash, s, block, BLOCK);
}

static int
provider_hmac_begin(void *user, struct msk_hmac *hmac, enum msk_hash hash,
                    struct msk_bytes key)
{
    struct pads *pads = (struct pads *)(void *)hmac;
    uint8_t block[BLOCK] = { 0 };
    int failed = 0;

    if (key.n == 0 || key.n > HMAC_KEY_MAX ||
        (hash != MSK_HASH_SHA1 && hash != MSK_HASH_SHA256))
        return -1;
    pads->hash = hash;
    if (key.n > BLOCK)
        failed = provider_hash(user, hash, &key, 1, block);
    else
        memcpy(block, key.p, key.n);
    if (failed == 0)
        failed = start_pad(hash, &pads->inner, block, 0x36);
    if (failed == 0)
        failed = start_pad(hash, &pads->outer, block, 0x36 ^ 0x5C);
    mbedtls_platform_zeroize(block, sizeof block);
    if (failed != 0)
        mbedtls_platform_zeroize(hmac, sizeof *hmac);
    return failed;
}

static int
provider_hmac(void *user, const struct msk_hmac *hmac,
              const struct msk_bytes *in, size_t n_in, uint8_t *out)
{
    const struct pads *pads = pads_of(hmac);
    uint8_t digest[MSK_HASH_MAX];
    struct msk_bytes inner = { digest, pads->hash == MSK_HASH_SHA1 ? 20 : 32 };
    union state s;
    int failed;

    (void)user;
    clone(pads->hash, &s, &pads->inner);
    failed = hash_views(pads->hash, &s, in, n_in, digest);
    if (failed == 0) {
        clone(pads->hash, &s, &pads->outer);
        failed = hash_views(pads->hash, &s, &inner, 1, out);
    }
    mbedtls_platform_zeroize(digest, sizeof digest);
    return failed;
}

static void
provider_hmac_end(void *user, struct msk_hmac *hmac)
{
    (void)user;
    mbedtls_platform_zeroize(hmac, sizeof(struct pads));
}

static int
provider_aes_ctr(void *user, struct msk_bytes key, const uint8_t iv[16],
                 const uint8_t *in, uint8_t *out, size_t n)
{
    mbedtls_aes_context aes;
    uint8_t counter[16], stream[16];
    size_t offset = 0;
    int failed;

    (void)user;
    if (key.n != 16 && key.n != 32)
        return -1;
    memcpy(counter, iv, sizeof counter);
    mbedtls_aes_init(&aes);
    failed = mbedtls_aes_setkey_enc(&aes, key.p, (unsigned)(8 * key.n));
    if (failed == 0 && n > 0)
        failed =
            mbedtls_aes_crypt_ctr(&aes, n, &offset, counter, stream, in, out);
    mbedtls_aes_free(&aes);
    mbedtls_platform_zeroize(stream, sizeof stream);
    mbedtls_platform_zeroize(counter, sizeof counter);
    return failed;
}

static const struct msk_crypto provider = {
    .size = sizeof provider,
    .hash = provider_hash,
    .hmac_begin = provider_hmac_begin,
    .hmac = provider_hmac,
    .hmac_end = provider_hmac_end,
    .aes_ctr = provider_aes_ctr,
};

/* mbedTLS may make its tables of AES with the first key, and has no lock for
 * that: they are made here, before anybody has the provider. */
const struct msk_crypto *
msk_crypto_mbedtls(void)
{
    static const uint8_t no_key[16];
    mbedtls_aes_context aes;
    int failed;

    mbedtls_aes_init(&aes);
    failed = mbedtls_aes_setkey_enc(&aes, no_key, 8 * sizeof no_key);
    mbedtls_aes_free(&aes);
    (void)failed;
    return &provider;
}
