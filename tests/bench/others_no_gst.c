/* SPDX-License-Identifier: MIT */
/* GStreamer is not here to be measured beside. */
#include "bench.h"

void
bench_add_gst(struct bench *b)
{
    (void)b;
}
