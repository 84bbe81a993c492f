/* SPDX-License-Identifier: MIT */
#include "store.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "../hosts/private.h"
#include "loop.h"

#define START_MS 100 /* at most, before the store is asked again */

/* What stands behind a word, or NULL. */
static const char *
behind(const char *name, const char *word)
{
    size_t n = strlen(word);

    return strncmp(name, word, n) == 0 ? name + n : NULL;
}

static struct records *
open_postgres(const char *conninfo, enum records_failover failover, char *why)
{
#ifdef HAVE_LIBPQ
    return records_postgres(conninfo, failover, why);
#else
    (void)conninfo;
    (void)failover;
    (void)snprintf(why, RECORDS_WHY_MAX, "this is built without libpq");
    return NULL;
#endif
}

static struct records *
open_sqlite(const char *path, char *why)
{
    if (private_make(path))
        return records_sqlite(path, why);
    why[0] = '\0'; /* it was told */
    return NULL;
}

bool
store_open(struct store *store, const char *name,
           enum records_failover failover)
{
    const char *postgres = behind(name, "postgres:");
    const char *sqlite = behind(name, "sqlite:");

    memset(store, 0, sizeof *store);
    if (strcmp(name, "memory") == 0)
        store->records = records_memory();
    else if (postgres != NULL)
        store->records = open_postgres(postgres, failover, store->why);
    else
        store->records =
            open_sqlite(sqlite != NULL ? sqlite : name, store->why);
    if (store->records == NULL && store->why[0] != '\0')
        (void)fprintf(stderr, "%s: %s\n", postgres != NULL ? "store" : name,
                      store->why);
    return store->records != NULL;
}

void
store_close(struct store *store)
{
    if (store->records != NULL)
        records_close(store->records);
    store->records = NULL;
}

void
store_note(struct store *store, const struct records_batch *batch)
{
    store->fails = false;
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->requests[i].result != RECORDS_FAILED)
            continue;
        store->fails = true;
        store->failures++;
    }
    if (store->fails)
        (void)snprintf(store->why, sizeof store->why, "%s",
                       records_why(store->records));
}

bool
store_do(struct host *h, struct records_request *requests, size_t n)
{
    static struct records_batch batch; /* the loop waits for one alone */
    struct store *store = &h->store;

    batch = (struct records_batch){ .requests = requests, .n = n };
    records_begin(store->records, &batch);
    while (!batch.over && h->serves)
        loop_turn(h);
    while (!batch.over) {
        struct pollfd fd = { .fd = -1 };

        fd.fd = records_fd(store->records, &fd.events);
        (void)poll(&fd, 1, START_MS);
        records_run(store->records);
    }
    store_note(store, &batch);
    return !store->fails;
}

enum records_result
store_ask(struct host *h, struct records_request *request)
{
    (void)store_do(h, request, 1);
    return request->result;
}
