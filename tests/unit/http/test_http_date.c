/* SPDX-License-Identifier: MIT */
/* Dates of HTTP, RFC 9110 5.6.7. The numbers come from date(1). */
#include "http/date.h"
#include "support.h"

static const struct {
    const char *text;
    uint64_t seconds;
} good[] = {
    { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 }, /* the RFC's own three */
    { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
    { "Sun Nov  6 08:49:37 1994", 784111777 },
    { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
    { "Fri, 31 Dec 1999 23:59:59 GMT", 946684799 },
    { "Tue, 29 Feb 2000 12:00:00 GMT", 951825600 },
    { "Thu, 29 Feb 2024 00:00:01 GMT", 1709164801 },
    { "Fri, 01 Mar 2024 00:00:00 GMT", 1709251200 },
    { "Mon, 01 Mar 2100 00:00:00 GMT", 4107542400 },
    { "Sat Nov 26 13:00:00 2022", 1669467600 },
    { "Wednesday, 26-Nov-69 13:00:00 GMT", 3152696400 },
    { "Thursday, 01-Jan-70 00:00:01 GMT", 1 },
    { "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 },
    { "???, 06 Nov 1994 08:49:37 GMT", 784111777 },
};

static const char *const bad[] = {
    "",
    " ",
    "120",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nox 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Wed, 29 Feb 2023 00:00:00 GMT",
    "Mon, 29 Feb 2100 00:00:00 GMT",
    "Sun, 06 Nov 1969 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, -6 Nov 1994 08:49:37 GMT",
    "Sun,  6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    "Sun,06 Nov 1994 08:49:37 GMT",
};

static void
reads_all_three_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint64_t seconds = 1;

        check_int(good[i].text, msk_http_date(chars(good[i].text), &seconds),
                  true);
        check_int(good[i].text, (long long)seconds, (long long)good[i].seconds);
    }
}

static void
refuses_what_is_no_date(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t seconds = 1;

        check_int(bad[i], msk_http_date(chars(bad[i]), &seconds), false);
        check_int(bad[i], (long long)seconds, 1);
    }
}

static void
refuses_every_date_cut_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t n = 0; n < chars(good[i].text).n; n++) {
            uint64_t seconds;

            check_int(good[i].text,
                      msk_http_date(exact(chars(good[i].text).p, n), &seconds),
                      false);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_all_three_forms, release),
        cmocka_unit_test_teardown(refuses_what_is_no_date, release),
        cmocka_unit_test_teardown(refuses_every_date_cut_short, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
