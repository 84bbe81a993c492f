/* SPDX-License-Identifier: MIT */
#include "mikey/build.h"
#include "mikey/walk.h"

#include <string.h>

#include "payload_suite.h"

#define MAC20 "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff01020304"
#define MAC32 MAC20 "05060708090a0b0c0d0e0f10"

/* RFC 3830 6.2, 6.6, 6.7, 6.9, 6.10, 6.11, 6.15; lengths of RFC 6043. The
 * octets stand after the next payload octet. */
static const struct payload_row payloads[] = {
    { "KEMAC", 1, "01 0003 aabbcc 01" MAC20, 1, 1, "aabbcc", MAC20 },
    { "KEMAC with SHA-256", 1, "03 0001 aa 02" MAC32, 3, 2, "aa", MAC32 },
    { "KEMAC without Encr data", 1, "01 0000 01" MAC20, 1, 1, "", MAC20 },
    { "KEMAC without MAC", 1, "00 0002 aabb 00", 0, 0, "aabb", "" },
    { "KEMAC, unknown cipher", 1, "ff 0001 aa 00", 0xff, 0, "aa", "" },
    { "T, NTP-UTC", 5, "00 0102030405060708", 0, 0, "0102030405060708", "" },
    { "T, NTP", 5, "01 0102030405060708", 1, 0, "0102030405060708", "" },
    { "T, counter", 5, "02 01020304", 2, 0, "01020304", "" },
    { "T, NTP-UTC-32", 5, "03 01020304", 3, 0, "01020304", "" },
    { "ID", 6, "01 0004 61406263", 1, 0, "61406263", "" },
    { "ID, empty", 6, "00 0000", 0, 0, "", "" },
    { "V without MAC", 9, "00", 0, 0, "", "" },
    { "V", 9, "01" MAC20, 1, 0, "", MAC20 },
    { "V with SHA-256", 9, "02" MAC32, 2, 0, "", MAC32 },
    { "SP", 10, "07 00 0003 000101", 0, 7, "000101", "" },
    { "SP, other protocol, empty", 10, "00 09 0000", 9, 0, "", "" },
    { "RAND", 11, "04 0a0b0c0d", 0, 0, "0a0b0c0d", "" },
    { "RAND, empty", 11, "00", 0, 0, "", "" },
    { "EXT", 21, "03 0004 01020001", 3, 0, "01020001", "" },
    { "EXT, empty", 21, "00 0000", 0, 0, "", "" },
};

static const struct payload_unknown unknown[] = {
    { "TS type", 5, "00", 4, 255 },
    { "MAC alg of KEMAC", 1, "00 01 0001 aa", 3, 255 },
    { "auth alg of V", 9, "00", 3, 255 },
};

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

const struct payload_suite payload_suite = {
    .get = msk_payload_mbms_get,
    .put = msk_payload_mbms_put,
    .types = MSK_PAYLOADS_MBMS,
    .rows = payloads,
    .n_rows = LEN(payloads),
    .unknown = unknown,
    .n_unknown = LEN(unknown),
};

static void
refuses_to_write_values_of_a_length_that_their_kind_does_not_have(void **state)
{
    static const struct {
        const char *what;
        uint8_t type, kind, detail;
        size_t data, tail;
        int want;
    } rows[] = {
        { "T, counter of 8", 5, 2, 0, 8, 0, MSK_ERR_LENGTH },
        { "T, counter of 3", 5, 2, 0, 3, 0, MSK_ERR_LENGTH },
        { "T, counter of none", 5, 2, 0, 0, 0, MSK_ERR_LENGTH },
        { "T, NTP of 4", 5, 1, 0, 4, 0, MSK_ERR_LENGTH },
        { "T, unknown", 5, 4, 0, 4, 0, MSK_ERR_LENGTH },
        { "KEMAC, MAC of 19", 1, 1, 1, 3, 19, MSK_ERR_LENGTH },
        { "KEMAC, MAC of 32 for SHA-1", 1, 1, 1, 3, 32, MSK_ERR_LENGTH },
        { "KEMAC, MAC of 20 for SHA-256", 1, 1, 2, 3, 20, MSK_ERR_LENGTH },
        { "KEMAC, MAC for NULL", 1, 1, 0, 3, 20, MSK_ERR_LENGTH },
        { "KEMAC, MAC for an unknown one", 1, 1, 9, 3, 20, MSK_ERR_LENGTH },
        { "KEMAC, MAC left out", 1, 1, 1, 3, 0, MSK_OK },
        { "V, MAC of 21", 9, 1, 0, 0, 21, MSK_ERR_LENGTH },
        { "V, MAC left out", 9, 1, 0, 0, 0, MSK_OK },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_payload p = { .type = rows[i].type,
                                 .kind = rows[i].kind,
                                 .detail = rows[i].detail };
        struct msk_writer w;

        p.data = (struct msk_bytes){ room(rows[i].data), rows[i].data };
        p.tail = (struct msk_bytes){ room(rows[i].tail), rows[i].tail };
        msk_writer_init(&w, room(99), 99);
        check_int(rows[i].what, msk_payload_mbms_put(&w, &p), rows[i].want);
    }
}

static void
says_when_data_do_not_fit_their_length_octets(void **state)
{
    static const struct {
        const char *what;
        uint8_t type;
        size_t n;
        int want;
    } rows[] = {
        { "RAND of 255", 11, 255, MSK_OK },
        { "RAND of 256", 11, 256, MSK_ERR_LENGTH },
        { "ID of 65535", 6, 65535, MSK_OK },
        { "ID of 65536", 6, 65536, MSK_ERR_LENGTH },
        { "EXT of 65536", 21, 65536, MSK_ERR_LENGTH },
        { "KEMAC of 65535", 1, 65535, MSK_OK },
        { "KEMAC of 65536", 1, 65536, MSK_ERR_LENGTH },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_payload p = { .type = rows[i].type };
        struct msk_writer w;
        size_t len;

        p.data = (struct msk_bytes){ room(rows[i].n), rows[i].n };
        msk_writer_init(&w, NULL, 0);
        check_int(rows[i].what, msk_payload_mbms_put(&w, &p), MSK_OK);
        check_int(rows[i].what, msk_writer_end(&w, &len), rows[i].want);
    }
}

/* RFC 3830 6.10: type, length and value of each parameter, to the end. */
static void
refuses_policies_whose_parameters_do_not_fit(void **state)
{
    static const struct {
        const char *what, *params;
        bool good;
    } rows[] = {
        { "two parameters", "0001aa 010102", true },
        { "one of length 0", "0000", true },
        { "a type alone", "00", false },
        { "a value too short", "0002aa", false },
        { "a type after the last", "0001aa 01", false },
        { "a value of the second too short", "0001aa 010201", false },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_payload p = { .type = MSK_PAYLOAD_SP };
        uint8_t *octets = room(64);
        struct msk_reader r;
        struct msk_writer w;
        uint8_t next;

        p.data = hex(rows[i].params);
        memset(octets, 0, 64); /* what could be read after the parameters */
        octets[4] = (uint8_t)p.data.n;
        memcpy(octets + 5, p.data.p, p.data.n);
        msk_writer_init(&w, room(64), 64);
        check_int(rows[i].what, msk_payload_mbms_put(&w, &p),
                  rows[i].good ? MSK_OK : MSK_ERR_LENGTH);
        msk_reader_init(&r, octets, 64);
        check_int(rows[i].what,
                  msk_payload_mbms_get(&r, MSK_PAYLOAD_SP, &p, &next),
                  rows[i].good ? MSK_OK : MSK_ERR_TRUNCATED);
    }
}

static void
reads_nothing_with_a_reader_that_has_failed(void **state)
{
    struct msk_bytes octets = hex("00 01 02 aabb 00 00 00 00");
    struct msk_payload p;
    struct msk_reader r;
    uint8_t next;

    (void)state;
    msk_reader_init(&r, octets.p, octets.n);
    assert_int_equal(msk_payload_mbms_get(&r, MSK_PAYLOAD_RAND, &p, &next),
                     MSK_OK);
    msk_reader_init(&r, octets.p, octets.n);
    r.bad = true;
    assert_int_equal(msk_payload_mbms_get(&r, MSK_PAYLOAD_RAND, &p, &next),
                     MSK_ERR_TRUNCATED);
}

static void
knows_the_length_of_each_mac(void **state)
{
    (void)state;
    assert_true(msk_mac_len(MSK_MAC_NULL) == 0);
    assert_true(msk_mac_len(MSK_MAC_HMAC_SHA1_160) == 20);
    assert_true(msk_mac_len(MSK_MAC_HMAC_SHA256_256) == 32);
    for (unsigned alg = 3; alg < 256; alg++)
        assert_true(msk_mac_len((uint8_t)alg) == SIZE_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_each_payload, release),
        cmocka_unit_test_teardown(takes_no_octet_of_the_next_payload, release),
        cmocka_unit_test_teardown(writes_each_payload, release),
        cmocka_unit_test_teardown(
            counts_and_writes_nothing_past_any_buffer_that_is_too_short,
            release),
        cmocka_unit_test_teardown(refuses_each_payload_cut_at_every_length,
                                  release),
        cmocka_unit_test_teardown(refuses_kinds_whose_length_is_unknown,
                                  release),
        cmocka_unit_test_teardown(knows_no_other_payload_type, release),
        cmocka_unit_test_teardown(
            refuses_to_write_values_of_a_length_that_their_kind_does_not_have,
            release),
        cmocka_unit_test_teardown(says_when_data_do_not_fit_their_length_octets,
                                  release),
        cmocka_unit_test_teardown(refuses_policies_whose_parameters_do_not_fit,
                                  release),
        cmocka_unit_test_teardown(reads_nothing_with_a_reader_that_has_failed,
                                  release),
        cmocka_unit_test(knows_the_length_of_each_mac),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
