/* SPDX-License-Identifier: MIT */
/* lstat and others, also where the compiler is asked for C alone. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "store_sqlite_db.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)
#define APPLICATION 1297304403 /* "MSKS" */
#define VERSION 1

/* Nobody else may have it open: then the log needs no shared memory. */
static const char alone[] = "PRAGMA locking_mode=EXCLUSIVE;"
                            "PRAGMA temp_store=MEMORY;"
                            "PRAGMA trusted_schema=OFF;";

static const char durable[] = "PRAGMA synchronous=FULL;"
                              "PRAGMA secure_delete=ON;"
                              "PRAGMA wal_autocheckpoint=64;";

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE record(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL,"
    " version INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE last(version INTEGER NOT NULL);"
    "INSERT INTO last VALUES(0);"
    "PRAGMA application_id=" NUMBER(APPLICATION) ";"
                                                 "PRAGMA user_version=" NUMBER(
                                                     VERSION) ";"
                                                              "COMMIT;";

int
store_sqlite_db_error(int code)
{
    switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return MSK_OK;
    case SQLITE_FULL: return MSK_ERR_LIMIT;
    case SQLITE_BUSY: return MSK_ERR_BUSY;
    case SQLITE_ERROR: /* another table, another column */
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return MSK_ERR_RECORD;
    default: return MSK_ERR_STORE;
    }
}

int
store_sqlite_db_execute(struct store_sqlite *s, const char *text)
{
    return store_sqlite_db_error(sqlite3_exec(s->db, text, NULL, NULL, NULL));
}

int
store_sqlite_db_ask(struct store_sqlite *s, const char *text,
                    sqlite3_int64 *answer)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(s->db, text, -1, &statement, NULL);

    if (code != SQLITE_OK)
        return store_sqlite_db_error(code);
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *answer = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW ? MSK_OK : store_sqlite_db_error(code);
}

/* Whose database is it? *fresh: nothing was ever done with it. */
static int
identify(struct store_sqlite *s, bool *fresh)
{
    sqlite3_int64 application = 0, version = 0, tables = 0, whole = 0;
    int err = store_sqlite_db_ask(s, "PRAGMA application_id", &application);

    if (err == MSK_OK)
        err = store_sqlite_db_ask(s, "PRAGMA user_version", &version);
    if (err == MSK_OK)
        err = store_sqlite_db_ask(s, "SELECT count(*) FROM sqlite_master",
                                  &tables);
    *fresh = application == 0 && version == 0 && tables == 0;
    if (err != MSK_OK || *fresh)
        return err;
    if (application != APPLICATION || version != VERSION)
        return MSK_ERR_RECORD;
    err = store_sqlite_db_ask(
        s, "SELECT quick_check='ok' FROM pragma_quick_check", &whole);
    if (err == MSK_OK && whole == 1)
        err = store_sqlite_db_ask(s, "SELECT count(*) FROM last", &whole);
    return err == MSK_OK && whole != 1 ? MSK_ERR_RECORD : err;
}

/* Only the log and the schema are remembered in the database; the rest is
 * said each time. */
int
store_sqlite_db_set_up(struct store_sqlite *s, bool fresh, int pages)
{
    char limit[48] = "PRAGMA max_page_count=2147483646";
    sqlite3_int64 set = 0;
    int err;

    if (pages > 0)
        (void)snprintf(limit, sizeof limit, "PRAGMA max_page_count=%d", pages);
    err = store_sqlite_db_ask(s, limit, &set);
    if (err == MSK_OK)
        err = store_sqlite_db_ask(s, "PRAGMA journal_mode=WAL", &set);
    if (err == MSK_OK)
        err = store_sqlite_db_ask(
            s, "SELECT journal_mode='wal' FROM pragma_journal_mode", &set);
    if (err == MSK_OK && set != 1)
        err = MSK_ERR_STORE;
    if (err == MSK_OK)
        err = store_sqlite_db_execute(s, durable);
    if (err == MSK_OK && fresh)
        err = store_sqlite_db_execute(s, schema);
    return err;
}

/* One that is there is not opened: to close it again would give away the locks
 * of a connection that this process has to it. */
bool
store_sqlite_db_make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    struct stat is;

    if (fd >= 0)
        (void)close(fd);
    return lstat(path, &is) == 0 && S_ISREG(is.st_mode) &&
           (is.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static int
attach(struct store_sqlite *s, const char *path, const char *vfs, bool *fresh)
{
    int err = MSK_OK;

    if (sqlite3_open_v2(path, &s->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        vfs) != SQLITE_OK)
        err = MSK_ERR_STORE;
    if (err == MSK_OK)
        err = store_sqlite_db_execute(s, alone);
    return err == MSK_OK ? identify(s, fresh) : err;
}

/* A cut into the making of a database is rolled back when it is first looked
 * at; but SQLite has read settings from its torn header before, and would
 * put them into the new one. So it opens what is empty once more. */
int
store_sqlite_db_attach(struct store_sqlite *s, const char *path,
                       const char *vfs, bool *fresh)
{
    int err = attach(s, path, vfs, fresh);

    if (err != MSK_OK || !*fresh)
        return err;
    (void)sqlite3_close(s->db);
    s->db = NULL;
    return attach(s, path, vfs, fresh);
}
