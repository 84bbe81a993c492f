/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static void
finish(struct worker *w, int result)
{
    w->result = result;
    w->state = WORKER_DONE;
    (void)pthread_cond_broadcast(&w->changed);
    (void)!write(w->other, "", 1);
}

static void *
work(void *user)
{
    struct worker *w = user;
    int result;

    (void)pthread_mutex_lock(&w->lock);
    while (!w->ends) {
        if (w->state != WORKER_BUSY) {
            (void)pthread_cond_wait(&w->changed, &w->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&w->lock);
        result = w->run(w->arg);
        (void)pthread_mutex_lock(&w->lock);
        finish(w, result);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return NULL;
}

bool
worker_start(struct worker *w)
{
    int ends[2];

    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    w->fd = ends[0];
    w->other = ends[1];
    w->state = WORKER_IDLE;
    w->ends = false;
    return pthread_mutex_init(&w->lock, NULL) == 0 &&
           pthread_cond_init(&w->changed, NULL) == 0 &&
           pthread_create(&w->thread, NULL, work, w) == 0;
}

bool
worker_end(struct worker *w, int ms)
{
    struct timespec until;
    bool idle;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000 + 1;
    (void)pthread_mutex_lock(&w->lock);
    while (w->state == WORKER_BUSY &&
           pthread_cond_timedwait(&w->changed, &w->lock, &until) == 0)
        continue;
    idle = w->state != WORKER_BUSY;
    w->ends = true;
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->lock);
    if (!idle)
        return false;
    (void)pthread_join(w->thread, NULL);
    (void)close(w->fd);
    (void)close(w->other);
    return true;
}

bool
worker_begin(struct worker *w, int (*run)(void *arg), void *arg)
{
    bool idle;

    (void)pthread_mutex_lock(&w->lock);
    idle = w->state == WORKER_IDLE;
    if (idle) {
        w->run = run;
        w->arg = arg;
        w->state = WORKER_BUSY;
        (void)pthread_cond_broadcast(&w->changed);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return idle;
}

/* The lock is held. */
static bool
take(struct worker *w, int *result)
{
    char octet;

    if (w->state != WORKER_DONE)
        return false;
    (void)!read(w->fd, &octet, 1);
    *result = w->result;
    w->state = WORKER_IDLE;
    return true;
}

bool
worker_done(struct worker *w, int *result)
{
    bool done;

    (void)pthread_mutex_lock(&w->lock);
    done = take(w, result);
    (void)pthread_mutex_unlock(&w->lock);
    return done;
}
