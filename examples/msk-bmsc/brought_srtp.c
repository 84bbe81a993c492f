/* SPDX-License-Identifier: MIT */
#include "brought_srtp.h"

#include <string.h>

#include "../hosts/input.h"

/* The names that "srtp" may use. */
static const struct {
    const char *name;
    enum msk_srtp_param param;
} names[] = {
    { "encr_alg", MSK_SRTP_ENCR_ALG },
    { "encr_key_len", MSK_SRTP_ENCR_KEY_LEN },
    { "auth_alg", MSK_SRTP_AUTH_ALG },
    { "auth_key_len", MSK_SRTP_AUTH_KEY_LEN },
    { "salt_len", MSK_SRTP_SALT_LEN },
    { "prf", MSK_SRTP_PRF },
    { "kdr", MSK_SRTP_KDR },
    { "srtp_encr", MSK_SRTP_SRTP_ENCR },
    { "srtcp_encr", MSK_SRTP_SRTCP_ENCR },
    { "fec_order", MSK_SRTP_FEC_ORDER },
    { "auth", MSK_SRTP_AUTH },
    { "tag_len", MSK_SRTP_TAG_LEN },
    { "prefix_len", MSK_SRTP_PREFIX_LEN },
    { "r", MSK_SRTP_R },
    { "srtp_auth_alg", MSK_SRTP_SRTP_AUTH_ALG },
    { "srtcp_auth_alg", MSK_SRTP_SRTCP_AUTH_ALG },
    { "srtp_auth_key_len", MSK_SRTP_SRTP_AUTH_KEY_LEN },
    { "srtcp_auth_key_len", MSK_SRTP_SRTCP_AUTH_KEY_LEN },
    { "srtp_tag_len", MSK_SRTP_SRTP_TAG_LEN },
    { "srtcp_tag_len", MSK_SRTP_SRTCP_TAG_LEN },
};

static bool
set_param(struct msk_srtp_policy *policy, const char *name, const json_t *value)
{
    json_int_t number = json_integer_value(value);

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i].name) == 0 && json_is_integer(value) &&
            number >= 0 && number <= 0xFFFF) {
            policy->value[names[i].param] = (uint32_t)number;
            policy->given |= (uint32_t)1 << names[i].param;
            return true;
        }
    return false;
}

/* TS 33.246 6.6.2.1: R is always there. */
bool
brought_srtp_take(const json_t *object, struct msk_srtp_policy *policy)
{
    json_t *srtp = json_object_get(object, "srtp"), *value;
    const char *name;

    memset(policy, 0, sizeof *policy);
    policy->value[MSK_SRTP_R] = 1;
    policy->given = (uint32_t)1 << MSK_SRTP_R;
    if (srtp != NULL && !json_is_object(srtp))
        return false;
    json_object_foreach(
        srtp, name, value) if (!set_param(policy, name, value)) return false;
    return true;
}

const char *
brought_srtp_unknown(const json_t *object)
{
    const char *srtp[sizeof names / sizeof names[0]];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        srtp[i] = names[i].name;
    return input_json_unknown(json_object_get(object, "srtp"), srtp,
                              sizeof srtp / sizeof srtp[0]);
}
