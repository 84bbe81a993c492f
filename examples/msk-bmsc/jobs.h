/* SPDX-License-Identifier: MIT */
/* jobs.h - something for all members of a Key Group, or for all subscribers
 * that have a time. */
#ifndef MSK_BMSC_JOBS_H
#define MSK_BMSC_JOBS_H

#include "rounds.h"

/* Parts of jobs that a node works on at a time. */
#define JOBS_MAX 4u

/* CHECK ends the membership of who may not have the group any more; TIMERS
 * begin anew, as the clock was set back. Numbers are in stores. */
enum job_kind {
    JOB_PUSH = 0,
    JOB_PUSH_NEXT = 1,
    JOB_PULL = 2,
    JOB_PART = 3,
    JOB_CHECK = 4,
    JOB_TIMERS = 5
};
extern const char *const job_names[];

enum job_state {
    JOB_NONE,
    JOB_WORKS,
    JOB_ENDS /* all were seen, and the store has to know */
};

struct job {
    enum job_state state;
    enum job_kind kind;
    struct msk_group_id group;
    struct records_job row; /* in the store; not of timers */
    struct job_place at;    /* whom it has loaded last */
    struct job_place floor; /* up to whom all were done */
    bool loads, ended;      /* the next ones; there are no more */
    bool ragged, failed;    /* a round is over before one that began before
                                it; one has failed */
    unsigned rounds;        /* that have some of its members */
    uint64_t ahead_seen, ahead_done; /* beyond the floor */
    msk_time rests, saved; /* until then; when the store was told; monotonic */
};

/* How far jobs are, that this node works on: when they were last looked at. */
struct job_sum {
    uint8_t id[RECORDS_JOB_ID];
    msk_time when; /* monotonic; 0: never */
    uint64_t seen, left;
};

struct jobs {
    struct job all[JOBS_MAX], timers;
    size_t turn;
    struct msk_pacer pacer;
    msk_time wait; /* for the pacer, in ms */
    /* parts.c: what is asked of the store, and when it is to be asked again. */
    struct records_batch batch;
    struct records_request requests[3 * JOBS_MAX + 1];
    struct job *of[3 * JOBS_MAX + 1]; /* whom they are for */
    struct records_job rows[3 * JOBS_MAX + 1];
    bool busy;
    msk_time look,
        told; /* for a part to work on; how far they are; monotonic */
    struct job_sum sums[JOBS_MAX];
};

/* What is said of a Key Group to one subscriber, waiting for it, with errors of
 * the call and MSK_ERR_NO_MUK: there is none. */
int jobs_one(struct host *h, const struct msk_group_id *group,
             struct msk_bytes btid, enum job_kind kind);
/* The clock was set back: calls the timer of each record that has a time. */
void jobs_timers(struct host *h);

/* --- parts.c: jobs in the store ------------------------------------------ */

/* To all its members: by this node, and by others that share the store. False:
 * the store failed. */
bool parts_begin(struct host *h, const struct msk_group_id *group,
                 enum job_kind kind);
/* Goes on with what is asked of the store. */
void parts_run(struct host *h);
/* How long there is nothing to ask of it, in ms. */
msk_time parts_wait(const struct host *h);
/* At the end: others may go on with what this node works on. */
void parts_let_go(struct host *h);
/* How many this node works on, and how many members they have not seen. */
size_t parts_active(const struct host *h);
uint64_t parts_left(const struct host *h);

/* --- for rounds ---------------------------------------------------------- */

/* Whose turn it is next, at most cap of them, and after whom they are. NULL:
 * nobody's. */
struct job *jobs_next(struct host *h, struct job_place *from, size_t cap,
                      struct records_request *request);
/* They are loaded, up to whom; returns how many of them are the job's; each has
 * this work. */
size_t jobs_take(struct job *job, const struct records_request *request,
                 struct job_place *to);
struct work jobs_work(struct job *job);
/* The round with them is over. */
void jobs_over(struct host *h, const struct round *r);
/* How long no job has something to do, in ms. */
msk_time jobs_wait(const struct host *h);

/* --- for parts.c --------------------------------------------------------- */

/* Room for one more. NULL: there is none. */
struct job *jobs_find_room(struct jobs *jobs);
/* All were seen. */
void parts_end(struct host *h, struct job *job);

#endif
