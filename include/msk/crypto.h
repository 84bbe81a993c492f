/* SPDX-License-Identifier: MIT */
/*
 * msk/crypto.h - what the library asks of a crypto provider, and of a source
 * of randomness. Providers that come with the library: crypto_mbedtls.h,
 * crypto_psa.h and crypto_openssl.h. A host may bring its own.
 */
#ifndef MSK_CRYPTO_H
#define MSK_CRYPTO_H

#include "msk/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A hash function. */
enum msk_hash {
    MSK_HASH_MD5 = 1,   /* 16 octets; HTTP Digest only, never in hmac_begin */
    MSK_HASH_SHA1 = 2,  /* 20 octets */
    MSK_HASH_SHA256 = 3 /* 32 octets */
};

enum {
    MSK_HASH_MAX = 32 /* octets of the longest digest */
};

/*
 * One HMAC key made ready: room for the provider, which alone knows what is
 * inside. It lives on the stack of the caller, holds key material between
 * hmac_begin and hmac_end, holds no pointer into itself, is never copied and is
 * used by one thread at a time.
 */
enum { MSK_HMAC_WORDS = 40 };
struct msk_hmac {
    /* Frozen: room for the provider, on the stack of the caller. */
    uint64_t opaque[MSK_HMAC_WORDS];
};

/*
 * A crypto provider. Constant, shared by all sessions and threads; a provider
 * states its own thread rule.
 *
 * Every function returns 0, or any other value for "failed": the library then
 * returns MSK_ERR_CRYPTO and commits nothing. It must never abort. Inputs and
 * outputs never overlap. Input is a list of views, hashed as if they stood in
 * one piece; n_in may be 0, a view may be empty.
 */
struct msk_crypto {
    size_t size; /* sizeof(struct msk_crypto) */
    void *user;  /* handed to every function */

    /* out: as many octets as the hash has. */
    int (*hash)(void *user, enum msk_hash hash, const struct msk_bytes *in,
                size_t n_in, uint8_t *out);

    /* Makes key (1..128 octets) ready for any number of hmac calls: the pads
     * are worked out here, once. On failure there is nothing to end. hash is
     * MSK_HASH_SHA1 or MSK_HASH_SHA256. */
    int (*hmac_begin)(void *user, struct msk_hmac *hmac, enum msk_hash hash,
                      struct msk_bytes key);
    /* out: as many octets as the hash has. Does not change *hmac. */
    int (*hmac)(void *user, const struct msk_hmac *hmac,
                const struct msk_bytes *in, size_t n_in, uint8_t *out);
    /* Wipes *hmac. */
    void (*hmac_end)(void *user, struct msk_hmac *hmac);

    /* AES in counter mode: key of 16 or 32 octets; the 16 octets of iv are the
     * first counter block, counted up as one 128-bit number. n may be 0. */
    int (*aes_ctr)(void *user, struct msk_bytes key, const uint8_t iv[16],
                   const uint8_t *in, uint8_t *out, size_t n);
};

/*
 * Randomness of the host: fills out with n octets that nobody can foresee.
 * Returns 0, or any other value for "failed" (MSK_ERR_RANDOM; nothing is
 * committed or sent). A phone gives its generator, a test a seeded one.
 */
struct msk_random {
    size_t size; /* sizeof(struct msk_random) */
    void *user;  /* handed to fill */
    int (*fill)(void *user, uint8_t *out, size_t n);
};

#ifdef __cplusplus
}
#endif

#endif
