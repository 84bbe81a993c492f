/* SPDX-License-Identifier: MIT */
/* base/sized.h - structs that start with their size, from callers that were
 * compiled against older or newer headers. */
#ifndef MSK_BASE_SIZED_H
#define MSK_BASE_SIZED_H

#include "msk/types.h"

/*
 * Copies a caller's struct into mine (n octets). What they do not know reads
 * as zero, what I do not know is left out. False: theirs is NULL, or claims
 * fewer than first octets, those of the first version; mine is unchanged.
 */
bool msk_sized_take(void *mine, size_t n, const void *theirs, size_t first);

/* Copies mine (n octets) into a caller's struct as far as they know it; their
 * size field stays. theirs may be NULL: nothing is copied. */
void msk_sized_give(void *theirs, const void *mine, size_t n);

/* Octets of a struct up to and including a member. */
#define MSK_SIZE_UPTO(type, member) \
    (offsetof(struct type, member) + sizeof(((struct type *)0)->member))

#endif
