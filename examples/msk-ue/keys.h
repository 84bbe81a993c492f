/* SPDX-License-Identifier: MIT */
/*
 * keys.h - which keys a UE starts with. For each key
 * server the store remembers the newest B-TID with its keys, and the name of every one that was ever used: a command line
 * that is older than the store must not bring back a MUK whose counter is gone
 * (decision 2).
 */
#ifndef MSK_UE_KEYS_H
#define MSK_UE_KEYS_H

#include "../hosts/secrecy.h"
#include "msk/store.h"

struct keys {
    uint8_t btid[MSK_BTID_MAX];
    size_t btid_n;
    struct secrecy_keys keys;
};

/*
 * Offers keys for the server fqdn to the store. A B-TID that was never used
 * with it becomes the newest one; *keys is the newest one then, whichever that is.
 * MSK_ERR_ARGUMENT: a B-TID too long; MSK_ERR_STORE, MSK_ERR_RECORD.
 */
int keys_offer(const struct msk_store *store, const char *fqdn,
               struct keys *keys);

#endif
