/* SPDX-License-Identifier: MIT */
/* http/http_message.h - what stands in front of a body: header lines by name,
 * what a Content-Type says, and what the target of a request names. */
#ifndef MSK_HTTP_HTTP_MESSAGE_H
#define MSK_HTTP_HTTP_MESSAGE_H

#include "msk/http.h"
#include "msk/types.h"

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

/*
 * True when the header names that type, of XML in UTF-8: its charset is UTF-8
 * or not given (RFC 7303 3). Letters without regard to case; other parameters
 * are ignored, but must be well formed (RFC 9110 8.3.1).
 */
bool msk_media_type_is(struct msk_bytes header, const char *type);

/*
 * What a request-target, or the uri of a Digest, names on the server fqdn: path
 * and query, from "/" on. In origin form, in absolute form with that name, or
 * as "/" name path (TS 33.246 H.2.1). Empty: nothing on that server.
 */
struct msk_bytes msk_uri_resource(struct msk_bytes uri, struct msk_bytes fqdn);

#endif
