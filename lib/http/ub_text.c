/* SPDX-License-Identifier: MIT */
#include "http/ub_text.h"

#include <string.h>

#include "base/octets.h"
#include "msk/base64.h"

bool
msk_ub_is_res(struct msk_bytes res)
{
    return msk_octets_fit(res, 4, MSK_AKA_RES_MAX);
}

bool
msk_ub_is_algorithm(const struct msk_digest_params *params)
{
    return msk_auth_is(&params->value[MSK_DIGEST_ALGORITHM], MSK_UB_ALGORITHM);
}

bool
msk_ub_is_realm(const struct msk_auth_value *value, struct msk_bytes fqdn)
{
    uint8_t text[MSK_FQDN_MAX];
    struct msk_bytes realm = { text, 0 };

    return msk_auth_copy(value, text, sizeof text, &realm.n) &&
           msk_fqdn_same(realm, fqdn);
}

void
msk_ub_nonce_write(const struct msk_aka_challenge *challenge,
                   uint8_t out[MSK_UB_NONCE_LEN])
{
    uint8_t octets[MSK_AKA_RAND_LEN + MSK_AKA_AUTN_LEN];
    size_t n;

    memcpy(octets, challenge->rand, MSK_AKA_RAND_LEN);
    memcpy(octets + MSK_AKA_RAND_LEN, challenge->autn, MSK_AKA_AUTN_LEN);
    (void)msk_base64_encode((struct msk_bytes){ octets, sizeof octets }, out,
                            MSK_UB_NONCE_LEN, &n);
}

bool
msk_ub_nonce_read(struct msk_bytes nonce, struct msk_aka_challenge *challenge)
{
    uint8_t octets[MSK_NONCE_MAX];
    size_t n;

    if (msk_base64_decode(nonce, octets, sizeof octets, &n) != MSK_OK ||
        n < MSK_AKA_RAND_LEN + MSK_AKA_AUTN_LEN)
        return false;
    memcpy(challenge->rand, octets, MSK_AKA_RAND_LEN);
    memcpy(challenge->autn, octets + MSK_AKA_RAND_LEN, MSK_AKA_AUTN_LEN);
    return true;
}
