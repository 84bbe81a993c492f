/* SPDX-License-Identifier: MIT */
/* http/ub_text.h - what both ends of Ub share: how RAND and AUTN stand in a
 * nonce (RFC 3310 3.2), and what is the same in every request. */
#ifndef MSK_HTTP_UB_TEXT_H
#define MSK_HTTP_UB_TEXT_H

#include "http/digest_param.h"
#include "msk/ub.h"

#define MSK_UB_METHOD "GET"
#define MSK_UB_TARGET "/"
#define MSK_UB_NC "00000001" /* a nonce is used once */
#define MSK_UB_ALGORITHM "AKAv1-MD5"
#define MSK_UB_NONCE_LEN 44 /* characters, without data of the BSF */
#define MSK_UB_AUTS_TEXT 20 /* characters of AUTS */

bool msk_ub_is_res(struct msk_bytes res);
bool msk_ub_is_algorithm(const struct msk_digest_params *params);

/* True when a realm is the name of the BSF, which has no case. */
bool msk_ub_is_realm(const struct msk_auth_value *value, struct msk_bytes fqdn);

/* Writes and reads a nonce; what stands after AUTN is the BSF's own. False: too
 * short, or no base64. */
void msk_ub_nonce_write(const struct msk_aka_challenge *challenge,
                        uint8_t out[MSK_UB_NONCE_LEN]);
bool msk_ub_nonce_read(struct msk_bytes nonce,
                       struct msk_aka_challenge *challenge);

#endif
