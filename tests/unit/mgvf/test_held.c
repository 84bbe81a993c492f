/* SPDX-License-Identifier: MIT */
#include "mgvf/held.h"

#include <string.h>

#include "support.h"

static struct msk_held_key
key_of(uint16_t number, uint8_t value, uint16_t low, uint16_t high)
{
    struct msk_held_key k = { .number = number };

    memset(k.key, value, 16);
    k.key_len = 16;
    memset(k.rand, value + 1, 16);
    k.rand_len = 16;
    k.seq_low = low;
    k.seq_high = high;
    return k;
}

static bool
deliver(struct msk_held_group *g, uint16_t number, uint8_t value,
        uint16_t *deleted)
{
    struct msk_held_key k = key_of(number, value, 1, 9);

    return msk_held_deliver(g, &k, deleted);
}

static void
finds_what_is_held_and_nothing_else(void **state)
{
    struct msk_held_group g = { .n = 0 };
    uint16_t deleted;

    (void)state;
    assert_int_equal(msk_held_find(&g, 0), MSK_HELD_MAX);
    deliver(&g, 5, 1, &deleted);
    assert_int_equal(msk_held_find(&g, 5), 0);
    assert_int_equal(msk_held_find(&g, 0), MSK_HELD_MAX);
    deliver(&g, 6, 1, &deleted);
    assert_int_equal(msk_held_find(&g, 6), 0);
    assert_int_equal(msk_held_find(&g, 5), 1);
    assert_int_equal(msk_held_find(&g, 7), MSK_HELD_MAX);
}

static void
keeps_the_newest_two_and_wipes_the_third(void **state)
{
    static const struct {
        uint16_t number;                 /* delivered, one after the other */
        uint16_t newest, older, deleted; /* 0: none */
    } steps[] = {
        { 1, 1, 0, 0 }, { 2, 2, 1, 0 }, { 3, 3, 2, 1 }, { 2, 2, 3, 0 },
        { 1, 1, 2, 3 }, { 1, 1, 2, 0 }, { 9, 9, 1, 2 },
    };
    struct msk_held_group g = { .n = 0 };

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        uint16_t deleted = 0;
        bool full = deliver(&g, steps[i].number, (uint8_t)(i + 1), &deleted);

        assert_int_equal(full, steps[i].deleted != 0);
        assert_int_equal(deleted, steps[i].deleted);
        assert_int_equal(g.n, i == 0 ? 1 : 2);
        assert_int_equal(g.msk[0].number, steps[i].newest);
        assert_int_equal(g.msk[0].key[15], i + 1);
        if (steps[i].older != 0)
            assert_int_equal(g.msk[1].number, steps[i].older);
    }
}

static void
leaves_nothing_of_the_key_that_has_to_go(void **state)
{
    struct msk_held_group g = { .n = 0 };
    const uint8_t *octets = (const uint8_t *)&g;
    uint8_t gone[8];
    uint16_t deleted;

    (void)state;
    memset(gone, 0xD1, sizeof gone);
    deliver(&g, 1, 0xD1, &deleted);
    deliver(&g, 2, 0xD2, &deleted);
    deliver(&g, 3, 0xD3, &deleted);
    for (size_t i = 0; i + 8 <= sizeof g; i++)
        assert_true(memcmp(octets + i, gone, 8) != 0);
}

static void
keeps_the_mtk_counter_of_a_number_delivered_again(void **state)
{
    struct msk_held_key k = key_of(1, 7, 3, 4);
    struct msk_held_group g = { .n = 0 };
    uint16_t deleted;

    (void)state;
    deliver(&g, 1, 1, &deleted);
    g.msk[0].has_counter = true;
    g.msk[0].counter = 77;
    g.msk[0].mtk_id = 7;
    deliver(&g, 2, 2, &deleted);
    k.counter = 1;
    assert_false(msk_held_deliver(&g, &k, &deleted));
    assert_int_equal(g.msk[0].number, 1);
    assert_true(g.msk[0].has_counter);
    assert_int_equal(g.msk[0].counter, 77);
    assert_int_equal(g.msk[0].mtk_id, 7);
    assert_int_equal(g.msk[0].key[0], 7);
    assert_int_equal(g.msk[0].rand[0], 8);
    assert_int_equal(g.msk[0].seq_low, 3);
    assert_int_equal(g.msk[0].seq_high, 4);
    assert_false(g.msk[1].has_counter);
}

static void
replaces_a_longer_key_wholly(void **state)
{
    struct msk_held_group g = { .n = 0 };
    struct msk_held_key k = key_of(1, 0xAA, 1, 2);
    uint16_t deleted;

    (void)state;
    memset(k.key, 0xAA, 32);
    k.key_len = 32;
    memset(k.rand, 0xAB, 64);
    k.rand_len = 64;
    msk_held_deliver(&g, &k, &deleted);
    deliver(&g, 1, 0x11, &deleted);
    assert_int_equal(g.msk[0].key_len, 16);
    assert_int_equal(g.msk[0].rand_len, 16);
    for (size_t i = 16; i < 32; i++)
        assert_int_equal(g.msk[0].key[i], 0);
    for (size_t i = 16; i < 64; i++)
        assert_int_equal(g.msk[0].rand[i], 0);
}

static void
revalidates_what_is_held_and_makes_it_the_newest(void **state)
{
    struct msk_held_group g = { .n = 0 };
    struct msk_held_group before;
    uint16_t deleted;

    (void)state;
    deliver(&g, 1, 1, &deleted);
    deliver(&g, 2, 2, &deleted);
    memcpy(&before, &g, sizeof g);
    assert_false(msk_held_revalidate(&g, 3, 5, 6));
    assert_memory_equal(&before, &g, sizeof g);
    assert_true(msk_held_revalidate(&g, 1, 5, 6));
    assert_int_equal(g.msk[0].number, 1);
    assert_int_equal(g.msk[0].seq_low, 5);
    assert_int_equal(g.msk[0].seq_high, 6);
    assert_int_equal(g.msk[0].key[0], 1);
    assert_int_equal(g.msk[1].number, 2);
    assert_int_equal(g.msk[1].seq_low, 1);
    assert_true(msk_held_revalidate(&g, 1, 8, 7));
    assert_int_equal(g.msk[0].seq_low, 8);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(finds_what_is_held_and_nothing_else),
        TEST(keeps_the_newest_two_and_wipes_the_third),
        TEST(leaves_nothing_of_the_key_that_has_to_go),
        TEST(keeps_the_mtk_counter_of_a_number_delivered_again),
        TEST(replaces_a_longer_key_wholly),
        TEST(revalidates_what_is_held_and_makes_it_the_newest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
