/* SPDX-License-Identifier: MIT */
/*
 * store_suite.h - the contract of msk/store.h, line by line, for any
 * store.
 */
#ifndef TESTS_SUPPORT_STORE_SUITE_H
#define TESTS_SUPPORT_STORE_SUITE_H

#include "msk/store.h"
#include "support.h"

/* How the store under test comes and goes. */
struct store_maker {
    void (*erase)(void); /* there is nothing on the medium now */
    int (*open)(struct msk_store *store);
    void (*close)(void);
    bool survives; /* what was committed is there when it is opened again */
};

/* Runs the suite, then the n tests of the store's own. */
int store_suite_run(const struct store_maker *maker,
                    const struct CMUnitTest *own, size_t n);

/* For those: commits one change at the version that is stored. */
int store_suite_put(const struct msk_store *store, const char *key,
                    struct msk_bytes value, bool delayable);

/* Fails unless the value is stored under key; NULL: unless nothing is. */
void store_suite_expect(const struct msk_store *store, const char *key,
                        const char *value);

#endif
