/* SPDX-License-Identifier: MIT */
/* The parameters of an SP payload for SRTP: RFC 3830 6.10.1, with those of
 * RFC 4771 for the roll-over counter. */
#include "mikey/srtp_policy.h"

#include "mikey/tlv.h"

/* Defaults of SRTP, RFC 3711 8.2, and R = 1, RFC 4771 4. */
static const uint32_t defaults[MSK_SRTP_PARAMS] = {
    [MSK_SRTP_ENCR_ALG] = 1,      [MSK_SRTP_ENCR_KEY_LEN] = 16,
    [MSK_SRTP_AUTH_ALG] = 1,      [MSK_SRTP_AUTH_KEY_LEN] = 20,
    [MSK_SRTP_SALT_LEN] = 14,     [MSK_SRTP_SRTP_ENCR] = 1,
    [MSK_SRTP_SRTCP_ENCR] = 1,    [MSK_SRTP_AUTH] = 1,
    [MSK_SRTP_TAG_LEN] = 10,      [MSK_SRTP_R] = 1,
    [MSK_SRTP_AEAD_TAG_LEN] = 16,
};

/* RFC 4771 4: where the parameter for one protocol is not given, the one for
 * both holds. */
static const struct {
    uint8_t specific, general;
} falls_back[] = {
    { MSK_SRTP_SRTP_AUTH_ALG, MSK_SRTP_AUTH_ALG },
    { MSK_SRTP_SRTCP_AUTH_ALG, MSK_SRTP_AUTH_ALG },
    { MSK_SRTP_SRTP_AUTH_KEY_LEN, MSK_SRTP_AUTH_KEY_LEN },
    { MSK_SRTP_SRTCP_AUTH_KEY_LEN, MSK_SRTP_AUTH_KEY_LEN },
    { MSK_SRTP_SRTP_TAG_LEN, MSK_SRTP_TAG_LEN },
    { MSK_SRTP_SRTCP_TAG_LEN, MSK_SRTP_TAG_LEN },
};

bool
msk_srtp_policy_has(const struct msk_srtp_policy *policy, uint32_t param)
{
    return ((policy->given >> param) & 1) != 0;
}

static int
take_param(struct msk_srtp_policy *policy, uint8_t param,
           struct msk_bytes octets)
{
    struct msk_reader r;
    uint32_t value = 0;

    if (param >= MSK_SRTP_PARAMS)
        return MSK_OK;
    if (octets.n < 1 || octets.n > 4)
        return MSK_ERR_LENGTH;
    if (msk_srtp_policy_has(policy, param))
        return MSK_ERR_DUPLICATE;
    msk_reader_init(&r, octets.p, octets.n);
    while (msk_reader_left(&r) > 0)
        value = value << 8 | msk_reader_u8(&r);
    if (param == MSK_SRTP_R && value == 0)
        return MSK_ERR_VALUE;
    policy->value[param] = value;
    policy->given |= (uint32_t)1 << param;
    return MSK_OK;
}

static void
fall_back(struct msk_srtp_policy *policy)
{
    for (size_t i = 0; i < sizeof falls_back / sizeof falls_back[0]; i++)
        if (!msk_srtp_policy_has(policy, falls_back[i].specific))
            policy->value[falls_back[i].specific] =
                policy->value[falls_back[i].general];
}

int
msk_srtp_policy_get(struct msk_bytes params, struct msk_srtp_policy *policy)
{
    struct msk_bytes value;
    uint8_t param;
    int err = MSK_OK;

    if (policy == NULL || (params.p == NULL && params.n > 0))
        return MSK_ERR_ARGUMENT;
    policy->given = 0;
    for (size_t i = 0; i < MSK_SRTP_PARAMS; i++)
        policy->value[i] = defaults[i];
    while (err == MSK_OK && params.n > 0) {
        err = msk_tlv_get(&params, &param, &value);
        if (err == MSK_OK)
            err = take_param(policy, param, value);
    }
    fall_back(policy);
    return err;
}

/* One octet; R has two. */
static int
put_param(struct msk_writer *w, uint8_t param, uint32_t value)
{
    size_t n = param == MSK_SRTP_R ? 2 : 1;
    uint8_t octets[2];

    if (value > (n == 1 ? 0xFFu : 0xFFFFu))
        return MSK_ERR_LENGTH;
    octets[0] = n == 1 ? (uint8_t)value : (uint8_t)(value >> 8);
    octets[1] = (uint8_t)value;
    msk_tlv_put(w, param, octets, n);
    return MSK_OK;
}

int
msk_srtp_policy_put(const struct msk_srtp_policy *policy, uint8_t *buf,
                    size_t cap, size_t *len)
{
    struct msk_writer w;
    int err = MSK_OK;

    if (policy == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, buf, cap);
    for (uint8_t i = 0; err == MSK_OK && i < MSK_SRTP_PARAMS; i++)
        if (msk_srtp_policy_has(policy, i))
            err = put_param(&w, i, policy->value[i]);
    return err == MSK_OK ? msk_writer_end(&w, len) : err;
}
