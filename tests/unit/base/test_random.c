/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include <string.h>

#include "support.h"

/* A source of numbers that are given; the last one comes again and again. */
struct numbers {
    uint32_t next[3];
    size_t n, drawn;
};

static int
give(void *user, uint8_t *out, size_t n)
{
    struct numbers *numbers = user;
    size_t last = numbers->n - 1;
    uint32_t v;

    if (numbers->n == 0)
        return -1;
    assert_int_equal(n, 4);
    v = numbers->next[numbers->drawn < last ? numbers->drawn : last];
    numbers->drawn++;
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(v >> 8 * (3 - i));
    return 0;
}

static int
below(uint32_t n, struct numbers *numbers, uint32_t *out)
{
    struct msk_random random = {
        .size = sizeof random,
        .user = numbers,
        .fill = give,
    };

    *out = 77;
    return msk_random_below(&random, n, out);
}

static void
takes_the_remainder(void **state)
{
    static const struct {
        uint32_t n, drawn, wanted;
    } table[] = {
        { 1, 0, 0 },
        { 1, 12345, 0 },
        { 10, 1234, 4 },
        { 0x80000000, 0x7FFFFFFF, 0x7FFFFFFF },
        { 3, UINT32_MAX - 1, 2 },
        { UINT32_MAX, UINT32_MAX - 1, UINT32_MAX - 1 },
    };
    uint32_t out;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct numbers numbers = { { table[i].drawn }, 1, 0 };

        assert_int_equal(below(table[i].n, &numbers, &out), MSK_OK);
        assert_int_equal(out, table[i].wanted);
        assert_int_equal(numbers.drawn, 1);
    }
}

/* n fits twice into what a draw can be; what is left would let the remainders
 * from 0 on come a third time. */
static void
draws_again_what_would_make_some_likelier(void **state)
{
    struct numbers numbers = { { 0xC0000000, UINT32_MAX, 5 }, 3, 0 };
    uint32_t out;

    (void)state;
    assert_int_equal(below(0x60000000, &numbers, &out), MSK_OK);
    assert_int_equal(out, 5);
    assert_int_equal(numbers.drawn, 3);
}

static void
ends_with_a_source_that_is_none(void **state)
{
    struct numbers stuck = { { UINT32_MAX }, 1, 0 }, broken = { { 0 }, 0, 0 };
    uint32_t out;

    (void)state;
    assert_int_equal(below(10, &stuck, &out), MSK_ERR_RANDOM);
    assert_int_equal(stuck.drawn, 64);
    assert_int_equal(out, 77);
    assert_int_equal(below(10, &broken, &out), MSK_ERR_RANDOM);
    assert_int_equal(out, 77);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_remainder),
        cmocka_unit_test(draws_again_what_would_make_some_likelier),
        cmocka_unit_test(ends_with_a_source_that_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
