/* SPDX-License-Identifier: MIT */
/* fuzz/target.h - what every fuzz target has: its entry, its input octet by
 * octet, and a condition that must hold whatever the input is. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "msk/types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next octet of what is left of the input; 0 after its end. */
static inline uint8_t
input_octet(struct msk_bytes *input)
{
    if (input->n == 0)
        return 0;
    input->n--;
    return *input->p++;
}

#define REQUIRE(condition)                                               \
    do {                                                                 \
        if (!(condition)) {                                              \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, \
                    #condition);                                         \
            abort();                                                     \
        }                                                                \
    } while (0)

#endif
