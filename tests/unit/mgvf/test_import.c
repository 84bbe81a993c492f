/* SPDX-License-Identifier: MIT */
/* An MSK that the control plane of 5G hands over: without RAND, with a lifetime
 * and an MTK (TS 33.501 W.4.1.2, TS 29.571 MbsKeyInfo). */
#include <string.h>

#include "chip.h"

#define GROUP 0x18CF
#define MUK 0x10
#define KEY 5 /* of the MSK; its RAND in messages is 16 times KEY + 1 */

static struct chip chip;

#define IN_EVERY_WAY for (int way = 0; way < 4; way++, release(NULL))

/* MbsKeyInfo with an MSK alone. */
static struct msk_import
begin(int way)
{
    struct msk_import m = { .size = sizeof m };

    chip_start(&chip, way / 2 == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID,
               way % 2 == 1);
    memcpy(m.id.domain, chip_domain, 3);
    m.id.group = GROUP;
    m.id.number = 7;
    m.key = hex("05050505050505050505050505050505");
    m.seq_high = 0xFFFE;
    return m;
}

static int
receive(uint32_t counter, uint16_t mtk_id, bool with_rand)
{
    const struct ticket t = {
        .group = GROUP,
        .number = 7,
        .key = KEY,
        .counter = counter,
        .mtk_id = mtk_id,
        .mtk = 0x60,
    };

    chip.mtk_rand = with_rand;
    return chip_receive(&chip, mtk_message_of(&chip, t));
}

/* Decision 39. What has no RAND only drops: no counter moves. */
static void
takes_the_rand_that_each_mtk_message_brings(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        struct msk_import import = begin(way);

        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        assert_int_equal(receive(9, 9, false), MSK_ERR_NO_RAND);
        check_held(&chip, GROUP, "7 0..65534 -");
        assert_int_equal(receive(1, 1, true), MSK_OK);
        assert_int_equal(receive(2, 3, true), MSK_OK);
        check_held(&chip, GROUP, "7 3..65534 3");
        assert_int_equal(receive(2, 3, true), MSK_ERR_REPLAY);
        chip_restart(&chip);
        assert_int_equal(receive(3, 4, false), MSK_ERR_NO_RAND);
        assert_int_equal(receive(1, 4, true), MSK_ERR_REPLAY);
        assert_int_equal(receive(3, 4, true), MSK_OK);
    }
}

/* TS 33.246 6.5.4: where one is stored it is used, whatever comes. */
static void
uses_a_stored_rand_and_keeps_it(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        struct msk_import import = begin(way);
        struct parcel p = { .muk = MUK, .counter = 1, .group = GROUP };

        chip_muk(&chip, MUK);
        chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING);
        p.number = 7;
        p.key = KEY;
        assert_int_equal(chip_receive(&chip, msk_message_of(&chip, p)), MSK_OK);
        assert_int_equal(receive(1, 1, false), MSK_OK);
        /* The same key by the control plane. */
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        assert_int_equal(receive(2, 2, false), MSK_OK);
        /* Another one: that RAND was not its own. */
        import.key = hex("06060606060606060606060606060606");
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        assert_int_equal(receive(3, 3, false), MSK_ERR_NO_RAND);
    }
}

/* No message is taken twice because its MSK went and came again. */
static void
remembers_the_past_of_an_msk_without_rand(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        struct msk_import import = begin(way);

        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        assert_int_equal(receive(5, 5, true), MSK_OK);
        import.key = hex("07070707070707070707070707070707");
        for (import.id.number = 8; import.id.number < 10; import.id.number++)
            assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_held(&chip, GROUP, "9 0..65534 -, 8 0..65534 -");
        import.id.number = 7;
        import.key = hex("05050505050505050505050505050505");
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        assert_int_equal(receive(5, 5, true), MSK_ERR_REPLAY);
        assert_int_equal(receive(6, 6, true), MSK_OK);
    }
}

static void
check_expiries(msk_time newest, msk_time older)
{
    struct msk_held held;

    assert_int_equal(chip_held(&chip, GROUP, &held), MSK_OK);
    assert_true(held.expires[0] == newest);
    assert_true(held.expires[1] == older);
}

static void
tells_when_an_msk_ends(void **state)
{
    const msk_time moment = UINT64_C(0x1122334455667788);

    (void)state;
    IN_EVERY_WAY
    {
        struct msk_import import = begin(way);

        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_expiries(0, 0);
        import.expires = moment;
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_expiries(moment, 0);
        import.id.number = 8;
        import.expires = moment + 1;
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        chip_restart(&chip);
        check_expiries(moment + 1, moment);
        import.id.number = 7; /* in front again, and its end not known */
        import.expires = 0;
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_expiries(0, moment + 1);
        import.id.number = 9; /* the older of two goes */
        import.expires = moment + 2;
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_expiries(moment + 2, 0);
        assert_int_equal(receive(1, 1, true), MSK_OK);
        chip_restart(&chip);
        check_expiries(moment + 2, 0);
    }
}

static struct msk_released_mtk
newest_mtk(void)
{
    struct msk_released released;

    assert_int_equal(chip_released(&chip, GROUP, &released), MSK_OK);
    assert_true(released.n > 0);
    return released.mtk[0];
}

static void
releases_an_mtk_that_came_along(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        struct msk_import import = begin(way);
        struct msk_released_mtk mtk;

        import.mtk_id = 5;
        import.mtk = hex("606162636465666768696a6b6c6d6e6f");
        import.mtk_salt = hex("707172737475767778797a7b7c7d");
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_held(&chip, GROUP, "7 5..65534 5");
        mtk = newest_mtk();
        assert_int_equal(mtk.number, 7);
        assert_int_equal(mtk.mtk_id, 5);
        check_octets("MTK", exact(mtk.mtk.key, mtk.mtk.key_len), import.mtk);
        check_octets("salt", exact(mtk.mtk.salt, mtk.mtk.salt_len),
                     import.mtk_salt);
        assert_int_equal(receive(1, 5, true), MSK_ERR_RANGE);
        assert_int_equal(receive(1, 6, true), MSK_OK);
        /* The same context once more changes no MTK. */
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        assert_int_equal(newest_mtk().mtk_id, 6);
        check_held(&chip, GROUP, "7 0..65534 6");
        assert_int_equal(receive(2, 6, true), MSK_ERR_RANGE);
    }
}

static void
refuses_an_mtk_outside_of_its_interval(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        struct msk_import import = begin(way);

        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        import.seq_low = 10;
        import.seq_high = 20;
        import.mtk = hex("606162636465666768696a6b6c6d6e6f");
        import.mtk_id = 10;
        assert_int_equal(chip_import(&chip, &import), MSK_ERR_RANGE);
        import.mtk_id = 21;
        assert_int_equal(chip_import(&chip, &import), MSK_ERR_RANGE);
        check_held(&chip, GROUP, "7 0..65534 -");
        import.mtk_id = 20;
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_held(&chip, GROUP, "7 20..20 20");
    }
}

static void
refuses_an_mtk_that_cannot_be(void **state)
{
    static const uint8_t zeros[33];
    struct msk_import import = begin(0), bad;

    (void)state;
    import.mtk = exact(zeros, 16);
    import.mtk_id = 1;
    for (int i = 0; i < 7; i++) {
        bad = import;
        switch (i) {
        case 0: bad.mtk = exact(zeros, 15); break;
        case 1: bad.mtk = exact(zeros, 33); break;
        case 2: bad.mtk.p = NULL; break;
        case 3: bad.mtk_id = 0; break;
        case 4: bad.mtk_id = 0xFFFF; break;
        case 5: bad.mtk_salt = exact(zeros, 13); break;
        default: bad.mtk = exact(NULL, 0); bad.mtk_salt = exact(zeros, 14);
        }
        check_int("import", chip_import(&chip, &bad), MSK_ERR_ARGUMENT);
    }
    /* A caller of before knows of no MTK and no lifetime. */
    import.size = offsetof(struct msk_import, expires);
    assert_int_equal(chip_import(&chip, &import), MSK_OK);
    check_held(&chip, GROUP, "7 0..65534 -");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, release)
    const struct CMUnitTest tests[] = {
        TEST(takes_the_rand_that_each_mtk_message_brings),
        TEST(uses_a_stored_rand_and_keeps_it),
        TEST(remembers_the_past_of_an_msk_without_rand),
        TEST(tells_when_an_msk_ends),
        TEST(releases_an_mtk_that_came_along),
        TEST(refuses_an_mtk_outside_of_its_interval),
        TEST(refuses_an_mtk_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
