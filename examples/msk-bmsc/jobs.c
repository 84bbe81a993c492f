/* SPDX-License-Identifier: MIT */
/* Pushes and pulls: to one, or to all members as fast as the pacer lets. */
#include <string.h>

#include "host.h"

static int
call_push(struct host *h, const void *arg, msk_time now)
{
    (void)arg;
    return msk_bmsc_push(h->bmsc, h, &h->subscriber, &h->group, now, h->outbox);
}

static int
call_pull(struct host *h, const void *arg, msk_time now)
{
    (void)arg;
    return msk_bmsc_pull(h->bmsc, h, &h->subscriber, &h->group, now, h->outbox);
}

void
jobs_one(struct host *h, struct msk_bytes btid, bool pull)
{
    int err = MSK_ERR_NO_MUK;

    if (records_find(h, btid))
        err = records_run(h, pull ? call_pull : call_push, NULL);
    effects_refused(h, pull ? "pull" : "push", err);
}

bool
jobs_all(struct host *h, bool pull)
{
    struct msk_key_id id;

    msk_key_group_id(&h->group, &id);
    for (size_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &h->jobs[i];

        if (job->active)
            continue;
        memset(job, 0, sizeof *job);
        job->active = true;
        job->pull = pull;
        memcpy(job->domain, id.domain, 3);
        job->group = id.group;
        return true;
    }
    return false;
}

static bool
is_member(struct host *h, const struct job *job)
{
    struct msk_bytes packed = { h->row.packed, h->row.n };
    bool member =
        msk_subscriber_unpack(&h->subscriber, packed) == MSK_OK &&
        msk_subscriber_member(&h->subscriber, job->domain, job->group);

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

static msk_time
run_job(struct host *h, struct job *job)
{
    msk_time wait;
    int err;

    while (job->active) {
        wait = msk_pacer_take(&h->pacer, event_monotonic());
        if (wait > 0)
            return wait;
        if (!next_member(h, job))
            break;
        if (!records_group(h, job->domain, job->group)) {
            job->active = false;
            break;
        }
        err = records_run(h, job->pull ? call_pull : call_push, NULL);
        effects_refused(h, job->pull ? "pull" : "push", err);
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
