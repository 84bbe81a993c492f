/* SPDX-License-Identifier: MIT */
/* Stands in for lib/base/secret.c, and is it, but for its wipes, which do
 * nothing. */
#include <string.h>

static void *
leave(void *p, int c, size_t n)
{
    (void)c;
    (void)n;
    return p;
}

#define memset leave
#include "base/secret.c"
