/* SPDX-License-Identifier: MIT */
#include "http/header.h"

#include "base/text.h"

bool
msk_header_is(struct msk_bytes octets, const char *text)
{
    return msk_text_same(octets, msk_text(text));
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
    return msk_header_next(headers, n, name, &at, &other) ? MSK_ERR_DUPLICATE
                                                          : MSK_OK;
}
