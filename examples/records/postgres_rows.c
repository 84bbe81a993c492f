/* SPDX-License-Identifier: MIT */
#include "postgres_rows.h"

#include <string.h>

static void
put_time(struct parameters *p, msk_time time)
{
    value_put_number(p, (uint64_t)time);
    if (time == MSK_NEVER)
        p->values[p->n - 1] = NULL;
}

static void
put_groups(struct parameters *p, const struct records_subscriber *row)
{
    int n = p->n;

    for (size_t i = 0; i < row->n_groups; i++) {
        value_put_group(p, &row->groups[i], p->groups + GROUP_KEY * i);
        p->n = n;
    }
    value_put(p, p->groups, GROUP_KEY * row->n_groups);
}

static void
put_row(struct parameters *p, const struct records_subscriber *row)
{
    value_put_number(p, row->version);
    value_put(p, row->id, row->id_n);
    value_put(p, row->btid, row->btid_n);
    value_put_if(p, row->old_btid, row->old_btid_n);
    value_put(p, row->packed, row->n);
    put_time(p, row->due);
    value_put_if(p, row->address, row->address_n);
    value_put(p, row->services, strlen(row->services));
}

static const char *
describe_save(struct parameters *p, const struct records_subscriber *row)
{
    put_row(p, row);
    if (row->version > 0 && !row->regrouped)
        return "update";
    put_groups(p, row);
    return row->version == 0 ? "insert" : "regroup";
}

static const char *
describe_save_group(struct parameters *p, const struct records_group *row)
{
    value_put_number(p, row->version);
    value_put_group(p, &row->id, p->groups);
    value_put(p, row->packed, row->n);
    value_put(p, row->services, strlen(row->services));
    value_put_if(p, row->fence.p, row->fence.n);
    value_put_number(p, row->epoch);
    return row->version == 0 ? "insert_group" : "update_group";
}

static const char *
describe_many(struct parameters *p, const struct records_request *q)
{
    uint64_t cap = q->cap > 0 ? q->cap : 1;

    if (q->kind == RECORDS_CLAIM) {
        value_put_number(p, (uint64_t)q->now);
        value_put_number(p, cap);
        value_put_number(p, (uint64_t)(q->now + q->hold));
        return "claim";
    }
    if (q->kind == RECORDS_GROUP_AFTER) {
        value_put_group(p, &q->group, p->groups);
        value_put_number(p, cap);
        return "group_after";
    }
    if (q->kind == RECORDS_TIMED)
        value_put_number(p, (uint64_t)q->now);
    if (q->kind == RECORDS_MEMBERS)
        value_put_group(p, &q->group, p->groups);
    value_put(p, q->key.p, q->key.n);
    value_put_number(p, cap);
    if (q->kind == RECORDS_AFTER)
        return "after";
    return q->kind == RECORDS_TIMED ? "timed" : "members";
}

static const char *
describe_named(struct parameters *p, const struct records_request *q)
{
    value_put(p, q->key.p, q->key.n);
    if (q->kind == RECORDS_BY_ID)
        return "by_id";
    if (q->kind == RECORDS_BY_BTID)
        return "by_btid";
    if (q->kind == RECORDS_SECRET) {
        value_put(p, q->secret, q->secret_n);
        return "secret";
    }
    value_put(p, q->owner.p, q->owner.n);
    if (q->kind == RECORDS_RELEASE)
        return "release";
    value_put_number(p, (uint64_t)q->hold);
    return "lease";
}

/* Its parameters, and the name of its statement. */
static const char *
describe(struct parameters *p, const struct records_request *q)
{
    switch (q->kind) {
    case RECORDS_SAVE: return describe_save(p, q->rows);
    case RECORDS_SAVE_GROUP: return describe_save_group(p, q->group_row);
    case RECORDS_CLAIM:
    case RECORDS_MEMBERS:
    case RECORDS_AFTER:
    case RECORDS_TIMED:
    case RECORDS_GROUP_AFTER: return describe_many(p, q);
    case RECORDS_NEXT: return "next";
    case RECORDS_GROUP:
        value_put_group(p, &q->group, p->groups);
        return "group";
    case RECORDS_BEGIN_JOB:
    case RECORDS_CLAIM_JOB:
    case RECORDS_SAVE_JOB:
    case RECORDS_SUM_JOB:
    case RECORDS_END_JOB: return describe_job(p, q);
    case RECORDS_REPAIR:
    case RECORDS_NOTE_REPAIR:
    case RECORDS_END_REPAIR:
    case RECORDS_LOOK_REPAIR: return describe_repair(p, q);
    case RECORDS_BY_ID:
    case RECORDS_BY_BTID:
    case RECORDS_LEASE:
    case RECORDS_RELEASE:
    case RECORDS_SECRET: break;
    }
    return describe_named(p, q);
}

bool
request_send(struct link *link, const struct op *op)
{
    struct parameters p = { .n = 0 };
    const char *statement = describe(&p, op->request);

    return link_send(link, op, statement, p.n, p.values, p.lengths);
}

/* --- results ------------------------------------------------------------- */

static msk_time
get_time(const PGresult *res, int row, int column)
{
    return PQgetisnull(res, row, column)
               ? MSK_NEVER
               : (msk_time)value_get_number(res, row, column);
}

static bool
get_text(const PGresult *res, int row, int column,
         char out[RECORDS_SERVICES_MAX])
{
    size_t n;
    bool fine = value_get(res, row, column, out, RECORDS_SERVICES_MAX - 1, &n);

    out[fine ? n : 0] = '\0';
    return fine;
}

static bool
get_row(const PGresult *res, int i, struct records_subscriber *row)
{
    row->version = value_get_number(res, i, 0);
    row->due = get_time(res, i, 5);
    row->regrouped = row->same_btids = false;
    row->n_groups = 0;
    return value_get(res, i, 1, row->id, sizeof row->id, &row->id_n) &&
           value_get(res, i, 2, row->btid, sizeof row->btid, &row->btid_n) &&
           value_get(res, i, 3, row->old_btid, sizeof row->old_btid,
                     &row->old_btid_n) &&
           value_get(res, i, 4, row->packed, sizeof row->packed, &row->n) &&
           value_get(res, i, 6, row->address, sizeof row->address,
                     &row->address_n) &&
           get_text(res, i, 7, row->services);
}

static enum records_result
take_rows(struct records_request *q, const PGresult *res)
{
    int n = PQntuples(res);

    q->n = 0;
    if (n > (int)(q->cap > 0 ? q->cap : 1))
        return RECORDS_FAILED;
    for (int i = 0; i < n; i++)
        if (!get_row(res, i, &q->rows[q->n++]))
            return RECORDS_FAILED;
    return n > 0 ? RECORDS_OK : RECORDS_NONE;
}

static bool
get_group(const PGresult *res, int i, struct records_group *row)
{
    uint8_t key[GROUP_KEY];
    size_t n;

    row->version = value_get_number(res, i, 0);
    if (!value_get(res, i, 1, key, sizeof key, &n) || n != sizeof key ||
        !value_get(res, i, 2, row->packed, sizeof row->packed, &row->n) ||
        !get_text(res, i, 3, row->services))
        return false;
    memcpy(row->id.domain, key, 3);
    row->id.group = (uint16_t)(key[3] << 8 | key[4]);
    return true;
}

static enum records_result
take_groups(struct records_request *q, const PGresult *res)
{
    size_t cap = q->cap > 0 && q->kind == RECORDS_GROUP_AFTER ? q->cap : 1;
    int n = PQntuples(res);

    q->n = 0;
    if (n > (int)cap)
        return RECORDS_FAILED;
    for (int i = 0; i < n; i++)
        if (!get_group(res, i, &q->group_row[q->n++]))
            return RECORDS_FAILED;
    return n > 0 ? RECORDS_OK : RECORDS_NONE;
}

static enum records_result
take_next(struct records_request *q, const PGresult *res)
{
    q->now = PQntuples(res) == 1 ? get_time(res, 0, 0) : MSK_NEVER;
    return q->now != MSK_NEVER ? RECORDS_OK : RECORDS_NONE;
}

static enum records_result
take_secret(struct records_request *q, const PGresult *res)
{
    size_t n;

    return PQntuples(res) == 1 &&
                   value_get(res, 0, 0, q->secret, q->secret_n, &n) &&
                   n == q->secret_n
               ? RECORDS_OK
               : RECORDS_FAILED;
}

enum records_result
request_error(const PGresult *res)
{
    const char *code = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    if (code == NULL)
        return RECORDS_FAILED;
    /* unique_violation, serialization_failure, deadlock_detected */
    return strcmp(code, "23505") == 0 || strcmp(code, "40001") == 0 ||
                   strcmp(code, "40P01") == 0
               ? RECORDS_CONFLICT
               : RECORDS_FAILED;
}

enum records_result
request_take(struct records_request *q, const PGresult *res)
{
    if (PQresultStatus(res) != PGRES_TUPLES_OK)
        return request_error(res);
    switch (q->kind) {
    case RECORDS_BY_ID:
    case RECORDS_BY_BTID:
    case RECORDS_CLAIM:
    case RECORDS_MEMBERS:
    case RECORDS_AFTER:
    case RECORDS_TIMED: return take_rows(q, res);
    case RECORDS_NEXT: return take_next(q, res);
    case RECORDS_GROUP:
    case RECORDS_GROUP_AFTER: return take_groups(q, res);
    case RECORDS_SECRET: return take_secret(q, res);
    case RECORDS_BEGIN_JOB:
    case RECORDS_CLAIM_JOB:
    case RECORDS_SUM_JOB:
    case RECORDS_END_JOB: return take_job(q, res);
    case RECORDS_REPAIR:
    case RECORDS_NOTE_REPAIR:
    case RECORDS_END_REPAIR:
    case RECORDS_LOOK_REPAIR: return take_repair(q, res);
    case RECORDS_SAVE_JOB:
    case RECORDS_LEASE: q->epoch = value_get_number(res, 0, 0); break;
    case RECORDS_SAVE:
    case RECORDS_SAVE_GROUP:
    case RECORDS_RELEASE: break;
    }
    return PQntuples(res) == 1 ? RECORDS_OK : RECORDS_CONFLICT;
}
