/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <inttypes.h>
#include <stdio.h>

#include "../provider.h"

/* HMAC with the seed as its key: anybody can do that, and no one should use
 * such keys for anything else. */
static bool
derive(uint64_t seed, size_t i, const char *label, uint8_t out[32])
{
    const struct msk_crypto *c = host_crypto();
    char key[24], text[40];
    struct msk_bytes in;
    struct msk_hmac hmac;
    bool fine;

    (void)snprintf(key, sizeof key, "%020" PRIu64, seed);
    (void)snprintf(text, sizeof text, "%s %zu", label, i);
    in = msk_text(text);
    if (c->hmac_begin(c->user, &hmac, MSK_HASH_SHA256, msk_text(key)) != 0)
        return false;
    fine = c->hmac(c->user, &hmac, &in, 1, out) == 0;
    c->hmac_end(c->user, &hmac);
    return fine;
}

bool
keys_of(uint64_t seed, size_t i, struct keys *keys)
{
    (void)snprintf(keys->btid, sizeof keys->btid, "ue%07zu@bsf.example.org", i);
    return derive(seed, i, "MUK", keys->muk) &&
           derive(seed, i, "MRK", keys->mrk);
}
