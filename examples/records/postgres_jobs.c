/* SPDX-License-Identifier: MIT */
/* Jobs in PostgreSQL. */
#include <string.h>

#include "postgres_rows.h"

const char *
describe_job(struct parameters *p, const struct records_request *q)
{
    const struct records_job *job = q->job;

    if (q->kind == RECORDS_CLAIM_JOB) {
        value_put_number(p, (uint64_t)q->hold);
        return "claim_job";
    }
    value_put(p, job->id, sizeof job->id);
    if (q->kind == RECORDS_SUM_JOB)
        return "sum_job";
    if (q->kind == RECORDS_END_JOB)
        return "end_job";
    if (q->kind == RECORDS_BEGIN_JOB) {
        value_put_number(p, job->kind);
        value_put_group(p, &job->group, p->groups);
        value_put_number(p, q->cap > 0 ? q->cap : 1);
        return "begin_job";
    }
    value_put_number(p, job->part);
    value_put_number(p, job->epoch);
    value_put_number(p, (uint64_t)q->hold);
    value_put(p, job->at, job->at_n);
    value_put_number(p, job->seen);
    value_put_number(p, job->done);
    value_put_number(p, job->ended ? 1 : 0);
    return "save_job";
}

static enum records_result
take_claimed(struct records_job *job, const PGresult *res)
{
    uint8_t key[GROUP_KEY];
    size_t n;

    if (!value_get(res, 0, 0, job->id, sizeof job->id, &n) ||
        n != sizeof job->id || !value_get(res, 0, 3, key, sizeof key, &n) ||
        n != sizeof key ||
        !value_get(res, 0, 5, job->at, sizeof job->at, &job->at_n) ||
        !value_get(res, 0, 6, job->last, sizeof job->last, &job->last_n))
        return RECORDS_FAILED;
    job->part = (uint32_t)value_get_number(res, 0, 1);
    job->kind = (uint32_t)value_get_number(res, 0, 2);
    memcpy(job->group.domain, key, 3);
    job->group.group = (uint16_t)(key[3] << 8 | key[4]);
    job->epoch = value_get_number(res, 0, 4);
    job->members = value_get_number(res, 0, 7);
    job->seen = value_get_number(res, 0, 8);
    job->done = value_get_number(res, 0, 9);
    job->ended = false;
    return RECORDS_OK;
}

enum records_result
take_job(struct records_request *q, const PGresult *res)
{
    struct records_job *job = q->job;
    int n = PQntuples(res);

    if (n == 0)
        return RECORDS_NONE;
    if (q->kind == RECORDS_BEGIN_JOB)
        return RECORDS_OK;
    if (q->kind == RECORDS_CLAIM_JOB)
        return take_claimed(job, res);
    job->members = job->seen = job->done = 0;
    for (int i = 0; i < n; i++) {
        job->members += value_get_number(res, i, 0);
        job->seen += value_get_number(res, i, 1);
        job->done += value_get_number(res, i, 2);
    }
    return RECORDS_OK;
}
