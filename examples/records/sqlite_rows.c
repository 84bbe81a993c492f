/* SPDX-License-Identifier: MIT */
#include "sqlite_rows.h"

#include <string.h>

/* --- values -------------------------------------------------------------- */

static void
put_time(sqlite3_stmt *s, int at, msk_time time)
{
    if (time != MSK_NEVER)
        (void)sqlite3_bind_int64(s, at, (sqlite3_int64)time);
}

static bool
get_text(sqlite3_stmt *s, int column, char out[RECORDS_SERVICES_MAX])
{
    size_t n;
    bool fine = rows_get(s, column, out, RECORDS_SERVICES_MAX - 1, &n);

    out[fine ? n : 0] = '\0';
    return fine;
}

static msk_time
get_time(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL
               ? MSK_NEVER
               : (msk_time)sqlite3_column_int64(s, column);
}

static bool
get_row(sqlite3_stmt *s, struct records_subscriber *row)
{
    row->version = (uint64_t)sqlite3_column_int64(s, 0);
    row->due = get_time(s, 5);
    row->regrouped = row->same_btids = false;
    row->n_groups = 0;
    return rows_get(s, 1, row->id, sizeof row->id, &row->id_n) &&
           rows_get(s, 2, row->btid, sizeof row->btid, &row->btid_n) &&
           rows_get(s, 3, row->old_btid, sizeof row->old_btid,
                    &row->old_btid_n) &&
           rows_get(s, 4, row->packed, sizeof row->packed, &row->n) &&
           rows_get(s, 6, row->address, sizeof row->address, &row->address_n) &&
           get_text(s, 7, row->services);
}

/* --- subscribers --------------------------------------------------------- */

/* Takes the rows of a statement whose parameters are bound. */
static enum records_result
take_rows(sqlite3_stmt *s, struct records_request *q)
{
    size_t cap = q->cap > 0 ? q->cap : 1;
    int result = sqlite3_step(s);

    for (q->n = 0; result == SQLITE_ROW; result = sqlite3_step(s))
        if (q->n == cap || !get_row(s, &q->rows[q->n++]))
            break;
    rows_end(s);
    if (result != SQLITE_DONE)
        return RECORDS_FAILED;
    return q->n > 0 ? RECORDS_OK : RECORDS_NONE;
}

static enum records_result
load(struct rows *r, int statement, struct records_request *q)
{
    rows_put(r->statements[statement], 1, q->key.p, q->key.n);
    return take_rows(r->statements[statement], q);
}

static enum records_result
claim(struct rows *r, struct records_request *q)
{
    sqlite3_stmt *s = r->statements[ROWS_CLAIM];

    (void)sqlite3_bind_int64(s, 1, (sqlite3_int64)q->now);
    (void)sqlite3_bind_int64(s, 2, (sqlite3_int64)(q->cap > 0 ? q->cap : 1));
    (void)sqlite3_bind_int64(s, 3, (sqlite3_int64)(q->now + q->hold));
    return take_rows(s, q);
}

/* Those behind q->key: of a Key Group, in the order of times, or all. */
static enum records_result
walk(struct rows *r, int statement, struct records_request *q)
{
    sqlite3_stmt *s = r->statements[statement];
    uint8_t key[ROWS_KEY];

    rows_key(&q->group, key);
    if (statement == ROWS_MEMBERS)
        rows_put(s, 1, key, sizeof key);
    else if (statement == ROWS_TIMED)
        (void)sqlite3_bind_int64(s, 1, (sqlite3_int64)q->now);
    rows_put(s, 2, q->key.p, q->key.n);
    (void)sqlite3_bind_int64(s, 3, (sqlite3_int64)(q->cap > 0 ? q->cap : 1));
    return take_rows(s, q);
}

static enum records_result
next_due(struct rows *r, struct records_request *q)
{
    sqlite3_stmt *s = r->statements[ROWS_NEXT];
    bool fine = sqlite3_step(s) == SQLITE_ROW;

    if (fine)
        q->now = get_time(s, 0);
    rows_end(s);
    if (!fine)
        return RECORDS_FAILED;
    return q->now != MSK_NEVER ? RECORDS_OK : RECORDS_NONE;
}

/* Runs a statement that changes one row, or none. */
static enum records_result
change(struct rows *r, sqlite3_stmt *s)
{
    int result = sqlite3_step(s);

    rows_end(s);
    if (result == SQLITE_CONSTRAINT)
        return RECORDS_CONFLICT;
    if (result != SQLITE_DONE)
        return RECORDS_FAILED;
    return sqlite3_changes(r->db) == 1 ? RECORDS_OK : RECORDS_CONFLICT;
}

/* The list of members follows the record. */
static enum records_result
regroup(struct rows *r, const struct records_subscriber *row)
{
    sqlite3_stmt *s = r->statements[ROWS_UNGROUP];
    bool fine;

    rows_put(s, 1, row->id, row->id_n);
    fine = sqlite3_step(s) == SQLITE_DONE;
    rows_end(s);
    s = r->statements[ROWS_REGROUP];
    for (size_t i = 0; fine && i < row->n_groups; i++) {
        uint8_t key[ROWS_KEY];

        rows_key(&row->groups[i], key);
        rows_put(s, 1, key, sizeof key);
        rows_put(s, 2, row->id, row->id_n);
        fine = sqlite3_step(s) == SQLITE_DONE;
        rows_end(s);
    }
    return fine ? RECORDS_OK : RECORDS_FAILED;
}

static enum records_result
save(struct rows *r, struct records_subscriber *row)
{
    bool fresh = row->version == 0, same = !fresh && row->same_btids;
    sqlite3_stmt *s = r->statements[fresh  ? ROWS_INSERT
                                    : same ? ROWS_UPDATE_SAME
                                           : ROWS_UPDATE];
    enum records_result result;

    if (!fresh)
        (void)sqlite3_bind_int64(s, 1, (sqlite3_int64)row->version);
    rows_put(s, 2, row->id, row->id_n);
    if (!same) {
        rows_put(s, 3, row->btid, row->btid_n);
        rows_put_if(s, 4, row->old_btid, row->old_btid_n);
    }
    rows_put(s, 5, row->packed, row->n);
    put_time(s, 6, row->due);
    rows_put_if(s, 7, row->address, row->address_n);
    (void)sqlite3_bind_text(s, 8, row->services, -1, SQLITE_STATIC);
    result = change(r, s);
    if (result == RECORDS_OK && row->regrouped)
        result = regroup(r, row);
    return result;
}

/* --- Key Groups, leases, secrets ----------------------------------------- */

static bool
get_group(sqlite3_stmt *s, struct records_group *row)
{
    uint8_t key[ROWS_KEY];
    size_t n;

    row->version = (uint64_t)sqlite3_column_int64(s, 0);
    if (!rows_get(s, 1, key, sizeof key, &n) || n != sizeof key ||
        !rows_get(s, 2, row->packed, sizeof row->packed, &row->n) ||
        !get_text(s, 3, row->services))
        return false;
    memcpy(row->id.domain, key, 3);
    row->id.group = (uint16_t)(key[3] << 8 | key[4]);
    return true;
}

static enum records_result
load_groups(struct rows *r, int statement, struct records_request *q)
{
    sqlite3_stmt *s = r->statements[statement];
    size_t cap = q->cap > 0 && statement == ROWS_GROUP_AFTER ? q->cap : 1;
    uint8_t key[ROWS_KEY];
    int result;

    rows_key(&q->group, key);
    rows_put(s, 1, key, sizeof key);
    if (statement == ROWS_GROUP_AFTER)
        (void)sqlite3_bind_int64(s, 2, (sqlite3_int64)cap);
    result = sqlite3_step(s);
    for (q->n = 0; result == SQLITE_ROW; result = sqlite3_step(s))
        if (q->n == cap || !get_group(s, &q->group_row[q->n++]))
            break;
    rows_end(s);
    if (result != SQLITE_DONE)
        return RECORDS_FAILED;
    return q->n > 0 ? RECORDS_OK : RECORDS_NONE;
}

static enum records_result
save_group(struct rows *r, const struct records_group *row)
{
    bool fresh = row->version == 0;
    sqlite3_stmt *s =
        r->statements[fresh ? ROWS_INSERT_GROUP : ROWS_UPDATE_GROUP];
    uint8_t key[ROWS_KEY];

    rows_key(&row->id, key);
    if (!fresh)
        (void)sqlite3_bind_int64(s, 1, (sqlite3_int64)row->version);
    rows_put(s, 2, key, sizeof key);
    rows_put(s, 3, row->packed, row->n);
    (void)sqlite3_bind_text(s, 4, row->services, -1, SQLITE_STATIC);
    rows_put_if(s, 5, row->fence.p, row->fence.n);
    (void)sqlite3_bind_int64(s, 6, (sqlite3_int64)row->epoch);
    return change(r, s);
}

static enum records_result
lease(struct rows *r, struct records_request *q)
{
    sqlite3_stmt *s = r->statements[ROWS_LEASE];
    int result;

    rows_put(s, 1, q->key.p, q->key.n);
    rows_put(s, 2, q->owner.p, q->owner.n);
    (void)sqlite3_bind_int64(s, 3, (sqlite3_int64)q->hold);
    result = sqlite3_step(s);
    if (result == SQLITE_ROW) {
        q->epoch = (uint64_t)sqlite3_column_int64(s, 0);
        rows_end(s);
        return RECORDS_OK;
    }
    rows_end(s);
    return result == SQLITE_DONE ? RECORDS_CONFLICT : RECORDS_FAILED;
}

static enum records_result
release(struct rows *r, const struct records_request *q)
{
    sqlite3_stmt *s = r->statements[ROWS_RELEASE];

    rows_put(s, 1, q->key.p, q->key.n);
    rows_put(s, 2, q->owner.p, q->owner.n);
    return change(r, s);
}

static enum records_result
secret(struct rows *r, struct records_request *q)
{
    sqlite3_stmt *s = r->statements[ROWS_KEEP_SECRET];
    bool fine;
    size_t n = 0;

    rows_put(s, 1, q->key.p, q->key.n);
    rows_put(s, 2, q->secret, q->secret_n);
    fine = sqlite3_step(s) == SQLITE_DONE;
    rows_end(s);
    if (!fine)
        return RECORDS_FAILED;
    s = r->statements[ROWS_SECRET];
    rows_put(s, 1, q->key.p, q->key.n);
    fine = sqlite3_step(s) == SQLITE_ROW &&
           rows_get(s, 0, q->secret, q->secret_n, &n) && n == q->secret_n;
    rows_end(s);
    return fine ? RECORDS_OK : RECORDS_FAILED;
}

enum records_result
rows_do(struct rows *r, struct records_request *q)
{
    enum records_result result;

    switch (q->kind) {
    case RECORDS_BY_ID: return load(r, ROWS_BY_ID, q);
    case RECORDS_BY_BTID:
        result = load(r, ROWS_BY_BTID, q);
        return result == RECORDS_NONE ? load(r, ROWS_BY_OLD_BTID, q) : result;
    case RECORDS_SAVE: return save(r, q->rows);
    case RECORDS_CLAIM: return claim(r, q);
    case RECORDS_MEMBERS: return walk(r, ROWS_MEMBERS, q);
    case RECORDS_AFTER: return walk(r, ROWS_AFTER, q);
    case RECORDS_TIMED: return walk(r, ROWS_TIMED, q);
    case RECORDS_NEXT: return next_due(r, q);
    case RECORDS_GROUP: return load_groups(r, ROWS_GROUP, q);
    case RECORDS_GROUP_AFTER: return load_groups(r, ROWS_GROUP_AFTER, q);
    case RECORDS_SAVE_GROUP: return save_group(r, q->group_row);
    case RECORDS_LEASE: return lease(r, q);
    case RECORDS_RELEASE: return release(r, q);
    case RECORDS_SECRET: return secret(r, q);
    case RECORDS_BEGIN_JOB:
    case RECORDS_CLAIM_JOB:
    case RECORDS_SAVE_JOB:
    case RECORDS_SUM_JOB:
    case RECORDS_END_JOB: return rows_do_job(r, q);
    case RECORDS_REPAIR:
    case RECORDS_NOTE_REPAIR:
    case RECORDS_END_REPAIR:
    case RECORDS_LOOK_REPAIR: return rows_do_repair(r, q);
    }
    return RECORDS_FAILED;
}
