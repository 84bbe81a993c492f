/* SPDX-License-Identifier: MIT */
#include "shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define WAIT_MS 20000

const char *shelf_adapter;
struct records *shelf;
static char path[64];

#ifdef HAVE_LIBPQ
#include <libpq-fe.h>

/* The server is the one of the environment (PGHOST, PGDATABASE). */
static void
empty_postgres(void)
{
    PGconn *conn = PQconnectdb("options='-c client_min_messages=warning'");

    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    PQclear(PQexec(conn, "DROP TABLE IF EXISTS subscriber, member, key_group,"
                         " lease, secret, job, repair, server"));
    PQfinish(conn);
}

static struct records *
open_postgres(char *why)
{
    return records_postgres("", RECORDS_FAILOVER_REFUSE, why);
}
#else
static void
empty_postgres(void)
{
}

static struct records *
open_postgres(char *why)
{
    (void)snprintf(why, RECORDS_WHY_MAX, "built without libpq");
    return NULL;
}
#endif

static bool
is(const char *adapter)
{
    return strcmp(shelf_adapter, adapter) == 0;
}

static struct records *
open_once(void)
{
    char why[RECORDS_WHY_MAX] = "";
    struct records *r;

    if (is("memory"))
        r = records_memory();
    else if (is("sqlite"))
        r = records_sqlite(path, why);
    else
        r = open_postgres(why);
    if (r == NULL)
        fail_msg("%s: %s", shelf_adapter, why);
    return r;
}

static void
remove_file(void)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    char name[80];

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

void
shelf_open(void)
{
    (void)snprintf(path, sizeof path, "records.%ld.db", (long)getpid());
    if (is("sqlite"))
        remove_file();
    if (is("postgres"))
        empty_postgres();
    shelf = open_once();
}

void
shelf_close(void)
{
    if (shelf != NULL)
        records_close(shelf);
    shelf = NULL;
    if (is("sqlite"))
        remove_file();
}

struct records *
shelf_other(void)
{
    return is("memory") ? NULL : open_once();
}

const char *
shelf_path(void)
{
    return path;
}

void
ask_all(struct records *r, struct records_request *q, size_t n)
{
    struct records_batch batch = { .requests = q, .n = n };

    if (!records_wait(r, &batch, WAIT_MS))
        fail_msg("%s: it takes too long: %s", shelf_adapter, records_why(r));
}

enum records_result
ask(struct records *r, struct records_request *q)
{
    ask_all(r, q, 1);
    if (q->result == RECORDS_FAILED)
        print_error("%s\n", records_why(r));
    return q->result;
}

struct msk_group_id
group_of(uint8_t domain, uint16_t group)
{
    return (struct msk_group_id){ { domain, 0, 0 }, group };
}

static size_t
put(uint8_t *out, const char *text)
{
    size_t n = strlen(text);

    memcpy(out, text, n);
    return n;
}

void
make_row(struct records_subscriber *row, const char *id, const char *btid,
         const char *packed)
{
    memset(row, 0, sizeof *row);
    row->id_n = put(row->id, id);
    row->btid_n = put(row->btid, btid);
    row->n = put(row->packed, packed);
    row->due = MSK_NEVER;
}

void
row_group(struct records_subscriber *row, struct msk_group_id group)
{
    row->regrouped = true;
    row->groups[row->n_groups++] = group;
}

enum records_result
save(struct records_subscriber *row)
{
    struct records_request q = { .kind = RECORDS_SAVE, .rows = row };

    return ask(shelf, &q);
}

static enum records_result
load_by(enum records_kind kind, const char *key, struct records_subscriber *row)
{
    struct records_request q = { .kind = kind,
                                 .key = msk_text(key),
                                 .rows = row };

    return ask(shelf, &q);
}

enum records_result
load(const char *id, struct records_subscriber *row)
{
    return load_by(RECORDS_BY_ID, id, row);
}

enum records_result
load_btid(const char *btid, struct records_subscriber *row)
{
    return load_by(RECORDS_BY_BTID, btid, row);
}

bool
row_says(const struct records_subscriber *row, const char *id,
         const char *packed)
{
    return row->id_n == strlen(id) && memcmp(row->id, id, row->id_n) == 0 &&
           row->n == strlen(packed) && memcmp(row->packed, packed, row->n) == 0;
}

void
pass(int ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

    (void)nanosleep(&t, NULL);
}
