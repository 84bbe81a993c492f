/* SPDX-License-Identifier: MIT */
/*
 * What the MGV-F was told of a Key Group is what the services that are started
 * announce, however often the store fails on the way: a start that fails
 * weakens nothing, not even for a moment, and what it has changed is taken back
 * until that is done. Decision 23.
 */
#include <string.h>

#include "ue_bench.h"

#define GROUP BENCH_GROUP
#define OTHER BENCH_OTHER
#define POINTS 14  /* more calls of the store than a start makes */
#define ROW 6      /* that fail, one after the other */
#define LONG 45000 /* until all was tried again; the patience is longer */

static struct bench b;
static const struct bench_terms on,
    off = { 0, 0, MSK_SWITCH_OFF, MSK_SWITCH_OFF };

static int
start(void **state)
{
    bench_start(&b, *(enum msk_layout *)*state, &bench_joins);
    return 0;
}

static int
stop(void **state)
{
    return bench_end(&b, state);
}

/* Is an SP that switches all off taken? Whatever the answer, the next is a
 * message that is not yet known. */
static bool
is_open(uint16_t group)
{
    static uint16_t number = 100;
    int err = bench_unprotected(&b, group, ++number);

    assert_true(err == MSK_OK || err == MSK_ERR_POLICY);
    return err == MSK_OK;
}

/* Calls of the store, from the at-th on, fail n times. */
static void
break_store(size_t at, size_t n)
{
    b.store.fail_at = b.store.calls + at;
    b.store.fail_n = n - 1;
}

static void
mend_store(void)
{
    b.store.fail_at = b.store.fail_n = 0;
}

/* "film" is on, as `before` says, when it is started again as `after` says and
 * the store fails n times from its at-th call on. True: that failed. */
static bool
start_again(void **state, const struct bench_terms *before,
            const struct bench_terms *after, size_t at, size_t n)
{
    int err;

    stop(NULL);
    start(state);
    check_int("film", bench_announce(&b, "film", before), MSK_OK);
    break_store(at, n);
    err = bench_announce(&b, "film", after);
    assert_true(err == MSK_OK || err == MSK_ERR_STORE);
    return err == MSK_ERR_STORE;
}

/* At once, and when all has been tried again. A start that did not fail may
 * lower the protection a while later. */
static void
is_no_weaker_after_a_start_that_failed(void **state)
{
    size_t failed = 0;

    for (size_t at = 1; at <= POINTS; at++)
        for (size_t n = 1; n <= ROW; n++)
            for (int later = 0; later < 2; later++) {
                bool fails = start_again(state, &on, &off, at, n);

                failed += fails ? 1 : 0;
                if (later)
                    (void)bench_wait(&b, LONG);
                mend_store();
                if (!fails && !later)
                    continue;
                check_int("GROUP is open", is_open(GROUP), !fails);
                check_int("OTHER is open", is_open(OTHER), !fails);
            }
    assert_true(failed >= 2 * ROW);
}

static void
is_no_stricter_in_the_end_than_what_is_started(void **state)
{
    size_t failed = 0;

    for (size_t at = 1; at <= POINTS; at++)
        for (size_t n = 1; n <= ROW; n++) {
            bool fails = start_again(state, &off, &on, at, n);

            failed += fails ? 1 : 0;
            (void)bench_wait(&b, LONG);
            mend_store();
            check_int("GROUP is open", is_open(GROUP), fails);
            check_int("OTHER is open", is_open(OTHER), fails);
        }
    assert_true(failed >= ROW);
}

/* A start on top of one that was not taken back yet. */
static void
keeps_what_is_owed_through_another_start(void **state)
{
    for (size_t at = 1; at <= POINTS; at++)
        for (size_t n = 1; n <= ROW; n++) {
            bool fails = start_again(state, &on, &off, at, n);

            (void)bench_announce(&b, "news", &off);
            (void)bench_wait(&b, LONG);
            mend_store();
            check_int("GROUP is open", is_open(GROUP), !fails);
            check_int("OTHER is open", is_open(OTHER), !fails);
        }
}

/* "film" is protected, "news" is not, and both need one group. */
static void
is_as_open_as_what_is_left(void **state)
{
    for (size_t at = 1; at <= POINTS; at++)
        for (size_t n = 1; n <= ROW; n++) {
            stop(NULL);
            start(state);
            check_int("film", bench_announce(&b, "film", &on), MSK_OK);
            check_int("news", bench_announce(&b, "news", &off), MSK_OK);
            check_int("GROUP is open", is_open(GROUP), false);
            break_store(at, n);
            (void)bench_stop(&b, "film");
            (void)bench_wait(&b, LONG);
            mend_store();
            check_int("GROUP is open", is_open(GROUP), true);
            check_int("OTHER", bench_held(&b, OTHER, NULL), MSK_ERR_NOT_MINE);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_SOFT("owners are in memory",
                   is_no_weaker_after_a_start_that_failed),
        BENCH_SOFT("owners are in memory",
                   is_no_stricter_in_the_end_than_what_is_started),
        BENCH_BOTH(keeps_what_is_owed_through_another_start),
        BENCH_BOTH(is_as_open_as_what_is_left),
    };

    return bench_run(tests);
}
