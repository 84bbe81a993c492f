/* SPDX-License-Identifier: MIT */
#include "http/http_header.h"

#include "base/octets.h"
#include "base/text.h"
#include "http/view.h"

bool
msk_header_is(struct msk_bytes octets, const char *text)
{
    return msk_text_same(octets, msk_text(text));
}

/* Does a fold go on after the octet at i, a CR or LF? RFC 9112 2.2: a LF alone
 * may end a line. */
static bool
is_folded(struct msk_bytes value, size_t i)
{
    if (value.p[i] == '\r' && ++i < value.n && value.p[i] != '\n')
        return false;
    return i + 1 < value.n && (value.p[i + 1] == ' ' || value.p[i + 1] == '\t');
}

bool
msk_header_fits(struct msk_bytes value)
{
    for (size_t i = 0; i < value.n; i++) {
        uint8_t c = value.p[i];

        if (c == '\0' || ((c == '\r' || c == '\n') && !is_folded(value, i)))
            return false;
    }
    return true;
}

bool
msk_headers_fit(const struct msk_http_header *headers, size_t n)
{
    if (n > MSK_HTTP_HEADERS_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!msk_header_fits(headers[i].value))
            return false;
    return true;
}

bool
msk_header_next(const struct msk_http_header *headers, size_t n,
                const char *name, size_t *at, struct msk_bytes *value)
{
    while (*at < n) {
        const struct msk_http_header *header = &headers[(*at)++];

        if (msk_header_is(header->name, name)) {
            *value = header->value;
            return true;
        }
    }
    return false;
}

int
msk_header_only(const struct msk_http_header *headers, size_t n,
                const char *name, struct msk_bytes *value)
{
    struct msk_bytes other;
    size_t at = 0;

    if (!msk_header_next(headers, n, name, &at, value))
        return MSK_ERR_MISSING;
    *value = msk_view_trim(*value);
    while (msk_header_next(headers, n, name, &at, &other))
        if (!msk_octets_equal(*value, msk_view_trim(other)))
            return MSK_ERR_DUPLICATE;
    return MSK_OK;
}

bool
msk_header_encoded(const struct msk_http_header *headers, size_t n)
{
    struct msk_bytes value;
    size_t at = 0;

    while (msk_header_next(headers, n, "Content-Encoding", &at, &value)) {
        value = msk_view_trim(value);
        if (value.n > 0 && !msk_header_is(value, "identity"))
            return true;
    }
    return false;
}
