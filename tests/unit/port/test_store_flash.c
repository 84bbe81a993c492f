/* SPDX-License-Identifier: MIT */
/*
 * The suite over two slots in a flash that holds its driver to the rules of
 * flash; what is this driver's own; and the power that goes while it erases
 * and programs. MSK_POWER_STEP as in test_power_file.c.
 */
#include <string.h>

#include "disk.h"
#include "power.h"
#include "store_flash.h"
#include "store_suite.h"

#define SECTOR 1024
#define PAGE 128
#define SLOT STORE_FILE_SLOT(16, 5 * 1024)
#define AT (2 * SECTOR) /* something else is before and after the store */
#define CHIP (AT + STORE_FLASH_OCTETS(SLOT, SECTOR) + SECTOR)

static struct {
    uint8_t octets[CHIP];
    size_t calls, fail_at, erased, worn_at; /* worn_at: page that stays */
} chip;
static uint8_t memory[STORE_FILE_MEMORY(SLOT)];
static struct store_flash flash;
static struct store_file file;

static int
count(void)
{
    return ++chip.calls == chip.fail_at ? -1 : 0;
}

static int
chip_read(void *user, size_t at, uint8_t *out, size_t n)
{
    assert_ptr_equal(user, &chip);
    assert_true(at >= AT && at <= CHIP - SECTOR && n <= CHIP - SECTOR - at);
    memcpy(out, chip.octets + at, n);
    return count();
}

static int
chip_erase(void *user, size_t at)
{
    assert_ptr_equal(user, &chip);
    assert_true(at % SECTOR == 0 && at >= AT && at < CHIP - SECTOR);
    memset(chip.octets + at, 0xFF, SECTOR);
    chip.erased++;
    return count();
}

static int
chip_program(void *user, size_t at, const uint8_t *page)
{
    assert_ptr_equal(user, &chip);
    assert_true(at % PAGE == 0 && at >= AT && at < CHIP - SECTOR);
    for (size_t i = 0; i < PAGE; i++)
        assert_int_equal(chip.octets[at + i], 0xFF);
    if (at != chip.worn_at)
        memcpy(chip.octets + at, page, PAGE);
    return count();
}

static const struct flash_chip driver = { &chip,     SECTOR,     PAGE,
                                          chip_read, chip_erase, chip_program };

static void
erase(void)
{
    memset(&chip, 0, sizeof chip);
    memset(chip.octets, 0xFF, sizeof chip.octets);
}

static int
open_flash(struct msk_store *store)
{
    int err = store_flash_init(&flash, &driver, AT, SLOT);

    if (err == MSK_OK)
        err = store_file_open(store, &file, &flash.io, memory, SLOT, 0);
    return err;
}

static void
close_flash(void)
{
    store_file_wipe(&file);
}

static int
set_up(void **state)
{
    (void)state;
    erase();
    return 0;
}

/* --- the driver ---------------------------------------------------------- */

static void
erases_the_sectors_of_one_slot_for_each_commit(void **state)
{
    const size_t sectors = STORE_FLASH_SLOT(SLOT, SECTOR) / SECTOR;
    struct msk_store store;

    (void)state;
    assert_int_equal(STORE_FLASH_SLOT(SECTOR, SECTOR), SECTOR);
    assert_int_equal(STORE_FLASH_SLOT(SECTOR + 1, SECTOR), 2 * SECTOR);
    assert_int_equal(open_flash(&store), MSK_OK);
    assert_int_equal(chip.erased, sectors);
    assert_int_equal(store_suite_put(&store, "key", chars("x"), false), MSK_OK);
    assert_int_equal(chip.erased, 2 * sectors);
    close_flash();
}

/* Each call of the chip fails once, while a store is begun and written. */
static void
tells_when_the_chip_fails(void **state)
{
    struct msk_store store;
    size_t calls;

    (void)state;
    assert_int_equal(open_flash(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "key", chars("old"), false),
                     MSK_OK);
    calls = chip.calls;
    close_flash();
    for (size_t n = 1; n <= calls; n++) {
        int err;

        erase();
        chip.fail_at = n;
        err = open_flash(&store);
        if (err == MSK_OK)
            err = store_suite_put(&store, "key", chars("new"), false);
        check_int("a call that fails", err, MSK_ERR_STORE);
        close_flash();
        assert_int_equal(open_flash(&store), MSK_OK);
        close_flash();
    }
}

static void
tells_when_a_page_does_not_hold_what_was_programmed(void **state)
{
    struct msk_store store;

    (void)state;
    assert_int_equal(open_flash(&store), MSK_OK);
    chip.worn_at = AT; /* the first commit goes into slot 0 */
    assert_int_equal(store_suite_put(&store, "key", chars("x"), false),
                     MSK_ERR_STORE);
    store_suite_expect(&store, "key", NULL);
    close_flash();
}

static void
refuses_a_chip_that_it_cannot_use(void **state)
{
    struct flash_chip other = driver;

    (void)state;
    assert_int_equal(store_flash_init(NULL, &driver, AT, SLOT),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_flash_init(&flash, NULL, AT, SLOT),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_flash_init(&flash, &driver, AT, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(store_flash_init(&flash, &driver, AT + PAGE, SLOT),
                     MSK_ERR_ARGUMENT);
    for (size_t page = 0; page <= 1024; page++) {
        other.page = page;
        check_int("page", store_flash_init(&flash, &other, AT, SLOT),
                  page > 0 && page <= 256 && SECTOR % page == 0
                      ? MSK_OK
                      : MSK_ERR_ARGUMENT);
    }
    other.page = PAGE;
    other.sector = 0;
    assert_int_equal(store_flash_init(&flash, &other, AT, SLOT),
                     MSK_ERR_ARGUMENT);
}

/* --- the power goes ------------------------------------------------------ */

#define SMALL STORE_FILE_SLOT(7, 3000)
#define ACTS 20

static size_t on_disk;
static bool forgets_to_erase; /* what must not be, for the self-test */

static int
disk_chip_read(void *user, size_t at, uint8_t *out, size_t n)
{
    (void)user;
    memset(out, 0xFF, n);
    (void)disk_read(on_disk, at, out, n);
    return 0;
}

static int
disk_chip_erase(void *user, size_t at)
{
    static uint8_t blank[SECTOR];

    (void)user;
    memset(blank, 0xFF, sizeof blank);
    if (!forgets_to_erase)
        disk_write(on_disk, at, blank, sizeof blank);
    disk_sync(on_disk);
    return 0;
}

/* Ones become zeros and no zero becomes a one. */
static int
disk_chip_program(void *user, size_t at, const uint8_t *page)
{
    uint8_t octets[PAGE];

    (void)disk_chip_read(user, at, octets, sizeof octets);
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] &= page[i];
    disk_write(on_disk, at, octets, sizeof octets);
    disk_sync(on_disk);
    return 0;
}

static int
open_on_disk(struct msk_store *store)
{
    static const struct flash_chip slow = {
        NULL, SECTOR, PAGE, disk_chip_read, disk_chip_erase, disk_chip_program
    };
    int err = store_flash_init(&flash, &slow, 0, SMALL);

    on_disk = disk_find("flash", true);
    if (err == MSK_OK)
        err = store_file_open(store, &file, &flash.io, memory, SMALL, 0);
    return err;
}

static const struct power_store on_power = { open_on_disk, close_flash };

static void
survives_a_cut_anywhere(void **state)
{
    size_t step = power_wanted("MSK_POWER_STEP", 211);
    struct power_report report;

    (void)state;
    for (int layout = 1; layout <= 2; layout++, release(NULL)) {
        memset(&report, 0, sizeof report);
        power_cut(power_plan((enum msk_layout)layout, ACTS), &on_power, step,
                  SIZE_MAX, false, &report);
        power_survived("flash", &report);
    }
}

static void
would_notice_a_driver_that_does_not_erase(void **state)
{
    struct msk_store store;

    (void)state;
    disk_start();
    assert_int_equal(open_on_disk(&store), MSK_OK);
    assert_int_equal(store_suite_put(&store, "key", chars("a"), false), MSK_OK);
    assert_int_equal(store_suite_put(&store, "key", chars("b"), false), MSK_OK);
    forgets_to_erase = true;
    assert_int_equal(store_suite_put(&store, "key", chars("c"), false),
                     MSK_ERR_STORE);
    forgets_to_erase = false;
    close_flash();
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, release)
    static const struct store_maker maker = { erase, open_flash, close_flash,
                                              true };
    const struct CMUnitTest own[] = {
        TEST(erases_the_sectors_of_one_slot_for_each_commit),
        TEST(tells_when_the_chip_fails),
        TEST(tells_when_a_page_does_not_hold_what_was_programmed),
        TEST(refuses_a_chip_that_it_cannot_use),
        TEST(survives_a_cut_anywhere),
        TEST(would_notice_a_driver_that_does_not_erase),
    };

    return store_suite_run(&maker, own, sizeof own / sizeof own[0]);
}
