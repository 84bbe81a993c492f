/* SPDX-License-Identifier: MIT */
/*
 * One table of records, one row that counts commits: the number of a commit is
 * the version of all that it wrote, so that a deleted key does not come back
 * under a version it had. A change names the version it was made from in its
 * WHERE clause: no row, no change, and the whole transaction goes.
 *
 * In the log of SQLite every frame checks the ones before it. A commit with
 * synchronous=FULL syncs the log up to itself; one with NORMAL does not, and a
 * power cut takes it with all that came after: that is a delayable commit.
 */
/* pread, lstat and others, also where the compiler is asked for C alone. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "store_sqlite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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

static const char full[] = "PRAGMA synchronous=FULL";
static const char normal[] = "PRAGMA synchronous=NORMAL";

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

static const char *const sql[STORE_SQLITE_STATEMENTS] = {
    [STORE_SQLITE_LOAD] = "SELECT value, version FROM record WHERE key=?1",
    [STORE_SQLITE_EACH] =
        "SELECT key, value FROM record WHERE key>=?1 ORDER BY key",
    [STORE_SQLITE_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_SQLITE_NEXT] = "UPDATE last SET version=version+1",
    [STORE_SQLITE_INSERT] = "INSERT OR IGNORE INTO record "
                            "SELECT ?1, ?2, version FROM last WHERE ?3=0",
    [STORE_SQLITE_UPDATE] = "UPDATE record SET value=?2, "
                            "version=(SELECT version FROM last) "
                            "WHERE key=?1 AND version=?3",
    [STORE_SQLITE_DELETE] = "DELETE FROM record WHERE key=?1 AND version=?3",
    [STORE_SQLITE_COMMIT] = "COMMIT",
    [STORE_SQLITE_ROLLBACK] = "ROLLBACK",
};

/* What went wrong, in the words of msk/store.h. */
static int
error_of(int code)
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

/* Ends a statement; what it was bound to is the caller's and goes. */
static void
end(sqlite3_stmt *statement)
{
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
}

static int
run(struct store_sqlite *s, enum store_sqlite_statement which)
{
    sqlite3_stmt *statement = s->statements[which];
    int code;

    do
        code = sqlite3_step(statement);
    while (code == SQLITE_ROW);
    end(statement);
    return error_of(code);
}

static int
execute(struct store_sqlite *s, const char *text)
{
    return error_of(sqlite3_exec(s->db, text, NULL, NULL, NULL));
}

/* An empty view is an empty blob; a NULL pointer would bind NULL. */
static int
bind(sqlite3_stmt *statement, int at, struct msk_bytes octets)
{
    if (octets.n == 0)
        return sqlite3_bind_zeroblob(statement, at, 0);
    return sqlite3_bind_blob(statement, at, octets.p, (int)octets.n,
                             SQLITE_STATIC);
}

static struct msk_bytes
column(sqlite3_stmt *statement, int at)
{
    struct msk_bytes octets = { sqlite3_column_blob(statement, at),
                                (size_t)sqlite3_column_bytes(statement, at) };

    return octets;
}

/* --- the store ----------------------------------------------------------- */

static int
take(sqlite3_stmt *statement, struct msk_stored *out)
{
    struct msk_bytes value = column(statement, 0);

    if (value.n > sizeof out->value)
        return MSK_ERR_STORE;
    if (value.n > 0)
        memcpy(out->value, value.p, value.n);
    out->n = value.n;
    out->version = (uint64_t)sqlite3_column_int64(statement, 1);
    return MSK_OK;
}

static int
sqlite_load(void *user, uint32_t token, struct msk_bytes key,
            struct msk_stored *out)
{
    struct store_sqlite *s = user;
    sqlite3_stmt *statement = s->statements[STORE_SQLITE_LOAD];
    int code = bind(statement, 1, key), err = MSK_OK;

    (void)token;
    out->n = 0;
    out->version = 0;
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        err = take(statement, out);
    else if (code != SQLITE_DONE)
        err = MSK_ERR_STORE;
    end(statement);
    return err;
}

static bool
has_prefix(struct msk_bytes key, struct msk_bytes prefix)
{
    return key.n >= prefix.n &&
           (prefix.n == 0 || memcmp(key.p, prefix.p, prefix.n) == 0);
}

/* Keys with a prefix stand together, from the prefix itself on. */
static int
sqlite_each(void *user, struct msk_bytes prefix,
            int (*visit)(void *arg, struct msk_bytes key,
                         struct msk_bytes value),
            void *arg)
{
    struct store_sqlite *s = user;
    sqlite3_stmt *statement = s->statements[STORE_SQLITE_EACH];
    int code = bind(statement, 1, prefix), err = MSK_OK;

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    while (err == MSK_OK && code == SQLITE_ROW &&
           has_prefix(column(statement, 0), prefix)) {
        err = visit(arg, column(statement, 0), column(statement, 1));
        if (err == MSK_OK)
            code = sqlite3_step(statement);
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        err = MSK_ERR_STORE;
    end(statement);
    return err;
}

static int
exists(struct store_sqlite *s, struct msk_bytes key, bool *is_there)
{
    struct msk_stored stored;
    int err = sqlite_load(s, 0, key, &stored);

    *is_there = stored.version != 0;
    msk_wipe(&stored, sizeof stored);
    return err;
}

/* To delete what is not there is no change, but for a conflict. */
static int
skip(struct store_sqlite *s, const struct msk_change *change)
{
    bool is_there;
    int err = exists(s, change->key, &is_there);

    return err == MSK_OK && is_there ? MSK_ERR_CONFLICT : err;
}

static int
apply(struct store_sqlite *s, const struct msk_change *change)
{
    enum store_sqlite_statement which = STORE_SQLITE_UPDATE;
    sqlite3_stmt *statement;
    int code, err;

    if (change->value.p == NULL && change->version == 0)
        return skip(s, change);
    if (change->value.p == NULL)
        which = STORE_SQLITE_DELETE;
    else if (change->version == 0)
        which = STORE_SQLITE_INSERT;
    statement = s->statements[which];
    code = bind(statement, 1, change->key);
    if (code == SQLITE_OK && which != STORE_SQLITE_DELETE)
        code = bind(statement, 2, change->value);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(statement, 3, (sqlite3_int64)change->version);
    if (code != SQLITE_OK)
        err = error_of(code);
    else
        err = run(s, which);
    if (err == MSK_OK && sqlite3_changes(s->db) != 1)
        err = MSK_ERR_CONFLICT;
    return err;
}

static int
check(const struct msk_change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (changes[i].key.n == 0 || changes[i].key.n > MSK_STORE_KEY_MAX ||
            changes[i].value.n > MSK_STORE_VALUE_MAX)
            return MSK_ERR_ARGUMENT;
    return MSK_OK;
}

/* How the log is synced is said between two transactions, and takes effect
 * when the text is compiled: it cannot be a prepared statement. */
static int
relax(struct store_sqlite *s, const struct msk_change *changes, size_t n)
{
    bool relaxed = true;
    int err;

    for (size_t i = 0; i < n; i++)
        relaxed = relaxed && changes[i].delayable;
    if (relaxed == s->is_relaxed)
        return MSK_OK;
    err = execute(s, relaxed ? normal : full);
    if (err == MSK_OK)
        s->is_relaxed = relaxed;
    return err;
}

/* A COMMIT that failed may have ended the transaction or not. */
static void
roll_back(struct store_sqlite *s)
{
    if (sqlite3_get_autocommit(s->db) == 0)
        (void)run(s, STORE_SQLITE_ROLLBACK);
}

static int
sqlite_commit(void *user, uint32_t token, const struct msk_change *changes,
              size_t n)
{
    struct store_sqlite *s = user;
    int err = check(changes, n);

    (void)token;
    if (err == MSK_OK)
        err = relax(s, changes, n);
    if (err == MSK_OK)
        err = run(s, STORE_SQLITE_BEGIN);
    if (err == MSK_OK)
        err = run(s, STORE_SQLITE_NEXT);
    for (size_t i = 0; err == MSK_OK && i < n; i++)
        err = apply(s, &changes[i]);
    if (err == MSK_OK)
        err = run(s, STORE_SQLITE_COMMIT);
    if (err == MSK_OK)
        return err;
    roll_back(s);
    return err == MSK_ERR_BUSY || err == MSK_ERR_RECORD ? MSK_ERR_STORE : err;
}

/* --- life ---------------------------------------------------------------- */

/* The first column of the first row. */
static int
ask(struct store_sqlite *s, const char *text, sqlite3_int64 *answer)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(s->db, text, -1, &statement, NULL);

    if (code != SQLITE_OK)
        return error_of(code);
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *answer = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW ? MSK_OK : error_of(code);
}

/* Whose database is it? *fresh: nothing was ever done with it. */
static int
identify(struct store_sqlite *s, bool *fresh)
{
    sqlite3_int64 application = 0, version = 0, tables = 0, whole = 0;
    int err = ask(s, "PRAGMA application_id", &application);

    if (err == MSK_OK)
        err = ask(s, "PRAGMA user_version", &version);
    if (err == MSK_OK)
        err = ask(s, "SELECT count(*) FROM sqlite_master", &tables);
    *fresh = application == 0 && version == 0 && tables == 0;
    if (err != MSK_OK || *fresh)
        return err;
    if (application != APPLICATION || version != VERSION)
        return MSK_ERR_RECORD;
    err = ask(s, "SELECT quick_check='ok' FROM pragma_quick_check", &whole);
    if (err == MSK_OK && whole == 1)
        err = ask(s, "SELECT count(*) FROM last", &whole);
    return err == MSK_OK && whole != 1 ? MSK_ERR_RECORD : err;
}

/* Only the log and the schema are remembered in the database; the rest is
 * said each time. */
static int
set_up(struct store_sqlite *s, bool fresh, int pages)
{
    char limit[48] = "PRAGMA max_page_count=2147483646";
    sqlite3_int64 set = 0;
    int err;

    if (pages > 0)
        (void)snprintf(limit, sizeof limit, "PRAGMA max_page_count=%d", pages);
    err = ask(s, limit, &set);
    if (err == MSK_OK)
        err = ask(s, "PRAGMA journal_mode=WAL", &set);
    if (err == MSK_OK)
        err =
            ask(s, "SELECT journal_mode='wal' FROM pragma_journal_mode", &set);
    if (err == MSK_OK && set != 1)
        err = MSK_ERR_STORE;
    if (err == MSK_OK)
        err = execute(s, durable);
    if (err == MSK_OK && fresh)
        err = execute(s, schema);
    return err;
}

static int
prepare(struct store_sqlite *s)
{
    int code = SQLITE_OK;

    for (int i = 0; code == SQLITE_OK && i < STORE_SQLITE_STATEMENTS; i++)
        code = sqlite3_prepare_v2(s->db, sql[i], -1, &s->statements[i], NULL);
    return error_of(code);
}

/* SQLite would let others read a file that it makes, and would follow a link.
 * One that is there is not opened: to close it again would give away the locks
 * of a connection that this process has to it. False: it is a symbolic link,
 * no plain file, or open to others. */
static bool
make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    struct stat is;

    if (fd >= 0)
        (void)close(fd);
    return lstat(path, &is) == 0 && S_ISREG(is.st_mode) &&
           (is.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

void
store_sqlite_close(struct store_sqlite *s)
{
    for (int i = 0; i < STORE_SQLITE_STATEMENTS; i++) {
        (void)sqlite3_finalize(s->statements[i]);
        s->statements[i] = NULL;
    }
    (void)sqlite3_close(s->db);
    s->db = NULL;
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
        err = execute(s, alone);
    return err == MSK_OK ? identify(s, fresh) : err;
}

/* A cut into the making of a database is rolled back when it is first looked
 * at; but SQLite has read settings from its torn header before, and would
 * put them into the new one. So it opens what is empty once more. */
static int
attach_twice(struct store_sqlite *s, const char *path, const char *vfs,
             bool *fresh)
{
    int err = attach(s, path, vfs, fresh);

    if (err != MSK_OK || !*fresh)
        return err;
    store_sqlite_close(s);
    return attach(s, path, vfs, fresh);
}

int
store_sqlite_open(struct msk_store *store, struct store_sqlite *s,
                  const char *path, const char *vfs, int pages)
{
    bool fresh = false;
    int err;

    if (store == NULL || s == NULL || path == NULL || pages < 0)
        return MSK_ERR_ARGUMENT;
    memset(s, 0, sizeof *s);
    if (vfs == NULL && !make_private(path))
        return MSK_ERR_STORE;
    err = attach_twice(s, path, vfs, &fresh);
    if (err == MSK_OK)
        err = set_up(s, fresh, pages);
    if (err == MSK_OK)
        err = prepare(s);
    if (err != MSK_OK)
        store_sqlite_close(s);
    *store = (struct msk_store){
        .size = sizeof *store,
        .user = s,
        .load = sqlite_load,
        .each = sqlite_each,
        .commit = sqlite_commit,
    };
    return err;
}

int
store_sqlite_scrub(struct store_sqlite *s)
{
    sqlite3_int64 busy = 0;
    int err = execute(s, full);

    if (err == MSK_OK) {
        s->is_relaxed = false;
        err = ask(s, "PRAGMA wal_checkpoint(TRUNCATE)", &busy);
    }
    return err == MSK_OK && busy == 0 ? MSK_OK : MSK_ERR_STORE;
}
