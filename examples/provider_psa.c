/* SPDX-License-Identifier: MIT */
#include "msk/crypto_psa.h"
#include "provider.h"

const struct msk_crypto *
host_crypto(void)
{
    return msk_crypto_psa();
}
