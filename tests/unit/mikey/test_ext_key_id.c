/* SPDX-License-Identifier: MIT */
#include "msk/mikey.h"
#include "support.h"

/* RFC 4563 4; TS 33.246 figures 6.4a and 6.4b. */
static const struct {
    const char *what, *octets, *domain, *service, *traffic;
} names[] = {
    { "an MSK", "00 03 216354 01 04 68ca0001", "216354", "68ca0001", "" },
    { "an MTK", "00 03 216354 01 04 68ca0001 02 02 0001", "216354", "68ca0001",
      "0001" },
    { "an MSK of 2 octets", "01 02 0001", "", "0001", "" },
    { "an MTK of it", "01 02 0001 02 02 ffff", "", "0001", "ffff" },
    { "nothing", "", "", "", "" },
};
#define N (sizeof names / sizeof names[0])

static void
check_names(const char *what, const struct msk_ext_key_id *ids,
            const char *domain, const char *service, const char *traffic)
{
    check_octets(what, ids->domain, hex(domain));
    check_octets(what, ids->service, hex(service));
    check_octets(what, ids->traffic, hex(traffic));
}

static void
reads_each_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        struct msk_ext_key_id ids = { { NULL, 9 }, { NULL, 9 }, { NULL, 9 } };

        check_int(names[i].what, msk_ext_key_id_get(hex(names[i].octets), &ids),
                  MSK_OK);
        check_names(names[i].what, &ids, names[i].domain, names[i].service,
                    names[i].traffic);
    }
}

static void
writes_and_counts_each_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        struct msk_bytes want = hex(names[i].octets);
        uint8_t *out = room(want.n);
        struct msk_ext_key_id ids;
        size_t len = 99;

        ids.domain = hex(names[i].domain);
        ids.service = hex(names[i].service);
        ids.traffic = hex(names[i].traffic);
        check_int(names[i].what, msk_ext_key_id_put(&ids, out, want.n, &len),
                  MSK_OK);
        check_octets(names[i].what, ((struct msk_bytes){ out, len }), want);
        check_int(names[i].what, msk_ext_key_id_put(&ids, NULL, 0, &len),
                  MSK_OK);
        check_int(names[i].what, (long long)len, (long long)want.n);
        for (size_t cap = 0; cap < want.n; cap++)
            check_int(names[i].what,
                      msk_ext_key_id_put(&ids, room(cap), cap, &len),
                      MSK_ERR_SPACE);
    }
}

static void
reads_names_in_any_order_and_skips_what_it_does_not_know(void **state)
{
    static const struct {
        const char *what, *octets, *domain, *service, *traffic;
    } rows[] = {
        { "turned round", "02 01 cc 01 01 bb 00 01 aa", "aa", "bb", "cc" },
        { "type 3 between", "00 01 aa 03 02 eeee 01 01 bb", "aa", "bb", "" },
        { "type 255, empty", "ff 00 01 01 bb", "", "bb", "" },
        { "an unknown type twice", "07 00 07 01 ee 01 01 bb", "", "bb", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_ext_key_id ids;

        check_int(rows[i].what, msk_ext_key_id_get(hex(rows[i].octets), &ids),
                  MSK_OK);
        check_names(rows[i].what, &ids, rows[i].domain, rows[i].service,
                    rows[i].traffic);
    }
}

static void
refuses_what_is_not_well_formed(void **state)
{
    static const struct {
        const char *what, *octets;
        int want;
    } rows[] = {
        { "a type without a length", "00", MSK_ERR_TRUNCATED },
        { "a value cut", "00 03 2163", MSK_ERR_TRUNCATED },
        { "a value missing", "01 01", MSK_ERR_TRUNCATED },
        { "the second one cut", "00 01 aa 01 02 bb", MSK_ERR_TRUNCATED },
        { "an unknown one cut", "09 02 bb", MSK_ERR_TRUNCATED },
        { "two domains", "00 01 aa 00 01 aa", MSK_ERR_DUPLICATE },
        { "two MSKs", "01 01 aa 00 01 bb 01 01 cc", MSK_ERR_DUPLICATE },
        { "two MTKs", "02 01 aa 02 01 aa", MSK_ERR_DUPLICATE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_ext_key_id ids;

        check_int(rows[i].what, msk_ext_key_id_get(hex(rows[i].octets), &ids),
                  rows[i].want);
    }
}

static void
refuses_to_write_a_name_of_more_than_255_octets(void **state)
{
    struct msk_ext_key_id ids = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    size_t len;

    (void)state;
    ids.service = (struct msk_bytes){ room(256), 255 };
    assert_int_equal(msk_ext_key_id_put(&ids, NULL, 0, &len), MSK_OK);
    assert_int_equal(len, 257);
    ids.service.n = 256;
    assert_int_equal(msk_ext_key_id_put(&ids, NULL, 0, &len), MSK_ERR_LENGTH);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_each_name, release),
        cmocka_unit_test_teardown(writes_and_counts_each_name, release),
        cmocka_unit_test_teardown(
            reads_names_in_any_order_and_skips_what_it_does_not_know, release),
        cmocka_unit_test_teardown(refuses_what_is_not_well_formed, release),
        cmocka_unit_test_teardown(
            refuses_to_write_a_name_of_more_than_255_octets, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
