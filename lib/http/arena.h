/* SPDX-License-Identifier: MIT */
/* http/arena.h - a piece of the caller's memory that is filled from both
 * ends: structs from its start, octets from its end. */
#ifndef MSK_HTTP_ARENA_H
#define MSK_HTTP_ARENA_H

#include "msk/types.h"

struct msk_arena {
    uint8_t *p;
    size_t front; /* octets used at the start, with padding */
    size_t back;  /* where those at the end begin */
};

/* Starts with n octets at p, of any alignment. */
void msk_arena_init(struct msk_arena *arena, void *p, size_t n);

/* n octets aligned to `align`, a power of two; those of the call before end
 * where these begin if both n are multiples of it. NULL: no room. */
void *msk_arena_put(struct msk_arena *arena, size_t n, size_t align);

/* A copy of octets. MSK_ERR_SPACE. */
int msk_arena_copy(struct msk_arena *arena, struct msk_bytes octets,
                   struct msk_bytes *copy);

#endif
