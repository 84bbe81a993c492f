/* SPDX-License-Identifier: MIT */
/*
 * Pushes and pulls: to one, or to all members; and timers that begin anew. A
 * job does a part in each round (rounds.h), as many as there is room for, or as
 * many as --pushes-per-second lets it, and tells how far it is.
 */
#include "jobs.h"

#include <string.h>

#include "host.h"
#include "services.h"

#define PROGRESS_MS 1000
#define REST_MS 1000 /* when the store takes nothing */
#define AT_ONCE 50u  /* pushes, where there are so many a second */

static const char *const names[] = { "push", "push-next", "pull",
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
        return h->groups.lacks ? MSK_OK : MSK_ERR_NO_MSK;
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

    job->done += work->err == MSK_ERR_STORE ? 0 : 1;
    if (work->err == MSK_OK && parts && work->row->regrouped)
        tell_parted(h, work->row, &job->group,
                    job->kind == JOB_PART ? "by command" : "not allowed");
}

struct work
jobs_work(struct job *job)
{
    return (struct work){
        .call = call, .done = end_one, .what = names[job->kind], .user = job
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

/* --- all ----------------------------------------------------------------- */

static struct job *
begin(struct host *h, enum job_kind kind)
{
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &h->jobs.all[i];

        if (job->active || job->rounds > 0)
            continue;
        memset(job, 0, sizeof *job);
        job->active = true;
        job->kind = kind;
        job->told = event_monotonic();
        return job;
    }
    return NULL;
}

bool
jobs_all(struct host *h, const struct msk_group_id *group, enum job_kind kind)
{
    struct job *job = begin(h, kind);

    if (job == NULL)
        return false;
    job->group = *group;
    return true;
}

/* One at a time: it begins at the front when the clock is set back again. */
void
jobs_timers(struct host *h)
{
    struct job *job;

    for (size_t i = 0; i < JOBS_MAX; i++)
        if (h->jobs.all[i].active && h->jobs.all[i].kind == JOB_TIMERS)
            h->jobs.all[i].active = false;
    job = begin(h, JOB_TIMERS);
    if (job == NULL)
        event_error(&h->log, "too much to do");
    else
        job->at.due = event_unix();
}

size_t
jobs_active(const struct host *h)
{
    size_t n = 0;

    for (size_t i = 0; i < JOBS_MAX; i++)
        n += h->jobs.all[i].active ? 1 : 0;
    return n;
}

/* --- a walk -------------------------------------------------------------- */

static void
tell(struct host *h, const struct job *job, const char *name)
{
    json_t *event = event_new(&h->log, name);

    event_word(event, "what", names[job->kind]);
    if (job->kind != JOB_TIMERS) {
        event_hex(event, "domain", (struct msk_bytes){ job->group.domain, 3 });
        event_number(event, "group", job->group.group);
    }
    event_number(event, "seen", (json_int_t)job->seen);
    event_number(event, "done", (json_int_t)job->done);
    event_tell(&h->log, event);
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

/* Each has a round in its turn, so that none has all of them. */
static struct job *
choose(struct jobs *jobs)
{
    msk_time now = event_monotonic();

    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &jobs->all[jobs->turn++ % JOBS_MAX];

        if (job->active && !job->loads && !job->ended && job->rests <= now)
            return job;
    }
    return NULL;
}

struct job *
jobs_next(struct host *h, struct job_place *from, size_t cap,
          struct records_request *request)
{
    struct job *job = cap > 0 ? choose(&h->jobs) : NULL;
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

void
jobs_take(struct job *job, const struct records_request *request)
{
    const struct records_subscriber *last;

    job->loads = false;
    if (request->result == RECORDS_FAILED)
        return;
    job->ended = request->result == RECORDS_NONE || request->n < request->cap;
    if (request->result == RECORDS_NONE)
        return;
    job->seen += request->n;
    last = &request->rows[request->n - 1];
    memcpy(job->at.id, last->id, last->id_n);
    job->at.id_n = last->id_n;
    job->at.due = last->due;
}

void
jobs_over(struct host *h, struct job *job, const struct job_place *back)
{
    job->rounds--;
    if (back != NULL) {
        tell_refused(h, names[job->kind], MSK_ERR_STORE);
        job->at = *back;
        job->ended = false;
        job->rests = event_monotonic() + REST_MS;
    }
    if (!job->active)
        return;
    if (job->ended && job->rounds == 0) {
        job->active = false;
        tell(h, job, "finished");
    } else if (event_monotonic() - job->told >= PROGRESS_MS) {
        job->told = event_monotonic();
        tell(h, job, "progress");
    }
}

msk_time
jobs_wait(const struct host *h)
{
    msk_time now = event_monotonic(), least = MSK_NEVER;

    for (size_t i = 0; i < JOBS_MAX; i++) {
        const struct job *job = &h->jobs.all[i];
        msk_time wait = job->rests > now ? job->rests - now : 0;

        if (!job->active || job->ended || job->loads)
            continue;
        if (wait < h->jobs.wait && is_paced(job))
            wait = h->jobs.wait;
        least = wait < least ? wait : least;
    }
    return least;
}
