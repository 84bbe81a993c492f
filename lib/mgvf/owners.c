/* SPDX-License-Identifier: MIT */
#include "mgvf/owners.h"

#include <string.h>

/* Where the owner of that tag stands; n: it is none. */
static size_t
find_owner(const struct msk_owners *owners, const uint8_t tag[MSK_OWNER_TAG])
{
    size_t i = 0;

    while (i < owners->n &&
           memcmp(owners->owner[i].tag, tag, MSK_OWNER_TAG) != 0)
        i++;
    return i;
}

bool
msk_owners_has(const struct msk_owners *owners,
               const uint8_t tag[MSK_OWNER_TAG])
{
    return find_owner(owners, tag) < owners->n;
}

bool
msk_owners_has_host(const struct msk_owners *owners)
{
    static const uint8_t host[MSK_OWNER_TAG];

    return msk_owners_has(owners, host);
}

int
msk_owners_add(struct msk_owners *owners, const uint8_t tag[MSK_OWNER_TAG],
               enum msk_require require, bool *changed)
{
    size_t i = find_owner(owners, tag);

    *changed = i == owners->n || owners->owner[i].require != (uint8_t)require;
    if (i == MSK_OWNERS_MAX)
        return MSK_ERR_LIMIT;
    if (i == owners->n)
        owners->n++;
    memcpy(owners->owner[i].tag, tag, MSK_OWNER_TAG);
    owners->owner[i].require = (uint8_t)require;
    return MSK_OK;
}

bool
msk_owners_remove(struct msk_owners *owners, const uint8_t tag[MSK_OWNER_TAG])
{
    size_t i = find_owner(owners, tag);

    if (i == owners->n)
        return false;
    for (owners->n--; i < owners->n; i++)
        memcpy(&owners->owner[i], &owners->owner[i + 1],
               sizeof owners->owner[i]);
    memset(&owners->owner[i], 0, sizeof owners->owner[i]);
    return true;
}

uint8_t
msk_owners_require(const struct msk_owners *owners)
{
    unsigned require = MSK_REQUIRE_NOTHING;

    for (size_t i = 0; i < owners->n; i++)
        require |= owners->owner[i].require;
    return (uint8_t)require;
}
