/* SPDX-License-Identifier: MIT */
#include "msk/types.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

static const struct {
    int first, last; /* all names of types.h: the ranges have no holes */
    enum msk_err_kind kind;
} known[] = {
    { MSK_OK, MSK_WARN_CARD, MSK_KIND_FINE },
    { MSK_ERR_OLD_KEY, MSK_ERR_ARGUMENT, MSK_KIND_CALLER },
    { MSK_ERR_NO_RAND, MSK_ERR_TRUNCATED, MSK_KIND_DROP },
    { MSK_ERR_REFUSED, MSK_ERR_NO_MSK, MSK_KIND_ASK },
    { MSK_ERR_CARD, MSK_ERR_CRYPTO, MSK_KIND_FATAL },
};
#define KNOWN (sizeof known / sizeof known[0])

static bool
is_known(int err)
{
    for (size_t i = 0; i < KNOWN; i++)
        if (err >= known[i].first && err <= known[i].last)
            return true;
    return false;
}

static void
knows_the_kind_of_every_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < KNOWN; i++)
        for (int err = known[i].first; err <= known[i].last; err++)
            check_int(msk_err_text(err), msk_err_kind(err), known[i].kind);
}

static const struct {
    int err;
    enum msk_err_kind kind;
} strange[] = {
    { 3, MSK_KIND_FINE },       { INT_MAX, MSK_KIND_FINE },
    { -1, MSK_KIND_FATAL },     { -99, MSK_KIND_FATAL },
    { -100, MSK_KIND_CALLER },  { -199, MSK_KIND_CALLER },
    { -200, MSK_KIND_DROP },    { -299, MSK_KIND_DROP },
    { -300, MSK_KIND_ASK },     { -399, MSK_KIND_ASK },
    { -400, MSK_KIND_FATAL },   { -900, MSK_KIND_FATAL },
    { -999, MSK_KIND_FATAL },   { -1000, MSK_KIND_FATAL },
    { -1101, MSK_KIND_FATAL },  { INT_MIN, MSK_KIND_FATAL },
    { -65637, MSK_KIND_FATAL }, { 65536, MSK_KIND_FINE },
};

static void
gives_unknown_values_the_kind_of_their_range(void **state)
{
    char what[32];

    (void)state;
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        snprintf(what, sizeof what, "%d", strange[i].err);
        check_int(what, msk_err_kind(strange[i].err), strange[i].kind);
        assert_string_equal(msk_err_text(strange[i].err), "unknown error");
    }
}

static void
has_a_text_for_every_error_and_for_no_other(void **state)
{
    (void)state;
    for (int err = -1100; err <= 100; err++) {
        const char *text = msk_err_text(err);

        assert_non_null(text);
        check_int(text, strcmp(text, "unknown error") != 0, is_known(err));
    }
}

static void
says_it_in_one_short_phrase_of_its_own(void **state)
{
    (void)state;
    for (int a = -1000; a <= MSK_WARN_CARD; a++) {
        const char *text = msk_err_text(a);
        size_t n = strlen(text);

        if (!is_known(a))
            continue;
        assert_in_range(n, 5, 60);
        assert_true(islower((unsigned char)text[0]) ||
                    isupper((unsigned char)text[1])); /* MAC, not Mac */
        check_int(text, ispunct((unsigned char)text[n - 1]) != 0, false);
        for (int b = -1000; b < a; b++)
            if (is_known(b))
                assert_string_not_equal(text, msk_err_text(b));
    }
}

static void
says_the_right_thing(void **state)
{
    (void)state;
    assert_string_equal(msk_err_text(MSK_OK), "success");
    assert_string_equal(msk_err_text(MSK_ERR_MAC), "wrong MAC");
    assert_string_equal(msk_err_text(MSK_ERR_SPACE), "buffer too small");
}

static void
knows_its_version(void **state)
{
    char want[32];

    (void)state;
    snprintf(want, sizeof want, "%d.%d.%d", MSK_VERSION_MAJOR,
             MSK_VERSION_MINOR, MSK_VERSION_PATCH);
    assert_string_equal(msk_version(), want);
}

static void
never_comes_at_the_end_of_time(void **state)
{
    (void)state;
    assert_true(msk_never() == MSK_NEVER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_kind_of_every_error),
        cmocka_unit_test(gives_unknown_values_the_kind_of_their_range),
        cmocka_unit_test(has_a_text_for_every_error_and_for_no_other),
        cmocka_unit_test(says_it_in_one_short_phrase_of_its_own),
        cmocka_unit_test(says_the_right_thing),
        cmocka_unit_test(knows_its_version),
        cmocka_unit_test(never_comes_at_the_end_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
