/* SPDX-License-Identifier: MIT */
/* NULL for each pointer of the public functions of the two ends. */
#include <string.h>

#include "msk/mgvf_uicc.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "null_suite.h"
#include "office.h"

static struct office o;
static uint8_t octets[MSK_SUBSCRIBER_PACKED_MAX];
static uint8_t memory[MSK_OUTBOX_SIZE];
static size_t len;
static struct msk_group_id group = { { 1, 2, 3 }, 4 };
static struct msk_bytes view, other, none;

/* --- the records of the BM-SC -------------------------------------------- */

NULL_INT(msk_subscriber_init, p[0], p[1])
NULL_INT(msk_subscriber_pack, p[0], p[1], sizeof octets, p[2])
NULL_INT(msk_subscriber_unpack, p[0], view)
NULL_VOID(msk_subscriber_wipe, p[0])
NULL_VIEW(msk_subscriber_btid, p[0])
NULL_VIEW(msk_subscriber_old_btid, p[0])
NULL_VIEW(msk_subscriber_id, p[0])
NULL_VIEW(msk_subscriber_address, p[0])
NULL_INT(msk_subscriber_expires, p[0])
NULL_INT(msk_subscriber_age, p[0])
NULL_INT(msk_subscriber_member, p[0], p[1])
NULL_INT(msk_subscriber_groups, p[0], p[1], 1)
NULL_INT(msk_subscriber_due, p[0])
NULL_INT(msk_subscriber_join, p[0], p[1])
NULL_VOID(msk_subscriber_part, p[0], p[1])
NULL_VOID(msk_subscriber_reauth, p[0])
NULL_VOID(msk_subscriber_rebootstrap, p[0])
NULL_INT(msk_subscriber_rebind, p[0], p[1])

static void
says_so_of_subscribers(void **state)
{
    struct msk_subscriber s;
    struct msk_subscriber_config config = { .size = sizeof config,
                                            .btid = chars("b"),
                                            .id = chars("i"),
                                            .muk = chars("m"),
                                            .mrk = chars("r"),
                                            .expires = 1000 };
    const struct null_call call[] = {
        REFUSES(msk_subscriber_init, 0, &s, &config),
        REFUSES(msk_subscriber_pack, 0, &s, octets, &len),
        REFUSES(msk_subscriber_unpack, 0, &s),
        SAYS(msk_subscriber_btid, 0, &s),
        SAYS(msk_subscriber_old_btid, 0, &s),
        SAYS(msk_subscriber_id, 0, &s),
        SAYS(msk_subscriber_address, 0, &s),
        SAYS(msk_subscriber_expires, 0, &s),
        SAYS(msk_subscriber_age, 0, &s),
        SAYS(msk_subscriber_member, false, &s, &group),
        SAYS(msk_subscriber_groups, 0, &s, &group),
        SAYS(msk_subscriber_due, (long long)MSK_NEVER, &s),
        REFUSES(msk_subscriber_join, 0, &s, &group),
        SAYS(msk_subscriber_part, 0, &s, &group),
        SAYS(msk_subscriber_reauth, 0, &s),
        SAYS(msk_subscriber_rebootstrap, 0, &s),
        REFUSES(msk_subscriber_rebind, 0, &s, &config),
        SAYS(msk_subscriber_wipe, 0, &s),
    };

    (void)state;
    assert_int_equal(msk_subscriber_init(&s, &config), MSK_OK);
    assert_int_equal(msk_subscriber_pack(&s, octets, sizeof octets, &len),
                     MSK_OK);
    view = exact(octets, len);
    null_check(call, sizeof call / sizeof call[0]);
}

NULL_INT(msk_key_group_init, p[0], p[1], p[2])
NULL_INT(msk_key_group_pack, p[0], p[1], sizeof octets, p[2])
NULL_INT(msk_key_group_unpack, p[0], view)
NULL_VOID(msk_key_group_wipe, p[0])
NULL_VOID(msk_key_group_current, p[0], p[1])
NULL_INT(msk_key_group_streaming, p[0])
NULL_VOID(msk_key_group_secrets, p[0], p[1], p[2])
NULL_INT(msk_key_group_get, p[0], MSK_ROLE_CURRENT, p[1])
NULL_INT(msk_key_group_rekey, p[0], p[1])
NULL_INT(msk_key_group_prepare, p[0], p[1], p[2])
NULL_INT(msk_key_group_switch, p[0])
NULL_INT(msk_key_group_reserve, p[0], 1)

static void
says_so_of_key_groups(void **state)
{
    struct msk_key_group g;
    struct msk_key_id id;
    struct msk_key_group_msk msk = { .size = sizeof msk };
    struct msk_key_group_config config = { .size = sizeof config,
                                           .id = { { 1, 2, 3 }, 4, 5 } };
    struct msk_key_group_next next = { .size = sizeof next,
                                       .number = 9,
                                       .msk = chars("sixteen octets.."),
                                       .rand = chars("octets: sixteen.") };
    const struct null_call call[] = {
        REFUSES(msk_key_group_init, 0, &g, &config, &o.random),
        REFUSES(msk_key_group_pack, 0, &g, octets, &len),
        REFUSES(msk_key_group_unpack, 0, &g),
        SAYS(msk_key_group_current, 0, &g, &id),
        SAYS(msk_key_group_streaming, false, &g),
        SAYS(msk_key_group_secrets, 0, &g, &view, &other),
        SAYS(msk_key_group_get, false, &g, &msk),
        REFUSES(msk_key_group_rekey, 0, &g, &o.random),
        REFUSES(msk_key_group_prepare, 6, &g, &next, &o.random),
        REFUSES(msk_key_group_switch, 0, &g),
        REFUSES(msk_key_group_reserve, 0, &g),
        SAYS(msk_key_group_wipe, 0, &g),
    };

    (void)state;
    office_start(&o, MSK_LAYOUT_CSB, NULL);
    assert_int_equal(msk_key_group_init(&g, &config, &o.random), MSK_OK);
    assert_int_equal(msk_key_group_pack(&g, octets, sizeof octets, &len),
                     MSK_OK);
    view = exact(octets, len);
    null_check(call, sizeof call / sizeof call[0]);
}

/* --- the BM-SC ----------------------------------------------------------- */

NULL_INT(msk_outbox_size, p[0])
NULL_INT(msk_outbox_init, p[0], p[1], sizeof memory, p[2])
NULL_INT(msk_outbox_next, p[0], p[1])
NULL_INT(msk_bmsc_init, p[0], p[1], sizeof memory, p[2])
NULL_VOID(msk_bmsc_wipe, p[0])
NULL_INT(msk_bmsc_answer, p[0], &o, p[1], p[2], none, 1000, p[3])
NULL_INT(msk_bmsc_ack_btid, p[0], view, p[1])
NULL_INT(msk_bmsc_take_ack, p[0], &o, p[1], view, 1000, p[2])
NULL_INT(msk_bmsc_push, p[0], &o, p[1], p[2], 1000, p[3])
NULL_INT(msk_bmsc_push_msk, p[0], &o, p[1], p[2], MSK_ROLE_CURRENT, 1000, p[3])
NULL_INT(msk_bmsc_pull, p[0], &o, p[1], p[2], 1000, p[3])
NULL_INT(msk_bmsc_timer, p[0], &o, p[1], 1000, p[2])
NULL_INT(msk_bmsc_make_mtk, p[0], p[1], p[2], p[3], sizeof octets, p[4])
NULL_VOID(msk_pacer_init, p[0], 1, 1, 0)
NULL_INT(msk_pacer_take, p[0], 1)

static void
says_so_of_the_bmsc(void **state)
{
    struct msk_pacer pacer = { 1, 1, 0, 0 };
    struct msk_http_request request = { .size = sizeof request,
                                        .method = chars("POST"),
                                        .target = chars("/") };
    struct msk_bmsc_effect effect = { .size = sizeof effect };
    struct msk_outbox_limits limits = { .size = sizeof limits, .messages = 1 };
    struct msk_outbox *outbox;
    struct msk_bmsc *made;
    struct msk_bmsc_mtk mtk = { .size = sizeof mtk,
                                .key = chars("sixteen octets..") };
    void *b;
    struct msk_key_group *g;

    (void)state;
    office_start(&o, MSK_LAYOUT_CSB, NULL);
    g = office_group(&o, 0x18CF, false);
    b = (void *)(uintptr_t)o.bmsc;
    {
        const struct null_call call[] = {
            SAYS(msk_outbox_size, 0, &limits),
            REFUSES(msk_outbox_init, 4, &outbox, memory, &limits),
            SAYS(msk_outbox_next, false, o.outbox, &effect),
            REFUSES(msk_bmsc_init, 0, &made, memory, &o.config),
            SAYS(msk_bmsc_wipe, 0, memory),
            REFUSES(msk_bmsc_answer, 2, b, &o.subscriber, &request, o.outbox),
            REFUSES(msk_bmsc_ack_btid, 0, b, &view),
            REFUSES(msk_bmsc_take_ack, 0, b, &o.subscriber, o.outbox),
            REFUSES(msk_bmsc_push, 0, b, &o.subscriber, g, o.outbox),
            REFUSES(msk_bmsc_push_msk, 0, b, &o.subscriber, g, o.outbox),
            REFUSES(msk_bmsc_pull, 0, b, &o.subscriber, g, o.outbox),
            REFUSES(msk_bmsc_timer, 0, b, &o.subscriber, o.outbox),
            REFUSES(msk_bmsc_make_mtk, 0, b, g, &mtk, octets, &len),
            SAYS(msk_pacer_init, 0, &pacer),
            SAYS(msk_pacer_take, 0, &pacer),
        };

        view = chars("no acknowledgement");
        null_check(call, sizeof call / sizeof call[0]);
    }
}

/* --- the UE -------------------------------------------------------------- */

NULL_INT(msk_mgvf_init, p[0], p[1], sizeof memory, p[2])
NULL_INT(msk_mgvf_uicc_init, p[0], p[1], sizeof memory, p[2])
NULL_INT(msk_mgvf_uicc_status, p[0])
NULL_INT(msk_mgvf_process, p[0], p[1], p[2])
NULL_INT(msk_mgvf_complete, p[0], 1, MSK_OK, p[1])
NULL_INT(msk_mgvf_set_muk, p[0], p[1])
NULL_INT(msk_mgvf_allow, p[0], none, p[1], MSK_REQUIRE_BOTH)
NULL_INT(msk_mgvf_forget, p[0], none, p[1])
NULL_INT(msk_mgvf_forget_all, p[0])
NULL_VOID(msk_mgvf_wipe, p[0])
NULL_INT(msk_mgvf_import_msk, p[0], p[1])
NULL_INT(msk_mgvf_held, p[0], p[1], p[2])
NULL_INT(msk_mgvf_released, p[0], p[1], p[2])

static int
no_card(void *user, uint32_t token, struct msk_bytes command,
        struct msk_card_answer *answer)
{
    (void)user;
    (void)token;
    (void)command;
    (void)answer;
    return MSK_ERR_CARD;
}

static void
says_so_of_the_mgvf(void **state)
{
    struct msk_mgvf *made, wiped = { NULL, 0 };
    struct msk_mgvf_config config = { .size = sizeof config };
    struct msk_mgvf_input input = { .size = sizeof input,
                                    .layout = MSK_LAYOUT_CSB };
    struct msk_mgvf_result result = { .size = sizeof result };
    struct msk_muk muk = { .size = sizeof muk,
                           .fqdn = chars("b"),
                           .btid = chars("t"),
                           .key = chars("k") };
    struct msk_import import = { .size = sizeof import,
                                 .id = { { 1, 2, 3 }, 4, 5 },
                                 .key = chars("sixteen octets.."),
                                 .rand = chars("r"),
                                 .seq_high = 9 };
    struct msk_held held = { .size = sizeof held };
    struct msk_released released = { .size = sizeof released };

    struct msk_card card = { .size = sizeof card, .transmit = no_card };
    struct msk_card_group groups[1];
    struct msk_mgvf_uicc_config uicc = {
        .size = sizeof uicc, .card = &card, .groups = groups, .n_groups = 1
    };

    (void)state;
    office_start(&o, MSK_LAYOUT_CSB, NULL);
    config.crypto = &o.chip.crypto.crypto;
    config.store = &o.chip.store.store;
    {
        void *m = o.chip.mgvf;
        const struct null_call call[] = {
            REFUSES(msk_mgvf_init, 0, &made, memory, &config),
            REFUSES(msk_mgvf_uicc_init, 0, &made, memory, &uicc),
            SAYS(msk_mgvf_uicc_status, 0, m),
            SAYS(msk_mgvf_wipe, 0, &wiped),
            REFUSES(msk_mgvf_process, 4, m, &input, &result),
            REFUSES(msk_mgvf_complete, 2, m, &result),
            REFUSES(msk_mgvf_set_muk, 0, m, &muk),
            REFUSES(msk_mgvf_allow, 0, m, &group),
            REFUSES(msk_mgvf_forget, 0, m, &group),
            REFUSES(msk_mgvf_import_msk, 0, m, &import),
            REFUSES(msk_mgvf_held, 0, m, &group, &held),
            REFUSES(msk_mgvf_released, 0, m, &group, &released),
            REFUSES(msk_mgvf_forget_all, 0, m),
        };

        null_check(call, sizeof call / sizeof call[0]);
    }
}

NULL_INT(msk_ue_size, p[0])
NULL_INT(msk_ue_init, p[0], p[1], sizeof memory, p[2], NULL)
NULL_VOID(msk_ue_wipe, p[0])
NULL_INT(msk_ue_set_keys, p[0], p[1], 0)
NULL_INT(msk_ue_start, p[0], p[1], 0)
NULL_INT(msk_ue_stop, p[0], chars("s"), 0)
NULL_INT(msk_ue_request, p[0], p[1], 1, 0)
NULL_INT(msk_ue_missed, p[0], chars("s"), chars("f"), chars("123456"), 0)
NULL_INT(msk_ue_receive, p[0], view, none, 0)
NULL_INT(msk_ue_take_response, p[0], p[1], 0)
NULL_INT(msk_ue_due, p[0], 0)
NULL_INT(msk_ue_timer, p[0], 0)
NULL_INT(msk_ue_complete, p[0], 1, MSK_OK, 0)
NULL_INT(msk_ue_next, p[0], p[1])

static void
says_so_of_the_ue(void **state)
{
    struct msk_ue *ue;
    struct msk_ue_config config = { .size = sizeof config,
                                    .layout = MSK_LAYOUT_CSB,
                                    .fqdn = chars("b"),
                                    .limits = { 1, 1 } };
    struct msk_ue_keys keys = { .size = sizeof keys,
                                .btid = chars("t"),
                                .muk = chars("k") };
    struct msk_bytes server = chars("http://b");
    struct msk_flow flow = { .id = chars("f"), .group = { { 0, 0, 0 }, 6 } };
    struct msk_service service = { .size = sizeof service,
                                   .id = chars("s"),
                                   .servers = &server,
                                   .n_servers = 1,
                                   .flows = &flow,
                                   .n_flows = 1 };
    struct msk_key_id id = { { 1, 2, 3 }, 4, 0 };
    struct msk_http_response response = { .size = sizeof response };
    const struct msk_ue_hooks hooks = { .size = sizeof hooks };
    struct msk_ue_effect effect = { .size = sizeof effect };

    (void)state;
    office_start(&o, MSK_LAYOUT_CSB, NULL);
    config.crypto = &o.chip.crypto.crypto;
    config.mgvf = o.chip.mgvf;
    config.hooks = &hooks;
    assert_int_equal(msk_ue_init(&ue, memory, sizeof memory, &config, NULL),
                     MSK_OK);
    {
        const struct null_call call[] = {
            SAYS(msk_ue_size, 0, &config.limits),
            REFUSES(msk_ue_init, 0, &ue, memory, &config),
            REFUSES(msk_ue_set_keys, 0, ue, &keys),
            REFUSES(msk_ue_start, 0, ue, &service),
            REFUSES(msk_ue_stop, 0, ue),
            REFUSES(msk_ue_request, 0, ue, &id),
            REFUSES(msk_ue_missed, 0, ue),
            REFUSES(msk_ue_receive, 0, ue),
            REFUSES(msk_ue_take_response, 2, ue, &response),
            SAYS(msk_ue_due, (long long)MSK_NEVER, ue),
            REFUSES(msk_ue_timer, 0, ue),
            REFUSES(msk_ue_complete, 0, ue),
            SAYS(msk_ue_next, false, ue, &effect),
            SAYS(msk_ue_wipe, 0, ue),
        };

        view = chars("no message");
        null_check(call, sizeof call / sizeof call[0]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(says_so_of_subscribers, release),
        cmocka_unit_test_teardown(says_so_of_key_groups, release),
        cmocka_unit_test_teardown(says_so_of_the_bmsc, release),
        cmocka_unit_test_teardown(says_so_of_the_mgvf, release),
        cmocka_unit_test_teardown(says_so_of_the_ue, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
