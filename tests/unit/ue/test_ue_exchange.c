/* SPDX-License-Identifier: MIT */
/* HTTP: three kinds of 401, and a server that lies in every way that the
 * bench knows. Decisions 12 to 14; TS 24.109 5.2.4, 5.2.5. */
#include <string.h>

#include "ue_bench.h"

#define GROUP BENCH_GROUP

static struct bench b;

static const struct msk_ue_config registers = {
    .registration = MSK_REGISTRATION_REQUIRED,
};

static void
start_as(enum msk_layout layout, const struct msk_ue_config *config)
{
    bench_start(&b, layout, config);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
}

static int
start(void **state)
{
    start_as(*(enum msk_layout *)*state, &bench_joins);
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

/* What each lie comes to: the last answer, and the result. */
static const struct lie {
    const char *name;
    enum bench_answer answer;
    int code, err;
    enum msk_reason result;
} lies[] = {
    { "no answer", ANSWER_NONE, 0, MSK_OK, MSK_REASON_UNREACHABLE },
    { "bad rspauth", ANSWER_BAD_RSPAUTH, 200, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "no Authentication-Info", ANSWER_NO_INFO, 200, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "realm of another server", ANSWER_REALM, 200, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "qop auth alone", ANSWER_AUTH_ONLY, 200, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "a 401 loop, stale", ANSWER_STALE, 200, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "another media type", ANSWER_TYPE, 200, MSK_ERR_MEDIA_TYPE,
      MSK_REASON_UNVERIFIED },
    { "not XML", ANSWER_GARBAGE, 200, MSK_ERR_XML, MSK_REASON_UNVERIFIED },
    { "a huge body", ANSWER_HUGE, 200, MSK_ERR_DIGEST, MSK_REASON_UNVERIFIED },
    { "too many headers", ANSWER_HEADERS, 200, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "a status that is none", ANSWER_STATUS, 200, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "another group", ANSWER_OTHER, 200, MSK_OK, MSK_REASON_UNVERIFIED },
    { "403 that nobody signed", ANSWER_ERROR, 403, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "404 that nobody signed", ANSWER_ERROR, 404, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "500 that nobody signed", ANSWER_ERROR, 500, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "503 that nobody signed", ANSWER_ERROR, 503, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "302", ANSWER_ERROR, 302, MSK_ERR_DIGEST, MSK_REASON_UNVERIFIED },
    { "200 that nobody signed", ANSWER_ERROR, 200, MSK_ERR_DIGEST,
      MSK_REASON_UNVERIFIED },
    { "403 over an authentic body", ANSWER_AUTHENTIC_ERROR, 403,
      MSK_ERR_REFUSED, MSK_REASON_REFUSED },
    { "204 over an authentic body", ANSWER_EMPTY, 204, MSK_ERR_REFUSED,
      MSK_REASON_REFUSED },
};

/* How long the session believes in its service; NULL: nothing ever answers. */
static msk_time
live_until_it_leaves(const struct msk_ue_config *config, const struct lie *lie)
{
    int err = MSK_OK;
    msk_time begin;

    start_as(b.layout, config);
    begin = b.now;
    for (int i = 0; i < 10000 && seen(MSK_UE_EFFECT_LEAVE) == 0; i++) {
        b.answer = lie != NULL ? lie->answer : ANSWER_NONE;
        b.code = lie != NULL ? lie->code : 0;
        if (b.asked && lie != NULL)
            err = bench_serve(&b);
        bench_wait(&b, 100);
        release(NULL);
    }
    check_int("reason", last(MSK_UE_EFFECT_LEAVE)->reason, MSK_REASON_PATIENCE);
    check_int("MSKs", seen(MSK_UE_EFFECT_MSK), 0);
    check_int("bootstraps", seen(MSK_UE_EFFECT_BOOTSTRAP_NEEDED), 0);
    check_int("error", err, lie != NULL ? lie->err : MSK_OK);
    return b.now - begin;
}

/* An answer that nobody verified is worth as much as none: with it a service is
 * left no earlier than in silence, and not for want of trying. */
static void
comes_to_a_clear_end_with_every_lie(void **state)
{
    const struct msk_ue_config *const configs[] = { &bench_joins, &registers };

    (void)state;
    for (size_t c = 0; c < 2; c++) {
        msk_time silence = live_until_it_leaves(configs[c], NULL);

        assert_true(silence >= 60000 && silence < 61000);
        check_int("requests", b.requests <= 4, true);
        for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
            msk_time time;

            stop(NULL);
            time = live_until_it_leaves(configs[c], &lies[i]);
            if (time < silence)
                fail_msg("%s: left after %u ms, in silence after %u",
                         lies[i].name, (unsigned)time, (unsigned)silence);
            assert_true(time < 61000);
            check_int(lies[i].name, last(MSK_UE_EFFECT_RESULT)->reason,
                      lies[i].result);
            check_int(lies[i].name, last(MSK_UE_EFFECT_RESULT)->code, 0);
            assert_true(b.requests >= 3 && b.requests <= 20);
        }
        stop(NULL);
        start_as(b.layout, &bench_joins);
    }
}

static void
ignores_a_forgery_when_the_answer_comes_next(void **state)
{
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        start_as(*(enum msk_layout *)*state, &bench_joins);
        b.answer = lies[i].answer;
        b.code = lies[i].code;
        bench_serve_all(&b, 3);
        b.answer = ANSWER_TRUE;
        b.code = 200;
        b.digest_seen.nc = 0;
        for (int j = 0; j < 20; j++) {
            bench_wait(&b, 1000);
            bench_serve_all(&b, 3);
        }
        check_int(lies[i].name, bench_msk(&b, GROUP, 1), MSK_OK);
        bench_wait(&b, 3600000);
        check_int(lies[i].name, seen(MSK_UE_EFFECT_LEAVE), 0);
        check_int(lies[i].name, last(MSK_UE_EFFECT_RESULT)->code, 200);
        stop(NULL);
    }
    start(state);
}

static void
takes_the_first_code_of_an_item_that_comes_twice(void **state)
{
    (void)state;
    b.answer = ANSWER_TWICE;
    bench_serve_all(&b, 3);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
}

static void
sends_credentials_at_once_when_it_has_a_nonce(void **state)
{
    (void)state;
    check_int("without", (long long)b.authorization_len, 0);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_wait(&b, 2000);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    assert_true(b.asked && b.authorization_len > 0);
    check_int("answer", bench_serve(&b), MSK_OK);
    check_int("requests", b.requests, 3);
}

/* The keys of the second bootstrap are the only ones the BM-SC knows. */
static void
bootstraps_once_and_sends_the_same_request_again(void **state)
{
    (void)state;
    b.answer = ANSWER_BOOTSTRAP;
    check_int("401", bench_serve(&b), MSK_OK);
    assert_true(b.asked);
    check_int("401", bench_serve(&b), MSK_OK);
    assert_false(b.asked);
    check_int("bootstrap", last(MSK_UE_EFFECT_BOOTSTRAP_NEEDED)->reason,
              MSK_REASON_RENEGOTIATE);
    bench_wait(&b, 3600000); /* however long it takes */
    assert_false(b.asked);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    b.answer = ANSWER_TRUE;
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    assert_true(b.asked);
    bench_serve_all(&b, 2);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
    check_int("bootstraps", seen(MSK_UE_EFFECT_BOOTSTRAP_NEEDED), 1);
}

static void
bootstraps_no_more_than_once_for_a_request(void **state)
{
    (void)state;
    b.answer = ANSWER_BOOTSTRAP;
    bench_serve_all(&b, 2);
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    check_int("401", bench_serve(&b), MSK_ERR_DIGEST);
    check_int("bootstraps", seen(MSK_UE_EFFECT_BOOTSTRAP_NEEDED), 1);
    check_int("result", last(MSK_UE_EFFECT_RESULT)->reason,
              MSK_REASON_UNVERIFIED);
}

static void
uses_newer_keys_first(void **state)
{
    (void)state;
    check_int("401", bench_serve(&b), MSK_OK);
    assert_true(b.asked && b.authorization_len > 0);
    check_int("keys", bench_keys(&b, 2), MSK_OK); /* under way: the old ones */
    b.answer = ANSWER_BOOTSTRAP;
    check_int("401", bench_serve(&b), MSK_OK);
    assert_true(b.asked);
    check_int("bootstraps", seen(MSK_UE_EFFECT_BOOTSTRAP_NEEDED), 0);
    b.answer = ANSWER_TRUE;
    bench_serve_all(&b, 2);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
}

static void
verifies_with_the_keys_it_asked_with(void **state)
{
    (void)state;
    check_int("401", bench_serve(&b), MSK_OK);
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    b.bootstraps = 1; /* the answer was made before */
    check_int("answer", bench_serve(&b), MSK_OK);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
}

/* The bench looks at what each request says (TS 33.535 B.1.2.2). */
static void
says_that_keys_come_from_akma(void **state)
{
    struct msk_ue_config akma = bench_joins;

    (void)state;
    akma.akma = true;
    check_int("power cycle", bench_power_cycle(&b, &akma), MSK_OK);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("401", bench_serve(&b), MSK_OK);
    check_int("answer", bench_serve(&b), MSK_OK);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
}

static void
asks_for_keys_when_it_has_none(void **state)
{
    (void)state;
    check_int("power cycle", bench_power_cycle(&b, &bench_joins), MSK_OK);
    bench_forget(&b);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    assert_false(b.asked);
    check_int("bootstrap", last(MSK_UE_EFFECT_BOOTSTRAP_NEEDED)->reason,
              MSK_REASON_NO_KEYS);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
    assert_true(b.asked);
}

static void
forgets_a_request_for_keys_no_longer_wanted(void **state)
{
    (void)state;
    b.answer = ANSWER_BOOTSTRAP;
    bench_serve_all(&b, 2);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    b.requests = 0;
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    check_int("requests", b.requests, 0);
}

#define DAY "Fri, 31 Dec 1999 23:59:"

/* What a server may say of when to come again, and when the UE does. */
static const struct {
    const char *value, *date;
    msk_time least, most;
} waits[] = {
    { "7", NULL, 7000, 7001 },
    { "299", NULL, 299000, 299001 },
    { "99999999999999999999", NULL, 300000, 300001 },
    { "18446744073709551617", NULL, 300000, 300001 }, /* 1, modulo 2^64 */
    { DAY "59 GMT", DAY "30 GMT", 29000, 29001 },
    { "Friday, 31-Dec-99 23:59:59 GMT", DAY "30 GMT", 29000, 29001 },
    { DAY "59 GMT", "Fri Dec 31 23:00:00 1999", 300000, 300001 },
    { DAY "59 GMT", DAY "59 GMT", 1000, 2001 },
    { DAY "30 GMT", DAY "59 GMT", 1000, 2001 }, /* it is over */
    { DAY "59 GMT", NULL, 1000, 2001 },         /* from when? */
    { DAY "59 GMT", "yesterday", 1000, 2001 },
    { "", NULL, 1000, 2001 },
    { "-5", NULL, 1000, 2001 },
    { "soon", DAY "30 GMT", 1000, 2001 },
};

static void
check_wait(size_t i)
{
    bench_wait(&b, waits[i].least - 1);
    if (b.asked)
        fail_msg("'%s': it came too early", waits[i].value);
    bench_wait(&b, waits[i].most - waits[i].least + 1);
    if (!b.asked)
        fail_msg("'%s': it does not come", waits[i].value);
    check_int(waits[i].value, seen(MSK_UE_EFFECT_LEAVE), 0);
}

static void
obeys_retry_after_up_to_a_cap(void **state)
{
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        stop(NULL);
        start(state);
        b.answer = ANSWER_ERROR;
        b.code = 503;
        b.retry_after = waits[i].value;
        b.date = waits[i].date;
        check_int(waits[i].value, bench_serve(&b), MSK_ERR_DIGEST);
        check_wait(i);
    }
}

/* In an answer that is verified it is for the items that were refused. */
static void
obeys_retry_after_for_items(void **state)
{
    const struct msk_ue_config *const configs[] = { &bench_joins, &registers };

    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
            stop(NULL);
            start_as(*(enum msk_layout *)*state, configs[c]);
            b.code = 503;
            b.retry_after = waits[i].value;
            b.date = waits[i].date;
            bench_serve_all(&b, 3);
            check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 503);
            check_wait(i);
        }
}

/* However often: waiting for it is no attempt, and no time of the patience. */
static void
loses_no_patience_under_retry_after(void **state)
{
    const struct msk_ue_config *const configs[] = { &bench_joins, &registers };
    const char *const after[] = { "3", "200" };

    for (size_t n = 0; n < 8; n++) {
        stop(NULL);
        start_as(*(enum msk_layout *)*state, configs[n & 1]);
        b.answer = (n & 2) != 0 ? ANSWER_ERROR : ANSWER_TRUE;
        b.code = 503;
        b.retry_after = after[n >> 2 & 1];
        for (int i = 0; i < 6000; i++) {
            bench_serve_all(&b, 2);
            bench_wait(&b, 100);
            check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
            bench_forget(&b);
        }
        assert_true(b.requests >= 3);
    }
}

/* "200 OK" with a Retry-After is for nobody. */
static void
waits_for_no_retry_after_of_what_was_granted(void **state)
{
    (void)state;
    b.retry_after = "200";
    bench_serve_all(&b, 3);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
    bench_wait(&b, 15000);
    assert_true(b.asked);
}

/* A UE that sleeps, or whose clock goes forward, has not waited: when it asks,
 * before it asks again, or for its MSK. */
static void
loses_no_patience_while_it_sleeps(void **state)
{
    const struct msk_ue_config *const configs[] = { &bench_joins, &registers };

    for (size_t n = 0; n < 6; n++) {
        stop(NULL);
        start_as(*(enum msk_layout *)*state, configs[n & 1]);
        b.answer = n < 4 ? ANSWER_ERROR : ANSWER_TRUE;
        b.code = n < 4 ? 500 : 200;
        if (n >= 2)
            bench_serve_all(&b, 3);
        b.now += 86400000;
        check_int("timer", msk_ue_timer(b.ue, b.now), MSK_OK);
        bench_wait(&b, 2000);
        check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
        assert_true(b.asked);
        b.answer = ANSWER_TRUE;
        b.code = 200;
        bench_serve_all(&b, 5);
        check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
        bench_wait(&b, 3600000);
        check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    }
}

static void
uses_the_algorithms_that_it_may(void **state)
{
    struct msk_ue_config c = bench_joins;

    stop(NULL);
    c.algorithms = MSK_ALGORITHM_SHA256;
    start_as(*(enum msk_layout *)*state, &c);
    b.server.algorithms = MSK_ALGORITHM_MD5;
    check_int("MD5", bench_serve(&b), MSK_ERR_DIGEST);
    check_int("result", last(MSK_UE_EFFECT_RESULT)->reason,
              MSK_REASON_UNVERIFIED);
    stop(NULL);
    start(state);
    b.server.algorithms = MSK_ALGORITHM_MD5;
    bench_serve_all(&b, 3);
    check_int("code", last(MSK_UE_EFFECT_RESULT)->code, 200);
}

/* Once an answer was verified with SHA-256 there is no way back to MD5, with
 * newer keys neither. */
static void
goes_back_to_no_weaker_algorithm(void **state)
{
    (void)state;
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_wait(&b, 2000);
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    b.server.algorithms = MSK_ALGORITHM_MD5;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    check_int("MD5", bench_serve(&b), MSK_ERR_DIGEST);
    assert_false(b.asked);
}

/* Decision 21: an MSK has its whole time, whatever another group's request
 * does meanwhile. */
static void
does_not_count_the_time_of_a_bootstrap(void **state)
{
    (void)state;
    bench_serve_all(&b, 3); /* granted: 10 s from here */
    bench_wait(&b, 4000);
    check_int("start", bench_service(&b, "film", 0, 0), MSK_OK);
    b.answer = ANSWER_BOOTSTRAP;
    check_int("401", bench_serve(&b), MSK_OK);
    b.requests = 0;
    bench_wait(&b, 3600000);
    b.answer = ANSWER_TRUE;
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    bench_serve_all(&b, 9);
    check_int("requests", b.requests, 1); /* for the other group */
    b.asked = false;
    bench_wait(&b, 5900);
    assert_false(b.asked);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

/* However patient it is, it does not wait much longer than a minute. */
static void
waits_no_longer_than_two_minutes_before_it_asks_again(void **state)
{
    struct msk_ue_config c = bench_joins;

    (void)state;
    c.patience = 3600000;
    stop(NULL);
    start_as(b.layout, &c);
    b.answer = ANSWER_NONE;
    for (unsigned i = 1; i < 20; i++) {
        msk_time before = b.now;

        bench_serve_all(&b, 1);
        while (!b.asked && b.now <= before + 128000)
            bench_wait(&b, 1000);
        assert_true(b.asked);
        check_int("requests", b.requests, i + 1);
        bench_forget(&b);
    }
    bench_wait(&b, 3600000);
    check_int("left", last(MSK_UE_EFFECT_LEAVE)->reason, MSK_REASON_PATIENCE);
}

static void
refuses_an_answer_that_was_not_asked_for(void **state)
{
    const struct msk_http_response small = { .size = 3 };

    (void)state;
    check_int("size", msk_ue_take_response(b.ue, &small, b.now),
              MSK_ERR_ARGUMENT);
    check_int("none", msk_ue_take_response(b.ue, NULL, b.now), MSK_OK);
    check_int("again", msk_ue_take_response(b.ue, NULL, b.now), MSK_ERR_STATE);
}

static void
gives_up_an_answer_in_time_and_survives_clock_steps(void **state)
{
    (void)state;
    bench_wait(&b, 29999);
    check_int("result", seen(MSK_UE_EFFECT_RESULT), 0);
    b.now = 5; /* the timer begins again */
    assert_true(msk_ue_due(b.ue, b.now) == 30005);
    check_int("timer", msk_ue_timer(b.ue, b.now), MSK_OK);
    bench_wait(&b, 29999);
    check_int("result", seen(MSK_UE_EFFECT_RESULT), 0);
    bench_wait(&b, 1);
    check_int("result", last(MSK_UE_EFFECT_RESULT)->reason,
              MSK_REASON_UNREACHABLE);
    b.now += 1000000000; /* all is due, once */
    check_int("timer", msk_ue_timer(b.ue, b.now), MSK_OK);
    check_int("requests", b.requests, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_BOTH(comes_to_a_clear_end_with_every_lie),
        BENCH_BOTH(ignores_a_forgery_when_the_answer_comes_next),
        BENCH_BOTH(takes_the_first_code_of_an_item_that_comes_twice),
        BENCH_BOTH(sends_credentials_at_once_when_it_has_a_nonce),
        BENCH_BOTH(bootstraps_once_and_sends_the_same_request_again),
        BENCH_BOTH(bootstraps_no_more_than_once_for_a_request),
        BENCH_BOTH(uses_newer_keys_first),
        BENCH_BOTH(verifies_with_the_keys_it_asked_with),
        BENCH_BOTH(says_that_keys_come_from_akma),
        BENCH_BOTH(asks_for_keys_when_it_has_none),
        BENCH_BOTH(forgets_a_request_for_keys_no_longer_wanted),
        BENCH_BOTH(obeys_retry_after_up_to_a_cap),
        BENCH_BOTH(obeys_retry_after_for_items),
        BENCH_BOTH(loses_no_patience_under_retry_after),
        BENCH_BOTH(waits_for_no_retry_after_of_what_was_granted),
        BENCH_BOTH(loses_no_patience_while_it_sleeps),
        BENCH_BOTH(uses_the_algorithms_that_it_may),
        BENCH_BOTH(goes_back_to_no_weaker_algorithm),
        BENCH_BOTH(does_not_count_the_time_of_a_bootstrap),
        BENCH_BOTH(waits_no_longer_than_two_minutes_before_it_asks_again),
        BENCH_BOTH(refuses_an_answer_that_was_not_asked_for),
        BENCH_BOTH(gives_up_an_answer_in_time_and_survives_clock_steps),
    };

    return bench_run(tests);
}
