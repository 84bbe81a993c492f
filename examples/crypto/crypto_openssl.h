/* SPDX-License-Identifier: MIT */
/*
 * crypto_openssl.h - a crypto provider on OpenSSL 3, to be copied into a
 * project that has OpenSSL and no mbedTLS (build libmsk with -Dcrypto=none).
 *
 *   struct crypto_openssl openssl;
 *
 *   if (crypto_openssl_init(&openssl) != MSK_OK) ...
 *   config.crypto = &openssl.crypto;
 *
 * Any number of threads may use one at the same time.
 */
#ifndef CRYPTO_OPENSSL_H
#define CRYPTO_OPENSSL_H

#include <openssl/evp.h>

#include "msk/crypto.h"

/* Fields are the provider's; its address must not change. */
struct crypto_openssl {
    struct msk_crypto crypto; /* for the library */
    EVP_CIPHER *aes_128, *aes_256;
};

/* Looks up what it needs, once. MSK_ERR_CRYPTO: this OpenSSL does not have it;
 * there is nothing to end. */
int crypto_openssl_init(struct crypto_openssl *openssl);

/* Gives back what init took, when it is no longer used. */
void crypto_openssl_end(struct crypto_openssl *openssl);

#endif
