/* SPDX-License-Identifier: MIT */
/*
 * A whole life of a session, played again and again: with a store that answers
 * later, and with the n-th call of each provider failing, for every n. The
 * host sees the same in the end, or a clear error and a session that goes on.
 */
#include <stdlib.h>
#include <string.h>

#include "ue/exchange.h"
#include "ue_bench.h"

#define GROUP BENCH_GROUP

static struct bench b, other;
static int worst; /* the last error that was not of kind fine */

static const struct msk_ue_config config = {
    .registration = MSK_REGISTRATION_REQUIRED,
};

/* What a call returned in the end. */
static int
done(int err)
{
    if (err == MSK_PENDING) {
        check_int("busy", msk_ue_timer(b.ue, b.now), MSK_ERR_BUSY);
        assert_true(msk_ue_due(b.ue, b.now) == MSK_NEVER);
        check_int("token",
                  msk_ue_complete(b.ue, b.store.token + 1, MSK_OK, b.now),
                  MSK_ERR_STATE);
        check_int("result",
                  msk_ue_complete(b.ue, b.store.token, MSK_PENDING, b.now),
                  MSK_ERR_ARGUMENT);
        err = bench_complete(&b);
    }
    check_int("nothing is pending", msk_ue_complete(b.ue, 1, MSK_OK, b.now),
              MSK_ERR_STATE);
    if (err != MSK_OK)
        worst = err;
    return err;
}

/* Lets time pass; every call that is pending is completed. */
static void
pass(msk_time time)
{
    msk_time end = b.now + time;

    while (done(bench_wait(&b, end - b.now)) != MSK_OK && b.now < end)
        ;
    b.now = end;
}

static void
serve(void)
{
    for (int i = 0; i < 4 && b.asked; i++)
        (void)done(bench_serve(&b));
}

/* Start, push, pull, missed update, MTK, stop: each as often as it takes. */
static void
live(void)
{
    uint8_t mki[6] = { 0x68, 0xCA, 0, 5, 0, 1 };

    for (int i = 0; i < 3 && done(bench_service(&b, "film", 1, 1)) != MSK_OK;
         i++)
        pass(1000);
    for (int i = 0; i < 3; i++) {
        serve();
        pass(3000);
    }
    (void)done(bench_msk(&b, GROUP, 1));
    (void)done(bench_msk(&b, GROUP, 2));
    (void)done(bench_msk(&b, BENCH_OTHER, 1));
    (void)done(bench_mtk(&b, GROUP, 2, 1));
    pass(2000);
    (void)done(bench_pull(&b, GROUP));
    serve();
    (void)done(bench_msk(&b, GROUP, 3));
    pass(2000);
    (void)done(msk_ue_missed(b.ue, msk_text("film"), msk_text("239.1.1.1/5000"),
                             (struct msk_bytes){ mki, 6 }, b.now));
    for (int i = 0; i < 3; i++) {
        pass(3000);
        serve();
    }
    (void)done(bench_msk(&b, GROUP, 4));
    (void)done(bench_stop(&b, "film"));
    for (int i = 0; i < 3; i++) {
        serve();
        pass(6000);
    }
}

static void
begin(enum msk_layout layout)
{
    bench_start(&b, layout, &config);
    bench_forget(&b);
    worst = MSK_OK;
}

static void
end(void)
{
    check_int("steps that no table defines", b.undefined, 0);
    check_int("HMAC keys not ended", b.crypto.open, 0);
    bench_check_neighbour(&b);
    msk_ue_wipe(b.ue);
    msk_mgvf_wipe(b.mgvf);
    release(NULL);
}

static void
is_the_same_when_the_store_answers_later(void **state)
{
    enum msk_layout layout = *(enum msk_layout *)*state;

    begin(layout);
    live();
    check_int("no error", worst, MSK_OK);
    assert_true(b.n_seen > 15 && b.n_seen < BENCH_SEEN);
    end();
    memcpy(&other, &b, sizeof b);
    begin(layout);
    b.store.later = true;
    live();
    check_int("no error", worst, MSK_OK);
    check_int("effects", (long long)b.n_seen, (long long)other.n_seen);
    for (size_t i = 0; i < b.n_seen; i++)
        check_octets(
            "effect", exact((const uint8_t *)&b.seen[i], sizeof b.seen[i]),
            exact((const uint8_t *)&other.seen[i], sizeof other.seen[i]));
    end();
}

/* After the failure all works: the session can start, ask and receive. */
static void
check_it_works(const char *what, size_t n)
{
    int err = MSK_ERR_STATE;

    b.asked = b.asked && b.ue->exchange.state == MSK_EXCHANGE_SENT;
    for (int i = 0; i < 20; i++) {
        serve();
        pass(8000);
    }
    check_int(what, done(bench_service(&b, "news", 0, 0)), MSK_OK);
    serve();
    for (int i = 0; i < 3 && err != MSK_OK; i++)
        err = done(bench_msk(&b, GROUP, 9));
    if (err != MSK_OK)
        fail_msg("%s: call %zu failed, and then no push was taken", what, n);
}

enum provider { CRYPTO, STORE, LATE_STORE, RANDOM, PROVIDERS };

static size_t
calls_of(enum provider p)
{
    return p == CRYPTO ? b.crypto.calls
                       : (p == RANDOM ? b.random_calls : b.store.calls);
}

static void
fail_at(enum provider p, size_t n, bool for_ever)
{
    b.crypto.fail_at = p == CRYPTO ? n : 0;
    b.random_fail_at = p == RANDOM ? n : 0;
    b.crypto.for_ever = p == CRYPTO && for_ever;
    b.random_fails_for_ever = p == RANDOM && for_ever;
    b.store.for_ever = (p == STORE || p == LATE_STORE) && for_ever;
    b.store.fail_at = p == STORE || p == LATE_STORE ? n : 0;
    b.store.later = p == LATE_STORE;
}

static void
survive(const char *what, enum msk_layout layout, enum provider p, int error,
        bool for_ever)
{
    size_t n, first;

    begin(layout);
    first = calls_of(p);
    live();
    n = calls_of(p);
    end();
    assert_true(n > first);
    while (++first <= n) {
        begin(layout);
        fail_at(p, first, for_ever);
        live();
        check_int(what, worst != MSK_OK, true);
        assert_true(worst == error || msk_err_kind(worst) != MSK_KIND_FATAL);
        fail_at(PROVIDERS, 0, false);
        check_it_works(what, first);
        end();
    }
}

/* Once, or from then on: then the host may not have to spin either. */
static void
survives_each_failure_of(const char *what, enum msk_layout layout,
                         enum provider p, int error)
{
    survive(what, layout, p, error, false);
    survive(what, layout, p, error, true);
}

static void
survives_each_failure_of_the_store(void **state)
{
    survives_each_failure_of("store", *(enum msk_layout *)*state, STORE,
                             bench_trouble());
}

static void
survives_each_failure_of_a_late_store(void **state)
{
    survives_each_failure_of("late store", *(enum msk_layout *)*state,
                             LATE_STORE, bench_trouble());
}

static void
survives_each_failure_of_the_crypto_provider(void **state)
{
    survives_each_failure_of("crypto", *(enum msk_layout *)*state, CRYPTO,
                             MSK_ERR_CRYPTO);
}

static void
survives_each_failure_of_randomness(void **state)
{
    survives_each_failure_of("random", *(enum msk_layout *)*state, RANDOM,
                             MSK_ERR_RANDOM);
}

/* Two sessions, one MGV-F: while it works for the other one, this one is
 * busy, changes nothing, and does its own work later. */
static void
is_busy_while_the_mgvf_works_for_another_session(void **state)
{
    struct msk_held held = { .size = sizeof held };
    size_t seen;

    begin(*(enum msk_layout *)*state);
    check_int("start", done(bench_service(&b, "news", 0, 0)), MSK_OK);
    serve();
    check_int("push", done(bench_msk(&b, GROUP, 1)), MSK_OK);
    seen = b.n_seen;
    b.store.later = true;
    check_int("other", bench_held(&b, GROUP, &held), MSK_PENDING);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_ERR_BUSY);
    if (!bench_on_card()) /* which is not told of a MUK */
        check_int("keys", bench_keys(&b, 2), MSK_ERR_BUSY);
    check_int("start", bench_service(&b, "film", 0, 0), MSK_ERR_BUSY);
    check_int("effects", (long long)b.n_seen, (long long)seen);
    check_int("stop", bench_stop(&b, "news"), MSK_OK); /* and forget later */
    assert_true(msk_ue_due(b.ue, b.now) <= b.now + 50);
    b.store.later = false;
    check_int(
        "other",
        msk_mgvf_complete(b.mgvf, b.store.token, bench_store_answer(&b), NULL),
        MSK_OK);
    pass(1000);
    check_int("forgotten", bench_held(&b, GROUP, NULL), MSK_ERR_NOT_MINE);
    end();
}

/* A service is refused, and the store takes a minute for each call of what
 * that leads to: no request times out before the host has it, and no result
 * is lost. */
static void
waits_for_no_answer_to_what_is_not_sent(void **state)
{
    int err;

    begin(*(enum msk_layout *)*state);
    check_int("start", done(bench_service(&b, "news", 0, 0)), MSK_OK);
    (void)bench_serve(&b);
    bench_forget(&b);
    b.code = 403;
    b.store.later = true;
    err = bench_serve(&b);
    check_int("look", err, MSK_PENDING);
    while (err == MSK_PENDING) {
        b.now += 60000;
        err =
            msk_ue_complete(b.ue, b.store.token, bench_store_answer(&b), b.now);
    }
    check_int("results", (long long)bench_count(&b, MSK_UE_EFFECT_RESULT), 1);
    check_int("code", bench_last(&b, MSK_UE_EFFECT_RESULT)->code, 403);
    check_int("procedure", bench_last(&b, MSK_UE_EFFECT_RESULT)->procedure,
              MSK_PROCEDURE_REGISTER);
    assert_true(b.asked); /* to deregister */
    end();
}

/* How often it was told that this MSK is held, or gone. */
static long long
told(enum msk_ue_effect_kind kind, uint16_t group, uint16_t number)
{
    long long n = 0;

    assert_true(b.n_seen <= BENCH_SEEN);
    for (size_t i = 0; i < b.n_seen; i++)
        n += b.seen[i].kind == kind && b.seen[i].id.group == group &&
                     b.seen[i].id.number == number
                 ? 1
                 : 0;
    return n;
}

/* What is held is what was told, less what was told to be gone. */
static void
check_told(void)
{
    for (uint16_t group = GROUP; group <= BENCH_OTHER; group++) {
        struct msk_held held = { .size = sizeof held };
        int err = bench_held(&b, group, &held);
        long long n = 0;

        for (uint16_t number = 1; number <= 3; number++)
            n += told(MSK_UE_EFFECT_MSK, group, number) -
                 told(MSK_UE_EFFECT_MSK_DELETED, group, number);
        assert_true(err == MSK_OK || err == MSK_ERR_NOT_MINE);
        check_int("held", (long long)held.n, n);
    }
}

/* The n-th call of the store fails while two groups are forgotten, and an MSK
 * comes for one of them before that is done again. */
static void
tells_what_is_gone_when_it_is(void **state)
{
    for (size_t n = 1; n <= 8; n++) {
        begin(*(enum msk_layout *)*state);
        check_int("start", done(bench_service(&b, "film", 0, 0)), MSK_OK);
        serve();
        bench_forget(&b);
        check_int("push", done(bench_msk(&b, GROUP, 1)), MSK_OK);
        check_int("push", done(bench_msk(&b, BENCH_OTHER, 1)), MSK_OK);
        b.store.fail_at = b.store.calls + n;
        (void)done(bench_stop(&b, "film"));
        b.store.fail_at = 0;
        check_told();
        (void)done(bench_msk(&b, GROUP, 2));
        (void)done(bench_msk(&b, BENCH_OTHER, 3));
        check_told();
        pass(20000);
        check_told();
        check_int("gone", told(MSK_UE_EFFECT_MSK_DELETED, GROUP, 1), 1);
        check_int("gone", told(MSK_UE_EFFECT_MSK_DELETED, BENCH_OTHER, 1), 1);
        end();
    }
}

int
main(void)
{
    static enum msk_layout csb = MSK_LAYOUT_CSB, keyid = MSK_LAYOUT_KEYID;
#define BOTH(test)                                   \
    { "csb: " #test, test, NULL, release, &csb },    \
    {                                                \
        "keyid: " #test, test, NULL, release, &keyid \
    }
    const struct CMUnitTest tests[] = {
        BOTH(is_the_same_when_the_store_answers_later),
        BOTH(survives_each_failure_of_the_store),
        BOTH(survives_each_failure_of_a_late_store),
        BOTH(survives_each_failure_of_the_crypto_provider),
        BOTH(survives_each_failure_of_randomness),
        BOTH(is_busy_while_the_mgvf_works_for_another_session),
        BOTH(waits_for_no_answer_to_what_is_not_sent),
        BOTH(tells_what_is_gone_when_it_is),
    };

    return bench_run(tests);
}
