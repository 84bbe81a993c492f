/* SPDX-License-Identifier: MIT */
/*
 * fake_store.h - a store in memory that counts its calls, fails the one
 * it is told to, and can answer later.
 */
#ifndef TESTS_SUPPORT_FAKE_STORE_H
#define TESTS_SUPPORT_FAKE_STORE_H

#include "msk/store_ram.h"

#define FAKE_STORE_RECORDS 80

struct fake_store {
    struct msk_store store; /* for the library */
    struct msk_store under; /* does the work */
    struct msk_ram ram;
    struct msk_ram_record records[FAKE_STORE_RECORDS];

    size_t calls;   /* so far, of load and commit */
    size_t commits; /* of these, commit */
    size_t delayed; /* of these, commits of which all is delayable */
    size_t fail_at; /* the call that fails, from 1; 0: none does */
    size_t fail_n;  /* and so do that many after it, */
    bool for_ever;  /*   or all */
    int error;      /* what it returns */

    bool later; /* load and commit return MSK_PENDING */
    bool waiting;
    uint32_t token;
    struct msk_stored *out;           /* a load waits for it, or */
    const struct msk_change *changes; /*   a commit of these */
    struct msk_bytes key;
    size_t n;
    bool fails;
};

/* An empty store that answers at once. */
void fake_store_start(struct fake_store *fake);

/* Counts a call. True: it is one that fails. For what takes its place. */
bool fake_store_count(struct fake_store *fake, uint32_t token);

/* Does now what is waiting; returns the result to complete the call with. */
int fake_store_answer(struct fake_store *fake);

/* The records with their versions, to be compared later; a view into the
 * store. Every commit changes a version. */
struct msk_bytes fake_store_view(const struct fake_store *fake);

#endif
