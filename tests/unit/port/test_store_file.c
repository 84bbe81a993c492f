/* SPDX-License-Identifier: MIT */
/* The suite over a medium in memory, and what is this store's own. */
#include <string.h>

#include "store_file.h"
#include "store_suite.h"

#define SLOT STORE_FILE_SLOT(16, 5 * 1024)
#define CRC_LEN 4

/* A medium that counts its calls and fails the one it is told to. */
static struct {
    uint8_t octets[2][SLOT];
    size_t calls, fail_at, writes, unsynced;
} medium;
static uint8_t memory[STORE_FILE_MEMORY(SLOT)];
static struct store_file file;
static unsigned delay;

static int
count(void)
{
    return ++medium.calls == medium.fail_at ? -1 : 0;
}

static int
medium_read(void *user, unsigned slot, uint8_t *out, size_t n)
{
    assert_ptr_equal(user, &medium);
    assert_true(slot < 2 && n <= SLOT);
    memcpy(out, medium.octets[slot], n);
    return count();
}

static int
medium_write(void *user, unsigned slot, const uint8_t *p, size_t n)
{
    assert_ptr_equal(user, &medium);
    assert_true(slot < 2 && n <= SLOT);
    medium.writes++;
    medium.unsynced++;
    memcpy(medium.octets[slot], p, n);
    return count();
}

static int
medium_sync(void *user)
{
    assert_ptr_equal(user, &medium);
    medium.unsynced = 0;
    return count();
}

static const struct store_io io = { &medium, medium_read, medium_write,
                                    medium_sync };

static void
erase(void)
{
    memset(&medium, 0, sizeof medium);
    delay = 0;
}

static int
open_file(struct msk_store *store)
{
    return store_file_open(store, &file, &io, memory, SLOT, delay);
}

static void
close_file(void)
{
    static const uint8_t zeros[sizeof memory];

    assert_int_equal(medium.unsynced, 0);
    store_file_wipe(&file);
    assert_memory_equal(memory, zeros, sizeof memory);
}

static int
set_up(void **state)
{
    (void)state;
    erase();
    return 0;
}

static bool
is_on_medium(const char *text)
{
    const uint8_t *all = medium.octets[0];
    size_t n = strlen(text);

    for (size_t i = 0; i + n <= sizeof medium.octets; i++)
        if (memcmp(all + i, text, n) == 0)
            return true;
    return false;
}

static uint32_t
crc_of(const uint8_t *p, size_t n)
{
    uint32_t c = 0xFFFFFFFF;

    for (size_t i = 0; i < 8 * n; i++) {
        bool bit = ((c ^ (uint32_t)p[i / 8] >> (i % 8)) & 1) != 0;

        c = (c >> 1) ^ (bit ? 0xEDB88320 : 0);
    }
    return ~c;
}

/* Puts the right CRC after an image of n octets. */
static void
seal(uint8_t *image, size_t n)
{
    uint32_t c = crc_of(image, n);

    for (size_t i = 0; i < CRC_LEN; i++)
        image[n + i] = (uint8_t)(c >> (24 - 8 * i));
}

/* --- what is on the medium ----------------------------------------------- */

static void
writes_the_format_that_is_documented(void **state)
{
    struct msk_bytes want =
        hex("4D534B46 01 00000000 0000000000000001 00000010"
            "0001 0003 0000000000000001 6B 616263 00000000");
    uint8_t image[64];
    struct msk_store store;

    (void)state;
    assert_int_equal(open_file(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "k", chars("abc"), false), MSK_OK);
    memcpy(image, want.p, want.n);
    image[7] = (uint8_t)(SLOT >> 8);
    image[8] = (uint8_t)SLOT;
    seal(image, want.n - CRC_LEN);
    check_octets("slot 0", exact(medium.octets[0], want.n),
                 exact(image, want.n));
    close_file();
}

static void
needs_the_room_that_it_says(void **state)
{
    static uint8_t octets[STORE_FILE_MEMORY(STORE_FILE_SLOT(2, 8))];
    struct msk_store store;

    (void)state;
    for (size_t less = 0; less < 2; less++) {
        erase();
        assert_int_equal(store_file_open(&store, &file, &io, octets,
                                         STORE_FILE_SLOT(2, 8) - less, 0),
                         MSK_OK);
        assert_int_equal(store_suite_put(&store, "a", chars("xyz"), false),
                         MSK_OK);
        assert_int_equal(store_suite_put(&store, "b", chars("xyz"), false),
                         less == 0 ? MSK_OK : MSK_ERR_LIMIT);
    }
}

static void
opens_flash_that_was_erased(void **state)
{
    struct msk_store store;

    (void)state;
    memset(medium.octets, 0xFF, sizeof medium.octets);
    assert_int_equal(open_file(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "key", chars("x"), false), MSK_OK);
    close_file();
    assert_int_equal(open_file(&store), MSK_OK);
    store_suite_expect(&store, "key", "x");
    close_file();
}

static void
goes_back_to_the_slot_that_is_whole(void **state)
{
    struct msk_store store;

    (void)state;
    for (size_t newest = 0; newest < 2; newest++) {
        erase();
        assert_int_equal(open_file(&store), MSK_OK);
        for (size_t i = 0; i < 4 + newest; i++)
            assert_int_equal(store_suite_put(&store, "key",
                                             chars(i % 2 == 0 ? "even" : "odd"),
                                             false),
                             MSK_OK);
        close_file();
        for (size_t slot = 0; slot < 2; slot++) {
            bool is_newest = slot == 1 - newest;

            medium.octets[slot][40] ^= 1;
            assert_int_equal(open_file(&store), MSK_OK);
            store_suite_expect(&store, "key",
                               (newest == 0) == is_newest ? "even" : "odd");
            close_file();
            medium.octets[slot][40] ^= 1;
        }
    }
}

/* --- what is refused ----------------------------------------------------- */

static void
refuse_medium(const char *what)
{
    static uint8_t before[sizeof medium.octets];
    struct msk_store store;

    memcpy(before, medium.octets, sizeof before);
    check_int(what, open_file(&store), MSK_ERR_RECORD);
    check_int(what, memcmp(before, medium.octets, sizeof before), 0);
    close_file();
}

static void
refuses_both_slots_damaged_and_changes_nothing(void **state)
{
    struct msk_store store;

    (void)state;
    assert_int_equal(open_file(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "key", chars("x"), false), MSK_OK);
    close_file();
    medium.octets[1][12] ^= 0x80;
    for (size_t i = 0; i < 21 + 16 + CRC_LEN; i++) {
        medium.octets[0][i] ^= 0x01;
        if (i < 4 || i >= 5)
            refuse_medium("one octet changed");
        medium.octets[0][i] ^= 0x01;
    }
    memset(medium.octets[0], 'x', 100);
    refuse_medium("a file of somebody else");
    memset(medium.octets, 0, sizeof medium.octets);
    memcpy(medium.octets[0], "#!/bin/sh\n", 10);
    refuse_medium("a short file of somebody else");
}

static void
refuses_versions_and_slots_that_it_does_not_know(void **state)
{
    static const struct {
        const char *what;
        size_t at;
        uint8_t octet;
    } cases[] = {
        { "version 0", 4, 0 },
        { "version 2", 4, 2 },
        { "another slot size", 8, (uint8_t)(SLOT + 1) },
        { "more records than there are", 20, 17 },
        { "fewer records than there are", 20, 15 },
        { "a key without octets", 22, 0 },
        { "a key that is longer", 22, 2 },
        { "a value that is longer", 24, 4 },
        { "a key above the limit", 21, 2 },
        { "a value above the limit", 23, 5 },
        { "a record without a version", 32, 0 },
    };
    struct msk_store store;
    uint8_t saved;

    (void)state;
    assert_int_equal(open_file(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "k", chars("abc"), false), MSK_OK);
    close_file();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        saved = medium.octets[0][cases[i].at];
        medium.octets[0][cases[i].at] = cases[i].octet;
        seal(medium.octets[0], 21 + medium.octets[0][20]);
        refuse_medium(cases[i].what);
        medium.octets[0][cases[i].at] = saved;
        seal(medium.octets[0], 21 + 16);
    }
    assert_int_equal(open_file(&store), MSK_OK);
    close_file();
}

static void
refuses_absent_arguments(void **state)
{
    struct msk_store s;

    (void)state;
    assert_int_equal(store_file_open(NULL, &file, &io, memory, SLOT, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_file_open(&s, NULL, &io, memory, SLOT, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_file_open(&s, &file, NULL, memory, SLOT, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_file_open(&s, &file, &io, NULL, SLOT, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_file_open(&s, &file, &io, memory, 24, 0),
                     MSK_ERR_ARGUMENT);
}

/* --- a medium that fails ------------------------------------------------- */

static void
says_when_the_medium_fails_and_goes_on_when_it_works(void **state)
{
    struct msk_store store;
    size_t n;

    (void)state;
    for (n = 1; n <= 4; n++) {
        erase();
        medium.fail_at = n;
        check_int("open", open_file(&store), MSK_ERR_STORE);
    }
    for (size_t k = 1; k <= 2; k++) {
        erase();
        assert_int_equal(open_file(&store), MSK_OK);
        assert_int_equal(store_suite_put(&store, "key", chars("old"), false),
                         MSK_OK);
        medium.fail_at = medium.calls + k;
        assert_int_equal(store_suite_put(&store, "key", chars("new"), false),
                         MSK_ERR_STORE);
        store_suite_expect(&store, "key", "old");
        assert_int_equal(store_suite_put(&store, "key", chars("newer"), false),
                         MSK_OK);
        close_file();
        assert_int_equal(open_file(&store), MSK_OK);
        store_suite_expect(&store, "key", "newer");
        close_file();
    }
}

/* --- delay and scrub ----------------------------------------------------- */

static void
delays_as_many_commits_as_it_may_and_no_other(void **state)
{
    static const struct {
        bool delayable;
        size_t writes;
    } steps[] = { { true, 0 }, { true, 0 },  { true, 0 }, { true, 1 },
                  { true, 1 }, { false, 2 }, { true, 2 }, { true, 2 },
                  { true, 2 }, { true, 3 } };
    struct msk_store store;

    (void)state;
    delay = 3;
    assert_int_equal(open_file(&store), MSK_OK);
    medium.writes = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(
            store_suite_put(&store, "key", chars("x"), steps[i].delayable),
            MSK_OK);
        check_int("writes", (long long)medium.writes,
                  (long long)steps[i].writes);
    }
    assert_int_equal(store_suite_put(&store, "key", chars("last"), true),
                     MSK_OK);
    assert_int_equal(medium.writes, 3);
    assert_int_equal(store_file_flush(&file), MSK_OK);
    assert_int_equal(store_file_flush(&file), MSK_OK);
    assert_int_equal(medium.writes, 4);
    close_file();
    assert_int_equal(open_file(&store), MSK_OK);
    store_suite_expect(&store, "key", "last");
    close_file();
}

static void
leaves_no_deleted_key_after_a_scrub(void **state)
{
    struct msk_store store;

    (void)state;
    delay = 3;
    assert_int_equal(open_file(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "k", chars("secret"), false),
                     MSK_OK);
    assert_int_equal(
        store_suite_put(&store, "k", (struct msk_bytes){ NULL, 0 }, false),
        MSK_OK);
    assert_int_equal(store_suite_put(&store, "k", chars("other"), true),
                     MSK_OK);
    assert_true(is_on_medium("secret"));
    assert_int_equal(store_file_scrub(&file), MSK_OK);
    assert_false(is_on_medium("secret"));
    store_suite_expect(&store, "k", "other");
    close_file();
    assert_int_equal(open_file(&store), MSK_OK);
    store_suite_expect(&store, "k", "other");
    close_file();
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, release)
    static const struct store_maker maker = { erase, open_file, close_file,
                                              true };
    static const struct CMUnitTest own[] = {
        TEST(writes_the_format_that_is_documented),
        TEST(needs_the_room_that_it_says),
        TEST(opens_flash_that_was_erased),
        TEST(goes_back_to_the_slot_that_is_whole),
        TEST(refuses_both_slots_damaged_and_changes_nothing),
        TEST(refuses_versions_and_slots_that_it_does_not_know),
        TEST(refuses_absent_arguments),
        TEST(says_when_the_medium_fails_and_goes_on_when_it_works),
        TEST(delays_as_many_commits_as_it_may_and_no_other),
        TEST(leaves_no_deleted_key_after_a_scrub),
    };

    return store_suite_run(&maker, own, sizeof own / sizeof own[0]);
}
