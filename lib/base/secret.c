/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include <string.h>

bool
msk_secret_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
    int differ = 0;

    /*@ loop invariant 0 <= i <= n;
        loop invariant differ == 0 <==> same_octets(a, b, i);
        loop assigns i, differ;
        loop variant n - i;
     */
    for (size_t i = 0; i < n; i++)
        differ |= a[i] ^ b[i];
    return differ == 0;
}

/*
 * A compiler drops a memset whose result nobody reads. Through a volatile
 * pointer it cannot know that memset is what it calls. Not static: that would
 * be writable data where code is position independent.
 */
void
msk_secret_wipe(void *p, size_t n)
{
    void *(*volatile clear)(void *, int, size_t) = memset;

    if (n > 0)
        clear(p, 0, n);
}

void
msk_wipe(void *p, size_t n)
{
    if (p != NULL)
        msk_secret_wipe(p, n);
}
