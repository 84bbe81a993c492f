/* SPDX-License-Identifier: MIT */
#include "due.h"

#include <stdlib.h>

bool
due_start(struct due *due, size_t n)
{
    due->n = n;
    due->in_heap = 0;
    due->when = calloc(n, sizeof *due->when);
    due->place = calloc(n, sizeof *due->place);
    due->heap = calloc(n, sizeof *due->heap);
    if (due->when == NULL || due->place == NULL || due->heap == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        due->place[i] = n;
    return true;
}

void
due_end(struct due *due)
{
    free(due->when);
    free(due->place);
    free(due->heap);
}

static void
put(struct due *due, size_t at, size_t member)
{
    due->heap[at] = member;
    due->place[member] = at;
}

static msk_time
when_at(const struct due *due, size_t at)
{
    return due->when[due->heap[at]];
}

/* Member goes up from the free place `at`; returns the one it comes to. */
static size_t
rise(struct due *due, size_t at, size_t member)
{
    for (; at > 0; at = (at - 1) / 2) {
        if (when_at(due, (at - 1) / 2) <= due->when[member])
            break;
        put(due, at, due->heap[(at - 1) / 2]);
    }
    put(due, at, member);
    return at;
}

static void
sink(struct due *due, size_t at, size_t member)
{
    for (;;) {
        size_t below = 2 * at + 1;

        if (below + 1 < due->in_heap &&
            when_at(due, below + 1) < when_at(due, below))
            below++;
        if (below >= due->in_heap || due->when[member] <= when_at(due, below))
            break;
        put(due, at, due->heap[below]);
        at = below;
    }
    put(due, at, member);
}

static void
take_out(struct due *due, size_t member)
{
    size_t at = due->place[member], last;

    if (at == due->n)
        return;
    due->place[member] = due->n;
    last = due->heap[--due->in_heap];
    if (last != member)
        sink(due, rise(due, at, last), last);
}

void
due_set(struct due *due, size_t member, msk_time when)
{
    take_out(due, member);
    due->when[member] = when;
    if (when != MSK_NEVER)
        (void)rise(due, due->in_heap++, member);
}

msk_time
due_first(const struct due *due, size_t *member)
{
    if (due->in_heap == 0)
        return MSK_NEVER;
    *member = due->heap[0];
    return due->when[due->heap[0]];
}
