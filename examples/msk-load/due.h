/* SPDX-License-Identifier: MIT */
/*
 * due.h - who is due next, of a fixed number of members: a binary heap. Setting
 * the time of one takes log n steps, looking for the first one none.
 */
#ifndef MSK_LOAD_DUE_H
#define MSK_LOAD_DUE_H

#include "msk/types.h"

struct due {
    size_t n, in_heap;
    msk_time *when; /* by member */
    size_t *place;  /* by member: where in the heap; n: nowhere */
    size_t *heap;   /* members */
};

/* For members 0..n - 1, none of whom is due. False: no memory. */
bool due_start(struct due *due, size_t n);
void due_end(struct due *due);

/* The member is due then; MSK_NEVER: it no longer is. */
void due_set(struct due *due, size_t member, msk_time when);

/* When the first one is due; MSK_NEVER: nobody is. *member: who that is. */
msk_time due_first(const struct due *due, size_t *member);

#endif
