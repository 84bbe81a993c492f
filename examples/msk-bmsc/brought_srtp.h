/* SPDX-License-Identifier: MIT */
/* brought_srtp.h - "srtp" of a Key Group that is brought: its SRTP policy. */
#ifndef MSK_BMSC_BROUGHT_SRTP_H
#define MSK_BMSC_BROUGHT_SRTP_H

#include <jansson.h>
#include <stdbool.h>

#include "msk/msk.h"

/* From the "srtp" of a Key Group, which may have none. False: a name or a value
 * in it is none. */
bool brought_srtp_take(const json_t *object, struct msk_srtp_policy *policy);

/* What in it has no such name, as input_json_unknown says it; or NULL. */
const char *brought_srtp_unknown(const json_t *object);

#endif
