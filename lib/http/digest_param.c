/* SPDX-License-Identifier: MIT */
#include "http/digest_param.h"

#include <string.h>

#include "http/header.h"
#include "msk/digest.h"

#define QOP_TEXT_MAX 64

static const char *const names[MSK_DIGEST_N_PARAMS] = {
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
keep(struct msk_digest_params *params, struct msk_bytes name,
     const struct msk_auth_value *value)
{
    for (size_t i = 0; i < MSK_DIGEST_N_PARAMS; i++)
        if (msk_header_is(name, names[i])) {
            params->repeated = params->repeated || params->value[i].there;
            params->value[i] = *value;
        }
}

/* Parameters up to the next scheme, before which the cursor stays, or the
 * end. */
static enum msk_auth_item
take_params(struct msk_auth_cursor *c, struct msk_digest_params *params)
{
    struct msk_auth_cursor before = *c;
    struct msk_auth_value value;
    struct msk_bytes name;
    enum msk_auth_item item = msk_auth_next(c, &name, &value);

    while (item == MSK_AUTH_ITEM_PARAM) {
        keep(params, name, &value);
        before = *c;
        item = msk_auth_next(c, &name, &value);
    }
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

    while (msk_auth_next(c, &name, &value) == MSK_AUTH_ITEM_SCHEME) {
        memset(params, 0, sizeof *params);
        if (take_params(c, params) == MSK_AUTH_ITEM_BAD)
            return false;
        if (msk_header_is(name, "Digest"))
            return true;
    }
    /* A parameter before the first scheme is nobody's. */
    c->bad = c->bad || value.there;
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
    return take_params(&c, params) == MSK_AUTH_ITEM_END && !params->repeated
               ? MSK_OK
               : MSK_ERR_VALUE;
}

bool
msk_digest_params_info(struct msk_bytes text, struct msk_digest_params *params)
{
    struct msk_auth_cursor c;

    msk_auth_begin(&c, text);
    return take_params(&c, params) == MSK_AUTH_ITEM_END;
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
    uint8_t text[QOP_TEXT_MAX];
    struct msk_reader list;
    struct msk_bytes token;
    uint32_t set = 0;
    size_t n;

    if (!msk_auth_copy(&params->value[MSK_DIGEST_QOP], text, sizeof text, &n))
        return 0;
    msk_reader_init(&list, text, n);
    while (msk_auth_list_next(&list, &token)) {
        if (msk_header_is(token, "auth-int"))
            set |= MSK_QOP_AUTH_INT;
        if (msk_header_is(token, "auth"))
            set |= MSK_QOP_AUTH;
    }
    return msk_reader_left(&list) == 0 ? set : 0;
}
