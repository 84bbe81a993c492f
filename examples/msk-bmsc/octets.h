/* SPDX-License-Identifier: MIT */
/* octets.h - the octets of a request, as RFC 9110 and RFC 3986 name them, and
 * texts of them. */
#ifndef MSK_BMSC_OCTETS_H
#define MSK_BMSC_OCTETS_H

#include <stdbool.h>

#include "msk/http.h"

bool octet_is_digit(uint8_t c);
/* Of a token: RFC 9110 5.6.2. */
bool octet_is_tchar(uint8_t c);
/* Of a request target; RFC 3986 2. */
bool octet_is_target(uint8_t c);
/* Of the value of a field: RFC 9110 5.5. */
bool octet_is_value(uint8_t c);

bool octets_all(struct msk_bytes text, bool (*is)(uint8_t c));
/* Without regard to case. */
bool octets_begin(struct msk_bytes text, const char *word);
/* Is each escape whole? */
bool octets_escape(struct msk_bytes text);
/* How many are of these. */
size_t octets_count(struct msk_bytes text, const char *which);

/* Without the first n. */
struct msk_bytes octets_behind(struct msk_bytes text, size_t n);
/* What stands before the first of these; all of it if there is none. */
struct msk_bytes octets_before(struct msk_bytes text, const char *set);
/* Without blanks around it. */
struct msk_bytes octets_trimmed(struct msk_bytes text);

#endif
