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

static const struct moment {
    const char *text;
    uint64_t seconds;
} moments[] = {
    { "1970-01-01T00:00:00Z", 0 },
    { "1970-01-01T00:00:01Z", 1 },
    { "1972-02-29T23:59:59Z", 68255999 },
    { "1999-12-31T23:59:59Z", 946684799 },
    { "2000-02-29T00:00:00Z", 951782400 },
    { "2026-11-30T12:00:00Z", 1796040000 },
    { "2100-03-01T00:00:00Z", UINT64_C(4107542400) },
    { "9999-12-31T23:59:59Z", UINT64_C(253402300799) },
};

static void
moments_of_xml_are_written_and_read(void **state)
{
    uint8_t text[MSK_XML_MOMENT_LEN];

    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        const struct moment *m = &moments[i];
        uint64_t seconds = 7;

        check_int(m->text, msk_xml_moment_read(chars(m->text), &seconds), true);
        check_int(m->text, (long long)seconds, (long long)m->seconds);
        check_int(m->text, msk_xml_moment_write(m->seconds, text), true);
        check_octets(m->text, exact(text, sizeof text), chars(m->text));
    }
    assert_false(msk_xml_moment_write(UINT64_C(253402300800), text));
    assert_false(msk_xml_moment_write(UINT64_MAX, text));
}

static void
moments_of_xml_have_a_zone(void **state)
{
    static const struct moment fine[] = {
        { "2026-11-30T12:00:00.5Z", 1796040000 },
        { "2026-11-30T12:00:00.000+00:00", 1796040000 },
        { "2026-11-30T13:30:00+01:30", 1796040000 },
        { "2026-11-29T22:00:00-14:00", 1796040000 },
        { "1970-01-01T01:00:00+01:00", 0 },
    };
    static const char *const wrong[] = {
        "2026-11-30T12:00:00",
        "2026-11-30T12:00:00.Z",
        "2026-11-30T12:00:00+14:01",
        "2026-11-30T12:00:00+1:00",
        "2026-11-30T12:00:00+01:60",
        "2026-11-30T12:00:00 01:00",
        "2026-11-30T12:00:00z",
        "2026-11-30T12:00:00ZZ",
        "2026-11-31T12:00:00Z",
        "2026-00-30T12:00:00Z",
        "2026-13-30T12:00:00Z",
        "2026-11-00T12:00:00Z",
        "2026-11-30T24:00:00Z",
        "2026-11-30T12:60:00Z",
        "2026-11-30 12:00:00Z",
        "-026-11-30T12:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "2026-11-30Z",
        "",
    };
    uint64_t seconds;

    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        check_int(fine[i].text,
                  msk_xml_moment_read(chars(fine[i].text), &seconds), true);
        check_int(fine[i].text, (long long)seconds, (long long)fine[i].seconds);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        check_int(wrong[i], msk_xml_moment_read(chars(wrong[i]), &seconds),
                  false);
    for (size_t n = 0; n < MSK_XML_MOMENT_LEN; n++)
        assert_false(
            msk_xml_moment_read(exact(chars(moments[5].text).p, n), &seconds));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_all_three_forms, release),
        cmocka_unit_test_teardown(refuses_what_is_no_date, release),
        cmocka_unit_test_teardown(refuses_every_date_cut_short, release),
        cmocka_unit_test_teardown(moments_of_xml_are_written_and_read, release),
        cmocka_unit_test_teardown(moments_of_xml_have_a_zone, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
