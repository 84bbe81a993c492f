/* SPDX-License-Identifier: MIT */
/* MTK messages in the MGV-F; every test in both layouts, on a store that
 * answers at once and on one that answers later. */
#include <stdio.h>
#include <string.h>

#include "chip.h"
#include "messages.h"
#include "provider.h"

#define GROUP 0x68CA
#define OTHER 0x68CB
#define MUK 0x10

static struct chip chip;
static uint32_t counter; /* of MSK messages */

static void
deliver(uint16_t number, uint8_t key, uint16_t low, uint16_t high)
{
    struct parcel p = { .muk = MUK, .group = GROUP };

    p.counter = ++counter;
    p.number = number;
    p.key = key;
    p.low = low;
    p.high = high;
    p.sp = "0d020001";
    assert_int_equal(chip_receive(&chip, msk_message_of(&chip, p)), MSK_OK);
}

static void
revalidate(uint16_t number, uint16_t low, uint16_t high)
{
    struct parcel p = { .muk = MUK, .group = GROUP };

    p.content = MSK_CONTENT_VALIDITY;
    p.counter = ++counter;
    p.number = number;
    p.low = low;
    p.high = high;
    assert_int_equal(chip_receive(&chip, msk_message_of(&chip, p)), MSK_OK);
}

/* MSK 1, all of its octets 0x51, for MTK IDs 11 to 20. */
static void
begin(int way)
{
    chip_start(&chip, way / 2 == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID,
               way % 2 == 1);
    assert_int_equal(chip_muk(&chip, MUK), MSK_OK);
    assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH), MSK_OK);
    deliver(1, 0x51, 10, 20);
}

#define IN_EVERY_WAY for (int way = 0; way < 4; way++, release(NULL))

/* Takes an MTK message in; returns the outcome, or the error. */
static int
take(struct ticket t)
{
    int err = chip_receive(&chip, mtk_message_of(&chip, t));

    return err == MSK_OK ? (int)chip.result.outcome : err;
}

/* One under MSK 1. */
#define TAKE(...)         \
    take((struct ticket){ \
        .group = GROUP, .number = 1, .key = 0x51, __VA_ARGS__ })

static struct msk_bytes
copy_of_store(void)
{
    struct msk_bytes now = fake_store_view(&chip.store);

    return exact(now.p, now.n);
}

static void
releases_an_mtk_and_tells_what_it_is(void **state)
{
    const struct msk_mgvf_result *r = &chip.result;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(
            TAKE(.counter = 1, .mtk_id = 11, .mtk = 0x61, .streaming = true),
            MSK_OUTCOME_MTK);
        assert_int_equal(r->id.group, GROUP);
        assert_int_equal(r->id.number, 1);
        assert_memory_equal(r->id.domain, chip_domain, 3);
        assert_int_equal(r->mtk_id, 11);
        check_octets("key", r->key, hex("61616161616161616161616161616161"));
        check_octets("salt", r->salt, hex("6262626262626262626262626262"));
        check_octets("SP", r->sp, hex("0d020001"));
        assert_int_equal(r->acknowledgement.n, 0);
        check_held(&chip, GROUP, "1 11..20 11");
        assert_int_equal(TAKE(.counter = 2, .mtk_id = 12, .mtk = 0x62),
                         MSK_OUTCOME_MTK);
        assert_int_equal(r->salt.n, 0);
        assert_int_equal(chip.store.delayed, 2);
    }
}

static void
checks_the_counter_first_and_takes_any_first_one(void **state)
{
    static const uint32_t firsts[] = { 0,          1,          0x7FFFFFFF,
                                       0x80000000, 0xEEAF75B9, 0xFFFFFFFF };

    (void)state;
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++)
        IN_EVERY_WAY
        {
            uint32_t c = firsts[i];

            begin(way);
            assert_int_equal(TAKE(.counter = c, .mtk_id = 11), MSK_OUTCOME_MTK);
            assert_int_equal(TAKE(.counter = c, .mtk_id = 12), MSK_ERR_REPLAY);
            assert_int_equal(TAKE(.counter = c - 1, .mtk_id = 11),
                             MSK_ERR_REPLAY);
            assert_int_equal(TAKE(.counter = c + 0x80000000, .mtk_id = 12),
                             MSK_ERR_REPLAY);
            assert_int_equal(TAKE(.counter = c + 1, .mtk_id = 11),
                             MSK_ERR_RANGE);
            assert_int_equal(TAKE(.counter = c + 1, .mtk_id = 12),
                             MSK_OUTCOME_MTK);
        }
}

static void
takes_mtk_ids_of_the_interval_only(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(TAKE(.counter = 1, .mtk_id = 10), MSK_ERR_RANGE);
        assert_int_equal(TAKE(.counter = 1, .mtk_id = 1), MSK_ERR_RANGE);
        assert_int_equal(TAKE(.counter = 1, .mtk_id = 21), MSK_ERR_RANGE);
        assert_int_equal(TAKE(.counter = 1, .mtk_id = 0xFFFE), MSK_ERR_RANGE);
        assert_int_equal(TAKE(.counter = 1, .mtk_id = 11), MSK_OUTCOME_MTK);
        assert_int_equal(TAKE(.counter = 2, .mtk_id = 15), MSK_OUTCOME_MTK);
        assert_int_equal(TAKE(.counter = 3, .mtk_id = 14), MSK_ERR_RANGE);
        assert_int_equal(TAKE(.counter = 3, .mtk_id = 20), MSK_OUTCOME_MTK);
        /* Sent again it is old; another one asks for a new interval. */
        assert_int_equal(TAKE(.counter = 3, .mtk_id = 20), MSK_ERR_REPLAY);
        assert_int_equal(TAKE(.counter = 4, .mtk_id = 20), MSK_ERR_RANGE);
        assert_int_equal(TAKE(.counter = 4, .mtk_id = 21), MSK_ERR_INVALIDATED);
        revalidate(1, 20, 30);
        assert_int_equal(TAKE(.counter = 4, .mtk_id = 21), MSK_OUTCOME_MTK);
    }
}

static void
refuses_under_an_msk_that_is_invalidated_or_not_held(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        revalidate(1, 2, 1);
        assert_int_equal(TAKE(.counter = 1, .mtk_id = 11), MSK_ERR_INVALIDATED);
        assert_int_equal(
            take((struct ticket){ GROUP, 2, 0x51, 1, 11, 0, false }),
            MSK_ERR_NO_MSK);
        assert_int_equal(
            take((struct ticket){ OTHER, 1, 0x51, 1, 11, 0, false }),
            MSK_ERR_NOT_MINE);
        check_held(&chip, GROUP, "1 2..1 -");
    }
}

static void
counts_mtk_ids_and_counters_for_each_msk(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(TAKE(.counter = 100, .mtk_id = 15), MSK_OUTCOME_MTK);
        deliver(2, 0x52, 0, 0xFFFE);
        assert_int_equal(take((struct ticket){ .group = GROUP,
                                               .number = 2,
                                               .key = 0x52,
                                               .counter = 1,
                                               .mtk_id = 1 }),
                         MSK_OUTCOME_MTK);
        check_held(&chip, GROUP, "2 1..65534 1, 1 15..20 15");
        assert_int_equal(TAKE(.counter = 101, .mtk_id = 16), MSK_OUTCOME_MTK);
        check_held(&chip, GROUP, "2 1..65534 1, 1 16..20 16");
    }
}

static void
keeps_the_counter_of_an_msk_that_is_delivered_again(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(TAKE(.counter = 5, .mtk_id = 15), MSK_OUTCOME_MTK);
        deliver(1, 0x51, 0, 0xFFFE);
        check_held(&chip, GROUP, "1 0..65534 15");
        assert_int_equal(TAKE(.counter = 5, .mtk_id = 16), MSK_ERR_REPLAY);
        assert_int_equal(TAKE(.counter = 6, .mtk_id = 15), MSK_ERR_RANGE);
        assert_int_equal(TAKE(.counter = 6, .mtk_id = 16), MSK_OUTCOME_MTK);
    }
}

static void
changes_nothing_for_a_message_under_another_key(void **state)
{
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        before = copy_of_store();
        assert_int_equal(
            take((struct ticket){ GROUP, 1, 0x52, 1, 11, 0, false }),
            MSK_ERR_MAC);
        assert_int_equal(chip.result.key.n, 0);
        check_octets("store", fake_store_view(&chip.store), before);
    }
}

static void
hands_out_the_two_latest_mtks_after_a_restart(void **state)
{
    struct msk_released r;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(chip_released(&chip, GROUP, &r), MSK_OK);
        assert_int_equal(r.n, 0);
        TAKE(.counter = 1, .mtk_id = 11, .mtk = 1, .streaming = true);
        TAKE(.counter = 2, .mtk_id = 12, .mtk = 2, .streaming = true);
        deliver(2, 0x52, 0, 0xFFFE);
        take((struct ticket){ .group = GROUP,
                              .number = 2,
                              .key = 0x52,
                              .counter = 1,
                              .mtk_id = 1,
                              .mtk = 3,
                              .streaming = true });
        chip_restart(&chip);
        assert_int_equal(chip_released(&chip, GROUP, &r), MSK_OK);
        assert_int_equal(r.n, 2);
        assert_int_equal(r.mtk[0].number, 2);
        assert_int_equal(r.mtk[0].mtk_id, 1);
        check_octets("newer", exact(r.mtk[0].mtk.key, r.mtk[0].mtk.key_len),
                     hex("03030303030303030303030303030303"));
        check_octets("its salt",
                     exact(r.mtk[0].mtk.salt, r.mtk[0].mtk.salt_len),
                     hex("0404040404040404040404040404"));
        assert_int_equal(r.mtk[1].number, 1);
        assert_int_equal(r.mtk[1].mtk_id, 12);
        check_octets("SP", exact(r.sp, r.sp_len), hex("0d020001"));
        assert_int_equal(chip_released(&chip, OTHER, &r), MSK_ERR_NOT_MINE);
    }
}

static void
takes_the_rand_of_an_imported_msk(void **state)
{
    struct msk_import import = { .size = sizeof import };

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        memcpy(import.id.domain, chip_domain, 3);
        import.id.group = OTHER;
        import.id.number = 4;
        import.key = hex("53535353535353535353535353535353");
        import.rand = hex("54545454545454545454545454545454");
        import.seq_high = 100;
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        assert_int_equal(take((struct ticket){ .group = OTHER,
                                               .number = 4,
                                               .key = 0x53,
                                               .counter = 9,
                                               .mtk_id = 1,
                                               .mtk = 8 }),
                         MSK_OUTCOME_MTK);
        check_held(&chip, OTHER, "4 1..100 1");
    }
}

/* An authentic message whose content is refused, sealed under MSK 1. */
static struct msk_bytes
sealed_mtk(const char *plain, uint32_t t)
{
    bool csb = chip.layout == MSK_LAYOUT_CSB;
    struct msk_protection p = { .crypto = host_crypto(), .time = t };
    char payloads[128];

    (void)snprintf(payloads, sizeof payloads,
                   csb ? "15 03 0008 01020001 0202000b; 05 02 %08x;"
                         "06 00 0003 216354"
                       : "15 03 000f 0003216354 010468ca0001 0202000b;"
                         "05 02 %08x",
                   (unsigned)t);
    p.psk = hex("51515151515151515151515151515151");
    p.rand = hex("52525252525252525252525252525252");
    p.csb_id = csb ? GROUP : 0x01020304;
    return sealed(&p,
                  csb ? "01000080 000068ca 00 01" : "01000080 01020304 00 01",
                  payloads, plain);
}

static void
counts_what_it_refuses_after_the_mac(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(
            chip_receive(&chip, sealed_mtk("00 20 0010 00000000000000000000"
                                           "000000000000",
                                           7)),
            MSK_ERR_KIND);
        check_held(&chip, GROUP, "1 10..20 -");
        assert_int_equal(TAKE(.counter = 7, .mtk_id = 11), MSK_ERR_REPLAY);
        /* V in an MTK message means nothing. */
        assert_int_equal(
            chip_receive(&chip, sealed_mtk("00 00 0010 00000000000000000000"
                                           "000000000000",
                                           8)),
            MSK_OK);
        assert_int_equal(chip.result.acknowledgement.n, 0);
        check_held(&chip, GROUP, "1 11..20 11");
    }
}

static void
releases_nothing_under_an_sp_against_the_announcement(void **state)
{
    struct parcel p = { .muk = MUK, .group = GROUP, .number = 2, .key = 0x52 };

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING);
        p.counter = ++counter;
        p.sp = "0a0100";
        assert_int_equal(chip_receive(&chip, msk_message_of(&chip, p)), MSK_OK);
        assert_int_equal(TAKE(.counter = 1, .mtk_id = 11), MSK_OUTCOME_MTK);
        chip_allow(&chip, GROUP, MSK_REQUIRE_INTEGRITY);
        assert_int_equal(TAKE(.counter = 2, .mtk_id = 12), MSK_ERR_POLICY);
        assert_int_equal(chip.result.key.n, 0);
        check_held(&chip, GROUP, "2 0..65534 -, 1 11..20 11");
        chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING);
        assert_int_equal(TAKE(.counter = 2, .mtk_id = 12), MSK_ERR_REPLAY);
        assert_int_equal(TAKE(.counter = 3, .mtk_id = 12), MSK_OUTCOME_MTK);
    }
}

static void
opens_the_messages_of_the_model(void **state)
{
    static const char *const names[] = { "csb-mtk-streaming",
                                         "csb-mtk-download",
                                         "keyid-mtk-streaming",
                                         "keyid-mtk-download" };
    struct msk_import import = { .size = sizeof import };

    (void)state;
    for (size_t i = 0; i < 8; i++, release(NULL)) {
        const struct mbms_vector *v = vector(names[i / 2]);

        chip_start(&chip, vector_layout(v), i % 2 == 1);
        memcpy(import.id.domain, hex(v->domain).p, 3);
        import.id.group = (uint16_t)v->group;
        import.id.number = (uint16_t)v->number;
        import.key = hex(v->psk);
        import.rand = hex(v->rand);
        import.seq_high = 0xFFFE;
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_int(v->name, chip_receive(&chip, hex(v->message)), MSK_OK);
        check_octets(v->name, chip.result.key, hex(v->key));
        check_octets(v->name, chip.result.salt, hex(v->salt));
        check_int(v->name, chip_receive(&chip, hex(v->message)),
                  MSK_ERR_REPLAY);
    }
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(releases_an_mtk_and_tells_what_it_is),
        TEST(checks_the_counter_first_and_takes_any_first_one),
        TEST(takes_mtk_ids_of_the_interval_only),
        TEST(refuses_under_an_msk_that_is_invalidated_or_not_held),
        TEST(counts_mtk_ids_and_counters_for_each_msk),
        TEST(keeps_the_counter_of_an_msk_that_is_delivered_again),
        TEST(changes_nothing_for_a_message_under_another_key),
        TEST(hands_out_the_two_latest_mtks_after_a_restart),
        TEST(takes_the_rand_of_an_imported_msk),
        TEST(counts_what_it_refuses_after_the_mac),
        TEST(releases_nothing_under_an_sp_against_the_announcement),
        TEST(opens_the_messages_of_the_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
