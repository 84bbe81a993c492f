/* SPDX-License-Identifier: MIT */
#include "policy.h"

#include <string.h>

#include "flags.h"
#include "msk/mikey.h"

static const char *const names[MSK_SRTP_PARAMS] = {
    [MSK_SRTP_ENCR_ALG] = "encr-alg",
    [MSK_SRTP_ENCR_KEY_LEN] = "encr-key-len",
    [MSK_SRTP_AUTH_ALG] = "auth-alg",
    [MSK_SRTP_AUTH_KEY_LEN] = "auth-key-len",
    [MSK_SRTP_SALT_LEN] = "salt-len",
    [MSK_SRTP_PRF] = "prf",
    [MSK_SRTP_KDR] = "kdr",
    [MSK_SRTP_SRTP_ENCR] = "srtp-encr",
    [MSK_SRTP_SRTCP_ENCR] = "srtcp-encr",
    [MSK_SRTP_FEC_ORDER] = "fec-order",
    [MSK_SRTP_AUTH] = "srtp-auth",
    [MSK_SRTP_TAG_LEN] = "tag-len",
    [MSK_SRTP_PREFIX_LEN] = "prefix-len",
    [MSK_SRTP_R] = "r",
    [MSK_SRTP_SRTP_AUTH_ALG] = "srtp-auth-alg",
    [MSK_SRTP_SRTCP_AUTH_ALG] = "srtcp-auth-alg",
    [MSK_SRTP_SRTP_AUTH_KEY_LEN] = "srtp-auth-key-len",
    [MSK_SRTP_SRTCP_AUTH_KEY_LEN] = "srtcp-auth-key-len",
    [MSK_SRTP_SRTP_TAG_LEN] = "srtp-tag-len",
    [MSK_SRTP_SRTCP_TAG_LEN] = "srtcp-tag-len",
    [MSK_SRTP_AEAD_TAG_LEN] = "aead-tag-len",
};

/* One "NAME=VALUE". */
static bool
take(const char *text, size_t n, struct msk_srtp_policy *policy)
{
    const char *equals = memchr(text, '=', n);
    size_t len = equals != NULL ? (size_t)(equals - text) : 0;
    unsigned long value;

    for (unsigned i = 0; equals != NULL && i < MSK_SRTP_PARAMS; i++) {
        if (strlen(names[i]) != len || memcmp(names[i], text, len) != 0)
            continue;
        if (!read_number(equals + 1, n - len - 1, UINT16_MAX, &value))
            return false;
        policy->value[i] = (uint32_t)value;
        policy->given |= (uint32_t)1 << i;
        return true;
    }
    return false;
}

int
policy_of_text(const char *text, uint8_t out[MSK_SP_MAX], size_t *len)
{
    struct msk_srtp_policy policy = { .given = 0 };
    size_t n;
    int err;

    for (const char *c = text; *c != '\0'; c += n) {
        n = strcspn(c, ",");
        if (!take(c, n, &policy))
            return fail(TOOL_USAGE, "is NAME=VALUE,... of an SRTP policy",
                        "--sp");
        n += c[n] == ',' ? 1 : 0;
    }
    err = msk_srtp_policy_put(&policy, out, MSK_SP_MAX, len);
    return err == MSK_OK ? TOOL_OK : fail_msk(err, "--sp");
}
