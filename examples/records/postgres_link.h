/* SPDX-License-Identifier: MIT */
/*
 * postgres_link.h - a connection to PostgreSQL in pipeline mode: statements
 * are sent one after the other, and their results come in that order. It
 * connects again by itself.
 */
#ifndef RECORDS_POSTGRES_LINK_H
#define RECORDS_POSTGRES_LINK_H

#include <libpq-fe.h>

#include "adapter.h"

/* What was sent. */
enum op_kind {
    OP_PREPARE,
    OP_LOOK,    /* which server is it? */
    OP_WAITS,   /* does it still wait for a standby? */
    OP_REQUEST, /* `request` */
    OP_BEGIN,
    OP_BARRED, /* is the store somebody else's to repair? */
    OP_COMMIT, /* of `request`; NULL: of many */
    OP_SYNC
};

struct op {
    enum op_kind kind;
    struct records_batch *batch;
    struct records_request *request;
};

enum link_state { LINK_DOWN, LINK_CONNECTS, LINK_PREPARES, LINK_READY };

#define LINK_MARK_MAX 48
#define LINK_LOCK_MS "5000" /* that a lock on a table is waited for */

struct link {
    PGconn *conn;
    enum records_failover failover;
    char mark[LINK_MARK_MAX]; /* of the server that was taken last */
    enum link_state state;
    unsigned lives; /* how often it was made again */
    int64_t retry;  /* monotonic ms: connect again then */
    int64_t heard;  /* when it last said something, or was asked first */
    bool flush;     /* octets wait for the socket */
    int epoll, watched;
    struct op *ops; /* a ring */
    size_t cap, first, n;
    bool lost; /* results that were awaited never come; link_run says so */
    char why[RECORDS_WHY_MAX];
};

/* A result of an op; NULL: the connection is gone, and with it the result. */
typedef void link_result(void *user, const struct op *op, const PGresult *res);

/* Connects, and waits for it; makes the tables. False: link->why. Then it has
 * to be run until it is LINK_READY; LINK_DOWN: the server is not taken. */
bool link_open(struct link *link, const char *conninfo,
               enum records_failover failover, int epoll);
void link_close(struct link *link);

/* Sends. False: no memory, or it is not there; nothing comes of the op. */
bool link_send(struct link *link, const struct op *op, const char *statement,
               int n, const char *const values[], const int lengths[]);
/* The same for one without parameters that is not prepared. */
bool link_send_text(struct link *link, const struct op *op, const char *sql);
bool link_sync(struct link *link);

/* Writes what was sent, as far as the socket takes it; the rest goes out in
 * link_run, for which it is woken. */
void link_flush(struct link *link);

/* Gives it up: what was sent has no result. */
void link_drop(struct link *link, const char *why);

/* Connects, sends, and hands over the results that came. */
void link_run(struct link *link, link_result *result, void *user);

/* postgres_look.c: drops the link unless this server is one to be taken. */
void link_look_at(struct link *link, const PGresult *res);

/* The same for what it waits for now, by the statement "waits". */
void link_look_again(struct link *link, const PGresult *res);

/* postgres_tables.c: makes those that are missing; PQerrorMessage says why it
 * could not. */
bool link_make_tables(PGconn *conn);

/* postgres_text.c: the statements. */
/* By enum records_failover. Which server the store was on last, after this;
 * which one this is; for which standbys it waits. */
extern const char *const link_look[];
struct statement {
    const char *name, *sql;
};
extern const struct statement link_statements[];
extern const size_t link_statements_n;

#endif
