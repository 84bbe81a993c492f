/* SPDX-License-Identifier: MIT */
#include "sqlite_rows.h"

#include <string.h>

#define PATIENCE_MS 1000 /* for another process that writes, */
#define BRIEF_MS 20      /* and once that was not enough */

static const char schema[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA secure_delete = ON;"
    "CREATE TABLE IF NOT EXISTS subscriber (id BLOB PRIMARY KEY,"
    " version INTEGER NOT NULL, btid BLOB NOT NULL UNIQUE, old_btid BLOB,"
    " packed BLOB NOT NULL, due INTEGER, address BLOB, services TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS subscriber_old ON subscriber (old_btid)"
    " WHERE old_btid IS NOT NULL;"
    "CREATE INDEX IF NOT EXISTS subscriber_due ON subscriber (due)"
    " WHERE due IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS member (grp BLOB NOT NULL, id BLOB NOT NULL,"
    " PRIMARY KEY (grp, id)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS member_id ON member (id);"
    "CREATE TABLE IF NOT EXISTS key_group (grp BLOB PRIMARY KEY,"
    " version INTEGER NOT NULL, packed BLOB NOT NULL, services TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS lease (name BLOB PRIMARY KEY,"
    " owner BLOB NOT NULL, epoch INTEGER NOT NULL, until INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS secret (name BLOB PRIMARY KEY,"
    " value BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS job (id BLOB NOT NULL, part INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, grp BLOB NOT NULL, epoch INTEGER NOT NULL,"
    " until INTEGER NOT NULL, at BLOB NOT NULL, last BLOB NOT NULL,"
    " members INTEGER NOT NULL, seen INTEGER NOT NULL, done INTEGER NOT NULL,"
    " ended INTEGER NOT NULL, PRIMARY KEY (id, part)) WITHOUT ROWID;"
    /* One row at most; without an owner it has ended. */
    "CREATE TABLE IF NOT EXISTS repair (id INTEGER PRIMARY KEY,"
    " owner BLOB NOT NULL, note BLOB NOT NULL);";

#define ROW "version, id, btid, old_btid, packed, due, address, services"
#define NOW "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"

static const char *const texts[ROWS_STATEMENTS] = {
    [ROWS_BY_ID] = "SELECT " ROW " FROM subscriber WHERE id = ?1",
    [ROWS_BY_BTID] = "SELECT " ROW " FROM subscriber WHERE btid = ?1",
    [ROWS_BY_OLD_BTID] = "SELECT " ROW " FROM subscriber WHERE old_btid = ?1"
                         " ORDER BY id LIMIT 1",
    [ROWS_INSERT] = "INSERT INTO subscriber (version, id, btid, old_btid,"
                    " packed, due, address, services)"
                    " VALUES (1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [ROWS_UPDATE] = "UPDATE subscriber SET version = version + 1, btid = ?3,"
                    " old_btid = ?4, packed = ?5, due = ?6, address = ?7,"
                    " services = ?8 WHERE id = ?2 AND version = ?1",
    [ROWS_UPDATE_SAME] = "UPDATE subscriber SET version = version + 1,"
                         " packed = ?5, due = ?6, address = ?7, services = ?8"
                         " WHERE id = ?2 AND version = ?1",
    [ROWS_UNGROUP] = "DELETE FROM member WHERE id = ?1",
    [ROWS_REGROUP] = "INSERT OR IGNORE INTO member VALUES (?1, ?2)",
    [ROWS_CLAIM] = "UPDATE subscriber SET due = ?3 WHERE id IN"
                   " (SELECT id FROM subscriber WHERE due <= ?1"
                   " ORDER BY due LIMIT ?2) RETURNING " ROW,
    /* The members in their order, and each one's row: no list between. */
    [ROWS_MEMBERS] = "SELECT " ROW " FROM (SELECT id AS member FROM member"
                     " WHERE grp = ?1 AND id > ?2) CROSS JOIN subscriber"
                     " ON id = member ORDER BY member LIMIT ?3",
    [ROWS_AFTER] = "SELECT " ROW " FROM subscriber WHERE id > ?2"
                   " ORDER BY id LIMIT ?3",
    [ROWS_TIMED] = "SELECT " ROW " FROM subscriber"
                   " WHERE due IS NOT NULL AND (due, id) > (?1, ?2)"
                   " ORDER BY due, id LIMIT ?3",
    [ROWS_NEXT] = "SELECT min(due) FROM subscriber WHERE due IS NOT NULL",
    [ROWS_GROUP] = "SELECT version, grp, packed, services FROM key_group"
                   " WHERE grp = ?1",
    [ROWS_GROUP_AFTER] = "SELECT version, grp, packed, services"
                         " FROM key_group WHERE grp > ?1 ORDER BY grp LIMIT ?2",
    [ROWS_INSERT_GROUP] =
        "INSERT OR IGNORE INTO key_group (version, grp, packed, services)"
        " SELECT 1, ?2, ?3, ?4 WHERE ?5 IS NULL OR EXISTS"
        " (SELECT 1 FROM lease WHERE name = ?5 AND epoch = ?6)",
    [ROWS_UPDATE_GROUP] =
        "UPDATE key_group SET version = version + 1, packed = ?3,"
        " services = ?4 WHERE grp = ?2 AND version = ?1 AND (?5 IS NULL OR"
        " EXISTS (SELECT 1 FROM lease WHERE name = ?5 AND epoch = ?6))",
    [ROWS_LEASE] =
        "INSERT INTO lease AS l VALUES (?1, ?2, 1, " NOW " + ?3)"
        " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner,"
        " epoch = l.epoch + (l.until <= " NOW "),"
        " until = excluded.until"
        " WHERE l.owner = excluded.owner OR l.until <= " NOW " RETURNING epoch",
    [ROWS_RELEASE] = "UPDATE lease SET until = 0 WHERE name = ?1"
                     " AND owner = ?2",
    [ROWS_KEEP_SECRET] = "INSERT OR IGNORE INTO secret VALUES (?1, ?2)",
    [ROWS_SECRET] = "SELECT value FROM secret WHERE name = ?1",
    [ROWS_COUNT_MEMBERS] = "SELECT count(*) FROM member WHERE grp = ?1",
    /* After ?5, as many as ?6; the last one of them is its last one. */
    [ROWS_BEGIN_PART] = "INSERT INTO job SELECT ?1, ?2, ?3, ?4, 0, 0, ?5, id,"
                        " ?6, 0, 0, 0 FROM member WHERE grp = ?4 AND id > ?5"
                        " ORDER BY id LIMIT 1 OFFSET ?6 - 1 RETURNING last",
    [ROWS_CLAIM_JOB] =
        "UPDATE job SET epoch = epoch + 1, until = " NOW " + ?1"
        " WHERE (id, part) = (SELECT id, part FROM job WHERE until <= " NOW
        " AND ended = 0 ORDER BY part, until, id LIMIT 1) RETURNING id, part,"
        " kind, grp, epoch, at, last, members, seen, done",
    [ROWS_SAVE_JOB] = "UPDATE job SET until = " NOW " + ?4, at = ?5, seen = ?6,"
                      " done = ?7, ended = ?8 WHERE id = ?1 AND part = ?2"
                      " AND epoch = ?3",
    [ROWS_SUM_JOB] = "SELECT members, seen, done FROM job WHERE id = ?1",
    [ROWS_END_JOB] = "DELETE FROM job WHERE id = ?1 AND NOT EXISTS (SELECT 1"
                     " FROM job WHERE id = ?1 AND ended = 0)"
                     " RETURNING members, seen, done",
    [ROWS_BARRED] = "SELECT coalesce((SELECT owner FROM repair), x'') <> ?1",
    [ROWS_REPAIR] =
        "INSERT INTO repair AS r VALUES (1, ?1, ?2) ON CONFLICT (id)"
        " DO UPDATE SET owner = excluded.owner, note = CASE"
        " WHEN r.owner = x'' THEN excluded.note ELSE r.note END"
        " RETURNING note",
    [ROWS_NOTE_REPAIR] = "UPDATE repair SET note = ?2 WHERE owner = ?1",
    [ROWS_END_REPAIR] = "UPDATE repair SET owner = x'', note = ?2"
                        " WHERE owner = ?1",
    [ROWS_LOOK_REPAIR] = "SELECT note, owner FROM repair",
    [ROWS_BEGIN] = "BEGIN",
    [ROWS_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [ROWS_COMMIT] = "COMMIT",
    [ROWS_ROLLBACK] = "ROLLBACK",
};

bool
rows_open(struct rows *r, const char *path)
{
    memset(r, 0, sizeof *r);
    r->patient = true;
    if (sqlite3_open_v2(path, &r->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                            SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(r->db, PATIENCE_MS) != SQLITE_OK ||
        sqlite3_exec(r->db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return false;
    for (int i = 0; i < ROWS_STATEMENTS; i++)
        if (sqlite3_prepare_v3(r->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &r->statements[i], NULL) != SQLITE_OK)
            return false;
    return true;
}

void
rows_close(struct rows *r)
{
    for (int i = 0; i < ROWS_STATEMENTS; i++)
        (void)sqlite3_finalize(r->statements[i]);
    (void)sqlite3_close(r->db);
}

bool
rows_run(struct rows *r, int statement)
{
    bool fine = sqlite3_step(r->statements[statement]) == SQLITE_DONE;

    (void)sqlite3_reset(r->statements[statement]);
    return fine;
}

void
rows_be_patient(struct rows *r, bool patient)
{
    if (r->patient != patient)
        (void)sqlite3_busy_timeout(r->db, patient ? PATIENCE_MS : BRIEF_MS);
    r->patient = patient;
}

bool
rows_broke(const struct rows *r)
{
    switch (sqlite3_errcode(r->db) & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
    case SQLITE_CONSTRAINT: return false;
    default: return true;
    }
}
