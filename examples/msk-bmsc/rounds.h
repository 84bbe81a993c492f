/* SPDX-License-Identifier: MIT */
/*
 * rounds.h - group commit. A round takes what waits: requests,
 * acknowledgements, timers, the next members of a job. It loads their records
 * together, calls the library on each, commits all that has changed together,
 * and only then does what the calls want done. What somebody else has replaced
 * meanwhile is loaded again, called again and committed again, without the
 * others.
 *
 * There are several rounds, so that the library works on one while the disk is
 * at work on another one. None sees what another has not committed: who is in
 * two of them is a conflict in the second.
 */
#ifndef MSK_BMSC_ROUNDS_H
#define MSK_BMSC_ROUNDS_H

#include "work.h"

#define ROUNDS 4u
#define ROUND_MAX 256u                      /* records */
#define ROUND_ASKED_MAX (3 * ROUND_MAX / 4) /* of these for what waits */
#define ROUND_GROUPS 64u /* Key Groups that are loaded at once */
#define ROUND_REQUESTS (ROUND_MAX + ROUND_GROUPS + 3)

struct job;

/* How far a walk over subscribers has come. */
struct job_place {
    uint8_t id[MSK_SUBSCRIBER_ID_MAX]; /* whose turn it was last */
    size_t id_n;
    msk_time due; /* of them, where the walk is in the order of times */
};

enum slot_state {
    SLOT_EMPTY,
    SLOT_LOADS,
    SLOT_CALLS, /* its record is loaded: to be called */
    SLOT_SAVES,
    SLOT_ENDS /* it is committed, or refused */
};

struct slot {
    struct work *work;
    enum slot_state state;
    enum records_result found;
    uint8_t id[MSK_SUBSCRIBER_ID_MAX]; /* of one that has to be loaded again */
    size_t id_n;
    unsigned conflicts; /* so many times */
};

enum round_phase {
    ROUND_FREE,
    ROUND_LOADS, /* the batch is under way */
    ROUND_CALLS, /* loaded; what its calls ask for may not all be there */
    ROUND_SAVES
};

/* Records of slots: number i is in rows[i]. Timers and members of a job have
 * their work in own[i]. */
struct round {
    enum round_phase phase;
    uint64_t stamp; /* of groups.h: when it began */
    struct slot slots[ROUND_MAX];
    struct records_subscriber rows[ROUND_MAX];
    struct work own[ROUND_MAX];
    struct records_request requests[ROUND_REQUESTS];
    size_t slot_of[ROUND_REQUESTS]; /* ROUND_MAX: of none */
    struct records_batch batch;
    struct job *job;                 /* whose members it has; NULL: of none */
    struct job_place job_at, job_to; /* after whom, and up to whom */
    uint64_t job_seen, job_done;
    bool job_failed;
};

struct queue {
    struct work *first, *last;
    size_t n;
};

struct rounds {
    struct round round[ROUNDS];
    struct queue waiting;
    struct queue of_nobody; /* they need no record, and wait for no round */
    /* Timers: */
    msk_time next;     /* when something is due, as far as is known */
    msk_time glanced;  /* when the store was asked last; monotonic */
    msk_time rests;    /* until then it is not; monotonic */
    bool claims, asks; /* that is under way */
    bool fails;        /* the last claim did */
};

/* The first one. */
struct work *queue_pop(struct queue *queue);

/* Something waits for a round. It is the caller's, with its key, until it is
 * over. */
void rounds_add(struct host *h, struct work *work);
/* The same, and others are served until it is over: work->err. */
int rounds_do(struct host *h, struct work *work);

/* Is nothing under way or waiting? */
bool rounds_rest(const struct host *h);
/* Goes on with all that can go on. */
void rounds_run(struct host *h);
/* How long there is nothing to do unless the store says something, in ms. */
msk_time rounds_wait(const struct host *h);

#endif
