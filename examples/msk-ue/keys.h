/* SPDX-License-Identifier: MIT */
/*
 * keys.h - which keys a UE starts with. The library keeps MUKs, and refuses old
 * ones by their age; the MRK and the name of the newest keys of a key server it
 * leaves to the host. So a UE that is started with the command line of long ago
 * goes on with what it was given since.
 */
#ifndef MSK_UE_KEYS_H
#define MSK_UE_KEYS_H

#include "../hosts/secrecy.h"
#include "msk/mgvf.h"

struct keys {
    uint8_t btid[MSK_BTID_MAX];
    size_t btid_n;
    struct secrecy_keys keys;
    uint64_t age; /* grows with each bootstrapping */
};

/*
 * Offers keys for the server fqdn to the store, which keeps those of the
 * greatest age; *keys is what it has then.
 * MSK_ERR_ARGUMENT: a B-TID too long; MSK_ERR_STORE, MSK_ERR_RECORD.
 */
int keys_offer(const struct msk_store *store, const char *fqdn,
               struct keys *keys);

/*
 * Says whose USIM the keys of the store and of the MGV-F on it are from now on,
 * by its IMPI; those of another one go, all of them (TS 33.246 6.1). Before
 * anything else is done with either. MSK_ERR_STORE, MSK_ERR_RECORD.
 */
int keys_belong_to(const struct msk_store *store, struct msk_mgvf *mgvf,
                   const char *impi);

/* What it has for that server. MSK_ERR_MISSING: nothing; the same errors. */
int keys_load(const struct msk_store *store, const char *fqdn,
              struct keys *keys);

#endif
