/* SPDX-License-Identifier: MIT */
#include "mgvf/key_servers.h"

#include <string.h>

#include "support.h"

/* A MUK is named by one letter; all octets of its value are `value`. */
static int
set_of_age(struct msk_server_keys *keys, const char *btid, uint8_t value,
           uint64_t age, bool *changed)
{
    uint8_t octets[32];

    memset(octets, value, sizeof octets);
    return msk_server_keys_set(keys, chars(btid), exact(octets, 32), age,
                               changed);
}

/* The age of a MUK is its value, if nothing else is said. */
static int
set(struct msk_server_keys *keys, const char *btid, uint8_t value,
    bool *changed)
{
    return set_of_age(keys, btid, value, value, changed);
}

/* The names in their order, "-" for none. */
static void
check_names(const struct msk_server_keys *keys, const char *generated,
            const char *used)
{
    const char *want[2] = { generated, used };

    for (size_t i = 0; i < 2; i++)
        if (want[i][0] == '-')
            assert_true(keys->n <= i);
        else
            check_octets(want[i],
                         exact(keys->muk[i].btid, keys->muk[i].btid_len),
                         chars(want[i]));
}

static void
keeps_the_last_generated_and_the_last_used(void **state)
{
    struct msk_server_keys keys = { .n = 0 };
    bool changed;

    (void)state;
    assert_int_equal(msk_server_keys_find(&keys, chars("a")), 2);
    assert_int_equal(set(&keys, "a", 1, &changed), MSK_OK);
    assert_true(changed);
    check_names(&keys, "a", "-");
    assert_int_equal(set(&keys, "b", 2, &changed), MSK_OK); /* a: not used */
    check_names(&keys, "b", "-");
    msk_server_keys_used(&keys, MSK_MUK_GENERATED, 5);
    assert_int_equal(set(&keys, "c", 3, &changed), MSK_OK);
    check_names(&keys, "c", "b");
    assert_int_equal(set(&keys, "d", 4, &changed), MSK_OK); /* c: not used */
    check_names(&keys, "d", "b");
    msk_server_keys_used(&keys, MSK_MUK_USED, 6);
    check_names(&keys, "d", "b");
    msk_server_keys_used(&keys, MSK_MUK_GENERATED, 1);
    check_names(&keys, "d", "-");
    assert_int_equal(set(&keys, "e", 5, &changed), MSK_OK);
    check_names(&keys, "e", "d");
    assert_int_equal(msk_server_keys_find(&keys, chars("d")), 1);
    assert_int_equal(msk_server_keys_find(&keys, chars("b")), 2);
    assert_int_equal(keys.muk[1].counter, 1);
    assert_false(keys.muk[0].has_counter);
}

static void
changes_nothing_for_a_name_that_is_there(void **state)
{
    struct msk_server_keys keys = { .n = 0 }, before;
    bool changed = true;

    (void)state;
    set(&keys, "a", 1, &changed);
    msk_server_keys_used(&keys, MSK_MUK_GENERATED, 5);
    set(&keys, "b", 2, &changed);
    memcpy(&before, &keys, sizeof keys);
    for (size_t i = 0; i < 2; i++) {
        const char *name = i == 0 ? "a" : "b";

        assert_int_equal(set(&keys, name, (uint8_t)(i + 1), &changed), MSK_OK);
        assert_false(changed);
        assert_int_equal(set(&keys, name, 9, &changed), MSK_ERR_CONFLICT);
        assert_false(changed);
    }
    assert_int_equal(
        msk_server_keys_set(&keys, chars("a"), hex("01"), 9, &changed),
        MSK_ERR_CONFLICT); /* the same octets, but fewer */
    assert_memory_equal(&before, &keys, sizeof keys);
}

static void
check_set(struct msk_server_keys *keys, const char *btid, uint8_t value,
          uint64_t age, int want, bool want_changed)
{
    bool changed = !want_changed;

    check_int(btid, set_of_age(keys, btid, value, age, &changed), want);
    check_int("changed", changed, want_changed);
}

/* Decision 27: what was evicted stays away, whatever came between. */
static void
refuses_what_is_not_newer_than_the_newest_ever_set(void **state)
{
    struct msk_server_keys keys = { .n = 0 }, before;

    (void)state;
    check_set(&keys, "a", 1, 0, MSK_OK, true); /* the first: any age */
    check_set(&keys, "b", 2, 0, MSK_ERR_OLD_KEY, false);
    msk_server_keys_used(&keys, MSK_MUK_GENERATED, 7);
    check_set(&keys, "b", 2, 1, MSK_OK, true);
    msk_server_keys_used(&keys, MSK_MUK_GENERATED, 7);
    memcpy(&before, &keys, sizeof keys);
    check_set(&keys, "a", 1, 0, MSK_ERR_OLD_KEY, false); /* was evicted */
    check_set(&keys, "a", 1, 1, MSK_ERR_OLD_KEY, false);
    check_set(&keys, "a", 3, 0, MSK_ERR_OLD_KEY, false);
    check_set(&keys, "b", 3, 9, MSK_ERR_CONFLICT, false);
    check_set(&keys, "b", 2, 0, MSK_OK, false); /* held: it stays */
    check_set(&keys, "b", 2, 1, MSK_OK, false);
    assert_memory_equal(&before, &keys, sizeof keys);
    check_set(&keys, "c", 3, UINT64_MAX, MSK_OK, true);
    check_set(&keys, "d", 4, UINT64_MAX, MSK_ERR_OLD_KEY, false);
    check_names(&keys, "c", "b");
}

/* The age of one that is held may be told better later. */
static void
notes_a_greater_age_of_one_that_is_held(void **state)
{
    struct msk_server_keys keys = { .n = 0 };

    (void)state;
    check_set(&keys, "a", 1, 0, MSK_OK, true);
    msk_server_keys_used(&keys, MSK_MUK_GENERATED, 7);
    check_set(&keys, "a", 1, 5, MSK_OK, true);
    assert_int_equal(keys.muk[0].counter, 7);
    check_set(&keys, "b", 2, 5, MSK_ERR_OLD_KEY, false);
    check_set(&keys, "b", 2, 6, MSK_OK, true);
    check_set(&keys, "a", 1, 8, MSK_OK, true); /* not the newest for that */
    check_names(&keys, "b", "a");
    check_set(&keys, "c", 3, 8, MSK_ERR_OLD_KEY, false);
}

static void
takes_names_that_begin_alike_for_different(void **state)
{
    struct msk_server_keys keys = { .n = 0 };
    bool changed;

    (void)state;
    set(&keys, "ab", 1, &changed);
    assert_int_equal(msk_server_keys_find(&keys, chars("a")), 2);
    assert_int_equal(msk_server_keys_find(&keys, chars("abc")), 2);
    assert_int_equal(msk_server_keys_find(&keys, chars("ab")), 0);
}

/* RFC 1982 3.2 with 32 bits; no counter yet is older than all. */
static void
accepts_newer_counters_only(void **state)
{
    static const struct {
        uint32_t last, now;
        bool fresh;
    } counters[] = {
        { 0, 0, false },          { 0, 1, true },
        { 1, 0, false },          { 0, 0x7FFFFFFF, true },
        { 0, 0x80000000, false }, { 0, 0xFFFFFFFF, false },
        { 0xFFFFFFFF, 0, true },  { 5, 0x80000004, true },
        { 5, 0x80000005, false }, { 0xEEAF75B9, 0xEEAF75BA, true },
        { 0xEEAF75B9, 1, true },
    };
    struct msk_server_keys keys = { .n = 0 };
    bool changed;

    (void)state;
    set(&keys, "a", 1, &changed);
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        keys.muk[0].has_counter = false;
        assert_true(msk_server_keys_fresh(&keys, 0, counters[i].now));
        msk_server_keys_used(&keys, 0, counters[i].last);
        check_int("counter", msk_server_keys_fresh(&keys, 0, counters[i].now),
                  counters[i].fresh);
    }
}

static void
leaves_nothing_of_a_muk_that_went(void **state)
{
    struct msk_server_keys keys = { .n = 0 };
    bool changed;

    (void)state;
    set(&keys, "a", 0xD1, &changed);
    msk_server_keys_used(&keys, 0, 1);
    set(&keys, "b", 0xD2, &changed);
    set(&keys, "c", 0xD3, &changed);
    msk_server_keys_used(&keys, 0, 1);
    for (size_t i = 0; i < sizeof keys; i++) {
        uint8_t octet = ((const uint8_t *)&keys)[i];

        assert_true(octet != 0xD1 && octet != 0xD2);
    }
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(keeps_the_last_generated_and_the_last_used),
        TEST(changes_nothing_for_a_name_that_is_there),
        TEST(refuses_what_is_not_newer_than_the_newest_ever_set),
        TEST(notes_a_greater_age_of_one_that_is_held),
        TEST(takes_names_that_begin_alike_for_different),
        TEST(accepts_newer_counters_only),
        TEST(leaves_nothing_of_a_muk_that_went),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
