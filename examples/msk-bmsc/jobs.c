/* SPDX-License-Identifier: MIT */
/* Pushes and pulls: to one, or to all members as fast as the pacer lets. */
#include <string.h>

#include "host.h"

static int
part(struct host *h)
{
    struct msk_group_id group;
    struct msk_key_id id;

    msk_key_group_id(&h->group, &id);
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
    }
    return msk_bmsc_push(h->bmsc, h, &h->subscriber, &h->group, now, h->outbox);
}

static void
run(struct host *h, enum job_kind kind)
{
    static const char *const names[] = { "push", "push-next", "pull", "part",
                                         "check" };
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

bool
jobs_all(struct host *h, enum job_kind kind)
{
    struct msk_key_id id;

    msk_key_group_id(&h->group, &id);
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &h->jobs[i];

        if (job->active)
            continue;
        memset(job, 0, sizeof *job);
        job->active = true;
        job->kind = kind;
        job->group = msk_key_id_group(&id);
        return true;
    }
    return false;
}

static bool
is_member(struct host *h, const struct job *job)
{
    struct msk_bytes packed = { h->row.packed, h->row.n };
    bool member = msk_subscriber_unpack(&h->subscriber, packed) == MSK_OK &&
                  msk_subscriber_member(&h->subscriber, &job->group);

    msk_subscriber_wipe(&h->subscriber);
    return member;
}

/* The next member, in h->row. False: the job is done. */
static bool
next_member(struct host *h, struct job *job)
{
    struct msk_bytes after = { job->after, job->after_n };

    while (database_each(&h->database, after, &h->row) == DATABASE_OK) {
        memcpy(job->after, h->row.id, h->row.id_n);
        job->after_n = h->row.id_n;
        after.n = job->after_n;
        if (is_member(h, job))
            return true;
    }
    job->active = false;
    return false;
}

void
jobs_check(struct host *h)
{
    struct job job = { .active = true, .kind = JOB_CHECK };
    struct msk_key_id id;

    msk_key_group_id(&h->group, &id);
    job.group = msk_key_id_group(&id);
    while (next_member(h, &job))
        run(h, JOB_CHECK);
}

static msk_time
run_job(struct host *h, struct job *job)
{
    msk_time wait;

    while (job->active) {
        wait = msk_pacer_take(&h->pacer, event_monotonic());
        if (wait > 0)
            return wait;
        if (!next_member(h, job))
            break;
        if (!records_group(h, &job->group)) {
            job->active = false;
            break;
        }
        run(h, job->kind);
    }
    return MSK_NEVER;
}

msk_time
jobs_run(struct host *h)
{
    msk_time least = MSK_NEVER;

    for (size_t i = 0; i < JOBS_MAX; i++) {
        msk_time wait = h->jobs[i].active ? run_job(h, &h->jobs[i]) : MSK_NEVER;

        if (wait < least)
            least = wait;
    }
    return least;
}
