/* SPDX-License-Identifier: MIT */
#include "mikey/tlv.h"

#include "support.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

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

static void
refuses_null(void **state)
{
    struct msk_bytes none = { NULL, 1 }, empty = { NULL, 0 }, value;
    uint8_t type;

    (void)state;
    assert_int_equal(msk_tlv_get(NULL, &type, &value), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_tlv_get(&empty, NULL, &value), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_tlv_get(&empty, &type, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_tlv_get(&none, &type, &value), MSK_ERR_ARGUMENT);
}

#define TEST(name) cmocka_unit_test_teardown(name, release)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_lists_of_type_length_value),
        TEST(writes_type_length_value_of_up_to_255_octets),
        TEST(refuses_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
