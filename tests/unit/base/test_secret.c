/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include <string.h>

#include "support.h"

#define LONGEST 70

static void
finds_equal_octets_equal(void **state)
{
    struct rng rng;

    (void)state;
    rng_start(&rng, 2);
    for (size_t n = 0; n <= LONGEST; n++) {
        uint8_t *a = room(n);

        rng_fill(&rng, a, n);
        assert_true(msk_secret_equal(a, a, n));
        assert_true(msk_secret_equal(a, exact(a, n).p, n));
    }
}

static void
finds_a_difference_of_one_bit_in_every_position(void **state)
{
    struct rng rng;

    (void)state;
    rng_start(&rng, 3);
    for (size_t n = 1; n <= LONGEST; n++) {
        uint8_t *a = room(n), *b = room(n);

        rng_fill(&rng, a, n);
        memcpy(b, a, n);
        for (size_t bit = 0; bit < 8 * n; bit++) {
            b[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(msk_secret_equal(a, b, n));
            assert_false(msk_secret_equal(b, a, n));
            b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        assert_true(msk_secret_equal(a, b, n));
    }
}

static void
finds_differences_that_would_cancel_each_other(void **state)
{
    (void)state;
    assert_false(msk_secret_equal(hex("0101").p, hex("0000").p, 2));
    assert_false(msk_secret_equal(hex("0102").p, hex("0201").p, 2));
    assert_false(msk_secret_equal(hex("8080").p, hex("0000").p, 2));
    assert_false(msk_secret_equal(hex("01ff").p, hex("0000").p, 2));
}

static void
compares_no_octet_after_n(void **state)
{
    (void)state;
    assert_true(msk_secret_equal(hex("0102").p, hex("0103").p, 1));
    assert_true(msk_secret_equal(hex("01").p, hex("02").p, 0));
    assert_true(msk_secret_equal(NULL, NULL, 0));
}

static void
wipes_all_octets_and_no_other(void **state)
{
    (void)state;
    for (size_t n = 0; n <= LONGEST; n++) {
        uint8_t *p = room(n + 2);

        msk_secret_wipe(p + 1, n);
        assert_int_equal(p[0], 0xa5);
        assert_int_equal(p[n + 1], 0xa5);
        for (size_t i = 1; i <= n; i++)
            assert_int_equal(p[i], 0);
    }
    msk_secret_wipe(NULL, 0);
}

static void
wipes_what_a_host_holds_too(void **state)
{
    uint8_t *p = room(4);
    struct msk_bytes got = { p, 4 };

    (void)state;
    msk_wipe(p + 1, 2);
    check_octets("two of four", got, hex("a50000a5"));
    msk_wipe(NULL, 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, release)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_equal_octets_equal),
        TEST(finds_a_difference_of_one_bit_in_every_position),
        TEST(finds_differences_that_would_cancel_each_other),
        TEST(compares_no_octet_after_n),
        TEST(wipes_all_octets_and_no_other),
        TEST(wipes_what_a_host_holds_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
