/* SPDX-License-Identifier: MIT */
/* Registration and deregistration of services over HTTP. */
#include <stdio.h>
#include <string.h>

#include "bmsc/subscriber.h"
#include "visit.h"

#define A 0x18C0
#define B 0x18C1
#define C 0x18C2

static struct office o;
static struct visit v;

#define IN_BOTH_LAYOUTS \
    for (int layout = 1; layout <= 2; layout++, release(NULL))

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
no_services(struct msk_bmsc_config *c)
{
    c->registration = true;
    c->service_groups = NULL;
}

static void
start(int layout, void (*change)(struct msk_bmsc_config *config))
{
    office_start(&o, (enum msk_layout)layout, change);
    visit_start(&v, &o);
    for (uint16_t g = A; g <= C; g++)
        office_group_alone(&o, g, false);
}

static bool
member(uint16_t group)
{
    return msk_subscriber_member(&o.subscriber, GROUP_ID(chip_domain, group));
}

/* Registers or deregisters one service; the code of its item. */
static int
go(enum msk_procedure procedure, const char *service)
{
    struct msk_body_item item = visit_service(service);

    assert_int_equal(visit(&v, procedure, &item, 1), MSK_OK);
    assert_int_equal(v.status, 200);
    assert_true(v.verified);
    assert_int_equal(v.n, 1);
    check_octets("service", v.item[0].service, item.service);
    return v.item[0].code;
}

static int
enter(const char *service)
{
    return go(MSK_PROCEDURE_REGISTER, service);
}

static int
leave(const char *service)
{
    return go(MSK_PROCEDURE_DEREGISTER, service);
}

static void
registers_delivers_and_lets_msks_be_asked_for(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, registered);
        assert_int_equal(visit_code(&v, A), 403);
        assert_int_equal(enter("s:18C0,18C1"), 200);
        assert_int_equal(o.questions, 2);
        assert_int_equal(o.joined, 2);
        assert_int_equal(o.sent, 1);
        assert_true(member(A) && member(B) && !member(C));
        for (int i = 0; i < 2; i++) {
            assert_int_equal(office_arrives(&o, 0), MSK_OK);
            assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        }
        check_held(&o.chip, A, "1 0..65534 -");
        check_held(&o.chip, B, "1 0..65534 -");
        assert_int_equal(visit_code(&v, A), 200);
        assert_int_equal(visit_code(&v, C), 403);
        /* Once more for what had its turn later, and for the request. */
        assert_int_equal(o.questions, 4);
    }
}

static void
answers_each_service_in_its_order(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item items[] = {
            visit_service("s:"),          visit_service("s:18C0"),
            visit_service("s:18C1,18C2"), visit_service("s:18C0"),
            visit_service("s:0000"),
        };
        static const int codes[] = { 403, 200, 503, 403 };
        static const size_t from[] = { 0, 1, 2, 4 };

        start(layout, registered);
        o.odd_group = C;
        o.odd_answer = MSK_PERMISSION_NOT_NOW;
        assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, items, 5), MSK_OK);
        assert_int_equal(v.n, 4);
        for (size_t i = 0; i < 4; i++) {
            check_octets("service", v.item[i].service, items[from[i]].service);
            check_int("code", v.item[i].code, codes[i]);
        }
        /* A service is granted whole or not at all. */
        assert_true(member(A) && !member(B) && !member(C));
        assert_int_equal(o.joined, 1);
        assert_int_equal(enter("s:18C2,18C1"), 503);
        assert_true(!member(B) && !member(C));
    }
}

static void
waits_for_a_host_that_does_not_know_yet(void **state)
{
    struct msk_body_item item = visit_service("s:18C0,18C1");

    (void)state;
    start(MSK_LAYOUT_KEYID, registered);
    o.odd_group = B;
    o.odd_answer = MSK_PERMISSION_PENDING;
    assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, &item, 1), MSK_PENDING);
    assert_int_equal(o.effects, 0);
    assert_false(member(A));
    o.odd_answer =
        MSK_PERMISSION_NO_MSK; /* granted, and there is no MSK: it may come later */
    assert_int_equal(visit_again(&v), MSK_OK);
    assert_int_equal(v.item[0].code, 200);
    assert_true(member(A) && member(B));
}

/* TS 33.246 6.3.2.1B: what no other service of the UE uses is invalidated. */
static void
invalidates_what_no_other_service_uses(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, registered_without_acks);
        assert_int_equal(enter("s:18C0,18C1"), 200);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(office_arrives(&o, i), MSK_OK);
        assert_int_equal(enter("s:18C1,18C2"), 200);
        assert_int_equal(o.joined, 1);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(office_arrives(&o, i), MSK_OK);
        assert_int_equal(leave("s:18C0,18C1"), 200);
        assert_int_equal(o.sent, 1);
        assert_int_equal(o.parted, 1);
        assert_int_equal(o.id[0].group, A);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, A, "1 1..0 -");
        check_held(&o.chip, B, "1 0..65534 -");
        assert_true(!member(A) && member(B) && member(C));
        assert_int_equal(visit_code(&v, A), 403);
        assert_int_equal(leave("s:18C1,18C2"), 200);
        assert_int_equal(o.sent, 2);
        assert_int_equal(o.parted, 2);
        assert_true(!member(B) && !member(C));
        assert_int_equal(msk_sub_at(&o.subscriber)->n_services, 0);
        /* The answer was lost: it is asked again, and nothing happens. */
        assert_int_equal(leave("s:18C1,18C2"), 200);
        assert_int_equal(o.effects, 1);
        assert_int_equal(leave("s:never"), 200);
    }
}

static void
leaves_without_an_address(void **state)
{
    (void)state;
    start(MSK_LAYOUT_KEYID, registered_without_acks);
    assert_int_equal(enter("s:18C0"), 200);
    msk_sub_of(&o.subscriber)->address_len = 0;
    v.peer.n = 0;
    assert_int_equal(leave("s:18C0"), 200);
    assert_int_equal(o.sent, 0);
    assert_int_equal(o.parted, 1);
}

/* What the host gave, the end of a service does not take. */
static void
keeps_what_the_host_has_granted(void **state)
{
    (void)state;
    start(MSK_LAYOUT_KEYID, registered_without_acks);
    assert_int_equal(
        msk_subscriber_join(&o.subscriber, GROUP_ID(chip_domain, A)), MSK_OK);
    assert_int_equal(enter("s:18C0"), 200);
    assert_int_equal(o.joined, 0);
    assert_int_equal(leave("s:18C0"), 200);
    assert_int_equal(o.sent + o.parted, 0);
    assert_true(member(A));
}

/* The same number in another domain is another Key Group. */
static void
takes_no_group_of_another_domain_for_its_own(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        start(layout, registered_without_acks);
        for (uint16_t g = A; g <= C; g++)
            msk_subscriber_part(&o.subscriber, GROUP_ID(office_twin_domain, g));
        assert_int_equal(enter("t:18C0,18C1"), 200);
        assert_int_equal(o.sent, 2);
        for (size_t i = 0; i < 2; i++)
            assert_memory_equal(o.id[i].domain, office_twin_domain, 3);
        assert_false(member(A) || member(B));
        assert_int_equal(enter("s:18C1,18C2"), 200);
        assert_int_equal(o.joined, 2);
        assert_int_equal(o.sent, 2);
        for (size_t i = 0; i < 2; i++)
            assert_memory_equal(o.id[i].domain, chip_domain, 3);
        assert_int_equal(leave("t:18C0,18C1"), 200);
        assert_int_equal(o.sent, 2);
        assert_int_equal(o.parted, 2);
        for (size_t i = 0; i < 2; i++)
            assert_memory_equal(o.id[i].domain, office_twin_domain, 3);
        assert_true(!member(A) && member(B) && member(C));
        assert_int_equal(leave("s:18C1,18C2"), 200);
        assert_int_equal(enter("b:18C0"), 200);
        assert_int_equal(o.joined, 2);
        assert_int_equal(o.sent, 2);
    }
}

/* A registration overrides the one before it. */
static void
follows_a_service_that_needs_other_groups_now(void **state)
{
    struct msk_member *last;
    struct msk_sub *sub;

    (void)state;
    start(MSK_LAYOUT_KEYID, registered_without_acks);
    sub = msk_sub_of(&o.subscriber);
    assert_int_equal(enter("s:18C0,18C1"), 200);
    assert_int_equal(enter("s:18C0,18C1"), 200);
    assert_int_equal(sub->n_services, 1);
    assert_int_equal(o.sent, 2); /* it may have lost them */
    assert_int_equal(o.joined + o.parted, 0);
    /* The service needed C too, and does no more. */
    assert_int_equal(
        msk_subscriber_join(&o.subscriber, GROUP_ID(chip_domain, C)), MSK_OK);
    last = &sub->member[sub->n_members - 1];
    last->asked = false;
    last->services = 1;
    assert_int_equal(enter("s:18C0,18C1"), 200);
    assert_int_equal(o.parted, 1);
    assert_int_equal(o.sent, 2);
    assert_true(member(A) && member(B) && !member(C));
    assert_int_equal(msk_sub_find(sub, GROUP_ID(chip_domain, A))->services, 1);
}

static void
holds_as_many_services_as_it_says(void **state)
{
    char name[32];

    (void)state;
    start(MSK_LAYOUT_KEYID, registered_without_acks);
    for (size_t i = 0; i <= MSK_SERVICES_MAX; i++) {
        (void)snprintf(name, sizeof name, "s:18C%x,18C%x.%zu",
                       (unsigned)(i % 3), (unsigned)(i / 2 % 3), i);
        assert_int_equal(enter(name), i < MSK_SERVICES_MAX ? 200 : 503);
    }
    /* They go in another order than they came. */
    for (size_t i = 0; i < MSK_SERVICES_MAX; i++) {
        size_t k = i * 7 % MSK_SERVICES_MAX;

        assert_true(i == MSK_SERVICES_MAX || member(A) || member(B) ||
                    member(C));
        (void)snprintf(name, sizeof name, "s:18C%x,18C%x.%zu",
                       (unsigned)(k % 3), (unsigned)(k / 2 % 3), k);
        assert_int_equal(leave(name), 200);
        assert_int_equal(msk_sub_at(&o.subscriber)->n_services,
                         MSK_SERVICES_MAX - 1 - i);
    }
    assert_false(member(A) || member(B) || member(C));
}

/* One request, however long, is no means to have the same MSK sent again and
 * again, nor one that fills the outbox. */
static void
sends_an_msk_once_for_all_services_of_a_request(void **state)
{
    struct msk_body_item items[MSK_SERVICES_MAX];
    char names[MSK_SERVICES_MAX][32];

    (void)state;
    for (int acks = 0; acks < 2; acks++, release(NULL)) {
        start(MSK_LAYOUT_KEYID, acks ? registered : registered_without_acks);
        for (uint16_t g = A; g <= C; g++)
            msk_subscriber_part(&o.subscriber, GROUP_ID(office_twin_domain, g));
        o.alone = true;
        for (uint16_t g = C + 1; g < A + MSK_SUBSCRIBER_GROUPS_MAX; g++)
            office_group_alone(&o, g, false);
        for (size_t i = 0; i < 8; i++) {
            (void)snprintf(names[i], sizeof names[i], "s:%04X-%04X.%zu", A,
                           A + MSK_SUBSCRIBER_GROUPS_MAX - 1, i);
            items[i] = visit_service(names[i]);
        }
        assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, items, 8), MSK_OK);
        assert_int_equal(v.status, 200);
        assert_int_equal(v.n, 8);
        assert_int_equal(o.joined, MSK_SUBSCRIBER_GROUPS_MAX);
        assert_int_equal(o.sent, acks ? 1 : MSK_SUBSCRIBER_GROUPS_MAX);
    }
}

/* Whole or not at all: nothing of it is registered. */
static void
refuses_a_service_that_does_not_fit_whole(void **state)
{
    struct msk_bytes before;

    (void)state;
    start(MSK_LAYOUT_KEYID, registered_without_acks);
    for (uint16_t g = A; g <= C; g++)
        msk_subscriber_part(&o.subscriber, GROUP_ID(office_twin_domain, g));
    assert_int_equal(enter("s:2000-2027"), 200); /* without any MSK */
    assert_int_equal(o.joined, 40);
    before = office_packed(&o);
    assert_int_equal(enter("s:3000-3027"), 503);
    assert_int_equal(o.effects, 1);
    assert_false(member(0x3000));
    assert_int_equal(msk_sub_at(&o.subscriber)->n_services, 1);
    assert_int_equal(office_packed(&o).n, before.n);
    assert_int_equal(enter("s:3000-3040"), 403); /* can never fit */
    assert_int_equal(enter("s:3000-3017"), 200); /* and this does */
    assert_int_equal(o.joined, 24);
    /* What it needed before and needs no more makes room. */
    assert_int_equal(enter("s:2000-2027"), 200);
    assert_int_equal(leave("s:3000-3017"), 200);
    assert_int_equal(enter("s:4000-4017,4000,4001"), 200);
    assert_int_equal(o.joined, 24);
}

static size_t
too_many(void *user, struct msk_bytes service, struct msk_group_id *ids,
         size_t cap)
{
    (void)user;
    (void)service;
    memset(ids, 0, cap * sizeof *ids);
    return cap + 1;
}

static void
with_too_many(struct msk_bmsc_config *c)
{
    c->registration = true;
    c->service_groups = too_many;
}

static void
knows_no_service_without_a_host_that_does(void **state)
{
    (void)state;
    start(MSK_LAYOUT_KEYID, no_services);
    assert_int_equal(enter("s:18C0"), 403);
    start(MSK_LAYOUT_KEYID, with_too_many);
    assert_int_equal(enter("s:18C0"), 403);
}

/* Services with names as long as they may be, and longer when written. */
static void
refuses_what_it_could_not_answer(void **state)
{
    struct msk_body_item items[MSK_BODY_ITEMS_MAX];
    char name[MSK_SERVICE_ID_MAX + 1];

    (void)state;
    start(MSK_LAYOUT_KEYID, registered_without_acks);
    memset(name, 'x', sizeof name);
    name[180] = '\0';
    for (size_t i = 0; i < 60; i++) {
        (void)snprintf(name, 3, "%02zu", i);
        name[2] = 'x';
        items[i] = visit_service(name);
    }
    assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, items, 60), MSK_OK);
    assert_int_equal(v.status, 400);
    assert_true(v.verified);
    assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, items, 40), MSK_OK);
    assert_int_equal(v.status, 200);
    assert_int_equal(v.n, 40);
}

static void
changes_nothing_when_a_provider_fails(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int what = 0; what < 4; what++)
        for (int ends = 0; ends < 2; ends++)
            for (size_t n = 1;; n++) {
                struct msk_body_item item = visit_service("s:18C0,18C1");
                int err;

                start(layout, registered_without_acks);
                assert_int_equal(ends == 0 ? leave("s:18C0,18C1")
                                           : enter("s:18C0,18C1"),
                                 200);
                office_fail(&o, what % 2, n, what >= 2);
                err = visit_once(&v,
                                 ends == 0 ? MSK_PROCEDURE_REGISTER
                                           : MSK_PROCEDURE_DEREGISTER,
                                 &item, 1);
                office_fail(&o, 0, 0, false);
                assert_int_equal(o.crypto.open, 0);
                if (err == MSK_OK) {
                    assert_true(n > 2);
                    break;
                }
                assert_int_equal(err, what % 2 == 0 ? MSK_ERR_RANDOM
                                                    : MSK_ERR_CRYPTO);
                assert_int_equal(member(A) && member(B), ends);
                assert_int_equal(visit_again(&v), MSK_OK);
                assert_int_equal(v.status, 200);
                assert_int_equal(o.sent, 2);
                release(NULL);
            }
}

/* Without acknowledgements all go at once: an MSK once, but that of the same
 * group and number in another domain is another one. */
static void
sends_the_msks_of_both_domains_of_a_request(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_body_item items[] = { visit_service("s:18C0"),
                                         visit_service("t:18C0"),
                                         visit_service("s:18C0,18C1") };

        start(layout, registered_without_acks);
        msk_subscriber_part(&o.subscriber, GROUP_ID(office_twin_domain, A));
        assert_int_equal(visit(&v, MSK_PROCEDURE_REGISTER, items, 3), MSK_OK);
        assert_int_equal(o.sent, 3);
        assert_memory_equal(o.id[0].domain, chip_domain, 3);
        assert_memory_equal(o.id[1].domain, office_twin_domain, 3);
        assert_int_equal(o.id[0].group, o.id[1].group);
        assert_int_equal(o.id[2].group, B);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, release)
    const struct CMUnitTest tests[] = {
        TEST(sends_the_msks_of_both_domains_of_a_request),
        TEST(registers_delivers_and_lets_msks_be_asked_for),
        TEST(answers_each_service_in_its_order),
        TEST(waits_for_a_host_that_does_not_know_yet),
        TEST(invalidates_what_no_other_service_uses),
        TEST(leaves_without_an_address),
        TEST(keeps_what_the_host_has_granted),
        TEST(takes_no_group_of_another_domain_for_its_own),
        TEST(follows_a_service_that_needs_other_groups_now),
        TEST(holds_as_many_services_as_it_says),
        TEST(sends_an_msk_once_for_all_services_of_a_request),
        TEST(refuses_a_service_that_does_not_fit_whole),
        TEST(knows_no_service_without_a_host_that_does),
        TEST(refuses_what_it_could_not_answer),
        TEST(changes_nothing_when_a_provider_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
