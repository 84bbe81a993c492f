/* SPDX-License-Identifier: MIT */
/* NULL for each pointer of the public functions of messages and keys. */
#include <string.h>

#include "messages.h"
#include "msk/base64.h"
#include "msk/gba.h"
#include "msk/traffic.h"
#include "null_suite.h"
#include "provider.h"

static struct msk_bytes two[2]; /* octets of a message, and whatever */
static uint8_t octets[4096];
static size_t len;
static struct msk_key_id id = { { 1, 2, 3 }, 4, 5 };
static struct msk_group_id group = { { 1, 2, 3 }, 4 };
static struct msk_bytes none;

static struct msk_bytes
key(size_t n)
{
    static const uint8_t twos[64] = { 2, 2, 2 };

    return (struct msk_bytes){ twos, n };
}

/* --- types, traffic ------------------------------------------------------ */

static long long
null_msk_key_id_group(void *const p[])
{
    return msk_key_id_group(p[0]).group;
}

NULL_VIEW(msk_text, p[0])
NULL_INT(msk_base64_encode, none, p[0], sizeof octets, p[1])
NULL_INT(msk_base64_decode, none, p[0], sizeof octets, p[1])
NULL_VOID(msk_wipe, p[0], 4)
NULL_INT(msk_group_id_equal, p[0], p[1])
NULL_INT(msk_key_id_equal, p[0], p[1])
NULL_VOID(msk_key_id_pack, p[0], p[1])
NULL_VOID(msk_key_id_unpack, p[0], p[1])
NULL_INT(msk_key_id_domain, chars("123"), chars("45"), p[0])
NULL_VOID(msk_mki_pack, p[0], 1, p[1])
NULL_VOID(msk_mki_unpack, p[0], p[1], p[2])
NULL_VOID(msk_dcf_key_id, p[0], 1, p[1])
NULL_INT(msk_dcf_key_id_text, p[0], 1, p[1])
NULL_INT(msk_srtp_fill, p[0], 1, key(16), key(14), none, p[1])

static void
says_so_of_names_and_traffic(void **state)
{
    struct msk_srtp srtp = { .size = sizeof srtp };
    uint16_t mtk_id;
    const struct null_call call[] = {
        SAYS(msk_key_id_group, 0, &id),
        SAYS(msk_text, 0, octets),
        SAYS(msk_wipe, 0, octets),
        SAYS(msk_group_id_equal, false, &group, &group),
        SAYS(msk_key_id_equal, false, &id, &id),
        SAYS(msk_key_id_pack, 0, &id, octets),
        SAYS(msk_key_id_unpack, 0, octets, &id),
        REFUSES(msk_key_id_domain, 0, octets),
        REFUSES(msk_base64_encode, 0, octets, &len),
        REFUSES(msk_base64_decode, 0, octets, &len),
        SAYS(msk_mki_pack, 0, &id, octets),
        SAYS(msk_mki_unpack, 0, octets, &id, &mtk_id),
        SAYS(msk_dcf_key_id, 0, &id, octets),
        REFUSES(msk_dcf_key_id_text, 0, &id, octets),
        REFUSES(msk_srtp_fill, 0, &id, &srtp),
    };

    (void)state;
    null_check(call, sizeof call / sizeof call[0]);
    assert_false(msk_key_id_equal(NULL, NULL));
    assert_false(msk_group_id_equal(NULL, NULL));
}

/* --- mikey, protect ------------------------------------------------------ */

NULL_INT(msk_mikey_begin, p[0], two[0], MSK_PAYLOADS_MBMS, p[1])
NULL_INT(msk_mikey_next, p[0], p[1])
NULL_VOID(msk_mikey_build, p[0], octets, sizeof octets, p[1])
NULL_VOID(msk_mikey_build_add, p[0], p[1])
NULL_INT(msk_mikey_build_end, p[0], p[1])
NULL_INT(msk_mikey_begin_any, p[0], two[0], MSK_PAYLOADS_ANY, p[1])
NULL_INT(msk_mikey_next_any, p[0], p[1])
NULL_VOID(msk_mikey_build_any, p[0], octets, sizeof octets, p[1])
NULL_VOID(msk_mikey_build_add_any, p[0], p[1])
NULL_INT(msk_cs_get, MSK_MAP_SRTP_ID, p[0], p[1])
NULL_INT(msk_cs_put, MSK_MAP_SRTP_ID, p[0], p[1], sizeof octets, p[2])
NULL_INT(msk_tlv_get, p[0], p[1], p[2])
NULL_INT(msk_key_data_get, p[0], p[1])
NULL_INT(msk_key_data_put, p[0], false, p[1], sizeof octets, p[2])
NULL_INT(msk_key_validity_get, none, p[0])
NULL_INT(msk_key_validity_put, p[0], p[1], sizeof octets, p[2])
NULL_INT(msk_srtp_policy_get, none, p[0])
NULL_INT(msk_srtp_policy_put, p[0], p[1], sizeof octets, p[2])
NULL_INT(msk_ext_key_id_get, none, p[0])
NULL_INT(msk_ext_key_id_put, p[0], p[1], sizeof octets, p[2])

static void
says_so_of_mikey(void **state)
{
    struct msk_mikey_cursor cursor = { { octets, 0 }, 0, 0, 0, 0 };
    struct msk_mikey_builder builder;
    struct msk_mikey_header header = { .map_type = MSK_MAP_EMPTY };
    struct msk_payload payload = { .type = MSK_PAYLOAD_RAND };
    struct msk_cs cs = { 0 };
    struct msk_key_data data = { .key = key(16) };
    struct msk_srtp_policy policy = { { 0 }, 0 };
    struct msk_ext_key_id ids = { none, none, none };
    uint8_t type;
    const struct null_call call[] = {
        REFUSES(msk_mikey_begin, 0, &cursor, &header),
        REFUSES(msk_mikey_next, 0, &cursor, &payload),
        SAYS(msk_mikey_build, 0, &builder, &header),
        SAYS(msk_mikey_build_add, 0, &builder, &payload),
        REFUSES(msk_mikey_begin_any, 0, &cursor, &header),
        REFUSES(msk_mikey_next_any, 0, &cursor, &payload),
        SAYS(msk_mikey_build_any, 0, &builder, &header),
        SAYS(msk_mikey_build_add_any, 0, &builder, &payload),
        REFUSES(msk_cs_get, 0, &two[1], &cs),
        REFUSES(msk_cs_put, 2, &cs, octets, &len),
        REFUSES(msk_tlv_get, 0, &two[1], &type, &two[1]),
        REFUSES(msk_key_data_get, 0, &two[1], &data),
        REFUSES(msk_key_data_put, 2, &data, octets, &len),
        REFUSES(msk_key_validity_get, 0, &data),
        REFUSES(msk_key_validity_put, 2, &data, octets, &len),
        REFUSES(msk_srtp_policy_get, 0, &policy),
        REFUSES(msk_srtp_policy_put, 2, &policy, octets, &len),
        REFUSES(msk_ext_key_id_get, 0, &ids),
        REFUSES(msk_ext_key_id_put, 2, &ids, octets, &len),
    };
    const struct null_call end =
        REFUSES(msk_mikey_build_end, 0, &builder, &len);

    (void)state;
    two[0] = hex(mbms_vectors[0].message);
    null_check(call, sizeof call / sizeof call[0]);
    msk_mikey_build(&builder, octets, sizeof octets, &header);
    null_check(&end, 1);
}

/* --- mbms, protect ------------------------------------------------------- */

#define LAYOUT vector_layout(&mbms_vectors[0])
NULL_INT(msk_message_read, LAYOUT, two[0], p[0], p[1])
NULL_INT(msk_mikey_peek, LAYOUT, two[0], p[0])
NULL_INT(msk_msk_message_make, p[0], key(32), p[1], p[2], sizeof octets, p[3])
NULL_INT(msk_msk_message_open, p[0], key(32), p[1], p[2])
NULL_INT(msk_verification_make, p[0], key(32), p[1], chars("b"), p[2],
         sizeof octets, p[3])
NULL_INT(msk_verification_check, p[0], p[1], p[2])
NULL_INT(msk_mtk_message_make, p[0], key(16), p[1], p[2], sizeof octets, p[3])
NULL_INT(msk_mtk_message_open, p[0], key(16), key(16), p[1], p[2])
NULL_INT(msk_kemac_seal, p[0], MSK_ENCR_NULL, MSK_MAC_HMAC_SHA1_160, none, p[1],
         sizeof octets, p[2])
NULL_INT(msk_kemac_open, p[0], two[0], p[1], p[2], sizeof octets)
NULL_INT(msk_v_mac_make, p[0], MSK_MAC_HMAC_SHA1_160, p[1], p[2], 20, p[3])
NULL_INT(msk_v_mac_check, p[0], MSK_MAC_HMAC_SHA1_160, p[1], key(20))
NULL_INT(msk_mikey_derive, p[0], MSK_DERIVED_AUTH, 0, p[1], 20)
NULL_INT(msk_gba_mrk, p[0], p[1], p[2])
NULL_INT(msk_gba_k_af, p[0], p[1], chars("b"), p[2])
NULL_INT(msk_gba_naf_id, chars("b"), p[0], p[1])
NULL_INT(msk_gba_ks_naf, p[0], p[1])
NULL_INT(msk_gba_ks_int_naf, p[0], p[1])

static void
says_so_of_messages(void **state)
{
    void *crypto = (void *)(uintptr_t)host_crypto();
    const uint8_t thirty_two[32] = { 1 };
    struct msk_message read;
    struct msk_msk_message msk;
    struct msk_mtk_message mtk = { .size = sizeof mtk,
                                   .layout = LAYOUT,
                                   .id = id,
                                   .mtk_id = 1,
                                   .rand = key(16),
                                   .key = key(16) };
    struct msk_content content;
    struct msk_mtk opened;
    struct msk_peek peek;
    struct msk_fault fault;
    struct msk_expected expected = { .size = sizeof expected,
                                     .layout = LAYOUT,
                                     .muk = key(32),
                                     .rand = key(16),
                                     .btid = chars("b") };
    struct msk_protection protection = { .crypto = crypto,
                                         .psk = key(16),
                                         .rand = key(16) };
    struct msk_v_input input = { two[0], none, none, none };
    struct msk_gba gba = { crypto, thirty_two, thirty_two, chars("i"),
                           chars("b") };
    void *ks = (void *)(uintptr_t)thirty_two;
    const struct null_call call[] = {
        REFUSES(msk_message_read, 2, &read, &fault),
        REFUSES(msk_mikey_peek, 0, &peek),
        REFUSES(msk_msk_message_make, 0, crypto, &msk, octets, &len),
        REFUSES(msk_msk_message_open, 0, crypto, &read, &content),
        REFUSES(msk_verification_make, 0, crypto, &read, octets, &len),
        REFUSES(msk_verification_check, 0, crypto, &expected, &read),
        REFUSES(msk_mtk_message_make, 0, crypto, &mtk, octets, &len),
        REFUSES(msk_mtk_message_open, 0, crypto, &read, &opened),
        REFUSES(msk_kemac_seal, 0, &protection, octets, &len),
        REFUSES(msk_kemac_open, 0, &protection, &read.protection, octets),
        REFUSES(msk_v_mac_make, 0, &protection, &input, octets, &len),
        REFUSES(msk_v_mac_check, 0, &protection, &input),
        REFUSES(msk_mikey_derive, 0, &protection, octets),
        REFUSES(msk_gba_mrk, 0, crypto, ks, octets),
        REFUSES(msk_gba_k_af, 0, crypto, ks, octets),
        REFUSES(msk_gba_naf_id, 0, octets, &len),
        REFUSES(msk_gba_ks_naf, 0, &gba, octets),
        REFUSES(msk_gba_ks_int_naf, 0, &gba, octets),
    };

    (void)state;
    two[0] = hex(mbms_vectors[0].message);
    input.message = two[0];
    vector_read(&mbms_vectors[0], &read);
    vector_to_make(&mbms_vectors[0], &msk);
    len = 100;
    null_check(call, sizeof call / sizeof call[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(says_so_of_names_and_traffic, release),
        cmocka_unit_test_teardown(says_so_of_mikey, release),
        cmocka_unit_test_teardown(says_so_of_messages, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
