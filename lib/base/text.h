/* SPDX-License-Identifier: MIT */
/* base/text.h - text of ASCII: white space, and letters without regard to
 * case. */
#ifndef MSK_BASE_TEXT_H
#define MSK_BASE_TEXT_H

#include "msk/types.h"

/* True for white space of XML and of folded lines of HTTP: blank, tab, CR,
 * LF. */
bool msk_text_is_blank(uint8_t c);

/* The small letter of a capital one; any other octet as it is. */
uint8_t msk_text_lower(uint8_t c);

/* True when both have the same octets but for the case of ASCII letters. */
bool msk_text_same(struct msk_bytes a, struct msk_bytes b);

#endif
