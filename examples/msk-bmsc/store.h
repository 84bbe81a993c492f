/* SPDX-License-Identifier: MIT */
/* store.h - the records of msk-bmsc (examples/records), and what became of what
 * was asked of them. */
#ifndef MSK_BMSC_STORE_H
#define MSK_BMSC_STORE_H

#include "../records/records.h"

struct host;

struct store {
    struct records *records;
    bool fails;                /* the last batch did, or a part of it */
    uint64_t failures;         /* since the start */
    char why[RECORDS_WHY_MAX]; /* the last one */
};

/* Opens what --store names: a file, sqlite:FILE, postgres:CONNINFO, memory.
 * False: the reason was told. */
bool store_open(struct store *store, const char *name,
                enum records_failover failover);
void store_close(struct store *store);

/* Remembers what failed in a batch that is over. */
void store_note(struct store *store, const struct records_batch *batch);

/* Does requests and waits for them; others are served meanwhile. Not for what
 * is called in a round. False: one of them failed. */
bool store_do(struct host *h, struct records_request *requests, size_t n);
/* The same for one. */
enum records_result store_ask(struct host *h, struct records_request *request);

#endif
