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
#include "store_sqlite.h"

#include <string.h>

#include "store_sqlite_db.h"

static const char full[] = "PRAGMA synchronous=FULL";
static const char normal[] = "PRAGMA synchronous=NORMAL";

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
    return store_sqlite_db_error(code);
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
        err = store_sqlite_db_error(code);
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
    err = store_sqlite_db_execute(s, relaxed ? normal : full);
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

static int
prepare(struct store_sqlite *s)
{
    int code = SQLITE_OK;

    for (int i = 0; code == SQLITE_OK && i < STORE_SQLITE_STATEMENTS; i++)
        code = sqlite3_prepare_v2(s->db, sql[i], -1, &s->statements[i], NULL);
    return store_sqlite_db_error(code);
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

int
store_sqlite_open(struct msk_store *store, struct store_sqlite *s,
                  const char *path, const char *vfs, int pages)
{
    bool fresh = false;
    int err;

    if (store == NULL || s == NULL || path == NULL || pages < 0)
        return MSK_ERR_ARGUMENT;
    memset(s, 0, sizeof *s);
    if (vfs == NULL && !store_sqlite_db_make_private(path))
        return MSK_ERR_STORE;
    err = store_sqlite_db_attach(s, path, vfs, &fresh);
    if (err == MSK_OK)
        err = store_sqlite_db_set_up(s, fresh, pages);
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
    int err = store_sqlite_db_execute(s, full);

    if (err == MSK_OK) {
        s->is_relaxed = false;
        err = store_sqlite_db_ask(s, "PRAGMA wal_checkpoint(TRUNCATE)", &busy);
    }
    return err == MSK_OK && busy == 0 ? MSK_OK : MSK_ERR_STORE;
}
