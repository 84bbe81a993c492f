/* SPDX-License-Identifier: MIT */
/* Authorisation holds for one request or one push; and what a UE gets of the
 * previous, the current and the next MSK. Decisions 30 and 33. */
#include <string.h>

#include "bmsc/subscriber.h"
#include "visit.h"

#define GROUP 0x18CF
#define OTHER 0x18D0

static struct office o;
static struct visit v;

#define IN_BOTH_LAYOUTS \
    for (int layout = 1; layout <= 2; layout++, release(NULL))

static void
start(int layout, void (*change)(struct msk_bmsc_config *config))
{
    office_start(&o, (enum msk_layout)layout, change);
    visit_start(&v, &o);
}

static void
without_acks(struct msk_bmsc_config *c)
{
    c->acks = MSK_ACK_NONE;
}

static void
registered(struct msk_bmsc_config *c)
{
    c->registration = true;
}

static void
registered_without_acks(struct msk_bmsc_config *c)
{
    c->registration = true;
    c->acks = MSK_ACK_NONE;
}

static void
without_authorise(struct msk_bmsc_config *c)
{
    c->authorise = NULL;
}

static void
never(struct msk_bmsc_config *c)
{
    c->never_push = true;
}

static void
never_but_registered(struct msk_bmsc_config *c)
{
    c->never_push = true;
    c->registration = true;
}

static bool
is_member(uint16_t group)
{
    return msk_subscriber_member(&o.subscriber, GROUP_ID(chip_domain, group));
}

static void
take_and_acknowledge(void)
{
    assert_int_equal(o.sent, 1);
    assert_int_equal(office_arrives(&o, 0), MSK_OK);
    assert_int_equal(office_ack(&o, o.ack), MSK_OK);
    assert_int_equal(o.delivered, 1);
}

/* --- who may have it ----------------------------------------------------- */

static void
check_refused(void)
{
    assert_int_equal(o.parted, 1);
    assert_int_equal(o.why, MSK_PARTED_REFUSED);
    assert_int_equal(o.sent + o.gave_up, 0);
    assert_false(is_member(GROUP));
    assert_true(msk_subscriber_member(&o.subscriber,
                                      GROUP_ID(office_twin_domain, GROUP)));
    assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
}

/* A UE that lost its authorisation and asks, is pushed to, is to be sent the
 * same again, or has its turn at last. */
static void
ends_the_membership_with_the_authorisation(void **state)
{
    static void (*const modes[])(struct msk_bmsc_config *) = { NULL,
                                                               registered };

    (void)state;
    for (size_t mode = 0; mode < 2; mode++)
        for (int how = 0; how < 5; how++)
            IN_BOTH_LAYOUTS
            {
                struct msk_bytes ack;

                start(layout, modes[mode]);
                office_group(&o, GROUP, false);
                office_group(&o, OTHER, false);
                o.odd_group = GROUP;
                o.odd_answer = MSK_PERMISSION_REFUSED;
                switch (how) {
                case 0: assert_int_equal(visit_code(&v, GROUP), 403); break;
                case 1:
                    assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
                    break;
                case 2: /* it is sent again */
                    o.odd_answer = MSK_PERMISSION_GRANTED;
                    assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
                    assert_int_equal(o.sent, 1);
                    o.odd_answer = MSK_PERMISSION_REFUSED;
                    o.now = msk_subscriber_due(&o.subscriber);
                    assert_int_equal(office_timer(&o), MSK_OK);
                    break;
                case 3: /* it waited for another one */
                    assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
                    assert_int_equal(office_arrives(&o, 0), MSK_OK);
                    ack = o.ack;
                    o.odd_answer = MSK_PERMISSION_GRANTED;
                    assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
                    assert_int_equal(o.sent, 0);
                    o.odd_answer = MSK_PERMISSION_REFUSED;
                    assert_int_equal(office_ack(&o, ack), MSK_OK);
                    break;
                default: /* another one is pushed, and this one is due */
                    o.odd_answer = MSK_PERMISSION_GRANTED;
                    assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
                    o.odd_answer = MSK_PERMISSION_REFUSED;
                    o.now = msk_subscriber_due(&o.subscriber);
                    assert_int_equal(office_pull(&o, &o.group[1]), MSK_OK);
                    assert_int_equal(office_timer(&o), MSK_OK);
                    break;
                }
                check_refused();
            }
}

/* Once for each item of a request, and once more for each message of its own;
 * the answer holds for one call. */
static void
asks_for_each_request_and_each_message(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, NULL);
        office_group_alone(&o, GROUP, false);
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_int_equal(o.questions, 1);
        assert_int_equal(visit_code(&v, GROUP), 200);
        assert_int_equal(o.questions, 2);
        take_and_acknowledge();
        assert_int_equal(o.questions, 2);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        assert_int_equal(o.questions, 3);
        for (size_t i = 0; i < 2; i++) {
            o.now = msk_subscriber_due(&o.subscriber);
            assert_int_equal(office_timer(&o), MSK_OK);
            assert_int_equal(o.sent, 1);
            assert_int_equal(o.questions, 4 + i);
        }
        assert_int_equal(office_pull(&o, &o.group[0]), MSK_OK);
        assert_int_equal(o.questions, 5); /* a pull brings no MSK */
    }
}

/* A no for now is no leave for what waits; and leave does not outlive a call,
 * also in a record that was never stored. */
static void
takes_no_answer_for_more_than_it_was_given_for(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, NULL);
        office_group(&o, GROUP, false);
        office_group(&o, OTHER, false);
        assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        assert_int_equal(o.sent, 0);
        o.now += 1000;
        o.answer = MSK_PERMISSION_NOT_NOW;
        assert_int_equal(visit_code(&v, GROUP), 503);
        assert_int_equal(o.sent, 0);
        assert_true(is_member(GROUP));
        start(layout, without_acks);
        office_group(&o, GROUP, false);
        for (size_t i = 1; i <= 3; i++) {
            assert_int_equal(msk_bmsc_push(o.bmsc, &o, &o.subscriber,
                                           &o.group[0], o.now, o.outbox),
                             MSK_OK);
            assert_int_equal(o.questions, i);
        }
    }
}

static void
pushes_to_members_without_authorise(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, without_authorise);
        office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        take_and_acknowledge();
        assert_int_equal(o.questions, 0);
    }
}

/* The question is open: the push is called again; nothing has changed. */
static void
pushes_nothing_while_the_question_is_open(void **state)
{
    static const struct {
        enum msk_permission answer;
        int want;
    } answers[] = { { MSK_PERMISSION_PENDING, MSK_PENDING },
                    { MSK_PERMISSION_NOT_NOW, MSK_ERR_REFUSED },
                    { (enum msk_permission)6, MSK_ERR_REFUSED },
                    { (enum msk_permission)0, MSK_ERR_REFUSED },
                    { (enum msk_permission) - 5, MSK_ERR_REFUSED } };

    (void)state;
    for (size_t i = 0; i < 5; i++)
        IN_BOTH_LAYOUTS
        {
            struct msk_bytes before;

            start(layout, NULL);
            office_group(&o, GROUP, false);
            before = office_packed(&o);
            o.answer = answers[i].answer;
            assert_int_equal(office_push(&o, &o.group[0]), answers[i].want);
            check_octets("record", office_packed(&o), before);
            o.answer = MSK_PERMISSION_GRANTED;
            assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
            take_and_acknowledge();
        }
}

/* 204: there is no MSK for this UE; it stays a member. */
static void
pushes_nothing_where_the_host_says_that_there_is_none(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, NULL);
        office_group(&o, GROUP, false);
        o.answer = MSK_PERMISSION_NO_MSK;
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        assert_int_equal(o.effects, 0);
        o.answer = MSK_PERMISSION_GRANTED;
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        assert_int_equal(o.sent, 1);
        o.answer = MSK_PERMISSION_NO_MSK;
        o.now = msk_subscriber_due(&o.subscriber);
        assert_int_equal(office_timer(&o), MSK_OK);
        assert_int_equal(o.effects, 0);
        assert_true(is_member(GROUP));
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* A service whose group is refused is refused, and that group is lost. */
static void
ends_what_a_service_may_have_no_more(void **state)
{
    struct msk_body_item item = visit_service("s:18CF,18D0");

    (void)state;
    start(MSK_LAYOUT_KEYID, registered_without_acks);
    office_group_alone(&o, GROUP, false);
    office_group_alone(&o, OTHER, false);
    assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, &item, 1), MSK_OK);
    assert_int_equal(v.item[0].code, 200);
    o.odd_group = GROUP;
    o.odd_answer = MSK_PERMISSION_REFUSED;
    assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, &item, 1), MSK_OK);
    assert_int_equal(v.item[0].code, 403);
    assert_int_equal(o.parted, 1);
    assert_int_equal(o.why, MSK_PARTED_REFUSED);
    assert_int_equal(o.sent, 0);
    assert_true(!is_member(GROUP) && is_member(OTHER));
    /* The UE is told so, too, and why it ends when it leaves. */
    assert_int_equal(visit_code(&v, GROUP), 403);
    assert_int_equal(visit(&v, MSK_PROCEDURE_DEREGISTER, &item, 1), MSK_OK);
    assert_int_equal(o.parted, 1);
    assert_int_equal(o.why, MSK_PARTED_LEFT);
}

static void
says_why_a_silent_ue_is_no_member(void **state)
{
    (void)state;
    start(MSK_LAYOUT_CSB, NULL);
    office_group(&o, GROUP, false);
    o.now = 1000000000; /* the MUK has expired */
    for (int i = 1; i <= 3; i++)
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
    assert_int_equal(o.parted, 1);
    assert_int_equal(o.why, MSK_PARTED_SILENT);
}

/* --- previous, current, next --------------------------------------------- */

/* Current first, then the next: of the two that a UE holds, both are good. */
static void
gives_a_new_member_the_current_msk_and_then_the_next(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int by_service = 0; by_service < 2; by_service++) {
        struct msk_body_item item = visit_service("s:18CF,18D0");

        start(layout, by_service ? registered_without_acks : without_acks);
        for (uint16_t g = GROUP; g <= OTHER; g++)
            assert_int_equal(
                msk_key_group_prepare(office_group_alone(&o, g, false), NULL,
                                      &o.random),
                MSK_OK);
        if (by_service) {
            assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, &item, 1),
                             MSK_OK);
            assert_int_equal(o.sent, 4);
        } else {
            assert_int_equal(visit_code(&v, GROUP), 200);
            assert_int_equal(o.sent, 2);
        }
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(o.id[i].group, GROUP);
            assert_int_equal(o.id[i].number, 1 + i);
            assert_int_equal(office_arrives(&o, i), MSK_OK);
        }
        check_held(&o.chip, GROUP, "2 0..65534 -, 1 0..65534 -");
    }
}

/* Pushed hours before, then switched to: nothing of it is sent again, and an
 * MTK under it is taken at once. */
static void
switches_to_what_was_pushed_ahead(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        uint8_t key[16] = { 7 }, buf[MSK_MIKEY_MAX];
        struct msk_bmsc_mtk mtk = { .size = sizeof mtk, .key = { key, 16 } };
        struct msk_key_group *g;
        size_t n;

        start(layout, NULL);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        take_and_acknowledge();
        assert_int_equal(office_push_msk(&o, g, MSK_ROLE_NEXT), MSK_ERR_STATE);
        assert_int_equal(msk_key_group_prepare(g, NULL, &o.random), MSK_OK);
        assert_int_equal(office_push_msk(&o, g, MSK_ROLE_NEXT), MSK_OK);
        assert_int_equal(o.id[0].number, 2);
        take_and_acknowledge();
        assert_int_equal(msk_key_group_reserve(g, 2), MSK_OK);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(
                msk_bmsc_make_mtk(o.bmsc, g, &mtk, buf, sizeof buf, &n),
                MSK_OK);
            assert_int_equal(mtk.mtk_id, i + 1);
            assert_int_equal(chip_receive(&o.chip, exact(buf, n)), MSK_OK);
            if (i == 0)
                continue;
            assert_int_equal(msk_key_group_switch(g), MSK_OK);
            assert_int_equal(msk_key_group_reserve(g, 1), MSK_OK);
            assert_int_equal(
                msk_bmsc_make_mtk(o.bmsc, g, &mtk, buf, sizeof buf, &n),
                MSK_OK);
            assert_int_equal(mtk.mtk_id, 1);
            assert_int_equal(chip_receive(&o.chip, exact(buf, n)), MSK_OK);
        }
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
        assert_int_equal(office_timer(&o), MSK_OK);
        assert_int_equal(o.effects, 0);
        check_held(&o.chip, GROUP, "2 1..65534 1, 1 2..65534 2");
    }
}

/* It is on its way when it becomes the current one: it goes on as it was. */
static void
goes_on_with_the_next_msk_when_it_is_switched_to(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;
        struct msk_bytes first, ack;

        start(layout, NULL);
        g = office_group(&o, GROUP, false);
        assert_int_equal(msk_key_group_prepare(g, NULL, &o.random), MSK_OK);
        assert_int_equal(office_push_msk(&o, g, MSK_ROLE_NEXT), MSK_OK);
        first = o.message[0];
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        ack = o.ack;
        assert_int_equal(msk_key_group_switch(g), MSK_OK);
        o.now = msk_subscriber_due(&o.subscriber);
        assert_int_equal(office_timer(&o), MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_int_equal(o.id[0].number, 2);
        assert_memory_equal(o.message[0].p + 4, first.p + 4, 4); /* CSB ID */
        assert_int_equal(office_ack(&o, ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* Pushing the next one does not end a delivery of the current one; pushing a
 * newer current one ends all before it. */
static void
delivers_the_current_and_the_next_side_by_side(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;
        struct msk_bytes ack;

        start(layout, NULL);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        ack = o.ack;
        assert_int_equal(msk_key_group_prepare(g, NULL, &o.random), MSK_OK);
        assert_int_equal(office_push_msk(&o, g, MSK_ROLE_NEXT), MSK_OK);
        assert_int_equal(o.sent, 0);
        assert_int_equal(office_ack(&o, ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
        assert_int_equal(o.id[0].number, 2);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, GROUP, "2 0..65534 -, 1 0..65534 -");
        ack = o.ack;
        assert_int_equal(msk_key_group_rekey(g, &o.random), MSK_OK);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_int_equal(o.id[0].number, 3);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, ack), MSK_ERR_NOT_MINE);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* A specific MSK: the three that the group has, and no other. In KEYID. */
static void
answers_for_each_of_the_three(void **state)
{
    static const struct {
        uint16_t number;
        int code;
    } asks[] = { { 1, 403 }, { 2, 200 }, { 3, 200 }, { 4, 200 }, { 5, 403 } };

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct msk_body_item item = visit_msk(GROUP, asks[i].number);
        struct msk_key_group *g;

        start(MSK_LAYOUT_KEYID, NULL);
        g = office_group(&o, GROUP, false);
        assert_int_equal(msk_key_group_rekey(g, &o.random), MSK_OK);
        assert_int_equal(msk_key_group_rekey(g, &o.random), MSK_OK);
        assert_int_equal(msk_key_group_prepare(g, NULL, &o.random), MSK_OK);
        assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, &item, 1),
                         MSK_OK);
        check_int("code", v.item[0].code, asks[i].code);
        if (asks[i].code == 403) {
            assert_int_equal(o.sent, 0);
            continue;
        }
        assert_int_equal(o.id[0].number, asks[i].number);
        /* Asked for by its number it is sent again as well. */
        o.now = msk_subscriber_due(&o.subscriber);
        assert_int_equal(office_timer(&o), MSK_OK);
        assert_int_equal(o.id[0].number, asks[i].number);
        take_and_acknowledge();
        assert_int_equal(o.sent, 0);
        release(NULL);
    }
}

/* Three at once, of one group; a push of the current one does not end what was
 * asked for. */
static void
delivers_all_three_of_a_group(void **state)
{
    struct msk_body_item items[3] = { visit_msk(GROUP, 1), visit_msk(GROUP, 3),
                                      visit_msk(GROUP, 2) };
    static const uint16_t numbers[] = { 1, 3, 2 };
    struct msk_key_group *g;

    (void)state;
    start(MSK_LAYOUT_KEYID, NULL);
    g = office_group(&o, GROUP, false);
    assert_int_equal(msk_key_group_rekey(g, &o.random), MSK_OK);
    assert_int_equal(msk_key_group_prepare(g, NULL, &o.random), MSK_OK);
    assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, items, 3), MSK_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(v.item[i].code, 200);
    for (size_t i = 0; i < 3; i++) {
        struct msk_bytes ack;

        assert_int_equal(o.sent, 1);
        assert_int_equal(o.id[0].number, numbers[i]);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        ack = o.ack;
        if (i == 0) /* the current one is on its way already */
            assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(o.sent, i == 0 ? 0 : 1);
        assert_int_equal(msk_sub_at(&o.subscriber)->n_deliveries, 3 - i);
        assert_int_equal(office_ack(&o, ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
    }
    assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    check_held(&o.chip, GROUP, "2 0..65534 -, 3 0..65534 -");
}

/* --- never pushing ------------------------------------------------------- */

/* TS 33.246 6.3.1 */
static void
pushes_nothing_when_it_is_told_never_to(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item item = visit_service("s:18CF");

        start(layout, never);
        office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_ERR_STATE);
        assert_int_equal(visit_code(&v, GROUP), 200);
        take_and_acknowledge();
        assert_int_equal(office_pull(&o, &o.group[0]), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
        start(layout, never_but_registered);
        office_group_alone(&o, GROUP, false);
        assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, &item, 1), MSK_OK);
        assert_int_equal(v.item[0].code, 200);
        assert_int_equal(o.sent, 0);
        assert_int_equal(visit_code(&v, GROUP), 200);
        take_and_acknowledge();
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, release)
    const struct CMUnitTest tests[] = {
        TEST(ends_the_membership_with_the_authorisation),
        TEST(asks_for_each_request_and_each_message),
        TEST(takes_no_answer_for_more_than_it_was_given_for),
        TEST(pushes_to_members_without_authorise),
        TEST(pushes_nothing_while_the_question_is_open),
        TEST(pushes_nothing_where_the_host_says_that_there_is_none),
        TEST(ends_what_a_service_may_have_no_more),
        TEST(says_why_a_silent_ue_is_no_member),
        TEST(gives_a_new_member_the_current_msk_and_then_the_next),
        TEST(switches_to_what_was_pushed_ahead),
        TEST(goes_on_with_the_next_msk_when_it_is_switched_to),
        TEST(delivers_the_current_and_the_next_side_by_side),
        TEST(answers_for_each_of_the_three),
        TEST(delivers_all_three_of_a_group),
        TEST(pushes_nothing_when_it_is_told_never_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
