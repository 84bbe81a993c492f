/* SPDX-License-Identifier: MIT */
/* http/digest_hash.h - a response under an MRK. */
#ifndef MSK_HTTP_DIGEST_HASH_H
#define MSK_HTTP_DIGEST_HASH_H

#include "msk/digest.h"

/*
 * msk_digest_response with the password that TS 33.246 6.2.1.3 makes of the
 * MRK (1..MSK_MRK_MAX octets): its base64. The password of input is ignored.
 */
int msk_digest_hash(const struct msk_crypto *crypto,
                    const struct msk_digest_input *input, struct msk_bytes mrk,
                    uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len);

/* True when credentials can be used: B-TID and MRK of allowed lengths, the
 * B-TID of visible ASCII. */
bool msk_digest_usable(const struct msk_credentials *credentials);

#endif
