/* SPDX-License-Identifier: MIT */
#include "mikey/cs_map.h"

#include <string.h>

#include "support.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

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
refuses_null(void **state)
{
    struct msk_bytes none = { NULL, 1 }, empty = { NULL, 0 };
    struct msk_cs cs = { .id = 0 };
    size_t len;

    (void)state;
    assert_int_equal(msk_cs_get(0, NULL, &cs), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_cs_get(0, &empty, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_cs_get(0, &none, &cs), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_cs_put(2, NULL, NULL, 0, &len), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_cs_put(2, &cs, NULL, 0, NULL), MSK_ERR_ARGUMENT);
}

#define TEST(name) cmocka_unit_test_teardown(name, release)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_each_session_and_no_further),
        TEST(refuses_each_session_cut_at_every_length),
        TEST(writes_each_session_and_nothing_past_a_buffer_too_short),
        TEST(refuses_sessions_that_do_not_fit_and_maps_without_sessions),
        TEST(takes_as_many_generic_sessions_as_the_header_says),
        TEST(refuses_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
