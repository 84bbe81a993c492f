/* SPDX-License-Identifier: MIT */
/* Jobs in SQLite, and values, which other rows have as well. */
#include <string.h>

#include "sqlite_rows.h"

#define PART 1000u /* members of a part; more if there were too many parts */

void
rows_end(sqlite3_stmt *s)
{
    (void)sqlite3_reset(s);
    (void)sqlite3_clear_bindings(s);
}

void
rows_put(sqlite3_stmt *s, int at, const uint8_t *p, size_t n)
{
    if (n > 0)
        (void)sqlite3_bind_blob(s, at, p, (int)n, SQLITE_STATIC);
    else
        (void)sqlite3_bind_zeroblob(s, at, 0);
}

void
rows_put_if(sqlite3_stmt *s, int at, const uint8_t *p, size_t n)
{
    if (n > 0)
        rows_put(s, at, p, n);
}

bool
rows_get(sqlite3_stmt *s, int column, void *out, size_t cap, size_t *n)
{
    const void *p = sqlite3_column_blob(s, column);

    *n = (size_t)sqlite3_column_bytes(s, column);
    if (*n > cap)
        return false;
    if (*n > 0)
        memcpy(out, p, *n);
    return true;
}

void
rows_key(const struct msk_group_id *id, uint8_t key[ROWS_KEY])
{
    memcpy(key, id->domain, 3);
    key[3] = (uint8_t)(id->group >> 8);
    key[4] = (uint8_t)id->group;
}

/* --- jobs ---------------------------------------------------------------- */

static enum records_result
count_members(struct rows *r, const struct msk_group_id *group, uint64_t *n)
{
    sqlite3_stmt *s = r->statements[ROWS_COUNT_MEMBERS];
    uint8_t key[ROWS_KEY];
    bool fine;

    rows_key(group, key);
    rows_put(s, 1, key, sizeof key);
    fine = sqlite3_step(s) == SQLITE_ROW;
    *n = fine ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
    rows_end(s);
    if (!fine)
        return RECORDS_FAILED;
    return *n > 0 ? RECORDS_OK : RECORDS_NONE;
}

/* Its members after part->at; part->last is found out. */
static enum records_result
begin_part(struct rows *r, struct records_job *part)
{
    sqlite3_stmt *s = r->statements[ROWS_BEGIN_PART];
    uint8_t key[ROWS_KEY];
    int result;
    bool fine;

    rows_key(&part->group, key);
    rows_put(s, 1, part->id, sizeof part->id);
    (void)sqlite3_bind_int64(s, 2, part->part);
    (void)sqlite3_bind_int64(s, 3, part->kind);
    rows_put(s, 4, key, sizeof key);
    rows_put(s, 5, part->at, part->at_n);
    (void)sqlite3_bind_int64(s, 6, (sqlite3_int64)part->members);
    result = sqlite3_step(s);
    fine = result == SQLITE_ROW &&
           rows_get(s, 0, part->last, sizeof part->last, &part->last_n);
    rows_end(s);
    if (result == SQLITE_CONSTRAINT)
        return RECORDS_CONFLICT;
    return fine ? RECORDS_OK : RECORDS_FAILED;
}

/* The first ones have one member more, if they cannot all have as many. Only
 * the last ones are looked at: to number all the members takes longer than to
 * load and save them. */
static enum records_result
begin_job(struct rows *r, const struct records_request *q)
{
    struct records_job part = *q->job;
    uint64_t n, parts;
    enum records_result result = count_members(r, &part.group, &n);

    parts = 1 + n / PART;
    if (parts > q->cap)
        parts = q->cap > 0 ? q->cap : 1;
    part.last_n = 0;
    for (part.part = 1; result == RECORDS_OK && part.part <= parts;
         part.part++) {
        memcpy(part.at, part.last, part.last_n);
        part.at_n = part.last_n;
        part.members = n / parts + (part.part <= n % parts ? 1 : 0);
        result = begin_part(r, &part);
    }
    return result;
}

static bool
get_job(sqlite3_stmt *s, struct records_job *job)
{
    uint8_t key[ROWS_KEY];
    size_t n;

    if (!rows_get(s, 0, job->id, sizeof job->id, &n) || n != sizeof job->id ||
        !rows_get(s, 3, key, sizeof key, &n) || n != sizeof key ||
        !rows_get(s, 5, job->at, sizeof job->at, &job->at_n) ||
        !rows_get(s, 6, job->last, sizeof job->last, &job->last_n))
        return false;
    job->part = (uint32_t)sqlite3_column_int64(s, 1);
    job->kind = (uint32_t)sqlite3_column_int64(s, 2);
    memcpy(job->group.domain, key, 3);
    job->group.group = (uint16_t)(key[3] << 8 | key[4]);
    job->epoch = (uint64_t)sqlite3_column_int64(s, 4);
    job->members = (uint64_t)sqlite3_column_int64(s, 7);
    job->seen = (uint64_t)sqlite3_column_int64(s, 8);
    job->done = (uint64_t)sqlite3_column_int64(s, 9);
    job->ended = false;
    return true;
}

static enum records_result
claim_job(struct rows *r, struct records_request *q)
{
    sqlite3_stmt *s = r->statements[ROWS_CLAIM_JOB];
    int result;
    bool fine = true;

    (void)sqlite3_bind_int64(s, 1, (sqlite3_int64)q->hold);
    result = sqlite3_step(s);
    if (result == SQLITE_ROW)
        fine = get_job(s, q->job);
    rows_end(s);
    if (!fine || (result != SQLITE_ROW && result != SQLITE_DONE))
        return RECORDS_FAILED;
    return result == SQLITE_ROW ? RECORDS_OK : RECORDS_NONE;
}

static enum records_result
save_job(struct rows *r, const struct records_request *q)
{
    sqlite3_stmt *s = r->statements[ROWS_SAVE_JOB];
    const struct records_job *job = q->job;
    int result;

    rows_put(s, 1, job->id, sizeof job->id);
    (void)sqlite3_bind_int64(s, 2, job->part);
    (void)sqlite3_bind_int64(s, 3, (sqlite3_int64)job->epoch);
    (void)sqlite3_bind_int64(s, 4, (sqlite3_int64)q->hold);
    rows_put(s, 5, job->at, job->at_n);
    (void)sqlite3_bind_int64(s, 6, (sqlite3_int64)job->seen);
    (void)sqlite3_bind_int64(s, 7, (sqlite3_int64)job->done);
    (void)sqlite3_bind_int64(s, 8, job->ended ? 1 : 0);
    result = sqlite3_step(s);
    rows_end(s);
    if (result != SQLITE_DONE)
        return RECORDS_FAILED;
    return sqlite3_changes(r->db) == 1 ? RECORDS_OK : RECORDS_CONFLICT;
}

/* The parts that a statement gives, added up. */
static enum records_result
sum_job(struct rows *r, int statement, const struct records_request *q)
{
    sqlite3_stmt *s = r->statements[statement];
    struct records_job *job = q->job;
    int result;
    size_t n = 0;

    job->members = job->seen = job->done = 0;
    rows_put(s, 1, job->id, sizeof job->id);
    for (result = sqlite3_step(s); result == SQLITE_ROW; n++) {
        job->members += (uint64_t)sqlite3_column_int64(s, 0);
        job->seen += (uint64_t)sqlite3_column_int64(s, 1);
        job->done += (uint64_t)sqlite3_column_int64(s, 2);
        result = sqlite3_step(s);
    }
    rows_end(s);
    if (result != SQLITE_DONE)
        return RECORDS_FAILED;
    return n > 0 ? RECORDS_OK : RECORDS_NONE;
}

enum records_result
rows_do_job(struct rows *r, struct records_request *q)
{
    if (q->kind == RECORDS_BEGIN_JOB)
        return begin_job(r, q);
    if (q->kind == RECORDS_CLAIM_JOB)
        return claim_job(r, q);
    if (q->kind == RECORDS_SAVE_JOB)
        return save_job(r, q);
    return sum_job(r, q->kind == RECORDS_SUM_JOB ? ROWS_SUM_JOB : ROWS_END_JOB,
                   q);
}
