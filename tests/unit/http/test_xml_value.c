/* SPDX-License-Identifier: MIT */
#include "http/xml_text.h"

#include <string.h>

#include "support.h"

static void
reads_booleans_in_each_form(void **state)
{
    static const struct {
        const char *text;
        int want; /* -1: it is none */
    } vector[] = {
        { "true", 1 },    { "1", 1 },      { "false", 0 },  { "0", 0 },
        { " true\n", 1 }, { "\t0 ", 0 },   { "", -1 },      { " ", -1 },
        { "TRUE", -1 },   { "yes", -1 },   { "00", -1 },    { "01", -1 },
        { "tru", -1 },    { "truee", -1 }, { "t rue", -1 }, { "-1", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof vector / sizeof vector[0]; i++) {
        bool got = false;
        int err = msk_xml_boolean(chars(vector[i].text), &got);

        check_int(vector[i].text, err,
                  vector[i].want < 0 ? MSK_ERR_VALUE : MSK_OK);
        if (err == MSK_OK)
            check_int(vector[i].text, got, vector[i].want);
    }
}

static void
reads_numbers_up_to_a_limit(void **state)
{
    static const struct {
        const char *text;
        uint64_t most;
        bool fine;
        uint64_t want;
    } vector[] = {
        { "0", UINT64_MAX, true, 0 },
        { "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
        { "18446744073709551616", UINT64_MAX, false, 0 },
        { "18446744073709551620", UINT64_MAX, false, 0 },
        { "99999999999999999999999", UINT64_MAX, false, 0 },
        { "4294967295", UINT32_MAX, true, UINT32_MAX },
        { "4294967296", UINT32_MAX, false, 0 },
        { "599", 599, true, 599 },
        { "600", 599, false, 0 },
        { "0", 0, true, 0 },
        { "1", 0, false, 0 },
        { "00000000000000000000000007", 9, true, 7 },
        { " 7\t", 9, true, 7 },
        { "", 9, false, 0 },
        { "  ", 9, false, 0 },
        { "-1", 9, false, 0 },
        { "+1", 9, false, 0 },
        { "1.0", 9, false, 0 },
        { "0x1", 9, false, 0 },
        { "1 2", 99, false, 0 },
        { "/", 99, false, 0 },
        { ":", 99, false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof vector / sizeof vector[0]; i++) {
        uint64_t got = 0;
        int err = msk_xml_number(chars(vector[i].text), vector[i].most, &got);

        check_int(vector[i].text, err, vector[i].fine ? MSK_OK : MSK_ERR_VALUE);
        if (err == MSK_OK)
            assert_true(got == vector[i].want);
    }
}

static void
reads_exactly_as_many_octets(void **state)
{
    uint8_t *out = room(4);

    (void)state;
    assert_int_equal(msk_xml_octets(chars("uHCd"), out, 3), MSK_OK);
    check_octets("three", exact(out, 3), hex("B8709D"));
    assert_int_equal(msk_xml_octets(chars(" JM\ntEA\tA =\r= "), out, 4),
                     MSK_OK);
    check_octets("four", exact(out, 4), hex("24CB4400"));
    assert_int_equal(msk_xml_octets(chars("uHCd"), out, 4), MSK_ERR_VALUE);
    assert_int_equal(msk_xml_octets(chars("JMtEAA=="), out, 3), MSK_ERR_VALUE);
    assert_int_equal(msk_xml_octets(chars("JMtEAAA="), out, 4), MSK_ERR_VALUE);
    assert_int_equal(msk_xml_octets(chars(""), out, 3), MSK_ERR_VALUE);
    assert_int_equal(msk_xml_octets(chars("uHC"), out, 3), MSK_ERR_VALUE);
    assert_int_equal(msk_xml_octets(chars("uH-d"), out, 3), MSK_ERR_VALUE);
    assert_int_equal(msk_xml_octets(chars("uHCd"), out, 5), MSK_ERR_VALUE);
}

static void
knows_text_that_may_be_written(void **state)
{
    static const struct {
        const char *what, *octets;
        bool want;
    } vector[] = {
        { "nothing", "", true },
        { "ASCII", "207E", true },
        { "two octets", "C2A0 DFBF", true },
        { "three octets", "E0A080 ED9FBF EE8080 EFBFBD", true },
        { "four octets", "F0908080 F48FBFBF", true },
        { "NUL", "00", false },
        { "a tab", "09", false },
        { "a line end", "410A", false },
        { "a control character", "1F", false },
        { "DEL", "7F", false },
        { "C1", "C285", false },
        { "a lone continuation", "80", false },
        { "overlong, two octets", "C1BF", false },
        { "overlong, three octets", "E09FBF", false },
        { "overlong, four octets", "F08FBFBF", false },
        { "a surrogate", "EDA080", false },
        { "the last surrogate", "EDBFBF", false },
        { "U+FFFE", "EFBFBE", false },
        { "U+FFFF", "EFBFBF", false },
        { "above U+10FFFF", "F4908080", false },
        { "F8", "F888808080", false },
        { "cut after one of two", "C2", false },
        { "cut after two of three", "E282", false },
        { "cut after three of four", "F09080", false },
        { "an octet that does not continue", "C241", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof vector / sizeof vector[0]; i++)
        check_int(vector[i].what, msk_xml_is_text(hex(vector[i].octets)),
                  vector[i].want);
}

static struct msk_bytes
number(uint64_t n)
{
    uint8_t *buf = room(20);
    struct msk_writer w;

    msk_writer_init(&w, buf, 20);
    msk_xml_put_number(&w, n);
    return (struct msk_bytes){ buf, w.len };
}

static void
writes_numbers_and_escapes_text(void **state)
{
    uint8_t *buf = room(64);
    struct msk_writer w;

    (void)state;
    check_octets("0", number(0), chars("0"));
    check_octets("9", number(9), chars("9"));
    check_octets("10", number(10), chars("10"));
    check_octets("599", number(599), chars("599"));
    check_octets("10^19", number(UINT64_C(10000000000000000000)),
                 chars("10000000000000000000"));
    check_octets("the highest", number(UINT64_MAX),
                 chars("18446744073709551615"));
    msk_writer_init(&w, buf, 64);
    msk_xml_put_text(&w, chars("a&b<c>d\"e'f"));
    check_octets("text", exact(buf, w.len),
                 chars("a&amp;b&lt;c&gt;d&quot;e'f"));
}

/* No document of 33.246 goes that far down: rules that might are cut there. */
static void
passes_by_what_lies_deeper_than_there_is_room(void **state)
{
    static const struct msk_xml_rule rules[] = { { MSK_XML_ROOT, 2, "a" },
                                                 { 2, 2, "a" } };
    const size_t most = sizeof((struct msk_xml_walk *)0)->path - 1;
    struct msk_xml_walk walk;
    uint8_t node;

    (void)state;
    msk_xml_walk_init(&walk, "n", "r", rules, 2);
    assert_int_equal(msk_xml_walk_start(&walk, chars("n"), chars("r"), &node),
                     MSK_OK);
    for (size_t depth = 1; depth < most; depth++)
        assert_int_equal(
            msk_xml_walk_start(&walk, chars("n"), chars("a"), &node), MSK_OK);
    assert_int_equal(msk_xml_walk_start(&walk, chars("n"), chars("a"), &node),
                     MSK_XML_PASS_BY);
    assert_int_equal(node, 0);
    for (size_t depth = 1; depth < most; depth++)
        assert_int_equal(msk_xml_walk_end(&walk), 2);
    assert_int_equal(msk_xml_walk_end(&walk), MSK_XML_ROOT);
    assert_int_equal(msk_xml_walk_end(&walk), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_booleans_in_each_form, release),
        cmocka_unit_test_teardown(reads_numbers_up_to_a_limit, release),
        cmocka_unit_test_teardown(reads_exactly_as_many_octets, release),
        cmocka_unit_test_teardown(knows_text_that_may_be_written, release),
        cmocka_unit_test_teardown(writes_numbers_and_escapes_text, release),
        cmocka_unit_test_teardown(passes_by_what_lies_deeper_than_there_is_room,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
