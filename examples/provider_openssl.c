/* SPDX-License-Identifier: MIT */
#include "msk/crypto_openssl.h"
#include "provider.h"

const struct msk_crypto *
host_crypto(void)
{
    return msk_crypto_openssl();
}
