/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "msk/mikey.h"
#include "support.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

/* RFC 3711 8.2 where nothing is given; RFC 4771 4 for what falls back. */
static void
reads_policies_over_the_defaults_of_srtp(void **state)
{
    static const uint32_t defaults[MSK_SRTP_PARAMS] = {
        1, 16, 1, 20, 14, 0, 0, 1, 1, 0, 1, 10, 0, 1, 1, 1, 20, 20, 10, 10, 16
    };
    static const struct {
        const char *what, *params;
        uint32_t given;
        uint8_t param[3];
        uint32_t value[3];
    } rows[] = {
        { "nothing", "", 0, { 0, 1, 2 }, { 1, 16, 1 } },
        { "NULL cipher", "00 01 00", 0x1, { 0 }, { 0 } },
        { "two octets", "00 02 0102", 0x1, { 0 }, { 0x102 } },
        { "three octets", "06 03 010203", 0x40, { 6 }, { 0x10203 } },
        { "four octets", "06 04 ffffffff", 0x40, { 6 }, { UINT32_MAX } },
        { "tag length for both",
          "0b 01 04",
          0x800,
          { 11, 18, 19 },
          { 4, 4, 4 } },
        { "tag length for one",
          "0b 01 04 12 01 0e",
          0x40800,
          { 11, 18, 19 },
          { 4, 14, 4 } },
        { "the one first",
          "12 01 0e 0b 01 04",
          0x40800,
          { 11, 18, 19 },
          { 4, 14, 4 } },
        { "RCCm3", "02 01 04 03 01 08", 0xc, { 14, 15, 16 }, { 4, 4, 8 } },
        { "R", "0d 02 0100", 0x2000, { 13 }, { 256 } },
        { "AEAD tag", "14 01 0c", 0x100000, { 20 }, { 12 } },
        { "unknown, twice, of none",
          "15 00 15 05 0102030405 ff 01 01",
          0,
          { 20 },
          { 16 } },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_srtp_policy policy;

        check_int(rows[i].what,
                  msk_srtp_policy_get(hex(rows[i].params), &policy), MSK_OK);
        check_int(rows[i].what, policy.given, rows[i].given);
        for (size_t k = 0; k < 3; k++)
            if (k == 0 || rows[i].param[k] != 0)
                check_int(rows[i].what, policy.value[rows[i].param[k]],
                          rows[i].value[k]);
        if (i == 0)
            assert_memory_equal(policy.value, defaults, sizeof defaults);
    }
}

static void
refuses_policies_that_are_not_well_formed(void **state)
{
    static const struct {
        const char *what, *params;
        int want;
    } rows[] = {
        { "type alone", "00", MSK_ERR_TRUNCATED },
        { "value cut", "00 02 01", MSK_ERR_TRUNCATED },
        { "unknown one cut", "63 02 01", MSK_ERR_TRUNCATED },
        { "second one cut", "00 01 01 01 01", MSK_ERR_TRUNCATED },
        { "of no octets", "00 00", MSK_ERR_LENGTH },
        { "of five octets", "00 05 0000000001", MSK_ERR_LENGTH },
        { "the last, of no octets", "14 00", MSK_ERR_LENGTH },
        { "twice", "00 01 01 00 01 01", MSK_ERR_DUPLICATE },
        { "twice, not in a row", "14 01 01 00 01 01 14 01 01",
          MSK_ERR_DUPLICATE },
        { "R of 0", "0d 01 00", MSK_ERR_VALUE },
        { "R of 0 in two", "0d 02 0000", MSK_ERR_VALUE },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_srtp_policy policy;

        check_int(rows[i].what,
                  msk_srtp_policy_get(hex(rows[i].params), &policy),
                  rows[i].want);
    }
}

static void
writes_the_parameters_that_are_given(void **state)
{
    struct msk_srtp_policy policy = { .given = 0x10200b };
    uint8_t *out = room(16);
    struct msk_bytes want = hex("000101 010110 030114 0d020100 140110");
    size_t len;

    (void)state;
    policy.value[0] = 1;
    policy.value[1] = 16;
    policy.value[3] = 20;
    policy.value[13] = 256;
    policy.value[20] = 16;
    assert_int_equal(msk_srtp_policy_put(&policy, out, want.n, &len), MSK_OK);
    check_octets("given", ((struct msk_bytes){ out, len }), want);
    for (size_t cap = 0; cap < want.n; cap++)
        assert_int_equal(msk_srtp_policy_put(&policy, room(cap), cap, &len),
                         MSK_ERR_SPACE);
    assert_int_equal(msk_srtp_policy_put(&policy, NULL, 0, &len), MSK_OK);
    assert_int_equal(len, want.n);
    policy.value[13] = 65536;
    assert_int_equal(msk_srtp_policy_put(&policy, NULL, 0, &len),
                     MSK_ERR_LENGTH);
    policy.value[13] = 65535;
    policy.value[0] = 255;
    assert_int_equal(msk_srtp_policy_put(&policy, NULL, 0, &len), MSK_OK);
    policy.value[0] = 256;
    assert_int_equal(msk_srtp_policy_put(&policy, NULL, 0, &len),
                     MSK_ERR_LENGTH);
    policy.given = 0;
    assert_int_equal(msk_srtp_policy_put(&policy, NULL, 0, &len), MSK_OK);
    assert_int_equal(len, 0);
}

static void
refuses_null(void **state)
{
    struct msk_bytes none = { NULL, 1 }, empty = { NULL, 0 };
    struct msk_srtp_policy policy = { .given = 0 };
    size_t len;

    (void)state;
    assert_int_equal(msk_srtp_policy_get(empty, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_srtp_policy_get(none, &policy), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_srtp_policy_put(NULL, NULL, 0, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_srtp_policy_put(&policy, NULL, 0, NULL),
                     MSK_ERR_ARGUMENT);
}

#define TEST(name) cmocka_unit_test_teardown(name, release)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_policies_over_the_defaults_of_srtp),
        TEST(refuses_policies_that_are_not_well_formed),
        TEST(writes_the_parameters_that_are_given),
        TEST(refuses_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
