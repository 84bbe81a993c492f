/* SPDX-License-Identifier: MIT */
/*
 * msk/crypto_mbedtls.h - a crypto provider on the low-level functions of
 * mbedTLS 2.28 to 3.x. There with -Dcrypto=mbedtls.
 */
#ifndef MSK_CRYPTO_MBEDTLS_H
#define MSK_CRYPTO_MBEDTLS_H

#include "msk/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The provider. Static; it has no state, allocates nothing, and may be used
 * by any number of threads at the same time. */
MSK_API const struct msk_crypto *msk_crypto_mbedtls(void);

#ifdef __cplusplus
}
#endif

#endif
