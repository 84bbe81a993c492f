/* SPDX-License-Identifier: MIT */
/* How the host is told: through hooks that may not call back, or by polling. */
#include <string.h>

#include "apart.h"
#include "ue/session.h"
#include "ue_bench.h"

#define GROUP BENCH_GROUP

static struct bench b;

static int
stop(void **state)
{
    return bench_end(&b, state);
}

static void
live(void)
{
    check_int("start", bench_service(&b, "film", 0, 0), MSK_OK);
    bench_serve_all(&b, 5);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 3), MSK_OK);
    check_int("MTK", bench_mtk(&b, GROUP, 3, 1), MSK_OK);
    b.answer = ANSWER_BOOTSTRAP;
    bench_wait(&b, 20000);
    bench_serve_all(&b, 5);
    check_int("stop", bench_stop(&b, "film"), MSK_OK);
}

/* Every hook calls every function; nothing of it has an effect. */
static void
refuses_calls_from_hooks(void **state)
{
    static struct bench quiet;

    (void)state;
    bench_start(&b, MSK_LAYOUT_KEYID, &bench_joins);
    live();
    stop(NULL);
    memcpy(&quiet, &b, sizeof b);
    bench_start(&b, MSK_LAYOUT_KEYID, &bench_joins);
    b.reenters = true;
    live();
    check_int("effects", (long long)b.n_seen, (long long)quiet.n_seen);
    check_octets("seen", exact((const uint8_t *)b.seen, sizeof b.seen),
                 exact((const uint8_t *)quiet.seen, sizeof quiet.seen));
    for (int kind = MSK_UE_EFFECT_SEND_MIKEY; kind <= MSK_UE_EFFECT_RESULT;
         kind++)
        assert_true(bench_count(&b, (enum msk_ue_effect_kind)kind) > 0);
}

/* The same session without hooks. */
static void
poll_instead(void)
{
    const struct msk_ue_config c = {
        .size = sizeof c,
        .layout = MSK_LAYOUT_KEYID,
        .fqdn = msk_text("bmsc.example.org"),
        .mgvf = b.mgvf,
        .crypto = &b.crypto.crypto,
        .xml = &b.xml,
        .random = &b.random,
        .limits = { BENCH_GROUPS, BENCH_SERVICES },
        .registration = MSK_REGISTRATION_NONE,
    };

    msk_ue_wipe(b.ue);
    check_int("init",
              msk_ue_init(&b.ue, b.ue_memory, sizeof b.ue_memory, &c, NULL),
              MSK_OK);
    apart_session(b.ue);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
}

static void
hands_effects_to_a_host_that_polls(void **state)
{
    struct msk_ue_effect e = { .size = sizeof e };

    (void)state;
    bench_start(&b, MSK_LAYOUT_KEYID, &bench_joins);
    poll_instead();
    assert_false(msk_ue_next(b.ue, &e));
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("not taken yet", msk_ue_timer(b.ue, b.now), MSK_ERR_BUSY);
    assert_true(msk_ue_next(b.ue, &e));
    check_int("kind", e.kind, MSK_UE_EFFECT_SEND_HTTP);
    check_octets("method", e.request->method, chars("POST"));
    check_int("not known yet", msk_ue_timer(b.ue, b.now), MSK_ERR_BUSY);
    assert_false(msk_ue_next(b.ue, &e));
    check_int("timer", msk_ue_timer(b.ue, b.now), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    assert_true(msk_ue_next(b.ue, &e));
    check_int("kind", e.kind, MSK_UE_EFFECT_SEND_MIKEY);
    check_octets("peer", e.peer, chars("10.0.0.1:2269"));
    assert_true(msk_ue_next(b.ue, &e));
    check_int("kind", e.kind, MSK_UE_EFFECT_MSK);
    assert_false(msk_ue_next(b.ue, &e));
    check_int("MTK", bench_mtk(&b, GROUP, 1, 1), MSK_OK);
    assert_true(msk_ue_next(b.ue, &e));
    check_int("kind", e.kind, MSK_UE_EFFECT_MTK);
    check_int("key", (long long)e.mtk->key.n, 16);
    check_int("key", e.mtk->key.p[0], 1);
    assert_false(msk_ue_next(b.ue, &e));
    assert_false(msk_ue_next(b.ue, NULL));
    e.size = 8;
    assert_false(msk_ue_next(b.ue, &e));
}

/* A session keeps no MTK that was handed out. */
static void
wipes_an_mtk_that_was_told(void **state)
{
    uint8_t mtk[16];

    (void)state;
    bench_start(&b, MSK_LAYOUT_KEYID, &bench_joins);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("MTK", bench_mtk(&b, GROUP, 1, 9), MSK_OK);
    memset(mtk, 9, sizeof mtk);
    for (size_t i = 0; i + sizeof mtk <= sizeof b.ue_memory; i++)
        assert_true(memcmp(b.ue_memory + i, mtk, sizeof mtk) != 0);
}

static void
leaves_no_key_behind(void **state)
{
    uint8_t mrk[32];

    (void)state;
    bench_start(&b, MSK_LAYOUT_KEYID, &bench_joins);
    live();
    bench_key(1, 'R', mrk);
    assert_true(bench_remembers(&b, mrk, sizeof mrk));
    apart_session_end(b.ue);
    msk_ue_wipe(b.ue);
    assert_false(bench_remembers(&b, mrk, sizeof mrk));
    for (size_t i = 0; i + 14 <= sizeof b.ue_memory; i++)
        assert_true(memcmp(b.ue_memory + i, "239.1.1.1/5000", 14) != 0);
    msk_ue_wipe(NULL);
    bench_start(&b, MSK_LAYOUT_KEYID, &bench_joins);
}

/* An MGV-F that says more than any message may. */
static uint8_t much[4096];

static int
process_too_much(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
                 struct msk_mgvf_result *result)
{
    const bool mtk = input->message.n == 1;

    (void)mgvf;
    result->outcome = mtk ? MSK_OUTCOME_MTK : MSK_OUTCOME_STORED;
    result->id = bench_id(GROUP, 1);
    result->sp = (struct msk_bytes){ much, MSK_SP_MAX + 1 };
    result->key = (struct msk_bytes){ much, MSK_KEY_MAX + 1 };
    result->salt = (struct msk_bytes){ much, MSK_SALT_MAX + 1 };
    result->acknowledgement = (struct msk_bytes){ much, MSK_ACK_MAX + 1 };
    return MSK_OK;
}

static int
complete_nothing(struct msk_mgvf *mgvf, uint32_t token, int result,
                 struct msk_mgvf_result *out)
{
    (void)mgvf;
    (void)token;
    (void)result;
    (void)out;
    return MSK_ERR_STATE;
}

static void
leaves_out_what_is_longer_than_any(void **state)
{
    const struct msk_mgvf_ops ops = { .size = sizeof ops,
                                      .process = process_too_much,
                                      .complete = complete_nothing };
    struct msk_ue_effect e = { .size = sizeof e };
    struct msk_mgvf strange = { .ops = &ops };

    (void)state;
    memset(much, 0x5A, sizeof much);
    bench_start(&b, MSK_LAYOUT_KEYID, &bench_joins);
    poll_instead();
    b.ue->mgvf = &strange;
    for (size_t n = 1; n <= 2; n++) {
        check_int("receive",
                  msk_ue_receive(b.ue, exact(much, n), msk_text("p"), b.now),
                  MSK_OK);
        while (msk_ue_next(b.ue, &e)) {
            assert_int_not_equal(e.kind, MSK_UE_EFFECT_SEND_MIKEY);
            if (e.kind == MSK_UE_EFFECT_MSK)
                assert_int_equal(e.msk->sp.n, 0);
            if (e.kind == MSK_UE_EFFECT_MTK)
                assert_int_equal(e.mtk->key.n + e.mtk->salt.n + e.mtk->sp.n, 0);
        }
    }
    b.ue->mgvf = b.mgvf;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(refuses_calls_from_hooks, stop),
        cmocka_unit_test_teardown(hands_effects_to_a_host_that_polls, stop),
        cmocka_unit_test_teardown(wipes_an_mtk_that_was_told, stop),
        cmocka_unit_test_teardown(leaves_no_key_behind, stop),
        cmocka_unit_test_teardown(leaves_out_what_is_longer_than_any, stop),
    };

    return bench_run(tests);
}
