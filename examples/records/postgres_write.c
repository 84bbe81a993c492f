/* SPDX-License-Identifier: MIT */
/*
 * Writing to PostgreSQL: one transaction at a time, and what comes meanwhile
 * goes into the next one. If somebody else was in the way of one request, so
 * that the server gave the transaction up, each is done again alone.
 */
#include "postgres.h"

#include <stdlib.h>
#include <string.h>

#define TOGETHER_MAX 1024 /* requests in a transaction, and a batch more */

static bool
add(struct postgres *p, struct records_batch *batch,
    struct records_request *request)
{
    if (p->n == p->cap) {
        size_t cap = p->cap > 0 ? 2 * p->cap : 64;
        struct write *block = realloc(p->block, cap * sizeof *block);

        if (block == NULL)
            return false;
        p->block = block;
        p->cap = cap;
    }
    p->block[p->n++] = (struct write){ batch, request };
    return true;
}

static int
compare_octets(struct msk_bytes a, struct msk_bytes b)
{
    int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int
compare_groups(const struct msk_group_id *a, const struct msk_group_id *b)
{
    int order = memcmp(a->domain, b->domain, sizeof a->domain);

    return order != 0 ? order : (a->group > b->group) - (a->group < b->group);
}

static int
compare_jobs(const struct records_job *a, const struct records_job *b)
{
    int order = memcmp(a->id, b->id, sizeof a->id);

    return order != 0 ? order : (a->part > b->part) - (a->part < b->part);
}

/* What it locks is in this order; a claim waits for no lock, and is last. A
 * repair that begins is first, since without it nothing else may be. */
static int
rank(const struct records_request *q)
{
    if (q->kind == RECORDS_REPAIR)
        return 0;
    return q->kind == RECORDS_CLAIM ? RECORDS_LOOK_REPAIR : (int)q->kind;
}

/* All transactions lock in one order, so that none waits for another one that
 * waits for it. */
static int
compare_writes(const void *a, const void *b)
{
    const struct records_request *x = ((const struct write *)a)->request;
    const struct records_request *y = ((const struct write *)b)->request;

    if (x->kind != y->kind)
        return rank(x) - rank(y);
    if (x->kind == RECORDS_SAVE)
        return compare_octets((struct msk_bytes){ x->rows->id, x->rows->id_n },
                              (struct msk_bytes){ y->rows->id, y->rows->id_n });
    if (x->kind == RECORDS_SAVE_GROUP)
        return compare_groups(&x->group_row->id, &y->group_row->id);
    if (x->kind == RECORDS_SAVE_JOB)
        return compare_jobs(x->job, y->job);
    return x->job != NULL || x->note != NULL || x->kind == RECORDS_CLAIM
               ? 0
               : compare_octets(x->key, y->key);
}

/* Whoever takes the standbys away while the connection stays takes the promise
 * away: each transaction asks before it writes. */
static bool
send_waits(struct postgres *p)
{
    const struct op waits = { .kind = OP_WAITS };

    return p->writes.failover != RECORDS_FAILOVER_SYNCHRONOUS ||
           link_send(&p->writes, &waits, "waits", 0, NULL, NULL);
}

/* What a transaction looks at is what is there when it looks, also after it has
 * waited for a repair to begin. */
#define BEGIN "BEGIN ISOLATION LEVEL READ COMMITTED"

/* One transaction of n writes. COMMIT stands after a sync: after an error it
 * is not skipped, and rolls back. */
static bool
send_transaction(struct postgres *p, const struct write *writes, size_t n)
{
    const struct op begin = { .kind = OP_BEGIN };
    const struct op commit = { OP_COMMIT, NULL,
                               p->n > n ? writes->request : NULL };
    bool fine = link_send_text(&p->writes, &begin, BEGIN) && send_waits(p) &&
                repair_send(p, writes->request);

    for (size_t i = 0; fine && i < n; i++) {
        const struct op op = { OP_REQUEST, writes[i].batch, writes[i].request };

        fine = request_send(&p->writes, &op);
    }
    return fine && link_sync(&p->writes) &&
           link_send_text(&p->writes, &commit, "COMMIT") &&
           link_sync(&p->writes);
}

static void
end_write(struct postgres *p, const struct write *w, enum records_result result)
{
    w->request->result = result;
    repair_note(p, w->request);
    p->open--;
    postgres_settle(p, w->batch);
}

static void
lose_block(struct postgres *p)
{
    for (size_t i = 0; p->open > 0 && i < p->n; i++)
        if (p->block[i].batch != NULL)
            end_write(p, &p->block[i], RECORDS_FAILED);
    p->n = p->open = 0;
}

void
postgres_send(struct postgres *p)
{
    struct records_batch *batch;

    while (p->n < TOGETHER_MAX && (batch = records_pop(&p->waiting)) != NULL)
        for (size_t i = 0; i < batch->n; i++) {
            if (!records_is_write(&batch->requests[i]))
                continue;
            if (add(p, batch, &batch->requests[i]))
                continue;
            batch->requests[i].result = RECORDS_FAILED;
            postgres_settle(p, batch);
        }
    if (p->n == 0)
        return;
    p->open = p->n;
    p->conflict = false;
    qsort(p->block, p->n, sizeof *p->block, compare_writes);
    if (!send_transaction(p, p->block, p->n))
        link_drop(&p->writes, "it cannot be sent");
}

/* After a conflict that ended the transaction of all. */
static void
send_alone(struct postgres *p)
{
    p->conflict = false;
    for (size_t i = 0; i < p->n; i++)
        if (!send_transaction(p, &p->block[i], 1)) {
            link_drop(&p->writes, "it cannot be sent");
            return;
        }
}

/* The result of a write in a transaction that ended like that. */
static enum records_result
final_result(enum records_result result, enum records_result transaction)
{
    return transaction == RECORDS_OK || result == RECORDS_CONFLICT
               ? result
               : transaction;
}

static void
end_block(struct postgres *p, enum records_result transaction)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct write *w = &p->block[i];

        end_write(p, w, final_result(w->request->result, transaction));
    }
    p->n = 0;
}

static void
end_alone(struct postgres *p, const struct records_request *q,
          enum records_result transaction)
{
    for (size_t i = 0; i < p->n; i++) {
        struct write *w = &p->block[i];

        if (w->request != q || w->batch == NULL)
            continue;
        end_write(p, w, final_result(q->result, transaction));
        w->batch = NULL;
    }
    if (p->open == 0)
        p->n = 0;
}

/* COMMIT of a transaction in which something failed says ROLLBACK. */
static enum records_result
committed(const PGresult *res)
{
    if (PQresultStatus(res) == PGRES_FATAL_ERROR)
        return request_error(res);
    return PQresultStatus(res) == PGRES_COMMAND_OK &&
                   strcmp(PQcmdStatus((PGresult *)(uintptr_t)res), "COMMIT") ==
                       0
               ? RECORDS_OK
               : RECORDS_FAILED;
}

static void
take_commit(struct postgres *p, const struct op *op, const PGresult *res)
{
    enum records_result transaction = committed(res);

    p->conflict |= transaction == RECORDS_CONFLICT;
    if (op->request != NULL)
        end_alone(p, op->request, transaction);
    else if (transaction != RECORDS_OK && p->conflict && p->n > 1)
        send_alone(p);
    else
        end_block(p, transaction);
}

/* A server that follows another one now takes no writes: look for the one that
 * does. */
static bool
is_demoted(const PGresult *res)
{
    const char *code = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    return code != NULL && strcmp(code, "25006") == 0;
}

void
postgres_take(void *user, const struct op *op, const PGresult *res)
{
    struct postgres *p = user;

    if (res == NULL) {
        lose_block(p);
    } else if (op->kind == OP_REQUEST) {
        op->request->result = request_take(op->request, res);
        if (PQresultStatus(res) == PGRES_FATAL_ERROR &&
            op->request->result == RECORDS_CONFLICT)
            p->conflict = true;
        if (is_demoted(res))
            link_drop(&p->writes, "the server is no primary any more");
    } else if (op->kind == OP_BARRED) {
        repair_take_barred(p, res);
    } else if (op->kind == OP_COMMIT) {
        take_commit(p, op, res);
    }
}
