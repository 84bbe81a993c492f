/* SPDX-License-Identifier: MIT */
/*
 * OpenSSL 3 through EVP. Each operation has a context of its own on OpenSSL's
 * heap, which OpenSSL clears when it is given back; the one of an HMAC key is
 * made once and copied for each message, so that the pads are hashed once.
 *
 * Errors are taken out of the thread's queue again: a host with TLS would
 * read them as those of its connection.
 */
#include "msk/crypto_openssl.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#define EVP_HMAC_KEY_MAX 128 /* octets */

/* OpenSSL says 1 for "done". Ends what ERR_set_mark has begun. */
static int
evp_end(int done)
{
    ERR_pop_to_mark();
    return done == 1 ? 0 : -1;
}

static const char *
evp_name(enum msk_hash hash)
{
    switch (hash) {
    case MSK_HASH_MD5: return "MD5";
    case MSK_HASH_SHA1: return "SHA1";
    case MSK_HASH_SHA256: return "SHA2-256";
    }
    return "";
}

static int
evp_hash_views(EVP_MD_CTX *context, const EVP_MD *md,
               const struct msk_bytes *in, size_t n_in, uint8_t *out)
{
    int done = EVP_DigestInit_ex2(context, md, NULL);

    for (size_t i = 0; done == 1 && i < n_in; i++)
        if (in[i].n > 0)
            done = EVP_DigestUpdate(context, in[i].p, in[i].n);
    return done == 1 ? EVP_DigestFinal_ex(context, out, NULL) : done;
}

static int
evp_hash(void *user, enum msk_hash hash, const struct msk_bytes *in,
         size_t n_in, uint8_t *out)
{
    EVP_MD *md;
    EVP_MD_CTX *context;
    int done = 0;

    (void)user;
    ERR_set_mark();
    md = EVP_MD_fetch(NULL, evp_name(hash), NULL);
    context = EVP_MD_CTX_new();
    if (md != NULL && context != NULL)
        done = evp_hash_views(context, md, in, n_in, out);
    EVP_MD_CTX_free(context);
    EVP_MD_free(md);
    return evp_end(done);
}

/* What a struct msk_hmac holds: a context that has the key. */
struct evp_key {
    EVP_MAC_CTX *context;
};

typedef char
    evp_key_fits[sizeof(struct evp_key) <= sizeof(struct msk_hmac) ? 1 : -1];

/* A context has a reference of its own to its HMAC. */
static EVP_MAC_CTX *
evp_new_hmac(void)
{
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
    EVP_MAC_CTX *context = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;

    EVP_MAC_free(hmac);
    return context;
}

static int
evp_set_key(EVP_MAC_CTX *context, enum msk_hash hash, struct msk_bytes key)
{
    char sha1[] = "SHA1", sha256[] = "SHA2-256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(
            OSSL_MAC_PARAM_DIGEST, hash == MSK_HASH_SHA1 ? sha1 : sha256, 0),
        OSSL_PARAM_construct_end(),
    };

    return EVP_MAC_init(context, key.p, key.n, params);
}

static int
evp_hmac_begin(void *user, struct msk_hmac *hmac, enum msk_hash hash,
               struct msk_bytes key)
{
    struct evp_key *ready = (struct evp_key *)(void *)hmac;
    int done = 0;

    (void)user;
    if (key.n == 0 || key.n > EVP_HMAC_KEY_MAX ||
        (hash != MSK_HASH_SHA1 && hash != MSK_HASH_SHA256))
        return -1;
    ERR_set_mark();
    ready->context = evp_new_hmac();
    if (ready->context != NULL)
        done = evp_set_key(ready->context, hash, key);
    if (done != 1)
        EVP_MAC_CTX_free(ready->context);
    return evp_end(done);
}

static int
evp_hmac_views(EVP_MAC_CTX *context, const struct msk_bytes *in, size_t n_in,
               uint8_t *out)
{
    size_t len = EVP_MAC_CTX_get_mac_size(context);
    int done = 1;

    for (size_t i = 0; done == 1 && i < n_in; i++)
        if (in[i].n > 0)
            done = EVP_MAC_update(context, in[i].p, in[i].n);
    return done == 1 ? EVP_MAC_final(context, out, &len, len) : done;
}

static int
evp_hmac(void *user, const struct msk_hmac *hmac, const struct msk_bytes *in,
         size_t n_in, uint8_t *out)
{
    const struct evp_key *ready = (const struct evp_key *)(const void *)hmac;
    EVP_MAC_CTX *context;
    int done = 0;

    (void)user;
    ERR_set_mark();
    context = EVP_MAC_CTX_dup(ready->context);
    if (context != NULL)
        done = evp_hmac_views(context, in, n_in, out);
    EVP_MAC_CTX_free(context);
    return evp_end(done);
}

static void
evp_hmac_end(void *user, struct msk_hmac *hmac)
{
    struct evp_key *ready = (struct evp_key *)(void *)hmac;

    (void)user;
    EVP_MAC_CTX_free(ready->context);
    ready->context = NULL;
}

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
    const char *name = key.n == 16 ? "AES-128-CTR" : "AES-256-CTR";
    EVP_CIPHER *aes;
    EVP_CIPHER_CTX *context;
    int done = 0;

    (void)user;
    if ((key.n != 16 && key.n != 32) || n > INT_MAX)
        return -1;
    ERR_set_mark();
    aes = EVP_CIPHER_fetch(NULL, name, NULL);
    context = EVP_CIPHER_CTX_new();
    if (aes != NULL && context != NULL)
        done = evp_encrypt(context, aes, key.p, iv, in, out, (int)n);
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(aes);
    return evp_end(done);
}

static const struct msk_crypto evp_provider = {
    .size = sizeof evp_provider,
    .hash = evp_hash,
    .hmac_begin = evp_hmac_begin,
    .hmac = evp_hmac,
    .hmac_end = evp_hmac_end,
    .aes_ctr = evp_aes_ctr,
};

const struct msk_crypto *
msk_crypto_openssl(void)
{
    return &evp_provider;
}
