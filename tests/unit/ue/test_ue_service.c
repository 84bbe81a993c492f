/* SPDX-License-Identifier: MIT */
/* Services: registration, several on shared groups, updates, leaving, power
 * cycles. TS 33.246 6.3.2.1A, 6.3.2.1B; change request 6.3.2.2.2. */
#include <stdio.h>
#include <string.h>

#include "ue/service.h"
#include "ue_bench.h"

#define GROUP BENCH_GROUP
#define OTHER BENCH_OTHER

static struct bench b;

static const struct msk_ue_config registers = {
    .registration = MSK_REGISTRATION_REQUIRED,
};

static int
start(void **state)
{
    bench_start(&b, *(enum msk_layout *)*state, &registers);
    return 0;
}

static int
stop(void **state)
{
    return bench_end(&b, state);
}

static long long
seen(enum msk_ue_effect_kind kind)
{
    return (long long)bench_count(&b, kind);
}

static const struct bench_seen *
last(enum msk_ue_effect_kind kind)
{
    return bench_the_last(&b, kind);
}

static void
check_target(const char *name)
{
    size_t n = strlen(name);

    assert_true(b.target_len > n);
    check_octets("target", exact(b.target + b.target_len - n, n), chars(name));
}

static bool
is_allowed(uint16_t group)
{
    return bench_held(&b, group, NULL) == MSK_OK;
}

static void
registers_and_awaits_the_push(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 60, 60), MSK_OK);
    check_target("=register"); /* no back-off before this */
    bench_serve_all(&b, 3);
    check_int("procedure", last(MSK_UE_EFFECT_RESULT)->procedure,
              MSK_PROCEDURE_REGISTER);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
    check_octets(
        "service",
        exact(last(MSK_UE_EFFECT_RESULT)->text, last(MSK_UE_EFFECT_RESULT)->n),
        chars("news"));
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 2);
}

static void
asks_when_the_push_does_not_come(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    bench_wait(&b, 9999);
    assert_false(b.asked);
    bench_wait(&b, 10000);
    check_target("=msk-request");
}

static void
deregisters_when_it_is_stopped(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    check_target("=deregister");
    check_int("left", last(MSK_UE_EFFECT_LEAVE)->reason, MSK_REASON_USER);
    check_int("deleted", last(MSK_UE_EFFECT_MSK_DELETED)->id.number, 1);
    assert_false(is_allowed(GROUP));
    bench_serve_all(&b, 3);
    check_int("procedure", last(MSK_UE_EFFECT_RESULT)->procedure,
              MSK_PROCEDURE_DEREGISTER);
    check_int("stop", bench_stop(&b, "news"), MSK_ERR_STATE);
    assert_true(msk_ue_due(b.ue, b.now) == MSK_NEVER);
}

static void
retries_a_registration_then_leaves(void **state)
{
    msk_time begin = b.now;

    (void)state;
    b.answer = ANSWER_NONE;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    for (int i = 0; i < 100 && seen(MSK_UE_EFFECT_LEAVE) == 0; i++) {
        bench_serve_all(&b, 3);
        bench_wait(&b, 1000);
    }
    check_int("left", last(MSK_UE_EFFECT_LEAVE)->reason, MSK_REASON_PATIENCE);
    assert_true(b.now == begin + 60000);
    assert_true(b.requests >= 5 && b.requests <= 8);
    check_target("=deregister");
}

/* The answer to a registration that was given up is not waited for, and counts
 * no more. */
static void
gives_up_a_registration_under_way(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_wait(&b, 59000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    assert_true(b.asked);
    check_target("=register");
    bench_wait(&b, 1000);
    check_int("left", last(MSK_UE_EFFECT_LEAVE)->reason, MSK_REASON_PATIENCE);
    check_int("result", last(MSK_UE_EFFECT_RESULT)->reason,
              MSK_REASON_UNREACHABLE);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_target("=register"); /* one request at a time */
    bench_serve_all(&b, 6);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_wait(&b, 3600000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
}

static void
leaves_when_registration_is_refused(void **state)
{
    (void)state;
    b.code = 403;
    check_int("start", bench_service(&b, "film", 0, 0), MSK_OK);
    bench_serve_all(&b, 2);
    check_int("left", last(MSK_UE_EFFECT_LEAVE)->reason, MSK_REASON_REFUSED);
    assert_false(is_allowed(GROUP));
    assert_false(is_allowed(OTHER));
}

static void
stays_unregistered_while_an_msk_is_good(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    b.code = 403;
    bench_serve_all(&b, 3);
    bench_wait(&b, 60000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    check_int("MTK", bench_mtk(&b, GROUP, 1, 10), MSK_OK); /* used up */
    check_target("=register");
}

/* "film" is refused. "news" needs one of its groups, and was not asked for yet;
 * nor is it left when it is tried again later. */
static void
leaves_no_service_that_may_yet_be_registered(void **state)
{
    (void)state;
    check_int("film", bench_service(&b, "film", 0, 0), MSK_OK);
    check_int("news", bench_service(&b, "news", 0, 0), MSK_OK);
    b.code = 403;
    bench_serve_all(&b, 2);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
    check_octets(
        "left",
        exact(last(MSK_UE_EFFECT_LEAVE)->text, last(MSK_UE_EFFECT_LEAVE)->n),
        chars("film"));
    check_int("group", last(MSK_UE_EFFECT_LEAVE)->id.group, OTHER);
    b.code = 200;
    for (int i = 0; i < 10; i++) {
        bench_serve_all(&b, 3);
        bench_wait(&b, 500);
    }
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
}

/* "news" was stopped and started again, and its deregistration is under way
 * when nobody has answered "film" in time, which needs the same group. */
static void
leaves_no_service_that_registers_after_its_deregistration(void **state)
{
    (void)state;
    check_int("news", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    b.answer = ANSWER_NONE;
    check_int("film", bench_service(&b, "film", 0, 0), MSK_OK);
    for (int i = 0; i < 55; i++) {
        bench_serve_all(&b, 1);
        bench_wait(&b, 1000);
    }
    bench_serve_all(&b, 1);
    bench_forget(&b);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_target("=deregister");
    bench_wait(&b, 10000);
    check_octets(
        "left",
        exact(last(MSK_UE_EFFECT_LEAVE)->text, last(MSK_UE_EFFECT_LEAVE)->n),
        chars("film"));
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 2);
    b.answer = ANSWER_TRUE;
    bench_serve_all(&b, 5);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 2);
}

/* "news" was refused and kept, for it had an MSK. That one is used up when
 * "film" is refused, which needs the same group. */
static void
registers_anew_what_was_kept_when_another_service_is_refused(void **state)
{
    (void)state;
    check_int("news", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    b.code = 403;
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("MTK", bench_mtk(&b, GROUP, 1, 10), MSK_OK); /* used up */
    check_int("MTK", bench_mtk(&b, GROUP, 2, 10), MSK_OK);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    check_int("film", bench_service(&b, "film", 0, 0), MSK_OK);
    check_int("answer", bench_serve(&b), MSK_OK);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
    check_octets(
        "left",
        exact(last(MSK_UE_EFFECT_LEAVE)->text, last(MSK_UE_EFFECT_LEAVE)->n),
        chars("film"));
    b.code = 200;
    bench_serve_all(&b, 5);
    check_int("push", bench_msk(&b, GROUP, 3), MSK_OK);
    bench_wait(&b, 60000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
    check_int("requests", b.requests, 5);
}

/* "news" is kept without registration. A request for its group is refused
 * after "film", which needs it too, was started. Returns with both of them in
 * the next request. */
static void
refuse_what_was_asked_before_the_start(void)
{
    check_int("news", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    b.code = 403;
    bench_serve_all(&b, 3);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    check_target("=msk-request");
    check_int("film", bench_service(&b, "film", 0, 0), MSK_OK);
    check_int("invalidated", bench_invalidate(&b, GROUP, 1), MSK_OK);
    check_int("answer", bench_serve(&b), MSK_OK);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 403);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    check_target("=register");
}

static void
registers_though_a_request_of_before_is_refused(void **state)
{
    (void)state;
    refuse_what_was_asked_before_the_start();
    b.code = 200;
    check_int("answer", bench_serve(&b), MSK_OK);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
    assert_false(b.asked);
    check_int("push", bench_msk(&b, OTHER, 1), MSK_OK);
    bench_wait(&b, 20000); /* the push of the group that both need is lost */
    check_target("=msk-request");
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

static void
leaves_when_that_registration_is_refused_too(void **state)
{
    (void)state;
    refuse_what_was_asked_before_the_start();
    check_int("answer", bench_serve(&b), MSK_OK);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 2);
    check_int("reason", last(MSK_UE_EFFECT_LEAVE)->reason, MSK_REASON_REFUSED);
    assert_false(is_allowed(GROUP));
}

static void
keeps_a_group_that_another_service_needs(void **state)
{
    (void)state;
    check_int("news", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("film", bench_service(&b, "film", 0, 0), MSK_OK);
    bench_serve_all(&b, 5);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("push", bench_msk(&b, OTHER, 1), MSK_OK);
    check_int("stop", bench_stop(&b, "film"), MSK_OK);
    assert_true(is_allowed(GROUP));
    assert_false(is_allowed(OTHER));
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("push", bench_msk(&b, OTHER, 2), MSK_ERR_NOT_MINE);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    assert_false(is_allowed(GROUP));
}

/* Stopped and started again while its registration is under way: that is a
 * new wish, and has all the patience. */
static void
begins_its_patience_anew_when_it_is_started_again(void **state)
{
    (void)state;
    b.answer = ANSWER_NONE;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_wait(&b, 55000);
    while (!b.asked)
        bench_wait(&b, 1000);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    assert_true(b.asked);
    bench_wait(&b, 59000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
    bench_wait(&b, 1000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 2);
}

static void
registers_again_after_a_deregistration(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_target("=deregister");
    check_int("answer", bench_serve(&b), MSK_OK);
    check_target("=register");
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
}

static void
merges_what_is_due_into_one_request(void **state)
{
    (void)state;
    check_int("power cycle", bench_power_cycle(&b, &bench_joins), MSK_OK);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
    check_int("film", bench_service(&b, "film", 0, 0), MSK_OK);
    check_int("news", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 5);
    check_int("requests", b.requests, 2); /* both groups in one, once */
    check_int("results", seen(MSK_UE_EFFECT_RESULT), 2);
}

static void
takes_over_an_updated_announcement(void **state)
{
    (void)state;
    check_int("power cycle", bench_power_cycle(&b, &bench_joins), MSK_OK);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
    check_int("start", bench_service(&b, "news", 100, 0), MSK_OK);
    bench_wait(&b, 50000);
    check_int("the same", bench_service(&b, "news", 100, 0), MSK_OK);
    assert_true(msk_ue_due(b.ue, b.now) == b.now + 50000);
    check_int("another", bench_service(&b, "news", 20, 0), MSK_OK);
    assert_true(msk_ue_due(b.ue, b.now) == b.now + 20000);
    bench_wait(&b, 20000);
    check_target("=msk-request");
}

static void
refuses_what_it_has_no_room_for(void **state)
{
    struct msk_flow flows[BENCH_GROUPS + 1];
    struct msk_bytes server = msk_text("bmsc.example.org");
    struct msk_service s = { .size = sizeof s };

    (void)state;
    for (size_t i = 0; i <= BENCH_GROUPS; i++) {
        flows[i].id = msk_text("239.1.1.1/5000");
        memcpy(flows[i].group.domain, bench_domain, 3);
        flows[i].group.group = (uint16_t)(1 + i);
    }
    s.id = msk_text("large");
    s.servers = &server;
    s.n_servers = 1;
    s.flows = flows;
    s.n_flows = BENCH_GROUPS + 1;
    check_int("groups", msk_ue_start(b.ue, &s, b.now), MSK_ERR_LIMIT);
    assert_false(is_allowed(1));
    check_int("room", bench_service(&b, "film", 0, 0), MSK_OK);
    check_int("stop", bench_stop(&b, "film"), MSK_OK);
    bench_serve_all(&b, 5);
    s.n_flows = BENCH_GROUPS;
    check_int("all groups", msk_ue_start(b.ue, &s, b.now), MSK_OK);
    check_int("one more", bench_service(&b, "news", 0, 0), MSK_ERR_LIMIT);
    check_int("stop", bench_stop(&b, "large"), MSK_OK);
    bench_serve_all(&b, 5);
    check_int("room", bench_service(&b, "news", 0, 0), MSK_OK);
    server = msk_text("http://bmsc.example.org.evil.org/bmsc.example.org");
    check_int("server", msk_ue_start(b.ue, &s, b.now), MSK_ERR_NOT_MINE);
    s.flows = NULL;
    check_int("flows", msk_ue_start(b.ue, &s, b.now), MSK_ERR_ARGUMENT);
    s.flows = flows;
    flows[1].group.group = 0;
    check_int("group 0", msk_ue_start(b.ue, &s, b.now), MSK_ERR_ARGUMENT);
    flows[1].group.group = 2;
    server = msk_text("bmsc.example.org");
    s.id = msk_text("line\nfeed");
    check_int("id", msk_ue_start(b.ue, &s, b.now), MSK_ERR_ARGUMENT);
    s.id = msk_text("delete\x7f");
    check_int("id", msk_ue_start(b.ue, &s, b.now), MSK_ERR_ARGUMENT);
}

/* What the announcement says about the path is done, or refused at once. */
static void
asks_a_server_where_it_is(void **state)
{
    static const struct {
        const char *base, *server;
        int want;
    } rows[] = {
        { "", "bmsc.example.org", MSK_OK },
        { "", "http://BMSC.example.org./", MSK_OK },
        { "", "http://bmsc.example.org/mbms", MSK_ERR_NOT_MINE },
        { "/", "http://bmsc.example.org/", MSK_OK },
        { "/", "http://bmsc.example.org/mbms/", MSK_ERR_NOT_MINE },
        { "/mbms", "http://bmsc.example.org/mbms", MSK_OK },
        { "/mbms", "http://bmsc.example.org/mbms/", MSK_OK },
        { "/mbms/", "http://bmsc.example.org:80/mbms", MSK_OK },
        { "/mbms/", "http://bmsc.example.org", MSK_OK },
        { "/mbms", "http://bmsc.example.org/mbms/a", MSK_ERR_NOT_MINE },
        { "/mbms", "http://bmsc.example.org/mbm", MSK_ERR_NOT_MINE },
        { "/mbms", "http://bmsc.example.org/MBMS", MSK_ERR_NOT_MINE },
        { "/mbms", "http://bmsc.example.org/mbms?a", MSK_ERR_NOT_MINE },
        { "/mbms", "http://evil.example.org/mbms", MSK_ERR_NOT_MINE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_bytes server = msk_text(rows[i].server);
        struct msk_flow flow = { .id = msk_text("239.1.1.1/5000"),
                                 .group = { { 0, 0, 0 }, 1 } };
        struct msk_service s = { .size = sizeof s,
                                 .id = msk_text("film"),
                                 .servers = &server,
                                 .n_servers = 1,
                                 .flows = &flow,
                                 .n_flows = 1 };
        struct msk_ue_config c = registers;
        char target[64];

        memcpy(flow.group.domain, bench_domain, sizeof flow.group.domain);
        c.base = msk_text(rows[i].base);
        check_int("power cycle", bench_power_cycle(&b, &c), MSK_OK);
        check_int("keys", bench_keys(&b, 1), MSK_OK);
        check_int(rows[i].server, msk_ue_start(b.ue, &s, b.now), rows[i].want);
        if (rows[i].want != MSK_OK)
            continue;
        snprintf(target, sizeof target, "%s/keymanagement?requesttype=register",
                 c.base.n > 1 ? "/mbms" : "");
        check_octets(rows[i].server, exact(b.target, b.target_len),
                     chars(target));
    }
}

/* The store has room for fewer groups than the session: nothing is lost. */
static void
undoes_a_start_that_the_store_refuses(void **state)
{
    struct msk_ue_config c = registers;

    (void)state;
    c.patience = 3600000;
    check_int("power cycle", bench_power_cycle(&b, &c), MSK_OK);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
    check_int("news", bench_service(&b, "news", 0, 0), MSK_OK);
    b.store.error = MSK_ERR_LIMIT;
    for (size_t n = 1;; n++) {
        int err;

        b.store.fail_at = b.store.calls + n;
        err = bench_service(&b, "film", 0, 0);
        if (err == MSK_OK)
            break;
        check_int("full", err, MSK_ERR_LIMIT);
        b.store.fail_at = 0;
        bench_wait(&b, 20000);
        assert_false(is_allowed(OTHER));
        assert_true(is_allowed(GROUP));
        check_int("film", bench_stop(&b, "film"), MSK_ERR_STATE);
        assert_true(n < 20);
    }
    b.store.fail_at = 0;
    assert_true(is_allowed(OTHER));
}

static const struct bench_terms strict;

/* The same service with protection on; the store fails in the second group. */
static void
takes_back_new_terms_that_the_store_refuses(void **state)
{
    (void)state;
    check_int("film", bench_service(&b, "film", 0, 0), MSK_OK);
    b.store.fail_at = b.store.calls + 4;
    check_int("fails", bench_announce(&b, "film", &strict), MSK_ERR_STORE);
    check_int("push", bench_unprotected(&b, GROUP, 1), MSK_OK);
    check_int("push", bench_unprotected(&b, OTHER, 1), MSK_OK);
    check_int("new terms", bench_announce(&b, "film", &strict), MSK_OK);
    check_int("push", bench_unprotected(&b, GROUP, 2), MSK_ERR_POLICY);
    check_int("push", bench_unprotected(&b, OTHER, 2), MSK_ERR_POLICY);
}

static void
does_not_wait_for_an_msk_that_came_before(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
    assert_true(msk_ue_due(b.ue, b.now) == MSK_NEVER);
}

/* TS 33.246 6.3.2.4: a service that is not in the answer was not answered. */
static void
repeats_a_registration_that_was_not_answered_and_not_at_once(void **state)
{
    (void)state;
    b.answer = ANSWER_OTHER;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 2);
    check_int("result", last(MSK_UE_EFFECT_RESULT)->reason,
              MSK_REASON_UNVERIFIED);
    assert_false(b.asked);
    bench_wait(&b, 999);
    assert_false(b.asked);
    b.answer = ANSWER_TRUE;
    b.code = 503;
    bench_wait(&b, 2000);
    check_target("=register");
    bench_serve_all(&b, 2);
    check_int("result", last(MSK_UE_EFFECT_RESULT)->code, 503);
    assert_false(b.asked);
    b.code = 200;
    bench_wait(&b, 5000);
    check_target("=register");
    bench_serve_all(&b, 2);
    check_int("result", last(MSK_UE_EFFECT_RESULT)->code, 200);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

static void
repeats_a_deregistration_that_was_not_answered_and_not_at_once(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    b.answer = ANSWER_OTHER;
    bench_serve_all(&b, 2);
    assert_false(b.asked);
    bench_wait(&b, 999);
    assert_false(b.asked);
    b.answer = ANSWER_TRUE;
    bench_wait(&b, 5000);
    check_target("=deregister");
    bench_serve_all(&b, 2);
    assert_true(msk_ue_due(b.ue, b.now) == MSK_NEVER);
}

static void
goes_on_after_a_power_cycle(void **state)
{
    struct msk_bytes replay;
    const struct bench_push push = { .content = MSK_CONTENT_MSK,
                                     .group = GROUP,
                                     .number = 1,
                                     .seq_high = 10,
                                     .bootstrap = 1 };

    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    replay = bench_message(&b, &push);
    check_int("push", msk_ue_receive(b.ue, replay, msk_text("p"), b.now),
              MSK_OK);
    check_int("power cycle", bench_power_cycle(&b, &registers), MSK_OK);
    check_int("the same keys", bench_keys(&b, 1), MSK_OK);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("replay", msk_ue_receive(b.ue, replay, msk_text("p"), b.now),
              MSK_ERR_REPLAY);
    for (int i = 0; i < 60; i++) { /* nothing comes, but one is held */
        b.answer = ANSWER_NONE;
        bench_serve_all(&b, 3);
        bench_wait(&b, 1000);
    }
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    check_int("MTK", bench_mtk(&b, GROUP, 1, 1), MSK_OK);
}

/* Nothing is answered, for so many seconds. */
static void
hear_nothing(int seconds)
{
    b.answer = ANSWER_NONE;
    for (int i = 0; i < seconds; i++) {
        bench_wait(&b, 1000);
        bench_serve_all(&b, 3);
    }
    b.answer = ANSWER_TRUE;
}

/* The MSK of before the power cycle kept "news" when the patience was used up.
 * What "film" needs has all of its own. */
static void
is_as_patient_with_a_service_that_comes_later(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("power cycle", bench_power_cycle(&b, &registers), MSK_OK);
    check_int("the same keys", bench_keys(&b, 1), MSK_OK);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    hear_nothing(100);
    assert_true(msk_ue_due(b.ue, b.now) == MSK_NEVER);
    check_int("start", bench_service(&b, "film", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, OTHER, 1), MSK_OK);
    b.requests = 0;
    hear_nothing(59);
    assert_true(b.requests >= 3);
    b.requests = 0;
    hear_nothing(100);
    check_int("requests", b.requests, 0);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

/* "news" has an MSK, is kept without registration while the BM-SC is away, and
 * then no member. */
static void
be_kept_without_registration(void)
{
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    hear_nothing(61);
    assert_false(b.asked);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    b.requests = 0;
}

/* At once when the BM-SC says that the UE is no member. */
static void
registers_again_what_was_kept_when_it_is_refused(void **state)
{
    (void)state;
    be_kept_without_registration();
    b.msk_code = 403;
    (void)bench_mtk(&b, GROUP, 2, 1); /* an MSK that it does not have */
    check_target("=msk-request");
    bench_serve_all(&b, 2); /* 401 first */
    check_target("=register");
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    bench_wait(&b, 3600000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

/* By itself, again and again, not too often. */
static void
registers_again_what_was_kept_by_itself(void **state)
{
    const msk_time hours = 24;

    (void)state;
    be_kept_without_registration();
    b.answer = ANSWER_NONE;
    for (msk_time end = b.now + hours * 3600000; b.now < end;) {
        bench_wait(&b, 10000);
        if (b.asked)
            check_target("=register");
        bench_serve_all(&b, 1);
    }
    assert_true(b.requests >= hours * 2 && b.requests <= hours * 4);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    b.answer = ANSWER_TRUE;
    for (int i = 0; i < 200; i++) {
        bench_wait(&b, 10000);
        bench_serve_all(&b, 3);
    }
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    b.requests = 0;
    bench_wait(&b, 36000000);
    check_int("requests", b.requests, 0);
}

/* The BM-SC has forgotten its members: it came back from an old backup. */
static void
registers_again_what_was_registered_when_it_is_refused(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    b.msk_code = 403;
    (void)bench_mtk(&b, GROUP, 2, 1);
    bench_serve(&b);
    check_target("=register");
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    bench_wait(&b, 3600000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

/* It registers whom it refuses: the second time it is believed. */
static void
leaves_a_server_that_registers_and_refuses(void **state)
{
    (void)state;
    b.msk_code = 403;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    for (int i = 0; i < 60 && seen(MSK_UE_EFFECT_LEAVE) == 0; i++) {
        bench_serve_all(&b, 3);
        bench_wait(&b, 1000);
    }
    check_int("left", last(MSK_UE_EFFECT_LEAVE)->reason, MSK_REASON_REFUSED);
    assert_true(b.requests <= 6);
}

static void
refuses_other_keys_under_a_known_name(void **state)
{
    static const uint8_t other[32] = "other keys, which nobody keeps!";
    struct msk_ue_keys keys = { .size = sizeof keys,
                                .btid = msk_text("run1@bsf.example.org"),
                                .muk = { other, sizeof other },
                                .mrk = { other, sizeof other },
                                .age = 9 };

    (void)state;
    check_int("conflict", msk_ue_set_keys(b.ue, &keys, b.now),
              MSK_ERR_CONFLICT);
    for (size_t i = 0; i + 8 <= sizeof b.ue_memory; i++)
        assert_true(memcmp(b.ue_memory + i, other, 8) != 0);
    keys.btid = msk_text("");
    check_int("no name", msk_ue_set_keys(b.ue, &keys, b.now), MSK_ERR_ARGUMENT);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3); /* the old ones are still good */
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
}

/* TS 33.246 6.3.2.1B. The host starts what is registered once more, and stops it
 * before the new registration could go out: the BM-SC has the old one. */
static void
deregisters_what_was_to_be_registered_anew(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    check_target("=msk-request");
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
    bench_serve_all(&b, 5);
    check_target("=deregister");
    check_int("procedure", last(MSK_UE_EFFECT_RESULT)->procedure,
              MSK_PROCEDURE_DEREGISTER);
    assert_true(msk_ue_due(b.ue, b.now) == MSK_NEVER);
}

/* The same of one that is started again while it is deregistered, to which the
 * server says to come later. One of which the BM-SC has never heard leaves in
 * silence. */
static void
deregisters_what_may_still_be_registered(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    check_target("=deregister");
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    b.answer = ANSWER_ERROR;
    b.code = 503;
    b.retry_after = "10";
    check_int("answer", bench_serve(&b), MSK_ERR_DIGEST);
    check_int("film", bench_service(&b, "film", 0, 0), MSK_OK);
    check_int("stop", bench_stop(&b, "film"), MSK_OK);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    assert_false(b.asked);
    b.answer = ANSWER_TRUE;
    b.code = 200;
    bench_forget(&b);
    bench_wait(&b, 10000);
    check_target("=deregister");
    bench_serve_all(&b, 3);
    check_int("results", seen(MSK_UE_EFFECT_RESULT), 1);
    assert_true(msk_ue_due(b.ue, b.now) == MSK_NEVER);
}

/* Decision 23: what any service has on stays on. "news" has both off. */
static void
hands_what_is_announced_as_on_to_the_mgvf(void **state)
{
    struct msk_bytes server = msk_text("bmsc.example.org");
    struct msk_flow flow = { msk_text("239.1.1.1/5000"),
                             { { 0, 0, 0 }, GROUP } };
    struct msk_service s = { .size = sizeof s };

    (void)state;
    memcpy(flow.group.domain, bench_domain, 3);
    s.id = msk_text("secret");
    s.servers = &server;
    s.n_servers = 1;
    s.flows = &flow;
    s.n_flows = 1;
    check_int("news", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push without SP", bench_unprotected(&b, GROUP, 1), MSK_OK);
    check_int("secret", msk_ue_start(b.ue, &s, b.now), MSK_OK);
    check_int("push without SP", bench_unprotected(&b, GROUP, 2),
              MSK_ERR_POLICY);
    s.confidentiality = MSK_SWITCH_OFF;
    check_int("integrity", msk_ue_start(b.ue, &s, b.now), MSK_OK);
    check_int("push without SP", bench_unprotected(&b, GROUP, 2),
              MSK_ERR_POLICY);
    s.confidentiality = MSK_SWITCH_ON;
    s.integrity = MSK_SWITCH_OFF;
    check_int("confidentiality", msk_ue_start(b.ue, &s, b.now), MSK_OK);
    check_int("push without SP", bench_unprotected(&b, GROUP, 2),
              MSK_ERR_POLICY);
    s.confidentiality = MSK_SWITCH_OFF;
    check_int("not secret", msk_ue_start(b.ue, &s, b.now), MSK_OK);
    check_int("push without SP", bench_unprotected(&b, GROUP, 3), MSK_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_BOTH(registers_and_awaits_the_push),
        BENCH_BOTH(asks_when_the_push_does_not_come),
        BENCH_BOTH(deregisters_when_it_is_stopped),
        BENCH_BOTH(retries_a_registration_then_leaves),
        BENCH_BOTH(gives_up_a_registration_under_way),
        BENCH_BOTH(leaves_when_registration_is_refused),
        BENCH_BOTH(stays_unregistered_while_an_msk_is_good),
        BENCH_BOTH(leaves_no_service_that_may_yet_be_registered),
        BENCH_BOTH(leaves_no_service_that_registers_after_its_deregistration),
        BENCH_SOFT(
            "a card tells no interval",
            registers_anew_what_was_kept_when_another_service_is_refused),
        BENCH_SOFT("a card tells no interval",
                   registers_though_a_request_of_before_is_refused),
        BENCH_SOFT("a card tells no interval",
                   leaves_when_that_registration_is_refused_too),
        BENCH_BOTH(keeps_a_group_that_another_service_needs),
        BENCH_BOTH(begins_its_patience_anew_when_it_is_started_again),
        BENCH_BOTH(registers_again_after_a_deregistration),
        BENCH_BOTH(merges_what_is_due_into_one_request),
        BENCH_BOTH(takes_over_an_updated_announcement),
        BENCH_BOTH(refuses_what_it_has_no_room_for),
        BENCH_BOTH(asks_a_server_where_it_is),
        BENCH_SOFT("owners are in memory",
                   undoes_a_start_that_the_store_refuses),
        BENCH_SOFT("owners are in memory",
                   takes_back_new_terms_that_the_store_refuses),
        BENCH_BOTH(does_not_wait_for_an_msk_that_came_before),
        BENCH_BOTH(
            repeats_a_registration_that_was_not_answered_and_not_at_once),
        BENCH_BOTH(
            repeats_a_deregistration_that_was_not_answered_and_not_at_once),
        BENCH_BOTH(goes_on_after_a_power_cycle),
        BENCH_BOTH(is_as_patient_with_a_service_that_comes_later),
        BENCH_BOTH(registers_again_what_was_kept_when_it_is_refused),
        BENCH_BOTH(registers_again_what_was_kept_by_itself),
        BENCH_BOTH(registers_again_what_was_registered_when_it_is_refused),
        BENCH_BOTH(leaves_a_server_that_registers_and_refuses),
        BENCH_SOFT("a card makes its MUKs and is given none",
                   refuses_other_keys_under_a_known_name),
        BENCH_BOTH(deregisters_what_was_to_be_registered_anew),
        BENCH_BOTH(deregisters_what_may_still_be_registered),
        BENCH_BOTH(hands_what_is_announced_as_on_to_the_mgvf),
    };

    return bench_run(tests);
}
