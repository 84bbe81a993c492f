/* SPDX-License-Identifier: MIT */
/* An MTK and the parameters of an SP payload, as SRTP wants them. TS 33.246
 * 6.6.2; RFC 3830 6.10.1; RFC 4771. */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "mbms/chain.h"
#include "mikey/tlv.h"
#include "msk/traffic.h"

#define ENCR_AES_CM 1
#define SRTP_MAC_LEN 10     /* of SRTP, when nothing else is said */
#define SRTP_MAC_LEN_MAX 20 /* of HMAC-SHA-1 */

/* The modes 1 to 3 of RFC 4771; 0: none of them. */
static uint8_t
roc_mode(const struct msk_srtp_policy *policy)
{
    uint32_t auth = policy->value[MSK_SRTP_SRTP_AUTH_ALG];

    return auth < MSK_SRTP_AUTH_RCCM1
               ? 0
               : (uint8_t)(auth - MSK_SRTP_AUTH_RCCM1 + 1);
}

/* TS 33.246 6.6.2.1: AES in counter mode, HMAC-SHA-1 or a mode of RFC 4771
 * over it, no key derivation rate. */
static int
check_transform(const struct msk_srtp_policy *policy, size_t key_len)
{
    const uint32_t *v = policy->value;

    if (v[MSK_SRTP_ENCR_ALG] > ENCR_AES_CM || v[MSK_SRTP_PRF] != 0 ||
        v[MSK_SRTP_KDR] != 0 ||
        v[MSK_SRTP_SRTP_AUTH_ALG] > MSK_SRTP_AUTH_RCCM3 ||
        v[MSK_SRTP_SRTCP_AUTH_ALG] > MSK_SRTP_AUTH_RCCM3)
        return MSK_ERR_UNSUPPORTED;
    if (msk_srtp_policy_has(policy, MSK_SRTP_ENCR_KEY_LEN) &&
        v[MSK_SRTP_ENCR_KEY_LEN] != key_len)
        return MSK_ERR_LENGTH;
    return v[MSK_SRTP_SALT_LEN] == MSK_SALT_MAX ? MSK_OK : MSK_ERR_LENGTH;
}

/* The lengths of key, MAC and tag. Without a MAC the tag is the ROC, or is
 * not there. */
static int
fill_lengths(struct msk_srtp_transform *t, uint32_t auth_key_len,
             size_t mac_len, size_t roc_len)
{
    t->tag_len = roc_len;
    if (!t->authenticated)
        return MSK_OK;
    if (auth_key_len < 1 || auth_key_len > SRTP_MAC_LEN_MAX)
        return MSK_ERR_LENGTH;
    if (mac_len < 1 || mac_len > SRTP_MAC_LEN_MAX)
        return MSK_ERR_VALUE;
    t->auth_key_len = auth_key_len;
    t->mac_len = mac_len;
    t->tag_len += mac_len;
    return MSK_OK;
}

/* The length of a tag that carries a ROC counts the ROC (RFC 4771 4). One that
 * is shorter leaves no MAC. */
static size_t
mac_of_tag(uint32_t tag_len, size_t roc_len)
{
    return tag_len > roc_len ? tag_len - roc_len : 0;
}

static int
fill_rtp(const struct msk_srtp_policy *policy, struct msk_srtp_transform *t)
{
    const uint32_t *v = policy->value;
    uint32_t auth = v[MSK_SRTP_SRTP_AUTH_ALG];
    size_t roc_len = roc_mode(policy) > 0 ? MSK_SRTP_ROC_LEN : 0,
           mac_len = SRTP_MAC_LEN;

    t->encrypted =
        v[MSK_SRTP_ENCR_ALG] == ENCR_AES_CM && v[MSK_SRTP_SRTP_ENCR] != 0;
    t->authenticated = auth != MSK_SRTP_AUTH_NULL &&
                       auth != MSK_SRTP_AUTH_RCCM3 && v[MSK_SRTP_AUTH] != 0;
    if (msk_srtp_policy_has(policy, MSK_SRTP_SRTP_TAG_LEN) ||
        msk_srtp_policy_has(policy, MSK_SRTP_TAG_LEN))
        mac_len = mac_of_tag(v[MSK_SRTP_SRTP_TAG_LEN], roc_len);
    return fill_lengths(t, v[MSK_SRTP_SRTP_AUTH_KEY_LEN], mac_len, roc_len);
}

/* RTCP always has a MAC (RFC 3711 3.4) and never a ROC, for its packets carry
 * their index: of a tag for both that has one, the MAC is the rest. */
static int
fill_rtcp(const struct msk_srtp_policy *policy, struct msk_srtp_transform *t)
{
    const uint32_t *v = policy->value;
    size_t roc_len = roc_mode(policy) > 0 ? MSK_SRTP_ROC_LEN : 0,
           mac_len = SRTP_MAC_LEN;

    t->encrypted =
        v[MSK_SRTP_ENCR_ALG] == ENCR_AES_CM && v[MSK_SRTP_SRTCP_ENCR] != 0;
    t->authenticated = true;
    if (msk_srtp_policy_has(policy, MSK_SRTP_SRTCP_TAG_LEN))
        mac_len = v[MSK_SRTP_SRTCP_TAG_LEN];
    else if (msk_srtp_policy_has(policy, MSK_SRTP_TAG_LEN) &&
             v[MSK_SRTP_TAG_LEN] > roc_len)
        mac_len = v[MSK_SRTP_TAG_LEN] - roc_len;
    return fill_lengths(t, v[MSK_SRTP_SRTCP_AUTH_KEY_LEN], mac_len, 0);
}

static int
fill_srtp(const struct msk_srtp_policy *policy, struct msk_srtp *srtp)
{
    int err = check_transform(policy, srtp->key_len);

    if (err == MSK_OK)
        err = fill_rtp(policy, &srtp->rtp);
    if (err == MSK_OK)
        err = fill_rtcp(policy, &srtp->rtcp);
    if (err == MSK_OK && policy->value[MSK_SRTP_R] > UINT16_MAX)
        err = MSK_ERR_VALUE;
    srtp->rtp.key_len = srtp->rtcp.key_len = srtp->key_len;
    srtp->roc_mode = roc_mode(policy);
    srtp->roc_rate = (uint16_t)policy->value[MSK_SRTP_R];
    return err;
}

int
msk_srtp_fill(const struct msk_key_id *id, uint16_t mtk_id,
              struct msk_bytes key, struct msk_bytes salt, struct msk_bytes sp,
              struct msk_srtp *srtp)
{
    struct msk_srtp s = { .size = sizeof s };
    struct msk_srtp_policy policy;
    int err;

    if (id == NULL || srtp == NULL ||
        srtp->size < MSK_SIZE_UPTO(msk_srtp, roc_rate) || key.p == NULL ||
        !msk_is_key_len(key.n) || salt.p == NULL || salt.n != MSK_SALT_MAX)
        return MSK_ERR_ARGUMENT;
    memcpy(s.key_salt, key.p, key.n);
    memcpy(s.key_salt + key.n, salt.p, salt.n);
    s.key_len = key.n;
    s.salt_len = salt.n;
    msk_mki_pack(id, mtk_id, s.mki);
    err = msk_srtp_policy_get(sp, &policy);
    if (err == MSK_OK)
        err = fill_srtp(&policy, &s);
    if (err == MSK_OK)
        msk_sized_give(srtp, &s, sizeof s);
    msk_secret_wipe(&s, sizeof s);
    return err;
}
