/* SPDX-License-Identifier: MIT */
/* MSKs on their way: queued, sent, sent again, acknowledged, given up. */
#include <string.h>

#include "bmsc/delivery.h"
#include "bmsc/key_group.h"
#include "visit.h"

#define GROUP 0x18CF

static struct office o;
static struct visit v;

#define IN_BOTH_LAYOUTS \
    for (int layout = 1; layout <= 2; layout++, release(NULL))

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
start(int layout)
{
    office_start(&o, (enum msk_layout)layout, NULL);
}

static uint32_t
counter_of(size_t i)
{
    struct msk_message m;

    assert_int_equal(msk_message_read(o.config.layout, o.message[i], &m, NULL),
                     MSK_OK);
    return m.counter;
}

static void
delivers_and_is_acknowledged(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, true);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, GROUP, "1 0..65534 -");
        assert_true(o.ack.n > 0);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
        assert_int_equal(office_ack(&o, o.ack), MSK_ERR_NOT_MINE);
    }
}

static void
takes_no_acknowledgement_without_the_key_group(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, true);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        o.n_groups = 0;
        assert_int_equal(office_ack(&o, o.ack), MSK_ERR_NOT_MINE);
        o.n_groups = 1;
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
    }
}

static void
sends_again_with_a_new_counter_and_the_same_csb_id(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;
        struct msk_bytes first;
        msk_time waited, last = 0;

        start(layout);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        first = o.message[0];
        for (uint32_t i = 1; i <= 4; i++) {
            waited = msk_subscriber_due(&o.subscriber) - o.now;
            assert_true(waited >= 1500u << (i - 1));
            assert_true(waited <= 2500u << (i - 1));
            assert_true(waited > last || i == 1);
            last = waited;
            o.now += waited - 1;
            assert_int_equal(office_timer(&o), MSK_OK);
            assert_int_equal(o.sent, 0);
            o.now += 1;
            assert_int_equal(office_timer(&o), MSK_OK);
            assert_int_equal(o.sent, 1);
            assert_int_equal(counter_of(0), i + 1);
            assert_memory_equal(o.message[0].p + 4, first.p + 4, 4);
        }
        /* An answer to any of them completes it. */
        o.message[0] = first;
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
    }
}

/* Lets every timer run out until nothing is under way. */
static size_t
wait_in_vain(void)
{
    size_t sent = 0;

    for (int i = 0; i < 100; i++) {
        if (msk_subscriber_due(&o.subscriber) == MSK_NEVER)
            return sent;
        o.now = msk_subscriber_due(&o.subscriber);
        assert_int_equal(office_timer(&o), MSK_OK);
        sent += o.sent;
    }
    fail_msg("it never ends");
    return sent;
}

static void
gives_up_and_in_the_end_parts_a_silent_ue(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, false);
        for (int i = 1; i <= 3; i++) {
            assert_int_equal(office_push(&o, g), MSK_OK);
            assert_int_equal(wait_in_vain(), 4);
            assert_int_equal(o.gave_up, 1);
            assert_int_equal(o.parted, i == 3 ? 1 : 0);
        }
        assert_false(
            msk_subscriber_member(&o.subscriber, GROUP_ID(chip_domain, GROUP)));
        assert_int_equal(office_push(&o, g), MSK_ERR_REFUSED);
    }
}

static void
keeps_ues_that_registered_or_answer_now_and_then(void **state)
{
    struct msk_key_group *g;

    (void)state;
    office_start(&o, MSK_LAYOUT_KEYID, registered);
    g = office_group(&o, GROUP, false);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(office_push(&o, g), MSK_OK);
        wait_in_vain();
        assert_int_equal(o.parted, 0);
    }
    start(MSK_LAYOUT_CSB);
    g = office_group(&o, GROUP, false);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(office_push(&o, g), MSK_OK);
        if (i % 2 == 0) {
            wait_in_vain();
            assert_int_equal(o.parted, 0);
            continue;
        }
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
    }
}

static void
has_one_message_in_flight_with_acknowledgements(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout);
        for (uint16_t i = 0; i < 3; i++)
            office_group(&o, (uint16_t)(GROUP + i), false);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(office_push(&o, &o.group[i]), MSK_OK);
            assert_int_equal(o.sent, i == 0 ? 1 : 0);
            if (i == 0)
                assert_int_equal(office_arrives(&o, 0), MSK_OK);
        }
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(office_ack(&o, o.ack), MSK_OK);
            assert_int_equal(o.delivered, 1);
            assert_int_equal(o.sent, i < 2 ? 1 : 0);
            if (i < 2)
                assert_int_equal(office_arrives(&o, 0), MSK_OK);
        }
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* The number of the group that the message of the last call is of. */
static uint16_t
sent_group(void)
{
    assert_int_equal(o.sent, 1);
    return o.id[0].group;
}

/* Of two Key Groups with the same number in two domains each has its own. */
static void
delivers_to_the_group_of_the_domain(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int twin_first = 0; twin_first < 2; twin_first++) {
        struct msk_bytes ack = { NULL, 0 };

        start(layout);
        office_group(&o, GROUP, false);
        if (twin_first)
            assert_int_equal(office_push(&o, &o.twin[0]), MSK_OK);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        assert_int_equal(o.sent, twin_first ? 0 : 1);
        if (twin_first) { /* is not answered: the other one has its turn */
            o.now = msk_subscriber_due(&o.subscriber);
            assert_int_equal(office_timer(&o), MSK_OK);
        }
        assert_int_equal(o.sent, 1);
        assert_memory_equal(o.id[0].domain, chip_domain, 3);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, GROUP, "1 0..65534 -");
        ack = o.ack;
        if (!twin_first)
            assert_int_equal(office_push(&o, &o.twin[0]), MSK_OK);
        assert_int_equal(office_ack(&o, ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
        msk_subscriber_part(&o.subscriber, GROUP_ID(office_twin_domain, GROUP));
        assert_int_equal(office_push(&o, &o.twin[0]), MSK_ERR_REFUSED);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
    }
}

/* What is done to the one does nothing to the other that waits. */
static void
keeps_the_twin_of_a_group_that_is_pushed_or_left(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int leaves = 0; leaves < 2; leaves++) {
        start(layout);
        office_group(&o, GROUP, false);
        office_group(&o, GROUP + 1, false);
        assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
        assert_int_equal(office_push(&o, &o.twin[0]), MSK_OK);
        assert_int_equal(o.sent, 0);
        o.now += 1000;
        if (leaves) {
            msk_subscriber_part(&o.subscriber, GROUP_ID(chip_domain, GROUP));
            assert_int_equal(office_timer(&o), MSK_OK);
        } else { /* its numbers are others by now */
            for (int i = 0; i < 2; i++)
                assert_int_equal(msk_key_group_rekey(&o.group[0], &o.random),
                                 MSK_OK);
            assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        }
        assert_int_equal(sent_group(), GROUP);
        assert_memory_equal(o.id[0].domain, office_twin_domain, 3);
        assert_int_equal(o.id[0].number, 1);
    }
}

/* Two subscribers are sent the same MSK with the same counter. */
static void
takes_no_acknowledgement_of_another_subscriber(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_subscriber own;
        struct msk_key_group *g;
        struct msk_bytes ack;

        start(layout);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        ack = o.ack;
        own = o.subscriber;
        o.subscriber = o.other;
        o.who = "imsi-2";
        assert_int_equal(office_push(&o, g), MSK_ERR_REFUSED);
        assert_int_equal(
            msk_subscriber_join(&o.subscriber, GROUP_ID(chip_domain, GROUP)),
            MSK_OK);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_ack(&o, ack), MSK_ERR_NOT_MINE);
        o.subscriber = own;
        assert_int_equal(office_ack(&o, ack), MSK_OK);
    }
}

static void
wait_once(void)
{
    o.now = msk_subscriber_due(&o.subscriber);
    assert_int_equal(office_timer(&o), MSK_OK);
}

/* The first group is pushed and makes way once for the second; the UE's answer
 * to the first is returned. */
static struct msk_bytes
make_way(void)
{
    struct msk_bytes late;

    assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
    assert_int_equal(office_arrives(&o, 0), MSK_OK);
    late = o.ack;
    assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
    wait_once();
    assert_int_equal(sent_group(), GROUP + 1);
    return late;
}

/* The same when it was sent as often as it may be, for what the UE asks. */
static void
make_way_for_the_last_time(void)
{
    assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
    for (int i = 0; i < 4; i++)
        wait_once();
    assert_int_equal(sent_group(), GROUP);
    visit_start(&v, &o);
    assert_int_equal(visit_code(&v, GROUP + 1), 200);
    assert_int_equal(sent_group(), GROUP + 1);
    assert_int_equal(office_arrives(&o, 0), MSK_OK);
}

static void
start_with_two_groups(int layout)
{
    start(layout);
    office_group(&o, GROUP, false);
    office_group(&o, GROUP + 1, false);
}

/* A group to which the UE does not answer keeps no other one waiting for
 * longer than one interval; an answer that comes late is still one. */
static void
lets_others_go_first_while_no_answer_comes(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_bytes late;

        start_with_two_groups(layout);
        late = make_way();
        wait_once();
        assert_int_equal(sent_group(), GROUP);
        wait_once();
        assert_int_equal(sent_group(), GROUP + 1);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, late), MSK_OK);
        assert_int_equal(o.delivered, 1);
        assert_int_equal(o.sent, 0);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* What is new waits for as long as an answer is to be expected, not for the
 * longest of the intervals; what was sent keeps its own. */
static void
lets_a_new_msk_go_first_when_no_answer_is_expected_any_more(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        msk_time due;

        start_with_two_groups(layout);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        for (int i = 0; i < 3; i++)
            wait_once();
        due = msk_subscriber_due(&o.subscriber);
        assert_true(due - o.now > 10000);
        assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
        assert_int_equal(o.sent, 0);
        assert_true(msk_subscriber_due(&o.subscriber) - o.now <= 2500);
        wait_once();
        assert_int_equal(sent_group(), GROUP + 1);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(o.sent, 0);
        assert_true(msk_subscriber_due(&o.subscriber) == due);
        wait_once();
        assert_int_equal(sent_group(), GROUP);
    }
}

static void
gives_up_each_in_its_turn(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        size_t sent[2] = { 1, 0 }, gave_up = 0;

        start_with_two_groups(layout);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(office_push(&o, &o.group[i]), MSK_OK);
        while (msk_subscriber_due(&o.subscriber) != MSK_NEVER) {
            wait_once();
            gave_up += o.gave_up;
            for (size_t i = 0; i < o.sent; i++)
                sent[o.id[i].group - GROUP]++;
        }
        assert_int_equal(sent[0], 5);
        assert_int_equal(sent[1], 5);
        assert_int_equal(gave_up, 2);
    }
}

/* It was sent as often as it may be, then made way for what the UE asked for:
 * its turn is its end. Unless the UE asks for it. */
static void
gives_up_what_made_way_for_the_last_time(void **state)
{
    (void)state;
    for (int asks = 0; asks < 2; asks++, release(NULL)) {
        start_with_two_groups(MSK_LAYOUT_KEYID);
        make_way_for_the_last_time();
        if (asks) {
            struct msk_bytes ack = o.ack;

            assert_int_equal(visit_code(&v, GROUP), 200);
            assert_int_equal(sent_group(), GROUP);
            assert_int_equal(office_ack(&o, ack), MSK_OK);
            assert_int_equal(o.gave_up, 0);
        } else {
            assert_int_equal(office_ack(&o, o.ack), MSK_OK);
            assert_int_equal(o.gave_up, 0);
            wait_once();
            assert_int_equal(o.sent, 0);
            assert_int_equal(o.gave_up, 1);
            assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
        }
    }
}

/* The same, and the group got another MSK meanwhile: nothing of that one was
 * sent, and an answer to the one before is none to it. */
static void
counts_anew_for_an_msk_that_came_while_it_waited(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_bytes old, other;

        start_with_two_groups(layout);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        old = o.ack;
        for (int i = 0; i < 4; i++)
            wait_once();
        visit_start(&v, &o);
        assert_int_equal(visit_code(&v, GROUP + 1), 200);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        other = o.ack;
        assert_int_equal(msk_key_group_rekey(&o.group[0], &o.random), MSK_OK);
        assert_int_equal(office_ack(&o, other), MSK_OK);
        wait_once();
        assert_int_equal(sent_group(), GROUP);
        assert_int_equal(o.id[0].number, 2);
        assert_int_equal(o.gave_up, 0);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        other = o.ack;
        assert_int_equal(office_ack(&o, old), MSK_ERR_NOT_MINE);
        assert_int_equal(office_ack(&o, other), MSK_OK);
        assert_int_equal(o.delivered, 1);
    }
}

/* Many UEs that were sent the same at once do not all get it again at once. */
static void
spreads_what_it_sends_again(void **state)
{
    msk_time least = MSK_NEVER, most = 0;
    struct msk_key_group *g;

    (void)state;
    start(MSK_LAYOUT_KEYID);
    g = office_group(&o, GROUP, false);
    for (int i = 0; i < 30; i++) {
        msk_time waited;

        assert_int_equal(office_push(&o, g), MSK_OK);
        waited = msk_subscriber_due(&o.subscriber) - o.now;
        least = waited < least ? waited : least;
        most = waited > most ? waited : most;
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
    }
    assert_true(least < 1800 && most > 2200);
}

static void
sends_all_at_once_without_acknowledgements(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        office_start(&o, (enum msk_layout)layout, without_acks);
        for (uint16_t i = 0; i < 3; i++) {
            struct msk_key_group *g =
                office_group(&o, (uint16_t)(GROUP + i), false);

            assert_int_equal(office_push(&o, g), MSK_OK);
            assert_int_equal(o.sent, 1);
            assert_int_equal(counter_of(0), i + 1);
            assert_int_equal(office_arrives(&o, 0), MSK_OK);
            assert_int_equal(o.ack.n, 0);
        }
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

static void
cancels_an_older_msk_of_the_group(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;
        struct msk_bytes old_ack;

        start(layout);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        old_ack = o.ack;
        assert_int_equal(msk_key_group_rekey(g, &o.random), MSK_OK);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_int_equal(o.id[0].number, 2);
        assert_int_equal(office_ack(&o, old_ack), MSK_ERR_NOT_MINE);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, GROUP, "2 0..65534 -, 1 0..65534 -");
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
    }
}

static void
delivers_the_current_msk_when_the_group_was_rekeyed_meanwhile(void **state)
{
    struct msk_key_group *g;

    (void)state;
    start(MSK_LAYOUT_KEYID);
    g = office_group(&o, GROUP, false);
    assert_int_equal(office_push(&o, g), MSK_OK);
    assert_int_equal(msk_key_group_rekey(g, &o.random), MSK_OK);
    o.now = msk_subscriber_due(&o.subscriber);
    assert_int_equal(office_timer(&o), MSK_OK);
    assert_int_equal(o.sent, 1);
    assert_int_equal(o.id[0].number, 2);
}

static void
refuses_acknowledgements_that_are_not_authentic(void **state)
{
    struct msk_bytes good;

    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        for (size_t i = 0; i < o.ack.n * 8; i++) {
            uint8_t *forged = room(o.ack.n);

            memcpy(forged, o.ack.p, o.ack.n);
            forged[i / 8] ^= (uint8_t)(1u << i % 8);
            assert_true(office_ack(&o, (struct msk_bytes){ forged, o.ack.n }) !=
                        MSK_OK);
            assert_int_equal(o.delivered + o.sent, 0);
        }
        for (size_t n = 0; n < o.ack.n; n++)
            assert_true(office_ack(&o, exact(o.ack.p, n)) != MSK_OK);
        good = o.ack;
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_ack(&o, o.message[0]), MSK_ERR_KIND);
        o.ack = good;
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
    }
}

static void
pulls_without_a_key_and_turns_a_push_under_an_expired_muk_into_one(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, true);
        assert_int_equal(office_pull(&o, g), MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
        o.now = 1000000000;
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* Binds the subscriber to MUK 0x20. */
static void
rebind(void)
{
    struct msk_subscriber_config c = { .size = sizeof c };

    c.btid = muk_btid(0x20);
    c.id = chars("imsi-1");
    c.muk = muk_key(0x20);
    c.mrk = chars("another MRK");
    c.expires = MSK_NEVER;
    c.age = 1;
    assert_int_equal(msk_subscriber_rebind(&o.subscriber, &c), MSK_OK);
}

static void
pulls_under_the_old_muk_until_the_ue_has_shown_the_new_one(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        rebind();
        assert_true(
            msk_subscriber_member(&o.subscriber, GROUP_ID(chip_domain, GROUP)));
        /* What was under way is still acknowledged. */
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
        assert_int_equal(office_pull(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
        assert_int_equal(chip_muk(&o.chip, 0x20), MSK_OK);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(counter_of(0), 1);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(msk_subscriber_old_btid(&o.subscriber).n, 0);
        assert_int_equal(office_pull(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
    }
}

/* What was under way under the old MUK and is not acknowledged goes out under
 * the new one. */
static void
sends_under_the_new_muk_what_was_lost_under_the_old_one(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        rebind();
        o.now = msk_subscriber_due(&o.subscriber);
        assert_int_equal(office_timer(&o), MSK_OK);
        assert_int_equal(o.gave_up, 0);
        assert_int_equal(o.sent, 1);
        assert_int_equal(counter_of(0), 1);
        assert_int_equal(chip_muk(&o.chip, 0x20), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(o.delivered, 1);
        assert_int_equal(msk_subscriber_old_btid(&o.subscriber).n, 0);
    }
}

/* Decision 19, for what was under way when the MUK expired. */
static void
pulls_instead_when_the_muk_expires_meanwhile(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, false);
        office_group(&o, GROUP + 1, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
        assert_int_equal(o.sent, 0);
        o.now = 1000000000;
        assert_int_equal(office_timer(&o), MSK_OK);
        assert_int_equal(o.sent, 2);
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(office_arrives(&o, i), MSK_OK);
            assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
        }
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* The same where nothing else waits: it is not sent once more. */
static void
pulls_instead_of_sending_again_under_an_expired_muk(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout);
        office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        o.now = 1000000000;
        assert_int_equal(office_timer(&o), MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
        assert_true(msk_subscriber_due(&o.subscriber) == MSK_NEVER);
    }
}

/* A pull waits for no turn. */
static void
pulls_at_once_while_something_is_in_flight(void **state)
{
    struct msk_key_group *g;

    (void)state;
    start(MSK_LAYOUT_CSB);
    g = office_group(&o, GROUP, false);
    office_group(&o, GROUP + 1, false);
    assert_int_equal(office_push(&o, g), MSK_OK);
    o.now = 1000000000;
    assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
    assert_int_equal(o.sent, 1);
    assert_int_equal(office_arrives(&o, 0), MSK_OK);
    assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
}

/* What waited after a delivery that was let go is due now. */
static void
goes_on_when_what_was_in_flight_is_let_go(void **state)
{
    struct msk_key_group *g;

    (void)state;
    start(MSK_LAYOUT_KEYID);
    g = office_group(&o, GROUP, false);
    office_group(&o, GROUP + 1, false);
    assert_int_equal(office_push(&o, g), MSK_OK);
    assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
    assert_int_equal(o.sent, 0);
    msk_subscriber_part(&o.subscriber, GROUP_ID(chip_domain, GROUP));
    assert_true(msk_subscriber_due(&o.subscriber) <= o.now);
    assert_int_equal(office_timer(&o), MSK_OK);
    assert_int_equal(o.sent, 1);
    assert_int_equal(o.id[0].group, GROUP + 1);
}

static void
sends_the_interval_of_the_group(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, false);
        msk_group_of(g)->msk[0].seq_low = 5;
        msk_group_of(g)->msk[0].seq_high = 99;
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, GROUP, "1 5..99 -");
    }
}

static void
says_who_acknowledges(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;
        struct msk_bytes btid;

        start(layout);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(msk_bmsc_ack_btid(o.bmsc, o.ack, &btid), MSK_OK);
        check_octets("btid", btid, muk_btid(OFFICE_MUK));
        assert_true(btid.p >= o.ack.p && btid.p < o.ack.p + o.ack.n);
        assert_int_equal(msk_bmsc_ack_btid(o.bmsc, o.message[0], &btid),
                         MSK_ERR_KIND);
        assert_int_equal(office_ack(&o, o.message[0]), MSK_ERR_KIND);
        assert_true(msk_bmsc_ack_btid(o.bmsc, exact(o.ack.p, 9), &btid) < 0);
        assert_int_equal(msk_bmsc_ack_btid(NULL, o.ack, &btid),
                         MSK_ERR_ARGUMENT);
        assert_int_equal(msk_bmsc_ack_btid(o.bmsc, o.ack, NULL),
                         MSK_ERR_ARGUMENT);
        assert_int_equal(
            msk_bmsc_take_ack(o.bmsc, &o, NULL, o.ack, 1, o.outbox),
            MSK_ERR_ARGUMENT);
        assert_int_equal(msk_bmsc_timer(o.bmsc, &o, NULL, 1, o.outbox),
                         MSK_ERR_ARGUMENT);
    }
}

/* Decisions 18 and 19: a UE that does not come back for new keys. */
static void
parts_a_ue_that_never_asks_after_its_muk_expired(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;

        start(layout);
        g = office_group(&o, GROUP, false);
        o.now = 1000000000;
        for (int i = 1; i <= 3; i++) {
            assert_int_equal(office_push(&o, g), MSK_OK);
            assert_int_equal(o.sent, 1);
            assert_int_equal(o.parted, i == 3 ? 1 : 0);
        }
        assert_int_equal(office_push(&o, g), MSK_ERR_REFUSED);
    }
}

/* Decision 7: no counter wraps. The last ones are kept for pulls. */
static void
demands_a_new_muk_before_the_counter_is_used_up(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;
        struct msk_sub *sub;

        office_start(&o, (enum msk_layout)layout, registered);
        sub = msk_sub_of(&o.subscriber);
        g = office_group(&o, GROUP, false);
        sub->muk.has_counter = true;
        sub->muk.counter = 0xFFFFFEFF;
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(counter_of(0), 0xFFFFFF00);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        for (uint32_t i = 0xFFFFFF01; i != UINT32_MAX; i++) {
            assert_int_equal(office_push(&o, g), MSK_OK);
            assert_int_equal(counter_of(0), i);
            assert_int_equal(office_arrives(&o, 0), MSK_OK);
            assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
        }
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(o.sent, 0);
        assert_int_equal(office_pull(&o, g), MSK_ERR_STATE);
        assert_int_equal(sub->muk.counter, 0xFFFFFFFE);
    }
}

/* A host that took the group away gets no more of it. */
static void
sends_nothing_of_a_group_that_is_gone(void **state)
{
    struct msk_key_group *g;

    (void)state;
    start(MSK_LAYOUT_KEYID);
    g = office_group(&o, GROUP, false);
    office_group(&o, GROUP + 1, false);
    assert_int_equal(office_push(&o, g), MSK_OK);
    assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
    o.n_groups = 0;
    assert_int_equal(wait_in_vain(), 0);
    assert_int_equal(o.gave_up, 0);
}

static void
one_in_three(struct msk_bmsc_config *c)
{
    c->acks = MSK_ACK_SAMPLED;
    c->ack_sample = 3;
}

static void
asks_some_for_an_acknowledgement_when_sampling(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;
        size_t asked = 0;

        office_start(&o, (enum msk_layout)layout, one_in_three);
        g = office_group(&o, GROUP, false);
        for (int i = 0; i < 300; i++) {
            assert_int_equal(office_push(&o, g), MSK_OK);
            assert_int_equal(o.sent, 1);
            assert_int_equal(office_arrives(&o, 0), MSK_OK);
            if (o.ack.n == 0)
                continue;
            asked++;
            assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        }
        assert_in_range(asked, 70, 130);
    }
}

static void
refuses_what_it_cannot_send(void **state)
{
    struct msk_key_group *g;
    struct msk_outbox *outbox = NULL;

    (void)state;
    start(MSK_LAYOUT_CSB);
    g = office_group(&o, GROUP, false);
    assert_int_equal(msk_bmsc_push(NULL, &o, &o.subscriber, g, 1, o.outbox),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_bmsc_push(o.bmsc, &o, NULL, g, 1, o.outbox),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_bmsc_push(o.bmsc, &o, &o.subscriber, NULL, 1, o.outbox),
        MSK_ERR_ARGUMENT);
    assert_int_equal(msk_bmsc_push(o.bmsc, &o, &o.subscriber, g, 1, outbox),
                     MSK_ERR_ARGUMENT);
    for (size_t i = 1; i < 10; i++) {
        g = office_group(&o, (uint16_t)(GROUP + i), false);
        assert_int_equal(office_push(&o, g), MSK_OK);
    }
}

static void
survives_a_clock_that_steps(void **state)
{
    struct msk_key_group *g;

    (void)state;
    start(MSK_LAYOUT_KEYID);
    g = office_group(&o, GROUP, false);
    assert_int_equal(office_push(&o, g), MSK_OK);
    o.now = 5; /* far back */
    assert_int_equal(office_timer(&o), MSK_OK);
    assert_true(msk_subscriber_due(&o.subscriber) <= 5 + 2500);
    o.now = 900000000; /* far ahead */
    assert_int_equal(office_timer(&o), MSK_OK);
    assert_int_equal(o.sent, 1);
}

/* Not the timer alone: a call that comes before it leaves no moment behind that
 * the clock, set back, will not see for long. */
static void
any_call_begins_timers_anew_when_the_clock_was_set_back(void **state)
{
    (void)state;
    for (int pulls = 0; pulls < 2; pulls++, release(NULL)) {
        start_with_two_groups(MSK_LAYOUT_KEYID);
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
        o.now = 5;
        assert_int_equal(pulls ? office_pull(&o, &o.group[1])
                               : office_push(&o, &o.group[1]),
                         MSK_OK);
        assert_true(msk_subscriber_due(&o.subscriber) <= 5 + 2500);
    }
}

/* Asked for while the clock was ahead, what had made way waits no longer when
 * it is right again. */
static void
keeps_nothing_waiting_after_a_clock_was_ahead(void **state)
{
    msk_time right;

    (void)state;
    start_with_two_groups(MSK_LAYOUT_KEYID);
    make_way(); /* the first waits, the second is in flight */
    right = o.now;
    o.now += 10000000;
    assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
    o.now = right;
    assert_int_equal(office_timer(&o), MSK_OK);
    assert_true(msk_subscriber_due(&o.subscriber) <= right + 2500);
    for (int i = 0; i < 2; i++)
        wait_once();
    assert_true(o.now <= right + 10000);
}

/* What may be called, and what stands before it. */
enum call { PUSH, AGAIN, ACK, PULL, EXPIRED, CALLS };

static struct msk_bytes
prepare(int layout, enum call which)
{
    struct msk_bytes ack = { NULL, 0 };

    start_with_two_groups(layout);
    if (which == AGAIN || which == ACK)
        assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
    if (which == AGAIN)
        o.now = msk_subscriber_due(&o.subscriber);
    if (which == EXPIRED)
        o.now = 1000000000;
    if (which != ACK)
        return ack;
    assert_int_equal(office_arrives(&o, 0), MSK_OK);
    ack = o.ack;
    assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
    return ack;
}

static int
call(enum call which, struct msk_bytes ack)
{
    switch (which) {
    case AGAIN: return office_timer(&o);
    case ACK: return office_ack(&o, ack);
    case PULL: return office_pull(&o, &o.group[0]);
    case PUSH:
    case EXPIRED:
    case CALLS: break;
    }
    return office_push(&o, &o.group[0]);
}

/* The n-th call of a provider fails, once or from then on. True: it is not
 * called so often. */
static bool
fail_in(int layout, enum call which, int what, size_t n, bool for_ever)
{
    struct msk_bytes ack = prepare(layout, which);
    struct msk_bytes before = office_packed(&o);
    int err;

    office_fail(&o, what, n, for_ever);
    err = call(which, ack);
    assert_int_equal(o.crypto.open, 0);
    office_fail(&o, 0, 0, false);
    if (err == MSK_OK)
        return true;
    assert_int_equal(err, what == 0 ? MSK_ERR_RANDOM : MSK_ERR_CRYPTO);
    assert_int_equal(o.effects, 0);
    check_octets("record", office_packed(&o), before);
    assert_int_equal(call(which, ack), MSK_OK);
    assert_int_equal(o.sent, 1);
    return false;
}

/* Nothing is sent, nothing is kept, and the next try works. */
static void
changes_nothing_when_a_provider_fails(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int what = 0; what < 4; what++)
        for (int which = 0; which < CALLS; which++) {
            size_t n = 1;

            while (!fail_in(layout, (enum call)which, what % 2, n, what >= 2)) {
                release(NULL);
                n++;
            }
            assert_true(n > 1);
        }
}

/* The host cannot say if a message may go when it has its turn: others go
 * first, and it is asked again an interval later (decision 30). */
static void
puts_off_what_the_host_cannot_answer_for(void **state)
{
    static const enum msk_permission answers[] = { MSK_PERMISSION_PENDING,
                                                   MSK_PERMISSION_NOT_NOW,
                                                   (enum msk_permission)0,
                                                   (enum msk_permission) - 1 };

    (void)state;
    IN_BOTH_LAYOUTS
    for (size_t i = 0; i < 4; i++)
        for (int again = 0; again < 2; again++) {
            msk_time began;

            start_with_two_groups(layout);
            assert_int_equal(office_push(&o, &o.group[1]), MSK_OK);
            assert_int_equal(office_arrives(&o, 0), MSK_OK);
            assert_int_equal(office_push(&o, &o.group[0]), MSK_OK);
            if (again) /* it was sent once already */
                wait_once();
            o.odd_group = GROUP;
            o.odd_answer = answers[i];
            began = o.now;
            if (again) {
                o.now = msk_sub_at(&o.subscriber)->delivery[1].due;
                assert_int_equal(office_timer(&o), MSK_OK);
            } else {
                assert_int_equal(office_ack(&o, o.ack), MSK_OK);
            }
            assert_true(o.now >= began);
            for (size_t k = 0; k < o.sent; k++)
                assert_int_equal(o.id[k].group, GROUP + 1);
            assert_true(msk_subscriber_member(&o.subscriber,
                                              GROUP_ID(chip_domain, GROUP)));
            assert_true(msk_subscriber_due(&o.subscriber) > o.now);
            assert_true(msk_subscriber_due(&o.subscriber) <= o.now + 2500);
            o.odd_answer = MSK_PERMISSION_GRANTED;
            for (int k = 0; k < 4 && (o.sent == 0 || o.id[0].group != GROUP);
                 k++)
                wait_once();
            assert_int_equal(sent_group(), GROUP);
        }
}

/* Every cell that has an action, over all the tests before, and no other. */
static void
takes_every_cell_of_its_table(void **state)
{
    static const uint32_t want[3] = {
        1u << MSK_DELIVERY_PUSH,
        1u << MSK_DELIVERY_PUSH | 1u << MSK_DELIVERY_TURN |
            1u << MSK_DELIVERY_TURN_PLAIN | 1u << MSK_DELIVERY_SPENT |
            1u << MSK_DELIVERY_ACK | 1u << MSK_DELIVERY_NEWER |
            1u << MSK_DELIVERY_LATER,
        1u << MSK_DELIVERY_PUSH | 1u << MSK_DELIVERY_YIELD |
            1u << MSK_DELIVERY_ACK | 1u << MSK_DELIVERY_NEWER,
    };

    (void)state;
    for (size_t i = 0; i < 3; i++)
        check_int("cells", office_cells[i], want[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(delivers_and_is_acknowledged, release),
        cmocka_unit_test_teardown(
            takes_no_acknowledgement_without_the_key_group, release),
        cmocka_unit_test_teardown(
            sends_again_with_a_new_counter_and_the_same_csb_id, release),
        cmocka_unit_test_teardown(gives_up_and_in_the_end_parts_a_silent_ue,
                                  release),
        cmocka_unit_test_teardown(
            keeps_ues_that_registered_or_answer_now_and_then, release),
        cmocka_unit_test_teardown(
            has_one_message_in_flight_with_acknowledgements, release),
        cmocka_unit_test_teardown(delivers_to_the_group_of_the_domain, release),
        cmocka_unit_test_teardown(
            keeps_the_twin_of_a_group_that_is_pushed_or_left, release),
        cmocka_unit_test_teardown(
            takes_no_acknowledgement_of_another_subscriber, release),
        cmocka_unit_test_teardown(
            counts_anew_for_an_msk_that_came_while_it_waited, release),
        cmocka_unit_test_teardown(spreads_what_it_sends_again, release),
        cmocka_unit_test_teardown(
            pulls_instead_of_sending_again_under_an_expired_muk, release),
        cmocka_unit_test_teardown(sends_all_at_once_without_acknowledgements,
                                  release),
        cmocka_unit_test_teardown(lets_others_go_first_while_no_answer_comes,
                                  release),
        cmocka_unit_test_teardown(
            lets_a_new_msk_go_first_when_no_answer_is_expected_any_more,
            release),
        cmocka_unit_test_teardown(gives_up_each_in_its_turn, release),
        cmocka_unit_test_teardown(gives_up_what_made_way_for_the_last_time,
                                  release),
        cmocka_unit_test_teardown(cancels_an_older_msk_of_the_group, release),
        cmocka_unit_test_teardown(
            delivers_the_current_msk_when_the_group_was_rekeyed_meanwhile,
            release),
        cmocka_unit_test_teardown(
            refuses_acknowledgements_that_are_not_authentic, release),
        cmocka_unit_test_teardown(
            pulls_without_a_key_and_turns_a_push_under_an_expired_muk_into_one,
            release),
        cmocka_unit_test_teardown(
            pulls_under_the_old_muk_until_the_ue_has_shown_the_new_one,
            release),
        cmocka_unit_test_teardown(
            sends_under_the_new_muk_what_was_lost_under_the_old_one, release),
        cmocka_unit_test_teardown(pulls_instead_when_the_muk_expires_meanwhile,
                                  release),
        cmocka_unit_test_teardown(pulls_at_once_while_something_is_in_flight,
                                  release),
        cmocka_unit_test_teardown(goes_on_when_what_was_in_flight_is_let_go,
                                  release),
        cmocka_unit_test_teardown(sends_the_interval_of_the_group, release),
        cmocka_unit_test_teardown(says_who_acknowledges, release),
        cmocka_unit_test_teardown(
            parts_a_ue_that_never_asks_after_its_muk_expired, release),
        cmocka_unit_test_teardown(
            demands_a_new_muk_before_the_counter_is_used_up, release),
        cmocka_unit_test_teardown(sends_nothing_of_a_group_that_is_gone,
                                  release),
        cmocka_unit_test_teardown(
            asks_some_for_an_acknowledgement_when_sampling, release),
        cmocka_unit_test_teardown(refuses_what_it_cannot_send, release),
        cmocka_unit_test_teardown(survives_a_clock_that_steps, release),
        cmocka_unit_test_teardown(
            any_call_begins_timers_anew_when_the_clock_was_set_back, release),
        cmocka_unit_test_teardown(keeps_nothing_waiting_after_a_clock_was_ahead,
                                  release),
        cmocka_unit_test_teardown(changes_nothing_when_a_provider_fails,
                                  release),
        cmocka_unit_test_teardown(puts_off_what_the_host_cannot_answer_for,
                                  release),
        cmocka_unit_test_teardown(takes_every_cell_of_its_table, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
