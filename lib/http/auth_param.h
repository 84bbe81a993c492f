/* SPDX-License-Identifier: MIT */
/*
 * http/auth_param.h - the values of WWW-Authenticate, Authorization and
 * Authentication-Info cut into schemes and parameters (RFC 9110 11, RFC 7616
 * 3). A cursor goes over the text once, hands out views into it, and fails
 * once and for ever.
 */
#ifndef MSK_HTTP_AUTH_PARAM_H
#define MSK_HTTP_AUTH_PARAM_H

#include "base/bytes.h"
#include "msk/http.h"

/* More schemes and parameters in one value than this are refused. */
#define MSK_AUTH_ITEMS_MAX 64

enum msk_auth_item {
    MSK_AUTH_ITEM_END = 0,    /* the whole value was well formed */
    MSK_AUTH_ITEM_SCHEME = 1, /* name: a scheme; its parameters follow */
    MSK_AUTH_ITEM_PARAM = 2,  /* name = value */
    MSK_AUTH_ITEM_BAD = 3     /* not well formed; nothing more comes */
};

struct msk_auth_cursor {
    struct msk_reader r;
    size_t count; /* items so far */
    bool closed;  /* the scheme has a token68, and so no parameters */
    bool bad;
};

/* A value as it stands: between its quotes, with its backslashes. */
struct msk_auth_value {
    struct msk_bytes raw;
    bool there;
    bool quoted;
};

/* Starts to read text; borrows it. More than MSK_HTTP_VALUE_MAX octets are
 * not well formed. */
void msk_auth_begin(struct msk_auth_cursor *c, struct msk_bytes text);

/* The next item. A token68 behind a scheme is skipped: Digest has none. */
enum msk_auth_item msk_auth_next(struct msk_auth_cursor *c,
                                 struct msk_bytes *name,
                                 struct msk_auth_value *value);

/* The value without its backslashes into out (cap octets). False: it is not
 * there, empty, or longer. */
bool msk_auth_copy(const struct msk_auth_value *value, uint8_t *out, size_t cap,
                   size_t *n);

/* True when the value is there and, without its backslashes, is those octets.
 */
bool msk_auth_equal(const struct msk_auth_value *value,
                    struct msk_bytes octets);

/* True when the value is there and is that text, without regard to case. */
bool msk_auth_is(const struct msk_auth_value *value, const char *text);

/* The next token of a list with commas. False: there is none. */
bool msk_auth_list_next(struct msk_reader *list, struct msk_bytes *token);

#endif
