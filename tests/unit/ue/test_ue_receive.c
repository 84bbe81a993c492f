/* SPDX-License-Identifier: MIT */
/* Messages and traffic: push, pull, a stale MUK, missed updates. Change
 * request 6.3.2.2.3, 6.3.2.2.4, 6.3.2.3.1; decisions 3, 11, 20, 22. */
#include <string.h>

#include "ue_bench.h"

#define GROUP BENCH_GROUP
#define OTHER BENCH_OTHER
#define FLOW "239.1.1.1/5000"

static struct bench b;

/* With the MSK number 1, and all quiet for a while. */
static int
start(void **state)
{
    bench_start(&b, *(enum msk_layout *)*state, &bench_joins);
    check_int("start", bench_service(&b, "news", 5, 0), MSK_OK);
    bench_wait(&b, 5000);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_wait(&b, 2000);
    bench_forget(&b);
    b.requests = 0;
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

static int
missed(const char *service, const char *flow, uint16_t group, uint16_t number)
{
    uint8_t mki[6] = { (uint8_t)(group >> 8),
                       (uint8_t)(group & 0xFF),
                       (uint8_t)(number >> 8),
                       (uint8_t)(number & 0xFF),
                       0,
                       1 };

    return msk_ue_missed(b.ue, msk_text(service), msk_text(flow),
                         (struct msk_bytes){ mki, sizeof mki }, b.now);
}

static void
tells_of_a_push_and_acknowledges_it(void **state)
{
    (void)state;
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("MSK", bench_last(&b, MSK_UE_EFFECT_MSK)->id.number, 2);
    check_int("acknowledged", seen(MSK_UE_EFFECT_SEND_MIKEY), 1);
    check_int("push", bench_msk(&b, GROUP, 3), MSK_OK);
    check_int("deleted", bench_last(&b, MSK_UE_EFFECT_MSK_DELETED)->id.number,
              1);
    check_int("requests", b.requests, 0);
}

/* The views of the MGV-F are gone when the key log returns. */
static void
tells_of_the_same_whatever_the_key_log_does(void **state)
{
    const struct bench_seen *seen_mtk;
    uint8_t want[16];

    (void)state;
    b.looks = true;
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("acknowledged", seen(MSK_UE_EFFECT_SEND_MIKEY), 1);
    check_int("message", bench_last(&b, MSK_UE_EFFECT_SEND_MIKEY)->text[0], 1);
    check_int("MTK", bench_mtk(&b, GROUP, 2, 7), MSK_OK);
    seen_mtk = bench_last(&b, MSK_UE_EFFECT_MTK);
    memset(want, 7, sizeof want);
    assert_memory_equal(seen_mtk->text, want, sizeof want);
}

static void
says_nothing_to_what_is_not_authentic(void **state)
{
    struct msk_bytes m;
    const struct bench_push push = { .content = MSK_CONTENT_MSK,
                                     .group = GROUP,
                                     .number = 2,
                                     .seq_high = 10,
                                     .bootstrap = 1,
                                     .v = true };
    uint8_t *bad;

    (void)state;
    m = bench_message(&b, &push);
    for (size_t i = 0; i < m.n; i++) {
        bad = room(m.n);
        memcpy(bad, m.p, m.n);
        bad[i] ^= 0x41;
        assert_true(msk_ue_receive(b.ue, (struct msk_bytes){ bad, m.n },
                                   msk_text("p"), b.now) < 0);
        assert_true(msk_ue_receive(b.ue, (struct msk_bytes){ m.p, i },
                                   msk_text("p"), b.now) < 0);
    }
    check_int("effects", (long long)b.n_seen, 0);
    check_int("the good one", msk_ue_receive(b.ue, m, msk_text("p"), b.now),
              MSK_OK);
    check_int("again", msk_ue_receive(b.ue, m, msk_text("p"), b.now),
              MSK_ERR_REPLAY);
}

static void
asks_at_once_when_it_is_pulled(void **state)
{
    (void)state;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    assert_true(b.asked); /* no back-off */
    check_int("acknowledged", seen(MSK_UE_EFFECT_SEND_MIKEY), 0);
    bench_serve_all(&b, 3);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    assert_false(b.asked); /* one in a second */
    bench_wait(&b, 999);
    assert_false(b.asked);
    bench_wait(&b, 1);
    assert_true(b.asked);
}

/* Whatever comes, also from a stranger. */
static int
receive_garbage(void)
{
    return msk_ue_receive(b.ue, msk_text("?"), msk_text(""), b.now);
}

static void
does_what_is_due_at_any_message(void **state)
{
    (void)state;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    b.now += 999;
    assert_int_not_equal(receive_garbage(), MSK_OK);
    assert_false(b.asked);
    b.now += 1;
    assert_int_not_equal(receive_garbage(), MSK_OK);
    assert_true(b.asked);
}

static void
sees_at_any_message_what_the_host_took_away(void **state)
{
    const struct msk_key_id id = bench_id(GROUP, 0);
    const struct msk_group_id group = msk_key_id_group(&id);

    (void)state;
    bench_forget(&b);
    check_int("forget", msk_mgvf_forget(b.mgvf, msk_text(b.fqdn), &group),
              MSK_OK);
    assert_int_not_equal(receive_garbage(), MSK_OK);
    check_int("deleted", seen(MSK_UE_EFFECT_MSK_DELETED), 1);
}

static void
merges_pulls_with_a_request_under_way(void **state)
{
    (void)state;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    for (int i = 0; i < 5; i++) {
        check_int("pull", bench_pull(&b, GROUP), MSK_OK);
        (void)bench_mtk(&b, GROUP, 7, 1);
    }
    check_int("requests", b.requests, 1);
    bench_serve_all(&b, 3);
    bench_wait(&b, 2000);
    check_int("requests", b.requests, 1);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 1);
}

/* Decision 17: a pull is for the current MSK. A request under way that asks for
 * another one alone does not bring it. */
static void
asks_for_the_current_msk_beside_another(void **state)
{
    struct msk_key_id id = bench_id(GROUP, 4);

    (void)state;
    if (b.layout == MSK_LAYOUT_CSB)
        return;
    check_int("one", msk_ue_request(b.ue, &id, 1, b.now), MSK_OK);
    bench_wait(&b, 5000);
    assert_true(b.asked);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    bench_wait(&b, 1000);
    bench_serve_all(&b, 1);
    assert_true(b.asked); /* at once, without back-off */
    bench_serve_all(&b, 3);
    check_int("results", seen(MSK_UE_EFFECT_RESULT), 3); /* with that one */
    check_int("push", bench_msk(&b, GROUP, 4), MSK_OK);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 2);
}

/* The same while it waits for its turn: both go into one request. */
static void
puts_the_current_msk_into_the_next_request(void **state)
{
    struct msk_key_id id = bench_id(OTHER, 4);

    (void)state;
    if (b.layout == MSK_LAYOUT_CSB)
        return;
    check_int("film", bench_service(&b, "film", 5, 0), MSK_OK);
    bench_wait(&b, 5000);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, OTHER, 1), MSK_OK);
    check_int("one", msk_ue_request(b.ue, &id, 1, b.now), MSK_OK);
    bench_wait(&b, 5000);
    assert_true(b.asked);
    id = bench_id(GROUP, 4);
    check_int("another", msk_ue_request(b.ue, &id, 1, b.now), MSK_OK);
    bench_wait(&b, 5000);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    bench_forget(&b);
    bench_serve_all(&b, 1);
    check_int("results", seen(MSK_UE_EFFECT_RESULT), 1);
    bench_serve_all(&b, 1);
    check_int("results", seen(MSK_UE_EFFECT_RESULT), 3);
}

/* The MSK came before the answer, and after it another pull: of that MSK the
 * BM-SC knew when it pulled, for its counters grow. */
static void
asks_again_when_it_is_pulled_after_the_msk(void **state)
{
    (void)state;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    check_int("requests", b.requests, 1);
    bench_wait(&b, 1000);
    bench_serve_all(&b, 1);
    check_int("requests", b.requests, 2);
    check_int("push", bench_msk(&b, GROUP, 3), MSK_OK);
    bench_serve_all(&b, 3);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 2);
}

/* And one that came after it has satisfied that as well; nor is a group pulled
 * that nobody needs any more. */
static void
is_satisfied_by_an_msk_after_the_pull(void **state)
{
    (void)state;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 3), MSK_OK);
    bench_serve_all(&b, 3);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 1);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 4), MSK_OK);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("start", bench_service(&b, "news", 5, 0), MSK_OK);
    assert_false(b.asked);
}

static void
waits_before_it_repeats_a_pulled_request(void **state)
{
    (void)state;
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    b.answer = ANSWER_NONE;
    bench_serve(&b);
    bench_wait(&b, 5999); /* the announced 5 s, and some patience */
    assert_false(b.asked);
    bench_wait(&b, 2000);
    assert_true(b.asked);
}

/* A configuration of long ago: its keys are held, but not the newest. What is
 * asked for under them comes under them, and is stale for ever. */
static void
asks_for_keys_when_its_own_are_stale(void **state)
{
    (void)state;
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    check_int("old keys", bench_keys(&b, 1), MSK_OK);
    b.counter = 100;
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("MSK", seen(MSK_UE_EFFECT_MSK), 0);
    bench_wait(&b, 3000);
    check_int("requests", b.requests, 0);
    check_int("bootstrap", seen(MSK_UE_EFFECT_BOOTSTRAP_NEEDED), 1);
    check_int("keys", bench_keys(&b, 3), MSK_OK);
    check_int("requests", b.requests, 1);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("MSK", seen(MSK_UE_EFFECT_MSK), 1);
}

static void
treats_a_push_under_a_stale_muk_as_a_pull(void **state)
{
    struct bench_push push = { .content = MSK_CONTENT_MSK,
                               .group = GROUP,
                               .number = 2,
                               .seq_high = 10,
                               .bootstrap = 1,
                               .v = true };
    struct msk_bytes old;

    (void)state;
    old = bench_message(&b, &push);
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    check_int("stale", msk_ue_receive(b.ue, old, msk_text("p"), b.now), MSK_OK);
    check_int("acknowledged", seen(MSK_UE_EFFECT_SEND_MIKEY), 0);
    check_int("MSKs", seen(MSK_UE_EFFECT_MSK), 0);
    assert_true(b.asked);
}

static void
asks_when_an_mtk_is_under_an_msk_that_it_lacks(void **state)
{
    (void)state;
    check_int("MTK", bench_mtk(&b, GROUP, 2, 1), MSK_ERR_NO_MSK);
    assert_false(b.asked); /* after the back-off */
    bench_wait(&b, 5000);
    assert_true(b.asked);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("MTK", bench_mtk(&b, GROUP, 2, 1), MSK_OK);
    check_int("MTK", bench_last(&b, MSK_UE_EFFECT_MTK)->mtk_id, 1);
    check_int("key and salt", (long long)bench_last(&b, MSK_UE_EFFECT_MTK)->n,
              30);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 1);
}

static void
asks_for_no_group_of_a_stranger(void **state)
{
    (void)state;
    check_int("MTK", bench_mtk(&b, OTHER, 2, 1), MSK_ERR_NOT_MINE);
    check_int("pull", bench_pull(&b, OTHER), MSK_ERR_NOT_MINE);
    bench_wait(&b, 60000);
    check_int("requests", b.requests, 0);
}

/* Decision 4: the MGV-F knows the group from the session of another BM-SC, and
 * this one has a MUK of the UE: it is for this session's services alone. */
static void
takes_no_group_of_another_session(void **state)
{
    struct msk_bytes push;
    struct bench_push p = { .content = MSK_CONTENT_MSK,
                            .group = OTHER,
                            .number = 1,
                            .seq_high = 9,
                            .bootstrap = 1 };
    struct msk_mgvf_input input = { .size = sizeof input,
                                    .layout = b.layout,
                                    .fqdn = msk_text("bmsc.example.org") };
    struct msk_mgvf_result result = { .size = sizeof result };
    struct msk_key_id id = bench_id(OTHER, 0);
    struct msk_group_id group = msk_key_id_group(&id);

    (void)state;
    check_int("allowed", msk_mgvf_allow(b.mgvf, msk_text(""), &group, 0),
              MSK_OK);
    check_int("MSK", bench_msk(&b, OTHER, 1), MSK_ERR_NOT_MINE);
    check_int("pull", bench_pull(&b, OTHER), MSK_ERR_NOT_MINE);
    check_int("MTK", bench_mtk(&b, OTHER, 1, 1), MSK_ERR_NOT_MINE);
    check_int("told", (long long)b.n_seen, 0);
    push = bench_message(&b, &p);
    input.message = push;
    check_int("MGV-F", msk_mgvf_process(b.mgvf, &input, &result), MSK_OK);
    check_int("own group", bench_msk(&b, GROUP, 2), MSK_OK);
}

static void
asks_for_what_traffic_shows_it_has_missed(void **state)
{
    (void)state;
    check_int("held", missed("news", FLOW, GROUP, 1), MSK_OK);
    bench_wait(&b, 60000);
    check_int("requests", b.requests, 0);
    check_int("length",
              msk_ue_missed(b.ue, msk_text("news"), msk_text(FLOW),
                            msk_text("12345"), b.now),
              MSK_ERR_LENGTH);
    check_int("service", missed("film", FLOW, GROUP, 2), MSK_ERR_NOT_MINE);
    check_int("flow", missed("news", "1.1.1.1/1", GROUP, 2), MSK_ERR_NOT_MINE);
    check_int("group", missed("news", FLOW, OTHER, 2), MSK_ERR_NOT_MINE);
    check_int("number 0", missed("news", FLOW, GROUP, 0), MSK_ERR_NOT_MINE);
    check_int("missed", missed("news", FLOW, GROUP, 2), MSK_OK);
    for (int i = 0; i < 100; i++)
        check_int("again", missed("news", FLOW, GROUP, 3), MSK_OK);
    bench_wait(&b, 4999);
    assert_false(b.asked);
    bench_wait(&b, 1);
    assert_true(b.asked);
    check_int("requests", b.requests, 1);
}

/* Traffic of strangers, in any second of a span: MTK messages under MSKs that
 * nobody has, and MKIs. The BM-SC answers as it does: with the current MSK. */
static void
flood(unsigned seconds, uint16_t current)
{
    unsigned answered = b.requests;

    for (unsigned i = 0; i < seconds; i++) {
        (void)bench_mtk(&b, GROUP, (uint16_t)(1000 + i % 5000), 1);
        (void)missed("news", FLOW, GROUP, (uint16_t)(7000 + i % 5000));
        bench_serve_all(&b, 3);
        if (b.requests != answered)
            check_int("again", bench_msk(&b, GROUP, current), MSK_OK);
        answered = b.requests;
        bench_wait(&b, 1000);
        bench_forget(&b);
        release(NULL);
    }
}

/* doc/security.md: 16 requests in the first hour, 6 in each one after that,
 * 10 more for each new MSK. */
static void
makes_no_storm_of_what_strangers_send(void **state)
{
    (void)state;
    check_int("no back-off", bench_service(&b, "news", 0, 0), MSK_OK);
    flood(3600, 1);
    assert_true(b.requests >= 10 && b.requests <= 16);
    b.requests = 0;
    flood(23 * 3600, 1);
    assert_true(b.requests >= 23 * 5 && b.requests <= 23 * 6);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

/* What brought a new MSK was no lie. */
static void
asks_at_once_again_when_that_brought_something_new(void **state)
{
    (void)state;
    check_int("no back-off", bench_service(&b, "news", 0, 0), MSK_OK);
    flood(3600, 1);
    b.requests = 0;
    bench_wait(&b, 700000);
    for (uint16_t number = 2; number < 30; number++) {
        (void)bench_mtk(&b, GROUP, number, 1);
        assert_true(b.asked);
        bench_serve_all(&b, 3);
        check_int("push", bench_msk(&b, GROUP, number), MSK_OK);
        check_int("MTK", bench_mtk(&b, GROUP, number, 1), MSK_OK);
        bench_wait(&b, 1000);
        bench_forget(&b);
    }
}

/* What the host asks for is no matter of strangers: it waits for the back-off
 * that was announced, and for its second. */
static void
asks_for_the_host_in_spite_of_strangers(void **state)
{
    struct msk_key_id id = bench_id(GROUP, 0);

    (void)state;
    check_int("back-off", bench_service(&b, "news", 3, 0), MSK_OK);
    flood(3600, 1);
    for (int i = 0; i < 3; i++) {
        (void)bench_mtk(&b, GROUP, 900, 1);
        bench_wait(&b, 4000);
        assert_false(b.asked);
        check_int("request", msk_ue_request(b.ue, &id, 1, b.now), MSK_OK);
        bench_wait(&b, 2999);
        assert_false(b.asked);
        bench_wait(&b, 1);
        assert_true(b.asked);
        bench_serve_all(&b, 3);
        check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
        bench_forget(&b);
    }
}

/* The BM-SC may pull as often as it likes, once in a second. */
static void
answers_pulls_in_spite_of_strangers(void **state)
{
    (void)state;
    check_int("no back-off", bench_service(&b, "news", 0, 0), MSK_OK);
    flood(3600, 1);
    for (int i = 0; i < 20; i++) {
        b.requests = 0;
        check_int("pull", bench_pull(&b, GROUP), MSK_OK);
        bench_wait(&b, 1000);
        check_int("requests", b.requests, 1);
        bench_serve_all(&b, 3);
        check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
        bench_forget(&b);
    }
}

/* The next MSK is pushed ahead: both are in use, and nothing is asked for. */
static void
uses_both_msks(void **state)
{
    (void)state;
    check_int("next", bench_msk(&b, GROUP, 2), MSK_OK);
    for (uint16_t mtk_id = 1; mtk_id < 10; mtk_id++)
        for (uint16_t number = 1; number <= 2; number++) {
            check_int("MTK", bench_mtk(&b, GROUP, number, mtk_id), MSK_OK);
            check_int("MKI", missed("news", FLOW, GROUP, number), MSK_OK);
        }
    check_int("used up", bench_mtk(&b, GROUP, 1, 10), MSK_OK);
    check_int("MTK", bench_mtk(&b, GROUP, 2, 10), MSK_OK);
    bench_wait(&b, 60000);
    check_int("requests", b.requests, 0);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

static void
asks_for_a_specific_msk_in_keyid_only(void **state)
{
    struct msk_key_id ids[4];
    bool csb = b.layout == MSK_LAYOUT_CSB;

    (void)state;
    for (uint16_t i = 0; i < 4; i++)
        ids[i] = bench_id(GROUP, i == 3 ? 0 : (uint16_t)(4 + i));
    check_int("none", msk_ue_request(b.ue, ids, 0, b.now), MSK_ERR_ARGUMENT);
    check_int("one", msk_ue_request(b.ue, ids, 1, b.now),
              csb ? MSK_ERR_ARGUMENT : MSK_OK);
    check_int("too many", msk_ue_request(b.ue, ids, 4, b.now),
              csb ? MSK_ERR_ARGUMENT : MSK_ERR_LIMIT);
    check_int("current", msk_ue_request(b.ue, ids + 3, 1, b.now), MSK_OK);
    ids[0] = bench_id(OTHER, 0);
    check_int("stranger", msk_ue_request(b.ue, ids, 1, b.now),
              MSK_ERR_NOT_MINE);
    bench_wait(&b, 5000);
    bench_serve_all(&b, 3);
    check_int("results", seen(MSK_UE_EFFECT_RESULT), csb ? 1 : 2);
    check_int("push", bench_msk(&b, GROUP, 4), MSK_OK);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 1);
}

/* Two of each group at most, and of two domains each counts its own. */
static void
counts_specific_msks_of_each_domain(void **state)
{
    const struct msk_key_id ids[] = { bench_id(OTHER, 4), bench_id(OTHER, 5),
                                      bench_id(GROUP, 4), bench_id(GROUP, 5),
                                      bench_id(GROUP, 6) };
    const struct msk_key_id current = bench_id(GROUP, 0);

    (void)state;
    if (b.layout == MSK_LAYOUT_CSB)
        return;
    check_int("film", bench_service(&b, "film", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("three", msk_ue_request(b.ue, ids, 5, b.now), MSK_ERR_LIMIT);
    check_int("two", msk_ue_request(b.ue, ids, 4, b.now), MSK_OK);
    /* There is room for the current one, whoever asks for it. */
    check_int("and it", msk_ue_request(b.ue, &current, 1, b.now), MSK_OK);
    bench_forget(&b);
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("results", seen(MSK_UE_EFFECT_RESULT), 3);
}

/* A specific MSK that does not exist is no reason to leave. */
static void
does_not_leave_for_want_of_an_old_msk(void **state)
{
    struct msk_key_id id = bench_id(GROUP, 4);

    (void)state;
    if (b.layout == MSK_LAYOUT_CSB)
        return;
    check_int("one", msk_ue_request(b.ue, &id, 1, b.now), MSK_OK);
    bench_wait(&b, 5000);
    b.code = 404;
    bench_serve_all(&b, 3);
    check_int("code", bench_last(&b, MSK_UE_EFFECT_RESULT)->code, 404);
    bench_wait(&b, 3600000);
    check_int("requests", b.requests, 1);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

/* With no MSK left, either: only the current one is needed. */
static void
does_not_leave_for_want_of_an_old_msk_when_it_has_none(void **state)
{
    struct msk_key_id id = bench_id(GROUP, 4);

    (void)state;
    if (b.layout == MSK_LAYOUT_CSB)
        return;
    check_int("taken away", bench_invalidate(&b, GROUP, 1), MSK_OK);
    b.code = 404;
    check_int("one", msk_ue_request(b.ue, &id, 1, b.now), MSK_OK);
    bench_wait(&b, 5000);
    bench_serve_all(&b, 3);
    check_int("code", bench_last(&b, MSK_UE_EFFECT_RESULT)->code, 404);
    bench_wait(&b, 3600000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    check_int("requests", b.requests, 1);
    b.answer = ANSWER_NONE;
    check_int("one", msk_ue_request(b.ue, &id, 1, b.now), MSK_OK);
    for (int i = 0; i < 60; i++) {
        bench_wait(&b, 1000);
        bench_serve_all(&b, 1);
    }
    check_int("requests", b.requests, 4);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

/* Of two MSKs that were asked for by their numbers one comes. */
static void
goes_on_waiting_for_the_other_msk(void **state)
{
    struct msk_key_id ids[2];

    (void)state;
    if (b.layout == MSK_LAYOUT_CSB)
        return;
    ids[0] = bench_id(GROUP, 0x01FE);
    ids[1] = bench_id(GROUP, 0x80F5);
    check_int("two", msk_ue_request(b.ue, ids, 2, b.now), MSK_OK);
    bench_wait(&b, 5000);
    bench_serve_all(&b, 3);
    check_int("results", seen(MSK_UE_EFFECT_RESULT), 2);
    check_int("code", bench_last(&b, MSK_UE_EFFECT_RESULT)->code, 200);
    check_int("number", bench_last(&b, MSK_UE_EFFECT_RESULT)->id.number,
              0x80F5);
    check_int("push", bench_msk(&b, GROUP, 0x01FE), MSK_OK);
    bench_wait(&b, 10000 + 5000 + 2000); /* the wait, back-off, patience */
    assert_true(b.asked);
    check_int("push", bench_msk(&b, GROUP, 0x80F5), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("one more result", seen(MSK_UE_EFFECT_RESULT), 3);
    bench_wait(&b, 60000);
    check_int("requests", b.requests, 2);
}

/* An MTK message that is forged, old or out of its interval makes nobody ask;
 * under an MSK whose interval is used up it does. */
static void
asks_for_an_msk_only_when_one_is_missing(void **state)
{
    struct msk_bytes m;
    uint8_t *forged;

    (void)state;
    m = bench_mtk_message(&b, GROUP, 1, 5);
    forged = room(m.n);
    memcpy(forged, m.p, m.n);
    forged[m.n - 1] ^= 1;
    check_int("forged",
              msk_ue_receive(b.ue, (struct msk_bytes){ forged, m.n },
                             msk_text("p"), b.now),
              MSK_ERR_MAC);
    check_int("good", msk_ue_receive(b.ue, m, msk_text("p"), b.now), MSK_OK);
    check_int("again", msk_ue_receive(b.ue, m, msk_text("p"), b.now),
              MSK_ERR_REPLAY);
    check_int("above", bench_mtk(&b, GROUP, 1, 11), MSK_ERR_RANGE);
    bench_wait(&b, 60000);
    check_int("requests", b.requests, 0);
    check_int("the last one", bench_mtk(&b, GROUP, 1, 10), MSK_OK);
    bench_wait(&b, 60000);
    check_int("requests", b.requests, 0);
    check_int("used up", bench_mtk(&b, GROUP, 1, 12), MSK_ERR_INVALIDATED);
    bench_wait(&b, 5000);
    check_int("requests", b.requests, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_BOTH(tells_of_a_push_and_acknowledges_it),
        BENCH_BOTH(takes_no_group_of_another_session),
        BENCH_BOTH(tells_of_the_same_whatever_the_key_log_does),
        BENCH_BOTH(says_nothing_to_what_is_not_authentic),
        BENCH_BOTH(asks_at_once_when_it_is_pulled),
        BENCH_BOTH(does_what_is_due_at_any_message),
        BENCH_BOTH(sees_at_any_message_what_the_host_took_away),
        BENCH_BOTH(merges_pulls_with_a_request_under_way),
        BENCH_BOTH(asks_for_the_current_msk_beside_another),
        BENCH_BOTH(puts_the_current_msk_into_the_next_request),
        BENCH_BOTH(asks_again_when_it_is_pulled_after_the_msk),
        BENCH_BOTH(is_satisfied_by_an_msk_after_the_pull),
        BENCH_BOTH(waits_before_it_repeats_a_pulled_request),
        BENCH_BOTH(treats_a_push_under_a_stale_muk_as_a_pull),
        BENCH_SOFT("a card goes back to no older MUK",
                   asks_for_keys_when_its_own_are_stale),
        BENCH_BOTH(asks_when_an_mtk_is_under_an_msk_that_it_lacks),
        BENCH_BOTH(asks_for_no_group_of_a_stranger),
        BENCH_BOTH(asks_for_what_traffic_shows_it_has_missed),
        BENCH_BOTH(makes_no_storm_of_what_strangers_send),
        BENCH_BOTH(asks_at_once_again_when_that_brought_something_new),
        BENCH_BOTH(answers_pulls_in_spite_of_strangers),
        BENCH_BOTH(asks_for_the_host_in_spite_of_strangers),
        BENCH_BOTH(uses_both_msks),
        BENCH_BOTH(asks_for_a_specific_msk_in_keyid_only),
        BENCH_BOTH(counts_specific_msks_of_each_domain),
        BENCH_BOTH(does_not_leave_for_want_of_an_old_msk),
        BENCH_BOTH(does_not_leave_for_want_of_an_old_msk_when_it_has_none),
        BENCH_BOTH(goes_on_waiting_for_the_other_msk),
        BENCH_SOFT("a card tells no interval",
                   asks_for_an_msk_only_when_one_is_missing),
    };

    return bench_run(tests);
}
