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

/*
 * The provider, on the default library context. Static; it has no state of its
 * own. Each operation takes memory from OpenSSL's heap and gives it back
 * cleared; a struct msk_hmac has some from hmac_begin to hmac_end. What this
 * OpenSSL does not offer, as MD5 in FIPS mode, fails when it is asked for.
 *
 * An operation that fails leaves no error in the thread's error queue.
 *
 * Threads: any number may use it at the same time.
 */
MSK_API const struct msk_crypto *msk_crypto_openssl(void);

#ifdef __cplusplus
}
#endif

#endif
