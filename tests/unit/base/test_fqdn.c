/* SPDX-License-Identifier: MIT */
#include "base/octets.h"

#include <string.h>

#include "support.h"

static const struct {
    const char *what, *a, *b;
    bool same;
} pairs[] = {
    { "the same", "bmsc.example.org", "bmsc.example.org", true },
    { "other case", "BMSC.Example.ORG", "bmsc.eXAMPLE.org", true },
    { "all letters", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
      true },
    { "nothing", "", "", true },
    { "a part of it", "bmsc.example.org", "bmsc.example.or", false },
    { "longer", "bmsc.example.or", "bmsc.example.org", false },
    { "another first", "amsc.example.org", "bmsc.example.org", false },
    { "another last", "bmsc.example.org", "bmsc.example.orh", false },
    { "nothing and something", "", "a", false },
    /* Neighbours of the letters, 32 apart. */
    { "at sign and grave accent", "@", "`", false },
    { "brackets and braces", "[", "{", false },
    { "digits", "0", "P", false },
    { "octets above ASCII", "\xc0", "\xe0", false },
    { "hyphen and carriage return", "-", "\r", false },
};

static void
compares_every_pair(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        check_int(pairs[i].what,
                  msk_fqdn_same(chars(pairs[i].a), chars(pairs[i].b)),
                  pairs[i].same);
        check_int(pairs[i].what,
                  msk_fqdn_same(chars(pairs[i].b), chars(pairs[i].a)),
                  pairs[i].same);
    }
}

/* What is folded alike is the same, and nothing else is. */
static void
folds_to_one_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct msk_bytes a = chars(pairs[i].a), b = chars(pairs[i].b);
        uint8_t *fa = room(a.n), *fb = room(b.n);

        msk_fqdn_fold(a, fa);
        msk_fqdn_fold(b, fb);
        check_int(pairs[i].what,
                  a.n == b.n && (a.n == 0 || memcmp(fa, fb, a.n) == 0),
                  pairs[i].same);
    }
}

static void
folds_in_place_and_keeps_what_is_no_letter(void **state)
{
    uint8_t all[256], lower[256];

    (void)state;
    for (size_t i = 0; i < sizeof all; i++) {
        all[i] = (uint8_t)i;
        lower[i] = (uint8_t)(i >= 'A' && i <= 'Z' ? i + 32 : i);
    }
    msk_fqdn_fold((struct msk_bytes){ all, sizeof all }, all);
    assert_memory_equal(all, lower, sizeof all);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(compares_every_pair, release),
        cmocka_unit_test_teardown(folds_to_one_spelling, release),
        cmocka_unit_test(folds_in_place_and_keeps_what_is_no_letter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
