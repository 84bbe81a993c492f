/* SPDX-License-Identifier: MIT */
/* Tokens over time, and the slots of subscribers. */
#include <stdio.h>

#include "msk/bmsc.h"
#include "support.h"

static void
lets_a_burst_go_and_then_the_rate(void **state)
{
    static const struct {
        uint32_t per_second, burst;
        msk_time wait; /* after the burst */
    } paces[] = {
        { 1, 1, 1000 },   { 2, 3, 500 },    { 1000, 10, 1 },
        { 3, 1, 334 },    { 100000, 5, 1 }, { UINT32_MAX, 1, 1 },
        { 7, 1000, 143 }, { 0, 0, 1000 }, /* the least is 1 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof paces / sizeof paces[0]; i++) {
        struct msk_pacer p;
        uint32_t burst = paces[i].burst > 0 ? paces[i].burst : 1;

        msk_pacer_init(&p, paces[i].per_second, paces[i].burst, 5000);
        for (uint32_t n = 0; n < burst; n++)
            assert_int_equal(msk_pacer_take(&p, 5000), 0);
        assert_int_equal(msk_pacer_take(&p, 5000), paces[i].wait);
        if (paces[i].wait > 1)
            assert_true(msk_pacer_take(&p, 5000 + paces[i].wait - 1) > 0);
        assert_int_equal(msk_pacer_take(&p, 5000 + paces[i].wait), 0);
    }
}

/* A call that waits as long as it is told may send; no other may. */
static void
keeps_to_its_rate_over_time(void **state)
{
    struct msk_pacer p;
    msk_time now = 0;
    size_t went = 0;

    (void)state;
    msk_pacer_init(&p, 30, 5, now);
    while (now < 100000) {
        msk_time wait = msk_pacer_take(&p, now);

        went += wait == 0 ? 1 : 0;
        now += wait;
        assert_true(wait <= 34);
    }
    assert_in_range(went, 2940, 3006);
}

static void
never_holds_more_than_a_burst(void **state)
{
    struct msk_pacer p;

    (void)state;
    msk_pacer_init(&p, UINT32_MAX, 2, 0);
    assert_int_equal(msk_pacer_take(&p, MSK_NEVER), 0);
    assert_int_equal(msk_pacer_take(&p, MSK_NEVER), 0);
    assert_int_equal(msk_pacer_take(&p, MSK_NEVER), 1);
    /* As many tokens as 64 bits have values: none is not it. */
    msk_pacer_init(&p, 1u << 31, 1, 0);
    assert_int_equal(msk_pacer_take(&p, 0), 0);
    assert_int_equal(msk_pacer_take(&p, UINT64_C(1) << 33), 0);
}

static void
gains_and_loses_nothing_when_the_clock_goes_back(void **state)
{
    struct msk_pacer p;

    (void)state;
    msk_pacer_init(&p, 1, 2, 1000000);
    assert_int_equal(msk_pacer_take(&p, 1000000), 0);
    assert_int_equal(msk_pacer_take(&p, 5), 0);
    assert_int_equal(msk_pacer_take(&p, 5), 1000);
    assert_int_equal(msk_pacer_take(&p, 1004), 1);
    assert_int_equal(msk_pacer_take(&p, 1005), 0);
}

/* FNV-1a, its two halves folded: computed outside of the library. */
static void
gives_each_ue_its_slot(void **state)
{
    size_t in[10] = { 0 };
    char name[8];

    (void)state;
    assert_int_equal(msk_pacer_slot(msk_text("a"), 1000000), 669824);
    assert_int_equal(msk_pacer_slot(msk_text("btid@bsf"), 1000000), 69707);
    assert_int_equal(msk_pacer_slot(msk_text("a"), 0), 0);
    for (size_t i = 0; i < 10000; i++) {
        (void)snprintf(name, sizeof name, "%04zu", i);
        in[msk_pacer_slot(msk_text(name), 1000) / 100]++;
    }
    for (size_t i = 0; i < 10; i++)
        assert_in_range(in[i], 850, 1150);
}

/* However long nobody sends: also when that is just less than a whole burst. */
static void
saves_up_no_more_than_a_burst(void **state)
{
    struct msk_pacer p;

    (void)state;
    for (msk_time pause = 0; pause <= 2500; pause += 500) {
        msk_pacer_init(&p, 1, 2, 1000);
        assert_true(msk_pacer_take(&p, 1000 + pause) == 0);
        assert_true(msk_pacer_take(&p, 1000 + pause) == 0);
        assert_true(msk_pacer_take(&p, 1000 + pause) == 1000);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saves_up_no_more_than_a_burst),
        cmocka_unit_test(lets_a_burst_go_and_then_the_rate),
        cmocka_unit_test(keeps_to_its_rate_over_time),
        cmocka_unit_test(never_holds_more_than_a_burst),
        cmocka_unit_test(gains_and_loses_nothing_when_the_clock_goes_back),
        cmocka_unit_test(gives_each_ue_its_slot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
