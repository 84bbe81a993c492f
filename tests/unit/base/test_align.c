/* SPDX-License-Identifier: MIT */
#include "base/align.h"

#include "support.h"

static void
goes_to_the_next_aligned_octet_and_not_past_it(void **state)
{
    union {
        uint64_t aligned;
        uint8_t octets[24];
    } memory = { 0 };

    (void)state;
    for (size_t i = 0; i <= 16; i++)
        assert_ptr_equal(msk_align(memory.octets + i),
                         memory.octets + (i + 7) / 8 * 8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_to_the_next_aligned_octet_and_not_past_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
