/* SPDX-License-Identifier: MIT */
/* Stands in for lib/base/secret.c in a build whose wipes do nothing. */
#include "base/secret.h"

#include <string.h>

bool
msk_secret_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    return memcmp(a, b, n) == 0;
}

void
msk_secret_wipe(void *p, size_t n)
{
    (void)p;
    (void)n;
}

void
msk_wipe(void *p, size_t n)
{
    msk_secret_wipe(p, n);
}
