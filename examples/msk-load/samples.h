/* SPDX-License-Identifier: MIT */
/* samples.h - durations, all of which are kept: percentiles are exact. */
#ifndef MSK_LOAD_SAMPLES_H
#define MSK_LOAD_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

struct samples {
    uint32_t *us; /* microseconds, in the order in which they came */
    size_t n, cap;
    size_t untold; /* for which there was no memory */
};

/* Begin with zeros. */
void samples_add(struct samples *s, uint64_t us);
void samples_end(struct samples *s);

/* The least duration that so many of 1000 of them do not exceed, of those from
 * number `from` on, in microseconds; 0: there are none. */
uint32_t samples_permille(const struct samples *s, size_t from,
                          unsigned permille);

#endif
