/* SPDX-License-Identifier: MIT */
/* How the host is told: through hooks that may not call back, or by polling. */
#include <string.h>

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
    bench_wait(&b, 60000);
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
    for (int kind = MSK_EFFECT_SEND_MIKEY; kind <= MSK_EFFECT_RESULT; kind++)
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
    check_int("kind", e.kind, MSK_EFFECT_SEND_HTTP);
    check_octets("method", e.request->method, chars("POST"));
    check_int("not known yet", msk_ue_timer(b.ue, b.now), MSK_ERR_BUSY);
    assert_false(msk_ue_next(b.ue, &e));
    check_int("timer", msk_ue_timer(b.ue, b.now), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    assert_true(msk_ue_next(b.ue, &e));
    check_int("kind", e.kind, MSK_EFFECT_SEND_MIKEY);
    check_octets("peer", e.peer, chars("10.0.0.1:2269"));
    assert_true(msk_ue_next(b.ue, &e));
    check_int("kind", e.kind, MSK_EFFECT_MSK);
    assert_false(msk_ue_next(b.ue, &e));
    check_int("MTK", bench_mtk(&b, GROUP, 1, 1), MSK_OK);
    assert_true(msk_ue_next(b.ue, &e));
    check_int("kind", e.kind, MSK_EFFECT_MTK);
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
    msk_ue_wipe(b.ue);
    memset(mrk, 1, sizeof mrk);
    for (size_t i = 0; i + 16 <= sizeof b.ue_memory; i++)
        assert_true(memcmp(b.ue_memory + i, mrk, 16) != 0);
    msk_ue_wipe(NULL);
    bench_start(&b, MSK_LAYOUT_KEYID, &bench_joins);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(refuses_calls_from_hooks, stop),
        cmocka_unit_test_teardown(hands_effects_to_a_host_that_polls, stop),
        cmocka_unit_test_teardown(wipes_an_mtk_that_was_told, stop),
        cmocka_unit_test_teardown(leaves_no_key_behind, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
