/* SPDX-License-Identifier: MIT */
/* Octets are written down from the RFCs. */
#include "mikey/payload_other.h"

#include <string.h>

#include "support.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

#define H4 "10111213"
#define H8 H4 "14151617"
#define H16 H8 "18191a1b1c1d1e1f"
#define H20 H16 "20212223"
#define H32 H16 H16
#define H96 H32 H32 H32
#define H128 H96 H32
#define H192 H96 H96

/* RFC 3830 6.3 to 6.5, 6.7, 6.8, 6.12; RFC 6043 6.4, 6.6, 6.8; RFC 6509 4.2.
 * The octets stand behind the next payload octet, of SIGN at the start. */
static const struct {
    const char *what;
    uint8_t type;
    const char *octets;
    uint8_t kind, detail;
    const char *data, *tail;
} payloads[] = {
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

/* The octets of payload i, its next payload octet, if it has one, in front. */
static struct msk_bytes
octets_of(size_t i, uint8_t next)
{
    struct msk_bytes body = hex(payloads[i].octets);
    uint8_t *whole = room(body.n + 1);

    if (payloads[i].type == MSK_PAYLOAD_SIGN)
        return body;
    whole[0] = next;
    memcpy(whole + 1, body.p, body.n);
    return exact(whole, body.n + 1);
}

static void
check_payload(size_t i, const struct msk_payload *p)
{
    check_int(payloads[i].what, p->type, payloads[i].type);
    check_int(payloads[i].what, p->kind, payloads[i].kind);
    check_int(payloads[i].what, p->detail, payloads[i].detail);
    check_octets(payloads[i].what, p->data, hex(payloads[i].data));
    check_octets(payloads[i].what, p->tail, hex(payloads[i].tail));
}

static void
reads_each_payload(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(payloads); i++) {
        bool is_sign = payloads[i].type == MSK_PAYLOAD_SIGN;
        struct msk_bytes in = octets_of(i, 0x7B);
        struct msk_payload p = { .kind = 99, .detail = 99 };
        struct msk_reader r;
        uint8_t next = 99;

        p.tail = in;
        msk_reader_init(&r, in.p, in.n);
        check_int(payloads[i].what,
                  msk_payload_other_get(&r, payloads[i].type, &p, &next),
                  MSK_OK);
        check_int(payloads[i].what, msk_reader_done(&r), true);
        check_int(payloads[i].what, next, is_sign ? MSK_PAYLOAD_LAST : 0x7B);
        check_payload(i, &p);
    }
}

/* Behind a payload others may follow: no more is taken than is its own. */
static void
takes_no_octet_of_the_next_payload(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(payloads); i++) {
        struct msk_bytes own = octets_of(i, 1);
        uint8_t *in = room(own.n + 300);
        struct msk_payload p;
        struct msk_reader r;
        uint8_t next;

        memcpy(in, own.p, own.n);
        memset(in + own.n, 0xff, 300);
        msk_reader_init(&r, in, own.n + 300);
        check_int(payloads[i].what,
                  msk_payload_other_get(&r, payloads[i].type, &p, &next),
                  MSK_OK);
        check_int(payloads[i].what, (long long)r.at, (long long)own.n);
        check_payload(i, &p);
    }
}

/* What the table says, as it would be given to be written. */
static struct msk_payload
payload_of(size_t i)
{
    struct msk_payload p = { .type = payloads[i].type,
                             .kind = payloads[i].kind,
                             .detail = payloads[i].detail };

    p.data = hex(payloads[i].data);
    p.tail = hex(payloads[i].tail);
    return p;
}

static void
writes_each_payload(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(payloads); i++) {
        struct msk_bytes want = octets_of(i, MSK_PAYLOAD_LAST);
        struct msk_payload p = payload_of(i);
        uint8_t *out = room(want.n);
        struct msk_writer w;
        size_t len = 0;

        msk_writer_init(&w, out, want.n);
        check_int(payloads[i].what, msk_payload_other_put(&w, &p), MSK_OK);
        check_int(payloads[i].what, msk_writer_end(&w, &len), MSK_OK);
        check_octets(payloads[i].what, ((struct msk_bytes){ out, len }), want);
    }
}

static void
counts_and_writes_nothing_past_any_buffer_that_is_too_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(payloads); i++) {
        size_t want = octets_of(i, 0).n, len = 0;
        struct msk_payload p = payload_of(i);
        struct msk_writer w;

        for (size_t cap = 0; cap < want; cap++) {
            msk_writer_init(&w, room(cap), cap);
            check_int(payloads[i].what, msk_payload_other_put(&w, &p), MSK_OK);
            check_int(payloads[i].what, msk_writer_end(&w, &len),
                      MSK_ERR_SPACE);
            check_int(payloads[i].what, (long long)len, (long long)want);
        }
        msk_writer_init(&w, NULL, 0);
        check_int(payloads[i].what, msk_payload_other_put(&w, &p), MSK_OK);
        check_int(payloads[i].what, msk_writer_end(&w, &len), MSK_OK);
        check_int(payloads[i].what, (long long)len, (long long)want);
    }
}

static void
refuses_each_payload_cut_at_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(payloads); i++) {
        struct msk_bytes whole = octets_of(i, 0);

        for (size_t n = 0; n < whole.n; n++) {
            struct msk_bytes in = exact(whole.p, n);
            struct msk_payload p;
            struct msk_reader r;
            uint8_t next;

            msk_reader_init(&r, in.p, in.n);
            check_int(payloads[i].what,
                      msk_payload_other_get(&r, payloads[i].type, &p, &next),
                      MSK_ERR_TRUNCATED);
        }
    }
}

static void
refuses_kinds_whose_length_is_unknown(void **state)
{
    static const struct {
        const char *what;
        uint8_t type;
        const char *before; /* the unknown octet */
        int first, last;
    } kinds[] = {
        { "DH group", 3, "00", 3, 255 },
        { "KV type of DH", 3, "00 01" H96, 3, 15 },
        { "KV type behind reserved bits", 3, "00 01" H96, 0xf3, 0xff },
        { "hash of CHASH", 8, "00", 3, 255 },
        { "TS type of TR", 13, "00 01", 4, 255 },
    };

    (void)state;
    for (size_t i = 0; i < LEN(kinds); i++) {
        struct msk_bytes before = hex(kinds[i].before);

        for (int kind = kinds[i].first; kind <= kinds[i].last; kind++) {
            uint8_t *in = room(before.n + 300);
            struct msk_payload p;
            struct msk_reader r;
            uint8_t next;

            memcpy(in, before.p, before.n);
            in[before.n] = (uint8_t)kind;
            msk_reader_init(&r, in, before.n + 300);
            check_int(kinds[i].what,
                      msk_payload_other_get(&r, kinds[i].type, &p, &next),
                      MSK_ERR_UNSUPPORTED);
        }
    }
}

static void
knows_no_other_payload_type(void **state)
{
    (void)state;
    for (int type = 0; type <= 255; type++) {
        const uint32_t others = MSK_PAYLOADS_ANY & ~MSK_PAYLOADS_MBMS;
        bool known = type < 32 && (others >> type & 1) != 0;
        uint8_t *octets = room(300);
        struct msk_payload p = { .type = 0 };
        struct msk_reader r;
        struct msk_writer w;
        uint8_t next;

        memset(octets, 0, 300);
        msk_reader_init(&r, octets, 300);
        check_int("read", msk_payload_other_get(&r, (uint8_t)type, &p, &next),
                  known ? MSK_OK : MSK_ERR_PAYLOAD);
        p.type = (uint8_t)type;
        msk_writer_init(&w, octets, 300);
        check_int("written", msk_payload_other_put(&w, &p),
                  known ? MSK_OK : MSK_ERR_PAYLOAD);
    }
}

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
        { "DH, octets behind the SPI", 3, 1, 1, 96, "01aabb", MSK_ERR_LENGTH },
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
