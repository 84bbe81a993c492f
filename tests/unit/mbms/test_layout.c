/* SPDX-License-Identifier: MIT */
#include "mbms/layout.h"

#include <string.h>

#include "support.h"

static const struct {
    const char *what;
    enum msk_layout layout;
    uint16_t mtk_id;
    const char *ext; /* RFC 4563 4; TS 33.246 6.4.4 */
} names[] = {
    { "CSB, MSK", MSK_LAYOUT_CSB, 0, "01020a0b" },
    { "CSB, MTK", MSK_LAYOUT_CSB, 0x0C0D, "01020a0b 02020c0d" },
    { "KEYID, MSK", MSK_LAYOUT_KEYID, 0, "0003216354 010468ca0a0b" },
    { "KEYID, MTK", MSK_LAYOUT_KEYID, 0x0C0D,
      "0003216354 010468ca0a0b 02020c0d" },
};

static const struct msk_key_id id = { { 0x21, 0x63, 0x54 }, 0x68CA, 0x0A0B };

static void
writes_the_extension_of_each_layout(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        uint8_t out[32];
        struct msk_writer w;

        msk_writer_init(&w, out, sizeof out);
        msk_layout_put(&w, names[i].layout, &id, names[i].mtk_id);
        check_octets(names[i].what, exact(out, w.len), hex(names[i].ext));
    }
}

static void
reads_what_it_writes(void **state)
{
    static const uint8_t domain[3] = { 0x21, 0x63, 0x54 };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct msk_message m = { .csb_id = 0x68CA };
        struct msk_ext_key_id ids;

        m.idi = (struct msk_bytes){ domain, 3 };
        assert_int_equal(msk_ext_key_id_get(hex(names[i].ext), &ids), MSK_OK);
        check_int(names[i].what, msk_layout_read(names[i].layout, &ids, &m),
                  MSK_OK);
        check_int(names[i].what, msk_key_id_equal(&m.id, &id), true);
        check_int(names[i].what, m.mtk_id, names[i].mtk_id);
        check_int(names[i].what, m.kind,
                  names[i].mtk_id != 0 ? MSK_MESSAGE_MTK : MSK_MESSAGE_MSK);
        check_int(names[i].what,
                  msk_layout_read(names[i].layout == MSK_LAYOUT_CSB
                                      ? MSK_LAYOUT_KEYID
                                      : MSK_LAYOUT_CSB,
                                  &ids, &m),
                  MSK_ERR_LAYOUT);
    }
}

static void
makes_the_group_the_csb_id_in_csb_only(void **state)
{
    (void)state;
    assert_int_equal(msk_layout_csb_id(MSK_LAYOUT_CSB, &id, 0x01020304),
                     0x000068CA);
    assert_int_equal(msk_layout_csb_id(MSK_LAYOUT_KEYID, &id, 0x01020304),
                     0x01020304);
}

static void
knows_two_layouts(void **state)
{
    (void)state;
    assert_false(msk_layout_valid((enum msk_layout)0));
    assert_true(msk_layout_valid(MSK_LAYOUT_CSB));
    assert_true(msk_layout_valid(MSK_LAYOUT_KEYID));
    assert_false(msk_layout_valid((enum msk_layout)3));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(writes_the_extension_of_each_layout),
        TEST(reads_what_it_writes),
        TEST(makes_the_group_the_csb_id_in_csb_only),
        TEST(knows_two_layouts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
