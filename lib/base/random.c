/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#define TRIES_MAX 64 /* of a generator that is one: 63 are never needed */

/* The highest numbers would make the remainders of the first ones likelier:
 * drawn again. */
int
msk_random_below(const struct msk_random *random, uint32_t n, uint32_t *out)
{
    uint32_t fair = UINT32_MAX - UINT32_MAX % n;

    for (unsigned i = 0; i < TRIES_MAX; i++) {
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
