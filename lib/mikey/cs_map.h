/* SPDX-License-Identifier: MIT */
/* mikey/cs_map.h - the entries of CS ID maps, RFC 3830 6.1.1 and RFC 6043
 * 6.1.1. */
#ifndef MSK_MIKEY_CS_MAP_H
#define MSK_MIKEY_CS_MAP_H

#include "base/bytes.h"
#include "msk/mikey.h"

/* Takes a GENERIC-ID map of header->n_cs entries from r into header->map.
 * MSK_ERR_TRUNCATED. */
int msk_generic_map_get(struct msk_reader *r, struct msk_mikey_header *header);

/* MSK_ERR_LENGTH: header->map is not a GENERIC-ID map of n_cs entries. */
int msk_generic_map_check(const struct msk_mikey_header *header);

#endif
