/* SPDX-License-Identifier: MIT */
#include "mgvf/soft.h"

#include <string.h>

#include "support.h"

static struct msk_mtk
mtk_of(uint8_t value, size_t key_len, size_t salt_len)
{
    struct msk_mtk m;

    memset(&m, 0x77, sizeof m); /* what lies after is not copied */
    memset(m.key, value, key_len);
    m.key_len = key_len;
    memset(m.salt, value + 1, salt_len);
    m.salt_len = salt_len;
    return m;
}

static void
keeps_the_latest_two(void **state)
{
    struct msk_released_mtks r = { .n = 0 };

    (void)state;
    for (uint8_t i = 1; i <= 5; i++) {
        struct msk_mtk m = mtk_of(i, i % 2 == 0 ? 32 : 16, i % 2 == 0 ? 0 : 14);

        msk_released_add(&r, (uint16_t)(i / 3), i, &m);
        assert_int_equal(r.n, i == 1 ? 1 : 2);
        assert_int_equal(r.mtk[0].mtk_id, i);
        assert_int_equal(r.mtk[0].number, i / 3);
        check_octets("key", exact(r.mtk[0].mtk.key, r.mtk[0].mtk.key_len),
                     exact(m.key, m.key_len));
        check_octets("salt", exact(r.mtk[0].mtk.salt, r.mtk[0].mtk.salt_len),
                     exact(m.salt, m.salt_len));
        assert_int_equal(r.mtk[1].mtk_id, i - 1);
    }
}

static void
leaves_nothing_of_those_that_went(void **state)
{
    struct msk_released_mtks r = { .n = 0 };

    (void)state;
    for (uint8_t i = 0; i < 3; i++) {
        struct msk_mtk m =
            mtk_of((uint8_t)(0xD1 + 2 * i), i == 0 ? 32 : 16, 14);

        msk_released_add(&r, 1, i + 1, &m);
    }
    for (size_t i = 0; i < sizeof r; i++) {
        uint8_t octet = ((const uint8_t *)&r)[i];

        assert_true(octet != 0xD1 && octet != 0xD2 && octet != 0x77);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(keeps_the_latest_two, release),
        cmocka_unit_test_teardown(leaves_nothing_of_those_that_went, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
