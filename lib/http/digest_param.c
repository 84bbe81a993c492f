/* SPDX-License-Identifier: MIT */
#include "http/digest_param.h"

#include <string.h>

#include "http/http_header.h"
#include "msk/digest.h"

static const char *const parameter_names[MSK_DIGEST_N_PARAMS] = {
    [MSK_DIGEST_REALM] = "realm",
    [MSK_DIGEST_NONCE] = "nonce",
    [MSK_DIGEST_OPAQUE] = "opaque",
    [MSK_DIGEST_STALE] = "stale",
    [MSK_DIGEST_ALGORITHM] = "algorithm",
    [MSK_DIGEST_QOP] = "qop",
    [MSK_DIGEST_USERNAME] = "username",
    [MSK_DIGEST_USERNAME_EXT] = "username*",
    [MSK_DIGEST_USERHASH] = "userhash",
    [MSK_DIGEST_URI] = "uri",
    [MSK_DIGEST_RESPONSE] = "response",
    [MSK_DIGEST_CNONCE] = "cnonce",
    [MSK_DIGEST_NC] = "nc",
    [MSK_DIGEST_NEXTNONCE] = "nextnonce",
    [MSK_DIGEST_RSPAUTH] = "rspauth",
};

/* RFC 7616 3.3: an unknown parameter is ignored. */
static void
keep_parameter(struct msk_digest_params *params, struct msk_bytes name,
               const struct msk_auth_value *value)
{
    for (size_t i = 0; i < MSK_DIGEST_N_PARAMS; i++)
        if (msk_header_is(name, parameter_names[i])) {
            params->repeated = params->repeated || params->value[i].there;
            params->value[i] = *value;
        }
}

/* Parameters up to the next scheme, before which the cursor stays, or the end.
 * What begins a line and is no parameter has nothing to do with them. */
static enum msk_auth_item
take_params(struct msk_auth_cursor *c, struct msk_digest_params *params)
{
    struct msk_auth_cursor before = *c;
    struct msk_auth_value value;
    struct msk_bytes name;
    enum msk_auth_item item = msk_auth_next(c, &name, &value);

    while (item == MSK_AUTH_ITEM_PARAM) {
        keep_parameter(params, name, &value);
        before = *c;
        item = msk_auth_next(c, &name, &value);
    }
    if (item == MSK_AUTH_ITEM_BAD && !c->bad && c->at != before.at)
        item = MSK_AUTH_ITEM_SCHEME;
    if (item == MSK_AUTH_ITEM_SCHEME)
        *c = before;
    return item;
}

bool
msk_digest_params_next(struct msk_auth_cursor *c,
                       struct msk_digest_params *params)
{
    struct msk_auth_value value;
    struct msk_bytes name;
    enum msk_auth_item item = msk_auth_next(c, &name, &value);

    while (item != MSK_AUTH_ITEM_END && !c->bad) {
        memset(params, 0, sizeof *params);
        if (item == MSK_AUTH_ITEM_SCHEME && msk_header_is(name, "Digest") &&
            take_params(c, params) != MSK_AUTH_ITEM_BAD)
            return true;
        msk_auth_skip(c);
        item = msk_auth_next(c, &name, &value);
    }
    return false;
}

int
msk_digest_params_credentials(struct msk_bytes text,
                              struct msk_digest_params *params)
{
    struct msk_auth_cursor c;
    struct msk_auth_value value;
    struct msk_bytes name;

    memset(params, 0, sizeof *params);
    msk_auth_begin(&c, text);
    if (msk_auth_next(&c, &name, &value) != MSK_AUTH_ITEM_SCHEME)
        return MSK_ERR_VALUE;
    if (!msk_header_is(name, "Digest"))
        return MSK_ERR_MISSING;
    return text.n <= MSK_HTTP_VALUE_MAX &&
                   take_params(&c, params) == MSK_AUTH_ITEM_END &&
                   !params->repeated
               ? MSK_OK
               : MSK_ERR_VALUE;
}

bool
msk_digest_params_info(const struct msk_http_header *headers, size_t n,
                       struct msk_digest_params *params)
{
    struct msk_auth_cursor c;

    memset(params, 0, sizeof *params);
    msk_auth_begin_lines(&c, headers, n, "Authentication-Info");
    return take_params(&c, params) == MSK_AUTH_ITEM_END && !params->repeated;
}

uint32_t
msk_digest_params_algorithm(const struct msk_digest_params *params)
{
    const struct msk_auth_value *value = &params->value[MSK_DIGEST_ALGORITHM];

    if (msk_auth_is(value, "SHA-256"))
        return MSK_ALGORITHM_SHA256;
    return !value->there || msk_auth_is(value, "MD5") ? MSK_ALGORITHM_MD5 : 0;
}

uint32_t
msk_digest_params_qop(const struct msk_digest_params *params)
{
    const struct msk_auth_value *value = &params->value[MSK_DIGEST_QOP];

    return (msk_auth_lists(value, "auth-int") ? MSK_QOP_AUTH_INT : 0) |
           (msk_auth_lists(value, "auth") ? MSK_QOP_AUTH : 0);
}
