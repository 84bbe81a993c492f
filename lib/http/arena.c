/* SPDX-License-Identifier: MIT */
#include "http/arena.h"

#include <string.h>

void
msk_arena_init(struct msk_arena *arena, void *p, size_t n)
{
    arena->p = p;
    arena->front = 0;
    arena->back = n;
}

void *
msk_arena_put(struct msk_arena *arena, size_t n, size_t align)
{
    size_t off = (size_t)((uintptr_t)(arena->p + arena->front) & (align - 1));
    size_t pad = off > 0 ? align - off : 0;
    uint8_t *at;

    if (pad > arena->back - arena->front ||
        n > arena->back - arena->front - pad)
        return NULL;
    at = arena->p + arena->front + pad;
    arena->front += pad + n;
    return at;
}

int
msk_arena_copy(struct msk_arena *arena, struct msk_bytes octets,
               struct msk_bytes *copy)
{
    copy->p = NULL;
    copy->n = octets.n;
    if (octets.n == 0)
        return MSK_OK;
    if (octets.n > arena->back - arena->front)
        return MSK_ERR_SPACE;
    arena->back -= octets.n;
    memcpy(arena->p + arena->back, octets.p, octets.n);
    copy->p = arena->p + arena->back;
    return MSK_OK;
}
