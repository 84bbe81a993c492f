/* SPDX-License-Identifier: MIT */
/*
 * TS 33.246 6.1: with another UICC all keys of the ME go. The function is that
 * of doc/storage.md; each call of the store fails once, as when the power
 * goes there.
 */
#include <string.h>

#include "chip.h"

#define GROUP 0x18CF
#define OTHER 0x2468

static struct chip chip;

static int
check_card(struct msk_mgvf *mgvf, const struct msk_store *store,
           struct msk_bytes iccid)
{
    static const uint8_t name[] = "card";
    struct msk_change change = { { name, 4 }, iccid, 0, false };
    struct msk_stored last;
    int err = store->load(store->user, 0, change.key, &last);

    if (err != MSK_OK || (last.n == iccid.n && last.n > 0 &&
                          memcmp(last.value, iccid.p, last.n) == 0))
        return err;
    change.version = last.version;
    err = msk_mgvf_forget_all(mgvf);
    return err == MSK_OK ? store->commit(store->user, 0, &change, 1) : err;
}

static int
check(const char *iccid)
{
    return check_card(chip.mgvf, &chip.store.store, chars(iccid));
}

static int
count(void *arg, struct msk_bytes key, struct msk_bytes value)
{
    size_t *keys = arg;

    (void)value;
    *keys += key.p[0] == 'U' || key.p[0] == 'G' ? 1 : 0;
    return MSK_OK;
}

static size_t
keys(void)
{
    size_t n = 0;

    assert_int_equal(chip.store.store.each(chip.store.store.user,
                                           (struct msk_bytes){ NULL, 0 }, count,
                                           &n),
                     MSK_OK);
    return n;
}

/* A UE with the keys that it has from the card of that name. */
static void
begin(const char *iccid)
{
    struct parcel p = {
        .muk = 0x10, .counter = 5, .group = GROUP, .number = 1, .key = 0x51
    };

    chip_start(&chip, MSK_LAYOUT_KEYID, false);
    chip.alone = true; /* keys are counted */
    assert_int_equal(check(iccid), MSK_OK);
    assert_int_equal(chip_muk(&chip, 0x10), MSK_OK);
    assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING), MSK_OK);
    assert_int_equal(chip_allow(&chip, OTHER, MSK_REQUIRE_NOTHING), MSK_OK);
    assert_int_equal(chip_receive(&chip, msk_message_of(&chip, p)), MSK_OK);
    assert_int_equal(keys(), 3);
}

static void
keeps_all_with_the_same_card(void **state)
{
    (void)state;
    begin("8988201000");
    chip_restart(&chip);
    assert_int_equal(check("8988201000"), MSK_OK);
    assert_int_equal(keys(), 3);
    check_held(&chip, GROUP, "1 0..65534 -");
}

static void
forgets_all_with_another_card(void **state)
{
    static const char *const others[] = { "8988201001", "898820100",
                                          "89882010000", "7" };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        begin("8988201000");
        chip_restart(&chip);
        assert_int_equal(check(others[i]), MSK_OK);
        assert_int_equal(keys(), 0);
        assert_int_equal(check(others[i]), MSK_OK);
    }
}

/* If it failed anywhere, the next start ends it, and until then the name of
 * the new card is not there. */
static void
forgets_all_at_the_next_start_if_it_fails_now(void **state)
{
    size_t failed = 0;
    int err = MSK_ERR_STORE;

    (void)state;
    for (size_t n = 1; err != MSK_OK; n++) {
        begin("first");
        chip_restart(&chip);
        chip.store.calls = 0;
        chip.store.fail_at = n;
        err = check("second");
        chip.store.fail_at = 0;
        failed += err != MSK_OK ? 1 : 0;
        chip_restart(&chip);
        assert_int_equal(check("second"), MSK_OK);
        assert_int_equal(keys(), 0);
    }
    assert_true(failed >= 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(keeps_all_with_the_same_card, release),
        cmocka_unit_test_teardown(forgets_all_with_another_card, release),
        cmocka_unit_test_teardown(forgets_all_at_the_next_start_if_it_fails_now,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
