/* SPDX-License-Identifier: MIT */
/*
 * Jobs in the store, in parts: whoever is there claims one, says now and then
 * how far it is, and that it has ended. If a node dies, another one goes on
 * where it was, or the same one when it is back.
 */
#include <stdlib.h>
#include <string.h>

#include "bar.h"
#include "host.h"

#define PARTS_MAX 1024   /* of a job */
#define HOLD_MS 10000    /* who says nothing for so long has died */
#define SAVE_MS 500      /* how far a part is */
#define LOOK_MS 1000     /* for parts that others have begun */
#define PROGRESS_MS 1000 /* how far a job is */

/* --- what is told -------------------------------------------------------- */

static json_t *
new_event(struct host *h, const char *name, const struct records_job *row)
{
    json_t *event = event_new(&h->log, name);

    event_word(event, "what", job_names[row->kind]);
    event_hex(event, "domain", (struct msk_bytes){ row->group.domain, 3 });
    event_number(event, "group", row->group.group);
    event_number(event, "members", (json_int_t)row->members);
    event_number(event, "seen", (json_int_t)row->seen);
    event_number(event, "done", (json_int_t)row->done);
    return event;
}

static void
tell_finished(struct host *h, const struct records_job *row)
{
    bar_clear();
    event_tell(&h->log, new_event(h, "finished", row));
}

static struct job_sum *
find_sum(struct jobs *jobs, const struct records_job *row)
{
    struct job_sum *oldest = &jobs->sums[0];

    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job_sum *sum = &jobs->sums[i];

        if (memcmp(sum->id, row->id, sizeof sum->id) == 0)
            return sum;
        if (sum->when < oldest->when)
            oldest = sum;
    }
    memset(oldest, 0, sizeof *oldest);
    memcpy(oldest->id, row->id, sizeof oldest->id);
    return oldest;
}

/* How far it is, and at the speed since it was last told how many seconds are
 * left. */
static void
tell_progress(struct host *h, const struct records_job *row)
{
    struct job_sum *sum = find_sum(&h->jobs, row);
    json_t *event = new_event(h, "progress", row);
    msk_time now = event_monotonic();
    uint64_t left = row->members > row->seen ? row->members - row->seen : 0;
    struct bar bar = { job_names[row->kind], row->group, row->seen,
                       row->members, BAR_UNKNOWN };

    if (sum->when > 0 && row->seen > sum->seen) {
        bar.seconds_left =
            left * (now - sum->when) / 1000 / (row->seen - sum->seen);
        event_number(event, "seconds_left", (json_int_t)bar.seconds_left);
    }
    event_tell(&h->log, event);
    bar_show(&bar);
    sum->when = now;
    sum->seen = row->seen;
    sum->left = left;
}

size_t
parts_active(const struct host *h)
{
    size_t n = h->jobs.timers.state != JOB_NONE ? 1 : 0;

    for (size_t i = 0; i < JOBS_MAX; i++)
        n += h->jobs.all[i].state != JOB_NONE ? 1 : 0;
    return n;
}

uint64_t
parts_left(const struct host *h)
{
    uint64_t left = 0;

    for (size_t i = 0; i < JOBS_MAX; i++)
        left += h->jobs.sums[i].left;
    return left;
}

/* --- to the store -------------------------------------------------------- */

bool
parts_begin(struct host *h, const struct msk_group_id *group,
            enum job_kind kind)
{
    struct records_job row = { .kind = kind, .group = *group };
    struct records_request q = { .kind = RECORDS_BEGIN_JOB,
                                 .job = &row,
                                 .cap = PARTS_MAX };
    enum records_result result = RECORDS_FAILED;

    if (host_randomness.fill(NULL, row.id, sizeof row.id) == 0)
        result = store_ask(h, &q);
    if (result == RECORDS_NONE)
        tell_finished(h, &row); /* nobody is a member */
    h->jobs.look = 0;
    return result == RECORDS_OK || result == RECORDS_NONE;
}

static struct records_request *
add(struct jobs *jobs, enum records_kind kind, struct job *job)
{
    size_t n = jobs->batch.n++;

    jobs->of[n] = job;
    if (job != NULL)
        jobs->rows[n] = job->row;
    jobs->requests[n] = (struct records_request){ .kind = kind,
                                                  .job = &jobs->rows[n],
                                                  .hold = HOLD_MS };
    return &jobs->requests[n];
}

/* How far it is; if it has ended, perhaps all of the job has. */
static void
fill_save(struct jobs *jobs, struct job *job, msk_time now)
{
    struct records_request *q;

    if (job->state == JOB_NONE || job->rests > now ||
        (job->state == JOB_WORKS && now - job->saved < SAVE_MS))
        return;
    q = add(jobs, RECORDS_SAVE_JOB, job);
    memcpy(q->job->at, job->floor.id, job->floor.id_n);
    q->job->at_n = job->floor.id_n;
    q->job->ended = job->state == JOB_ENDS;
    job->saved = now;
    if (job->state == JOB_ENDS)
        (void)add(jobs, RECORDS_END_JOB, job);
}

/* The first one of this node that is of a job asks for all of it. */
static bool
is_first(const struct jobs *jobs, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (jobs->all[j].state == JOB_WORKS &&
            memcmp(jobs->all[j].row.id, jobs->all[i].row.id, RECORDS_JOB_ID) ==
                0)
            return false;
    return jobs->all[i].state == JOB_WORKS;
}

static bool
fill(struct host *h)
{
    struct jobs *jobs = &h->jobs;
    msk_time now = event_monotonic();

    jobs->batch = (struct records_batch){ .requests = jobs->requests };
    for (size_t i = 0; i < JOBS_MAX; i++)
        fill_save(jobs, &jobs->all[i], now);
    if (jobs->told + PROGRESS_MS <= now) {
        jobs->told = now;
        for (size_t i = 0; i < JOBS_MAX; i++)
            if (is_first(jobs, i))
                (void)add(jobs, RECORDS_SUM_JOB, &jobs->all[i]);
    }
    if (jobs->look <= now && !h->quit && jobs_find_room(jobs) != NULL)
        (void)add(jobs, RECORDS_CLAIM_JOB, NULL);
    return jobs->batch.n > 0;
}

/* --- what it says -------------------------------------------------------- */

static void
take_claimed(struct host *h, const struct records_request *q)
{
    struct job *job = jobs_find_room(&h->jobs);

    h->jobs.look = event_monotonic() + LOOK_MS;
    if (q->result != RECORDS_OK || job == NULL || q->job->kind > JOB_CHECK)
        return;
    h->jobs.look = 0; /* there may be more */
    if (parts_active(h) == 0)
        h->jobs.told = event_monotonic();
    memset(job, 0, sizeof *job);
    job->state = JOB_WORKS;
    job->kind = (enum job_kind)q->job->kind;
    job->group = q->job->group;
    job->row = *q->job;
    job->saved = event_monotonic();
    memcpy(job->at.id, q->job->at, q->job->at_n);
    job->at.id_n = q->job->at_n;
    job->floor = job->at;
}

/* Somebody else works on it: this node was too slow. */
static void
take_saved(struct job *job, const struct records_request *q)
{
    if (q->result == RECORDS_CONFLICT)
        job->state = JOB_NONE;
    if (q->result == RECORDS_FAILED)
        job->rests = event_monotonic() + LOOK_MS;
}

static void
take_ended(struct host *h, struct job *job, const struct records_request *q)
{
    if (q->result == RECORDS_FAILED)
        return; /* once more */
    job->state = JOB_NONE;
    h->jobs.look = 0;
    if (q->result != RECORDS_OK)
        return;
    find_sum(&h->jobs, q->job)->left = 0;
    tell_finished(h, q->job);
}

static void
take(struct host *h)
{
    struct jobs *jobs = &h->jobs;

    store_note(&h->store, &jobs->batch);
    for (size_t i = 0; i < jobs->batch.n; i++) {
        struct records_request *q = &jobs->requests[i];

        if (q->kind == RECORDS_CLAIM_JOB)
            take_claimed(h, q);
        else if (q->kind == RECORDS_SAVE_JOB)
            take_saved(jobs->of[i], q);
        else if (q->kind == RECORDS_END_JOB)
            take_ended(h, jobs->of[i], q);
        else if (q->result == RECORDS_OK)
            tell_progress(h, q->job);
    }
}

void
parts_run(struct host *h)
{
    struct jobs *jobs = &h->jobs;

    if (jobs->busy && jobs->batch.over) {
        jobs->busy = false;
        take(h);
    }
    if (jobs->busy || !fill(h))
        return;
    jobs->busy = true;
    records_begin(h->store.records, &jobs->batch);
}

msk_time
parts_wait(const struct host *h)
{
    const struct jobs *jobs = &h->jobs;
    msk_time now = event_monotonic(), at = MSK_NEVER;

    if (jobs->busy)
        return MSK_NEVER;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        const struct job *job = &jobs->all[i];
        msk_time next = job->state == JOB_WORKS ? job->saved + SAVE_MS : 0;

        if (job->state == JOB_NONE && job->rounds == 0)
            next = jobs->look;
        else if (job->state == JOB_NONE)
            continue;
        next = next > job->rests ? next : job->rests;
        at = next < at ? next : at;
    }
    return at > now ? at - now : 0;
}

void
parts_end(struct host *h, struct job *job)
{
    job->state = JOB_ENDS;
    if (job->kind != JOB_TIMERS)
        return;
    job->row.kind = JOB_TIMERS;
    job->row.members = job->row.seen;
    job->state = JOB_NONE;
    tell_finished(h, &job->row);
}

void
parts_let_go(struct host *h)
{
    struct jobs *jobs = &h->jobs;

    jobs->batch = (struct records_batch){ .requests = jobs->requests };
    for (size_t i = 0; i < JOBS_MAX; i++) {
        jobs->all[i].saved = 0;
        fill_save(jobs, &jobs->all[i], event_monotonic());
    }
    for (size_t i = 0; i < jobs->batch.n; i++)
        jobs->requests[i].hold = 0;
    if (jobs->batch.n > 0)
        (void)store_do(h, jobs->requests, jobs->batch.n);
}
