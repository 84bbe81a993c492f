/* SPDX-License-Identifier: MIT */
#include "postgres_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#define RETRY_MS 500
#define SILENCE_MS 10000 /* of a server, while something is asked */

static int64_t
clock_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
note_why(struct link *link, const char *why)
{
    (void)snprintf(link->why, sizeof link->why, "%s", why);
    link->why[strcspn(link->why, "\n")] = '\0';
}

/* --- ops ----------------------------------------------------------------- */

static bool
push(struct link *link, const struct op *op)
{
    if (link->n == link->cap) {
        size_t cap = link->cap > 0 ? 2 * link->cap : 64;
        struct op *ops = malloc(cap * sizeof *ops);

        if (ops == NULL)
            return false;
        for (size_t i = 0; i < link->n; i++)
            ops[i] = link->ops[(link->first + i) % link->cap];
        free(link->ops);
        link->ops = ops;
        link->cap = cap;
        link->first = 0;
    }
    if (link->n == 0)
        link->heard = clock_ms();
    link->ops[(link->first + link->n++) % link->cap] = *op;
    return true;
}

static struct op
pop(struct link *link)
{
    struct op op = link->ops[link->first];

    link->first = (link->first + 1) % link->cap;
    link->n--;
    return op;
}

/* --- the connection ------------------------------------------------------ */

/* What to wait for of the socket, which may be another one than before. */
static void
watch(struct link *link, uint32_t events)
{
    struct epoll_event e = { .events = events };
    int fd = link->conn != NULL ? PQsocket(link->conn) : -1;

    if (link->watched >= 0 && link->watched != fd)
        (void)epoll_ctl(link->epoll, EPOLL_CTL_DEL, link->watched, &e);
    link->watched = fd;
    if (fd >= 0 && epoll_ctl(link->epoll, EPOLL_CTL_MOD, fd, &e) != 0)
        (void)epoll_ctl(link->epoll, EPOLL_CTL_ADD, fd, &e);
}

void
link_drop(struct link *link, const char *why)
{
    struct epoll_event none = { .events = 0 };

    note_why(link, why);
    if (link->watched >= 0)
        (void)epoll_ctl(link->epoll, EPOLL_CTL_DEL, link->watched, &none);
    link->watched = -1;
    link->state = LINK_DOWN;
    link->retry = clock_ms() + RETRY_MS;
    link->lost = true;
}

static void
drop(struct link *link)
{
    link_drop(link, PQerrorMessage(link->conn));
}

static bool
send_prepares(struct link *link)
{
    const struct op op = { .kind = OP_PREPARE }, look = { .kind = OP_LOOK };

    if (PQsetnonblocking(link->conn, 1) != 0 ||
        PQenterPipelineMode(link->conn) != 1)
        return false;
    for (size_t i = 0; i < link_statements_n; i++)
        if (PQsendPrepare(link->conn, link_statements[i].name,
                          link_statements[i].sql, 0, NULL) != 1 ||
            !push(link, &op))
            return false;
    if (PQsendQueryParams(link->conn, link_look[link->failover], 0, NULL, NULL,
                          NULL, NULL, 1) != 1 ||
        !push(link, &look))
        return false;
    link->state = LINK_PREPARES;
    return link_sync(link);
}

/* Only where writes go; a server that follows another one is none. */
static bool
make_tables(struct link *link)
{
    PGresult *res = PQexec(link->conn, "SELECT pg_is_in_recovery()");
    bool fine = PQresultStatus(res) == PGRES_TUPLES_OK &&
                strcmp(PQgetvalue(res, 0, 0), "f") == 0;

    note_why(link, fine ? "" : "the server is no primary");
    PQclear(res);
    if (!fine)
        return false;
    fine = link_make_tables(link->conn);
    if (!fine)
        note_why(link, PQerrorMessage(link->conn));
    return fine;
}

static void
ignore_notice(void *user, const PGresult *res)
{
    (void)user;
    (void)res;
}

bool
link_open(struct link *link, const char *conninfo,
          enum records_failover failover, int epoll)
{
    const char *const words[] = { "dbname", "target_session_attrs",
                                  "client_encoding", NULL };
    const char *const values[] = { conninfo, "read-write", "UTF8", NULL };

    memset(link, 0, sizeof *link);
    link->failover = failover;
    link->epoll = epoll;
    link->watched = -1;
    link->conn = PQconnectdbParams(words, values, 1);
    if (PQstatus(link->conn) != CONNECTION_OK) {
        note_why(link, PQerrorMessage(link->conn));
        return false;
    }
    (void)PQsetNoticeReceiver(link->conn, ignore_notice, NULL);
    if (!make_tables(link))
        return false;
    if (!send_prepares(link)) {
        note_why(link, PQerrorMessage(link->conn));
        return false;
    }
    watch(link, EPOLLIN | EPOLLOUT);
    return true;
}

void
link_close(struct link *link)
{
    PQfinish(link->conn);
    free(link->ops);
}

static void
connect_again(struct link *link)
{
    if (clock_ms() < link->retry)
        return;
    link->state = LINK_CONNECTS;
    link->retry = clock_ms() + 20 * RETRY_MS; /* a server that says nothing */
    if (PQresetStart(link->conn) != 1)
        drop(link);
    else
        watch(link, EPOLLOUT);
}

static void
go_on_connecting(struct link *link)
{
    switch (PQresetPoll(link->conn)) {
    case PGRES_POLLING_READING: watch(link, EPOLLIN); break;
    case PGRES_POLLING_WRITING: watch(link, EPOLLOUT); break;
    case PGRES_POLLING_OK:
        link->lives++;
        if (!send_prepares(link))
            drop(link);
        return;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE: drop(link); return;
    }
    if (clock_ms() >= link->retry)
        drop(link);
}

/* --- sending ------------------------------------------------------------- */

bool
link_send(struct link *link, const struct op *op, const char *statement, int n,
          const char *const values[], const int lengths[])
{
    static const int binary[16] = { 1, 1, 1, 1, 1, 1, 1, 1,
                                    1, 1, 1, 1, 1, 1, 1, 1 };

    return link->state == LINK_READY &&
           PQsendQueryPrepared(link->conn, statement, n, values, lengths,
                               binary, 1) == 1 &&
           push(link, op);
}

bool
link_send_text(struct link *link, const struct op *op, const char *sql)
{
    return link->state == LINK_READY &&
           PQsendQueryParams(link->conn, sql, 0, NULL, NULL, NULL, NULL, 1) ==
               1 &&
           push(link, op);
}

bool
link_sync(struct link *link)
{
    const struct op op = { .kind = OP_SYNC };

    return link->state >= LINK_PREPARES && PQpipelineSync(link->conn) == 1 &&
           push(link, &op);
}

void
link_flush(struct link *link)
{
    int left;

    if (link->state < LINK_PREPARES)
        return;
    left = PQflush(link->conn);
    if (left < 0)
        drop(link);
    else
        watch(link, left > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* --- results ------------------------------------------------------------- */

static void
take_prepared(struct link *link, const PGresult *res)
{
    if (PQresultStatus(res) != PGRES_COMMAND_OK)
        drop(link);
}

/* One result, or the end of those of an op. */
static void
take_one(struct link *link, link_result *result, void *user)
{
    PGresult *res = PQgetResult(link->conn);
    const struct op *op = &link->ops[link->first];

    link->heard = clock_ms();
    if (res == NULL) { /* no more of this one */
        if (op->kind != OP_SYNC)
            (void)pop(link);
        return;
    }
    if (PQresultStatus(res) == PGRES_PIPELINE_SYNC) {
        struct op sync = pop(link);

        if (link->state == LINK_PREPARES)
            link->state = LINK_READY;
        else
            result(user, &sync, res);
    } else if (op->kind == OP_PREPARE)
        take_prepared(link, res);
    else if (op->kind == OP_LOOK)
        link_look_at(link, res);
    else if (op->kind == OP_WAITS)
        link_look_again(link, res);
    else
        result(user, op, res);
    PQclear(res);
}

static void
lose_all(struct link *link, link_result *result, void *user)
{
    link->lost = false;
    while (link->n > 0) {
        struct op op = pop(link);

        result(user, &op, NULL);
    }
}

static void
exchange(struct link *link, link_result *result, void *user)
{
    int left = PQflush(link->conn);

    if (left < 0 || PQconsumeInput(link->conn) != 1) {
        drop(link);
        return;
    }
    while (link->n > 0 && !link->lost && PQisBusy(link->conn) == 0)
        take_one(link, result, user);
    if (PQstatus(link->conn) == CONNECTION_BAD)
        drop(link);
    else if (link->n > 0 && clock_ms() - link->heard >= SILENCE_MS)
        link_drop(link, "the server is silent");
    else
        watch(link, left > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void
link_run(struct link *link, link_result *result, void *user)
{
    switch (link->state) {
    case LINK_DOWN: connect_again(link); break;
    case LINK_CONNECTS: go_on_connecting(link); break;
    case LINK_PREPARES:
    case LINK_READY: exchange(link, result, user); break;
    }
    if (link->lost)
        lose_all(link, result, user);
}
