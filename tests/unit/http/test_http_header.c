/* SPDX-License-Identifier: MIT */
#include "http/http_message.h"

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
    /* Said twice is said once, if it is the same. */
    headers[2].value = chars(" 1\r\n ");
    headers[0].value = chars("\t1 ");
    assert_int_equal(msk_header_only(headers, 3, "A", &value), MSK_OK);
    check_octets("a", value, chars("1"));
}

static void
refuses_octets_that_no_value_has(void **state)
{
    static const struct {
        const char *text;
        bool fits;
    } rows[] = {
        { "", true },
        { "a", true },
        { "\t \x01\x7F\xFF", true },
        { "a\r\n b", true },
        { "a\r\n\tb", true },
        { "a\n b", true },
        { "\r\n ", true },
        { "a\r\n \r\n ", true },
        { "a\r\nb", false },
        { "a\nb", false },
        { "a\r b", false },
        { "a\r", false },
        { "a\n", false },
        { "a\r\n", false },
        { "a\r\r\n b", false },
        { "a\n\r\n b", false },
        { "a\r\n\n b", false },
        { "\r\n\x0B", false },
    };
    struct msk_http_header headers[MSK_HTTP_HEADERS_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_int(rows[i].text, msk_header_fits(chars(rows[i].text)),
                  rows[i].fits);
    assert_false(msk_header_fits(exact((const uint8_t *)"a\0b", 3)));
    assert_false(msk_header_fits(exact((const uint8_t *)"\0", 1)));
    for (size_t i = 0; i < MSK_HTTP_HEADERS_MAX + 1; i++)
        headers[i] = (struct msk_http_header){ chars("a"), chars("b") };
    assert_true(msk_headers_fit(NULL, 0));
    assert_true(msk_headers_fit(headers, MSK_HTTP_HEADERS_MAX));
    assert_false(msk_headers_fit(headers, MSK_HTTP_HEADERS_MAX + 1));
    headers[MSK_HTTP_HEADERS_MAX - 1].value = chars("\n");
    assert_false(msk_headers_fit(headers, MSK_HTTP_HEADERS_MAX));
    assert_true(msk_headers_fit(headers, MSK_HTTP_HEADERS_MAX - 1));
}

static void
tells_a_body_that_is_encoded(void **state)
{
    static const struct {
        const char *name, *value;
        bool encoded;
    } rows[] = {
        { "Content-Encoding", "gzip", true },
        { "content-encoding", "BR", true },
        { "Content-Encoding", "identity, gzip", true },
        { "Content-Encoding", "identity", false },
        { "Content-Encoding", " Identity\r\n ", false },
        { "Content-Encoding", "", false },
        { "Content-Encodings", "gzip", false },
        { "Transfer-Encoding", "chunked", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_http_header headers[] = {
            { chars("Content-Encoding"), chars("identity") },
            { chars(rows[i].name), chars(rows[i].value) },
        };

        check_int(rows[i].value, msk_header_encoded(headers, 2),
                  rows[i].encoded);
    }
    assert_false(msk_header_encoded(NULL, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(compares_without_regard_to_case, release),
        cmocka_unit_test_teardown(finds_each_of_a_name_in_turn, release),
        cmocka_unit_test_teardown(tells_one_from_none_and_two, release),
        cmocka_unit_test_teardown(refuses_octets_that_no_value_has, release),
        cmocka_unit_test_teardown(tells_a_body_that_is_encoded, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
