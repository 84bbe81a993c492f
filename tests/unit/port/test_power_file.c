/* SPDX-License-Identifier: MIT */
/*
 * The power goes while a message is on its way into a two-slot store. With
 * MSK_POWER_STEP=1 each octet of each write is a place for a cut; with
 * MSK_POWER_KILLS a process is killed so many times.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "power.h"
#include "store_posix.h"

#define SLOT STORE_FILE_SLOT(7, 3000)
#define ACTS 44

static uint8_t memory[STORE_FILE_MEMORY(SLOT)];
static struct store_file file;
static size_t on_disk;
static bool one_slot, no_sync; /* what must not be, for the self-test */

static size_t
place_of(unsigned slot)
{
    return one_slot ? 0 : slot * SLOT;
}

static int
disk_io_read(void *user, unsigned slot, uint8_t *out, size_t n)
{
    (void)user;
    (void)disk_read(on_disk, place_of(slot), out, n);
    return 0;
}

static int
disk_io_write(void *user, unsigned slot, const uint8_t *p, size_t n)
{
    (void)user;
    disk_write(on_disk, place_of(slot), p, n);
    return 0;
}

static int
disk_io_sync(void *user)
{
    (void)user;
    if (!no_sync)
        disk_sync(on_disk);
    return 0;
}

static const struct store_io disk_io = { NULL, disk_io_read, disk_io_write,
                                         disk_io_sync };

static int
open_on_disk(struct msk_store *store)
{
    on_disk = disk_find("store", true);
    return store_file_open(store, &file, &disk_io, memory, SLOT, 2);
}

static void
close_on_disk(void)
{
    (void)store_file_flush(&file);
    store_file_wipe(&file);
}

static const struct power_store disk_store = { open_on_disk, close_on_disk };

static void
cut(int layout, size_t step, bool early, struct power_report *report)
{
    memset(report, 0, sizeof *report);
    power_cut(power_plan((enum msk_layout)layout, ACTS), &disk_store, step,
              SIZE_MAX, early, report);
}

static void
survives_a_cut_anywhere(void **state)
{
    size_t step = power_wanted("MSK_POWER_STEP", 97);
    struct power_report report;

    (void)state;
    for (int layout = 1; layout <= 2; layout++, release(NULL)) {
        cut(layout, step, false, &report);
        power_survived("two slots", &report);
    }
}

static void
would_notice_a_store_that_is_none(void **state)
{
    struct power_report report;

    (void)state;
    one_slot = true;
    cut(MSK_LAYOUT_CSB, 97, false, &report);
    one_slot = false;
    assert_true(report.failed > 0);
    no_sync = true;
    cut(MSK_LAYOUT_CSB, 97, false, &report);
    no_sync = false;
    assert_true(report.failed > 0);
    cut(MSK_LAYOUT_CSB, 97, true, &report);
    assert_true(report.failed > 0);
}

/* --- a real file --------------------------------------------------------- */

static char path[64];
static struct store_posix posix;

static int
open_file(struct msk_store *store)
{
    int err = store_posix_open(&posix, path, SLOT);

    if (err == MSK_OK)
        err = store_file_open(store, &file, &posix.io, memory, SLOT, 2);
    return err;
}

static void
close_file(void)
{
    close_on_disk();
    store_posix_close(&posix);
}

static void
erase(void)
{
    (void)unlink(path);
}

static void
survives_a_kill_at_any_time(void **state)
{
    static const struct power_store real = { open_file, close_file };
    size_t kills = power_wanted("MSK_POWER_KILLS", 20);
    struct power_report report = { 0 };

    (void)state;
    (void)snprintf(path, sizeof path, "test_power_file.%ld", (long)getpid());
    power_kill(power_plan(MSK_LAYOUT_KEYID, 200), &real, erase, kills, &report);
    power_survived("two slots, kill", &report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(survives_a_cut_anywhere, release),
        cmocka_unit_test_teardown(would_notice_a_store_that_is_none, release),
        cmocka_unit_test_teardown(survives_a_kill_at_any_time, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
