/* SPDX-License-Identifier: MIT */
/*
 * msk/base64.h - base64 of RFC 4648 section 4, standard alphabet, padded: as
 * XML (xs:base64Binary) and the JSON of 5G (Bytes of TS 29.571) have octets.
 */
#ifndef MSK_BASE64_H
#define MSK_BASE64_H

#include "msk/types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MSK_BASE64_MAX = 65536 }; /* octets that are encoded at a time */

/* Octets of text that n octets become. n is at most MSK_BASE64_MAX. */
MSK_API size_t msk_base64_len(size_t n);

/*
 * Writes msk_base64_len(in.n) octets of text, no terminator, to out (cap
 * octets), in constant time. *len: how many. MSK_ERR_SPACE; MSK_ERR_ARGUMENT:
 * in is longer than MSK_BASE64_MAX.
 */
MSK_API int msk_base64_encode(struct msk_bytes in, uint8_t *out, size_t cap,
                              size_t *len);

/*
 * Reads text into out (cap octets); *len: octets. White space (blank, tab,
 * CR, LF) anywhere is skipped, as in xs:base64Binary. MSK_ERR_VALUE: another
 * character, wrong padding, or bits that must be zero are not;
 * MSK_ERR_SPACE. Not in constant time.
 */
MSK_API int msk_base64_decode(struct msk_bytes text, uint8_t *out, size_t cap,
                              size_t *len);

#ifdef __cplusplus
}
#endif

#endif
