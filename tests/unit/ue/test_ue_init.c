/* SPDX-License-Identifier: MIT */
/* Memory and configuration of a session. */
#include <string.h>

#include "ue_bench.h"

static struct bench b;

static int
stop(void **state)
{
    msk_ue_wipe(b.ue);
    msk_mgvf_wipe(b.mgvf);
    return release(state);
}

static struct msk_ue_config
good(void)
{
    const struct msk_ue_config c = {
        .size = sizeof c,
        .layout = MSK_LAYOUT_CSB,
        .fqdn = msk_text("bmsc.example.org"),
        .mgvf = b.mgvf,
        .crypto = &b.crypto.crypto,
        .xml = &b.xml,
        .random = &b.random,
        .limits = { 2, 1 },
    };

    return c;
}

static void
has_one_size_in_two_forms(void **state)
{
    struct msk_ue_limits limits = { 1, 1 };

    (void)state;
    for (size_t g = 1; g <= MSK_UE_GROUPS_MAX; g++)
        for (size_t s = 1; s <= MSK_UE_SERVICES_MAX; s++) {
            limits.groups = g;
            limits.services = s;
            assert_true(msk_ue_size(&limits) == MSK_UE_SIZE(g, s));
        }
    limits.services = MSK_UE_SERVICES_MAX + 1;
    assert_true(msk_ue_size(&limits) == 0);
    limits.services = 0;
    assert_true(msk_ue_size(&limits) == 0);
    limits.services = 1;
    limits.groups = MSK_UE_GROUPS_MAX + 1;
    assert_true(msk_ue_size(&limits) == 0);
    limits.groups = 0;
    assert_true(msk_ue_size(&limits) == 0);
    assert_true(msk_ue_size(NULL) == 0);
}

/* A sanitizer sees the first octet outside. */
static void
stays_inside_memory_of_any_alignment(void **state)
{
    static const struct msk_ue_limits all[] = { { 1, 1 }, { 64, 32 } };

    (void)state;
    bench_start(&b, MSK_LAYOUT_CSB, NULL);
    for (size_t l = 0; l < 2; l++)
        for (size_t offset = 0; offset < 8; offset++) {
            size_t size = msk_ue_size(&all[l]);
            uint8_t *block = room(offset + size);
            struct msk_ue_config c = good();
            struct msk_ue *ue;

            c.limits = all[l];
            check_int("init", msk_ue_init(&ue, block + offset, size, &c, NULL),
                      MSK_OK);
            check_int("timer", msk_ue_timer(ue, 5), MSK_OK);
            assert_true((uint8_t *)ue >= block + offset);
            msk_ue_wipe(ue);
            check_int("too small",
                      msk_ue_init(&ue, block + offset, size - 1, &c, NULL),
                      MSK_ERR_SPACE);
        }
}

static void
refuses_what_it_cannot_work_with(void **state)
{
    static uint8_t mem[MSK_UE_SIZE(2, 1)];
    const struct msk_ue_hooks small = { .size = 8 };
    struct msk_ue *ue;

    (void)state;
    bench_start(&b, MSK_LAYOUT_CSB, NULL);
#define REFUSED(change)                                                 \
    do {                                                                \
        struct msk_ue_config c = good();                                \
        change;                                                         \
        check_int(#change, msk_ue_init(&ue, mem, sizeof mem, &c, NULL), \
                  MSK_ERR_ARGUMENT);                                    \
    } while (0)
    REFUSED(c.size = 8);
    REFUSED(c.layout = (enum msk_layout)0);
    REFUSED(c.layout = (enum msk_layout)3);
    REFUSED(c.fqdn.n = 0);
    REFUSED(c.fqdn.n = MSK_FQDN_MAX + 1);
    REFUSED(c.base.n = 65);
    REFUSED(c.base = msk_text("mbms"));
    REFUSED(c.base = msk_text("/mbms?a"));
    REFUSED(c.base = msk_text("/a b"));
    REFUSED(c.base = msk_text("/a\r\nX: y"));
    REFUSED(c.mgvf = NULL);
    REFUSED(c.crypto = NULL);
    REFUSED(c.xml = NULL);
    REFUSED(c.random = NULL);
    REFUSED(c.hooks = &small);
    REFUSED(c.limits.groups = 0);
    REFUSED(c.limits.services = 33);
    REFUSED(c.registration = (enum msk_registration)3);
    check_int("NULL", msk_ue_init(&ue, mem, sizeof mem, NULL, NULL),
              MSK_ERR_ARGUMENT);
    check_int("NULL", msk_ue_timer(NULL, 0), MSK_ERR_ARGUMENT);
    assert_true(msk_ue_due(NULL, 0) == MSK_NEVER);
}

/* Decision 18: in KEYID a UE registers, in CSB it does not. */
static void
registers_where_the_layout_asks_for_it(void **state)
{
    static const char *const targets[] = { "=msk-request", "=register" };

    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(targets[i]);

        bench_start(&b, bench_layouts[i], NULL);
        check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
        assert_true(b.asked && b.target_len > n);
        check_octets("target", exact(b.target + b.target_len - n, n),
                     chars(targets[i]));
        stop(state);
    }
}

/* Without XML and randomness a session receives; it never asks nor leaves. */
static void
only_receives_without_xml_and_randomness(void **state)
{
    struct msk_ue_config c;
    struct msk_key_id id = bench_id(BENCH_GROUP, 0);
    struct msk_ue_effect e = { .size = sizeof e };

    for (int layout = 1; layout <= 2; layout++) {
        bench_start(&b, (enum msk_layout)layout, NULL);
        c = good();
        c.layout = b.layout;
        c.xml = NULL;
        c.random = NULL;
        msk_ue_wipe(b.ue);
        check_int("init",
                  msk_ue_init(&b.ue, b.ue_memory, sizeof b.ue_memory, &c, NULL),
                  MSK_OK);
        check_int("keys", bench_keys(&b, 1), MSK_OK);
        check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
        check_int("request", msk_ue_request(b.ue, &id, 1, b.now),
                  MSK_ERR_STATE);
        check_int("pull", bench_pull(&b, BENCH_GROUP), MSK_OK);
        check_int("MTK", bench_mtk(&b, BENCH_GROUP, 1, 1), MSK_ERR_NO_MSK);
        assert_false(msk_ue_next(b.ue, &e));
        assert_true(msk_ue_due(b.ue, b.now) == MSK_NEVER);
        check_int("push", bench_msk(&b, BENCH_GROUP, 1), MSK_OK);
        while (msk_ue_next(b.ue, &e))
            assert_true(e.kind != MSK_UE_EFFECT_SEND_HTTP);
        check_int("MTK", bench_mtk(&b, BENCH_GROUP, 1, 1), MSK_OK);
        stop(state);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_one_size_in_two_forms),
        cmocka_unit_test_teardown(stays_inside_memory_of_any_alignment, stop),
        cmocka_unit_test_teardown(refuses_what_it_cannot_work_with, stop),
        cmocka_unit_test(registers_where_the_layout_asks_for_it),
        cmocka_unit_test(only_receives_without_xml_and_randomness),
    };

    return bench_run(tests);
}
