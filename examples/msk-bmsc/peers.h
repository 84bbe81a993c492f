/* SPDX-License-Identifier: MIT */
/*
 * peers.h - where messages were sent lately: acknowledgements come from there.
 * When datagrams come faster than they can be looked at, these go first.
 */
#ifndef MSK_BMSC_PEERS_H
#define MSK_BMSC_PEERS_H

#include "../hosts/address.h"

#define PEERS_WAYS 4u
#define PEERS_SETS 4096u
#define PEERS_MS 120000u /* how long one is remembered */

struct peer {
    struct address address;
    msk_time until;
};

struct peers {
    struct peer sets[PEERS_SETS][PEERS_WAYS]; /* begins with zeros */
};

/* Something was sent there. Of a full set the oldest is forgotten. */
void peers_add(struct peers *peers, struct msk_bytes address, msk_time now);

bool peers_has(const struct peers *peers, struct msk_bytes address,
               msk_time now);

#endif
