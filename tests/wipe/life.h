/* SPDX-License-Identifier: MIT */
/*
 * tests/wipe/life.h - the life of a UE and a BM-SC that talk to each other,
 * one public call a step: keys, requests, pushes, acknowledgements, MTKs, new
 * MSKs, new MUKs, the end. The host polls: no hook runs inside a call.
 */
#ifndef TESTS_WIPE_LIFE_H
#define TESTS_WIPE_LIFE_H

#include "fake_crypto.h"

struct life_step {
    const char *name;
    int (*call)(void);
    /* What a host does with it, and what is a secret, or an old one, from then
     * on; may be NULL. */
    void (*after)(void);
    int want; /* what the call returns */
};

extern const struct life_step life_steps[];
extern const size_t life_n;

/* The provider of both, and the randomness. */
extern struct fake_crypto life_crypto;
extern size_t life_draws, life_fail_draw;

/* All anew, with no secret known. */
void life_begin(enum msk_layout layout);

/* The name of an old key that an object still remembers, from the *from-th on,
 * which is moved after it; NULL: there is no more. */
const char *life_remembers(size_t *from);

/* Clears every object. False: something is left in its memory. */
bool life_end(void);

#endif
