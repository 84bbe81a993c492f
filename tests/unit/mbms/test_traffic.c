/* SPDX-License-Identifier: MIT */
#include "msk/traffic.h"

#include <string.h>

#include "support.h"

static const struct msk_key_id id = { { 0x21, 0x63, 0x54 }, 0x68CA, 0x0102 };

static void
names_an_mtk_in_srtp(void **state)
{
    struct msk_key_id found = { { 1, 2, 3 }, 0, 0 };
    uint8_t mki[MSK_MKI_LEN];
    uint16_t mtk_id;

    (void)state;
    msk_mki_pack(&id, 0xF00D, mki);
    check_octets("MKI", exact(mki, sizeof mki), hex("68ca 0102 f00d"));
    msk_mki_unpack(mki, &found, &mtk_id);
    assert_int_equal(found.group, 0x68CA);
    assert_int_equal(found.number, 0x0102);
    assert_int_equal(mtk_id, 0xF00D);
    assert_int_equal(found.domain[2], 3);
}

static void
names_an_mtk_in_a_dcf(void **state)
{
    uint8_t octets[MSK_DCF_KEY_ID_LEN], text[MSK_DCF_KEY_ID_TEXT_LEN];

    (void)state;
    msk_dcf_key_id(&id, 0xF00D, octets);
    check_octets("octets", exact(octets, sizeof octets),
                 hex("216354 68ca 0102 f00d"));
    assert_int_equal(msk_dcf_key_id_text(&id, 0xF00D, text), MSK_OK);
    check_octets("text", exact(text, sizeof text), chars("IWNUaMoBAvAN"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(names_an_mtk_in_srtp, release),
        cmocka_unit_test_teardown(names_an_mtk_in_a_dcf, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
