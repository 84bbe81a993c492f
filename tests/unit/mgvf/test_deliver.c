/* SPDX-License-Identifier: MIT */
/*
 * What was accepted once is never accepted again, whatever becomes of its MSK
 * in between (decision 28): MTK messages are recorded and come again when the
 * same MSK has come back. There are two domains with the same numbers, and two
 * key servers.
 */
#include <string.h>

#include "chip.h"

#define GROUP 0x18CF
#define MUK 0x10
#define N 5 /* MTK messages under each MSK */

static struct chip chip;
static uint32_t counters[2]; /* of MSK messages of the two servers */
static struct msk_bytes recorded[2][N];

static int
deliver(uint16_t number, uint8_t key)
{
    struct parcel p = { .muk = MUK, .group = GROUP };

    p.number = number;
    p.key = key;
    p.counter = ++counters[chip.server];
    return chip_receive(&chip, msk_message_of(&chip, p));
}

static struct msk_bytes
mtk_of(uint16_t number, uint8_t key, uint16_t mtk_id)
{
    return mtk_message_of(&chip,
                          (struct ticket){ GROUP, number, key, 100u + mtk_id,
                                           mtk_id, 0x70, false });
}

/* Both servers and both domains are there, and an MSK of the domain at hand
 * under which N MTK messages came. */
static void
begin(int way)
{
    chip_start(&chip, way / 2 == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID,
               way % 2 == 1);
    chip.alone = true; /* two of everything come below */
    memset(counters, 0, sizeof counters);
    for (int i = 0; i < 4; i++) {
        chip.server = i / 2;
        chip.domain = i % 2;
        assert_int_equal(chip_muk(&chip, MUK), MSK_OK);
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING), MSK_OK);
    }
    chip.server = 0;
    for (chip.domain = 1; chip.domain >= 0; chip.domain--) {
        assert_int_equal(deliver(1, 0x51), MSK_OK);
        for (uint16_t i = 0; i < N; i++)
            recorded[chip.domain][i] = mtk_of(1, 0x51, (uint16_t)(i + 1));
    }
    chip.domain = 0;
    for (size_t i = 0; i < N; i++)
        assert_int_equal(chip_receive(&chip, recorded[0][i]), MSK_OK);
}

#define IN_EVERY_WAY for (int way = 0; way < 4; way++, release(NULL))

/* The MSK is back, and no MTK message of its past comes again; one that is
 * new does. In the other domain, where the same MSK is, all are new. */
static void
check_past(void)
{
    for (size_t i = 0; i < N; i++)
        assert_int_equal(chip_receive(&chip, recorded[0][i]), MSK_ERR_REPLAY);
    assert_int_equal(chip_receive(&chip, mtk_of(1, 0x51, N + 1)), MSK_OK);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(chip_receive(&chip, recorded[1][i]), MSK_OK);
}

static void
after_the_rule_of_two(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(deliver(2, 0x52), MSK_OK);
        assert_int_equal(deliver(3, 0x53), MSK_OK);
        assert_true(chip.result.has_deleted);
        assert_int_equal(chip_receive(&chip, recorded[0][0]), MSK_ERR_NO_MSK);
        assert_int_equal(deliver(1, 0x51), MSK_OK);
        check_past();
    }
}

static void
after_stop_and_start_of_the_service(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        for (chip.server = 1; chip.server >= 0; chip.server--)
            assert_int_equal(chip_forget(&chip, GROUP), MSK_OK);
        chip.server = 0;
        assert_int_equal(chip_receive(&chip, recorded[0][0]), MSK_ERR_NOT_MINE);
        chip_restart(&chip);
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(chip_receive(&chip, recorded[0][0]), MSK_ERR_NO_MSK);
        assert_int_equal(deliver(1, 0x51), MSK_OK);
        check_past();
    }
}

/* Again and again; the past grows. */
static void
however_often_it_goes(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        for (uint16_t i = 1; i <= 4; i++) {
            for (chip.server = 1; chip.server >= 0; chip.server--)
                assert_int_equal(chip_forget(&chip, GROUP), MSK_OK);
            chip.server = 0;
            assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING),
                             MSK_OK);
            assert_int_equal(deliver(1, 0x51), MSK_OK);
            for (uint16_t k = 1; k < N + i; k++)
                assert_int_equal(chip_receive(&chip, mtk_of(1, 0x51, k)),
                                 MSK_ERR_REPLAY);
            assert_int_equal(
                chip_receive(&chip, mtk_of(1, 0x51, (uint16_t)(N + i))),
                MSK_OK);
        }
    }
}

/* Another value under the number, which has its own MTK messages, and back. */
static void
after_another_value_under_its_number(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(deliver(1, 0x61), MSK_OK);
        assert_int_equal(chip_receive(&chip, mtk_of(1, 0x61, N)),
                         MSK_ERR_REPLAY); /* decision 9: it counts on */
        assert_int_equal(deliver(2, 0x52), MSK_OK);
        assert_int_equal(deliver(3, 0x53), MSK_OK);
        assert_int_equal(deliver(1, 0x51), MSK_OK); /* the first is back */
        check_past();
    }
}

/* The value that is replaced, and the one that replaces it, had pasts. */
static void
with_the_newer_of_two_pasts(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(deliver(2, 0x52), MSK_OK);
        assert_int_equal(deliver(3, 0x53), MSK_OK);
        assert_int_equal(deliver(1, 0x61), MSK_OK);
        assert_int_equal(chip_receive(&chip, mtk_of(1, 0x61, 1)), MSK_OK);
        assert_int_equal(deliver(1, 0x51), MSK_OK); /* replaces 0x61 */
        check_past();
    }
}

/* The same key with another RAND, under which MTK messages have other keys. */
static void
after_another_rand_under_its_number(void **state)
{
    struct msk_import m = { .size = sizeof m };
    uint8_t key[16];

    (void)state;
    memset(key, 0x51, sizeof key);
    IN_EVERY_WAY
    {
        begin(way);
        memcpy(m.id.domain, chip_domain, sizeof m.id.domain);
        m.id.group = GROUP;
        m.id.number = 1;
        m.key = (struct msk_bytes){ key, sizeof key };
        m.rand = hex("00112233445566778899aabbccddeeff");
        m.seq_high = 0xFFFE;
        assert_int_equal(chip_import(&chip, &m), MSK_OK);
        assert_int_equal(deliver(2, 0x52), MSK_OK);
        assert_int_equal(deliver(3, 0x53), MSK_OK);
        assert_int_equal(deliver(1, 0x51), MSK_OK);
        check_past();
    }
}

static void
after_an_import(void **state)
{
    struct msk_import m = { .size = sizeof m };
    uint8_t key[16], rand[16];

    (void)state;
    memset(key, 0x51, sizeof key);
    memset(rand, 0x52, sizeof rand);
    IN_EVERY_WAY
    {
        begin(way);
        for (chip.server = 1; chip.server >= 0; chip.server--)
            assert_int_equal(chip_forget(&chip, GROUP), MSK_OK);
        chip.server = 0;
        memcpy(m.id.domain, chip_domain, sizeof m.id.domain);
        m.id.group = GROUP;
        m.id.number = 1;
        m.key = (struct msk_bytes){ key, sizeof key };
        m.rand = (struct msk_bytes){ rand, sizeof rand };
        m.seq_high = 0xFFFE;
        assert_int_equal(chip_import(&chip, &m), MSK_OK);
        check_past();
    }
}

/* The MSK of an import may go too. */
static void
after_an_import_in_its_place(void **state)
{
    struct msk_import m = { .size = sizeof m };

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        memcpy(m.id.domain, chip_domain, sizeof m.id.domain);
        m.id.group = GROUP;
        m.key = m.rand = hex("00112233445566778899aabbccddeeff");
        m.seq_high = 0xFFFE;
        for (m.id.number = 2; m.id.number <= 3; m.id.number++)
            assert_int_equal(chip_import(&chip, &m), MSK_OK);
        assert_int_equal(deliver(1, 0x51), MSK_OK);
        check_past();
    }
}

/* Another card: nothing of the one before is left. */
static void
not_after_all_was_forgotten(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        for (chip.server = 1; chip.server >= 0; chip.server--)
            assert_int_equal(chip_forget(&chip, GROUP), MSK_OK);
        chip.server = 0;
        assert_int_equal(chip_forget_all(&chip), MSK_OK);
        for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
            assert_int_equal(chip.store.records[i].version, 0);
        assert_int_equal(chip_muk(&chip, MUK), MSK_OK);
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(deliver(1, 0x51), MSK_OK);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(chip_receive(&chip, recorded[0][i]), MSK_OK);
    }
}

/* A record of pasts that is damaged lets no MSK in; forgetting a group of it
 * mends it, and loses it. */
static void
not_after_damage(void **state)
{
    struct msk_ram_record *record = NULL;
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(deliver(2, 0x52), MSK_OK);
        assert_int_equal(deliver(3, 0x53), MSK_OK);
        for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
            if (chip.store.records[i].version != 0 &&
                chip.store.records[i].key[0] == 'H')
                record = &chip.store.records[i];
        assert_non_null(record);
        record->value[0]++;
        before = fake_store_view(&chip.store);
        before = exact(before.p, before.n);
        assert_int_equal(deliver(1, 0x51), MSK_ERR_RECORD);
        check_octets("store", fake_store_view(&chip.store), before);
        assert_int_equal(chip_receive(&chip, mtk_of(3, 0x53, 1)), MSK_OK);
        for (chip.server = 1; chip.server >= 0; chip.server--)
            assert_int_equal(chip_forget(&chip, GROUP), MSK_OK);
        chip.server = 0;
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(deliver(3, 0x53), MSK_OK);
        assert_int_equal(chip_receive(&chip, mtk_of(3, 0x53, 1)),
                         MSK_ERR_REPLAY);
    }
}

/* In a store that is full a group goes nevertheless. */
static void
leaves_its_past_in_a_full_store(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        uint16_t other = 1;

        begin(way);
        while (chip_allow(&chip, other, MSK_REQUIRE_NOTHING) == MSK_OK)
            other++;
        assert_int_equal(chip_allow(&chip, other, 0), MSK_ERR_LIMIT);
        for (chip.server = 1; chip.server >= 0; chip.server--)
            assert_int_equal(chip_forget(&chip, GROUP), MSK_OK);
        chip.server = 0;
        chip_forget(&chip, 1);
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(deliver(1, 0x51), MSK_OK);
        check_past();
    }
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(after_the_rule_of_two),
        TEST(after_stop_and_start_of_the_service),
        TEST(however_often_it_goes),
        TEST(after_another_value_under_its_number),
        TEST(with_the_newer_of_two_pasts),
        TEST(after_another_rand_under_its_number),
        TEST(after_an_import),
        TEST(after_an_import_in_its_place),
        TEST(not_after_all_was_forgotten),
        TEST(not_after_damage),
        TEST(leaves_its_past_in_a_full_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
