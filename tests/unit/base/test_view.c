/* SPDX-License-Identifier: MIT */
#include "base/octets.h"

#include "support.h"

static void
cuts_no_more_than_there_is(void **state)
{
    struct msk_bytes rest = chars("abc");

    (void)state;
    check_octets("nothing", msk_view_cut(&rest, 0), chars(""));
    check_octets("some", msk_view_cut(&rest, 2), chars("ab"));
    check_octets("the rest", rest, chars("c"));
    check_octets("too much", msk_view_cut(&rest, 2), chars("c"));
    check_octets("nothing left", rest, chars(""));
    check_octets("of nothing", msk_view_cut(&rest, 1), chars(""));
}

static void
cuts_at_a_character(void **state)
{
    struct msk_bytes rest = chars("a;;b");

    (void)state;
    assert_int_equal(msk_view_find(rest, ';'), 1);
    assert_int_equal(msk_view_find(rest, 'x'), 4);
    check_octets("first", msk_view_until(&rest, ';'), chars("a"));
    check_octets("empty", msk_view_until(&rest, ';'), chars(""));
    check_octets("last", msk_view_until(&rest, ';'), chars("b"));
    check_octets("nothing left", rest, chars(""));
}

static void
trims_white_space(void **state)
{
    (void)state;
    check_octets("both", msk_view_trim(chars(" \t\r\na b\n ")), chars("a b"));
    check_octets("all", msk_view_trim(chars(" \n")), chars(""));
    check_octets("none", msk_view_trim(chars("a")), chars("a"));
    check_octets("nothing", msk_view_trim(exact(NULL, 0)), chars(""));
    check_octets("form feed stays", msk_view_trim(chars("\fa")), chars("\fa"));
}

static void
compares_octets(void **state)
{
    (void)state;
    assert_true(msk_view_is(chars("ab"), "ab"));
    assert_false(msk_view_is(chars("ab"), "aB"));
    assert_false(msk_view_is(chars("ab"), "abc"));
    assert_false(msk_view_is(chars("abc"), "ab"));
    assert_true(msk_view_is(exact(NULL, 0), ""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(cuts_no_more_than_there_is, release),
        cmocka_unit_test_teardown(cuts_at_a_character, release),
        cmocka_unit_test_teardown(trims_white_space, release),
        cmocka_unit_test_teardown(compares_octets, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
