/* SPDX-License-Identifier: MIT */
/* The payloads, maps and policies that MBMS does not use, and the walk and
 * the builder that know them. Octets are written down from the RFCs. */
#include "mikey/payload_other.h"

#include <string.h>

#include "mikey/cs_map.h"
#include "mikey/tlv.h"
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

/* RFC 3830 6.1.1: Policy_no, SSRC, ROC; RFC 6043 6.1.1: CS ID, protocol, S
 * and number of policies, policies, session data, SPI. */
static const struct {
    const char *what;
    uint8_t map_type;
    const char *octets;
    struct {
        uint8_t id, prot;
        bool s;
        const char *policies;
        uint32_t ssrc, roc;
        const char *data, *spi;
    } cs;
} maps[] = {
    { "SRTP-ID",
      0,
      "07 01020304 05060708",
      { 0, 0, false, "07", 0x01020304, 0x05060708, "", "" } },
    { "SRTP-ID, all ones",
      0,
      "ff ffffffff ffffffff",
      { 0, 0, false, "ff", UINT32_MAX, UINT32_MAX, "", "" } },
    { "GENERIC-ID",
      2,
      "01 02 82 aabb 0003 cccccc 04 dddddddd",
      { 1, 2, true, "aabb", 0, 0, "cccccc", "dddddddd" } },
    { "GENERIC-ID, empty",
      2,
      "ff fe 00 0000 00",
      { 255, 254, false, "", 0, 0, "", "" } },
    { "GENERIC-ID, S alone",
      2,
      "00 00 80 0000 00",
      { 0, 0, true, "", 0, 0, "", "" } },
};

static void
check_cs(size_t i, const struct msk_cs *cs)
{
    check_int(maps[i].what, cs->id, maps[i].cs.id);
    check_int(maps[i].what, cs->prot, maps[i].cs.prot);
    check_int(maps[i].what, cs->s, maps[i].cs.s);
    check_int(maps[i].what, cs->ssrc, maps[i].cs.ssrc);
    check_int(maps[i].what, cs->roc, maps[i].cs.roc);
    check_octets(maps[i].what, cs->policies, hex(maps[i].cs.policies));
    check_octets(maps[i].what, cs->data, hex(maps[i].cs.data));
    check_octets(maps[i].what, cs->spi, hex(maps[i].cs.spi));
}

static void
reads_each_session_and_no_further(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(maps); i++) {
        struct msk_bytes own = hex(maps[i].octets);
        uint8_t *in = room(own.n + 2);
        struct msk_bytes rest = own;
        struct msk_cs cs;

        memset(&cs, 0x5a, sizeof cs);
        cs.s = false;
        check_int(maps[i].what, msk_cs_get(maps[i].map_type, &rest, &cs),
                  MSK_OK);
        check_cs(i, &cs);
        check_int(maps[i].what, (long long)rest.n, 0);
        memset(in, 0xEE, own.n + 2);
        memcpy(in, own.p, own.n);
        rest = (struct msk_bytes){ in, own.n + 2 };
        check_int(maps[i].what, msk_cs_get(maps[i].map_type, &rest, &cs),
                  MSK_OK);
        check_cs(i, &cs);
        check_octets(maps[i].what, rest, hex("eeee"));
    }
}

static void
refuses_each_session_cut_at_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(maps); i++) {
        struct msk_bytes whole = hex(maps[i].octets);

        for (size_t n = 0; n < whole.n; n++) {
            struct msk_bytes rest = exact(whole.p, n);
            struct msk_cs cs;

            check_int(maps[i].what, msk_cs_get(maps[i].map_type, &rest, &cs),
                      MSK_ERR_TRUNCATED);
            check_int(maps[i].what, (long long)rest.n, (long long)n);
        }
    }
}

static void
writes_each_session_and_nothing_past_a_buffer_too_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(maps); i++) {
        struct msk_bytes want = hex(maps[i].octets), rest = want;
        uint8_t *out = room(want.n);
        struct msk_cs cs;
        size_t len = 0;

        check_int(maps[i].what, msk_cs_get(maps[i].map_type, &rest, &cs),
                  MSK_OK);
        check_int(maps[i].what,
                  msk_cs_put(maps[i].map_type, &cs, out, want.n, &len), MSK_OK);
        check_octets(maps[i].what, ((struct msk_bytes){ out, len }), want);
        check_int(maps[i].what,
                  msk_cs_put(maps[i].map_type, &cs, NULL, 0, &len), MSK_OK);
        check_int(maps[i].what, (long long)len, (long long)want.n);
        for (size_t cap = 0; cap < want.n; cap++)
            check_int(maps[i].what,
                      msk_cs_put(maps[i].map_type, &cs, room(cap), cap, &len),
                      MSK_ERR_SPACE);
    }
}

static void
refuses_sessions_that_do_not_fit_and_maps_without_sessions(void **state)
{
    static const struct {
        const char *what;
        uint8_t map_type;
        size_t policies, data, spi;
        int want;
    } rows[] = {
        { "Empty map", 1, 1, 0, 0, MSK_ERR_UNSUPPORTED },
        { "unknown map", 3, 1, 0, 0, MSK_ERR_UNSUPPORTED },
        { "map 255", 255, 1, 0, 0, MSK_ERR_UNSUPPORTED },
        { "SRTP-ID without policy", 0, 0, 0, 0, MSK_ERR_LENGTH },
        { "SRTP-ID, two policies", 0, 2, 0, 0, MSK_ERR_LENGTH },
        { "127 policies", 2, 127, 0, 0, MSK_OK },
        { "128 policies", 2, 128, 0, 0, MSK_ERR_LENGTH },
        { "session data of 65535", 2, 0, 65535, 0, MSK_OK },
        { "session data of 65536", 2, 0, 65536, 0, MSK_ERR_LENGTH },
        { "SPI of 255", 2, 0, 0, 255, MSK_OK },
        { "SPI of 256", 2, 0, 0, 256, MSK_ERR_LENGTH },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_bytes rest = { room(300), 300 };
        struct msk_cs cs = { .id = 0 };
        size_t len;

        cs.policies =
            (struct msk_bytes){ room(rows[i].policies), rows[i].policies };
        cs.data = (struct msk_bytes){ room(rows[i].data), rows[i].data };
        cs.spi = (struct msk_bytes){ room(rows[i].spi), rows[i].spi };
        check_int(rows[i].what,
                  msk_cs_put(rows[i].map_type, &cs, NULL, 0, &len),
                  rows[i].want);
        if (rows[i].want == MSK_ERR_UNSUPPORTED)
            check_int(rows[i].what, msk_cs_get(rows[i].map_type, &rest, &cs),
                      MSK_ERR_UNSUPPORTED);
    }
}

/* #CS sessions in a GENERIC-ID map, as a header holds it: neither more nor
 * fewer. */
static void
takes_as_many_generic_sessions_as_the_header_says(void **state)
{
    static const struct {
        const char *what;
        uint8_t n_cs;
        const char *map;
        size_t taken;
        int read, checked;
    } rows[] = {
        { "none", 0, "", 0, MSK_OK, MSK_OK },
        { "one", 1, "01 02 00 0000 00", 6, MSK_OK, MSK_OK },
        { "two", 2, "01 02 00 0000 00 02 00 81 aa 0001 bb 00", 14, MSK_OK,
          MSK_OK },
        { "one of two", 1, "010200000000 020000000000", 6, MSK_OK,
          MSK_ERR_LENGTH },
        { "none of one", 0, "010200000000", 0, MSK_OK, MSK_ERR_LENGTH },
        { "three of two", 3, "010200000000 020000000000", 0, MSK_ERR_TRUNCATED,
          MSK_ERR_LENGTH },
        { "one and a half", 2, "010200000000 020000", 0, MSK_ERR_TRUNCATED,
          MSK_ERR_LENGTH },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_mikey_header header = { .map_type = MSK_MAP_GENERIC_ID,
                                           .n_cs = rows[i].n_cs };
        struct msk_bytes map = hex(rows[i].map);
        struct msk_reader r;

        msk_reader_init(&r, map.p, map.n);
        check_int(rows[i].what, msk_generic_map_get(&r, &header), rows[i].read);
        check_int(rows[i].what, (long long)header.map.n,
                  (long long)rows[i].taken);
        header.map = map;
        check_int(rows[i].what, msk_generic_map_check(&header),
                  rows[i].checked);
    }
}

static void
reads_lists_of_type_length_value(void **state)
{
    static const struct {
        const char *what, *list;
        int want;
        uint8_t type;
        const char *value, *rest;
        bool whole;
    } rows[] = {
        { "one", "07 02 aabb", MSK_OK, 7, "aabb", "", true },
        { "two", "07 01 aa 08 00", MSK_OK, 7, "aa", "0800", true },
        { "empty value", "ff 00", MSK_OK, 255, "", "", true },
        { "second cut", "07 01 aa 08", MSK_OK, 7, "aa", "08", false },
        { "value cut", "07 02 aa", MSK_ERR_TRUNCATED, 0, "", "", false },
        { "length alone", "07 01", MSK_ERR_TRUNCATED, 0, "", "", false },
        { "type alone", "07", MSK_ERR_TRUNCATED, 0, "", "", false },
        { "nothing", "", MSK_ERR_TRUNCATED, 0, "", "", true },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_bytes list = hex(rows[i].list), rest = list, value;
        uint8_t type = 0;

        check_int(rows[i].what, msk_tlv_whole(&list), rows[i].whole);
        check_int(rows[i].what, msk_tlv_get(&rest, &type, &value),
                  rows[i].want);
        if (rows[i].want != MSK_OK) {
            check_octets(rows[i].what, rest, list);
            continue;
        }
        check_int(rows[i].what, type, rows[i].type);
        check_octets(rows[i].what, value, hex(rows[i].value));
        check_octets(rows[i].what, rest, hex(rows[i].rest));
    }
}

static void
writes_type_length_value_of_up_to_255_octets(void **state)
{
    uint8_t *out = room(4);
    struct msk_writer w;
    size_t len;

    (void)state;
    msk_writer_init(&w, out, 4);
    msk_tlv_put(&w, 9, hex("aabb").p, 2);
    assert_int_equal(msk_writer_end(&w, &len), MSK_OK);
    check_octets("two", ((struct msk_bytes){ out, len }), hex("0902aabb"));
    msk_writer_init(&w, out, 4);
    msk_tlv_put(&w, 9, NULL, 0);
    assert_int_equal(msk_writer_end(&w, &len), MSK_OK);
    check_octets("none", ((struct msk_bytes){ out, len }), hex("0900"));
    msk_writer_init(&w, NULL, 0);
    msk_tlv_put(&w, 9, room(255), 255);
    assert_int_equal(msk_writer_end(&w, &len), MSK_OK);
    assert_int_equal(len, 257);
    msk_tlv_put(&w, 9, room(256), 256);
    assert_int_equal(msk_writer_end(&w, &len), MSK_ERR_LENGTH);
}

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
    policy.value[0] = 256;
    assert_int_equal(msk_srtp_policy_put(&policy, NULL, 0, &len),
                     MSK_ERR_LENGTH);
    policy.given = 0;
    assert_int_equal(msk_srtp_policy_put(&policy, NULL, 0, &len), MSK_OK);
    assert_int_equal(len, 0);
}

/* RFC 3830 6.14 */
static void
reads_and_writes_each_kind_of_validity(void **state)
{
    static const struct {
        const char *what;
        uint8_t kv;
        const char *octets;
        int want;
        const char *spi, *from, *to;
    } rows[] = {
        { "null", 0, "", MSK_OK, "", "", "" },
        { "SPI", 1, "02 aabb", MSK_OK, "aabb", "", "" },
        { "empty SPI", 1, "00", MSK_OK, "", "", "" },
        { "interval", 2, "01 aa 02 bbcc", MSK_OK, "", "aa", "bbcc" },
        { "empty interval", 2, "00 00", MSK_OK, "", "", "" },
        { "null, an octet", 0, "00", MSK_ERR_TRAILING, "", "", "" },
        { "SPI missing", 1, "", MSK_ERR_TRUNCATED, "", "", "" },
        { "SPI cut", 1, "02 aa", MSK_ERR_TRUNCATED, "", "", "" },
        { "behind the SPI", 1, "01 aabb", MSK_ERR_TRAILING, "", "", "" },
        { "VT missing", 2, "01 aa", MSK_ERR_TRUNCATED, "", "", "" },
        { "VT cut", 2, "01 aa 02 bb", MSK_ERR_TRUNCATED, "", "", "" },
        { "behind VT", 2, "00 00 00", MSK_ERR_TRAILING, "", "", "" },
        { "unknown", 3, "00 00", MSK_ERR_UNSUPPORTED, "", "", "" },
        { "unknown, 15", 15, "", MSK_ERR_UNSUPPORTED, "", "", "" },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_bytes octets = hex(rows[i].octets);
        struct msk_key_data key = { .kv = rows[i].kv };
        uint8_t *out = room(octets.n);
        size_t len;

        key.spi = octets; /* to be cleared */
        check_int(rows[i].what, msk_key_validity_get(octets, &key),
                  rows[i].want);
        if (rows[i].want != MSK_OK)
            continue;
        check_octets(rows[i].what, key.spi, hex(rows[i].spi));
        check_octets(rows[i].what, key.valid_from, hex(rows[i].from));
        check_octets(rows[i].what, key.valid_to, hex(rows[i].to));
        check_int(rows[i].what, msk_key_validity_put(out, octets.n, &key, &len),
                  MSK_OK);
        check_octets(rows[i].what, ((struct msk_bytes){ out, len }), octets);
        for (size_t cap = 0; cap < octets.n; cap++)
            check_int(rows[i].what,
                      msk_key_validity_put(room(cap), cap, &key, &len),
                      MSK_ERR_SPACE);
    }
}

static void
refuses_to_write_a_validity_that_does_not_fit(void **state)
{
    struct msk_key_data key = { .kv = MSK_KV_SPI };
    size_t len;

    (void)state;
    key.spi = (struct msk_bytes){ room(256), 255 };
    assert_int_equal(msk_key_validity_put(NULL, 0, &key, &len), MSK_OK);
    assert_int_equal(len, 256);
    key.spi.n = 256;
    assert_int_equal(msk_key_validity_put(NULL, 0, &key, &len), MSK_ERR_LENGTH);
    key.kv = 3;
    assert_int_equal(msk_key_validity_put(NULL, 0, &key, &len),
                     MSK_ERR_ARGUMENT);
}

/* HDR and a payload of each type, the last one a SIGN. */
#define HEAD "01 0b 02 81 01020304 01 02 "
#define MAP "05 00 81 07 0001 aa 01 bb"
#define CHAIN                                   \
    HEAD MAP "03 8001aa"            /* PKE */   \
             "07 01" H96 "01 01 cc" /* DH */    \
             "08 01 0001 dd"        /* CERT */  \
             "0c 01" H16            /* CHASH */ \
             "0d 03 0000"           /* ERR */   \
             "05 01 02" H4          /* TR */    \
             "0e 02" H4             /* T */     \
             "0f 01 00 0002 6162"   /* IDR */   \
             "1a 01 02 eeff"        /* RANDR */ \
             "01 01 02 0001 ab"     /* SAKKE */ \
             "04 01 0001 cd 01" H20 /* KEMAC */ \
             "0002 abcd"            /* SIGN */

static const uint8_t chain_types[] = {
    2, 3, 7, 8, 12, 13, 5, 14, 15, 26, 1, 4
};

/* Reads whole, handing each payload to the builder; *n: payloads met. */
static int
rebuild(struct msk_bytes whole, uint8_t *buf, size_t cap, size_t *len,
        size_t *n)
{
    struct msk_mikey_builder b;
    struct msk_mikey_cursor c;
    struct msk_mikey_header h;
    struct msk_payload p;
    int err = msk_mikey_begin_any(&c, whole, MSK_PAYLOADS_ANY, &h);

    *n = 0;
    if (err != MSK_OK)
        return err;
    msk_mikey_build_any(&b, buf, cap, &h);
    err = msk_mikey_next_any(&c, &p);
    while (err == MSK_OK && p.type != MSK_PAYLOAD_LAST) {
        ++*n;
        msk_mikey_build_add_any(&b, &p);
        err = msk_mikey_next_any(&c, &p);
    }
    return err == MSK_OK ? msk_mikey_build_end(&b, len) : err;
}

static void
reads_a_chain_of_all_payloads_and_builds_it_again(void **state)
{
    struct msk_bytes whole = hex(CHAIN);
    uint8_t *buf = room(whole.n);
    size_t len, n;

    (void)state;
    assert_int_equal(rebuild(whole, buf, whole.n, &len, &n), MSK_OK);
    assert_int_equal(n, LEN(chain_types));
    check_octets("chain", ((struct msk_bytes){ buf, len }), whole);
    for (size_t cap = 0; cap < whole.n; cap++) {
        assert_int_equal(rebuild(whole, room(cap), cap, &len, &n),
                         MSK_ERR_SPACE);
        assert_int_equal(len, whole.n);
    }
    assert_int_equal(rebuild(whole, NULL, 0, &len, &n), MSK_OK);
    assert_int_equal(len, whole.n);
}

static void
refuses_the_chain_cut_at_every_length_or_continued(void **state)
{
    struct msk_bytes whole = hex(CHAIN);
    size_t len, n;

    (void)state;
    for (size_t cut = 0; cut < whole.n; cut++)
        check_int("cut", rebuild(exact(whole.p, cut), NULL, 0, &len, &n),
                  MSK_ERR_TRUNCATED);
    check_int("continued", rebuild(hex(CHAIN "00"), NULL, 0, &len, &n),
              MSK_ERR_TRAILING);
}

static void
refuses_each_payload_that_is_not_allowed(void **state)
{
    struct msk_bytes whole = hex(CHAIN);

    (void)state;
    for (size_t i = 0; i < LEN(chain_types); i++) {
        uint32_t allowed = MSK_PAYLOADS_ANY & ~MSK_PAYLOAD_BIT(chain_types[i]);
        struct msk_mikey_cursor c;
        struct msk_mikey_header h;
        struct msk_payload p;

        assert_int_equal(msk_mikey_begin_any(&c, whole, allowed, &h), MSK_OK);
        for (size_t k = 0; k < i; k++)
            assert_int_equal(msk_mikey_next_any(&c, &p), MSK_OK);
        assert_int_equal(msk_mikey_next_any(&c, &p), MSK_ERR_PAYLOAD);
        assert_int_equal(p.type, chain_types[i]);
        assert_int_equal(c.next, chain_types[i]);
    }
}

static void
leaves_the_generic_map_and_other_payloads_to_any(void **state)
{
    struct msk_bytes generic = hex(CHAIN);
    struct msk_bytes pke = hex("01 02 02 00 01020304 00 01 00 8001aa");
    struct msk_mikey_builder b;
    struct msk_mikey_cursor c;
    struct msk_mikey_header h;
    struct msk_payload p;
    size_t len;

    (void)state;
    assert_int_equal(msk_mikey_begin(&c, generic, MSK_PAYLOADS_ANY, &h),
                     MSK_ERR_UNSUPPORTED);
    assert_int_equal(msk_mikey_begin(&c, pke, MSK_PAYLOADS_ANY, &h), MSK_OK);
    assert_int_equal(msk_mikey_next(&c, &p), MSK_ERR_PAYLOAD);
    assert_int_equal(msk_mikey_begin_any(&c, pke, MSK_PAYLOADS_ANY, &h),
                     MSK_OK);
    assert_int_equal(msk_mikey_next_any(&c, &p), MSK_OK);
    msk_mikey_build(&b, NULL, 0, &h);
    msk_mikey_build_add(&b, &p);
    assert_int_equal(msk_mikey_build_end(&b, &len), MSK_ERR_PAYLOAD);
    h.map_type = MSK_MAP_GENERIC_ID;
    msk_mikey_build(&b, NULL, 0, &h);
    assert_int_equal(msk_mikey_build_end(&b, &len), MSK_ERR_UNSUPPORTED);
    h.n_cs = 1;
    msk_mikey_build_any(&b, NULL, 0, &h);
    msk_mikey_build_add_any(&b, &p);
    assert_int_equal(msk_mikey_build_end(&b, &len), MSK_ERR_LENGTH);
    h.map_type = 3;
    msk_mikey_build_any(&b, NULL, 0, &h);
    assert_int_equal(msk_mikey_build_end(&b, &len), MSK_ERR_UNSUPPORTED);
    h.map_type = MSK_MAP_EMPTY;
    h.prf = 128;
    msk_mikey_build_any(&b, NULL, 0, &h);
    assert_int_equal(msk_mikey_build_end(&b, &len), MSK_ERR_LENGTH);
}

static void
refuses_headers_that_it_does_not_know(void **state)
{
    static const struct {
        const char *what, *message;
        int want;
    } rows[] = {
        { "version 2", "02 00 00 00 00000000 00 01", MSK_ERR_VERSION },
        { "map type 3", "01 00 00 00 00000000 00 03", MSK_ERR_UNSUPPORTED },
        { "map type 255", "01 00 00 00 00000000 00 ff", MSK_ERR_UNSUPPORTED },
        { "no map", "01 00 00 00 00000000 01 00", MSK_ERR_TRUNCATED },
        { "Empty map", "01 00 00 00 00000000 05 01", MSK_OK },
        { "nothing", "", MSK_ERR_TRUNCATED },
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct msk_mikey_cursor c;
        struct msk_mikey_header h;

        check_int(
            rows[i].what,
            msk_mikey_begin_any(&c, hex(rows[i].message), MSK_PAYLOADS_ANY, &h),
            rows[i].want);
    }
}

static void
counts_at_most_64_payloads(void **state)
{
    (void)state;
    for (size_t n = 63; n <= 65; n++) {
        uint8_t *message = room(10 + 4 * n);
        size_t len, met;

        memcpy(message, hex("01060c0000000000 0001").p, 10);
        for (size_t i = 0; i < n; i++) /* ERR behind ERR */
            memcpy(message + 10 + 4 * i,
                   hex(i + 1 < n ? "0c000000" : "00000000").p, 4);
        check_int("64",
                  rebuild((struct msk_bytes){ message, 10 + 4 * n }, NULL, 0,
                          &len, &met),
                  n <= 64 ? MSK_OK : MSK_ERR_MANY);
    }
}

static void
refuses_null(void **state)
{
    struct msk_bytes none = { NULL, 1 }, empty = { NULL, 0 }, value;
    struct msk_srtp_policy policy = { .given = 0 };
    struct msk_mikey_header h;
    struct msk_mikey_cursor c;
    struct msk_key_data key = { .kv = 0 };
    struct msk_payload p;
    struct msk_cs cs = { .id = 0 };
    uint8_t type;
    size_t len;

    (void)state;
    assert_int_equal(msk_cs_get(0, NULL, &cs), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_cs_get(0, &empty, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_cs_get(0, &none, &cs), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_cs_put(2, NULL, NULL, 0, &len), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_cs_put(2, &cs, NULL, 0, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_tlv_get(NULL, &type, &value), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_tlv_get(&empty, NULL, &value), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_tlv_get(&empty, &type, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_tlv_get(&none, &type, &value), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_srtp_policy_get(empty, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_srtp_policy_get(none, &policy), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_srtp_policy_put(NULL, NULL, 0, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_srtp_policy_put(&policy, NULL, 0, NULL),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_validity_get(empty, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_validity_get(none, &key), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_validity_put(NULL, 0, NULL, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_validity_put(NULL, 0, &key, NULL),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_begin_any(NULL, empty, 0, &h), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_begin_any(&c, none, 0, &h), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_begin_any(&c, empty, 0, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_next_any(NULL, &p), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_next_any(&c, NULL), MSK_ERR_ARGUMENT);
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
        TEST(reads_each_session_and_no_further),
        TEST(refuses_each_session_cut_at_every_length),
        TEST(writes_each_session_and_nothing_past_a_buffer_too_short),
        TEST(refuses_sessions_that_do_not_fit_and_maps_without_sessions),
        TEST(takes_as_many_generic_sessions_as_the_header_says),
        TEST(reads_lists_of_type_length_value),
        TEST(writes_type_length_value_of_up_to_255_octets),
        TEST(reads_policies_over_the_defaults_of_srtp),
        TEST(refuses_policies_that_are_not_well_formed),
        TEST(writes_the_parameters_that_are_given),
        TEST(reads_and_writes_each_kind_of_validity),
        TEST(refuses_to_write_a_validity_that_does_not_fit),
        TEST(reads_a_chain_of_all_payloads_and_builds_it_again),
        TEST(refuses_the_chain_cut_at_every_length_or_continued),
        TEST(refuses_each_payload_that_is_not_allowed),
        TEST(leaves_the_generic_map_and_other_payloads_to_any),
        TEST(refuses_headers_that_it_does_not_know),
        TEST(counts_at_most_64_payloads),
        TEST(refuses_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
