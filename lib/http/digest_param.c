/* SPDX-License-Identifier: MIT */
#include "http/digest_param.h"

#include <string.h>

#include "base/octets.h"
#include "http/http_message.h"
#include "msk/digest.h"

/* --- values -------------------------------------------------------------- */

#define WORD_MAX 32 /* of those that a value may be */

/* The next octet of a value, without the backslash before it. A fold is one
 * blank. */
static uint8_t
unescaped(struct msk_reader *r)
{
    uint8_t c = msk_reader_u8(r);

    if (c != '\r' && c != '\n')
        return c == '\\' ? msk_reader_u8(r) : c;
    while (r->at < r->n && msk_text_is_blank(r->p[r->at]))
        msk_reader_skip(r, 1);
    return ' ';
}

/* The value without its backslashes in cap octets. False: it is longer. */
static bool
unescape(const struct msk_auth_value *value, uint8_t *out, size_t cap,
         size_t *n)
{
    struct msk_reader r;

    msk_reader_init(&r, value->raw.p, value->raw.n);
    for (*n = 0; msk_reader_left(&r) > 0; out[(*n)++] = unescaped(&r))
        if (*n == cap)
            return false;
    return true;
}

bool
msk_auth_copy(const struct msk_auth_value *value, uint8_t *out, size_t cap,
              size_t *n)
{
    *n = 0;
    if (!value->there)
        return false;
    if (value->escaped)
        return unescape(value, out, cap, n) && *n > 0;
    if (value->raw.n == 0 || value->raw.n > cap)
        return false;
    memcpy(out, value->raw.p, value->raw.n);
    *n = value->raw.n;
    return true;
}

bool
msk_auth_equal(const struct msk_auth_value *value, struct msk_bytes octets)
{
    struct msk_reader r;
    size_t i = 0;

    if (!value->there || !value->escaped)
        return value->there && msk_octets_equal(value->raw, octets);
    msk_reader_init(&r, value->raw.p, value->raw.n);
    while (i < octets.n && msk_reader_left(&r) > 0)
        if (unescaped(&r) != octets.p[i++])
            return false;
    return i == octets.n && msk_reader_left(&r) == 0;
}

bool
msk_auth_is(const struct msk_auth_value *value, const char *text)
{
    uint8_t word[WORD_MAX];
    struct msk_bytes view = { word, 0 };

    if (!value->there || !value->escaped)
        return value->there && msk_header_is(value->raw, text);
    return unescape(value, word, sizeof word, &view.n) &&
           msk_header_is(view, text);
}

/* The next member of a list, without blanks at its ends; empty if it is longer
 * than any that is looked for. */
static struct msk_bytes
take_member(struct msk_reader *r, uint8_t word[WORD_MAX])
{
    struct msk_bytes member = { word, 0 };
    bool is_long = false;

    while (msk_reader_left(r) > 0) {
        uint8_t c = unescaped(r);

        if (c == ',')
            break;
        if (msk_text_is_blank(c) && (member.n == 0 || member.n == WORD_MAX))
            continue;
        is_long = is_long || member.n == WORD_MAX;
        if (member.n < WORD_MAX)
            word[member.n++] = c;
    }
    while (member.n > 0 && msk_text_is_blank(word[member.n - 1]))
        member.n--;
    if (is_long)
        member.n = 0;
    return member;
}

bool
msk_auth_lists(const struct msk_auth_value *value, const char *text)
{
    uint8_t word[WORD_MAX];
    struct msk_reader r;
    bool found = false;

    if (!value->there)
        return false;
    msk_reader_init(&r, value->raw.p, value->raw.n);
    while (msk_reader_left(&r) > 0 && !found)
        found = msk_header_is(take_member(&r, word), text);
    return found;
}

/* --- parameters ---------------------------------------------------------- */

/* The length first: most names are told apart by it. */
static const struct {
    size_t n;
    const char *text;
} parameter_names[MSK_DIGEST_N_PARAMS] = {
    [MSK_DIGEST_REALM] = { 5, "realm" },
    [MSK_DIGEST_NONCE] = { 5, "nonce" },
    [MSK_DIGEST_OPAQUE] = { 6, "opaque" },
    [MSK_DIGEST_STALE] = { 5, "stale" },
    [MSK_DIGEST_ALGORITHM] = { 9, "algorithm" },
    [MSK_DIGEST_QOP] = { 3, "qop" },
    [MSK_DIGEST_USERNAME] = { 8, "username" },
    [MSK_DIGEST_USERNAME_EXT] = { 9, "username*" },
    [MSK_DIGEST_USERHASH] = { 8, "userhash" },
    [MSK_DIGEST_URI] = { 3, "uri" },
    [MSK_DIGEST_RESPONSE] = { 8, "response" },
    [MSK_DIGEST_CNONCE] = { 6, "cnonce" },
    [MSK_DIGEST_NC] = { 2, "nc" },
    [MSK_DIGEST_NEXTNONCE] = { 9, "nextnonce" },
    [MSK_DIGEST_RSPAUTH] = { 7, "rspauth" },
    [MSK_DIGEST_AUTS] = { 4, "auts" },
};

/* RFC 7616 3.3: an unknown parameter is ignored. */
static void
keep_parameter(struct msk_digest_params *params, struct msk_bytes name,
               const struct msk_auth_value *value)
{
    size_t i = 0;

    while (i < MSK_DIGEST_N_PARAMS &&
           (name.n != parameter_names[i].n ||
            !msk_header_is(name, parameter_names[i].text)))
        i++;
    if (i == MSK_DIGEST_N_PARAMS)
        return;
    params->repeated = params->repeated || params->value[i].there;
    params->value[i] = *value;
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
    if (item == MSK_AUTH_ITEM_BAD && c->at != before.at)
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

    while (item != MSK_AUTH_ITEM_END) {
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
