/* SPDX-License-Identifier: MIT */
/* mikey/srtp_policy.h - what the layers above look for in an SP payload. */
#ifndef MSK_MIKEY_SRTP_POLICY_H
#define MSK_MIKEY_SRTP_POLICY_H

#include "msk/mikey.h"

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
