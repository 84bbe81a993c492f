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
    struct records_queue waiting;      /* have writes to be sent */
    struct records_queue over;         /* done, and not told yet */
    struct write *block;               /* in the transaction under way */
    size_t n, cap, open;               /* open: without a final result */
    bool conflict;                     /* why it failed, if it did */
    uint8_t repairs[RECORDS_NAME_MAX]; /* who repairs the store from here */
    size_t repairs_n;                  /* 0: nobody */
    unsigned repairs_life;             /* of the link that writes */
};

/* postgres_repair.c: the first words of a transaction whose first request is
 * that one: if the store is somebody else's to repair it fails. */
bool repair_send(struct postgres *p, const struct records_request *first);
/* What the server says to that, */
void repair_take_barred(struct postgres *p, const PGresult *res);
/* and a write with its final result. */
void repair_note(struct postgres *p, const struct records_request *q);

/* One request of a batch has its final result. */
void postgres_settle(struct postgres *p, struct records_batch *batch);

/* Sends what waits as one transaction; none may be under way. */
void postgres_send(struct postgres *p);

/* Takes what the server says to it: a link_result. */
void postgres_take(void *user, const struct op *op, const PGresult *res);

#endif
