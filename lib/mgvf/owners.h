/* SPDX-License-Identifier: MIT */
/* mgvf/owners.h - who allows a Key Group (decision 29): key servers, each
 * known by a tag, and the host, whose tag is 0. */
#ifndef MSK_MGVF_OWNERS_H
#define MSK_MGVF_OWNERS_H

#include "msk/mgvf.h"

/* True when an owner has that tag. */
bool msk_owners_has(const struct msk_owners *owners,
                    const uint8_t tag[MSK_OWNER_TAG]);

/* True when the host is an owner. */
bool msk_owners_has_host(const struct msk_owners *owners);

/* Adds an owner; one that is there already gets this `require` instead of its
 * old one. *changed: something is different now. MSK_ERR_LIMIT. */
int msk_owners_add(struct msk_owners *owners, const uint8_t tag[MSK_OWNER_TAG],
                   enum msk_require require, bool *changed);

/* Takes the owner of that tag off. False: it was none. */
bool msk_owners_remove(struct msk_owners *owners,
                       const uint8_t tag[MSK_OWNER_TAG]);

/* What must stay on: whatever any owner says (enum msk_require). */
uint8_t msk_owners_require(const struct msk_owners *owners);

#endif
