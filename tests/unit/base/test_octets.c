/* SPDX-License-Identifier: MIT */
#include "base/octets.h"

#include "support.h"

static void
fits_between_the_least_and_the_most(void **state)
{
    struct msk_bytes nowhere = { NULL, 2 };

    (void)state;
    assert_false(msk_octets_fit(hex("01"), 2, 3));
    assert_true(msk_octets_fit(hex("0102"), 2, 3));
    assert_true(msk_octets_fit(hex("010203"), 2, 3));
    assert_false(msk_octets_fit(hex("01020304"), 2, 3));
    assert_true(msk_octets_fit(exact(NULL, 0), 0, 3));
    assert_false(msk_octets_fit(exact(NULL, 0), 1, 3));
    assert_false(msk_octets_fit(nowhere, 0, 3));
}

static void
compares_lengths_and_octets(void **state)
{
    static const uint8_t octets[] = { 0, 1 };

    (void)state;
    assert_true(msk_octets_equal(hex("0001"), hex("0001")));
    assert_false(msk_octets_equal(hex("0001"), hex("0002")));
    assert_false(msk_octets_equal(hex("0001"), hex("000100")));
    assert_false(msk_octets_equal(hex("000100"), hex("0001")));
    assert_true(msk_octets_equal(exact(NULL, 0), hex("")));
    assert_true(msk_octets_are(hex("0001"), octets, 2));
    assert_false(msk_octets_are(hex("0001"), octets, 1));
    assert_false(msk_octets_are(hex("0101"), octets, 2));
    assert_true(msk_octets_are(exact(NULL, 0), NULL, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_between_the_least_and_the_most),
        cmocka_unit_test(compares_lengths_and_octets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
