/* SPDX-License-Identifier: MIT */
/* What msk-load counts with, against the plainest way to count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "msk-load/due.h"
#include "msk-load/samples.h"

#define MEMBERS 37
#define STEPS 20000

/* Numerical Recipes' constants; the same each time. */
static uint32_t
chance(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static msk_time
least_of(const msk_time when[MEMBERS])
{
    msk_time least = MSK_NEVER;

    for (size_t i = 0; i < MEMBERS; i++)
        least = when[i] < least ? when[i] : least;
    return least;
}

static void
due_finds_the_first(void **state)
{
    msk_time when[MEMBERS];
    uint32_t seed = 1;
    struct due due;
    size_t who = 0;

    (void)state;
    assert_true(due_start(&due, MEMBERS));
    for (size_t i = 0; i < MEMBERS; i++)
        when[i] = MSK_NEVER;
    assert_int_equal(due_first(&due, &who), MSK_NEVER);
    for (int i = 0; i < STEPS; i++) {
        size_t member = chance(&seed) % MEMBERS;

        when[member] = chance(&seed) % 4 == 0 ? MSK_NEVER : chance(&seed) % 100;
        due_set(&due, member, when[member]);
        assert_int_equal(due_first(&due, &who), least_of(when));
        if (least_of(when) != MSK_NEVER)
            assert_int_equal(when[who], least_of(when));
    }
    due_end(&due);
}

static void
samples_tell_percentiles(void **state)
{
    struct samples s = { 0 };

    (void)state;
    assert_int_equal(samples_permille(&s, 0, 500), 0);
    for (uint32_t i = 0; i < 3000; i++)
        samples_add(&s, (i * 7 + 5) % 3000 + 1); /* 1 to 3000, once each */
    assert_int_equal(s.n, 3000);
    assert_int_equal(samples_permille(&s, 0, 0), 1);
    assert_int_equal(samples_permille(&s, 0, 500), 1500);
    assert_int_equal(samples_permille(&s, 0, 990), 2970);
    assert_int_equal(samples_permille(&s, 0, 1000), 3000);
    samples_add(&s, 9);
    samples_add(&s, UINT64_MAX);
    assert_int_equal(samples_permille(&s, 3000, 500), 9);
    assert_int_equal(samples_permille(&s, 3000, 1000), UINT32_MAX);
    samples_end(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due_finds_the_first),
        cmocka_unit_test(samples_tell_percentiles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
