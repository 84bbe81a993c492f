/* SPDX-License-Identifier: MIT */
#include "port/xml_expat_heap.h"

#include <stdlib.h>

/* A host without threads, whose compiler has no such thing, defines it to
 * nothing. */
#ifndef MSK_THREAD_LOCAL
#define MSK_THREAD_LOCAL __thread
#endif

/* What stands in front of a block, aligned for whatever comes after it. */
union block {
    size_t n; /* octets, with this head */
    long long integer;
    long double real;
    void *pointer;
};

/*
 * The allocation functions of expat have no argument to tell them for whom
 * they work. So this says it, for the length of a read: the one thing in the
 * library that is not on the stack of its caller.
 */
static MSK_THREAD_LOCAL struct msk_budget *current;

/* Octets of a block of n, of which `had` are held already; 0: too many. */
static size_t
afford(size_t n, size_t had)
{
    size_t left = MSK_XML_EXPAT_HEAP_MAX - (current->held - had);

    return n <= left && sizeof(union block) <= left - n
               ? n + sizeof(union block)
               : 0;
}

/* Notes that a block which had `had` octets is now this one. */
static void *
hold(union block *block, size_t had, size_t n)
{
    if (block == NULL)
        return NULL;
    block->n = n;
    current->held = current->held - had + n;
    return block + 1;
}

void *
msk_budget_alloc(size_t n)
{
    size_t whole = afford(n, 0);

    if (whole == 0)
        return NULL;
    return hold(current->heap->alloc(current->heap->user, whole), 0, whole);
}

static void *
resize(void *p, size_t n)
{
    union block *block = p;
    size_t whole, had;

    if (p == NULL)
        return msk_budget_alloc(n);
    had = block[-1].n;
    whole = afford(n, had);
    if (whole == 0)
        return NULL;
    return hold(current->heap->resize(current->heap->user, block - 1, whole),
                had, whole);
}

void
msk_budget_release(void *p)
{
    union block *block = p;

    if (p == NULL)
        return;
    current->held -= block[-1].n;
    current->heap->release(current->heap->user, block - 1);
}

const XML_Memory_Handling_Suite msk_budget_suite = { msk_budget_alloc, resize,
                                                     msk_budget_release };

/* The heap of the C library. */
static void *
c_alloc(void *user, size_t n)
{
    (void)user;
    return malloc(n);
}

static void *
c_resize(void *user, void *p, size_t n)
{
    (void)user;
    return realloc(p, n);
}

static void
c_release(void *user, void *p)
{
    (void)user;
    free(p);
}

static const struct msk_xml_heap c_heap = {
    .size = sizeof c_heap,
    .alloc = c_alloc,
    .resize = c_resize,
    .release = c_release,
};

struct msk_budget *
msk_budget_enter(struct msk_budget *budget, const struct msk_xml_heap *heap)
{
    struct msk_budget *outer = current;

    budget->heap = heap != NULL ? heap : &c_heap;
    budget->held = 0;
    current = budget;
    return outer;
}

void
msk_budget_leave(struct msk_budget *outer)
{
    current = outer;
}
