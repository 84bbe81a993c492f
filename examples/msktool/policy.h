/* SPDX-License-Identifier: MIT */
/* policy.h - the parameters of an SRTP policy by their names. */
#ifndef MSKTOOL_POLICY_H
#define MSKTOOL_POLICY_H

#include "tool.h"

/* Writes "NAME=VALUE,..." as the parameters of an SP payload to out, in the
 * order of their numbers. "" is the policy of no parameters. */
int policy_of_text(const char *text, uint8_t out[MSK_SP_MAX], size_t *len);

#endif
