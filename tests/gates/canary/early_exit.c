/* SPDX-License-Identifier: MIT */
/* Stands in for lib/base/secret.c in a build that compares secrets as one
 * should not: time depends on where they differ. */
#include "base/secret.h"

#include <string.h>

bool
msk_secret_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

void
msk_secret_wipe(void *p, size_t n)
{
    memset(p, 0, n);
}

void
msk_wipe(void *p, size_t n)
{
    msk_secret_wipe(p, n);
}
