/* SPDX-License-Identifier: MIT */
/* base/fqdn.h - the names of key servers, which have no case (RFC 4343;
 * decision 35). Nothing in the library compares them in another way. */
#ifndef MSK_BASE_FQDN_H
#define MSK_BASE_FQDN_H

#include "msk/types.h"

/* True when both are the same name. */
bool msk_fqdn_same(struct msk_bytes a, struct msk_bytes b);

/* Writes the one spelling of a name, as many octets as it has: for what is
 * kept under a name, or hashed of it. out may be where the name is. */
void msk_fqdn_fold(struct msk_bytes fqdn, uint8_t *out);

#endif
