/* SPDX-License-Identifier: MIT */
/*
 * Pushes and pulls: to one, or to all members; and timers that begin anew. A
 * job does some in each round (rounds.h), as many as there is room for, or as
 * many as --pushes-per-second lets it. What is for all members is in the store
 * (parts.c): here is the part of it that this node works on.
 */
#include "jobs.h"

#include <string.h>

#include "host.h"
#include "services.h"

#define REST_MS 1000 /* when the store takes nothing */
#define AT_ONCE 50u  /* pushes, where there are so many a second */

const char *const job_names[] = { "push", "push-next", "pull",
                                  "part", "check",     "timers" };

/* --- one subscriber ------------------------------------------------------ */

static int
part(struct host *h, struct work *work, const struct job *job,
     struct msk_subscriber *s)
{
    const struct group *group = groups_find(&h->groups, &job->group);

    if (group == NULL && job->kind == JOB_CHECK)
        return MSK_OK;
    if (job->kind == JOB_CHECK &&
        services_meet(work->row->services, group->row.services))
        return MSK_OK;
    msk_subscriber_part(s, &job->group);
    return MSK_OK;
}

static int
push(struct host *h, const struct job *job, struct msk_subscriber *s,
     msk_time now)
{
    const struct group *group = groups_find(&h->groups, &job->group);

    if (group == NULL)
        return h->groups.lacks || h->groups.failed ? MSK_OK : MSK_ERR_NO_MSK;
    if (job->kind == JOB_PUSH_NEXT)
        return msk_bmsc_push_msk(h->bmsc, h, s, &group->keys, MSK_ROLE_NEXT,
                                 now, h->outbox);
    if (job->kind == JOB_PULL)
        return msk_bmsc_pull(h->bmsc, h, s, &group->keys, now, h->outbox);
    return msk_bmsc_push(h->bmsc, h, s, &group->keys, now, h->outbox);
}

static int
call(struct host *h, struct work *work, struct msk_subscriber *s, msk_time now)
{
    const struct job *job = work->user;

    if (s == NULL)
        return MSK_ERR_NO_MUK;
    switch (job->kind) {
    case JOB_PUSH:
    case JOB_PUSH_NEXT:
    case JOB_PULL: break;
    case JOB_PART:
    case JOB_CHECK: return part(h, work, job, s);
    case JOB_TIMERS: return serve_timer(h, work, s, now);
    }
    return push(h, job, s, now);
}

static void
end_one(struct host *h, struct work *work)
{
    struct job *job = work->user;
    bool parts = job->kind == JOB_PART || job->kind == JOB_CHECK;

    if (work->err == MSK_OK && parts && work->row->regrouped)
        tell_parted(h, work->row, &job->group,
                    job->kind == JOB_PART ? "by command" : "not allowed");
}

struct work
jobs_work(struct job *job)
{
    return (struct work){
        .call = call, .done = end_one, .what = job_names[job->kind], .user = job
    };
}

int
jobs_one(struct host *h, const struct msk_group_id *group,
         struct msk_bytes btid, enum job_kind kind)
{
    struct job job = { .kind = kind, .group = *group };
    struct work work = jobs_work(&job);

    work.by = WORK_BTID;
    work.key = btid;
    return rounds_do(h, &work);
}

/* --- a walk -------------------------------------------------------------- */

struct job *
jobs_find_room(struct jobs *jobs)
{
    for (size_t i = 0; i < JOBS_MAX; i++)
        if (jobs->all[i].state == JOB_NONE && jobs->all[i].rounds == 0)
            return &jobs->all[i];
    return NULL;
}

/* One at a time: it begins at the front when the clock is set back again. It
 * has a place of its own. */
void
jobs_timers(struct host *h)
{
    struct job *job = &h->jobs.timers;
    unsigned rounds = job->rounds;

    memset(job, 0, sizeof *job);
    job->state = JOB_WORKS;
    job->kind = JOB_TIMERS;
    job->rounds = rounds;
    job->at.due = event_unix();
    job->floor = job->at;
}

static bool
is_paced(const struct job *job)
{
    return job->kind == JOB_PUSH || job->kind == JOB_PUSH_NEXT ||
           job->kind == JOB_PULL;
}

/* Of at most cap, how many may be pushed now? */
static size_t
paced(struct host *h, const struct job *job, size_t cap)
{
    size_t n = 0;

    if (!is_paced(job) || h->options.pushes_per_second == 0)
        return cap;
    while (n < cap && n < AT_ONCE) {
        h->jobs.wait = msk_pacer_take(&h->jobs.pacer, event_monotonic());
        if (h->jobs.wait > 0)
            break;
        n++;
    }
    return n;
}

static struct job *
job_at(struct jobs *jobs, size_t i)
{
    return i < JOBS_MAX ? &jobs->all[i] : &jobs->timers;
}

static bool
can_go_on(const struct job *job)
{
    return job->state == JOB_WORKS && !job->loads && !job->ended &&
           !job->ragged;
}

/* Each has a round in its turn, so that none has all of them. */
static struct job *
choose(struct jobs *jobs)
{
    msk_time now = event_monotonic();

    for (size_t i = 0; i <= JOBS_MAX; i++) {
        struct job *job = job_at(jobs, jobs->turn++ % (JOBS_MAX + 1));

        if (can_go_on(job) && job->rests <= now)
            return job;
    }
    return NULL;
}

struct job *
jobs_next(struct host *h, struct job_place *from, size_t cap,
          struct records_request *request)
{
    struct job *job = cap > 0 && !h->quit ? choose(&h->jobs) : NULL;
    size_t n = job != NULL ? paced(h, job, cap) : 0;

    if (n == 0)
        return NULL;
    *from = job->at;
    *request = (struct records_request){ .kind = job->kind == JOB_TIMERS
                                                     ? RECORDS_TIMED
                                                     : RECORDS_MEMBERS,
                                         .key = { from->id, from->id_n },
                                         .group = job->group,
                                         .now = from->due,
                                         .cap = n };
    job->loads = true;
    job->rounds++;
    return job;
}

/* Is it behind the last one of a part? */
static bool
is_beyond(const struct job *job, const struct records_subscriber *row)
{
    size_t n = row->id_n < job->row.last_n ? row->id_n : job->row.last_n;
    int order = memcmp(row->id, job->row.last, n);

    return job->kind != JOB_TIMERS &&
           (order > 0 || (order == 0 && row->id_n > job->row.last_n));
}

size_t
jobs_take(struct job *job, const struct records_request *request,
          struct job_place *to)
{
    size_t n = request->result == RECORDS_OK ? request->n : 0, all = n;

    job->loads = false;
    *to = job->at;
    if (request->result == RECORDS_FAILED)
        return 0;
    while (n > 0 && is_beyond(job, &request->rows[n - 1]))
        n--;
    job->ended = n < all || all < request->cap;
    if (n > 0) {
        const struct records_subscriber *last = &request->rows[n - 1];

        memcpy(to->id, last->id, last->id_n);
        to->id_n = last->id_n;
        to->due = last->due;
    }
    job->at = *to;
    return n;
}

/* What failed is done again, from the last one on up to whom all were done; it
 * does not matter that some of those behind them are done twice. */
static void
smooth(struct job *job)
{
    if (job->failed) {
        job->at = job->floor;
        job->ended = false;
        job->rests = event_monotonic() + REST_MS;
    } else {
        job->floor = job->at;
        job->row.seen += job->ahead_seen;
        job->row.done += job->ahead_done;
    }
    job->ahead_seen = job->ahead_done = 0;
    job->ragged = job->failed = false;
}

static bool
is_same(const struct job_place *a, const struct job_place *b)
{
    return a->id_n == b->id_n && memcmp(a->id, b->id, a->id_n) == 0 &&
           a->due == b->due;
}

void
jobs_over(struct host *h, const struct round *r)
{
    struct job *job = r->job;

    job->rounds--;
    if (r->job_failed) {
        tell_refused(h, job_names[job->kind], MSK_ERR_STORE);
        job->failed = job->ragged = true;
    } else if (!job->ragged && is_same(&r->job_at, &job->floor)) {
        job->floor = r->job_to;
        job->row.seen += r->job_seen;
        job->row.done += r->job_done;
    } else { /* another one is not over that began before it */
        job->ragged = true;
        job->ahead_seen += r->job_seen;
        job->ahead_done += r->job_done;
    }
    if (job->rounds == 0 && job->ragged)
        smooth(job);
    if (job->state == JOB_WORKS && job->ended && job->rounds == 0)
        parts_end(h, job);
}

msk_time
jobs_wait(const struct host *h)
{
    struct jobs *jobs = (struct jobs *)(uintptr_t)&h->jobs;
    msk_time now = event_monotonic(), least = parts_wait(h);

    for (size_t i = 0; i <= JOBS_MAX; i++) {
        const struct job *job = job_at(jobs, i);
        msk_time wait = job->rests > now ? job->rests - now : 0;

        if (!can_go_on(job))
            continue;
        if (wait < jobs->wait && is_paced(job))
            wait = jobs->wait;
        least = wait < least ? wait : least;
    }
    return least;
}
