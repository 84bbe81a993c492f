/* SPDX-License-Identifier: MIT */
/* The Key Groups that are allowed on a UICC, and whose they are. No file of a
 * card has them: they are in memory. The tag of a key server is its place in
 * a list, from 1. */
#include <string.h>

#include "base/octets.h"
#include "mgvf/card.h"

struct msk_card_group *
msk_uicc_find(const struct msk_uicc *u, const struct msk_group_id *group)
{
    for (size_t i = 0; i < u->n_groups; i++)
        if (u->groups[i].owners.n > 0 &&
            msk_group_id_equal(&u->groups[i].id, group))
            return &u->groups[i];
    return NULL;
}

static struct msk_card_group *
find_free_group(const struct msk_uicc *u)
{
    for (size_t i = 0; i < u->n_groups; i++)
        if (u->groups[i].owners.n == 0)
            return &u->groups[i];
    return NULL;
}

static struct msk_bytes
name_of(const struct msk_card_server *server)
{
    struct msk_bytes name = { server->fqdn, server->fqdn_len };

    return name;
}

static void
make_owner_tag(size_t place, uint8_t tag[MSK_OWNER_TAG])
{
    memset(tag, 0, MSK_OWNER_TAG);
    tag[0] = (uint8_t)place;
}

bool
msk_uicc_owner_tag(const struct msk_uicc *u, struct msk_bytes fqdn,
                   uint8_t tag[MSK_OWNER_TAG])
{
    size_t i = 0;

    if (fqdn.n == 0) {
        make_owner_tag(0, tag);
        return true;
    }
    while (i < MSK_CARD_SERVERS_MAX &&
           !msk_fqdn_same(name_of(&u->servers[i]), fqdn))
        i++;
    if (i < MSK_CARD_SERVERS_MAX)
        make_owner_tag(i + 1, tag);
    return i < MSK_CARD_SERVERS_MAX;
}

bool
msk_uicc_is_owner(const struct msk_uicc *u, const struct msk_card_group *group,
                  struct msk_bytes fqdn)
{
    uint8_t tag[MSK_OWNER_TAG];

    return msk_owners_has_host(&group->owners) ||
           (msk_uicc_owner_tag(u, fqdn, tag) &&
            msk_owners_has(&group->owners, tag));
}

/* Is the server at that place the owner of any group? */
static bool
owns_any(const struct msk_uicc *u, size_t i)
{
    uint8_t tag[MSK_OWNER_TAG];

    make_owner_tag(i + 1, tag);
    for (size_t g = 0; g < u->n_groups; g++)
        if (msk_owners_has(&u->groups[g].owners, tag))
            return true;
    return false;
}

/* Gives the server a place that no owner has any more. False: there is none. */
static bool
enlist(struct msk_uicc *u, struct msk_bytes fqdn)
{
    size_t i = 0;

    while (i < MSK_CARD_SERVERS_MAX && owns_any(u, i))
        i++;
    if (i == MSK_CARD_SERVERS_MAX)
        return false;
    memcpy(u->servers[i].fqdn, fqdn.p, fqdn.n);
    u->servers[i].fqdn_len = (uint8_t)fqdn.n;
    return true;
}

int
msk_uicc_allow(struct msk_mgvf *mgvf, struct msk_bytes owner,
               const struct msk_group_id *group, enum msk_require require)
{
    struct msk_uicc *u = msk_uicc_of(mgvf);
    struct msk_card_group *g = msk_uicc_find(u, group);
    uint8_t tag[MSK_OWNER_TAG];
    bool changed;

    if (u->waits)
        return MSK_ERR_BUSY;
    if (g == NULL)
        g = find_free_group(u);
    if (g == NULL)
        return MSK_ERR_LIMIT;
    if (!msk_uicc_owner_tag(u, owner, tag) &&
        (!enlist(u, owner) || !msk_uicc_owner_tag(u, owner, tag)))
        return MSK_ERR_LIMIT;
    g->id = *group;
    return msk_owners_add(&g->owners, tag, require, &changed);
}
