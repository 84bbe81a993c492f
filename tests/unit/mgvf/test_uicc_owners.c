/* SPDX-License-Identifier: MIT */
/* Whose the Key Groups on a UICC are: two key servers, two domains with the
 * same group number, and the host. */
#include <string.h>

#include "chip.h"
#include "usim.h"

#define GROUP 0x18CF
#define GROUPS 3
#define MUK 0x10 /* of both servers */
#define HOST ""

static struct chip chip; /* makes messages */
static struct card card;
static uint8_t memory[MSK_MGVF_UICC_SIZE];
static struct msk_card_group groups[GROUPS];
static struct msk_mgvf *mgvf;
static struct msk_mgvf_result result;

#define IN_BOTH_LAYOUTS \
    for (int layout = 1; layout <= 2; layout++, release(NULL))

static int
allow(const char *owner, enum msk_require require)
{
    struct msk_group_id group = chip_group(&chip, GROUP);

    return msk_mgvf_allow(mgvf, chars(owner), &group, require);
}

static int
forget(const char *owner)
{
    struct msk_group_id group = chip_group(&chip, GROUP);

    return msk_mgvf_forget(mgvf, chars(owner), &group);
}

/* How many MSKs of the group are held; -1: it is nobody's. */
static int
held(void)
{
    struct msk_group_id group = chip_group(&chip, GROUP);
    struct msk_held h = { .size = sizeof h };
    int err = msk_mgvf_held(mgvf, &group, &h);

    assert_true(err == MSK_OK || err == MSK_ERR_NOT_MINE);
    return err == MSK_OK ? (int)h.n : -1;
}

static int
receive(struct msk_bytes message)
{
    struct msk_mgvf_input input = { .size = sizeof input };

    memset(&result, 0, sizeof result);
    result.size = sizeof result;
    input.layout = chip.layout;
    input.fqdn = chip_fqdn(&chip);
    input.message = message;
    return msk_mgvf_process(mgvf, &input, &result);
}

/* An MSK from that server; what is refused for its owner no card sees. */
static int
send_with(int server, uint16_t number, const char *sp)
{
    static uint32_t counter;
    size_t commands = card.commands;
    struct parcel p = { .muk = MUK,
                        .group = GROUP,
                        .number = number,
                        .counter = ++counter,
                        .key = (uint8_t)(0x51 + number),
                        .sp = sp };
    int err;

    chip.server = server;
    err = receive(msk_message_of(&chip, p));
    chip.server = 0;
    if (err == MSK_ERR_NOT_MINE || err == MSK_ERR_POLICY)
        assert_int_equal(card.commands, commands);
    return err;
}

static int
send_msk(int server, uint16_t number)
{
    return send_with(server, number, NULL);
}

static int
send_mtk(uint16_t number, uint16_t mtk_id)
{
    return receive(mtk_message_of(
        &chip, (struct ticket){ GROUP, number, (uint8_t)(0x51 + number), mtk_id,
                                mtk_id, 0x71, true }));
}

/* The group of the same number in the other domain is owned by the other
 * server, on other terms, and holds one MSK. */
static void
begin(int layout)
{
    struct msk_mgvf_uicc_config config = { .size = sizeof config };

    chip_start(&chip, (enum msk_layout)layout, false);
    card_start(&card, (enum msk_layout)layout);
    config.card = &card.driver;
    config.groups = groups;
    config.n_groups = GROUPS;
    assert_int_equal(msk_mgvf_uicc_init(&mgvf, memory, sizeof memory, &config),
                     MSK_OK);
    card_make_muk(&card, CHIP_FQDN, MUK);
    card_make_muk(&card, CHIP_OTHER_FQDN, MUK);
    chip.domain = 1;
    assert_int_equal(allow(CHIP_OTHER_FQDN, MSK_REQUIRE_BOTH), MSK_OK);
    assert_int_equal(send_msk(1, 9), MSK_OK);
    chip.domain = 0;
}

/* Nothing has happened to the group of the other domain. */
static void
check_other(void)
{
    chip.domain = 1;
    assert_int_equal(held(), 1);
    assert_int_equal(send_with(1, 9, "0a0100"), MSK_ERR_POLICY);
    assert_int_equal(send_msk(0, 9), MSK_ERR_NOT_MINE);
    chip.domain = 0;
}

static void
accepts_messages_of_owners_only(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout);
        assert_int_equal(send_msk(0, 1), MSK_ERR_NOT_MINE);
        assert_int_equal(allow(CHIP_FQDN, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(send_msk(0, 1), MSK_OK);
        assert_int_equal(send_msk(1, 2), MSK_ERR_NOT_MINE);
        assert_int_equal(allow("c.example.com", MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(send_msk(1, 2), MSK_ERR_NOT_MINE);
        assert_int_equal(allow(CHIP_OTHER_FQDN, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(send_msk(1, 2), MSK_OK);
        assert_int_equal(send_msk(0, 1), MSK_OK);
        assert_int_equal(held(), 2);
        check_other();
    }
}

static void
accepts_all_servers_where_the_host_is_an_owner(void **state)
{
    (void)state;
    begin(MSK_LAYOUT_KEYID);
    assert_int_equal(allow(HOST, MSK_REQUIRE_NOTHING), MSK_OK);
    assert_int_equal(send_msk(0, 1), MSK_OK);
    assert_int_equal(send_msk(1, 2), MSK_OK);
    assert_int_equal(allow(CHIP_FQDN, MSK_REQUIRE_NOTHING), MSK_OK);
    assert_int_equal(send_msk(1, 2), MSK_OK);
    assert_int_equal(forget(HOST), MSK_OK);
    assert_int_equal(send_msk(1, 2), MSK_ERR_NOT_MINE);
    assert_int_equal(send_msk(0, 2), MSK_OK);
    assert_int_equal(held(), 2);
    check_other();
}

/* Neither one that is known, nor one that is not, nor the host. */
static void
forgets_nothing_for_a_server_that_is_no_owner(void **state)
{
    static const char *const others[] = { CHIP_OTHER_FQDN, "c.example.com",
                                          HOST };

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            assert_int_equal(allow(CHIP_FQDN, MSK_REQUIRE_NOTHING), MSK_OK);
            assert_int_equal(send_msk(0, 1), MSK_OK);
            assert_int_equal(forget(others[i]), MSK_OK);
            assert_int_equal(held(), 1);
            assert_int_equal(send_msk(0, 1), MSK_OK);
        }
        assert_int_equal(allow("d.example.com", MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(forget(CHIP_OTHER_FQDN), MSK_OK);
        assert_int_equal(forget("BMSC.Example.COM"), MSK_OK);
        assert_int_equal(send_msk(0, 1), MSK_ERR_NOT_MINE);
        assert_int_equal(held(), 1);
        assert_int_equal(forget("d.example.com"), MSK_OK);
        assert_int_equal(held(), -1);
        check_other();
    }
}

/* In either order; an MTK has no sender. */
static void
takes_off_the_owner_that_leaves(void **state)
{
    static const char *const names[] = { CHIP_FQDN, CHIP_OTHER_FQDN };

    (void)state;
    for (int first = 0; first < 2; first++) {
        begin(MSK_LAYOUT_KEYID);
        assert_int_equal(allow(CHIP_FQDN, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(allow(CHIP_OTHER_FQDN, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(send_msk(0, 1), MSK_OK);
        assert_int_equal(forget(names[first]), MSK_OK);
        assert_int_equal(send_msk(first, 2), MSK_ERR_NOT_MINE);
        assert_int_equal(send_msk(1 - first, 2), MSK_OK);
        assert_int_equal(held(), 2);
        assert_int_equal(send_mtk(1, 1), MSK_OK);
        assert_int_equal(forget(names[first]), MSK_OK);
        assert_int_equal(held(), 2);
        assert_int_equal(forget(names[1 - first]), MSK_OK);
        assert_int_equal(held(), -1);
        assert_int_equal(send_mtk(1, 2), MSK_ERR_NOT_MINE);
        check_other();
        release(NULL);
    }
}

/* The strictest of any owner, whoever came first and whoever sends. */
static void
keeps_on_what_any_owner_wants_on(void **state)
{
    static const char *const names[] = { CHIP_FQDN, CHIP_OTHER_FQDN };

    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        begin(MSK_LAYOUT_KEYID);
        assert_int_equal(allow(names[0], strict == 0 ? MSK_REQUIRE_INTEGRITY
                                                     : MSK_REQUIRE_NOTHING),
                         MSK_OK);
        assert_int_equal(allow(names[1], strict == 1 ? MSK_REQUIRE_INTEGRITY
                                                     : MSK_REQUIRE_NOTHING),
                         MSK_OK);
        for (int server = 0; server < 2; server++) {
            assert_int_equal(send_with(server, 1, "0a0100"), MSK_ERR_POLICY);
            assert_int_equal(send_with(server, 1, "000100"), MSK_OK);
        }
        assert_int_equal(forget(names[strict]), MSK_OK);
        assert_int_equal(send_with(1 - strict, 1, "0a0100"), MSK_OK);
        assert_int_equal(send_mtk(1, 1), MSK_OK);
        assert_int_equal(allow(names[strict], MSK_REQUIRE_INTEGRITY), MSK_OK);
        assert_int_equal(send_mtk(1, 2), MSK_ERR_POLICY);
        check_other();
        release(NULL);
    }
}

/* Key servers come and go; there is room for a few at a time. */
static void
gives_the_place_of_a_server_that_left_to_another(void **state)
{
    char name[] = "bmsc-a.example.com";
    char *letter = strchr(name, 'a');

    (void)state;
    begin(MSK_LAYOUT_KEYID); /* one owns a group of the other domain */
    assert_int_equal(allow(CHIP_FQDN, MSK_REQUIRE_NOTHING), MSK_OK);
    assert_int_equal(send_msk(0, 1), MSK_OK);
    for (*letter = 'a'; *letter <= 'z'; ++*letter) {
        assert_int_equal(allow(name, MSK_REQUIRE_BOTH), MSK_OK);
        assert_int_equal(send_with(0, 1, "0a0100"), MSK_ERR_POLICY);
        assert_int_equal(forget(name), MSK_OK);
        assert_int_equal(send_with(0, 1, "0a0100"), MSK_OK);
    }
    assert_int_equal(allow("c.example.com", MSK_REQUIRE_NOTHING), MSK_OK);
    assert_int_equal(allow("d.example.com", MSK_REQUIRE_NOTHING), MSK_OK);
    assert_int_equal(allow("e.example.com", MSK_REQUIRE_NOTHING),
                     MSK_ERR_LIMIT);
    assert_int_equal(allow(HOST, MSK_REQUIRE_NOTHING), MSK_OK);
    assert_int_equal(forget("c.example.com"), MSK_OK);
    assert_int_equal(allow("e.example.com", MSK_REQUIRE_NOTHING), MSK_OK);
    assert_int_equal(send_msk(0, 1), MSK_OK);
    assert_int_equal(held(), 1);
    check_other();
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(accepts_messages_of_owners_only),
        TEST(accepts_all_servers_where_the_host_is_an_owner),
        TEST(forgets_nothing_for_a_server_that_is_no_owner),
        TEST(takes_off_the_owner_that_leaves),
        TEST(keeps_on_what_any_owner_wants_on),
        TEST(gives_the_place_of_a_server_that_left_to_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
