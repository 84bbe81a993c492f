/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "msk/traffic.h"
#include "support.h"

static const struct msk_key_id id = { { 0x21, 0x63, 0x54 }, 0x68CA, 0x0102 };

#define SALT "a0a1a2a3a4a5a6a7a8a9aaabacad"

/* SRTP parameters (RFC 3830 6.10.1, RFC 4771 4), and what a stream is made
 * with: octets of auth key, MAC and tag, for RTP and for RTCP. */
static const struct {
    const char *what, *sp;
    bool encrypted, authenticated, rtcp_encrypted;
    size_t auth_key, mac, tag, rtcp_auth_key, rtcp_mac;
    uint8_t mode;
    uint16_t rate;
} good[] = {
    { "the defaults", "", true, true, true, 20, 10, 10, 20, 10, 0, 1 },
    { "those of the model: RCCm1",
      "000101 010110 020102 030114 04010e 050100 060100 070101 080101 0a0101"
      "0b010e 0d020001",
      true, true, true, 20, 10, 14, 20, 10, 1, 1 },
    { "RCCm1 without a length", "020102 0d0200ff", true, true, true, 20, 10, 14,
      20, 10, 1, 255 },
    { "RCCm2, a MAC of 4", "020103 0b0108 0d0101", true, true, true, 20, 4, 8,
      20, 4, 2, 1 },
    { "RCCm3", "020104 0b0104 0d02ffff", true, false, true, 0, 0, 4, 20, 10, 3,
      65535 },
    { "RCCm1 of RTP over HMAC for both", "020101 0e0102 0b010e", true, true,
      true, 20, 10, 14, 20, 10, 1, 1 },
    { "RTCP has its own lengths", "020102 0b010e 130104 110110", true, true,
      true, 20, 10, 14, 16, 4, 1, 1 },
    { "RTP has its own lengths", "0b0108 12010a 10010a", true, true, true, 10,
      10, 10, 20, 8, 0, 1 },
    { "only RTP has a length", "12010c", true, true, true, 20, 12, 12, 20, 10,
      0, 1 },
    { "only RTCP has a length", "020102 13010c", true, true, true, 20, 10, 14,
      20, 12, 1, 1 },
    { "NULL cipher", "000100", false, true, false, 20, 10, 10, 20, 10, 0, 1 },
    { "RTP in the clear", "070100", false, true, true, 20, 10, 10, 20, 10, 0,
      1 },
    { "RTCP in the clear", "080100", true, true, false, 20, 10, 10, 20, 10, 0,
      1 },
    { "NULL MAC", "020100 0b0104", true, false, true, 0, 0, 0, 20, 4, 0, 1 },
    { "MAC switched off", "0a0100", true, false, true, 0, 0, 0, 20, 10, 0, 1 },
    { "a whole MAC", "0b0114", true, true, true, 20, 20, 20, 20, 20, 0, 1 },
};

static void
fills_what_a_stream_is_made_with(void **state)
{
    static const size_t sizes[] = { 16, 24, 32 };
    uint8_t key[MSK_KEY_MAX];

    (void)state;
    memset(key, 0x5C, sizeof key);
    for (size_t i = 0; i < 3 * (sizeof good / sizeof good[0]); i++) {
        size_t n = sizes[i % 3], k = i / 3;
        struct msk_srtp s = { .size = sizeof s };
        const char *what = good[k].what;
        bool fixed = strncmp(good[k].sp, "000101 010110", 13) == 0;

        if (fixed && n != 16)
            continue;
        check_int(what,
                  msk_srtp_fill(&id, 7, exact(key, n), hex(SALT),
                                hex(good[k].sp), &s),
                  MSK_OK);
        assert_int_equal(s.size, sizeof s);
        assert_int_equal(s.key_len, n);
        assert_int_equal(s.salt_len, 14);
        check_octets(what, exact(s.key_salt, n), exact(key, n));
        check_octets(what, exact(s.key_salt + n, 14), hex(SALT));
        check_octets(what, exact(s.mki, 6), hex("68ca 0102 0007"));
        check_int(what, s.rtp.encrypted, good[k].encrypted);
        check_int(what, s.rtp.authenticated, good[k].authenticated);
        check_int(what, (long long)s.rtp.key_len, (long long)n);
        check_int(what, (long long)s.rtp.auth_key_len,
                  (long long)good[k].auth_key);
        check_int(what, (long long)s.rtp.mac_len, (long long)good[k].mac);
        check_int(what, (long long)s.rtp.tag_len, (long long)good[k].tag);
        check_int(what, s.rtcp.encrypted, good[k].rtcp_encrypted);
        check_int(what, s.rtcp.authenticated, true);
        check_int(what, (long long)s.rtcp.key_len, (long long)n);
        check_int(what, (long long)s.rtcp.auth_key_len,
                  (long long)good[k].rtcp_auth_key);
        check_int(what, (long long)s.rtcp.mac_len, (long long)good[k].rtcp_mac);
        check_int(what, (long long)s.rtcp.tag_len, (long long)good[k].rtcp_mac);
        check_int(what, s.roc_mode, good[k].mode);
        check_int(what, s.roc_rate, good[k].rate);
        release(NULL);
    }
}

static const struct {
    const char *what, *sp;
    int err;
} bad[] = {
    { "AES-F8", "000102", MSK_ERR_UNSUPPORTED },
    { "AES-GCM", "000106", MSK_ERR_UNSUPPORTED },
    { "another MAC", "020105", MSK_ERR_UNSUPPORTED },
    { "another MAC of RTCP", "0f0105", MSK_ERR_UNSUPPORTED },
    { "another PRF", "050101", MSK_ERR_UNSUPPORTED },
    { "a key derivation rate", "060101", MSK_ERR_UNSUPPORTED },
    { "a key of 24", "010118", MSK_ERR_LENGTH },
    { "a salt of 12", "04010c", MSK_ERR_LENGTH },
    { "no auth key", "030100", MSK_ERR_LENGTH },
    { "an auth key of 21", "030115", MSK_ERR_LENGTH },
    { "a tag of 0", "0b0100", MSK_ERR_VALUE },
    { "a tag of 21", "0b0115", MSK_ERR_VALUE },
    { "a tag of its ROC alone", "020102 0b0104", MSK_ERR_VALUE },
    { "a tag shorter than its ROC", "020103 0b0103", MSK_ERR_VALUE },
    { "a tag of RTCP of 0", "130100", MSK_ERR_VALUE },
    { "R above 16 bits", "0d03010000", MSK_ERR_VALUE },
    { "R of 0", "0d020000", MSK_ERR_VALUE },
    { "cut short", "0d0200", MSK_ERR_TRUNCATED },
};

static void
refuses_parameters_that_mbms_does_not_use(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct msk_srtp s = { .size = sizeof s };
        struct msk_srtp before = s;

        check_int(bad[i].what,
                  msk_srtp_fill(&id, 7, hex("000102030405060708090a0b0c0d0e0f"),
                                hex(SALT), hex(bad[i].sp), &s),
                  bad[i].err);
        assert_memory_equal(&s, &before, sizeof s);
    }
}

static void
refuses_keys_that_are_none_of_streaming(void **state)
{
    struct msk_bytes key = hex("000102030405060708090a0b0c0d0e0f");
    struct msk_bytes salt = hex(SALT), none = { NULL, 0 };
    struct msk_srtp s = { .size = sizeof s }, old = { .size = 8 };

    (void)state;
#define FILL(...) assert_int_equal(msk_srtp_fill(__VA_ARGS__), MSK_ERR_ARGUMENT)
    FILL(NULL, 7, key, salt, none, &s);
    FILL(&id, 7, none, salt, none, &s);
    FILL(&id, 7, exact(key.p, 15), salt, none, &s);
    FILL(&id, 7, key, none, none, &s);
    FILL(&id, 7, key, exact(salt.p, 13), none, &s);
    FILL(&id, 7, key, salt, none, NULL);
    FILL(&id, 7, key, salt, none, &old);
    FILL(&id, 7, key, salt, ((struct msk_bytes){ NULL, 1 }), &s);
#undef FILL
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(fills_what_a_stream_is_made_with, release),
        cmocka_unit_test_teardown(refuses_parameters_that_mbms_does_not_use,
                                  release),
        cmocka_unit_test_teardown(refuses_keys_that_are_none_of_streaming,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
