/* SPDX-License-Identifier: MIT */
#include "base/sized.h"

#include <string.h>

bool
msk_sized_take(void *mine, size_t n, const void *theirs, size_t first)
{
    size_t size;

    if (theirs == NULL)
        return false;
    memcpy(&size, theirs, sizeof size);
    if (size < first)
        return false;
    memset(mine, 0, n);
    memcpy(mine, theirs, size < n ? size : n);
    memcpy(mine, &n, sizeof n);
    return true;
}

void
msk_sized_give(void *theirs, const void *mine, size_t n)
{
    size_t size;

    if (theirs == NULL)
        return;
    memcpy(&size, theirs, sizeof size);
    memcpy(theirs, mine, size < n ? size : n);
    if (size >= sizeof size)
        memcpy(theirs, &size, sizeof size);
}
