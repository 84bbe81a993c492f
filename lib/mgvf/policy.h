/* SPDX-License-Identifier: MIT */
/* mgvf/policy.h - may these SRTP parameters be used, after what was announced?
 * Change request 6.3.2.2.2; decision 23. */
#ifndef MSK_MGVF_POLICY_H
#define MSK_MGVF_POLICY_H

#include "msk/mgvf.h"

/* require: enum msk_require. sp: the parameters in force; empty: the defaults
 * of SRTP. MSK_ERR_POLICY, and the errors of msk_srtp_policy_get. */
int msk_policy_check(uint8_t require, struct msk_bytes sp);

#endif
