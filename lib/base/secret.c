/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include <string.h>

#define RANDOM_TRIES_MAX \
    64 /* of a generator that is one: 63 are never needed */

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

/* The highest numbers would make the remainders of the first ones likelier:
 * drawn again. */
int
msk_random_below(const struct msk_random *random, uint32_t n, uint32_t *out)
{
    uint32_t fair = UINT32_MAX - UINT32_MAX % n;

    for (unsigned i = 0; i < RANDOM_TRIES_MAX; i++) {
        uint8_t b[4];
        uint32_t r;

        if (random->fill(random->user, b, sizeof b) != 0)
            return MSK_ERR_RANDOM;
        r = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 |
            b[3];
        if (r < fair) {
            *out = r % n;
            return MSK_OK;
        }
    }
    return MSK_ERR_RANDOM;
}
