/* SPDX-License-Identifier: MIT */
#include "msk/crypto_mbedtls.h"
#include "provider.h"

const struct msk_crypto *
host_crypto(void)
{
    return msk_crypto_mbedtls();
}
