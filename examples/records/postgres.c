/* SPDX-License-Identifier: MIT */
/*
 * Records in PostgreSQL, over two connections: one reads, so that no load waits
 * for a sync, and one writes.
 */
#include "postgres.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define OPEN_TURNS 50 /* of OPEN_MS, for the first statements */
#define OPEN_MS 100

static struct postgres *
of(struct records *records)
{
    return (struct postgres *)(void *)records;
}

void
postgres_settle(struct postgres *p, struct records_batch *batch)
{
    if (--batch->open == 0)
        records_push(&p->over, batch);
}

static void
fail(struct postgres *p, struct records_batch *batch, bool writes)
{
    size_t n = 0;

    records_judge(batch, writes, RECORDS_FAILED);
    for (size_t i = 0; i < batch->n; i++)
        n += records_is_write(&batch->requests[i]) == writes ? 1 : 0;
    for (; n > 0; n--)
        postgres_settle(p, batch);
}

/* --- reading ------------------------------------------------------------- */

static void
send_reads(struct postgres *p, struct records_batch *batch)
{
    bool fine = true, sent = false;

    for (size_t i = 0; i < batch->n; i++) {
        const struct op op = { OP_REQUEST, batch, &batch->requests[i] };

        if (records_is_write(op.request))
            continue;
        fine = fine && request_send(&p->reads, &op);
        sent |= fine;
        if (fine)
            continue;
        op.request->result = RECORDS_FAILED;
        postgres_settle(p, batch);
    }
    if (sent && !link_sync(&p->reads))
        link_drop(&p->reads, "no memory");
}

static void
take_read(void *user, const struct op *op, const PGresult *res)
{
    if (op->kind != OP_REQUEST)
        return;
    op->request->result =
        res != NULL ? request_take(op->request, res) : RECORDS_FAILED;
    postgres_settle(user, op->batch);
}

/* --- the caller's -------------------------------------------------------- */

static void
begin_batch(struct records *records, struct records_batch *batch)
{
    struct postgres *p = of(records);
    bool writes = false;

    batch->open = batch->n;
    for (size_t i = 0; i < batch->n; i++)
        writes |= records_is_write(&batch->requests[i]);
    if (batch->n == 0)
        records_push(&p->over, batch);
    else if (writes && p->writes.state == LINK_READY)
        records_push(&p->waiting, batch);
    else if (writes)
        fail(p, batch, true);
    if (batch->n > 0 && batch->open > 0)
        send_reads(p, batch);
}

/* What has come together since, before anybody sleeps. */
static void
send_all(struct postgres *p)
{
    if (p->n == 0 && p->writes.state == LINK_READY)
        postgres_send(p);
    link_flush(&p->reads);
    link_flush(&p->writes);
}

static int
get_fd(struct records *records, short *events)
{
    send_all(of(records));
    *events = POLLIN;
    return of(records)->epoll;
}

static void
run(struct records *records)
{
    struct postgres *p = of(records);
    struct records_batch *batch;
    struct records_queue over;

    link_run(&p->reads, take_read, p);
    link_run(&p->writes, postgres_take, p);
    while (p->writes.state != LINK_READY &&
           (batch = records_pop(&p->waiting)) != NULL)
        fail(p, batch, true);
    over = p->over;
    p->over = (struct records_queue){ NULL, NULL };
    while ((batch = records_pop(&over)) != NULL)
        records_finish(batch);
    send_all(p);
}

static const char *
get_why(const struct records *records)
{
    const struct postgres *p = (const struct postgres *)(const void *)records;

    return p->writes.why[0] != '\0' ? p->writes.why : p->reads.why;
}

static void
close_all(struct records *records)
{
    struct postgres *p = of(records);

    link_close(&p->reads);
    link_close(&p->writes);
    (void)close(p->epoll);
    free(p->block);
    free(p);
}

static const struct records_ops ops = { .begin = begin_batch,
                                        .fd = get_fd,
                                        .run = run,
                                        .close = close_all,
                                        .why = get_why };

static bool
is_ready(struct postgres *p)
{
    struct pollfd fd = { .fd = p->epoll, .events = POLLIN };

    for (int i = 0; i < OPEN_TURNS; i++) {
        run(&p->records);
        if (p->reads.state == LINK_READY && p->writes.state == LINK_READY)
            return true;
        if (p->reads.state == LINK_DOWN || p->writes.state == LINK_DOWN)
            return false;
        (void)poll(&fd, 1, OPEN_MS);
    }
    return false;
}

struct records *
records_postgres(const char *conninfo, enum records_failover failover,
                 char *why)
{
    struct postgres *p = calloc(1, sizeof *p);

    (void)snprintf(why, RECORDS_WHY_MAX, "no memory");
    if (p == NULL)
        return NULL;
    p->records.ops = &ops;
    p->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (p->epoll >= 0 && link_open(&p->reads, conninfo, failover, p->epoll) &&
        link_open(&p->writes, conninfo, failover, p->epoll) && is_ready(p))
        return &p->records;
    (void)snprintf(why, RECORDS_WHY_MAX, "%s", get_why(&p->records));
    close_all(&p->records);
    return NULL;
}
