/* SPDX-License-Identifier: MIT */
#include "fake_heap.h"

#include <stdlib.h>
#include <string.h>

/* In front of each block; the strictest alignment after it. */
union head {
    size_t n;
    long double real;
    void *pointer;
};

static bool
may(struct fake_heap *fake)
{
    return ++fake->calls != fake->fail_at;
}

static void *
give(struct fake_heap *fake, union head *head, size_t n)
{
    if (head == NULL)
        abort();
    head->n = n;
    fake->held += n;
    fake->blocks++;
    if (fake->held > fake->peak)
        fake->peak = fake->held;
    return head + 1;
}

static void
take_back(struct fake_heap *fake, const union head *head)
{
    if (fake->blocks == 0 || fake->held < head->n)
        abort();
    fake->held -= head->n;
    fake->blocks--;
}

static void *
fake_alloc(void *user, size_t n)
{
    return may(user) ? give(user, malloc(sizeof(union head) + n), n) : NULL;
}

/* Always moves, so that who keeps the old address is seen. */
static void *
fake_resize(void *user, void *p, size_t n)
{
    union head *old = (union head *)p - 1, *block;

    if (!may(user))
        return NULL;
    block = malloc(sizeof *block + n);
    if (block != NULL)
        memcpy(block + 1, p, old->n < n ? old->n : n);
    take_back(user, old);
    free(old);
    return give(user, block, n);
}

static void
fake_release(void *user, void *p)
{
    union head *head = (union head *)p - 1;

    take_back(user, head);
    memset(p, 0xA5, head->n);
    free(head);
}

void
fake_heap_init(struct fake_heap *fake)
{
    memset(fake, 0, sizeof *fake);
    fake->heap.size = sizeof fake->heap;
    fake->heap.user = fake;
    fake->heap.alloc = fake_alloc;
    fake->heap.resize = fake_resize;
    fake->heap.release = fake_release;
}
