/* SPDX-License-Identifier: MIT */
/*
 * The session driven at random, seed by seed (ue_driver.h). Whatever happens,
 * no step is taken that its table does not define, no host has to spin, and
 * when the trouble ends each service has its MSKs or was left. Over all seeds
 * every cell of every table is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/service.h"
#include "ue_driver.h"

#define SEEDS 1000 /* lives, */
#define MORE 8000  /*   and at most so many until every cell was taken */
#define STEPS 160

static struct rng rng;

static uint64_t
below(uint64_t n)
{
    return rng_below(&rng, n);
}

static void
run(uint64_t life)
{
    uint64_t seed = rng_try(&rng, life);
    struct msk_ue_config c = { .attempts = 1 + (uint32_t)(seed % 3) };
    unsigned good = 0;

    rng.state = seed * 7919;
    c.registration =
        seed % 4 < 2 ? MSK_REGISTRATION_NONE : MSK_REGISTRATION_REQUIRED;
    driver_below = below;
    driver_start(seed % 2 == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID, &c,
                 seed % 7 == 0);
    driver_bench.reenters = seed % 5 == 0;
    for (int i = 0; i < STEPS; i++)
        driver_step();
    driver_end_trouble();
    while (!(good > 3 && driver_is_quiet())) {
        driver_be_good();
        if (++good > 200)
            fail_msg("it does not come to rest");
    }
    driver_end();
}

static const struct msk_machine *const machines[] = {
    &msk_ue_exchange_machine,
    &msk_ue_group_machine,
    &msk_ue_service_machine,
    &msk_ue_holding_machine,
};
#define MACHINES (sizeof machines / sizeof machines[0])

static unsigned
check_cell(bool tell, const struct msk_machine *m, size_t state, size_t event)
{
    unsigned taken = bench_cells[m->number][state][event];
    bool defined = msk_machine_cell(m, state, event) != 0;

    if (defined == (taken > 0))
        return 0;
    if (tell)
        print_error("%s, %s: %s is %s, taken %u times\n", m->name,
                    m->states[state], m->events[event],
                    defined ? "defined" : "not defined", taken);
    return 1;
}

/* How many cells are not as their table says. */
static unsigned
check_cells(bool tell)
{
    unsigned bad = 0;

    for (size_t i = 0; i < MACHINES; i++)
        for (size_t s = 0; s < machines[i]->n_states; s++)
            for (size_t e = 0; e < machines[i]->n_events; e++)
                bad += check_cell(tell, machines[i], s, e);
    return bad;
}

/* A name is a word of its own among those of its kind. */
static void
check_names(const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_non_null(names[i]);
        assert_true(names[i][0] != '\0');
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(names[i], names[j]);
    }
}

static void
names_every_state_and_event(void **state)
{
    (void)state;
    for (size_t i = 0; i < MACHINES; i++) {
        check_int("number", machines[i]->number, (int)i + 1);
        check_names(machines[i]->states, machines[i]->n_states);
        check_names(machines[i]->events, machines[i]->n_events);
        check_names(&machines[i]->name, 1);
    }
}

/* Lives that take what few others do, with the MGV-F in software and on a card:
 * with them no more are needed. Where they do not any more, the test takes
 * longer, and says which do now. */
static const uint64_t rare[] = { 863, 1058, 1160, 1667, 1949, 2074, 2641, 6544,
                                 955, 1022, 1913, 3588, 5878, 6535, 7967 };

/* On a card some cells cannot be taken. */
static void
look_for_more(void)
{
    unsigned left = bench_on_card() ? 0 : check_cells(false);

    for (uint64_t seed = SEEDS; seed < MORE && left > 0; seed++) {
        run(seed);
        if (check_cells(false) < left)
            print_message("rare: %llu\n", (unsigned long long)seed);
        left = check_cells(false);
    }
}

static void
comes_to_rest_whatever_has_happened(void **state)
{
    const char *more = getenv("MSK_TEST_SEEDS");
    uint64_t seeds = more != NULL ? strtoull(more, NULL, 0) : SEEDS;

    (void)state;
    for (uint64_t seed = 0; seed < seeds; seed++)
        run(seed);
    for (size_t i = 0; i < sizeof rare / sizeof rare[0]; i++)
        run(rare[i]);
    look_for_more();
}

/* The host makes the MGV-F forget all, and then its store fails from some call
 * on, when the session looks, allows anew, and is to leave. */
static void
lose_all(enum msk_layout layout, size_t call)
{
    struct bench *b = &driver_bench;

    driver_start(layout, &bench_joins, false);
    msk_ue_wipe(b->neighbour); /* all of it goes, too */
    b->neighbour = NULL;
    check_int("film", bench_service(b, "film", 0, 0), MSK_OK);
    check_int("all", msk_mgvf_forget_all(b->mgvf), MSK_OK);
    b->store.fail_at = b->store.calls + call;
    b->store.for_ever = true;
    (void)msk_ue_timer(b->ue, b->now);
    b->mgvf->changes++;
    (void)msk_ue_timer(b->ue, b->now);
    (void)bench_service(b, "news", 0, 0); /* its group waits for that, too */
    (void)bench_stop(b, "film");
    b->store.for_ever = false;
    b->store.fail_at = 0;
    (void)bench_wait(b, 60000);
    bench_keys(b, b->bootstraps + 1);
    check_int("news", bench_service(b, "news", 0, 0), MSK_OK);
    bench_serve_all(b, 9);
    check_int("MSK", bench_msk(b, BENCH_GROUP, 7), MSK_OK);
    driver_end();
}

static void
goes_on_when_the_mgvf_has_forgotten_all(void **state)
{
    (void)state;
    for (size_t call = 1; call <= 12; call++) {
        lose_all(MSK_LAYOUT_CSB, call);
        lose_all(MSK_LAYOUT_KEYID, call);
    }
}

static void
takes_every_cell_of_every_table(void **state)
{
    (void)state;
    check_int("cells that are not as the table says", check_cells(true), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_every_state_and_event),
        cmocka_unit_test(goes_on_when_the_mgvf_has_forgotten_all),
        cmocka_unit_test_teardown(comes_to_rest_whatever_has_happened,
                                  rng_tell),
        { "software alone, owners are in memory: every cell",
          takes_every_cell_of_every_table, NULL, NULL, NULL },
    };

    return bench_run(tests);
}
