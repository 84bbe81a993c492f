/* SPDX-License-Identifier: MIT */
/*
 * worker.h - a thread beside an event loop, for what may take long and cannot be
 * told to come back later: a smart card, a hardware module. It does one job at a
 * time. The loop begins a job, watches `fd`, and takes the result when there is
 * something to read; what the job works on belongs to the thread until then.
 */
#ifndef HOSTS_WORKER_H
#define HOSTS_WORKER_H

#include <pthread.h>
#include <stdbool.h>

/* Fields are the worker's, but for fd, which may be read. */
struct worker {
    int fd, other; /* a pipe: an octet for each job that is done */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int (*run)(void *arg);
    void *arg;
    int result;
    enum { WORKER_IDLE, WORKER_BUSY, WORKER_DONE } state;
    bool ends;
};

/* Starts the thread, which gets no signals that the caller has blocked. False:
 * it cannot. */
bool worker_start(struct worker *w);

/* Ends it, if its job ends within ms; false: it still works, and what it works
 * on must stay. */
bool worker_end(struct worker *w, int ms);

/* Begins a job. False: one is under way, or done and not taken, and this one was
 * not begun. */
bool worker_begin(struct worker *w, int (*run)(void *arg), void *arg);

/* True: the job is done, *result is what it returned, and the next one may
 * begin. */
bool worker_done(struct worker *w, int *result);

#endif
