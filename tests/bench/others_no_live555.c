/* SPDX-License-Identifier: MIT */
/* live555 is not here to be measured beside. */
#include "bench.h"

void
bench_add_live555(struct bench *b)
{
    (void)b;
}
