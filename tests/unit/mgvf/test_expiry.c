/* SPDX-License-Identifier: MIT */
#include "mgvf/expiry.h"

#include <string.h>

#include "support.h"

/* A group that holds so many MSKs: number 1, and the older one 2. */
static struct msk_held_group
holding(uint8_t n)
{
    struct msk_held_group group;

    memset(&group, 0, sizeof group);
    group.n = n;
    for (uint8_t i = 0; i < n; i++)
        group.msk[i].number = (uint16_t)(i + 1);
    return group;
}

static void
keeps_the_last_end_of_each_msk(void **state)
{
    struct msk_held_group group = holding(1);

    (void)state;
    msk_expiry_set(&group, 1, 100);
    assert_true(msk_expiry_of(&group, 1) == 100);
    msk_expiry_set(&group, 1, 200);
    assert_true(msk_expiry_of(&group, 1) == 200);
    group = holding(2);
    msk_expiry_set(&group, 1, 100);
    msk_expiry_set(&group, 2, 300);
    msk_expiry_set(&group, 1, 400);
    assert_true(msk_expiry_of(&group, 1) == 400);
    assert_true(msk_expiry_of(&group, 2) == 300);
}

static void
gives_the_place_of_an_msk_that_went_to_another(void **state)
{
    struct msk_held_group group = holding(2);

    (void)state;
    msk_expiry_set(&group, 1, 100);
    msk_expiry_set(&group, 2, 200);
    group.msk[0].number = 3; /* 1 went */
    msk_expiry_set(&group, 3, 300);
    assert_true(msk_expiry_of(&group, 3) == 300);
    assert_true(msk_expiry_of(&group, 2) == 200);
    assert_true(msk_expiry_of(&group, 1) == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_last_end_of_each_msk),
        cmocka_unit_test(gives_the_place_of_an_msk_that_went_to_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
