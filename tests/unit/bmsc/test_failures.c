/* SPDX-License-Identifier: MIT */
/* Whatever fails while a BM-SC does what is due: the host throws the record away
 * and calls again, and what comes of it is what would have come of it. */
#include <string.h>

#include "bmsc/call.h"
#include "visit.h"

#define GROUPS 3

static struct office o;

static struct totals {
    size_t gave_up, delivered, parted, joined;
} all;

static void
count(void)
{
    all.gave_up += o.gave_up;
    all.delivered += o.delivered;
    all.parted += o.parted;
    all.joined += o.joined;
}

static void
soon_silent(struct msk_bmsc_config *config)
{
    config->retries = 1;
    config->unanswered = 2;
    config->registration = config->layout == MSK_LAYOUT_KEYID;
}

/* Step k of the life: pushes that nobody acknowledges, new MSKs, time. */
static int
do_step(size_t k)
{
    struct msk_key_group *g = &o.group[k % GROUPS];

    if (k >= 2 * GROUPS)
        return office_timer(&o);
    if (k == GROUPS + 1)
        return office_push_msk(&o, g, MSK_ROLE_CURRENT);
    return office_push(&o, g);
}

/* Returns how often something failed; every step succeeds in the end. */
static size_t
live(enum msk_layout layout, size_t fail_at, bool for_ever)
{
    size_t failed = 0;

    memset(&all, 0, sizeof all);
    office_start(&o, layout, soon_silent);
    for (uint16_t i = 0; i < GROUPS; i++)
        (void)office_group(&o, (uint16_t)(0x18CF + i), i % 2 == 0);
    office_fail(&o, 1, fail_at, for_ever);
    for (size_t k = 0; k < 30; k++) {
        int err = do_step(k);

        if (err != MSK_OK) {
            check_int("fails", err, MSK_ERR_CRYPTO);
            check_int("effects", (long long)o.effects, 0);
            failed++;
            office_fail(&o, 1, 0, false);
            check_int("again", do_step(k), MSK_OK);
        }
        count();
        if (k == GROUPS)
            check_int("rekey", msk_key_group_rekey(&o.group[0], &o.random),
                      MSK_OK);
        if (k >= GROUPS)
            o.now += 3000;
        release(NULL);
    }
    return failed;
}

static void
does_in_the_end_what_it_would_have_done(void **state)
{
    (void)state;
    for (int layout = 1; layout <= 2; layout++) {
        struct totals want;

        check_int("failed", (long long)live((enum msk_layout)layout, 0, false),
                  0);
        want = all;
        assert_true(want.gave_up > 0);
        for (size_t n = 1;; n++) {
            if (live((enum msk_layout)layout, n, n % 2 == 0) == 0) {
                assert_true(n > 20);
                break;
            }
            check_int("given up", (long long)all.gave_up,
                      (long long)want.gave_up);
            check_int("delivered", (long long)all.delivered,
                      (long long)want.delivered);
            check_int("parted", (long long)all.parted, (long long)want.parted);
            check_int("joined", (long long)all.joined, (long long)want.joined);
        }
    }
}

/* --- an outbox that is full ------------------------------------------------ */

static struct visit v;

/* Requests that register, ask, are refused and deregister, and time between. */
static int
do_visit(size_t k)
{
    struct msk_body_item service = visit_service("s:18CF,18D0");
    struct msk_body_item msks[] = { visit_msk(0x18CF, 0), visit_msk(0x18D0, 0),
                                    visit_msk(0x18D1, 0) };

    o.answer =
        k >= 8 && k < 12 ? MSK_PERMISSION_REFUSED : MSK_PERMISSION_GRANTED;
    switch (k) {
    case 0:
    case 12: return visit(&v, MSK_PROCEDURE_REGISTER, &service, 1);
    case 4:
    case 8:
    case 13: return visit(&v, MSK_PROCEDURE_MSK_REQUEST, msks, 3);
    case 18: return visit(&v, MSK_PROCEDURE_DEREGISTER, &service, 1);
    default: return office_timer(&o);
    }
}

/* Bits of the groups that the subscriber is a member of, after each step. */
static void
live_in(enum msk_layout layout, size_t most, unsigned members[20],
        size_t *failed)
{
    size_t real;

    office_start(&o, layout, soon_silent);
    real = o.outbox->n_most;
    for (uint16_t i = 0; i < GROUPS; i++)
        (void)office_group_alone(&o, (uint16_t)(0x18CF + i), false);
    visit_start(&v, &o);
    for (size_t k = 0; k < 20; k++) {
        int err;

        o.outbox->n_most = most < real ? most : real;
        err = do_visit(k);
        o.outbox->n_most = real;
        if (err != MSK_OK) {
            check_int("full", err, MSK_ERR_SPACE);
            (*failed)++;
            check_int("again", do_visit(k), MSK_OK);
        }
        members[k] = 0;
        for (uint16_t i = 0; i < GROUPS; i++)
            members[k] |= msk_subscriber_member(
                              &o.subscriber,
                              GROUP_ID(chip_domain, (uint16_t)(0x18CF + i)))
                              ? 1u << i
                              : 0;
        o.now += 3000;
    }
    release(NULL);
}

static void
throws_away_what_the_outbox_has_no_room_for(void **state)
{
    (void)state;
    for (int layout = 1; layout <= 2; layout++) {
        unsigned want[20], got[20];
        size_t failed = 0, unhurt = 0;

        live_in((enum msk_layout)layout, SIZE_MAX, want, &unhurt);
        check_int("with room", (long long)unhurt, 0);
        for (size_t most = 0; most < 12; most++) {
            live_in((enum msk_layout)layout, most, got, &failed);
            for (size_t k = 0; k < 8; k++)
                check_int("members", got[k], want[k]);
        }
        assert_true(failed > 10);
    }
}

/* Their EXT stands straight before KEMAC, and the UE takes them as the others. */
static void
ext_at_the_end(struct msk_bmsc_config *config)
{
    config->ext = MSK_EXT_BEFORE_KEMAC;
}

static void
pushes_with_ext_where_the_network_wants_it(void **state)
{
    (void)state;
    for (int layout = 1; layout <= 2; layout++, release(NULL)) {
        struct msk_key_group *g;

        office_start(&o, (enum msk_layout)layout, ext_at_the_end);
        g = office_group(&o, 0x18CF, false);
        check_int("push", office_push(&o, g), MSK_OK);
        check_int("arrives", office_arrives(&o, 0), MSK_OK);
        check_int("ack", office_ack(&o, o.ack), MSK_OK);
        check_int("delivered", (long long)o.delivered, 1);
    }
}

static void
pushes_no_msk_of_a_role_that_is_none(void **state)
{
    struct msk_key_group *g;

    (void)state;
    office_start(&o, MSK_LAYOUT_KEYID, NULL);
    g = office_group(&o, 0x18CF, false);
    check_int("role", office_push_msk(&o, g, (enum msk_key_group_role)3),
              MSK_ERR_ARGUMENT);
    check_int("sent", (long long)o.sent, 0);
    check_int("no record",
              msk_bmsc_push_msk(o.bmsc, &o, NULL, g, MSK_ROLE_CURRENT, o.now,
                                o.outbox),
              MSK_ERR_ARGUMENT);
}

static void
asks_for_some(struct msk_bmsc_config *config)
{
    config->acks = MSK_ACK_SAMPLED;
    config->ack_sample = 4;
}

/* Which MSKs are to be acknowledged is drawn. */
static void
pushes_nothing_when_nothing_can_be_drawn(void **state)
{
    struct msk_key_group *g;

    (void)state;
    office_start(&o, MSK_LAYOUT_KEYID, asks_for_some);
    g = office_group(&o, 0x18CF, false);
    office_fail(&o, 0, 1, false);
    check_int("push", office_push(&o, g), MSK_ERR_RANDOM);
    check_int("sent", (long long)o.sent, 0);
    office_fail(&o, 0, 0, false);
    check_int("push", office_push(&o, g), MSK_OK);
    check_int("sent", (long long)o.sent, 1);
}

/* The group went, or its MSK did, while the UE acknowledged it. */
static void
takes_no_acknowledgement_of_what_is_gone(void **state)
{
    (void)state;
    for (int gone = 0; gone < 3; gone++, release(NULL)) {
        struct msk_key_group *g;

        office_start(&o, MSK_LAYOUT_KEYID, NULL);
        g = office_group(&o, 0x18CF, false);
        check_int("push", office_push(&o, g), MSK_OK);
        check_int("arrives", office_arrives(&o, 0), MSK_OK);
        if (gone == 1)
            o.n_groups = 0;
        for (int i = 0; gone == 2 && i < 3; i++)
            check_int("rekey", msk_key_group_rekey(g, &o.random), MSK_OK);
        check_int("ack", office_ack(&o, o.ack),
                  gone == 0 ? MSK_OK : MSK_ERR_NOT_MINE);
    }
}

/* Groups of the same domain that differ in the first octet of their number. */
static void
lets_go_first_what_was_asked_for(void **state)
{
    struct msk_body_item asked = visit_msk(0x19CF, 0);

    (void)state;
    for (int layout = 1; layout <= 2; layout++, release(NULL)) {
        office_start(&o, (enum msk_layout)layout, NULL);
        (void)office_group(&o, 0x18CF, false);
        (void)office_group(&o, 0x19CF, false);
        visit_start(&v, &o);
        check_int("push", office_push(&o, &o.group[0]), MSK_OK);
        check_int("ask", visit(&v, MSK_PROCEDURE_MSK_REQUEST, &asked, 1),
                  MSK_OK);
        check_int("sent", (long long)o.sent, 1);
        check_int("first", o.id[0].group, 0x19CF);
    }
}

/* Who is registered stays so, however long it is silent. */
static void
keeps_who_is_registered_and_silent(void **state)
{
    struct msk_body_item service = visit_service("s:18CF");
    size_t gave_up = 0;

    (void)state;
    office_start(&o, MSK_LAYOUT_KEYID, soon_silent);
    (void)office_group_alone(&o, 0x18CF, false);
    visit_start(&v, &o);
    check_int("register", visit(&v, MSK_PROCEDURE_REGISTER, &service, 1),
              MSK_OK);
    for (int i = 0; i < 300; i++) {
        check_int("push", office_push(&o, &o.group[0]), MSK_OK);
        for (int k = 0; k < 4; k++) {
            o.now += 100000;
            check_int("timer", office_timer(&o), MSK_OK);
            gave_up += o.gave_up;
        }
        release(NULL);
    }
    assert_true(gave_up > UINT8_MAX);
    assert_true(
        msk_subscriber_member(&o.subscriber, GROUP_ID(chip_domain, 0x18CF)));
}

static void
answers_no_request_without_a_method(void **state)
{
    struct msk_http_request request = { .size = sizeof request,
                                        .target = chars("/keymanagement") };

    (void)state;
    office_start(&o, MSK_LAYOUT_KEYID, NULL);
    check_int("answer", office_http(&o, &request, chars("ue")),
              MSK_ERR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(does_in_the_end_what_it_would_have_done,
                                  release),
        cmocka_unit_test_teardown(throws_away_what_the_outbox_has_no_room_for,
                                  release),
        cmocka_unit_test_teardown(pushes_with_ext_where_the_network_wants_it,
                                  release),
        cmocka_unit_test_teardown(pushes_nothing_when_nothing_can_be_drawn,
                                  release),
        cmocka_unit_test_teardown(takes_no_acknowledgement_of_what_is_gone,
                                  release),
        cmocka_unit_test_teardown(lets_go_first_what_was_asked_for, release),
        cmocka_unit_test_teardown(keeps_who_is_registered_and_silent, release),
        cmocka_unit_test_teardown(answers_no_request_without_a_method, release),
        cmocka_unit_test_teardown(pushes_no_msk_of_a_role_that_is_none,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
