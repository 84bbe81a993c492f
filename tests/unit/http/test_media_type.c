/* SPDX-License-Identifier: MIT */
#include "http/http_message.h"

#include "support.h"

#define TYPE "application/mbms-msk+xml"

static const struct {
    const char *header;
    bool want;
} vector[] = {
    { TYPE, true },
    { "Application/MBMS-msk+XML", true },
    { " " TYPE "\t", true },
    { TYPE ";", true },
    { TYPE " ; ", true },
    { TYPE ";;;", true },
    { TYPE "; charset=utf-8", true },
    { TYPE ";charset=UTF-8;", true },
    { TYPE "; Charset=\"utf-8\" ;x=y", true },
    { TYPE "; x=\"a;charset=latin1\"; charset=utf-8", true },
    { TYPE "; x=\"a\\\";b\"; charset=utf-8", true },
    { TYPE "; x=\"\"", true },
    { "", false },
    { ";", false },
    { "application/xml", false },
    { "application/mbms-msk-response+xml", false },
    { TYPE "x", false },
    { TYPE " x", false },
    { TYPE ", " TYPE, false },
    { TYPE "; charset=iso-8859-1", false },
    { TYPE "; charset=utf-16", false },
    { TYPE "; charset=utf-80", false },
    { TYPE "; charset=utf-", false },
    { TYPE "; charset=\"utf-8", false },
    { TYPE "; charset=\"utf-8\\", false },
    { TYPE "; charset=\"utf-8\" x", false },
    { TYPE "; charset=", false },
    { TYPE "; x=", false },
    { TYPE "; x= ; charset=utf-8", false },
    { TYPE "; charset=utf-8; charset=utf-8", false },
    { TYPE "; charset=utf-8; charset=utf-16", false },
    { TYPE "; charset", false },
    { TYPE "; x; y=z", false },
    { TYPE "; =utf-8", false },
};

static void
knows_a_type_with_or_without_charset(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vector / sizeof vector[0]; i++)
        check_int(vector[i].header,
                  msk_media_type_is(chars(vector[i].header), TYPE),
                  vector[i].want);
    assert_false(msk_media_type_is((struct msk_bytes){ NULL, 0 }, TYPE));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(knows_a_type_with_or_without_charset,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
