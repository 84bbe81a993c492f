/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "msk/store_ram.h"
#include "store_suite.h"

static struct msk_ram_record records[12];
static struct msk_ram ram;

static void
erase(void)
{
}

static int
open_ram(struct msk_store *store)
{
    return msk_store_ram_init(store, &ram, records,
                              sizeof records / sizeof records[0]);
}

static void
close_ram(void)
{
    msk_store_ram_wipe(&ram);
}

static void
clears_its_memory(void **state)
{
    static const uint8_t zeros[sizeof records];
    struct msk_store store;

    (void)state;
    memset(records, 0xA5, sizeof records);
    assert_int_equal(open_ram(&store), MSK_OK);
    assert_memory_equal(records, zeros, sizeof records);
    assert_int_equal(store_suite_put(&store, "key", chars("secret"), false),
                     MSK_OK);
    assert_int_equal(
        store_suite_put(&store, "key", (struct msk_bytes){ NULL, 0 }, false),
        MSK_OK);
    assert_memory_equal(records, zeros, sizeof records);
    assert_int_equal(store_suite_put(&store, "key", chars("secret"), false),
                     MSK_OK);
    msk_store_ram_wipe(&ram);
    msk_store_ram_wipe(NULL);
    assert_memory_equal(records, zeros, sizeof records);
}

static void
refuses_absent_arguments(void **state)
{
    struct msk_store store;

    (void)state;
    assert_int_equal(msk_store_ram_init(NULL, &ram, records, 1),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_store_ram_init(&store, NULL, records, 1),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_store_ram_init(&store, &ram, NULL, 1),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_store_ram_init(&store, &ram, records, 0),
                     MSK_ERR_ARGUMENT);
}

int
main(void)
{
    static const struct store_maker maker = { erase, open_ram, close_ram,
                                              false };
    static const struct CMUnitTest own[] = {
        cmocka_unit_test_teardown(clears_its_memory, release),
        cmocka_unit_test_teardown(refuses_absent_arguments, release),
    };

    return store_suite_run(&maker, own, sizeof own / sizeof own[0]);
}
