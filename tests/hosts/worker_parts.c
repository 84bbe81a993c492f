/* SPDX-License-Identifier: MIT */
/* The thread beside a loop: one job after the other. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "hosts/worker.h"

/* A job that lasts until an octet comes through a pipe, and returns it. */
struct job {
    int read, write;
};

static int
wait_for_octet(void *arg)
{
    const struct job *job = arg;
    unsigned char octet = 0;

    return read(job->read, &octet, 1) == 1 ? octet : -1;
}

static void
start(struct worker *w, struct job *job)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    *job = (struct job){ ends[0], ends[1] };
    assert_true(worker_start(w));
}

static void
give(const struct job *job, unsigned char octet)
{
    assert_int_equal(write(job->write, &octet, 1), 1);
}

static int
take(struct worker *w)
{
    struct pollfd fd = { .fd = w->fd, .events = POLLIN };
    int result = 0;

    assert_int_equal(poll(&fd, 1, -1), 1);
    assert_true(worker_done(w, &result));
    return result;
}

static void
end(struct worker *w, const struct job *job)
{
    assert_true(worker_end(w, 1000));
    (void)close(job->read);
    (void)close(job->write);
}

static void
does_one_job_after_the_other(void **state)
{
    struct worker w;
    struct job job;
    int result;

    (void)state;
    start(&w, &job);
    for (unsigned char i = 1; i < 4; i++) {
        assert_false(worker_done(&w, &result));
        assert_true(worker_begin(&w, wait_for_octet, &job));
        give(&job, i);
        assert_int_equal(take(&w), i);
    }
    end(&w, &job);
}

static int
be_wrong(void *arg)
{
    (void)arg;
    return -1;
}

static void
begins_none_beside_another(void **state)
{
    struct pollfd fd = { .events = POLLIN };
    struct worker w;
    struct job job;
    int result;

    (void)state;
    start(&w, &job);
    assert_true(worker_begin(&w, wait_for_octet, &job));
    assert_false(worker_begin(&w, be_wrong, NULL));
    assert_false(worker_done(&w, &result));
    give(&job, 7);
    fd.fd = w.fd;
    assert_int_equal(poll(&fd, 1, -1), 1);
    assert_false(worker_begin(&w, be_wrong, NULL)); /* done, and not taken */
    assert_int_equal(take(&w), 7);
    assert_true(worker_begin(&w, be_wrong, NULL));
    assert_int_equal(take(&w), -1);
    end(&w, &job);
}

/* One that is hung stays: what it works on must, too. */
static void
says_at_the_end_that_it_still_works(void **state)
{
    static struct worker w;
    static struct job job;

    (void)state;
    start(&w, &job);
    assert_true(worker_begin(&w, wait_for_octet, &job));
    assert_false(worker_end(&w, 0));
    give(&job, 1);
    (void)pthread_join(w.thread, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_one_job_after_the_other),
        cmocka_unit_test(begins_none_beside_another),
        cmocka_unit_test(says_at_the_end_that_it_still_works),
    };

    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
