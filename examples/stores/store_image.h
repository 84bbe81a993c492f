/* SPDX-License-Identifier: MIT */
/*
 * store_image.h - the records of a store as they stand in a slot; the part of
 * store_file.c that knows the octets, to be copied with it.
 */
#ifndef STORE_IMAGE_H
#define STORE_IMAGE_H

#include "msk/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Octets before the records, and after them. */
#define STORE_IMAGE_HEAD 21
#define STORE_IMAGE_CRC 4

struct store_record {
    struct msk_bytes key, value;
    uint64_t version;
    size_t end; /* the offset after it */
};

/* An image without records. */
void store_image_begin(uint8_t *image, size_t slot, uint64_t sequence);

/* Puts a record after the others of an image. False: it is full. */
bool store_image_append(uint8_t *image, size_t slot,
                        const struct store_record *r);

/* Nothing comes after it: without this it is not whole. */
void store_image_end(uint8_t *image);

/* Did somebody finish writing this? Holds for every version. */
bool store_image_is_whole(const uint8_t *image, size_t slot);

/* Was nothing ever written there? */
bool store_image_is_blank(const uint8_t *image, size_t slot);

/* MSK_ERR_RECORD: it is whole, but nothing that can be read here. */
int store_image_check(const uint8_t *image, size_t slot);

uint64_t store_image_sequence(const uint8_t *image);

/* The record at an offset, the first being at STORE_IMAGE_HEAD. False: there is
 * none, or none that is whole. */
bool store_image_record(const uint8_t *image, size_t at,
                        struct store_record *r);

bool store_image_find(const uint8_t *image, struct msk_bytes key,
                      struct store_record *r);

/* Is it the record of that key? */
bool store_image_is_of(const struct store_record *r, struct msk_bytes key);

#ifdef __cplusplus
}
#endif

#endif
