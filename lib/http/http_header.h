/* SPDX-License-Identifier: MIT */
/* http/http_header.h - header lines by name; text without regard to case. */
#ifndef MSK_HTTP_HTTP_HEADER_H
#define MSK_HTTP_HTTP_HEADER_H

#include "msk/http.h"

/* True when the octets are that text, ASCII letters without regard to case. */
bool msk_header_is(struct msk_bytes octets, const char *text);

/* True when no octet of a value is one that no value may have: NUL, and CR and
 * LF but for a line that is folded (RFC 9110 5.5, RFC 9112 5.2). */
bool msk_header_fits(struct msk_bytes value);

/* True when that can be looked at: no more than MSK_HTTP_HEADERS_MAX headers,
 * all values fit. */
bool msk_headers_fit(const struct msk_http_header *headers, size_t n);

/*
 * The next header of that name, from *at on, which is moved past it. False:
 * there is none. Start with *at 0.
 */
bool msk_header_next(const struct msk_http_header *headers, size_t n,
                     const char *name, size_t *at, struct msk_bytes *value);

/* The value of the header of that name, without white space at its ends.
 * MSK_ERR_MISSING: there is none; MSK_ERR_DUPLICATE: there are two that differ.
 */
int msk_header_only(const struct msk_http_header *headers, size_t n,
                    const char *name, struct msk_bytes *value);

/* True when a body is encoded: there is a Content-Encoding other than identity
 * (RFC 9110 8.4). */
bool msk_header_encoded(const struct msk_http_header *headers, size_t n);

#endif
