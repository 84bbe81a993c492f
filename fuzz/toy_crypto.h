/* SPDX-License-Identifier: MIT */
/*
 * fuzz/toy_crypto.h - a crypto provider and a source of numbers that protect
 * nothing and are fast: octets are mixed, not hashed. A target that looks at
 * what machines do, not at what ciphers do, runs ten times as often with them.
 * The n-th call fails when told to.
 */
#ifndef FUZZ_TOY_CRYPTO_H
#define FUZZ_TOY_CRYPTO_H

#include "msk/crypto.h"

struct toy_crypto {
    struct msk_crypto crypto; /* for the library */
    struct msk_random random;
    uint64_t numbers; /* the state of the source */
    unsigned calls;   /* of both, so far */
    unsigned fail_at; /* the call that fails, from 1; 0: none does */
};

void toy_crypto_start(struct toy_crypto *toy, uint64_t seed);

#endif
