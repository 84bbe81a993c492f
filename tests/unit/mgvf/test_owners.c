/* SPDX-License-Identifier: MIT */
#include "mgvf/key_servers.h"

#include <string.h>

#include "support.h"

/* The tag of an owner is 8 times one octet; 0: the host. */
static const uint8_t *
tag(uint8_t octet)
{
    uint8_t *p = room(MSK_OWNER_TAG);

    memset(p, octet, MSK_OWNER_TAG);
    return p;
}

static void
add(struct msk_owners *owners, uint8_t octet, unsigned require, int want,
    bool want_changed)
{
    bool changed = !want_changed;
    int err =
        msk_owners_add(owners, tag(octet), (enum msk_require)require, &changed);

    check_int("add", err, want);
    if (err == MSK_OK)
        check_int("changed", changed, want_changed);
}

static void
wants_what_any_owner_wants(void **state)
{
    struct msk_owners owners = { .n = 0 };

    (void)state;
    assert_int_equal(msk_owners_require(&owners), MSK_REQUIRE_NOTHING);
    add(&owners, 1, MSK_REQUIRE_INTEGRITY, MSK_OK, true);
    add(&owners, 2, MSK_REQUIRE_NOTHING, MSK_OK, true);
    assert_int_equal(msk_owners_require(&owners), MSK_REQUIRE_INTEGRITY);
    add(&owners, 0, MSK_REQUIRE_CONFIDENTIALITY, MSK_OK, true);
    assert_int_equal(msk_owners_require(&owners), MSK_REQUIRE_BOTH);
    add(&owners, 1, MSK_REQUIRE_INTEGRITY, MSK_OK, false);
    add(&owners, 1, MSK_REQUIRE_NOTHING, MSK_OK, true); /* its own only */
    assert_int_equal(msk_owners_require(&owners), MSK_REQUIRE_CONFIDENTIALITY);
    assert_true(msk_owners_remove(&owners, tag(0)));
    assert_int_equal(msk_owners_require(&owners), MSK_REQUIRE_NOTHING);
}

static void
knows_its_owners_and_no_others(void **state)
{
    struct msk_owners owners = { .n = 0 };
    uint8_t near[MSK_OWNER_TAG];

    (void)state;
    assert_false(msk_owners_has_host(&owners));
    add(&owners, 1, 3, MSK_OK, true);
    add(&owners, 2, 3, MSK_OK, true);
    assert_false(msk_owners_has_host(&owners));
    assert_true(msk_owners_has(&owners, tag(2)));
    for (size_t i = 0; i < MSK_OWNER_TAG; i++) {
        memcpy(near, tag(2), sizeof near);
        near[i] ^= 0x80;
        assert_false(msk_owners_has(&owners, near));
        assert_false(msk_owners_remove(&owners, near));
    }
    add(&owners, 0, 0, MSK_OK, true);
    assert_true(msk_owners_has_host(&owners));
    assert_true(msk_owners_remove(&owners, tag(1)));
    assert_false(msk_owners_has(&owners, tag(1)));
    assert_true(msk_owners_has(&owners, tag(2)));
    assert_true(msk_owners_has_host(&owners));
    assert_int_equal(owners.n, 2);
    assert_true(msk_owners_remove(&owners, tag(2)));
    assert_true(msk_owners_remove(&owners, tag(0)));
    assert_false(msk_owners_remove(&owners, tag(0)));
    assert_int_equal(owners.n, 0);
    assert_false(msk_owners_has_host(&owners));
}

static void
has_room_for_four(void **state)
{
    struct msk_owners owners = { .n = 0 };

    (void)state;
    for (uint8_t i = 1; i <= MSK_OWNERS_MAX; i++)
        add(&owners, i, 0, MSK_OK, true);
    add(&owners, 9, 0, MSK_ERR_LIMIT, false);
    add(&owners, 0, 0, MSK_ERR_LIMIT, false);
    assert_int_equal(owners.n, MSK_OWNERS_MAX);
    add(&owners, MSK_OWNERS_MAX, 1, MSK_OK, true); /* it is there already */
    assert_true(msk_owners_remove(&owners, tag(1)));
    add(&owners, 0, 0, MSK_OK, true);
    for (uint8_t i = 2; i <= MSK_OWNERS_MAX; i++)
        assert_true(msk_owners_has(&owners, tag(i)));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(wants_what_any_owner_wants),
        TEST(knows_its_owners_and_no_others),
        TEST(has_room_for_four),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
