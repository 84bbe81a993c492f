/* SPDX-License-Identifier: MIT */
/*
 * store_flash.h - the struct store_io of store_file.h on NOR flash, to be
 * copied into a firmware: each slot is some sectors of its own, which are
 * erased, programmed page by page, and read back. What a power cut leaves of
 * a slot fails its CRC; the other slot was not touched.
 */
#ifndef STORE_FLASH_H
#define STORE_FLASH_H

#include "store_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What the firmware brings: the driver of its flash. Addresses count from
 * wherever the driver says. Each function returns 0 when it is done, or
 * anything else when it failed; `user` is handed to all.
 */
struct flash_chip {
    void *user;
    size_t sector; /* octets that are erased at once, a multiple of page */
    size_t page;   /* octets that are programmed at once, 1..256 */
    int (*read)(void *user, size_t at, uint8_t *out, size_t n);
    /* The sector that begins at `at` is 0xFF then. */
    int (*erase)(void *user, size_t at);
    /* One whole page, which was erased and not programmed since. */
    int (*program)(void *user, size_t at, const uint8_t *page);
};

/* Octets of flash that a store takes with slots of so many octets. */
#define STORE_FLASH_SLOT(slot, sector) \
    (((slot) + (sector)-1) / (sector) * (sector))
#define STORE_FLASH_OCTETS(slot, sector) (2 * STORE_FLASH_SLOT(slot, sector))

/* Fields are the store's. */
struct store_flash {
    const struct flash_chip *chip;
    size_t at, slot;
    struct store_io io; /* for store_file_open */
};

/*
 * Fills f->io with slots of that many octets in the STORE_FLASH_OCTETS that
 * begin at `at`, where a sector begins. Nothing is read or written yet. chip
 * and f stay good as long as the store is used.
 * MSK_ERR_ARGUMENT: also when at is not a multiple of the sector, or the
 * sector not of the page, or the page too large.
 */
int store_flash_init(struct store_flash *f, const struct flash_chip *chip,
                     size_t at, size_t slot);

#ifdef __cplusplus
}
#endif

#endif
