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

static void
keeps_no_more_than_there_is_room_for(void **state)
{
    uint8_t field[3] = { 9, 9, 9 }, len = 7;

    (void)state;
    assert_false(msk_octets_keep(hex("01020304"), field, 3, &len));
    assert_int_equal(len, 7);
    assert_int_equal(field[0], 9);
    assert_true(msk_octets_keep(hex("010203"), field, 3, &len));
    assert_int_equal(len, 3);
    assert_true(msk_octets_keep(exact(NULL, 0), field, 3, &len));
    assert_int_equal(len, 0);
    assert_int_equal(field[0], 1);
}

/* A caller of long ago has less room, one to come has more. Who has no room for
 * a size says none. */
static void
gives_as_much_as_the_caller_has_room_for(void **state)
{
    struct sized {
        size_t size, a, b;
    };
    const struct sized mine = { sizeof mine, 1, 2 };
    const size_t room_of[] = { 0, sizeof(size_t), 2 * sizeof(size_t),
                               3 * sizeof(size_t), 9 * sizeof(size_t) };

    (void)state;
    for (size_t i = 0; i < sizeof room_of / sizeof room_of[0]; i++) {
        struct sized theirs = { room_of[i], 7, 8 };

        msk_sized_give(&theirs, &mine, sizeof mine);
        assert_int_equal(theirs.size, room_of[i]);
        assert_int_equal(theirs.a, i < 2 ? 7 : 1);
        assert_int_equal(theirs.b, i < 3 ? 8 : 2);
    }
    msk_sized_give(NULL, &mine, sizeof mine);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(keeps_no_more_than_there_is_room_for,
                                  release),
        cmocka_unit_test(gives_as_much_as_the_caller_has_room_for),
        cmocka_unit_test(fits_between_the_least_and_the_most),
        cmocka_unit_test(compares_lengths_and_octets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
