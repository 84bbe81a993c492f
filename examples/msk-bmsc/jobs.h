/* SPDX-License-Identifier: MIT */
/* jobs.h - something for all members of a Key Group, or for all subscribers
 * that have a time. */
#ifndef MSK_BMSC_JOBS_H
#define MSK_BMSC_JOBS_H

#include "rounds.h"

#define JOBS_MAX 16u

/* CHECK ends the membership of who may not have the group any more; TIMERS
 * begin anew, as the clock was set back. */
enum job_kind {
    JOB_PUSH,
    JOB_PUSH_NEXT,
    JOB_PULL,
    JOB_PART,
    JOB_CHECK,
    JOB_TIMERS
};

struct job {
    bool active;
    enum job_kind kind;
    struct msk_group_id group;
    struct job_place at;  /* whom it has loaded last */
    bool loads, ended;    /* the next ones; there are no more */
    unsigned rounds;      /* that have some of its members */
    uint64_t seen, done;  /* subscribers */
    msk_time told, rests; /* how far it is; until then; monotonic */
};

struct jobs {
    struct job all[JOBS_MAX];
    size_t turn;
    struct msk_pacer pacer;
    msk_time wait; /* for the pacer, in ms */
};

/* What is said of a Key Group: to one subscriber, waiting for it, with errors
 * of the call and MSK_ERR_NO_MUK: there is none; or to all its members. */
int jobs_one(struct host *h, const struct msk_group_id *group,
             struct msk_bytes btid, enum job_kind kind);
bool jobs_all(struct host *h, const struct msk_group_id *group,
              enum job_kind kind);
/* The clock was set back: calls the timer of each record that has a time. */
void jobs_timers(struct host *h);
size_t jobs_active(const struct host *h);

/* --- for rounds ---------------------------------------------------------- */

/* Whose turn it is next, at most cap of them, and after whom they are. NULL:
 * nobody's. */
struct job *jobs_next(struct host *h, struct job_place *from, size_t cap,
                      struct records_request *request);
/* They are loaded; each has this work. */
void jobs_take(struct job *job, const struct records_request *request);
struct work jobs_work(struct job *job);
/* The round with them is over. back: it failed, they are to be done again. */
void jobs_over(struct host *h, struct job *job, const struct job_place *back);
/* How long no job has something to do, in ms. */
msk_time jobs_wait(const struct host *h);

#endif
