/* SPDX-License-Identifier: MIT */
#include "mgvf/key_servers.h"

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
    /* On in name only. */
    { "an unknown cipher", "000109", CONF },
    { "a cipher of another register", "00020100", CONF },
    { "a key of no octets", "010100", CONF },
    { "a key of 15 octets", "01010f", CONF },
    { "a key of 32 octets", "010120", 0 },
    { "AES-GCM under a key of 15 octets", "000106 01010f", BOTH },
    { "an unknown MAC", "020105", INTEG },
    { "an unknown MAC of SRTP", "0e01ff", INTEG },
    { "a MAC key of no octets", "030100", INTEG },
    { "a MAC key of one octet", "030101", INTEG },
    { "a MAC key of 19 octets", "030113", INTEG },
    { "a MAC key of SRTP of 19 octets", "100113", INTEG },
    { "a longer one of SRTP", "030113 100114", INTEG }, /* RTCP has 19 */
    { "longer ones of both", "030113 100114 110114", 0 },
    { "a MAC key of SRTCP of 19 octets", "110113", INTEG },
    { "a tag of no octets", "0b0100", INTEG },
    { "a tag of one octet", "0b0101", INTEG },
    { "a tag of 3 octets", "0b0103", INTEG },
    { "a tag of 4 octets", "0b0104", 0 },
    { "a tag of SRTP of 3 octets", "0b010a 120103", INTEG },
    { "a tag of SRTP of 4 octets", "0b010a 120104", 0 },
    { "a tag of SRTP of 4 octets over 3", "0b0103 120104", INTEG },
    { "a tag of SRTCP of 3 octets", "130103", INTEG },
    { "tags of 4 octets over 3", "0b0103 120104 130104", 0 },
    { "a short tag, announced by width", "0b0400000103", 0 }, /* 259 */
    { "RCCm1 in every packet", "020102 0d020001", 0 },
    { "RCCm1 in every second packet", "020102 0d020002", INTEG },
    { "RCCm1 in one packet of 65535", "020102 0d02ffff", INTEG },
    { "RCCm1 of SRTP in every second packet", "0e0102 0d020002", INTEG },
    { "RCCm2 with the ROC in one packet of 65535", "020103 0d02ffff", 0 },
    { "no ROC, whatever R is", "0d02ffff", 0 },
    { "a tag of 4 octets with the ROC in it", "020102 0b0104", INTEG },
    { "a tag of 7 octets with the ROC in it", "020103 0b0107", INTEG },
    { "a tag of 8 octets with the ROC in it", "020103 0b0108", 0 },
    { "a tag of SRTCP has no ROC in it", "020102 0b010e 130104", 0 },
    { "an AEAD tag of 15 octets for AES-GCM", "000106 14010f", INTEG },
    { "an AEAD tag of 16 octets for AES-GCM", "000106 140110", 0 },
    { "an AEAD tag of 15 octets for ARIA-GCM", "000108 14010f", INTEG },
    { "an AEAD tag of 9 octets for SEED-CCM", "000104 140109", INTEG },
    { "an AEAD tag of 10 octets for SEED-CCM", "000104 14010a", 0 },
    { "an AEAD tag of 11 octets for SEED-GCM", "000105 14010b", INTEG },
    { "an AEAD tag of 12 octets for SEED-GCM", "000105 14010c", 0 },
    { "no AEAD tag", "000106 140100", INTEG },
    { "an AEAD tag that nobody looks at", "140100", 0 },
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
