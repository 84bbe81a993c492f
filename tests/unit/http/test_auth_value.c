/* SPDX-License-Identifier: MIT */
#include "http/digest_param.h"

#include <string.h>

#include "support.h"

static struct msk_auth_value
value_of(const char *text, bool escaped)
{
    struct msk_auth_value value = { chars(text), true, escaped };

    return value;
}

static void
compares_and_copies_without_backslashes(void **state)
{
    struct msk_auth_value none = { { NULL, 0 }, false, false }, v;
    uint8_t out[3];
    size_t n;

    (void)state;
    v = value_of("a\\b\\\\", true);
    assert_true(msk_auth_equal(&v, chars("ab\\")));
    assert_false(msk_auth_equal(&v, chars("ab")));
    assert_false(msk_auth_equal(&v, chars("ab\\x")));
    assert_false(msk_auth_equal(&v, chars("a\\b\\\\")));
    assert_true(msk_auth_is(&v, "AB\\"));
    assert_true(msk_auth_copy(&v, out, 3, &n));
    check_octets("copied", exact(out, n), chars("ab\\"));
    assert_false(msk_auth_copy(&v, out, 2, &n));
    v = value_of("AB", false);
    assert_false(msk_auth_equal(&v, chars("ab")));
    assert_true(msk_auth_is(&v, "ab"));
    v = value_of("", true);
    assert_true(msk_auth_equal(&v, chars("")));
    assert_false(msk_auth_equal(&v, chars("a")));
    assert_false(msk_auth_copy(&v, out, 3, &n));
    assert_int_equal(n, 0);
    assert_false(msk_auth_equal(&none, chars("")));
    assert_false(msk_auth_copy(&none, out, 3, &n));
    assert_false(msk_auth_is(&none, ""));
}

static void
takes_a_fold_for_a_blank(void **state)
{
    struct msk_auth_value v = value_of("a\r\n \tb\n c \r\n \r\n d", true);
    uint8_t out[16];
    size_t n;

    (void)state;
    assert_true(msk_auth_equal(&v, chars("a b c  d")));
    assert_true(msk_auth_is(&v, "A B C  D"));
    assert_true(msk_auth_copy(&v, out, 8, &n));
    check_octets("copied", exact(out, n), chars("a b c  d"));
    assert_false(msk_auth_copy(&v, out, 7, &n));
}

static void
finds_a_member_of_a_list(void **state)
{
    static const struct {
        const char *text;
        bool escaped, found;
    } rows[] = {
        { "auth-int", false, true },
        { "auth-int", true, true },
        { "AUTH-int", true, true },
        { "\\auth-\\int", true, true },
        { "auth,auth-int", true, true },
        { "auth-int,auth", true, true },
        { " \t, auth-int \t,,", true, true },
        { "auth,\r\n auth-int", true, true },
        { "auth-int\r\n ", true, true },
        { "crazy;list @ (), auth-int", true, true },
        { "auth-int, ;", true, true },
        { "", true, false },
        { ",", true, false },
        { "auth", true, false },
        { "auth-in", true, false },
        { "auth-int2", true, false },
        { "xauth-int", true, false },
        { "auth-int;x", true, false },
        { "auth-int x", true, false },
        { "auth auth-int", true, false },
        { "\"auth-int\"", true, false },
        { "auth-,int", true, false },
    };
    struct msk_auth_value none = { { NULL, 0 }, false, false };
    char text[3000];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_auth_value v = value_of(rows[i].text, rows[i].escaped);

        check_int(rows[i].text, msk_auth_lists(&v, "auth-int"), rows[i].found);
    }
    assert_false(msk_auth_lists(&none, ""));
    /* However long it is, and each member. */
    for (size_t n = 1; n < 100; n++, release(NULL)) {
        struct msk_auth_value v;

        memset(text, 'a', sizeof text);
        text[n] = ',';
        memcpy(text + sizeof text - 10, ",auth-int", 10);
        v = value_of(text, true);
        assert_true(msk_auth_lists(&v, "auth-int"));
        memset(text, ' ', sizeof text - 10);
        memcpy(text + n, "auth-int", 8);
        v = value_of(text, true);
        assert_true(msk_auth_lists(&v, "auth-int"));
        memcpy(text + n, "auth-int                                       x",
               48);
        text[sizeof text - 10] = '\0';
        v = value_of(text, true);
        assert_false(msk_auth_lists(&v, "auth-int"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(compares_and_copies_without_backslashes,
                                  release),
        cmocka_unit_test_teardown(takes_a_fold_for_a_blank, release),
        cmocka_unit_test_teardown(finds_a_member_of_a_list, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
