/* SPDX-License-Identifier: MIT */
/*
 * http/auth_param.h - the values of WWW-Authenticate, Authorization and
 * Authentication-Info cut into schemes and parameters (RFC 9110 11, RFC 7616
 * 3). A cursor goes over the text once and hands out views into it. A line
 * that is folded is one value, and so are several lines of one name (RFC 9112
 * 5.2, RFC 9110 5.3).
 */
#ifndef MSK_HTTP_AUTH_PARAM_H
#define MSK_HTTP_AUTH_PARAM_H

#include "base/bytes.h"
#include "msk/http.h"

enum msk_auth_item {
    MSK_AUTH_ITEM_END = 0,    /* the whole value was well formed */
    MSK_AUTH_ITEM_SCHEME = 1, /* name: a scheme; its parameters follow */
    MSK_AUTH_ITEM_PARAM = 2,  /* name = value */
    MSK_AUTH_ITEM_BAD = 3     /* not well formed; the cursor stays before it */
};

/* A value as it stands: without the quotes around it, with what is escaped. */
struct msk_auth_value {
    struct msk_bytes raw;
    bool there;
    bool escaped; /* has a backslash, or a fold, and so is not what it says */
};

struct msk_auth_cursor {
    struct msk_reader r;
    const struct msk_http_header *headers; /* of which more lines may come */
    size_t n, at;
    const char *name;
    bool apart;  /* a scheme may stand here: where a line begins */
    bool closed; /* the scheme has a token68, and so no parameters */
};

/* Starts to read text, or all lines of that name as if they were one with
 * commas between; borrows them. They fit (msk_header_fits). */
void msk_auth_begin(struct msk_auth_cursor *c, struct msk_bytes text);
void msk_auth_begin_lines(struct msk_auth_cursor *c,
                          const struct msk_http_header *headers, size_t n,
                          const char *name);

/* The next item. A token68 after a scheme is skipped: Digest has none. */
enum msk_auth_item msk_auth_next(struct msk_auth_cursor *c,
                                 struct msk_bytes *name,
                                 struct msk_auth_value *value);

/* Goes on to where the next scheme may begin, whatever stands before: after
 * a comma outside of quotes, or in the next line. */
void msk_auth_skip(struct msk_auth_cursor *c);

#endif
