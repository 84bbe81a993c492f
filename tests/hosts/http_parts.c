/* SPDX-License-Identifier: MIT */
/* What programs read of HTTP without a library for it: header fields, and the
 * answers that msk-load waits for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hosts/fields.h"
#include "msk-load/answer.h"

static const char head[] = "HTTP/1.1 401 no\r\n"
                           "WWW-Authenticate:Digest a=\"b: c\"\r\n"
                           "Content-Length: \t 7 \r\n"
                           "content-length: 8\r\n"
                           "Empty:\r\n"
                           "\r\n";

static bool
is_text(struct msk_bytes view, const char *text)
{
    return view.p != NULL && view.n == strlen(text) &&
           memcmp(view.p, text, view.n) == 0;
}

static void
fields_are_listed_in_their_order(void **state)
{
    struct msk_http_header list[5];

    (void)state;
    assert_int_equal(fields_list(msk_text(head), list, 5), 4);
    assert_true(is_text(list[0].name, "WWW-Authenticate"));
    assert_true(is_text(list[0].value, "Digest a=\"b: c\""));
    assert_true(is_text(list[1].value, "7"));
    assert_true(is_text(list[2].name, "content-length"));
    assert_true(is_text(list[3].value, ""));
    assert_int_equal(fields_list(msk_text(head), list, 2), 2);
}

static void
a_field_is_found_by_its_name_in_any_case(void **state)
{
    struct msk_http_header list[5];
    size_t n = fields_list(msk_text(head), list, 5);

    (void)state;
    assert_true(is_text(fields_value(list, n, "CONTENT-LENGTH"), "7"));
    assert_true(is_text(fields_value(list, n, "empty"), ""));
    assert_null(fields_value(list, n, "Content-Lengt").p);
    assert_null(fields_value(list, n, "Content-Length2").p);
    assert_null(fields_value(list, n, "Content-Lengtx").p);
    assert_null(fields_value(list, 0, "Empty").p);
    assert_true(fields_is(msk_text("cLoSe"), "close"));
    assert_false(fields_is(msk_text("close,"), "close"));
    assert_false(fields_is((struct msk_bytes){ NULL, 0 }, "close"));
}

/* What answer_read says of that text. */
static int
read_text(struct answer *answer, const char *text, size_t n)
{
    assert_true(n <= sizeof answer->octets);
    memcpy(answer->octets, text, n);
    answer->n = n;
    return answer_read(answer);
}

static void
an_answer_is_whole_with_its_last_octet(void **state)
{
    static const char text[] = "HTTP/1.1 200 OK\r\n"
                               "Connection: Close \r\n"
                               "CONTENT-LENGTH: 3\r\n\r\nabc";
    static struct answer answer;

    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++)
        assert_int_equal(read_text(&answer, text, n), ANSWER_MORE);
    assert_int_equal(read_text(&answer, text, sizeof text - 1), ANSWER_WHOLE);
    assert_int_equal(answer.response.status, 200);
    assert_int_equal(answer.response.n_headers, 2);
    assert_true(is_text(answer.response.body, "abc"));
    assert_true(answer.last);
}

static void
an_answer_without_a_body_is_whole_with_its_head(void **state)
{
    static const char text[] = "HTTP/1.1 401 -\r\nX: y\r\n\r\n";
    static struct answer answer;

    (void)state;
    assert_int_equal(read_text(&answer, text, sizeof text - 1), ANSWER_WHOLE);
    assert_int_equal(answer.response.status, 401);
    assert_int_equal(answer.response.body.n, 0);
    assert_false(answer.last);
}

static void
what_is_no_answer_is_said_to_be_bad(void **state)
{
    static const char *const texts[] = {
        "HTTP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 32768\r\n\r\n",
    };
    static char long_head[ANSWER_MAX];
    static struct answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(read_text(&answer, texts[i], strlen(texts[i])),
                         ANSWER_BAD);
    memset(long_head, 'x', sizeof long_head);
    assert_int_equal(read_text(&answer, long_head, ANSWER_MAX - 1),
                     ANSWER_MORE);
    assert_int_equal(read_text(&answer, long_head, ANSWER_MAX), ANSWER_BAD);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_listed_in_their_order),
        cmocka_unit_test(a_field_is_found_by_its_name_in_any_case),
        cmocka_unit_test(an_answer_is_whole_with_its_last_octet),
        cmocka_unit_test(an_answer_without_a_body_is_whole_with_its_head),
        cmocka_unit_test(what_is_no_answer_is_said_to_be_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
