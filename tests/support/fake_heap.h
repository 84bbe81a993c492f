/* SPDX-License-Identifier: MIT */
/* fake_heap.h - a heap for an XML reader that counts, and that fails when
 * told to. */
#ifndef TESTS_SUPPORT_FAKE_HEAP_H
#define TESTS_SUPPORT_FAKE_HEAP_H

#include "msk/xml_expat.h"

struct fake_heap {
    struct msk_xml_heap heap;
    unsigned calls;   /* of alloc and resize */
    unsigned fail_at; /* the call, from 1 on, that fails; 0: none does */
    size_t held;      /* octets that are out now */
    size_t peak;      /* the most there were at the end of a call */
    size_t blocks;    /* blocks that are out now */
};

/* Starts anew, with nothing that fails. */
void fake_heap_init(struct fake_heap *fake);

#endif
