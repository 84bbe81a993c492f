/* SPDX-License-Identifier: MIT */
/* postgres.h - inside of the adapter for PostgreSQL. */
#ifndef RECORDS_POSTGRES_H
#define RECORDS_POSTGRES_H

#include "postgres_rows.h"

struct write {
    struct records_batch *batch;
    struct records_request *request;
};

struct postgres {
    struct records records;
    int epoll;
    struct link reads, writes;
    struct records_queue waiting; /* have writes to be sent */
    struct records_queue over;    /* done, and not told yet */
    struct write *block;          /* in the transaction under way */
    size_t n, cap, open;          /* open: without a final result */
    bool conflict;                /* why it failed, if it did */
};

/* One request of a batch has its final result. */
void postgres_settle(struct postgres *p, struct records_batch *batch);

/* Sends what waits as one transaction; none may be under way. */
void postgres_send(struct postgres *p);

/* Takes what the server says to it: a link_result. */
void postgres_take(void *user, const struct op *op, const PGresult *res);

#endif
