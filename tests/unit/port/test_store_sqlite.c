/* SPDX-License-Identifier: MIT */
/* The suite over a real database, and what is this store's own. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_sqlite.h"
#include "store_suite.h"

#define PAGES 24

static char path[64], log_path[72];
static struct store_sqlite sqlite;

static void
erase(void)
{
    (void)unlink(path);
    (void)unlink(log_path);
}

static int
open_sqlite(struct msk_store *store)
{
    return store_sqlite_open(store, &sqlite, path, NULL, PAGES);
}

static void
close_sqlite(void)
{
    store_sqlite_close(&sqlite);
}

static int
set_up(void **state)
{
    (void)state;
    erase();
    return 0;
}

/* Everything that the file holds. */
static struct msk_bytes
contents(const char *name)
{
    uint8_t *all = room(1 << 20);
    FILE *f = fopen(name, "rb");
    size_t n = f == NULL ? 0 : fread(all, 1, 1 << 20, f);

    if (f != NULL)
        (void)fclose(f);
    return exact(all, n);
}

static void
write_file(struct msk_bytes octets)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR), 0);
    assert_int_equal(fwrite(octets.p, 1, octets.n, f), octets.n);
    assert_int_equal(fclose(f), 0);
}

static bool
holds(const char *name, const char *text)
{
    struct msk_bytes all = contents(name);
    size_t n = strlen(text);

    for (size_t i = 0; i + n <= all.n; i++)
        if (memcmp(all.p + i, text, n) == 0)
            return true;
    return false;
}

static void
execute(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    (void)chmod(path, S_IRUSR | S_IWUSR);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
makes_files_for_their_owner_alone(void **state)
{
    struct msk_store store;
    struct stat st;

    (void)state;
    assert_int_equal(open_sqlite(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "key", chars("x"), false), MSK_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(log_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    close_sqlite();
}

static void
shares_its_database_with_no_other(void **state)
{
    struct msk_store store, other_store;
    struct store_sqlite other;

    (void)state;
    assert_int_equal(open_sqlite(&store), MSK_OK);
    assert_int_equal(store_sqlite_open(&other_store, &other, path, NULL, 0),
                     MSK_ERR_BUSY);
    assert_int_equal(store_suite_put(&store, "key", chars("x"), false), MSK_OK);
    close_sqlite();
}

static void
refuse(const char *what)
{
    struct msk_bytes before = contents(path);
    struct msk_store store;

    check_int(what, open_sqlite(&store), MSK_ERR_RECORD);
    check_octets(what, contents(path), before);
}

static void
refuses_databases_that_it_does_not_know(void **state)
{
    static const char *const changes[] = {
        "PRAGMA user_version=2",
        "PRAGMA user_version=0",
        "PRAGMA application_id=7",
        "DROP TABLE last",
        "DELETE FROM last",
        "DROP TABLE record",
        "ALTER TABLE record RENAME COLUMN version TO revision",
    };
    struct msk_store store;

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        erase();
        assert_int_equal(open_sqlite(&store), MSK_OK);
        close_sqlite();
        execute(changes[i]);
        refuse(changes[i]);
    }
    erase();
    execute("CREATE TABLE theirs(x)");
    refuse("a database of somebody else");
    erase();
    write_file(chars("This is a letter and no database, as long as a header "
                     "of one hundred octets would be if it were one."));
    refuse("a file of somebody else");
}

/* What holds keys is its owner's alone, and is what its name says. */
static void
takes_no_file_that_is_open_to_others(void **state)
{
    struct msk_store store;
    char other[sizeof path + 8];

    (void)state;
    (void)snprintf(other, sizeof other, "%s.other", path);
    assert_int_equal(open_sqlite(&store), MSK_OK);
    close_sqlite();
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR | S_IRGRP), 0);
    assert_int_equal(open_sqlite(&store), MSK_ERR_STORE);
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR), 0);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(open_sqlite(&store), MSK_ERR_STORE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rename(other, path), 0);
    assert_int_equal(open_sqlite(&store), MSK_OK);
    close_sqlite();
}

/* Damage is found when the store is opened, or does no harm: no crash, and
 * no value that nobody stored. */
static void
refuses_or_survives_any_damage(void **state)
{
    struct msk_bytes whole;
    struct msk_stored stored;
    struct msk_store store;
    size_t refused = 0;
    struct rng r;

    (void)state;
    rng_start(&r, 5);
    assert_int_equal(open_sqlite(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "key", chars("value"), false),
                     MSK_OK);
    close_sqlite();
    whole = contents(path);
    for (size_t i = 0; i < 200; i++) {
        uint8_t *bad = room(whole.n);
        int err;

        memcpy(bad, whole.p, whole.n);
        bad[i < 100 ? i : rng_below(&r, whole.n)] ^= 0xFF;
        write_file((struct msk_bytes){ bad, whole.n });
        err = open_sqlite(&store);
        assert_true(err == MSK_OK || err == MSK_ERR_RECORD ||
                    err == MSK_ERR_STORE);
        refused += err == MSK_OK ? 0 : 1;
        if (err == MSK_OK)
            (void)store.load(store.user, 1, chars("key"), &stored);
        close_sqlite();
    }
    assert_true(refused > 20);
    write_file((struct msk_bytes){ whole.p, whole.n - 1000 });
    refuse("a database cut short");
}

static void
leaves_no_deleted_key_after_a_scrub(void **state)
{
    struct msk_store store;

    (void)state;
    assert_int_equal(open_sqlite(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "key", chars("a secret"), false),
                     MSK_OK);
    assert_int_equal(store_sqlite_scrub(&sqlite), MSK_OK);
    assert_true(holds(path, "a secret"));
    assert_int_equal(
        store_suite_put(&store, "key", (struct msk_bytes){ NULL, 0 }, true),
        MSK_OK);
    assert_int_equal(store_suite_put(&store, "new", chars("other"), true),
                     MSK_OK);
    assert_int_equal(store_sqlite_scrub(&sqlite), MSK_OK);
    assert_false(holds(path, "a secret"));
    assert_false(holds(log_path, "a secret"));
    assert_true(holds(path, "other"));
    store_suite_expect(&store, "new", "other");
    close_sqlite();
}

static void
refuses_absent_arguments(void **state)
{
    struct msk_store s;

    (void)state;
    assert_int_equal(store_sqlite_open(NULL, &sqlite, path, NULL, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_sqlite_open(&s, NULL, path, NULL, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_sqlite_open(&s, &sqlite, NULL, NULL, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_sqlite_open(&s, &sqlite, path, NULL, -1),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_sqlite_open(&s, &sqlite, path, "no such VFS", 0),
                     MSK_ERR_STORE);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, release)
    static const struct store_maker maker = { erase, open_sqlite, close_sqlite,
                                              true };
    static const struct CMUnitTest own[] = {
        TEST(makes_files_for_their_owner_alone),
        TEST(shares_its_database_with_no_other),
        TEST(refuses_databases_that_it_does_not_know),
        TEST(takes_no_file_that_is_open_to_others),
        TEST(refuses_or_survives_any_damage),
        TEST(leaves_no_deleted_key_after_a_scrub),
        TEST(refuses_absent_arguments),
    };
    int failed;

    (void)snprintf(path, sizeof path, "test_store_sqlite.%ld", (long)getpid());
    (void)snprintf(log_path, sizeof log_path, "%s-wal", path);
    failed = store_suite_run(&maker, own, sizeof own / sizeof own[0]);
    erase();
    return failed;
}
