/* SPDX-License-Identifier: MIT */
/* sqlite_rows.h - what records ask of SQLite, request by request. */
#ifndef RECORDS_SQLITE_ROWS_H
#define RECORDS_SQLITE_ROWS_H

#include <sqlite3.h>

#include "adapter.h"

enum {
    ROWS_BY_ID,
    ROWS_BY_BTID,
    ROWS_BY_OLD_BTID,
    ROWS_INSERT,
    ROWS_UPDATE,
    ROWS_UPDATE_SAME,
    ROWS_UNGROUP,
    ROWS_REGROUP,
    ROWS_CLAIM,
    ROWS_MEMBERS,
    ROWS_AFTER,
    ROWS_TIMED,
    ROWS_NEXT,
    ROWS_GROUP,
    ROWS_GROUP_AFTER,
    ROWS_INSERT_GROUP,
    ROWS_UPDATE_GROUP,
    ROWS_LEASE,
    ROWS_RELEASE,
    ROWS_KEEP_SECRET,
    ROWS_SECRET,
    ROWS_COUNT_MEMBERS,
    ROWS_BEGIN_PART,
    ROWS_CLAIM_JOB,
    ROWS_SAVE_JOB,
    ROWS_SUM_JOB,
    ROWS_END_JOB,
    ROWS_BARRED,
    ROWS_REPAIR,
    ROWS_NOTE_REPAIR,
    ROWS_END_REPAIR,
    ROWS_LOOK_REPAIR,
    ROWS_BEGIN,
    ROWS_BEGIN_WRITE,
    ROWS_COMMIT,
    ROWS_ROLLBACK,
    ROWS_STATEMENTS
};

struct rows {
    sqlite3 *db;
    sqlite3_stmt *statements[ROWS_STATEMENTS];
    bool patient;
    uint8_t repairs[RECORDS_NAME_MAX]; /* who repairs the store from here */
    size_t repairs_n;                  /* 0: nobody */
};

/* Opens or makes the tables. False: the reason is sqlite3_errmsg(r->db), which
 * may be NULL. */
bool rows_open(struct rows *r, const char *path);
void rows_close(struct rows *r);

/* A statement without parameters. */
bool rows_run(struct rows *r, int statement);

/* How long is another process waited for that keeps the file locked? What comes
 * meanwhile waits as well: so for a second once, and then briefly until it has
 * let go. */
void rows_be_patient(struct rows *r, bool patient);

/* Does it, in the transaction at hand. */
enum records_result rows_do(struct rows *r, struct records_request *q);
/* The same for jobs: sqlite_jobs.c. */
enum records_result rows_do_job(struct rows *r, struct records_request *q);

/* The same for repairs: sqlite_repair.c. */
enum records_result rows_do_repair(struct rows *r, struct records_request *q);
/* Is the store somebody else's to repair, so that nothing may be changed? Asked
 * in each transaction that does. False: the database failed. */
bool rows_look_barred(struct rows *r, bool *barred);

/* Values, from and to a statement. */
#define ROWS_KEY 5 /* octets of the name of a Key Group */
void rows_key(const struct msk_group_id *id, uint8_t key[ROWS_KEY]);
void rows_put(sqlite3_stmt *s, int at, const uint8_t *p, size_t n);
/* NULL if there are no octets. */
void rows_put_if(sqlite3_stmt *s, int at, const uint8_t *p, size_t n);
/* False: there are more than cap. */
bool rows_get(sqlite3_stmt *s, int column, void *out, size_t cap, size_t *n);
/* A statement is over, and its values are let go. */
void rows_end(sqlite3_stmt *s);

/* Did the database fail last? Else only a row is not what was saved. */
bool rows_broke(const struct rows *r);

#endif
