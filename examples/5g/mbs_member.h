/* SPDX-License-Identifier: MIT */
/* mbs_member.h - inside of mbs_json.h: members that are octets and moments. */
#ifndef MBS_MEMBER_H
#define MBS_MEMBER_H

#include "mbs_json.h"

/* Reads a member of octets in base64, at most cap; *n: 0 where it is not there.
 * False: it is none. */
bool mbs_member_octets(const json_t *object, const char *name, uint8_t *out,
                       size_t cap, size_t *n);

/* Adds one of at most 64 octets. False: no memory. */
bool mbs_member_add_octets(json_t *object, const char *name, const uint8_t *p,
                           size_t n);

/* The same with a moment in Unix milliseconds, as RFC 3339. */
bool mbs_member_moment(const json_t *object, const char *name, msk_time *out);
bool mbs_member_add_moment(json_t *object, const char *name, msk_time moment);

#endif
