/* SPDX-License-Identifier: MIT */
#include "support.h"
#include "ue/session.h"

static void
is_due_when_its_interval_is_over(void **state)
{
    struct msk_timer t = { 0 };

    (void)state;
    assert_false(msk_timer_due(&t, 0));
    assert_true(msk_timer_at(&t, 5) == MSK_NEVER);
    msk_timer_start(&t, 100, 50);
    assert_false(msk_timer_due(&t, 149));
    assert_true(msk_timer_due(&t, 150));
    assert_true(msk_timer_at(&t, 120) == 150);
    msk_timer_stop(&t);
    assert_false(msk_timer_due(&t, 150));
}

static void
waits_no_longer_than_its_interval_after_a_step_back(void **state)
{
    struct msk_timer t = { 0 };

    (void)state;
    msk_timer_start(&t, 1000000, 50);
    assert_true(msk_timer_at(&t, 10) == 60);
    assert_false(msk_timer_due(&t, 10));
    msk_timer_rebase(&t, 10);
    assert_true(msk_timer_due(&t, 60));
    msk_timer_start(&t, 10, 50);
    msk_timer_rebase(&t, 20); /* not a step back for this one */
    assert_true(msk_timer_due(&t, 60));
}

static void
never_overflows(void **state)
{
    struct msk_timer t = { 0 };

    (void)state;
    msk_timer_start(&t, MSK_NEVER - 10, MSK_NEVER);
    assert_true(msk_timer_at(&t, MSK_NEVER - 10) == MSK_NEVER - 1);
    assert_false(msk_timer_due(&t, MSK_NEVER));
}

static void
goes_on_with_what_it_had_left(void **state)
{
    struct msk_timer t = { 0 };

    (void)state;
    msk_timer_start(&t, 100, 50);
    msk_timer_shift(&t, 120, 1000); /* 30 were left */
    assert_false(msk_timer_due(&t, 1029));
    assert_true(msk_timer_due(&t, 1030));
    msk_timer_start(&t, 500, 50); /* began while it stood still */
    msk_timer_shift(&t, 120, 1000);
    assert_true(msk_timer_at(&t, 1000) == 1050);
    msk_timer_shift(&t, 2000, 1000); /* a step back */
    assert_true(msk_timer_at(&t, 1000) == 1050);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_due_when_its_interval_is_over),
        cmocka_unit_test(waits_no_longer_than_its_interval_after_a_step_back),
        cmocka_unit_test(never_overflows),
        cmocka_unit_test(goes_on_with_what_it_had_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
