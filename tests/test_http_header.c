/* SPDX-License-Identifier: MIT */
#include "http/header.h"

#include "support.h"

static void
compares_without_regard_to_case(void **state)
{
    (void)state;
    assert_true(msk_header_is(chars("WWW-Authenticate"), "www-authenticate"));
    assert_true(msk_header_is(chars("@[`{"), "@[`{"));
    assert_false(msk_header_is(chars("@[`{"), "`{@["));
    assert_false(msk_header_is(chars("Authenticat"), "Authenticate"));
    assert_false(msk_header_is(chars("Authenticates"), "Authenticate"));
    assert_true(msk_header_is(exact(NULL, 0), ""));
    assert_false(msk_header_is(exact(NULL, 0), "a"));
}

static void
finds_each_of_a_name_in_turn(void **state)
{
    struct msk_http_header headers[] = {
        { chars("A"), chars("1") },
        { chars("b"), chars("2") },
        { chars("a"), chars("3") },
    };
    struct msk_bytes value;
    size_t at = 0;

    (void)state;
    assert_true(msk_header_next(headers, 3, "a", &at, &value));
    check_octets("first", value, chars("1"));
    assert_true(msk_header_next(headers, 3, "a", &at, &value));
    check_octets("second", value, chars("3"));
    assert_false(msk_header_next(headers, 3, "a", &at, &value));
    at = 0;
    assert_false(msk_header_next(NULL, 0, "a", &at, &value));
}

static void
tells_one_from_none_and_two(void **state)
{
    struct msk_http_header headers[] = {
        { chars("A"), chars("1") },
        { chars("b"), chars("2") },
        { chars("a"), chars("3") },
    };
    struct msk_bytes value;

    (void)state;
    assert_int_equal(msk_header_only(headers, 3, "B", &value), MSK_OK);
    check_octets("b", value, chars("2"));
    assert_int_equal(msk_header_only(headers, 3, "c", &value), MSK_ERR_MISSING);
    assert_int_equal(msk_header_only(headers, 3, "A", &value),
                     MSK_ERR_DUPLICATE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(compares_without_regard_to_case, release),
        cmocka_unit_test_teardown(finds_each_of_a_name_in_turn, release),
        cmocka_unit_test_teardown(tells_one_from_none_and_two, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
