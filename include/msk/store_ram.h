/* SPDX-License-Identifier: MIT */
/*
 * msk/store_ram.h - a store in memory of the caller's, for tests and for
 * devices that ask anew after each power cycle. What it holds is lost with
 * the power, and with it the protection against replay of old messages: a
 * device that keeps its MUK must keep its store as well.
 */
#ifndef MSK_STORE_RAM_H
#define MSK_STORE_RAM_H

#include "msk/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for one record. Fields are the store's; all zero means free. */
struct msk_ram_record {
    /* Frozen: it stands in arrays. */
    uint8_t key[MSK_STORE_KEY_MAX];
    uint8_t value[MSK_STORE_VALUE_MAX];
    size_t key_len, value_len;
    uint64_t version; /* 0: free */
};

/* The memory of a store. */
struct msk_ram {
    /* Frozen: a list of records needs no more. */
    struct msk_ram_record *records; /* the caller's, kept */
    size_t n;
    uint64_t last_version;
};

/*
 * Makes *store keep its records in `records` (n of them, of any content; they
 * are cleared); an MGV-F needs MSK_MGVF_RECORDS (mgvf.h) of them. ram, records
 * and store stay good as long as it is used. MSK_ERR_ARGUMENT. The store never
 * answers MSK_PENDING.
 */
MSK_API int msk_store_ram_init(struct msk_store *store, struct msk_ram *ram,
                               struct msk_ram_record *records, size_t n);

/* Clears all records. */
MSK_API void msk_store_ram_wipe(struct msk_ram *ram);

#ifdef __cplusplus
}
#endif

#endif
