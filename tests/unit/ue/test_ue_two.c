/* SPDX-License-Identifier: MIT */
/*
 * Two sessions of two BM-SCs over one MGV-F, and services of both over one Key
 * Group (TS 33.246 6.3.4): what one of them starts, stops, leaves or gets wrong
 * never harms the other, and what it takes away is told. Decision 29.
 */
#include <string.h>

#include "ue_bench.h"

#define GROUP BENCH_GROUP
#define OTHER BENCH_OTHER

static struct bench a, b; /* b is a guest in the house of a */
static const struct bench_terms on,
    off = { 0, 0, MSK_SWITCH_OFF, MSK_SWITCH_OFF };

static int
start(void **state)
{
    bench_start(&a, *(enum msk_layout *)*state, &bench_joins);
    bench_start_beside(&b, &a, &bench_joins);
    return 0;
}

static int
stop(void **state)
{
    bench_end_beside(&b);
    return bench_end(&a, state);
}

/* Is an SP that switches all off taken? */
static bool
is_open(struct bench *x, uint16_t group)
{
    static uint16_t number = 100;
    int err = bench_unprotected(x, group, ++number);

    assert_true(err == MSK_OK || err == MSK_ERR_POLICY);
    return err == MSK_OK;
}

static long long
seen(struct bench *x, enum msk_ue_effect_kind kind)
{
    return (long long)bench_count(x, kind);
}

/* Both want "film", a has MSK 1 of both groups. */
static void
share(const struct bench_terms *of_a, const struct bench_terms *of_b)
{
    check_int("a", bench_announce(&a, "film", of_a), MSK_OK);
    bench_serve_all(&a, 3);
    check_int("a", bench_msk(&a, GROUP, 1), MSK_OK);
    check_int("a", bench_msk(&a, OTHER, 1), MSK_OK);
    check_int("b", bench_announce(&b, "film", of_b), MSK_OK);
    bench_serve_all(&b, 3);
    bench_forget(&a);
    bench_forget(&b);
}

static void
keeps_the_stricter_announcement_in_force(void **state)
{
    share(&on, &off);
    check_int("a", is_open(&a, GROUP), false);
    check_int("b", is_open(&b, GROUP), false);
    check_int("again", bench_announce(&b, "film", &off), MSK_OK);
    check_int("a", is_open(&a, GROUP), false);
    check_int("b goes", bench_stop(&b, "film"), MSK_OK);
    check_int("a", is_open(&a, GROUP), false);
    stop(NULL);
    start(state);
    share(&off, &on);
    check_int("a", is_open(&a, OTHER), false);
    check_int("b goes", bench_stop(&b, "film"), MSK_OK);
    check_int("a", is_open(&a, OTHER), true);
}

/* A start of b fails, with terms that are weaker or stronger. */
static void
is_not_harmed_by_a_start_that_fails(void **state)
{
    const struct bench_terms *const terms[] = { &on, &off };

    for (size_t at = 1; at <= 12; at++)
        for (size_t t = 0; t < 2; t++) {
            int err;

            stop(NULL);
            start(state);
            share(terms[t], &off);
            check_int("b", bench_stop(&b, "film"), MSK_OK);
            a.store.fail_at = a.store.calls + at;
            a.store.fail_n = 3;
            err = bench_announce(&b, "film", &off);
            a.store.fail_at = a.store.fail_n = 0;
            bench_wait(&b, 20000);
            check_int("held", bench_held(&a, GROUP, NULL), MSK_OK);
            check_int("a", is_open(&a, GROUP), terms[t] == &off);
            check_int("a", is_open(&a, OTHER), terms[t] == &off);
            if (err != MSK_OK)
                check_int("b", bench_msk(&b, GROUP, 2), MSK_ERR_NOT_MINE);
        }
}

static void
check_unharmed(void)
{
    check_int("told", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 0);
    check_int("left", seen(&a, MSK_UE_EFFECT_LEAVE), 0);
    check_int("MTK", bench_mtk(&a, GROUP, 1, 5), MSK_OK);
    check_int("MTK", bench_mtk(&a, OTHER, 1, 5), MSK_OK);
    check_int("MSK", bench_msk(&a, GROUP, 2), MSK_OK);
    check_int("MSK", bench_msk(&a, OTHER, 2), MSK_OK);
    bench_wait(&a, 3600000);
    check_int("left", seen(&a, MSK_UE_EFFECT_LEAVE), 0);
    check_int("told", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 0);
}

static void
keeps_its_msks_when_the_other_stops(void **state)
{
    (void)state;
    share(&on, &on);
    check_int("b goes", bench_stop(&b, "film"), MSK_OK);
    check_int("b", seen(&b, MSK_UE_EFFECT_MSK_DELETED), 2); /* not for b */
    check_int("b", bench_msk(&b, GROUP, 9), MSK_ERR_NOT_MINE);
    check_unharmed();
}

static void
keeps_its_msks_when_the_other_leaves(void **state)
{
    (void)state;
    check_int("b", bench_announce(&b, "news", &on), MSK_OK);
    b.code = 403;
    bench_serve_all(&b, 3);
    check_int("b left", seen(&b, MSK_UE_EFFECT_LEAVE), 1);
    share(&on, &on);
    check_int("b stays", seen(&b, MSK_UE_EFFECT_LEAVE), 0); /* an MSK is held */
    check_unharmed();
}

static void
keeps_its_msks_when_the_other_starts_again(void **state)
{
    (void)state;
    share(&on, &on);
    for (int i = 0; i < 3; i++) {
        check_int("b", bench_stop(&b, "film"), MSK_OK);
        check_int("b", bench_announce(&b, "film", &on), MSK_OK);
        check_int("b", bench_power_cycle(&b, &bench_joins), MSK_OK);
        check_int("b", bench_keys(&b, 101), MSK_OK);
        check_int("b", bench_announce(&b, "film", &on), MSK_OK);
    }
    check_unharmed();
}

/* The last one forgets the group. */
static void
forgets_a_group_with_its_last_session(void **state)
{
    (void)state;
    share(&on, &on);
    check_int("a goes", bench_stop(&a, "film"), MSK_OK);
    check_int("held", bench_held(&a, GROUP, NULL), MSK_OK);
    check_int("MSK", bench_msk(&a, GROUP, 2), MSK_ERR_NOT_MINE);
    check_int("MSK", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("b goes", bench_stop(&b, "film"), MSK_OK);
    check_int("held", bench_held(&a, GROUP, NULL), MSK_ERR_NOT_MINE);
    check_int("held", bench_held(&a, OTHER, NULL), MSK_ERR_NOT_MINE);
}

/* The rule of two holds for the group, whoever brings the third. */
static void
is_told_what_the_other_has_taken_away(void **state)
{
    (void)state;
    share(&on, &on);
    check_int("b", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("b", bench_msk(&b, GROUP, 3), MSK_OK);
    check_int("not yet", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 0);
    check_int("timer", msk_ue_timer(a.ue, a.now), MSK_OK);
    check_int("told", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 1);
    check_int("which", bench_the_last(&a, MSK_UE_EFFECT_MSK_DELETED)->id.number,
              1);
    check_int("of", bench_the_last(&a, MSK_UE_EFFECT_MSK_DELETED)->id.group,
              GROUP);
    check_int("timer", msk_ue_timer(a.ue, a.now), MSK_OK);
    check_int("MTK", bench_mtk(&a, GROUP, 3, 1), MSK_OK);
    check_int("once", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 1);
    /* b was never told of it, and a card does not say what went. */
    check_int("b was told", seen(&b, MSK_UE_EFFECT_MSK_DELETED),
              bench_on_card() ? 0 : 1);
}

/* The third MSK came to b first, and then to a: of the three that a was told
 * of, the oldest went with b's. */
static void
is_told_what_went_when_the_third_comes_to_both(void **state)
{
    (void)state;
    share(&on, &on);
    check_int("second", bench_msk(&a, GROUP, 2), MSK_OK);
    check_int("third", bench_msk(&b, GROUP, 3), MSK_OK);
    bench_forget(&a);
    check_int("third", bench_msk(&a, GROUP, 3), MSK_OK);
    check_int("deleted", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 1);
    check_int("deleted",
              bench_the_last(&a, MSK_UE_EFFECT_MSK_DELETED)->id.number, 1);
}

/* b never had that MSK, but was told of its interval. */
static void
is_told_what_went_of_which_it_knew_the_interval_alone(void **state)
{
    (void)state;
    share(&on, &on);
    check_int("interval", bench_invalidate(&b, GROUP, 1), MSK_OK);
    check_int("b was told", seen(&b, MSK_UE_EFFECT_MSK), 1);
    check_int("a", bench_msk(&a, GROUP, 2), MSK_OK);
    check_int("a", bench_msk(&a, GROUP, 3), MSK_OK);
    check_int("timer", msk_ue_timer(b.ue, b.now), MSK_OK);
    check_int("told", seen(&b, MSK_UE_EFFECT_MSK_DELETED), 1);
    check_int("which", bench_the_last(&b, MSK_UE_EFFECT_MSK_DELETED)->id.number,
              1);
}

/* The same when the store answers late, and fails first. */
static void
is_told_when_the_store_has_answered(void **state)
{
    (void)state;
    share(&on, &on);
    check_int("b", bench_msk(&b, OTHER, 2), MSK_OK);
    check_int("b", bench_msk(&b, OTHER, 3), MSK_OK);
    a.store.fail_at = a.store.calls + 1;
    check_int("fails", msk_ue_timer(a.ue, a.now), bench_trouble());
    check_int("not yet", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 0);
    a.store.later = true;
    check_int("pending", bench_wait(&a, 10000), MSK_PENDING);
    check_int("done", bench_complete(&a), MSK_OK);
    a.store.later = false;
    check_int("told", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 1);
    check_int("of", bench_the_last(&a, MSK_UE_EFFECT_MSK_DELETED)->id.group,
              OTHER);
}

/* The group was to be forgotten, which failed, and is needed again. */
static void
is_told_what_went_while_it_was_to_be_forgotten(void **state)
{
    (void)state;
    share(&on, &on);
    check_int("b", bench_msk(&b, GROUP, 2), MSK_OK);
    check_int("b", bench_msk(&b, GROUP, 3), MSK_OK);
    a.store.fail_at = a.store.calls + 1;
    a.store.for_ever = true;
    (void)bench_stop(&a, "film");
    a.store.fail_at = 0;
    a.store.for_ever = false;
    check_int("not yet", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 0);
    check_int("a", bench_announce(&a, "film", &on), MSK_OK);
    check_int("a", bench_wait(&a, 6000), MSK_OK);
    check_int("told", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 1);
    check_int("which", bench_the_last(&a, MSK_UE_EFFECT_MSK_DELETED)->id.number,
              1);
}

/* A host that puts in another card forgets all; both may go on after it. */
static void
is_told_when_the_host_has_forgotten_all(void **state)
{
    (void)state;
    share(&on, &on);
    check_int("all", msk_mgvf_forget_all(a.mgvf), MSK_OK);
    check_int("timer", msk_ue_timer(a.ue, a.now), MSK_OK);
    check_int("told", seen(&a, MSK_UE_EFFECT_MSK_DELETED), 2);
    check_int("keys", bench_keys(&a, 2), MSK_OK);
    check_int("MSK", bench_msk(&a, GROUP, 1), MSK_OK);
    check_int("a", is_open(&a, GROUP), false);
    msk_ue_wipe(a.neighbour);
    a.neighbour = NULL;
}

/* Whose session it is not has no say in a group, not even through the MGV-F. */
static void
takes_nothing_from_a_server_that_is_no_owner(void **state)
{
    struct bench_push push = { .content = MSK_CONTENT_MSK,
                               .group = GROUP,
                               .number = 7,
                               .seq_high = 9,
                               .bootstrap = 101 };
    struct msk_mgvf_input input = { .size = sizeof input,
                                    .layout = a.layout,
                                    .fqdn = msk_text(b.fqdn) };

    (void)state;
    check_int("a", bench_announce(&a, "news", &on), MSK_OK);
    check_int("b", bench_msk(&b, GROUP, 7), MSK_ERR_NOT_MINE);
    input.message = bench_message(&b, &push);
    check_int("b", msk_mgvf_process(a.mgvf, &input, NULL), MSK_ERR_NOT_MINE);
    check_int("b", bench_announce(&b, "news", &on), MSK_OK);
    check_int("b", bench_msk(&b, GROUP, 7), MSK_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_BOTH(keeps_the_stricter_announcement_in_force),
        BENCH_BOTH(is_not_harmed_by_a_start_that_fails),
        BENCH_BOTH(keeps_its_msks_when_the_other_stops),
        BENCH_BOTH(keeps_its_msks_when_the_other_leaves),
        BENCH_BOTH(keeps_its_msks_when_the_other_starts_again),
        BENCH_BOTH(forgets_a_group_with_its_last_session),
        BENCH_BOTH(is_told_what_the_other_has_taken_away),
        BENCH_BOTH(is_told_what_went_when_the_third_comes_to_both),
        BENCH_BOTH(is_told_what_went_of_which_it_knew_the_interval_alone),
        BENCH_BOTH(is_told_when_the_store_has_answered),
        BENCH_BOTH(is_told_what_went_while_it_was_to_be_forgotten),
        BENCH_BOTH(is_told_when_the_host_has_forgotten_all),
        BENCH_BOTH(takes_nothing_from_a_server_that_is_no_owner),
    };

    return bench_run(tests);
}
