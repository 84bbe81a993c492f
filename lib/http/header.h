/* SPDX-License-Identifier: MIT */
/* http/header.h - header lines by name, and text without regard to case. */
#ifndef MSK_HTTP_HEADER_H
#define MSK_HTTP_HEADER_H

#include "msk/http.h"

/* True when the octets are that text, ASCII letters without regard to case. */
bool msk_header_is(struct msk_bytes octets, const char *text);

/*
 * The next header of that name, from *at on, which is moved behind it. False:
 * there is none. Start with *at 0.
 */
bool msk_header_next(const struct msk_http_header *headers, size_t n,
                     const char *name, size_t *at, struct msk_bytes *value);

/* The only header of that name. MSK_ERR_MISSING: there is none;
 * MSK_ERR_DUPLICATE: there are more. */
int msk_header_only(const struct msk_http_header *headers, size_t n,
                    const char *name, struct msk_bytes *value);

#endif
