/* SPDX-License-Identifier: MIT */
/*
 * msk/crypto_psa.h - a crypto provider on the PSA Crypto API of mbedTLS 2.28
 * to 4.x and of other implementations. There with -Dcrypto=psa.
 */
#ifndef MSK_CRYPTO_PSA_H
#define MSK_CRYPTO_PSA_H

#include "msk/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The provider, after psa_crypto_init has been called. Static. NULL when PSA
 * cannot start. Keys are imported, used and destroyed in each operation; none
 * stays in PSA between calls.
 *
 * Threads: mbedTLS 2.28 has no locks in PSA, and later versions only when
 * built with MBEDTLS_THREADING_C. Where there are none, the process must not
 * run two calls that use this provider at the same time.
 */
MSK_API const struct msk_crypto *msk_crypto_psa(void);

#ifdef __cplusplus
}
#endif

#endif
