/* SPDX-License-Identifier: MIT */
/*
 * Records in SQLite. A thread of its own takes all batches that wait, answers
 * what only reads, and commits all that writes in one transaction: while the
 * disk is at work the next ones gather.
 */
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sqlite_rows.h"

#define TOGETHER_MAX 1024 /* batches in a transaction: it ends some time */

struct sqlite {
    struct records records;
    struct rows rows; /* the thread's */
    bool barred;      /* the transaction at hand may change nothing */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t come;
    int event;                        /* something is in `done` */
    struct records_queue begun, done; /* these three under the lock */
    char why[RECORDS_WHY_MAX];
    bool quit;
    char told[RECORDS_WHY_MAX];
};

static struct sqlite *
of(struct records *records)
{
    return (struct sqlite *)(void *)records;
}

/* --- the thread ---------------------------------------------------------- */

static void
note_why(struct sqlite *s, const char *why)
{
    (void)pthread_mutex_lock(&s->lock);
    (void)snprintf(s->why, sizeof s->why, "%s", why);
    (void)pthread_mutex_unlock(&s->lock);
}

/* The event is there as long as something is in `done`. */
static void
hand_over(struct sqlite *s, struct records_batch *batch)
{
    uint64_t one = 1;

    (void)pthread_mutex_lock(&s->lock);
    if (s->done.first == NULL &&
        write(s->event, &one, sizeof one) != sizeof one)
        abort(); /* a counter of 64 bits is full */
    records_push(&s->done, batch);
    (void)pthread_mutex_unlock(&s->lock);
}

/* Whoever takes the repair up is not barred any more. */
static enum records_result
do_one(struct sqlite *s, struct records_request *q, bool writes)
{
    enum records_result result;

    if (writes && s->barred && q->kind != RECORDS_REPAIR) {
        note_why(s, RECORDS_BARRED);
        return RECORDS_FAILED;
    }
    result = rows_do(&s->rows, q);
    if (q->kind == RECORDS_REPAIR)
        s->barred = result != RECORDS_OK;
    return result;
}

/* Does all requests of one sort. False: the transaction is over. */
static bool
do_batch(struct sqlite *s, struct records_batch *batch, bool writes)
{
    bool fine = true;

    for (size_t i = 0; fine && i < batch->n; i++) {
        struct records_request *q = &batch->requests[i];

        if (records_is_write(q) != writes)
            continue;
        q->result = do_one(s, q, writes);
        fine = q->result != RECORDS_FAILED || !rows_broke(&s->rows);
    }
    return fine;
}

static bool
has_writes(const struct records_batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (records_is_write(&batch->requests[i]))
            return true;
    return false;
}

/* One transaction for all of them; false: nothing of it is there. */
static bool
do_together(struct sqlite *s, struct records_queue *all, bool writes)
{
    bool fine = rows_run(&s->rows, writes ? ROWS_BEGIN_WRITE : ROWS_BEGIN) &&
                (!writes || rows_look_barred(&s->rows, &s->barred));

    for (struct records_batch *b = all->first; fine && b != NULL; b = b->next)
        fine = do_batch(s, b, writes);
    fine = fine && rows_run(&s->rows, ROWS_COMMIT);
    if (fine && writes)
        rows_be_patient(&s->rows, true);
    if (fine)
        return true;
    note_why(s, sqlite3_errmsg(s->rows.db));
    if ((sqlite3_errcode(s->rows.db) & 0xFF) == SQLITE_BUSY)
        rows_be_patient(&s->rows, false);
    if (!sqlite3_get_autocommit(s->rows.db))
        (void)rows_run(&s->rows, ROWS_ROLLBACK);
    for (struct records_batch *b = all->first; b != NULL; b = b->next)
        records_judge(b, writes, RECORDS_FAILED);
    return false;
}

static void
work(struct sqlite *s, struct records_queue *all)
{
    struct records_queue writers = { NULL, NULL };
    struct records_batch *batch;

    (void)do_together(s, all, false);
    while ((batch = records_pop(all)) != NULL) {
        if (has_writes(batch))
            records_push(&writers, batch);
        else
            hand_over(s, batch);
    }
    if (writers.first != NULL)
        (void)do_together(s, &writers, true);
    while ((batch = records_pop(&writers)) != NULL)
        hand_over(s, batch);
}

static bool
take_begun(struct sqlite *s, struct records_queue *all)
{
    bool more;

    (void)pthread_mutex_lock(&s->lock);
    while (s->begun.first == NULL && !s->quit)
        (void)pthread_cond_wait(&s->come, &s->lock);
    for (int i = 0; i < TOGETHER_MAX && s->begun.first != NULL; i++)
        records_push(all, records_pop(&s->begun));
    more = !s->quit;
    (void)pthread_mutex_unlock(&s->lock);
    return more;
}

static void *
run_thread(void *user)
{
    struct sqlite *s = user;
    struct records_queue all = { NULL, NULL };

    while (take_begun(s, &all))
        work(s, &all);
    return NULL;
}

/* --- the caller's -------------------------------------------------------- */

static void
begin_batch(struct records *records, struct records_batch *batch)
{
    struct sqlite *s = of(records);

    (void)pthread_mutex_lock(&s->lock);
    records_push(&s->begun, batch);
    (void)pthread_cond_signal(&s->come);
    (void)pthread_mutex_unlock(&s->lock);
}

static int
get_fd(struct records *records, short *events)
{
    *events = POLLIN;
    return of(records)->event;
}

static void
run(struct records *records)
{
    struct sqlite *s = of(records);
    struct records_batch *batch;
    struct records_queue done;
    uint64_t n;

    (void)pthread_mutex_lock(&s->lock);
    done = s->done;
    s->done = (struct records_queue){ NULL, NULL };
    if (done.first != NULL && read(s->event, &n, sizeof n) != sizeof n)
        abort(); /* somebody else has read it */
    memcpy(s->told, s->why, sizeof s->told);
    (void)pthread_mutex_unlock(&s->lock);
    while ((batch = records_pop(&done)) != NULL)
        records_finish(batch);
}

static const char *
get_why(const struct records *records)
{
    return ((const struct sqlite *)(const void *)records)->told;
}

static void
close_all(struct records *records)
{
    struct sqlite *s = of(records);

    (void)pthread_mutex_lock(&s->lock);
    s->quit = true;
    (void)pthread_cond_signal(&s->come);
    (void)pthread_mutex_unlock(&s->lock);
    (void)pthread_join(s->thread, NULL);
    (void)pthread_cond_destroy(&s->come);
    (void)pthread_mutex_destroy(&s->lock);
    (void)close(s->event);
    rows_close(&s->rows);
    free(s);
}

static const struct records_ops ops = { .begin = begin_batch,
                                        .fd = get_fd,
                                        .run = run,
                                        .close = close_all,
                                        .why = get_why };

static struct records *
give_up(struct sqlite *s, char *why, const char *reason)
{
    (void)snprintf(why, RECORDS_WHY_MAX, "%s", reason);
    rows_close(&s->rows);
    if (s->event >= 0)
        (void)close(s->event);
    free(s);
    return NULL;
}

/* The file holds keys: it is its owner's alone. */
static bool
open_private(struct rows *rows, const char *path)
{
    mode_t mask = umask(077);
    bool fine = rows_open(rows, path);

    (void)umask(mask);
    return fine;
}

struct records *
records_sqlite(const char *path, char *why)
{
    struct sqlite *s = calloc(1, sizeof *s);

    (void)snprintf(why, RECORDS_WHY_MAX, "no memory");
    if (s == NULL)
        return NULL;
    s->records.ops = &ops;
    s->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!open_private(&s->rows, path))
        return give_up(s, why, sqlite3_errmsg(s->rows.db));
    if (s->event < 0 || pthread_mutex_init(&s->lock, NULL) != 0)
        return give_up(s, why, "no event, or no lock");
    if (pthread_cond_init(&s->come, NULL) != 0 ||
        pthread_create(&s->thread, NULL, run_thread, s) != 0)
        return give_up(s, why, "no thread");
    return &s->records;
}

struct records *
records_memory(void)
{
    char why[RECORDS_WHY_MAX];

    return records_sqlite(":memory:", why);
}
