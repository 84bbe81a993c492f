/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../hosts/private.h"

#define SUBSCRIBER                                                       \
    "SELECT version, id, btid, old_btid, packed, due, address, services" \
    " FROM subscriber "
#define GROUP "SELECT version, key, packed, services FROM key_group "
#define GROUP_KEY 5
#define START_MS 5000  /* for a lock, before anybody is served */
#define PATIENCE_MS 20 /* and then */

static const char schema[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA secure_delete = ON;"
    "CREATE TABLE IF NOT EXISTS subscriber (id BLOB PRIMARY KEY,"
    " version INTEGER NOT NULL, btid BLOB NOT NULL UNIQUE, old_btid BLOB,"
    " packed BLOB NOT NULL, due INTEGER, address BLOB, services TEXT)"
    " WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS subscriber_old ON subscriber (old_btid);"
    "CREATE INDEX IF NOT EXISTS subscriber_due ON subscriber (due);"
    "CREATE TABLE IF NOT EXISTS key_group (key BLOB PRIMARY KEY,"
    " version INTEGER NOT NULL, packed BLOB NOT NULL, services TEXT)"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY,"
    " value BLOB NOT NULL) WITHOUT ROWID;";

/* The loop waits so long for a lock, and not again before it got one. */
static void
be_patient(struct database *d, bool patient)
{
    d->busy = !patient;
    (void)sqlite3_busy_timeout(d->db, patient ? PATIENCE_MS : 0);
}

static enum database_result
failed(struct database *d)
{
    int code = sqlite3_errcode(d->db);

    d->failures++;
    (void)snprintf(d->why, sizeof d->why, "%s", sqlite3_errmsg(d->db));
    be_patient(d,
               (code & 0xFF) != SQLITE_BUSY && (code & 0xFF) != SQLITE_LOCKED);
    return DATABASE_FAILED;
}

static bool
prepare(struct database *d, sqlite3_stmt **out, const char *sql)
{
    if (sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out,
                           NULL) == SQLITE_OK)
        return true;
    (void)failed(d);
    return false;
}

static bool
prepare_subscribers(struct database *d)
{
    return prepare(d, &d->by_btid, SUBSCRIBER "WHERE btid = ?1") &&
           prepare(d, &d->by_old_btid, SUBSCRIBER "WHERE old_btid = ?1") &&
           prepare(d, &d->by_id, SUBSCRIBER "WHERE id = ?1") &&
           prepare(d, &d->due,
                   SUBSCRIBER "WHERE due <= ?1 ORDER BY due LIMIT 1") &&
           prepare(d, &d->each,
                   SUBSCRIBER "WHERE id > ?1 ORDER BY id LIMIT 1") &&
           prepare(d, &d->insert,
                   "INSERT OR IGNORE INTO subscriber (version, id, btid,"
                   " old_btid, packed, due, address, services)"
                   " VALUES (1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)") &&
           prepare(d, &d->update,
                   "UPDATE subscriber SET version = version + 1, btid = ?3,"
                   " old_btid = ?4, packed = ?5, due = ?6, address = ?7,"
                   " services = ?8 WHERE id = ?2 AND version = ?1");
}

static bool
prepare_groups(struct database *d)
{
    return prepare(d, &d->group, GROUP "WHERE key = ?1") &&
           prepare(d, &d->each_group,
                   GROUP "WHERE key > ?1 ORDER BY key LIMIT 1") &&
           prepare(d, &d->insert_group,
                   "INSERT OR IGNORE INTO key_group (version, key, packed,"
                   " services) VALUES (1, ?2, ?3, ?4)") &&
           prepare(d, &d->update_group,
                   "UPDATE key_group SET version = version + 1, packed = ?3,"
                   " services = ?4 WHERE key = ?2 AND version = ?1") &&
           prepare(d, &d->get_key,
                   "SELECT value FROM secret WHERE name = ?1") &&
           prepare(d, &d->put_key,
                   "INSERT OR IGNORE INTO secret VALUES (?1, ?2)");
}

bool
database_open(struct database *d, const char *path)
{
    mode_t mask = umask(077);
    int result;

    memset(d, 0, sizeof *d);
    if (!private_make(path))
        return false;
    result = sqlite3_open_v2(path, &d->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_busy_timeout(d->db, START_MS);
    if (result == SQLITE_OK)
        result = sqlite3_exec(d->db, schema, NULL, NULL, NULL);
    (void)umask(mask);
    if (result == SQLITE_OK && prepare_subscribers(d) && prepare_groups(d))
        return true;
    (void)fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(d->db));
    return false;
}

void
database_serve(struct database *d)
{
    be_patient(d, true);
}

enum database_result
database_begin(struct database *d)
{
    return sqlite3_exec(d->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK
               ? DATABASE_OK
               : failed(d);
}

enum database_result
database_commit(struct database *d)
{
    if (sqlite3_exec(d->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return DATABASE_OK;
    (void)failed(d);
    (void)sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
    return DATABASE_FAILED;
}

void
database_close(struct database *d)
{
    sqlite3_stmt *all[] = { d->by_btid,      d->by_old_btid,  d->by_id,
                            d->due,          d->each,         d->insert,
                            d->update,       d->group,        d->each_group,
                            d->insert_group, d->update_group, d->get_key,
                            d->put_key };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        (void)sqlite3_finalize(all[i]);
    (void)sqlite3_close(d->db);
    memset(d, 0, sizeof *d);
}

/* --- columns ------------------------------------------------------------- */

static bool
get_octets(sqlite3_stmt *s, int column, uint8_t *out, size_t cap, size_t *n)
{
    const void *p = sqlite3_column_blob(s, column);

    *n = (size_t)sqlite3_column_bytes(s, column);
    if (*n > cap)
        return false;
    if (*n > 0)
        memcpy(out, p, *n);
    return true;
}

static bool
get_services(sqlite3_stmt *s, int column, char out[SERVICES_MAX])
{
    size_t n;
    bool fine = get_octets(s, column, (uint8_t *)out, SERVICES_MAX - 1, &n);

    out[fine ? n : 0] = '\0';
    return fine;
}

static void
put_octets(sqlite3_stmt *s, int at, const uint8_t *p, size_t n)
{
    if (n > 0)
        (void)sqlite3_bind_blob(s, at, p, (int)n, SQLITE_STATIC);
    else
        (void)sqlite3_bind_null(s, at);
}

static void
put_services(sqlite3_stmt *s, int at, const char *services)
{
    if (services[0] != '\0')
        (void)sqlite3_bind_text(s, at, services, -1, SQLITE_STATIC);
    else
        (void)sqlite3_bind_null(s, at);
}

/* Runs a statement that changes one row, or none. */
static enum database_result
change(struct database *d, sqlite3_stmt *s, sqlite3_int64 *version)
{
    int result = sqlite3_step(s);
    enum database_result told = DATABASE_OK;

    if (result != SQLITE_DONE)
        told = failed(d);
    else if (sqlite3_changes(d->db) != 1)
        told = DATABASE_CONFLICT;
    else
        (*version)++;
    if (result == SQLITE_DONE && d->busy)
        be_patient(d, true);
    (void)sqlite3_reset(s);
    (void)sqlite3_clear_bindings(s);
    return told;
}

/* --- subscribers --------------------------------------------------------- */

static bool
take_subscriber(sqlite3_stmt *s, struct subscriber_row *row)
{
    row->version = sqlite3_column_int64(s, 0);
    row->due = sqlite3_column_type(s, 5) == SQLITE_NULL
                   ? MSK_NEVER
                   : (msk_time)sqlite3_column_int64(s, 5);
    return get_octets(s, 1, row->id, sizeof row->id, &row->id_n) &&
           get_octets(s, 2, row->btid, sizeof row->btid, &row->btid_n) &&
           get_octets(s, 3, row->old_btid, sizeof row->old_btid,
                      &row->old_btid_n) &&
           get_octets(s, 4, row->packed, sizeof row->packed, &row->n) &&
           get_octets(s, 6, row->address.octets, sizeof row->address.octets,
                      &row->address.n) &&
           get_services(s, 7, row->services);
}

/* Steps a statement whose parameters are bound to its first row, or none. */
static enum database_result
find(struct database *d, sqlite3_stmt *s, struct subscriber_row *row)
{
    int result = sqlite3_step(s);
    enum database_result told = DATABASE_NONE;

    if (result == SQLITE_ROW)
        told = take_subscriber(s, row) ? DATABASE_OK : DATABASE_FAILED;
    else if (result != SQLITE_DONE)
        told = failed(d);
    (void)sqlite3_reset(s);
    (void)sqlite3_clear_bindings(s);
    return told;
}

static enum database_result
find_by(struct database *d, sqlite3_stmt *s, struct msk_bytes key,
        struct subscriber_row *row)
{
    if (key.n == 0)
        (void)sqlite3_bind_zeroblob(s, 1, 0);
    else
        put_octets(s, 1, key.p, key.n);
    return find(d, s, row);
}

enum database_result
database_by_btid(struct database *d, struct msk_bytes btid,
                 struct subscriber_row *row)
{
    return find_by(d, d->by_btid, btid, row);
}

enum database_result
database_by_old_btid(struct database *d, struct msk_bytes btid,
                     struct subscriber_row *row)
{
    return find_by(d, d->by_old_btid, btid, row);
}

enum database_result
database_by_id(struct database *d, struct msk_bytes id,
               struct subscriber_row *row)
{
    return find_by(d, d->by_id, id, row);
}

enum database_result
database_each(struct database *d, struct msk_bytes id,
              struct subscriber_row *row)
{
    return find_by(d, d->each, id, row);
}

enum database_result
database_due(struct database *d, msk_time now, struct subscriber_row *row)
{
    (void)sqlite3_bind_int64(d->due, 1, (sqlite3_int64)now);
    return find(d, d->due, row);
}

msk_time
database_next(struct database *d)
{
    static struct subscriber_row row;
    enum database_result told = database_due(d, INT64_MAX, &row);
    msk_time due = told == DATABASE_OK ? row.due : MSK_NEVER;

    msk_wipe(&row, sizeof row);
    return due;
}

enum database_result
database_save(struct database *d, struct subscriber_row *row)
{
    sqlite3_stmt *s = row->version == 0 ? d->insert : d->update;

    if (row->version != 0)
        (void)sqlite3_bind_int64(s, 1, row->version);
    put_octets(s, 2, row->id, row->id_n);
    put_octets(s, 3, row->btid, row->btid_n);
    put_octets(s, 4, row->old_btid, row->old_btid_n);
    put_octets(s, 5, row->packed, row->n);
    if (row->due == MSK_NEVER)
        (void)sqlite3_bind_null(s, 6);
    else
        (void)sqlite3_bind_int64(s, 6, (sqlite3_int64)row->due);
    put_octets(s, 7, row->address.octets, row->address.n);
    put_services(s, 8, row->services);
    return change(d, s, &row->version);
}

/* --- Key Groups ---------------------------------------------------------- */

static void
group_key(const uint8_t domain[3], uint16_t group, uint8_t key[GROUP_KEY])
{
    memcpy(key, domain, 3);
    key[3] = (uint8_t)(group >> 8);
    key[4] = (uint8_t)group;
}

static bool
take_group(sqlite3_stmt *s, struct group_row *row)
{
    uint8_t key[GROUP_KEY];
    size_t n;

    row->version = sqlite3_column_int64(s, 0);
    if (!get_octets(s, 1, key, sizeof key, &n) || n != sizeof key)
        return false;
    memcpy(row->domain, key, 3);
    row->group = (uint16_t)(key[3] << 8 | key[4]);
    return get_octets(s, 2, row->packed, sizeof row->packed, &row->n) &&
           get_services(s, 3, row->services);
}

static enum database_result
find_group(struct database *d, sqlite3_stmt *s, const uint8_t domain[3],
           uint16_t group, struct group_row *row)
{
    uint8_t key[GROUP_KEY];
    enum database_result told = DATABASE_NONE;
    int result;

    group_key(domain, group, key);
    put_octets(s, 1, key, sizeof key);
    result = sqlite3_step(s);
    if (result == SQLITE_ROW)
        told = take_group(s, row) ? DATABASE_OK : DATABASE_FAILED;
    else if (result != SQLITE_DONE)
        told = failed(d);
    (void)sqlite3_reset(s);
    (void)sqlite3_clear_bindings(s);
    return told;
}

enum database_result
database_group(struct database *d, const uint8_t domain[3], uint16_t group,
               struct group_row *row)
{
    return find_group(d, d->group, domain, group, row);
}

enum database_result
database_each_group(struct database *d, const uint8_t domain[3], uint16_t group,
                    struct group_row *row)
{
    return find_group(d, d->each_group, domain, group, row);
}

enum database_result
database_save_group(struct database *d, struct group_row *row)
{
    sqlite3_stmt *s = row->version == 0 ? d->insert_group : d->update_group;
    uint8_t key[GROUP_KEY];

    group_key(row->domain, row->group, key);
    if (row->version != 0)
        (void)sqlite3_bind_int64(s, 1, row->version);
    put_octets(s, 2, key, sizeof key);
    put_octets(s, 3, row->packed, row->n);
    put_services(s, 4, row->services);
    return change(d, s, &row->version);
}

/* --- secrets ------------------------------------------------------------- */

static enum database_result
get_key(struct database *d, const char *name, uint8_t *out, size_t n)
{
    enum database_result told = DATABASE_NONE;
    size_t got;
    int result;

    (void)sqlite3_bind_text(d->get_key, 1, name, -1, SQLITE_STATIC);
    result = sqlite3_step(d->get_key);
    if (result == SQLITE_ROW)
        told = get_octets(d->get_key, 0, out, n, &got) && got == n
                   ? DATABASE_OK
                   : DATABASE_FAILED;
    else if (result != SQLITE_DONE)
        told = failed(d);
    (void)sqlite3_reset(d->get_key);
    return told;
}

enum database_result
database_key(struct database *d, const char *name, const uint8_t *fresh,
             uint8_t *out, size_t n)
{
    enum database_result told = get_key(d, name, out, n);
    int result;

    if (told != DATABASE_NONE)
        return told;
    (void)sqlite3_bind_text(d->put_key, 1, name, -1, SQLITE_STATIC);
    put_octets(d->put_key, 2, fresh, n);
    result = sqlite3_step(d->put_key);
    (void)sqlite3_reset(d->put_key);
    (void)sqlite3_clear_bindings(d->put_key);
    return result == SQLITE_DONE ? get_key(d, name, out, n) : failed(d);
}
