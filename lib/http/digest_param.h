/* SPDX-License-Identifier: MIT */
/* http/digest_param.h - the parameters of Digest (RFC 7616 3.3 to 3.5), each
 * at most once, and what their values say. */
#ifndef MSK_HTTP_DIGEST_PARAM_H
#define MSK_HTTP_DIGEST_PARAM_H

#include "http/auth_param.h"

enum msk_digest_param {
    MSK_DIGEST_REALM,
    MSK_DIGEST_NONCE,
    MSK_DIGEST_OPAQUE,
    MSK_DIGEST_STALE,
    MSK_DIGEST_ALGORITHM,
    MSK_DIGEST_QOP,
    MSK_DIGEST_USERNAME,
    MSK_DIGEST_USERNAME_EXT, /* username* */
    MSK_DIGEST_USERHASH,
    MSK_DIGEST_URI,
    MSK_DIGEST_RESPONSE,
    MSK_DIGEST_CNONCE,
    MSK_DIGEST_NC,
    MSK_DIGEST_NEXTNONCE,
    MSK_DIGEST_RSPAUTH,
    MSK_DIGEST_AUTS, /* RFC 3310 3.4 */
    MSK_DIGEST_N_PARAMS
};

struct msk_digest_params {
    struct msk_auth_value value[MSK_DIGEST_N_PARAMS];
    bool repeated; /* a parameter stands twice */
};

/*
 * The next Digest challenge that is well formed, whatever stands around it:
 * other schemes of any form, also challenges that cannot be read. The cursor
 * stays before what is after it. False: there is none.
 */
bool msk_digest_params_next(struct msk_auth_cursor *c,
                            struct msk_digest_params *params);

/* The credentials of an Authorization. MSK_ERR_MISSING: of another scheme;
 * MSK_ERR_VALUE: not well formed, two schemes, a parameter twice, or more than
 * MSK_HTTP_VALUE_MAX octets. */
int msk_digest_params_credentials(struct msk_bytes text,
                                  struct msk_digest_params *params);

/* Those of Authentication-Info, which has no scheme. False: not well formed, a
 * scheme is there, or a parameter stands twice. */
bool msk_digest_params_info(const struct msk_http_header *headers, size_t n,
                            struct msk_digest_params *params);

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

/* The algorithm that is named, a MSK_ALGORITHM_; none is MD5. 0: another. */
uint32_t msk_digest_params_algorithm(const struct msk_digest_params *params);

/* The set of qop that the text names, others ignored. */
uint32_t msk_digest_params_qop(const struct msk_digest_params *params);

#endif
