/* SPDX-License-Identifier: MIT */
#include "mgvf/policy.h"

#include "support.h"

#define CONF MSK_REQUIRE_CONFIDENTIALITY
#define INTEG MSK_REQUIRE_INTEGRITY
#define BOTH MSK_REQUIRE_BOTH

/* SRTP parameters (RFC 3830 6.10.1, RFC 4771 4, RFC 7714 14), and what they
 * switch off. */
static const struct {
    const char *what, *sp;
    unsigned off;
} policies[] = {
    { "the defaults", "", 0 },
    { "all of it", "000101 010110 020102 030114 04010e 070101 0a0101 0d020001",
      0 },
    { "NULL cipher", "000100", CONF },
    { "encryption off", "070100", CONF },
    { "RTCP not encrypted", "080100", 0 },
    { "NULL MAC", "020100", INTEG },
    { "authentication off", "0a0100", INTEG },
    { "RCCm1", "020102", 0 },
    { "RCCm2", "020103", 0 },
    { "RCCm3: no MAC", "020104", INTEG },
    { "NULL MAC of SRTP", "0e0100", INTEG },
    { "RCCm3 of SRTP over a MAC for both", "020101 0e0104", INTEG },
    { "a MAC of SRTP over NULL for both", "020100 0e0101", 0 },
    { "all off", "000100 020100", BOTH },
    { "all switched off", "070100 0a0100", BOTH },
    { "AES-F8", "000102", 0 },
    { "SEED-CCM without a MAC", "000104 020100", 0 },
    { "SEED-GCM without a MAC", "000105 0a0100", 0 },
    { "AES-GCM without a MAC", "000106 020100", 0 },
    { "ARIA-GCM without a MAC", "000108 020100", 0 },
    { "AES-GCM, encryption off", "000106 020100 070100", BOTH },
    { "SEED-CTR without a MAC", "000103 020100", INTEG },
    { "ARIA-CTR without a MAC", "000107 020100", INTEG },
};

static void
refuses_what_switches_off_what_is_required(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++)
        for (unsigned require = 0; require <= BOTH; require++)
            check_int(policies[i].what,
                      msk_policy_check((uint8_t)require, hex(policies[i].sp)),
                      (require & policies[i].off) != 0 ? MSK_ERR_POLICY
                                                       : MSK_OK);
}

static void
refuses_what_does_not_read_well_whatever_is_required(void **state)
{
    (void)state;
    for (unsigned require = 0; require <= BOTH; require++) {
        uint8_t r = (uint8_t)require;

        assert_int_equal(msk_policy_check(r, hex("0001")), MSK_ERR_TRUNCATED);
        assert_int_equal(msk_policy_check(r, hex("0d020000")), MSK_ERR_VALUE);
        assert_int_equal(msk_policy_check(r, hex("000101 000101")),
                         MSK_ERR_DUPLICATE);
        assert_int_equal(msk_policy_check(r, hex("00050000000001")),
                         MSK_ERR_LENGTH);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(refuses_what_switches_off_what_is_required,
                                  release),
        cmocka_unit_test_teardown(
            refuses_what_does_not_read_well_whatever_is_required, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
