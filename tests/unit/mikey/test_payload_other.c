/* SPDX-License-Identifier: MIT */
/* Octets are written down from the RFCs. */
#include "mikey/payload_other.h"

#include "payload_suite.h"

#define H4 "10111213"
#define H8 H4 "14151617"
#define H16 H8 "18191a1b1c1d1e1f"
#define H20 H16 "20212223"
#define H32 H16 H16
#define H96 H32 H32 H32
#define H128 H96 H32
#define H192 H96 H96

/* RFC 3830 6.3 to 6.5, 6.7, 6.8, 6.12; RFC 6043 6.4, 6.6, 6.8; RFC 6509 4.2.
 * The octets stand after the next payload octet, of SIGN at the start. */
static const struct payload_row payloads[] = {
    { "PKE", 2, "8004" H4, 2, 0, H4, "" },
    { "PKE, C 0", 2, "0001 aa", 0, 0, "aa", "" },
    { "PKE, C 1", 2, "4001 aa", 1, 0, "aa", "" },
    { "PKE, C 3, empty", 2, "c000", 3, 0, "", "" },
    { "DH, OAKLEY 5", 3, "00" H192 "00", 0, 0, H192, "" },
    { "DH, OAKLEY 1", 3, "01" H96 "00", 1, 0, H96, "" },
    { "DH, OAKLEY 2", 3, "02" H128 "00", 2, 0, H128, "" },
    { "DH, reserved bits", 3, "01" H96 "f0", 1, 0xf0, H96, "" },
    { "DH with an SPI", 3, "01" H96 "01 02 aabb", 1, 1, H96, "02aabb" },
    { "DH, SPI of none", 3, "01" H96 "31 00", 1, 0x31, H96, "00" },
    { "DH, interval", 3, "01" H96 "02 01 aa 02 bbcc", 1, 2, H96, "01aa02bbcc" },
    { "DH, empty interval", 3, "01" H96 "02 00 00", 1, 2, H96, "0000" },
    { "SIGN, RSA", 4, "0004" H4, 0, 0, H4, "" },
    { "SIGN, RSA-PSS", 4, "1001 aa", 1, 0, "aa", "" },
    { "SIGN, ECCSI", 4, "2002 aabb", 2, 0, "aabb", "" },
    { "SIGN, type 15, empty", 4, "f000", 15, 0, "", "" },
    { "CERT", 7, "00 0004" H4, 0, 0, H4, "" },
    { "CERT, type 255, empty", 7, "ff 0000", 255, 0, "", "" },
    { "CHASH, SHA-1", 8, "00" H20, 0, 0, H20, "" },
    { "CHASH, MD5", 8, "01" H16, 1, 0, H16, "" },
    { "CHASH, SHA-256", 8, "02" H32, 2, 0, H32, "" },
    { "ERR", 12, "03 0000", 3, 0, "0000", "" },
    { "ERR, reserved octets", 12, "ff 1234", 255, 0, "1234", "" },
    { "TR, NTP-UTC", 13, "01 00" H8, 0, 1, H8, "" },
    { "TR, NTP", 13, "02 01" H8, 1, 2, H8, "" },
    { "TR, counter", 13, "03 02" H4, 2, 3, H4, "" },
    { "TR, NTP-UTC-32", 13, "ff 03" H4, 3, 255, H4, "" },
    { "IDR", 14, "01 02 0004" H4, 2, 1, H4, "" },
    { "IDR, empty", 14, "ff fe 0000", 254, 255, "", "" },
    { "RANDR", 15, "02 10" H16, 0, 2, H16, "" },
    { "RANDR, empty", 15, "ff 00", 0, 255, "", "" },
    { "SAKKE", 26, "01 02 0004" H4, 1, 2, H4, "" },
    { "SAKKE, empty", 26, "ff fe 0000", 255, 254, "", "" },
};

static const struct payload_unknown unknown[] = {
    { "DH group", 3, "00", 3, 255 },
    { "KV type of DH", 3, "00 01" H96, 3, 15 },
    { "KV type after reserved bits", 3, "00 01" H96, 0xf3, 0xff },
    { "hash of CHASH", 8, "00", 3, 255 },
    { "TS type of TR", 13, "00 01", 4, 255 },
};

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

const struct payload_suite payload_suite = {
    .get = msk_payload_other_get,
    .put = msk_payload_other_put,
    .types = MSK_PAYLOADS_ANY & ~MSK_PAYLOADS_MBMS,
    .rows = payloads,
    .n_rows = LEN(payloads),
    .unknown = unknown,
    .n_unknown = LEN(unknown),
};

static void
refuses_to_write_values_that_their_fields_do_not_hold(void **state)
{
    static const struct {
        const char *what;
        uint8_t type, kind, detail;
        size_t data;
        const char *tail;
        int want;
    } rows[] = {
        { "PKE, C of 2 bits", 2, 4, 0, 1, "", MSK_ERR_LENGTH },
        { "PKE, C 255", 2, 255, 0, 1, "", MSK_ERR_LENGTH },
        { "PKE of 16383", 2, 3, 0, 16383, "", MSK_OK },
        { "PKE of 16384", 2, 3, 0, 16384, "", MSK_ERR_LENGTH },
        { "SIGN, type of 4 bits", 4, 16, 0, 1, "", MSK_ERR_LENGTH },
        { "SIGN of 4095", 4, 15, 0, 4095, "", MSK_OK },
        { "SIGN of 4096", 4, 15, 0, 4096, "", MSK_ERR_LENGTH },
        { "DH of 191", 3, 0, 0, 191, "", MSK_ERR_LENGTH },
        { "DH of 192 in OAKLEY 1", 3, 1, 0, 192, "", MSK_ERR_LENGTH },
        { "DH of none", 3, 2, 0, 0, "", MSK_ERR_LENGTH },
        { "DH, unknown group", 3, 3, 0, 96, "", MSK_ERR_LENGTH },
        { "DH, SPI missing", 3, 1, 1, 96, "", MSK_ERR_LENGTH },
        { "DH, SPI cut", 3, 1, 1, 96, "02aa", MSK_ERR_LENGTH },
        { "DH, octets after the SPI", 3, 1, 1, 96, "01aabb", MSK_ERR_LENGTH },
        { "DH, one half interval", 3, 1, 2, 96, "01aa", MSK_ERR_LENGTH },
        { "DH, octets of no kind", 3, 1, 0, 96, "00", MSK_ERR_LENGTH },
        { "DH, unknown KV type", 3, 1, 3, 96, "00", MSK_ERR_LENGTH },
        { "CERT of 65535", 7, 0, 0, 65535, "", MSK_OK },
        { "CERT of 65536", 7, 0, 0, 65536, "", MSK_ERR_LENGTH },
        { "CHASH, SHA-1 of 16", 8, 0, 0, 16, "", MSK_ERR_LENGTH },
        { "CHASH, SHA-256 of 20", 8, 2, 0, 20, "", MSK_ERR_LENGTH },
        { "CHASH, unknown", 8, 3, 0, 20, "", MSK_ERR_LENGTH },
        { "ERR, one octet", 12, 0, 0, 1, "", MSK_ERR_LENGTH },
        { "ERR, three octets", 12, 0, 0, 3, "", MSK_ERR_LENGTH },
        { "TR, counter of 8", 13, 2, 0, 8, "", MSK_ERR_LENGTH },
        { "TR, unknown", 13, 4, 0, 4, "", MSK_ERR_LENGTH },
        { "IDR of 65535", 14, 0, 0, 65535, "", MSK_OK },
        { "IDR of 65536", 14, 0, 0, 65536, "", MSK_ERR_LENGTH },
        { "RANDR of 255", 15, 0, 0, 255, "", MSK_OK },
        { "RANDR of 256", 15, 0, 0, 256, "", MSK_ERR_LENGTH },
        { "SAKKE of 65535", 26, 0, 0, 65535, "", MSK_OK },
        { "SAKKE of 65536", 26, 0, 0, 65536, "", MSK_ERR_LENGTH },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_payload p = { .type = rows[i].type,
                                 .kind = rows[i].kind,
                                 .detail = rows[i].detail };
        struct msk_writer w;
        size_t len;
        int err;

        p.data = (struct msk_bytes){ room(rows[i].data), rows[i].data };
        p.tail = hex(rows[i].tail);
        msk_writer_init(&w, NULL, 0);
        err = msk_payload_other_put(&w, &p);
        if (err == MSK_OK)
            err = msk_writer_end(&w, &len);
        check_int(rows[i].what, err, rows[i].want);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, release)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_each_payload),
        TEST(takes_no_octet_of_the_next_payload),
        TEST(writes_each_payload),
        TEST(counts_and_writes_nothing_past_any_buffer_that_is_too_short),
        TEST(refuses_each_payload_cut_at_every_length),
        TEST(refuses_kinds_whose_length_is_unknown),
        TEST(knows_no_other_payload_type),
        TEST(refuses_to_write_values_that_their_fields_do_not_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
