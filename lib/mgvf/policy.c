/* SPDX-License-Identifier: MIT */
#include "mgvf/policy.h"

#include "mikey/tlv.h"

#define ENCR_NULL 0
#define ENCR_MAX 8      /* the last that is known */
#define ENCR_KEY_MIN 16 /* octets; RFC 3711 8.2, RFC 6188 */
#define AUTH_KEY_MIN 20 /* octets, of HMAC-SHA-1 in SRTP; RFC 3711 8.2 */
#define MAC_MIN 4       /* RFC 3711 7.5 */

/* Of ciphers that authenticate by themselves the octets of a tag: SEED-CCM,
 * SEED-GCM (RFC 5669), AES-GCM (RFC 7714), ARIA-GCM (RFC 8269). 0: another. */
static uint32_t
aead_tag(uint32_t encr)
{
    switch (encr) {
    case 4: return 10;
    case 5: return 12;
    case 6:
    case 8: return 16;
    default: return 0;
    }
}

static bool
is_confidential(const struct msk_srtp_policy *policy)
{
    const uint32_t *v = policy->value;

    return v[MSK_SRTP_ENCR_ALG] != ENCR_NULL &&
           v[MSK_SRTP_ENCR_ALG] <= ENCR_MAX &&
           v[MSK_SRTP_ENCR_KEY_LEN] >= ENCR_KEY_MIN &&
           v[MSK_SRTP_SRTP_ENCR] != 0;
}

static bool
has_roc(uint32_t auth)
{
    return auth == MSK_SRTP_AUTH_RCCM1 || auth == MSK_SRTP_AUTH_RCCM2;
}

/* Octets of the MAC in a tag of RTP, whose length counts a ROC (RFC 4771 4). */
static uint32_t
rtp_mac_len(const struct msk_srtp_policy *policy, enum msk_srtp_param tag)
{
    uint32_t len = policy->value[tag];
    uint32_t auth = policy->value[MSK_SRTP_SRTP_AUTH_ALG];

    if (!has_roc(auth))
        return len;
    return len > MSK_SRTP_ROC_LEN ? len - MSK_SRTP_ROC_LEN : 0;
}

/* RTCP has no ROC: of a tag for both the MAC is what it is for RTP. */
static uint32_t
rtcp_mac_len(const struct msk_srtp_policy *policy)
{
    return msk_srtp_policy_has(policy, MSK_SRTP_SRTCP_TAG_LEN)
               ? policy->value[MSK_SRTP_SRTCP_TAG_LEN]
               : rtp_mac_len(policy, MSK_SRTP_TAG_LEN);
}

/* In every packet. */
static bool
has_mac(const struct msk_srtp_policy *policy)
{
    const uint32_t *v = policy->value;
    uint32_t auth = v[MSK_SRTP_SRTP_AUTH_ALG];

    return v[MSK_SRTP_AUTH] != 0 &&
           (auth == MSK_SRTP_AUTH_HMAC_SHA1 || has_roc(auth)) &&
           (auth != MSK_SRTP_AUTH_RCCM1 || v[MSK_SRTP_R] == 1) &&
           v[MSK_SRTP_SRTP_AUTH_KEY_LEN] >= AUTH_KEY_MIN &&
           rtp_mac_len(policy, MSK_SRTP_SRTP_TAG_LEN) >= MAC_MIN;
}

/* RTCP has a MAC whatever the SP says (RFC 3711 3.4), but not always a good
 * one. */
static bool
has_rtcp_mac(const struct msk_srtp_policy *policy)
{
    return policy->value[MSK_SRTP_SRTCP_AUTH_KEY_LEN] >= AUTH_KEY_MIN &&
           rtcp_mac_len(policy) >= MAC_MIN;
}

static bool
is_authentic(const struct msk_srtp_policy *policy)
{
    uint32_t tag = aead_tag(policy->value[MSK_SRTP_ENCR_ALG]);

    if (tag > 0)
        return is_confidential(policy) &&
               policy->value[MSK_SRTP_AEAD_TAG_LEN] >= tag;
    return has_mac(policy) && has_rtcp_mac(policy);
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
