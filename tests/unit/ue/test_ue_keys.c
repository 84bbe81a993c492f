/* SPDX-License-Identifier: MIT */
/*
 * Keys that were replaced are gone from the memory of the session, whatever it
 * was doing: at once, or, where a request under them is under way, when that
 * has ended.
 */
#include <string.h>

#include "ue/exchange.h"
#include "ue_bench.h"

#define GROUP BENCH_GROUP

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

static bool
remembers(unsigned n)
{
    uint8_t muk[32], mrk[32];

    bench_key(n, 'U', muk);
    bench_key(n, 'R', mrk);
    return bench_remembers(&b, muk, sizeof muk) ||
           bench_remembers(&b, mrk, sizeof mrk);
}

static void
be_idle(void)
{
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
}

static void
be_asked(void)
{
}

static void
be_authorised(void)
{
    check_int("401", bench_serve(&b), MSK_OK);
    assert_true(b.authorization_len > 0);
}

static void
be_without_keys(void)
{
    b.answer = ANSWER_BOOTSTRAP;
    bench_serve_all(&b, 2);
    b.answer = ANSWER_TRUE;
}

static void
be_paused(void)
{
    b.answer = ANSWER_ERROR;
    b.code = 503;
    b.retry_after = "60";
    bench_serve_all(&b, 2);
    b.answer = ANSWER_TRUE;
    b.code = 200;
    b.retry_after = NULL;
}

static void
be_refused(void)
{
    b.answer = ANSWER_BAD_RSPAUTH;
    bench_serve_all(&b, 2);
    b.answer = ANSWER_TRUE;
}

static void
be_faulty(void)
{
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_wait(&b, 2000);
    b.random_fail_at = b.random_calls + 1;
    (void)bench_pull(&b, GROUP);
    b.random_fail_at = 0;
}

static const struct moment {
    const char *name;
    void (*come)(void);
    uint8_t state; /* of the exchange */
} moments[] = {
    { "idle", be_idle, MSK_EXCHANGE_IDLE },
    { "asked", be_asked, MSK_EXCHANGE_SENT },
    { "asked with keys", be_authorised, MSK_EXCHANGE_SENT },
    { "waits for keys", be_without_keys, MSK_EXCHANGE_KEYS },
    { "paused", be_paused, MSK_EXCHANGE_PAUSE },
    { "not believed", be_refused, MSK_EXCHANGE_IDLE },
    { "no randomness", be_faulty, MSK_EXCHANGE_PAUSE },
};

/* The request under way ends in each way. */
static const enum bench_answer ends[] = { ANSWER_TRUE, ANSWER_NONE,
                                          ANSWER_BAD_RSPAUTH, ANSWER_BOOTSTRAP,
                                          ANSWER_STALE };

static void
replace(const struct moment *moment, enum bench_answer end, bool later)
{
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    moment->come();
    check_int(moment->name, b.ue->exchange.state, moment->state);
    assert_true(remembers(1));
    later = later && !bench_on_card(); /* which is not told of a MUK */
    b.store.later = later;
    check_int(moment->name, bench_keys(&b, 2), later ? MSK_PENDING : MSK_OK);
    b.store.later = false;
    check_int(moment->name, bench_complete(&b), later ? MSK_OK : MSK_PENDING);
    assert_true(remembers(2));
    if (moment->state == MSK_EXCHANGE_SENT) {
        b.answer = end;
        (void)bench_serve(&b);
    }
    if (remembers(1))
        fail_msg("%s, then answer %d: old keys are still there", moment->name,
                 end);
}

static void
forgets_keys_that_were_replaced(void **state)
{
    for (size_t m = 0; m < sizeof moments / sizeof moments[0]; m++)
        for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++)
            for (int later = 0; later < 2; later++) {
                stop(NULL);
                start(state);
                replace(&moments[m], ends[e], later != 0);
            }
}

/* A request that is never answered: its time ends it. */
static void
forgets_them_when_the_time_for_an_answer_is_over(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    be_authorised();
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    assert_true(remembers(1)); /* to verify the answer with */
    bench_wait(&b, 30000);
    assert_false(remembers(1));
}

/* What was not set is not kept either. */
static void
forgets_keys_that_were_refused(void **state)
{
    static const uint8_t other[32] = "other keys, which nobody keeps!";
    const struct msk_ue_keys keys = { .size = sizeof keys,
                                      .btid = msk_text("run1@bsf.example.org"),
                                      .muk = { other, sizeof other },
                                      .mrk = { other, sizeof other } };

    (void)state;
    check_int("conflict", msk_ue_set_keys(b.ue, &keys, b.now),
              MSK_ERR_CONFLICT);
    assert_false(bench_remembers(&b, other, sizeof other));
    for (size_t n = 1; n <= 2; n++) {
        b.store.fail_at = b.store.calls + n;
        check_int("store", bench_keys(&b, 2), MSK_ERR_STORE);
        assert_false(remembers(2));
    }
    assert_true(remembers(1));
}

/* Keys of the n-th bootstrap with that age; without a MUK for a card. */
static int
set(unsigned n, uint64_t age, bool with_muk, const char *mrk_text)
{
    uint8_t muk[32], mrk[32],
        btid[8] = { 'r', 'u', 'n', (uint8_t)('0' + n), '@', 'b', 's', 'f' };
    struct msk_ue_keys keys = { .size = sizeof keys, .age = age };

    bench_key(n, 'U', muk);
    bench_key(n, 'R', mrk);
    keys.btid = (struct msk_bytes){ btid, sizeof btid };
    if (with_muk)
        keys.muk = (struct msk_bytes){ muk, sizeof muk };
    keys.mrk = (struct msk_bytes){ mrk, sizeof mrk };
    if (mrk_text != NULL)
        keys.mrk = msk_text(mrk_text);
    return msk_ue_set_keys(b.ue, &keys, b.now);
}

/* Decision 27, in the MGV-F or, where that is told of no MUK, in memory. */
static void
takes_no_keys_that_are_older(void **state)
{
    for (int with_muk = 0; with_muk < 2; with_muk++) {
        bool muk = with_muk != 0;

        stop(NULL);
        start(state);
        check_int("new", set(2, 1000, muk, NULL), MSK_OK);
        check_int("the same", set(2, 1000, muk, NULL), MSK_OK);
        check_int("the same, without age", set(2, 0, muk, NULL), MSK_OK);
        check_int("older", set(3, 999, muk, NULL), MSK_ERR_OLD_KEY);
        check_int("as old", set(3, 1000, muk, NULL), MSK_ERR_OLD_KEY);
        check_int("no age", set(3, 0, muk, NULL), MSK_ERR_OLD_KEY);
        assert_false(remembers(3));
        assert_true(remembers(2));
        check_int("newer", set(3, 1001, muk, NULL), MSK_OK);
        check_int("newest", set(4, UINT64_MAX, muk, NULL), MSK_OK);
        check_int("none is", set(5, UINT64_MAX, muk, NULL), MSK_ERR_OLD_KEY);
        assert_true(remembers(4));
        assert_false(remembers(5));
    }
}

/* A request that waits for keys goes on with none that is refused. */
static void
goes_on_with_no_keys_that_are_older(void **state)
{
    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    be_without_keys();
    check_int("waits", b.ue->exchange.state, MSK_EXCHANGE_KEYS);
    check_int("older", set(2, 0, false, NULL), MSK_ERR_OLD_KEY);
    check_int("older", set(2, 1, true, NULL), MSK_ERR_OLD_KEY);
    check_int("waits", b.ue->exchange.state, MSK_EXCHANGE_KEYS);
    assert_false(b.asked);
    check_int("newer", bench_keys(&b, 2), MSK_OK);
    assert_true(b.asked);
}

/* Another MRK under a name that is there; none at all, and the same again. */
static void
takes_no_other_mrk_under_the_same_name(void **state)
{
    (void)state;
    check_int("new", set(2, 7, false, NULL), MSK_OK);
    check_int("other", set(2, 8, false, "another MRK, of 32 octets: wrong"),
              MSK_ERR_CONFLICT);
    check_int("shorter", set(2, 8, false, "another MRK"), MSK_ERR_CONFLICT);
    assert_true(remembers(2));
    check_int("none", set(2, 7, false, ""), MSK_OK);
    check_int("again", set(2, 7, false, NULL), MSK_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_BOTH(forgets_keys_that_were_replaced),
        BENCH_BOTH(forgets_them_when_the_time_for_an_answer_is_over),
        BENCH_SOFT("a card makes its MUKs and is given none",
                   forgets_keys_that_were_refused),
        BENCH_SOFT("a card makes its MUKs and is given none",
                   takes_no_keys_that_are_older),
        BENCH_SOFT("a card makes its MUKs and is given none",
                   goes_on_with_no_keys_that_are_older),
        BENCH_BOTH(takes_no_other_mrk_under_the_same_name),
    };

    return bench_run(tests);
}
