/* SPDX-License-Identifier: MIT */
/* The same as test_power_file.c, for the store on SQLite. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "disk_vfs.h"
#include "power.h"
#include "store_sqlite.h"

#define VFS "disk"
#define ACTS 28

static struct store_sqlite sqlite;

static int
open_on_disk(struct msk_store *store)
{
    return store_sqlite_open(store, &sqlite, "store", VFS, 0);
}

static void
close_sqlite(void)
{
    store_sqlite_close(&sqlite);
}

static const struct power_store disk_store = { open_on_disk, close_sqlite };

static void
cut(int layout, size_t step, size_t most, bool early,
    struct power_report *report)
{
    memset(report, 0, sizeof *report);
    power_cut(power_plan((enum msk_layout)layout, ACTS), &disk_store, step,
              most, early, report);
}

static void
survives_a_cut_anywhere(void **state)
{
    size_t step = power_wanted("MSK_POWER_STEP", 1499);
    struct power_report report;

    (void)state;
    for (int layout = 1; layout <= 2; layout++, release(NULL)) {
        cut(layout, step, SIZE_MAX, false, &report);
        power_survived("SQLite", &report);
    }
}

/* SQLite reads settings from a torn header that it is about to throw away. */
static void
survives_a_cut_into_its_making(void **state)
{
    struct power_report report;

    (void)state;
    cut(MSK_LAYOUT_CSB, 5, 4700, false, &report);
    power_survived("SQLite, made", &report);
}

static void
would_notice_a_store_that_is_none(void **state)
{
    struct power_report report;

    (void)state;
    disk_vfs_spoil(true);
    cut(MSK_LAYOUT_CSB, 1499, SIZE_MAX, false, &report);
    disk_vfs_spoil(false);
    assert_true(report.failed > 0);
    cut(MSK_LAYOUT_CSB, 1499, SIZE_MAX, true, &report);
    assert_true(report.failed > 0);
}

static size_t
syncs_of(const struct msk_store *store, bool delayable)
{
    struct msk_stored stored;
    struct msk_change c = { chars("key"), chars("value"), 0, delayable };
    size_t before = disk_syncs();

    assert_int_equal(store->load(store->user, 1, c.key, &stored), MSK_OK);
    c.version = stored.version;
    assert_int_equal(store->commit(store->user, 2, &c, 1), MSK_OK);
    return disk_syncs() - before;
}

static void
syncs_what_may_not_be_lost_and_nothing_else(void **state)
{
    struct msk_store store;

    (void)state;
    disk_start();
    assert_int_equal(open_on_disk(&store), MSK_OK);
    (void)syncs_of(&store, false);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(syncs_of(&store, false), 1);
        assert_int_equal(syncs_of(&store, true), 0);
        assert_int_equal(syncs_of(&store, true), 0);
    }
    close_sqlite();
}

/* --- a real file --------------------------------------------------------- */

static char path[64], log_path[72];

static int
open_file(struct msk_store *store)
{
    return store_sqlite_open(store, &sqlite, path, NULL, 0);
}

static void
erase(void)
{
    (void)unlink(path);
    (void)unlink(log_path);
}

static void
survives_a_kill_at_any_time(void **state)
{
    static const struct power_store real = { open_file, close_sqlite };
    size_t kills = power_wanted("MSK_POWER_KILLS", 20);
    struct power_report report = { 0 };

    (void)state;
    (void)snprintf(path, sizeof path, "test_power_sqlite.%ld", (long)getpid());
    (void)snprintf(log_path, sizeof log_path, "%s-wal", path);
    power_kill(power_plan(MSK_LAYOUT_KEYID, 200), &real, erase, kills, &report);
    power_survived("SQLite, kill", &report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(survives_a_cut_anywhere, release),
        cmocka_unit_test_teardown(survives_a_cut_into_its_making, release),
        cmocka_unit_test_teardown(would_notice_a_store_that_is_none, release),
        cmocka_unit_test_teardown(syncs_what_may_not_be_lost_and_nothing_else,
                                  release),
        cmocka_unit_test_teardown(survives_a_kill_at_any_time, release),
    };

    disk_vfs_register(VFS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
