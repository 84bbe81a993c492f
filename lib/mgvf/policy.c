/* SPDX-License-Identifier: MIT */
#include "mgvf/policy.h"

#define ENCR_NULL 0
#define AUTH_NULL 0
#define AUTH_RCCM3 4 /* RFC 4771: the ROC without a MAC */

/* Ciphers that authenticate by themselves: SEED-CCM, SEED-GCM (RFC 5748),
 * AES-GCM (RFC 7714), ARIA-GCM (RFC 8269). */
static bool
is_aead(uint32_t encr)
{
    return encr == 4 || encr == 5 || encr == 6 || encr == 8;
}

static bool
is_confidential(const struct msk_srtp_policy *policy)
{
    return policy->value[MSK_SRTP_ENCR_ALG] != ENCR_NULL &&
           policy->value[MSK_SRTP_SRTP_ENCR] != 0;
}

static bool
is_authentic(const struct msk_srtp_policy *policy)
{
    uint32_t auth = policy->value[MSK_SRTP_SRTP_AUTH_ALG];

    if (is_aead(policy->value[MSK_SRTP_ENCR_ALG]))
        return is_confidential(policy);
    return auth != AUTH_NULL && auth != AUTH_RCCM3 &&
           policy->value[MSK_SRTP_AUTH] != 0;
}

int
msk_policy_check(uint8_t require, struct msk_bytes sp)
{
    struct msk_srtp_policy policy;
    int err = msk_srtp_policy_get(sp, &policy);

    if (err != MSK_OK)
        return err;
    if ((require & MSK_REQUIRE_CONFIDENTIALITY) != 0 &&
        !is_confidential(&policy))
        return MSK_ERR_POLICY;
    if ((require & MSK_REQUIRE_INTEGRITY) != 0 && !is_authentic(&policy))
        return MSK_ERR_POLICY;
    return MSK_OK;
}
