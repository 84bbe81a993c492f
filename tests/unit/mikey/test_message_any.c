/* SPDX-License-Identifier: MIT */
/* The walk and the builder that know every payload. */
#include <string.h>

#include "messages.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

#define H4 "10111213"
#define H8 H4 "14151617"
#define H16 H8 "18191a1b1c1d1e1f"
#define H20 H16 "20212223"
#define H32 H16 H16
#define H96 H32 H32 H32
#define H128 H96 H32
#define H192 H96 H96

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
refuses_or_builds_again_the_chain_with_an_octet_changed(void **state)
{
    struct msk_bytes whole = hex(CHAIN);
    size_t refused = 0, built = 0;

    (void)state;
    for (size_t at = 0; at < whole.n; at++)
        for (unsigned by = 1; by < 256; by++) {
            uint8_t *in = room(whole.n), *out = room(whole.n);
            size_t len = 0, n;
            int err;

            memcpy(in, whole.p, whole.n);
            in[at] ^= (uint8_t)by;
            err = rebuild((struct msk_bytes){ in, whole.n }, out, whole.n, &len,
                          &n);
            if (err == MSK_OK)
                check_octets("changed", ((struct msk_bytes){ out, len }),
                             ((struct msk_bytes){ in, whole.n }));
            else
                check_int("changed", msk_err_kind(err), MSK_KIND_DROP);
            refused += err != MSK_OK;
            built += err == MSK_OK;
            release(NULL);
            whole = hex(CHAIN);
        }
    assert_true(refused > 1000 && built > 1000);
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
        for (size_t i = 0; i < n; i++) /* ERR after ERR */
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
    struct msk_bytes none = { NULL, 1 }, empty = { NULL, 0 };
    struct msk_mikey_header h;
    struct msk_mikey_cursor c;
    struct msk_payload p;

    (void)state;
    assert_int_equal(msk_mikey_begin_any(NULL, empty, 0, &h), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_begin_any(&c, none, 0, &h), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_begin_any(&c, empty, 0, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_begin_any(&c, empty, 0, &h), MSK_ERR_TRUNCATED);
    assert_int_equal(msk_mikey_begin(&c, empty, 0, &h), MSK_ERR_TRUNCATED);
    assert_int_equal(msk_mikey_next_any(NULL, &p), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_next_any(&c, NULL), MSK_ERR_ARGUMENT);
}

#define TEST(name) cmocka_unit_test_teardown(name, release)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_a_chain_of_all_payloads_and_builds_it_again),
        TEST(refuses_the_chain_cut_at_every_length_or_continued),
        TEST(refuses_or_builds_again_the_chain_with_an_octet_changed),
        TEST(refuses_each_payload_that_is_not_allowed),
        TEST(leaves_the_generic_map_and_other_payloads_to_any),
        TEST(refuses_headers_that_it_does_not_know),
        TEST(counts_at_most_64_payloads),
        TEST(refuses_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
