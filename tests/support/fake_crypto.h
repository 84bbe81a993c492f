/* SPDX-License-Identifier: MIT */
/*
 * fake_crypto.h - a crypto provider that counts its calls and fails the
 * one it is told to, leaving garbage where the answer should be. All others
 * go to the provider of this build.
 */
#ifndef TESTS_SUPPORT_FAKE_CRYPTO_H
#define TESTS_SUPPORT_FAKE_CRYPTO_H

#include "msk/crypto.h"

/* What was called: of each call its name, the algorithm and all lengths. */
struct call_record {
    char text[4096];
    size_t n;
};

struct fake_crypto {
    struct msk_crypto crypto;   /* for the library */
    size_t calls;               /* so far, of the functions that may fail */
    size_t octets;              /* that were hashed without a key */
    size_t ciphers;             /* of these, aes_ctr */
    size_t fail_at;             /* the call that fails, from 1; 0: none does */
    bool for_ever;              /* and so do all after it */
    long open;                  /* HMAC keys made ready and not ended */
    struct call_record *record; /* of all calls; NULL: none is kept */
};

/* Adds a call to a record; to NULL: does nothing. Aborts when it is full. */
void record_call(struct call_record *record, const char *name, int number,
                 const struct msk_bytes *in, size_t n_in);

void fake_crypto_start(struct fake_crypto *fake, size_t fail_at);

#endif
