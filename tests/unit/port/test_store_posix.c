/* SPDX-License-Identifier: MIT */
/* The suite over a real file, in the directory where the test runs. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_posix.h"
#include "store_suite.h"

#define SLOT STORE_FILE_SLOT(16, 5 * 1024)

static char path[64];
static struct store_posix posix;
static uint8_t memory[STORE_FILE_MEMORY(SLOT)];
static struct store_file file;

static void
erase(void)
{
    (void)unlink(path);
}

static int
open_posix(struct msk_store *store)
{
    int err = store_posix_open(&posix, path, SLOT);

    if (err == MSK_OK)
        err = store_file_open(store, &file, &posix.io, memory, SLOT, 2);
    return err;
}

/* Delayed commits go to the file first, as at the end of a program. */
static void
close_posix(void)
{
    assert_int_equal(store_file_flush(&file), MSK_OK);
    store_file_wipe(&file);
    store_posix_close(&posix);
}

static void
makes_a_file_for_its_owner_alone(void **state)
{
    struct msk_store store;
    struct stat st;

    (void)state;
    assert_int_equal(open_posix(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "key", chars("x"), false), MSK_OK);
    close_posix();
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 2 * SLOT);
}

static void
shares_its_file_with_no_other_process(void **state)
{
    struct msk_store store;
    int status = 0;
    pid_t child;

    (void)state;
    assert_int_equal(open_posix(&store), MSK_OK);
    child = fork();
    if (child == 0) {
        struct store_posix other;

        _exit(store_posix_open(&other, path, SLOT) == MSK_ERR_BUSY ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close_posix();
}

static void
says_when_there_can_be_no_file(void **state)
{
    char deep[96];

    (void)state;
    assert_int_equal(store_posix_open(&posix, NULL, SLOT), MSK_ERR_ARGUMENT);
    assert_int_equal(store_posix_open(NULL, path, SLOT), MSK_ERR_ARGUMENT);
    assert_int_equal(store_posix_open(&posix, path, 0), MSK_ERR_ARGUMENT);
    (void)snprintf(deep, sizeof deep, "%s.none/file", path);
    assert_int_equal(store_posix_open(&posix, deep, SLOT), MSK_ERR_STORE);
    store_posix_close(&posix);
}

/* What holds keys is its owner's alone, and is what its name says. */
static void
takes_no_file_that_is_open_to_others(void **state)
{
    struct msk_store store;
    char other[sizeof path + 8];

    (void)state;
    (void)snprintf(other, sizeof other, "%s.other", path);
    assert_int_equal(open_posix(&store), MSK_OK);
    close_posix();
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR | S_IRGRP), 0);
    assert_int_equal(open_posix(&store), MSK_ERR_STORE);
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR), 0);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(open_posix(&store), MSK_ERR_STORE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rename(other, path), 0);
    assert_int_equal(open_posix(&store), MSK_OK);
    close_posix();
}

static int
set_up(void **state)
{
    (void)state;
    erase();
    return 0;
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, release)
    static const struct store_maker maker = { erase, open_posix, close_posix,
                                              true };
    static const struct CMUnitTest own[] = {
        TEST(makes_a_file_for_its_owner_alone),
        TEST(takes_no_file_that_is_open_to_others),
        TEST(shares_its_file_with_no_other_process),
        TEST(says_when_there_can_be_no_file),
    };
    int failed;

    (void)snprintf(path, sizeof path, "test_store_posix.%ld", (long)getpid());
    failed = store_suite_run(&maker, own, sizeof own / sizeof own[0]);
    erase();
    return failed;
}
