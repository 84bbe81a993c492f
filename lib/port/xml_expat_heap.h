/* SPDX-License-Identifier: MIT */
/* port/xml_expat_heap.h - the host's heap for expat, counted. */
#ifndef MSK_PORT_XML_EXPAT_HEAP_H
#define MSK_PORT_XML_EXPAT_HEAP_H

#include <expat.h>

#include "msk/xml_expat.h"

/* The heap as one read sees it. */
struct msk_budget {
    const struct msk_xml_heap *heap;
    size_t held; /* octets, at most MSK_XML_EXPAT_HEAP_MAX */
};

/*
 * From here to leave, this thread allocates from budget, which takes from
 * heap; NULL: that of the C library. Returns what leave wants back: reads may
 * lie inside one another.
 */
struct msk_budget *msk_budget_enter(struct msk_budget *budget,
                                    const struct msk_xml_heap *heap);
void msk_budget_leave(struct msk_budget *outer);

/* n octets; NULL: the heap has none, or the budget does not go so far. */
void *msk_budget_alloc(size_t n);

/* Gives them back. p may be NULL. */
void msk_budget_release(void *p);

/* The same for expat. */
extern const XML_Memory_Handling_Suite msk_budget_suite;

#endif
