/* SPDX-License-Identifier: MIT */
#include "store_suite.h"

#include <stdio.h>
#include <string.h>

#define OTHER_VERSION 0x123456789A

static const struct store_maker *maker;
static struct msk_store store;

static void
open_it(void)
{
    assert_int_equal(maker->open(&store), MSK_OK);
    assert_int_equal(store.size, sizeof store);
}

static int
set_up(void **state)
{
    (void)state;
    maker->erase();
    open_it();
    return 0;
}

static int
tear_down(void **state)
{
    maker->close();
    return release(state);
}

static uint64_t
version_of(const struct msk_store *s, struct msk_bytes key)
{
    struct msk_stored stored;

    assert_int_equal(s->load(s->user, 1, key, &stored), MSK_OK);
    assert_true((stored.version != 0) || stored.n == 0);
    return stored.version;
}

static int
commit(const struct msk_change *changes, size_t n)
{
    return store.commit(store.user, 2, changes, n);
}

static struct msk_change
change(struct msk_bytes key, struct msk_bytes value)
{
    return (struct msk_change){ key, value, version_of(&store, key), false };
}

int
store_suite_put(const struct msk_store *s, const char *key,
                struct msk_bytes value, bool delayable)
{
    struct msk_change c = { chars(key), value, version_of(s, chars(key)),
                            delayable };

    return s->commit(s->user, 3, &c, 1);
}

static int
put(const char *key, const char *value)
{
    return store_suite_put(&store, key, chars(value), false);
}

void
store_suite_expect(const struct msk_store *s, const char *key,
                   const char *value)
{
    struct msk_stored stored;

    assert_int_equal(s->load(s->user, 4, chars(key), &stored), MSK_OK);
    check_int(key, stored.version != 0, value != NULL);
    if (value != NULL)
        check_octets(key, exact(stored.value, stored.n), chars(value));
}

static void
expect(const char *key, const char *value)
{
    store_suite_expect(&store, key, value);
}

/* --- one record ---------------------------------------------------------- */

static void
loads_nothing_under_a_key_that_is_not_there(void **state)
{
    struct msk_stored stored;

    (void)state;
    memset(&stored, 0xA5, sizeof stored);
    assert_int_equal(store.load(store.user, 1, chars("none"), &stored), MSK_OK);
    assert_int_equal(stored.n, 0);
    assert_int_equal(stored.version, 0);
    assert_int_equal(put("no", "x"), MSK_OK);
    assert_int_equal(put("nonesuch", "x"), MSK_OK);
    expect("none", NULL);
}

static void
gives_back_values_of_every_size(void **state)
{
    static const size_t keys[] = { 1, 6, 255, MSK_STORE_KEY_MAX };
    static const size_t values[] = { 0, 1, 353, MSK_STORE_VALUE_MAX };
    struct msk_stored stored;

    (void)state;
    for (size_t i = 0; i < 16; i++) {
        uint8_t *key = room(keys[i % 4]), *value = room(values[i / 4]);
        struct msk_change c = {
            { key, keys[i % 4] }, { value, values[i / 4] }, 0, false
        };

        key[0] = (uint8_t)i;
        memset(value, (int)i, values[i / 4]);
        assert_int_equal(commit(&c, 1), MSK_OK);
        assert_int_equal(store.load(store.user, 1, c.key, &stored), MSK_OK);
        assert_true(stored.version != 0);
        check_octets("value", exact(stored.value, stored.n), c.value);
        c.version = stored.version;
        c.value = (struct msk_bytes){ NULL, 0 };
        assert_int_equal(commit(&c, 1), MSK_OK);
        assert_int_equal(version_of(&store, c.key), 0);
    }
}

static void
keeps_keys_and_values_with_zeros_in_them_apart(void **state)
{
    struct msk_change c[3];
    struct msk_stored stored;

    (void)state;
    c[0] = change(hex("00"), hex("00"));
    c[1] = change(hex("0000"), hex("0000"));
    c[2] = change(hex("000000"), hex("00FF00"));
    assert_int_equal(commit(c, 3), MSK_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(store.load(store.user, 1, c[i].key, &stored), MSK_OK);
        check_octets("zeros", exact(stored.value, stored.n), c[i].value);
    }
}

static void
refuses_keys_and_values_that_are_too_long(void **state)
{
    static const uint8_t octets[MSK_STORE_VALUE_MAX + 1];
    struct msk_change c[4];

    (void)state;
    c[0] = (struct msk_change){ { octets, 0 }, { octets, 1 }, 0, false };
    c[1] = (struct msk_change){
        { octets, MSK_STORE_KEY_MAX + 1 }, { octets, 1 }, 0, false
    };
    c[2] = (struct msk_change){
        { octets, 1 }, { octets, MSK_STORE_VALUE_MAX + 1 }, 0, false
    };
    for (size_t i = 0; i < 3; i++) {
        struct msk_change both[2] = { change(chars("good"), chars("x")), c[i] };

        assert_int_equal(commit(both, 2), MSK_ERR_ARGUMENT);
        expect("good", NULL);
    }
}

/* --- versions ------------------------------------------------------------ */

static void
gives_every_change_a_version_that_was_not_there_before(void **state)
{
    uint64_t seen[12];

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(put("key", "same"), MSK_OK);
        seen[i] = version_of(&store, chars("key"));
        for (size_t k = 0; k < i; k++)
            assert_true(seen[i] != seen[k]);
        if (i % 3 == 2)
            assert_int_equal(store_suite_put(&store, "key",
                                             (struct msk_bytes){ NULL, 0 },
                                             false),
                             MSK_OK);
    }
}

static void
refuses_changes_of_any_other_version(void **state)
{
    struct msk_bytes none = { NULL, 0 }, key = chars("key");
    uint64_t old, now;

    (void)state;
    assert_int_equal(put("key", "old"), MSK_OK);
    old = version_of(&store, key);
    assert_int_equal(put("key", "now"), MSK_OK);
    now = version_of(&store, key);
    for (size_t i = 0; i < 8; i++) {
        const uint64_t wrong[] = { 0, old, now + 1, OTHER_VERSION };
        struct msk_change c = { key, i < 4 ? chars("x") : none, wrong[i % 4],
                                i % 2 == 0 };

        assert_int_equal(commit(&c, 1), MSK_ERR_CONFLICT);
        assert_int_equal(version_of(&store, key), now);
        expect("key", "now");
    }
    for (size_t i = 0; i < 2; i++) {
        struct msk_change c = { chars("absent"), i == 0 ? chars("x") : none,
                                now, false };

        assert_int_equal(commit(&c, 1), MSK_ERR_CONFLICT);
        expect("absent", NULL);
    }
}

static void
deletes_what_is_there_and_takes_what_is_not_for_deleted(void **state)
{
    struct msk_bytes none = { NULL, 0 };
    struct msk_change c;

    (void)state;
    assert_int_equal(put("key", "x"), MSK_OK);
    assert_int_equal(put("other", "y"), MSK_OK);
    for (size_t i = 0; i < 2; i++) {
        c = change(chars("key"), none);
        assert_int_equal(commit(&c, 1), MSK_OK);
        expect("key", NULL);
        expect("other", "y");
    }
}

/* --- several changes ----------------------------------------------------- */

static void
makes_three_changes_at_once(void **state)
{
    struct msk_change c[3];

    (void)state;
    assert_int_equal(put("gone", "x"), MSK_OK);
    assert_int_equal(put("kept", "x"), MSK_OK);
    c[0] = change(chars("gone"), (struct msk_bytes){ NULL, 0 });
    c[1] = change(chars("kept"), chars("y"));
    c[2] = change(chars("new"), chars("z"));
    assert_int_equal(commit(c, 3), MSK_OK);
    expect("gone", NULL);
    expect("kept", "y");
    expect("new", "z");
}

static void
makes_no_change_when_one_of_three_is_refused(void **state)
{
    (void)state;
    assert_int_equal(put("gone", "1"), MSK_OK);
    assert_int_equal(put("kept", "2"), MSK_OK);
    for (size_t bad = 0; bad < 3; bad++) {
        struct msk_change c[3];

        c[0] = change(chars("gone"), (struct msk_bytes){ NULL, 0 });
        c[1] = change(chars("kept"), chars("y"));
        c[2] = change(chars("new"), chars("z"));
        c[bad].version = OTHER_VERSION;
        assert_int_equal(commit(c, 3), MSK_ERR_CONFLICT);
        expect("gone", "1");
        expect("kept", "2");
        expect("new", NULL);
    }
    assert_int_equal(put("gone", "still works"), MSK_OK);
}

/* --- full ---------------------------------------------------------------- */

static struct msk_change
filler(size_t i)
{
    uint8_t *value = room(MSK_STORE_VALUE_MAX);
    char key[24];
    int n = snprintf(key, sizeof key, "filler %zu", i);

    return change(exact((const uint8_t *)key, (size_t)n),
                  (struct msk_bytes){ value, MSK_STORE_VALUE_MAX });
}

static void
says_that_it_is_full_and_loses_nothing(void **state)
{
    struct msk_change c[2];
    size_t n = 0;
    int err;

    (void)state;
    assert_int_equal(put("first", "x"), MSK_OK);
    do {
        c[0] = change(chars("first"), chars(n % 2 == 0 ? "y" : "x"));
        c[1] = filler(n);
        err = commit(c, 2);
        n += err == MSK_OK ? 1 : 0;
    } while (err == MSK_OK && n < 1000);
    assert_int_equal(err, MSK_ERR_LIMIT);
    assert_true(n >= 1);
    expect("first", n % 2 == 0 ? "x" : "y");
    for (size_t i = 0; i <= n; i++)
        check_int("filler", version_of(&store, filler(i).key) != 0, i < n);
    c[0] = filler(0);
    c[0].value = (struct msk_bytes){ NULL, 0 };
    assert_int_equal(commit(c, 1), MSK_OK);
    assert_int_equal(put("first", "z"), MSK_OK);
    expect("first", "z");
}

/* --- each ---------------------------------------------------------------- */

struct visits {
    char keys[64]; /* what was seen, with a comma after each */
    size_t n, stop_at;
};

static int
visit(void *arg, struct msk_bytes key, struct msk_bytes value)
{
    struct visits *v = arg;

    assert_true(key.n > 0 && strlen(v->keys) + key.n + 2 < sizeof v->keys);
    check_octets("value", value, key);
    strncat(v->keys, (const char *)key.p, key.n);
    strcat(v->keys, ",");
    return ++v->n == v->stop_at ? 77 : MSK_OK;
}

static bool
saw(const struct visits *v, const char *key)
{
    return strstr(v->keys, key) != NULL;
}

static void
visits_the_keys_of_a_prefix(void **state)
{
    static const char *const keys[] = { "G", "G1", "G12", "H1", "F1", "G2" };
    struct visits v;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(put(keys[i], keys[i]), MSK_OK);
    memset(&v, 0, sizeof v);
    assert_int_equal(store.each(store.user, chars("G"), visit, &v), MSK_OK);
    assert_int_equal(v.n, 4);
    assert_true(saw(&v, "G,") && saw(&v, "G1,") && saw(&v, "G12,") &&
                saw(&v, "G2,"));
    memset(&v, 0, sizeof v);
    assert_int_equal(store.each(store.user, chars("G1"), visit, &v), MSK_OK);
    assert_int_equal(v.n, 2);
    memset(&v, 0, sizeof v);
    assert_int_equal(store.each(store.user, chars("X"), visit, &v), MSK_OK);
    assert_int_equal(v.n, 0);
    assert_int_equal(
        store.each(store.user, (struct msk_bytes){ NULL, 0 }, visit, &v),
        MSK_OK);
    assert_int_equal(v.n, 6);
}

static void
ends_a_visit_when_it_is_told_to(void **state)
{
    struct visits v = { .stop_at = 2 };

    (void)state;
    assert_int_equal(put("a", "a"), MSK_OK);
    assert_int_equal(put("ab", "ab"), MSK_OK);
    assert_int_equal(put("abc", "abc"), MSK_OK);
    assert_int_equal(store.each(store.user, chars("a"), visit, &v), 77);
    assert_int_equal(v.n, 2);
    assert_int_equal(put("abcd", "changes go on"), MSK_OK);
}

/* --- opened again -------------------------------------------------------- */

static void
has_everything_when_it_is_opened_again(void **state)
{
    uint64_t version;

    (void)state;
    if (!maker->survives)
        return;
    assert_int_equal(put("one", "1"), MSK_OK);
    assert_int_equal(put("two", "2"), MSK_OK);
    assert_int_equal(put("two", "II"), MSK_OK);
    version = version_of(&store, chars("two"));
    for (size_t i = 0; i < 3; i++) {
        maker->close();
        open_it();
        expect("one", "1");
        expect("two", "II");
        assert_int_equal(version_of(&store, chars("two")), version);
    }
    assert_int_equal(put("three", "3"), MSK_OK);
    assert_true(version_of(&store, chars("three")) != version);
}

static void
shows_a_delayable_change_at_once_and_keeps_it_with_the_next(void **state)
{
    (void)state;
    assert_int_equal(put("msk", "1"), MSK_OK);
    for (char i = 'a'; i < 'g'; i++) {
        const char value[] = { i, '\0' };

        assert_int_equal(store_suite_put(&store, "mtk", chars(value), true),
                         MSK_OK);
        expect("mtk", value);
    }
    assert_int_equal(put("msk", "2"), MSK_OK);
    if (maker->survives) {
        maker->close();
        open_it();
    }
    expect("msk", "2");
    expect("mtk", "f");
}

/* --- against a model ----------------------------------------------------- */

#define KEYS 5
#define NO_VALUE (-1)

/* What should be stored: one octet, repeated; NO_VALUE: nothing. */
struct model {
    int value[KEYS];
};

static struct msk_bytes
model_key(size_t i)
{
    const char name[] = { 'k', (char)('0' + i), '\0' };

    return chars(name);
}

static void
compare(const struct model *model)
{
    struct msk_stored stored;

    for (size_t i = 0; i < KEYS; i++) {
        assert_int_equal(store.load(store.user, 1, model_key(i), &stored),
                         MSK_OK);
        check_int("is there", stored.version != 0, model->value[i] >= 0);
        for (size_t k = 0; k < stored.n; k++)
            check_int("value", stored.value[k], model->value[i]);
    }
}

/* Up to three changes of different keys; some for another version. */
static void
change_at_random(struct model *model, struct rng *r)
{
    size_t first = (size_t)rng_below(r, KEYS);
    size_t n = 1 + (size_t)rng_below(r, 3);
    struct msk_change c[3];
    struct model next = *model;
    int want = MSK_OK;

    for (size_t i = 0; i < n; i++) {
        size_t k = (first + i) % KEYS;
        bool deletes = rng_below(r, 3) == 0;
        size_t len = (size_t)rng_below(r, 100) + 1;
        uint8_t *value = room(len);

        next.value[k] = deletes ? NO_VALUE : (int)rng_below(r, 256);
        memset(value, next.value[k] & 0xFF, len);
        c[i] = change(model_key(k), (struct msk_bytes){ value, len });
        if (deletes)
            c[i].value = (struct msk_bytes){ NULL, 0 };
        c[i].delayable = rng_below(r, 2) == 0;
        if (rng_below(r, 10) == 0) {
            c[i].version += 1000000;
            want = MSK_ERR_CONFLICT;
        }
    }
    assert_int_equal(commit(c, n), want);
    if (want == MSK_OK)
        *model = next;
}

static void
does_as_a_model_does(void **state)
{
    struct model model;
    struct rng r;

    (void)state;
    rng_start(&r, 20);
    for (size_t i = 0; i < KEYS; i++)
        model.value[i] = NO_VALUE;
    for (size_t i = 0; i < 600; i++) {
        change_at_random(&model, &r);
        compare(&model);
        (void)release(NULL);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define OWN_MAX 16

int
store_suite_run(const struct store_maker *m, const struct CMUnitTest *own,
                size_t n)
{
    static const struct CMUnitTest suite[] = {
        TEST(loads_nothing_under_a_key_that_is_not_there),
        TEST(gives_back_values_of_every_size),
        TEST(keeps_keys_and_values_with_zeros_in_them_apart),
        TEST(refuses_keys_and_values_that_are_too_long),
        TEST(gives_every_change_a_version_that_was_not_there_before),
        TEST(refuses_changes_of_any_other_version),
        TEST(deletes_what_is_there_and_takes_what_is_not_for_deleted),
        TEST(makes_three_changes_at_once),
        TEST(makes_no_change_when_one_of_three_is_refused),
        TEST(says_that_it_is_full_and_loses_nothing),
        TEST(visits_the_keys_of_a_prefix),
        TEST(ends_a_visit_when_it_is_told_to),
        TEST(has_everything_when_it_is_opened_again),
        TEST(shows_a_delayable_change_at_once_and_keeps_it_with_the_next),
        TEST(does_as_a_model_does),
    };
    struct CMUnitTest tests[sizeof suite / sizeof suite[0] + OWN_MAX];
    size_t used = sizeof suite / sizeof suite[0];

    maker = m;
    memcpy(tests, suite, sizeof suite);
    for (size_t i = 0; i < n && i < OWN_MAX; i++)
        tests[used++] = own[i];
    return _cmocka_run_group_tests("store", tests, used, NULL, NULL);
}
