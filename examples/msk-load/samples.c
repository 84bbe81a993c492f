/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <stdlib.h>
#include <string.h>

void
samples_add(struct samples *s, uint64_t us)
{
    size_t cap = s->cap == 0 ? 1024 : 2 * s->cap;
    uint32_t *more;

    if (s->n == s->cap) {
        more = realloc(s->us, cap * sizeof *more);
        if (more == NULL) {
            s->untold++;
            return;
        }
        s->us = more;
        s->cap = cap;
    }
    s->us[s->n++] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

void
samples_end(struct samples *s)
{
    free(s->us);
}

static int
in_order(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

uint32_t
samples_permille(const struct samples *s, size_t from, unsigned permille)
{
    size_t n = s->n - from, at;
    uint32_t *sorted, us = 0;

    if (n == 0)
        return 0;
    sorted = malloc(n * sizeof *sorted);
    if (sorted == NULL)
        return 0;
    memcpy(sorted, s->us + from, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, in_order);
    at = (n * permille + 999) / 1000;
    us = sorted[at > 0 ? at - 1 : 0];
    free(sorted);
    return us;
}
