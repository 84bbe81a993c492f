/* SPDX-License-Identifier: MIT */
/*
 * Hashes by the functions that OpenSSL 3 calls deprecated: their states are
 * plain structs, so that the pads of an HMAC key can be hashed once and copied
 * for each message, without the heap. EVP would allocate for each of the seven
 * HMACs of an MSK message. AES goes through EVP: only there OpenSSL uses the
 * instructions of the processor, in constant time.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto_openssl.h"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <string.h>

#define BLOCK 64    /* octets, of all three hashes */
#define KEY_MAX 128 /* octets, of an HMAC key */

union state {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256;
};

/* OpenSSL says 1 for "done". */
static int
start(enum msk_hash hash, union state *s)
{
    switch (hash) {
    case MSK_HASH_MD5: return MD5_Init(&s->md5);
    case MSK_HASH_SHA1: return SHA1_Init(&s->sha1);
    case MSK_HASH_SHA256: return SHA256_Init(&s->sha256);
    }
    return 0;
}

static int
update(enum msk_hash hash, union state *s, const uint8_t *p, size_t n)
{
    if (n == 0)
        return 1;
    switch (hash) {
    case MSK_HASH_MD5: return MD5_Update(&s->md5, p, n);
    case MSK_HASH_SHA1: return SHA1_Update(&s->sha1, p, n);
    case MSK_HASH_SHA256: return SHA256_Update(&s->sha256, p, n);
    }
    return 0;
}

static int
finish(enum msk_hash hash, union state *s, uint8_t *out)
{
    switch (hash) {
    case MSK_HASH_MD5: return MD5_Final(out, &s->md5);
    case MSK_HASH_SHA1: return SHA1_Final(out, &s->sha1);
    case MSK_HASH_SHA256: return SHA256_Final(out, &s->sha256);
    }
    return 0;
}

static size_t
digest_len(enum msk_hash hash)
{
    switch (hash) {
    case MSK_HASH_MD5: return MD5_DIGEST_LENGTH;
    case MSK_HASH_SHA1: return SHA_DIGEST_LENGTH;
    case MSK_HASH_SHA256: return SHA256_DIGEST_LENGTH;
    }
    return 0;
}

/* Hashes the views into a state that has begun, and clears it. */
static int
hash_views(enum msk_hash hash, union state *s, const struct msk_bytes *in,
           size_t n_in, uint8_t *out)
{
    int done = 1;

    for (size_t i = 0; done == 1 && i < n_in; i++)
        done = update(hash, s, in[i].p, in[i].n);
    if (done == 1)
        done = finish(hash, s, out);
    OPENSSL_cleanse(s, sizeof *s);
    return done == 1 ? 0 : -1;
}

static int
provider_hash(void *user, enum msk_hash hash, const struct msk_bytes *in,
              size_t n_in, uint8_t *out)
{
    union state s;

    (void)user;
    return start(hash, &s) == 1 ? hash_views(hash, &s, in, n_in, out) : -1;
}

/* What a struct msk_hmac holds: the states after the two pads of RFC 2104. */
struct pads {
    enum msk_hash hash;
    union state inner, outer;
};

typedef char pads_fit[sizeof(struct pads) <= sizeof(struct msk_hmac) ? 1 : -1];

static int
start_pad(enum msk_hash hash, union state *s, uint8_t block[BLOCK],
          uint8_t value)
{
    for (size_t i = 0; i < BLOCK; i++)
        block[i] ^= value;
    return start(hash, s) == 1 && update(hash, s, block, BLOCK) == 1 ? 0 : -1;
}

static int
provider_hmac_begin(void *user, struct msk_hmac *hmac, enum msk_hash hash,
                    struct msk_bytes key)
{
    struct pads *pads = (struct pads *)(void *)hmac;
    uint8_t block[BLOCK] = { 0 };
    int failed = 0;

    if (key.n == 0 || key.n > KEY_MAX ||
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
    OPENSSL_cleanse(block, sizeof block);
    if (failed != 0)
        OPENSSL_cleanse(hmac, sizeof *hmac);
    return failed;
}

static int
provider_hmac(void *user, const struct msk_hmac *hmac,
              const struct msk_bytes *in, size_t n_in, uint8_t *out)
{
    const struct pads *pads = (const struct pads *)(const void *)hmac;
    uint8_t digest[MSK_HASH_MAX];
    struct msk_bytes inner = { digest, digest_len(pads->hash) };
    union state s = pads->inner;
    int failed = hash_views(pads->hash, &s, in, n_in, digest);

    (void)user;
    s = pads->outer;
    if (failed == 0)
        failed = hash_views(pads->hash, &s, &inner, 1, out);
    OPENSSL_cleanse(&s, sizeof s);
    OPENSSL_cleanse(digest, sizeof digest);
    return failed;
}

static void
provider_hmac_end(void *user, struct msk_hmac *hmac)
{
    (void)user;
    OPENSSL_cleanse(hmac, sizeof(struct pads));
}

/* One context for each call: it clears its key when it is freed. */
static int
provider_aes_ctr(void *user, struct msk_bytes key, const uint8_t iv[16],
                 const uint8_t *in, uint8_t *out, size_t n)
{
    const struct crypto_openssl *openssl = user;
    EVP_CIPHER_CTX *context;
    int len, done;

    if ((key.n != 16 && key.n != 32) || n > INT32_MAX)
        return -1;
    context = EVP_CIPHER_CTX_new();
    if (context == NULL)
        return -1;
    done = EVP_EncryptInit_ex2(
        context, key.n == 16 ? openssl->aes_128 : openssl->aes_256, key.p, iv,
        NULL);
    if (done == 1 && n > 0)
        done = EVP_EncryptUpdate(context, out, &len, in, (int)n);
    EVP_CIPHER_CTX_free(context);
    return done == 1 ? 0 : -1;
}

int
crypto_openssl_init(struct crypto_openssl *openssl)
{
    openssl->crypto = (struct msk_crypto){
        .size = sizeof openssl->crypto,
        .user = openssl,
        .hash = provider_hash,
        .hmac_begin = provider_hmac_begin,
        .hmac = provider_hmac,
        .hmac_end = provider_hmac_end,
        .aes_ctr = provider_aes_ctr,
    };
    openssl->aes_128 = EVP_CIPHER_fetch(NULL, "AES-128-CTR", NULL);
    openssl->aes_256 = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
    if (openssl->aes_128 != NULL && openssl->aes_256 != NULL)
        return MSK_OK;
    crypto_openssl_end(openssl);
    return MSK_ERR_CRYPTO;
}

void
crypto_openssl_end(struct crypto_openssl *openssl)
{
    EVP_CIPHER_free(openssl->aes_128);
    EVP_CIPHER_free(openssl->aes_256);
    openssl->aes_128 = NULL;
    openssl->aes_256 = NULL;
}
