/* SPDX-License-Identifier: MIT */
/* base/base64.h - base64 of RFC 4648 section 4: standard alphabet, padded. */
#ifndef MSK_BASE_BASE64_H
#define MSK_BASE_BASE64_H

#include "msk/types.h"

/* Octets of text that n octets become. n is at most MSK_BASE64_MAX. */
#define MSK_BASE64_MAX 65536
size_t msk_base64_len(size_t n);

/*
 * Writes msk_base64_len(in.n) octets of text, no terminator, to out (cap
 * octets). *len: how many. MSK_ERR_SPACE; MSK_ERR_ARGUMENT: in is longer than
 * MSK_BASE64_MAX.
 */
int msk_base64_encode(struct msk_bytes in, uint8_t *out, size_t cap,
                      size_t *len);

/*
 * Reads text into out (cap octets); *len: octets. White space (blank, tab,
 * CR, LF) anywhere is skipped, as in xs:base64Binary. MSK_ERR_VALUE: another
 * character, wrong padding, or bits that must be zero are not;
 * MSK_ERR_SPACE. Not in constant time.
 */
int msk_base64_decode(struct msk_bytes text, uint8_t *out, size_t cap,
                      size_t *len);

#endif
