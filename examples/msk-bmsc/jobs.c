/* SPDX-License-Identifier: MIT */
/*
 * Pushes and pulls: to one, or to all members as fast as the pacer lets; and
 * timers that begin anew. A walk over all subscribers is long: it does a slice
 * of it in each turn of the loop, and tells how far it is.
 */
#include <string.h>

#include "host.h"

#define SLICE_MS 5
#define PROGRESS_MS 1000

static const char *const names[] = { "push", "push-next", "pull",
                                     "part", "check",     "timers" };

static int
part(struct host *h)
{
    struct msk_group_id group;
    struct msk_key_id id;

    msk_key_group_current(&h->group, &id);
    group = msk_key_id_group(&id);
    msk_subscriber_part(&h->subscriber, &group);
    return MSK_OK;
}

static int
call(struct host *h, const void *arg, msk_time now)
{
    switch (*(const enum job_kind *)arg) {
    case JOB_PUSH: break;
    case JOB_PUSH_NEXT:
        return msk_bmsc_push_msk(h->bmsc, h, &h->subscriber, &h->group,
                                 MSK_ROLE_NEXT, now, h->outbox);
    case JOB_PULL:
        return msk_bmsc_pull(h->bmsc, h, &h->subscriber, &h->group, now,
                             h->outbox);
    case JOB_PART:
    case JOB_CHECK: return part(h);
    case JOB_TIMERS: return serve_timer(h, NULL, now);
    }
    return msk_bmsc_push(h->bmsc, h, &h->subscriber, &h->group, now, h->outbox);
}

static void
run(struct host *h, enum job_kind kind)
{
    int err;

    h->found_row = h->group_row;
    if (kind == JOB_CHECK && records_allow(h))
        return;
    err = records_run(h, call, &kind);
    effects_refused(h, names[kind], err);
    if (err == MSK_OK && (kind == JOB_PART || kind == JOB_CHECK))
        effects_parted(h, kind == JOB_PART ? "by command" : "not allowed");
}

void
jobs_one(struct host *h, struct msk_bytes btid, enum job_kind kind)
{
    if (records_find(h, btid))
        run(h, kind);
    else
        effects_refused(h, "subscriber", MSK_ERR_NO_MUK);
}

static struct job *
begin(struct host *h, enum job_kind kind)
{
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &h->jobs[i];

        if (job->active)
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
jobs_all(struct host *h, enum job_kind kind)
{
    struct job *job = begin(h, kind);
    struct msk_key_id id;

    if (job == NULL)
        return false;
    msk_key_group_current(&h->group, &id);
    job->group = msk_key_id_group(&id);
    return true;
}

/* One at a time: it begins at the front when the clock is set back again. */
void
jobs_timers(struct host *h)
{
    for (size_t i = 0; i < JOBS_MAX; i++)
        if (h->jobs[i].active && h->jobs[i].kind == JOB_TIMERS)
            h->jobs[i].active = false;
    if (begin(h, JOB_TIMERS) == NULL)
        event_error(&h->log, "too much to do");
}

size_t
jobs_active(const struct host *h)
{
    size_t n = 0;

    for (size_t i = 0; i < JOBS_MAX; i++)
        n += h->jobs[i].active ? 1 : 0;
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

static void
end(struct host *h, struct job *job)
{
    job->active = false;
    tell(h, job, "finished");
}

/* Is there something to do for the subscriber in h->row? */
static bool
is_meant(struct host *h, const struct job *job)
{
    struct msk_bytes packed = { h->row.packed, h->row.n };
    bool meant;

    if (job->kind == JOB_TIMERS)
        return h->row.due != MSK_NEVER;
    meant = msk_subscriber_unpack(&h->subscriber, packed) == MSK_OK &&
            msk_subscriber_member(&h->subscriber, &job->group);
    msk_subscriber_wipe(&h->subscriber);
    return meant;
}

static void
pass(struct host *h, struct job *job)
{
    memcpy(job->after, h->row.id, h->row.id_n);
    job->after_n = h->row.id_n;
    job->seen++;
}

static bool
is_paced(enum job_kind kind)
{
    return kind == JOB_PUSH || kind == JOB_PUSH_NEXT || kind == JOB_PULL;
}

/* What there is to do for the subscriber in h->row. Returns how long that has
 * to wait; it is done if that is 0. */
static msk_time
do_one(struct host *h, struct job *job)
{
    msk_time wait =
        is_paced(job->kind) ? msk_pacer_take(&h->pacer, event_monotonic()) : 0;

    if (wait > 0)
        return wait;
    pass(h, job);
    if (job->kind != JOB_TIMERS && !records_group(h, &job->group)) {
        end(h, job);
        return 0;
    }
    job->done++;
    run(h, job->kind);
    return 0;
}

/* Returns how long the job waits; 0: it goes on in the next turn. */
static msk_time
run_slice(struct host *h, struct job *job, msk_time until)
{
    while (job->active && event_monotonic() < until) {
        struct msk_bytes after = { job->after, job->after_n };
        msk_time wait;

        if (database_each(&h->database, after, &h->row) != DATABASE_OK) {
            end(h, job);
            break;
        }
        if (!is_meant(h, job)) {
            pass(h, job);
            continue;
        }
        wait = do_one(h, job);
        if (wait > 0)
            return wait;
    }
    return job->active ? 0 : MSK_NEVER;
}

msk_time
jobs_run(struct host *h)
{
    msk_time now = event_monotonic(), least = MSK_NEVER, wait;

    /* Each begins a turn in its turn, so that none has all of the time. */
    h->first_job = (h->first_job + 1) % JOBS_MAX;
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &h->jobs[(h->first_job + i) % JOBS_MAX];

        if (!job->active)
            continue;
        wait = run_slice(h, job, now + SLICE_MS);
        if (wait < least)
            least = wait;
        if (job->active && event_monotonic() - job->told >= PROGRESS_MS) {
            job->told = event_monotonic();
            tell(h, job, "progress");
        }
    }
    return least;
}
