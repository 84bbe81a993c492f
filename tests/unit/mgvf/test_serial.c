/* SPDX-License-Identifier: MIT */
#include "mgvf/held.h"

#include "support.h"

static const struct {
    const char *what;
    uint32_t a, b;
    bool newer;
} pairs[] = {
    { "the same", 5, 5, false },
    { "the same zero", 0, 0, false },
    { "the same maximum", 0xffffffff, 0xffffffff, false },
    { "one more", 1, 0, true },
    { "one less", 0, 1, false },
    { "past the maximum", 0, 0xffffffff, true },
    { "back from the maximum", 0xffffffff, 0, false },
    { "well past the maximum", 1000, 0xfffffc18, true },
    { "one less than half way", 0x7fffffff, 0, true },
    { "half way", 0x80000000, 0, false },
    { "half way, the other way", 0, 0x80000000, false },
    { "one more than half way", 0x80000001, 0, false },
    { "one more than half way, from the other side", 0, 0x80000001, true },
    { "half way from the middle", 0x92345678, 0x12345678, false },
    { "less than half way from the middle", 0x92345677, 0x12345678, true },
    { "more than half way from the middle", 0x92345679, 0x12345678, false },
};

static void
orders_every_pair(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        check_int(pairs[i].what, msk_serial_newer(pairs[i].a, pairs[i].b),
                  pairs[i].newer);
}

/* RFC 1982 3.1: what was made by adding up to 2^31 - 1 is greater. */
static void
finds_what_was_added_to_newer(void **state)
{
    struct rng rng;

    (void)state;
    rng_start(&rng, 4);
    for (int i = 0; i < 100000; i++) {
        uint32_t b = (uint32_t)rng_next(&rng);
        uint32_t n = 1 + (uint32_t)rng_below(&rng, 0x7fffffff);

        assert_true(msk_serial_newer((uint32_t)(b + n), b));
        assert_false(msk_serial_newer(b, (uint32_t)(b + n)));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_every_pair),
        cmocka_unit_test(finds_what_was_added_to_newer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
