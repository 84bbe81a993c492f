/* SPDX-License-Identifier: MIT */
#include "peers.h"

#include <string.h>

/* FNV-1a. Only addresses we sent something to are here: no stranger picks. */
static size_t
set_of(struct msk_bytes address)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < address.n; i++)
        hash = (hash ^ address.p[i]) * 16777619u;
    return hash % PEERS_SETS;
}

static bool
is_at(const struct peer *peer, struct msk_bytes address)
{
    return peer->address.n == address.n &&
           memcmp(peer->address.octets, address.p, address.n) == 0;
}

void
peers_add(struct peers *peers, struct msk_bytes address, msk_time now)
{
    struct peer *set, *at;

    if (address.n != ADDRESS_V4 && address.n != ADDRESS_V6)
        return;
    set = at = peers->sets[set_of(address)];
    for (size_t i = 0; i < PEERS_WAYS; i++) {
        if (is_at(&set[i], address)) {
            at = &set[i];
            break;
        }
        if (set[i].until < at->until)
            at = &set[i];
    }
    memcpy(at->address.octets, address.p, address.n);
    at->address.n = address.n;
    at->until = now + PEERS_MS;
}

bool
peers_has(const struct peers *peers, struct msk_bytes address, msk_time now)
{
    const struct peer *set = peers->sets[set_of(address)];

    for (size_t i = 0; address.n > 0 && i < PEERS_WAYS; i++)
        if (is_at(&set[i], address))
            return set[i].until > now;
    return false;
}
