/* SPDX-License-Identifier: MIT */
#include "mgvf/history.h"

#include <string.h>

#include "fake_crypto.h"
#include "support.h"

static struct fake_crypto crypto;
static struct msk_history history;
static const struct msk_group_id group = { { 1, 2, 3 }, 7 };

static int
begin(void **state)
{
    (void)state;
    fake_crypto_start(&crypto, 0);
    memset(&history, 0, sizeof history);
    return 0;
}

/* An MSK whose octets are all `value`, and whose RAND is that of `value`. */
static struct msk_held_key
msk_of(uint16_t number, uint8_t value)
{
    struct msk_held_key msk = { .number = number, .key_len = 16 };

    memset(msk.key, value, 16);
    memset(msk.rand, value ^ 0xFF, 16);
    msk.rand_len = 16;
    return msk;
}

static void
note(const struct msk_group_id *of, uint16_t number, uint8_t value,
     uint32_t counter, uint16_t mtk_id)
{
    struct msk_held_key msk = msk_of(number, value);
    bool noted = false;

    msk.has_counter = true;
    msk.counter = counter;
    msk.mtk_id = mtk_id;
    assert_int_equal(
        msk_history_note(&history, &crypto.crypto, of, &msk, &noted), MSK_OK);
    assert_true(noted);
}

/* What is recalled of it: -1, or its MTK ID. */
static long
recalled(const struct msk_group_id *of, struct msk_held_key msk)
{
    assert_int_equal(msk_history_recall(&history, &crypto.crypto, of, &msk),
                     MSK_OK);
    return msk.has_counter ? msk.mtk_id : -1;
}

static void
recalls_the_past_of_the_same_msk_only(void **state)
{
    struct msk_held_key msk = msk_of(5, 0xA1);
    struct msk_group_id other = group;

    (void)state;
    assert_int_equal(recalled(&group, msk), -1);
    note(&group, 5, 0xA1, 40, 9);
    assert_int_equal(recalled(&group, msk), 9);
    assert_int_equal(recalled(&group, msk_of(6, 0xA1)), -1);
    assert_int_equal(recalled(&group, msk_of(5, 0xA2)), -1);
    for (size_t i = 0; i < 3; i++) { /* another domain, the same number */
        other = group;
        other.domain[i] ^= 1;
        assert_int_equal(recalled(&other, msk), -1);
    }
    other = group;
    other.group ^= 0x100;
    assert_int_equal(recalled(&other, msk), -1);
    msk.key[15] ^= 1;
    assert_int_equal(recalled(&group, msk), -1);
    msk = msk_of(5, 0xA1);
    msk.rand[15] ^= 1; /* its MTK messages have other keys */
    assert_int_equal(recalled(&group, msk), -1);
    msk = msk_of(5, 0xA1);
    msk.key_len = 24;
    assert_int_equal(recalled(&group, msk), -1);
}

static void
notes_nothing_of_an_msk_without_mtk_messages(void **state)
{
    struct msk_held_key msk = msk_of(5, 0xA1);
    bool noted = true;

    (void)state;
    assert_int_equal(
        msk_history_note(&history, &crypto.crypto, &group, &msk, &noted),
        MSK_OK);
    assert_false(noted);
    assert_int_equal(history.n, 0);
    assert_int_equal(crypto.calls, 0);
}

/* What is newer of the two counts, of counter and MTK ID each. */
static void
never_takes_a_past_back(void **state)
{
    static const struct {
        bool has;
        uint32_t counter;
        uint16_t mtk_id;
        uint32_t want_counter;
        uint16_t want_mtk_id;
    } rows[] = {
        { false, 0, 0, 40, 9 },
        { true, 39, 8, 40, 9 },
        { true, 41, 8, 41, 9 },
        { true, 39, 10, 40, 10 },
        { true, 41, 10, 41, 10 },
        { true, 40, 9, 40, 9 },
        { true, 0xFFFFFFF0, 0, 40, 9 }, /* RFC 1982: 40 is newer */
        { true, 0x70000000, 0, 0x70000000, 9 },
    };

    (void)state;
    note(&group, 5, 0xA1, 40, 9);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_held_key msk = msk_of(5, 0xA1);

        msk.has_counter = rows[i].has;
        msk.counter = rows[i].counter;
        msk.mtk_id = rows[i].mtk_id;
        assert_int_equal(
            msk_history_recall(&history, &crypto.crypto, &group, &msk), MSK_OK);
        assert_true(msk.has_counter);
        check_int("counter", msk.counter, rows[i].want_counter);
        check_int("MTK ID", msk.mtk_id, rows[i].want_mtk_id);
    }
}

static void
has_one_past_of_an_msk_and_drops_the_oldest(void **state)
{
    (void)state;
    note(&group, 1, 0xA1, 1, 1);
    note(&group, 2, 0xA1, 1, 2);
    note(&group, 1, 0xA1, 2, 3); /* again: it is the newest now */
    assert_int_equal(history.n, 2);
    assert_int_equal(recalled(&group, msk_of(1, 0xA1)), 3);
    for (uint16_t i = 3; i <= MSK_HISTORY_MAX; i++)
        note(&group, i, 0xA1, 1, i);
    assert_int_equal(history.n, MSK_HISTORY_MAX);
    assert_int_equal(recalled(&group, msk_of(2, 0xA1)), 2);
    note(&group, 99, 0xA1, 1, 99);
    assert_int_equal(history.n, MSK_HISTORY_MAX);
    assert_int_equal(recalled(&group, msk_of(2, 0xA1)), -1);
    assert_int_equal(recalled(&group, msk_of(1, 0xA1)), 3);
    assert_int_equal(recalled(&group, msk_of(99, 0xA1)), 99);
    note(&group, MSK_HISTORY_MAX, 0xA1, 2, 1000); /* there: nobody goes */
    assert_int_equal(recalled(&group, msk_of(1, 0xA1)), 3);
}

static void
keeps_of_an_msk_a_tag_that_tells_nothing(void **state)
{
    (void)state;
    note(&group, 5, 0xA1, 40, 9);
    for (size_t i = 0; i + 3 <= sizeof history.past[0]; i++)
        assert_memory_not_equal((const uint8_t *)&history.past[0] + i,
                                "\xA1\xA1\xA1", 3);
}

static void
says_when_the_provider_fails(void **state)
{
    struct msk_held_key msk = msk_of(5, 0xA1);
    bool noted;

    (void)state;
    note(&group, 5, 0xA1, 40, 9);
    crypto.for_ever = true;
    crypto.fail_at = 1;
    assert_int_equal(msk_history_recall(&history, &crypto.crypto, &group, &msk),
                     MSK_ERR_CRYPTO);
    msk.has_counter = true;
    assert_int_equal(
        msk_history_note(&history, &crypto.crypto, &group, &msk, &noted),
        MSK_ERR_CRYPTO);
    assert_int_equal(history.n, 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, release)
    const struct CMUnitTest tests[] = {
        TEST(recalls_the_past_of_the_same_msk_only),
        TEST(notes_nothing_of_an_msk_without_mtk_messages),
        TEST(never_takes_a_past_back),
        TEST(has_one_past_of_an_msk_and_drops_the_oldest),
        TEST(keeps_of_an_msk_a_tag_that_tells_nothing),
        TEST(says_when_the_provider_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
