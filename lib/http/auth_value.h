/* SPDX-License-Identifier: MIT */
/* http/auth_value.h - the value of a parameter, unescaped and compared. */
#ifndef MSK_HTTP_AUTH_VALUE_H
#define MSK_HTTP_AUTH_VALUE_H

#include "base/bytes.h"

/* A value as it stands: between its quotes, with its backslashes. */
struct msk_auth_value {
    struct msk_bytes raw;
    bool there;
    bool quoted;
};

/* The value without its backslashes, a fold as one blank, into out (cap
 * octets). False: it is not there, empty, or longer. */
bool msk_auth_copy(const struct msk_auth_value *value, uint8_t *out, size_t cap,
                   size_t *n);

/* True when the value is there and, without its backslashes, is those octets.
 */
bool msk_auth_equal(const struct msk_auth_value *value,
                    struct msk_bytes octets);

/* True when the value is there and is that text, without regard to case. */
bool msk_auth_is(const struct msk_auth_value *value, const char *text);

/* True when the value is a list with commas, of any length, and that text is
 * in it, without regard to case. */
bool msk_auth_lists(const struct msk_auth_value *value, const char *text);

#endif
