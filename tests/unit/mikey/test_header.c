/* SPDX-License-Identifier: MIT */
#include "mikey/header.h"

#include <string.h>

#include "support.h"

#define CS9 "01 02030405 06070809"

/* RFC 3830 6.1; the next payload octet, the third, is 15 in all. */
static const struct {
    const char *what, *octets;
    uint8_t data_type;
    bool v;
    uint8_t prf;
    uint32_t csb_id;
    uint8_t n_cs, map_type;
    const char *map;
} headers[] = {
    { "download", "01001500 000018cf 0001", 0, false, 0, 0x18cf, 0, 1, "" },
    { "V", "01001580 000018cf 0001", 0, true, 0, 0x18cf, 0, 1, "" },
    { "response", "01011500 ffffffff 0001", 1, false, 0, 0xffffffff, 0, 1, "" },
    { "V and the highest PRF", "010015ff 01020304 0001", 0, true, 127,
      0x01020304, 0, 1, "" },
    { "no V and the highest PRF", "0100157f 01020304 0001", 0, false, 127,
      0x01020304, 0, 1, "" },
    { "one stream", "01001500 80000000 0100" CS9, 0, false, 0, 0x80000000, 1, 0,
      CS9 },
    { "two streams", "01001500 00000001 0200" CS9 CS9, 0, false, 0, 1, 2, 0,
      CS9 CS9 },
    { "no stream", "01001500 00000001 0000", 0, false, 0, 1, 0, 0, "" },
    { "Empty map of 255", "01001500 00000001 ff01", 0, false, 0, 1, 255, 1,
      "" },
};
#define N (sizeof headers / sizeof headers[0])

static void
reads_each_header(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        struct msk_bytes in = hex(headers[i].octets);
        struct msk_mikey_header h;
        struct msk_reader r;
        uint8_t next = 0;

        msk_reader_init(&r, in.p, in.n);
        check_int(headers[i].what, msk_header_get(&r, &h, &next), MSK_OK);
        check_int(headers[i].what, msk_reader_done(&r), true);
        check_int(headers[i].what, next, 0x15);
        check_int(headers[i].what, h.data_type, headers[i].data_type);
        check_int(headers[i].what, h.v, headers[i].v);
        check_int(headers[i].what, h.prf, headers[i].prf);
        check_int(headers[i].what, h.csb_id, headers[i].csb_id);
        check_int(headers[i].what, h.n_cs, headers[i].n_cs);
        check_int(headers[i].what, h.map_type, headers[i].map_type);
        check_octets(headers[i].what, h.map, hex(headers[i].map));
    }
}

static void
writes_each_header(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        struct msk_bytes want = hex(headers[i].octets);
        uint8_t *out = room(want.n);
        struct msk_mikey_header h = {
            .data_type = headers[i].data_type,
            .v = headers[i].v,
            .prf = headers[i].prf,
            .csb_id = headers[i].csb_id,
            .n_cs = headers[i].n_cs,
            .map_type = headers[i].map_type,
        };
        struct msk_writer w;
        size_t len = 0;

        h.map = hex(headers[i].map);
        msk_writer_init(&w, out, want.n);
        check_int(headers[i].what, msk_header_put(&w, &h), MSK_OK);
        msk_writer_poke(&w, MSK_HEADER_NEXT_AT, 0x15);
        check_int(headers[i].what, msk_writer_end(&w, &len), MSK_OK);
        check_octets(headers[i].what, ((struct msk_bytes){ out, len }), want);
    }
}

static void
names_no_payload_until_one_is_there(void **state)
{
    struct msk_mikey_header h = { .map_type = MSK_MAP_EMPTY };
    uint8_t *out = room(10);
    struct msk_writer w;

    (void)state;
    msk_writer_init(&w, out, 10);
    assert_int_equal(msk_header_put(&w, &h), MSK_OK);
    assert_int_equal(out[MSK_HEADER_NEXT_AT], MSK_PAYLOAD_LAST);
}

static int
get(struct msk_bytes in)
{
    struct msk_mikey_header h;
    struct msk_reader r;
    uint8_t next;

    msk_reader_init(&r, in.p, in.n);
    return msk_header_get(&r, &h, &next);
}

static void
refuses_each_header_cut_at_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        struct msk_bytes whole = hex(headers[i].octets);

        for (size_t n = 0; n < whole.n; n++)
            check_int(headers[i].what, get(exact(whole.p, n)),
                      MSK_ERR_TRUNCATED);
    }
}

static void
refuses_every_other_version_and_map_type(void **state)
{
    uint8_t octets[10];

    (void)state;
    memcpy(octets, hex("01001500 000018cf 0001").p, 10);
    for (unsigned v = 0; v < 256; v++) {
        octets[0] = (uint8_t)v;
        assert_int_equal(get(exact(octets, 10)),
                         v == 1 ? MSK_OK : MSK_ERR_VERSION);
    }
    octets[0] = 1;
    for (unsigned type = 0; type < 256; type++) {
        octets[9] = (uint8_t)type;
        assert_int_equal(get(exact(octets, 10)),
                         type < 2 ? MSK_OK : MSK_ERR_UNSUPPORTED);
    }
}

static void
refuses_to_write_a_map_that_is_not_as_long_as_it_should(void **state)
{
    static const struct {
        const char *what;
        uint8_t n_cs, map_type, prf;
        size_t map;
        int want;
    } rows[] = {
        { "an entry missing", 1, 0, 0, 0, MSK_ERR_LENGTH },
        { "an entry short of an octet", 1, 0, 0, 8, MSK_ERR_LENGTH },
        { "an octet too many", 1, 0, 0, 10, MSK_ERR_LENGTH },
        { "an entry too many", 1, 0, 0, 18, MSK_ERR_LENGTH },
        { "255 entries", 255, 0, 0, 2295, MSK_OK },
        { "an Empty map that is not empty", 0, 1, 0, 9, MSK_ERR_LENGTH },
        { "an unknown map", 0, 2, 0, 0, MSK_ERR_UNSUPPORTED },
        { "a PRF that takes the V flag", 0, 1, 128, 0, MSK_ERR_LENGTH },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_mikey_header h = { .n_cs = rows[i].n_cs,
                                      .map_type = rows[i].map_type,
                                      .prf = rows[i].prf };
        struct msk_writer w;

        h.map = (struct msk_bytes){ room(rows[i].map), rows[i].map };
        msk_writer_init(&w, NULL, 0);
        check_int(rows[i].what, msk_header_put(&w, &h), rows[i].want);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_each_header, release),
        cmocka_unit_test_teardown(writes_each_header, release),
        cmocka_unit_test_teardown(names_no_payload_until_one_is_there, release),
        cmocka_unit_test_teardown(refuses_each_header_cut_at_every_length,
                                  release),
        cmocka_unit_test_teardown(refuses_every_other_version_and_map_type,
                                  release),
        cmocka_unit_test_teardown(
            refuses_to_write_a_map_that_is_not_as_long_as_it_should, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
