/* SPDX-License-Identifier: MIT */
/*
 * OpenSSL 3 through EVP. To fetch an algorithm takes longer than to hash a
 * block, so it is done once. An HMAC key is three hash contexts on OpenSSL's
 * heap: after the two pads of RFC 2104, and one to which these are copied;
 * EVP_MAC would copy three each time. OpenSSL clears what is given back.
 *
 * Errors are taken out of the thread's queue again: a host with TLS would
 * read them as those of its connection.
 */
#include "msk/crypto_openssl.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#define EVP_HMAC_KEY_MAX 128 /* octets */
#define EVP_BLOCK 64         /* octets, of all three hashes */
#define EVP_INNER_PAD 0x36
#define EVP_OUTER_PAD 0x5C

/* What a struct msk_openssl holds. NULL: this OpenSSL does not offer it. */
struct evp_fetched {
    EVP_MD *md5, *sha1, *sha256;
    EVP_CIPHER *aes128, *aes256; /* in counter mode */
};

typedef char evp_fetched_fits
    [sizeof(struct evp_fetched) <= sizeof(struct msk_openssl) ? 1 : -1];

/* OpenSSL says 1 for "done". Ends what ERR_set_mark has begun. */
static int
evp_end(int done)
{
    ERR_pop_to_mark();
    return done == 1 ? 0 : -1;
}

/* --- hashes -------------------------------------------------------------- */

static const EVP_MD *
evp_md(const void *user, enum msk_hash hash)
{
    const struct evp_fetched *fetched = user;

    switch (hash) {
    case MSK_HASH_MD5: return fetched->md5;
    case MSK_HASH_SHA1: return fetched->sha1;
    case MSK_HASH_SHA256: return fetched->sha256;
    }
    return NULL;
}

/* Hashes the views into a context that has begun, and ends it. */
static int
evp_hash_views(EVP_MD_CTX *context, const struct msk_bytes *in, size_t n_in,
               uint8_t *out)
{
    int done = 1;

    for (size_t i = 0; done == 1 && i < n_in; i++)
        if (in[i].n > 0)
            done = EVP_DigestUpdate(context, in[i].p, in[i].n);
    return done == 1 ? EVP_DigestFinal_ex(context, out, NULL) : done;
}

static int
evp_hash(void *user, enum msk_hash hash, const struct msk_bytes *in,
         size_t n_in, uint8_t *out)
{
    const EVP_MD *md = evp_md(user, hash);
    EVP_MD_CTX *context;
    int done = 0;

    if (md == NULL)
        return -1;
    ERR_set_mark();
    context = EVP_MD_CTX_new();
    if (context != NULL)
        done = EVP_DigestInit_ex2(context, md, NULL);
    if (done == 1)
        done = evp_hash_views(context, in, n_in, out);
    EVP_MD_CTX_free(context);
    return evp_end(done);
}

/* --- HMAC ---------------------------------------------------------------- */

/* What a struct msk_hmac holds. */
struct evp_key {
    EVP_MD_CTX *inner, *outer; /* after their pads */
    EVP_MD_CTX *work;
};

typedef char
    evp_key_fits[sizeof(struct evp_key) <= sizeof(struct msk_hmac) ? 1 : -1];

static void
evp_free_key(struct evp_key *ready)
{
    EVP_MD_CTX_free(ready->inner);
    EVP_MD_CTX_free(ready->outer);
    EVP_MD_CTX_free(ready->work);
    memset(ready, 0, sizeof *ready);
}

/* RFC 2104: the key, or the hash of one that is longer than a block. */
static int
evp_put_key(void *user, enum msk_hash hash, struct msk_bytes key,
            uint8_t block[EVP_BLOCK])
{
    memset(block, 0, EVP_BLOCK);
    if (key.n > EVP_BLOCK)
        return evp_hash(user, hash, &key, 1, block);
    memcpy(block, key.p, key.n);
    return 0;
}

static int
evp_hash_pad(EVP_MD_CTX *context, const EVP_MD *md, uint8_t block[EVP_BLOCK],
             uint8_t pad)
{
    int done = EVP_DigestInit_ex2(context, md, NULL);

    for (size_t i = 0; i < EVP_BLOCK; i++)
        block[i] ^= pad;
    return done == 1 ? EVP_DigestUpdate(context, block, EVP_BLOCK) : done;
}

static int
evp_make_key(struct evp_key *ready, const EVP_MD *md, uint8_t block[EVP_BLOCK])
{
    int done;

    ready->inner = EVP_MD_CTX_new();
    ready->outer = EVP_MD_CTX_new();
    ready->work = EVP_MD_CTX_new();
    if (ready->inner == NULL || ready->outer == NULL || ready->work == NULL)
        return 0;
    done = evp_hash_pad(ready->inner, md, block, EVP_INNER_PAD);
    return done == 1 ? evp_hash_pad(ready->outer, md, block,
                                    EVP_INNER_PAD ^ EVP_OUTER_PAD)
                     : done;
}

static int
evp_hmac_begin(void *user, struct msk_hmac *hmac, enum msk_hash hash,
               struct msk_bytes key)
{
    struct evp_key *ready = (struct evp_key *)(void *)hmac;
    uint8_t block[EVP_BLOCK];
    int done = 0;

    if (key.n == 0 || key.n > EVP_HMAC_KEY_MAX ||
        (hash != MSK_HASH_SHA1 && hash != MSK_HASH_SHA256))
        return -1;
    ERR_set_mark();
    if (evp_put_key(user, hash, key, block) == 0)
        done = evp_make_key(ready, evp_md(user, hash), block);
    OPENSSL_cleanse(block, sizeof block);
    if (done != 1)
        evp_free_key(ready);
    return evp_end(done);
}

/* Goes on from a context that has hashed its pad. */
static int
evp_hash_after(const EVP_MD_CTX *pad, EVP_MD_CTX *work,
               const struct msk_bytes *in, size_t n_in, uint8_t *out)
{
    int done = EVP_MD_CTX_copy_ex(work, pad);

    return done == 1 ? evp_hash_views(work, in, n_in, out) : done;
}

static int
evp_hmac(void *user, const struct msk_hmac *hmac, const struct msk_bytes *in,
         size_t n_in, uint8_t *out)
{
    const struct evp_key *ready = (const struct evp_key *)(const void *)hmac;
    uint8_t digest[MSK_HASH_MAX];
    struct msk_bytes inner = { digest, 0 };
    int done;

    (void)user;
    ERR_set_mark();
    done = evp_hash_after(ready->inner, ready->work, in, n_in, digest);
    inner.n = (size_t)EVP_MD_CTX_get_size(ready->inner);
    if (done == 1)
        done = evp_hash_after(ready->outer, ready->work, &inner, 1, out);
    OPENSSL_cleanse(digest, sizeof digest);
    return evp_end(done);
}

static void
evp_hmac_end(void *user, struct msk_hmac *hmac)
{
    (void)user;
    evp_free_key((struct evp_key *)(void *)hmac);
}

/* --- AES ----------------------------------------------------------------- */

static int
evp_encrypt(EVP_CIPHER_CTX *context, const EVP_CIPHER *aes, const uint8_t *key,
            const uint8_t *iv, const uint8_t *in, uint8_t *out, int n)
{
    int len, done = EVP_EncryptInit_ex2(context, aes, key, iv, NULL);

    return done == 1 && n > 0 ? EVP_EncryptUpdate(context, out, &len, in, n)
                              : done;
}

static int
evp_aes_ctr(void *user, struct msk_bytes key, const uint8_t iv[16],
            const uint8_t *in, uint8_t *out, size_t n)
{
    const struct evp_fetched *fetched = user;
    EVP_CIPHER_CTX *context;
    int done = 0;

    if ((key.n != 16 && key.n != 32) || n > INT_MAX)
        return -1;
    ERR_set_mark();
    context = EVP_CIPHER_CTX_new();
    if (context != NULL)
        done = evp_encrypt(context,
                           key.n == 16 ? fetched->aes128 : fetched->aes256,
                           key.p, iv, in, out, (int)n);
    EVP_CIPHER_CTX_free(context);
    return evp_end(done);
}

/* --- the provider -------------------------------------------------------- */

static bool
evp_fetch(struct evp_fetched *fetched)
{
    fetched->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    fetched->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    fetched->sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    fetched->aes128 = EVP_CIPHER_fetch(NULL, "AES-128-CTR", NULL);
    fetched->aes256 = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
    return fetched->sha1 != NULL && fetched->sha256 != NULL &&
           fetched->aes128 != NULL && fetched->aes256 != NULL;
}

int
msk_crypto_openssl_init(struct msk_crypto *crypto, struct msk_openssl *openssl)
{
    const struct msk_crypto made = {
        .size = sizeof made,
        .user = openssl,
        .hash = evp_hash,
        .hmac_begin = evp_hmac_begin,
        .hmac = evp_hmac,
        .hmac_end = evp_hmac_end,
        .aes_ctr = evp_aes_ctr,
    };
    bool whole;

    if (crypto == NULL || openssl == NULL)
        return MSK_ERR_ARGUMENT;
    ERR_set_mark();
    whole = evp_fetch((struct evp_fetched *)(void *)openssl);
    ERR_pop_to_mark();
    if (!whole) {
        msk_crypto_openssl_wipe(openssl);
        return MSK_ERR_CRYPTO;
    }
    *crypto = made;
    return MSK_OK;
}

void
msk_crypto_openssl_wipe(struct msk_openssl *openssl)
{
    struct evp_fetched *fetched = (struct evp_fetched *)(void *)openssl;

    if (openssl == NULL)
        return;
    EVP_MD_free(fetched->md5);
    EVP_MD_free(fetched->sha1);
    EVP_MD_free(fetched->sha256);
    EVP_CIPHER_free(fetched->aes128);
    EVP_CIPHER_free(fetched->aes256);
    memset(openssl, 0, sizeof *openssl);
}
