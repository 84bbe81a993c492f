/* SPDX-License-Identifier: MIT */
/*
 * store_file.h - a struct msk_store in two slots of a file or of flash, to be
 * copied into a host, with store_image.[ch]. It survives a power cut at any
 * octet; doc/storage.md says how. All records are in memory too: loads never
 * touch the medium.
 *
 * The medium is reached through struct store_io. store_posix.h makes one of a
 * file; a microcontroller writes three functions for its flash.
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "msk/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Two slots, 0 and 1, of the same size. Each function returns 0, or anything
 * else when it failed; `user` is handed to all.
 */
struct store_io {
    void *user;
    /* Reads the first n octets of a slot. Octets that were never written read
     * as 0x00, or all as 0xFF. */
    int (*read)(void *user, unsigned slot, uint8_t *out, size_t n);
    /* Writes the first n octets of a slot, n being always the slot size. May
     * erase the slot before, may write in any order, may come back before
     * it is done; must not touch the other slot. */
    int (*write)(void *user, unsigned slot, const uint8_t *p, size_t n);
    /* Comes back when all that was written is on the medium. */
    int (*sync)(void *user);
};

/* Octets of a slot for records with keys and values of so many octets in sum,
 * and of memory for a store with slots of that size. */
#define STORE_FILE_SLOT(records, octets) (25 + 12 * (records) + (octets))
#define STORE_FILE_MEMORY(slot) (2 * (slot))

/* Fields are the store's. */
struct store_file {
    const struct store_io *io;
    uint8_t *now;     /* the image of the store as it is */
    uint8_t *next;    /* room to make the following one */
    size_t slot;      /* octets of a slot */
    unsigned newest;  /* the slot that was written last */
    unsigned delayed; /* commits since then */
    unsigned delay;   /* how many there may be */
};

/*
 * Opens the store on a medium, which is empty or was written by a store with
 * slots of the same size. memory: STORE_FILE_MEMORY(slot) octets. delay: so
 * many delayable commits in a row are kept in memory only, 0: none. io,
 * memory, f and store stay good as long as it is used. The store never
 * answers MSK_PENDING.
 * MSK_ERR_ARGUMENT; MSK_ERR_STORE: the medium failed; MSK_ERR_RECORD: there
 * is something else on it, or both slots are damaged, or a later version of
 * this store wrote it; nothing was changed then.
 */
int store_file_open(struct msk_store *store, struct store_file *f,
                    const struct store_io *io, uint8_t *memory, size_t slot,
                    unsigned delay);

/* Makes delayed commits durable. MSK_ERR_STORE. */
int store_file_flush(struct store_file *f);

/* Writes both slots anew, so that no deleted key is left on the medium (as
 * far as the medium overwrites at all). MSK_ERR_STORE. */
int store_file_scrub(struct store_file *f);

/* Clears the memory. Delayed commits are lost: flush before. */
void store_file_wipe(struct store_file *f);

#ifdef __cplusplus
}
#endif

#endif
