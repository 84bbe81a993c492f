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

/*
 * The provider. Static; it has no state of its own and allocates nothing.
 *
 * Threads: any number may use it at the same time. mbedTLS may make tables
 * when its AES is first used, without a lock; this call has it done. So the
 * first call must have returned before a second thread calls or uses it.
 */
MSK_API const struct msk_crypto *msk_crypto_mbedtls(void);

#ifdef __cplusplus
}
#endif

#endif
