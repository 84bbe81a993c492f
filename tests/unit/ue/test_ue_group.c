/* SPDX-License-Identifier: MIT */
/* What is asked and awaited for a Key Group: change request 6.3.2.2, decisions
 * 16, 17, 20, 21. */
#include <string.h>

#include "ue_bench.h"

#define GROUP BENCH_GROUP
#define OTHER BENCH_OTHER

static struct bench b;

static int
start(void **state)
{
    bench_start(&b, *(enum msk_layout *)*state, &bench_joins);
    return 0;
}

static int
stop(void **state)
{
    return bench_end(&b, state);
}

static const struct bench_seen *
last_result(void)
{
    const struct bench_seen *seen = bench_last(&b, MSK_UE_EFFECT_RESULT);

    assert_non_null(seen);
    return seen;
}

static void
check_left(const char *what, const char *service, enum msk_reason reason)
{
    const struct bench_seen *seen = bench_last(&b, MSK_UE_EFFECT_LEAVE);

    assert_non_null(seen);
    check_octets(what, exact(seen->text, seen->n), chars(service));
    check_int(what, seen->reason, reason);
}

static void
asks_for_the_msk_and_gets_it(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    assert_true(b.asked);
    bench_serve_all(&b, 3);
    check_int("requests", b.requests, 2);
    check_int("code", last_result()->code, 200);
    check_int("reason", last_result()->reason, MSK_REASON_NONE);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("held", (long long)bench_count(&b, MSK_UE_EFFECT_MSK), 1);
    check_int("acknowledged",
              (long long)bench_count(&b, MSK_UE_EFFECT_SEND_MIKEY), 1);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 2);
    check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
    assert_true(msk_ue_due(b.ue, b.now) == MSK_NEVER);
}

static void
waits_for_the_back_off_before_the_first_request(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 5, 10), MSK_OK);
    assert_false(b.asked);
    bench_wait(&b, 4999);
    assert_false(b.asked);
    bench_wait(&b, 10001);
    assert_true(b.asked);
}

/* offsetTime + U(0, randomTimePeriod): of many UEs about half ask in the first
 * half of the period, and none before it or after it. */
static void
spreads_its_requests_over_the_period(void **state)
{
    unsigned early = 0;

    for (uint64_t ue = 1; ue <= 40; ue++) {
        stop(NULL);
        start(state);
        b.random_state = ue;
        check_int("start", bench_service(&b, "news", 5, 10), MSK_OK);
        bench_wait(&b, 4999);
        assert_false(b.asked);
        bench_wait(&b, 5001);
        early += b.asked ? 1 : 0;
        bench_wait(&b, 5000);
        assert_true(b.asked);
    }
    assert_true(early >= 8 && early <= 32);
}

/* Nobody answers: 1 s before the next attempt and up to as much again by
 * chance, then twice as long each time. */
static void
waits_longer_before_each_attempt(void **state)
{
    struct msk_ue_config c = bench_joins;
    const msk_time step = 100;

    c.patience = 3600000;
    stop(NULL);
    bench_start(&b, *(enum msk_layout *)*state, &c);
    b.answer = ANSWER_NONE;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    for (msk_time base = 1000; base <= 64000; base *= 2) {
        msk_time begin = b.now;

        assert_true(b.asked);
        bench_serve(&b);
        while (!b.asked && b.now - begin <= 2 * base)
            bench_wait(&b, step);
        assert_true(b.now - begin >= base);
        assert_true(b.asked && b.now - begin <= 2 * base + step);
    }
}

/* Granted, but no MSK comes. */
static void
leaves_when_nothing_comes_in_time(void **state)
{
    msk_time begin = b.now;

    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    for (int i = 0; b.now < begin + 59000; i++) {
        bench_serve_all(&b, 3);
        check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
        bench_wait(&b, 1000);
    }
    assert_true(b.requests >= 4 && b.requests <= 6);
    bench_wait(&b, 999);
    check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
    bench_wait(&b, 1);
    check_left("deaf", "news", MSK_REASON_PATIENCE);
    check_int("result", last_result()->reason, MSK_REASON_NO_MSK);
    b.requests = 0;
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 0);
    check_int("stop", bench_stop(&b, "news"), MSK_ERR_STATE);
}

static const struct bench_terms guarded; /* all is on */

/* An MSK with such an SP, and a MAC that is not the BM-SC's. */
static int
forge_unprotected(uint16_t number)
{
    const struct bench_push push = { .content = MSK_CONTENT_MSK,
                                     .group = GROUP,
                                     .number = number,
                                     .seq_high = 10,
                                     .bootstrap = b.bootstraps,
                                     .unprotected = true };
    struct msk_bytes m = bench_message(&b, &push);
    uint8_t forged[MSK_MIKEY_MAX];

    memcpy(forged, m.p, m.n);
    forged[m.n - 1] ^= 1;
    m.p = forged;
    return msk_ue_receive(b.ue, m, msk_text("peer"), b.now);
}

/* The MSK came, and its SP switches off what was announced as on. */
static void
says_that_the_sp_was_the_cause(void **state)
{
    uint16_t number = 1;

    (void)state;
    check_int("start", bench_announce(&b, "news", &guarded), MSK_OK);
    for (int i = 0; bench_count(&b, MSK_UE_EFFECT_LEAVE) == 0; i++) {
        bench_serve_all(&b, 3);
        if (i % 10 == 1)
            check_int("push", bench_unprotected(&b, GROUP, number++),
                      MSK_ERR_POLICY);
        bench_wait(&b, 1000);
        assert_true(i < 61);
    }
    check_left("SP", "news", MSK_REASON_POLICY);
    check_int("result", last_result()->reason, MSK_REASON_POLICY);
    check_int("start", bench_announce(&b, "news", &guarded), MSK_OK);
    b.answer = ANSWER_NONE; /* what was before does not count */
    bench_wait(&b, 3600000);
    check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 2);
    check_left("deaf", "news", MSK_REASON_PATIENCE);
}

/* One that is good came after it: it says nothing of another that does not
 * (which can be asked for in KEYID alone). */
static void
forgets_an_sp_that_was_mended(void **state)
{
    struct msk_key_id ids[] = { bench_id(GROUP, 0), bench_id(GROUP, 5) };

    (void)state;
    check_int("start", bench_announce(&b, "news", &guarded), MSK_OK);
    check_int("request", msk_ue_request(b.ue, ids, 2, b.now), MSK_OK);
    for (int i = 0; i < 30; i++) {
        bench_serve_all(&b, 3);
        if (i == 0) {
            check_int("SP", bench_unprotected(&b, GROUP, 1), MSK_ERR_POLICY);
            check_int("good", bench_msk(&b, GROUP, 2), MSK_OK);
        }
        bench_wait(&b, 5000);
    }
    check_int("result", last_result()->reason, MSK_REASON_NO_MSK);
    check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
}

/* What the BM-SC says itself goes before, and what nobody has verified is
 * worth nothing. */
static void
blames_no_sp_where_something_else_was(void **state)
{
    (void)state;
    check_int("start", bench_announce(&b, "news", &guarded), MSK_OK);
    b.code = 403;
    check_int("push", bench_unprotected(&b, GROUP, 1), MSK_ERR_POLICY);
    bench_serve_all(&b, 3);
    check_left("refused", "news", MSK_REASON_REFUSED);
    check_int("start", bench_announce(&b, "news", &guarded), MSK_OK);
    b.code = 200;
    bench_serve_all(&b, 3);
    check_int("push", forge_unprotected(2), MSK_ERR_MAC);
    bench_wait(&b, 3600000);
    check_left("forged", "news", MSK_REASON_PATIENCE);
}

/* What was announced as back-off is no part of the patience. */
static void
is_patient_after_the_back_off(void **state)
{
    msk_time begin;

    (void)state;
    b.answer = ANSWER_NONE;
    check_int("start", bench_service(&b, "news", 100, 0), MSK_OK);
    bench_wait(&b, 100000);
    assert_true(b.asked);
    begin = b.now;
    for (int i = 0; i < 1000 && bench_count(&b, MSK_UE_EFFECT_LEAVE) == 0;
         i++) {
        bench_serve_all(&b, 1);
        bench_wait(&b, 1000);
    }
    check_left("deaf", "news", MSK_REASON_PATIENCE);
    assert_true(b.requests >= 4);
    assert_true(b.now - begin >= 60000 + (b.requests - 1) * 100000);
}

static void
leaves_a_deaf_server_by_the_rule(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_wait(&b, 59999);
    check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
    bench_wait(&b, 1);
    check_left("deaf", "news", MSK_REASON_PATIENCE);
    check_int("requests", b.requests, 2);
}

/* As long as the host wishes. */
static void
is_as_patient_as_it_is_told(void **state)
{
    struct msk_ue_config c = bench_joins;

    c.patience = 600000;
    stop(NULL);
    bench_start(&b, *(enum msk_layout *)*state, &c);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_wait(&b, 599999);
    check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
    bench_wait(&b, 1);
    check_left("deaf", "news", MSK_REASON_PATIENCE);
}

static void
stays_with_an_older_msk_until_it_is_used_up(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    b.code = 403;
    bench_wait(&b, 2000);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("code", last_result()->code, 403);
    bench_wait(&b, 60000);
    check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
    check_int("MTK", bench_mtk(&b, GROUP, 1, 9), MSK_OK);
    assert_false(b.asked);
    check_int("MTK", bench_mtk(&b, GROUP, 1, 10), MSK_OK);
    assert_true(b.asked);
    bench_serve_all(&b, 3);
    check_left("used up", "news", MSK_REASON_REFUSED);
}

/* Decision 16: with an MSK that is good. */
static void
takes_a_confirmation_for_an_answer(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_wait(&b, 2000);
    b.code = 204;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("code", last_result()->code, 204);
    check_int("confirmed", last_result()->flag, true);
    check_int("reason", last_result()->reason, MSK_REASON_NONE);
    b.requests = 0;
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 0);
    check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
}

/* "No updated MSK": than none? The UE asks on, and leaves in the end. */
static void
takes_no_confirmation_for_an_msk(void **state)
{
    (void)state;
    b.code = 204;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("code", last_result()->code, 204);
    check_int("confirmed", last_result()->flag, false);
    check_int("reason", last_result()->reason, MSK_REASON_NO_MSK);
    for (int i = 0; i < 59; i++) {
        check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
        bench_wait(&b, 1000);
        bench_serve_all(&b, 3);
    }
    assert_true(b.requests >= 5 && b.requests <= 8);
    bench_wait(&b, 1000);
    check_left("204", "news", MSK_REASON_PATIENCE);
}

/* One that is used up is none. */
static void
takes_no_confirmation_for_an_msk_that_is_used_up(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("MTK", bench_mtk(&b, GROUP, 1, 10), MSK_OK);
    bench_wait(&b, 2000);
    b.code = 204;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("confirmed", last_result()->flag, false);
    bench_wait(&b, 5000);
    assert_true(b.asked);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK); /* there is one now */
    bench_serve_all(&b, 3);
    bench_wait(&b, 3600000);
    check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
}

static void
is_satisfied_by_an_msk_before_the_answer(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve(&b);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("code", last_result()->code, 200);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 2);
}

/* TS 33.246 table G.2.4-1. */
static void
repeats_what_may_be_repeated(void **state)
{
    (void)state;
    b.code = 503;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("code", last_result()->code, 503);
    bench_wait(&b, 5000);
    assert_true(b.asked);
    b.code = 401;
    bench_serve_all(&b, 3);
    check_int("code", last_result()->code, 401);
    bench_wait(&b, 5000);
    assert_true(b.asked);
    b.code = 404;
    bench_serve_all(&b, 3);
    check_left("404", "news", MSK_REASON_REFUSED);
}

static void
takes_no_other_code_for_a_success(void **state)
{
    static const int codes[] = { 199, 300 };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        b.code = codes[i];
        check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
        bench_serve_all(&b, 3);
        check_int("code", last_result()->code, codes[i]);
        check_int("reason", last_result()->reason, MSK_REASON_REFUSED);
        check_left("no success", "news", MSK_REASON_REFUSED);
    }
}

/* A group that is asked for again has all of its attempts. */
static void
counts_attempts_anew_for_each_need(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    b.answer = ANSWER_NONE;
    for (int i = 0; i < 2; i++) {
        bench_serve_all(&b, 1);
        bench_wait(&b, 10000);
    }
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    b.asked = false;
    bench_wait(&b, 60000);
    b.requests = 0;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    for (int i = 0; i < 10; i++) {
        bench_serve_all(&b, 1);
        bench_wait(&b, 10000);
    }
    check_int("requests", b.requests, 5);
}

/* An MSK that no MTK can come under is not what was asked for. */
static void
is_not_satisfied_by_an_msk_that_is_taken_away(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_serve_all(&b, 3);
    bench_wait(&b, 2000);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("taken away", bench_invalidate(&b, GROUP, 1), MSK_OK);
    check_int("updated", bench_last(&b, MSK_UE_EFFECT_MSK)->flag, true);
    assert_false(b.asked);
    bench_wait(&b, 15000);
    assert_true(b.asked);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    bench_serve_all(&b, 3);
    bench_wait(&b, 60000);
    assert_false(b.asked);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_BOTH(asks_for_the_msk_and_gets_it),
        BENCH_BOTH(waits_for_the_back_off_before_the_first_request),
        BENCH_BOTH(spreads_its_requests_over_the_period),
        BENCH_BOTH(waits_longer_before_each_attempt),
        BENCH_BOTH(leaves_when_nothing_comes_in_time),
        BENCH_BOTH(says_that_the_sp_was_the_cause),
        { "keyid: forgets_an_sp_that_was_mended", forgets_an_sp_that_was_mended,
          start, stop, &bench_layouts[1] },
        BENCH_SOFT("an SP is looked at before the card is asked",
                   blames_no_sp_where_something_else_was),
        BENCH_BOTH(is_patient_after_the_back_off),
        BENCH_BOTH(is_as_patient_as_it_is_told),
        BENCH_BOTH(leaves_a_deaf_server_by_the_rule),
        BENCH_SOFT("a card tells no interval",
                   stays_with_an_older_msk_until_it_is_used_up),
        BENCH_BOTH(takes_a_confirmation_for_an_answer),
        BENCH_BOTH(takes_no_confirmation_for_an_msk),
        BENCH_SOFT("a card tells no interval",
                   takes_no_confirmation_for_an_msk_that_is_used_up),
        BENCH_BOTH(is_satisfied_by_an_msk_before_the_answer),
        BENCH_BOTH(repeats_what_may_be_repeated),
        BENCH_BOTH(takes_no_other_code_for_a_success),
        BENCH_BOTH(counts_attempts_anew_for_each_need),
        BENCH_SOFT("a card tells no interval",
                   is_not_satisfied_by_an_msk_that_is_taken_away),
    };

    return bench_run(tests);
}
