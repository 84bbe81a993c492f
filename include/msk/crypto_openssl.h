/* SPDX-License-Identifier: MIT */
/*
 * msk/crypto_openssl.h - a crypto provider on libcrypto of OpenSSL 3. There
 * with -Dcrypto=openssl.
 */
#ifndef MSK_CRYPTO_OPENSSL_H
#define MSK_CRYPTO_OPENSSL_H

#include "msk/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for what the provider has fetched. Fields are the provider's. */
struct msk_openssl {
    /* Frozen: opaque, and has room. */
    void *opaque[8];
};

/*
 * Makes *crypto a provider on the default library context, whose algorithms are
 * fetched into *openssl, once: OpenSSL looks each up under a lock. Both stay
 * good as long as it is used. What this OpenSSL does not offer, as MD5 in FIPS
 * mode, fails when it is asked for; MSK_ERR_CRYPTO: it has no SHA-1, SHA-256 or
 * AES-CTR, and nothing is to be given back. MSK_ERR_ARGUMENT.
 *
 * Each operation takes memory from OpenSSL's heap and gives it back cleared; a
 * struct msk_hmac has some from hmac_begin to hmac_end. An operation that fails
 * leaves no error in the thread's error queue.
 *
 * Threads: any number may use it at the same time.
 */
MSK_API int msk_crypto_openssl_init(struct msk_crypto *crypto,
                                    struct msk_openssl *openssl);

/* Gives back what was fetched, when nobody uses the provider any more. NULL,
 * and one that was wiped before, do nothing. */
MSK_API void msk_crypto_openssl_wipe(struct msk_openssl *openssl);

#ifdef __cplusplus
}
#endif

#endif
