/* SPDX-License-Identifier: MIT */
/* mikey/tlv.h - lists of type, length, value with one octet each of type and
 * length: the parameters of SP, the sub-payloads of the Key ID extension. */
#ifndef MSK_MIKEY_TLV_H
#define MSK_MIKEY_TLV_H

#include "base/bytes.h"
#include "msk/mikey.h"

/* Writes one. */
void msk_tlv_put(struct msk_writer *w, uint8_t type, const uint8_t *value,
                 size_t n);

/* True when every value of the list is there, and nothing else. */
bool msk_tlv_whole(const struct msk_bytes *list);

/* --- what the layers above look for in an SP payload ---------------------- */

/* Authentication algorithms of SRTP, RFC 3830 6.10.1.1 and RFC 4771 4. */
#define MSK_SRTP_AUTH_NULL 0
#define MSK_SRTP_AUTH_HMAC_SHA1 1
#define MSK_SRTP_AUTH_RCCM1 2 /* a MAC with every ROC, in each R-th packet */
#define MSK_SRTP_AUTH_RCCM2 3 /* a MAC in each packet */
#define MSK_SRTP_AUTH_RCCM3 4 /* no MAC */

#define MSK_SRTP_ROC_LEN 4 /* octets of a ROC in a packet, RFC 4771 3 */

/* Was that parameter (enum msk_srtp_param) in the payload? */
bool msk_srtp_policy_has(const struct msk_srtp_policy *policy, uint32_t param);

#endif
