/* SPDX-License-Identifier: MIT */
/* Reading messages: which payloads they have and what they are. The MACs are
 * zeros: nothing is verified here. */
#include <string.h>

#include "messages.h"

#define MAC20 "0000000000000000000000000000000000000000"
#define KEMAC "01 01 0001 aa 01" MAC20
#define V "09 01" MAC20
#define T "05 02 00000001;"
#define RAND "0b 10 00112233445566778899aabbccddeeff;"
#define C MSK_LAYOUT_CSB
#define K MSK_LAYOUT_KEYID
#define CHEAD "01000000 000018cf 00 01"
#define KHEAD "01000000 01020304 00 01"
#define CEXT "15 03 0004 01020001;"
#define OLD_EXT "15 02 0004 01020001;" /* of October 2004 */
#define KEXT "15 03 000b 0003216354 010418cf0001;"
#define CIDI "06 00 0003 216354;"
#define KIDI "06 00 0004 626d7363;"
#define IDR "06 00 0001 62;"
#define STREAM "01 00 000000000000000000"

static const struct {
    const char *what;
    enum msk_layout layout;
    const char *head, *payloads;
    int err;
} shapes[] = {
    /* Orders that are as good as that of the standard. */
    { "CSB", C, CHEAD, CEXT T RAND CIDI IDR KEMAC, MSK_OK },
    { "KEYID", K, KHEAD, KEXT T RAND KIDI IDR KEMAC, MSK_OK },
    { "EXT before KEMAC", C, CHEAD, T RAND CIDI IDR CEXT KEMAC, MSK_OK },
    { "EXT before KEMAC", K, KHEAD, T RAND KIDI IDR KEXT KEMAC, MSK_OK },
    { "turned round", C, CHEAD, CIDI IDR RAND T CEXT KEMAC, MSK_OK },
    { "turned round", K, KHEAD, KIDI IDR RAND T KEXT KEMAC, MSK_OK },
    { "no IDr in CSB", C, CHEAD, CEXT T RAND CIDI KEMAC, MSK_OK },
    { "other extensions", C, CHEAD,
      "15 05 0002 abcd;" CEXT T RAND CIDI IDR "15 00 0000;" KEMAC, MSK_OK },
    { "other extensions", K, KHEAD,
      "15 05 0002 abcd;" KEXT T RAND KIDI IDR "15 ff 0001 00;" KEMAC, MSK_OK },
    { "any ID type", K, KHEAD,
      KEXT T RAND "06 01 0001 61; 06 fe 0001 62;" KEMAC, MSK_OK },
    { "other Key IDs", K, KHEAD,
      "15 03 000e 0003216354 010418cf0001 0901ff;" T RAND KIDI IDR KEMAC,
      MSK_OK },
    { "RAND of 64", K, KHEAD,
      KEXT T "0b 40" MAC20 MAC20 MAC20 "00000000;" KIDI IDR KEMAC, MSK_OK },
    { "streaming", C, "01000000 000018cf" STREAM,
      CEXT T RAND CIDI IDR "0a 00 00 0003 000101;" KEMAC, MSK_OK },
    { "streaming, empty SP", K, "01000000 01020304" STREAM,
      KEXT T RAND KIDI IDR "0a 07 00 0000;" KEMAC, MSK_OK },
    { "SRTP-ID map of no stream", K, "01000000 01020304 00 00",
      KEXT T RAND KIDI IDR KEMAC, MSK_OK },
    { "a pull", C, CHEAD, "15 03 0004 01020000;" T RAND CIDI IDR KEMAC,
      MSK_OK },
    { "verification", C, "01010000 000018cf 00 01", T IDR V, MSK_OK },
    { "verification", K, "01010000 01020304 00 01", IDR T V, MSK_OK },
    { "EXT of 2004", C, CHEAD, OLD_EXT T RAND CIDI IDR KEMAC, MSK_OK },
    { "EXT of 2004 before KEMAC", C, CHEAD, T RAND CIDI IDR OLD_EXT KEMAC,
      MSK_OK },
    { "EXT of 2004 with the MUK", C, CHEAD,
      "15 02 0007 000162 01020001;" T RAND CIDI IDR KEMAC, MSK_OK },
    { "EXT of 2004 with a MUK of 3 octets", C, CHEAD,
      "15 02 0009 0003216354 01020001;" T RAND CIDI IDR KEMAC, MSK_OK },
    { "EXT of 2004 with an empty MUK", C, CHEAD,
      "15 02 0006 01020001 0000;" T RAND CIDI IDR KEMAC, MSK_OK },
    { "MTK, EXT of 2004", C, CHEAD,
      "15 02 0008 01020001 02020001;" T CIDI KEMAC, MSK_OK },
    { "Empty map of 2004", C, "01000000 000018cf 00 00",
      CEXT T RAND CIDI IDR KEMAC, MSK_OK },
    { "MTK, Empty map of 2004", C, "01000000 000018cf 00 00",
      "15 03 0008 01020001 02020001;" T CIDI KEMAC, MSK_OK },

    /* What is not there. */
    { "no EXT", C, CHEAD, T RAND CIDI IDR KEMAC, MSK_ERR_MISSING },
    { "no EXT", K, KHEAD, T RAND KIDI IDR KEMAC, MSK_ERR_MISSING },
    { "no Key ID extension", K, KHEAD, "15 05 0002 abcd;" T RAND KIDI IDR KEMAC,
      MSK_ERR_MISSING },
    { "no T", C, CHEAD, CEXT RAND CIDI IDR KEMAC, MSK_ERR_MISSING },
    { "no RAND", C, CHEAD, CEXT T CIDI IDR KEMAC, MSK_ERR_MISSING },
    { "no RAND", K, KHEAD, KEXT T KIDI IDR KEMAC, MSK_ERR_MISSING },
    { "no ID", C, CHEAD, CEXT T RAND KEMAC, MSK_ERR_MISSING },
    { "no IDr in KEYID", K, KHEAD, KEXT T RAND KIDI KEMAC, MSK_ERR_MISSING },
    { "no KEMAC", C, CHEAD, CEXT T RAND CIDI IDR, MSK_ERR_MISSING },
    { "nothing", C, CHEAD, "", MSK_ERR_MISSING },
    { "no MSK ID", K, KHEAD, "15 03 0005 0003216354;" T RAND KIDI IDR KEMAC,
      MSK_ERR_MISSING },
    { "no IDr in a verification", C, "01010000 000018cf 00 01", T V,
      MSK_ERR_MISSING },

    /* What is there twice, or after the end. */
    { "two EXT", C, CHEAD, CEXT CEXT T RAND CIDI IDR KEMAC, MSK_ERR_DUPLICATE },
    { "two T", K, KHEAD, KEXT T T RAND KIDI IDR KEMAC, MSK_ERR_DUPLICATE },
    { "two RAND", K, KHEAD, KEXT T RAND RAND KIDI IDR KEMAC,
      MSK_ERR_DUPLICATE },
    { "three IDs", K, KHEAD, KEXT T RAND KIDI IDR IDR KEMAC,
      MSK_ERR_DUPLICATE },
    { "two SP", K, "01000000 01020304" STREAM,
      KEXT T RAND KIDI IDR "0a 00 00 0000; 0a 00 00 0000;" KEMAC,
      MSK_ERR_DUPLICATE },
    { "two EXT of 2004", C, CHEAD, OLD_EXT OLD_EXT T RAND CIDI IDR KEMAC,
      MSK_ERR_DUPLICATE },
    { "EXT of 2004 and of today", C, CHEAD, OLD_EXT T RAND CIDI IDR CEXT KEMAC,
      MSK_ERR_DUPLICATE },
    { "the MUK twice", C, CHEAD,
      "15 02 000a 000162 000162 01020001;" T RAND CIDI IDR KEMAC,
      MSK_ERR_DUPLICATE },
    { "MSK ID twice", K, KHEAD,
      "15 03 0011 0003216354 010418cf0001 010418cf0001;" T RAND KIDI IDR KEMAC,
      MSK_ERR_DUPLICATE },
    { "two KEMAC", K, KHEAD, KEXT T RAND KIDI IDR KEMAC ";" KEMAC,
      MSK_ERR_ORDER },
    { "T after KEMAC", K, KHEAD, KEXT RAND KIDI IDR KEMAC ";" T,
      MSK_ERR_ORDER },
    { "two IDs in a verification", C, "01010000 000018cf 00 01", T IDR IDR V,
      MSK_ERR_DUPLICATE },

    /* Values. */
    { "no counter: NTP-UTC", C, CHEAD,
      CEXT "05 00 0000000000000001;" RAND CIDI IDR KEMAC, MSK_ERR_VALUE },
    { "no counter: NTP", K, KHEAD,
      KEXT "05 01 0000000000000001;" RAND KIDI IDR KEMAC, MSK_ERR_VALUE },
    { "RAND of 15", K, KHEAD,
      KEXT T "0b 0f 00112233445566778899aabbccddee;" KIDI IDR KEMAC,
      MSK_ERR_LENGTH },
    { "RAND of 65", K, KHEAD,
      KEXT T "0b 41" MAC20 MAC20 MAC20 "0000000000;" KIDI IDR KEMAC,
      MSK_ERR_LENGTH },
    { "SP in a download service", K, KHEAD,
      KEXT T RAND KIDI IDR "0a 00 00 0000;" KEMAC, MSK_ERR_VALUE },
    { "SP of another protocol", K, "01000000 01020304" STREAM,
      KEXT T RAND KIDI IDR "0a 00 01 0000;" KEMAC, MSK_ERR_VALUE },
    { "NULL encryption", K, KHEAD,
      KEXT T RAND KIDI IDR "01 00 0001 aa 01" MAC20, MSK_ERR_NULL_ALG },
    { "NULL MAC", K, KHEAD, KEXT T RAND KIDI IDR "01 01 0001 aa 00",
      MSK_ERR_NULL_ALG },
    { "both NULL", C, CHEAD, CEXT T RAND CIDI IDR "01 00 0001 aa 00",
      MSK_ERR_NULL_ALG },
    { "AES key wrap", C, CHEAD, CEXT T RAND CIDI IDR "01 02 0001 aa 01" MAC20,
      MSK_ERR_UNSUPPORTED },
    { "AES-CM-256", C, CHEAD, CEXT T RAND CIDI IDR "01 03 0001 aa 01" MAC20,
      MSK_ERR_UNSUPPORTED },
    { "SHA-256", C, CHEAD,
      CEXT T RAND CIDI IDR "01 01 0001 aa 02" MAC20 "000000000000000000000000",
      MSK_ERR_UNSUPPORTED },
    { "an unknown MAC", C, CHEAD, CEXT T RAND CIDI IDR "01 01 0001 aa 05" MAC20,
      MSK_ERR_UNSUPPORTED },
    { "NULL MAC in a verification", C, "01010000 000018cf 00 01", T IDR "09 00",
      MSK_ERR_NULL_ALG },
    { "SHA-256 in a verification", C, "01010000 000018cf 00 01",
      T IDR "09 02" MAC20 "000000000000000000000000", MSK_ERR_UNSUPPORTED },
    { "another PRF", C, "01000001 000018cf 00 01", CEXT T RAND CIDI IDR KEMAC,
      MSK_ERR_UNSUPPORTED },
    { "two streams", K,
      "01000000 01020304 02 00 000000000000000000 000000000000000000",
      KEXT T RAND KIDI IDR KEMAC, MSK_ERR_VALUE },
    { "#CS 1 with the Empty map", K, "01000000 01020304 01 01",
      KEXT T RAND KIDI IDR KEMAC, MSK_ERR_VALUE },
    { "SP with the Empty map of 2004", C, "01000000 000018cf 00 00",
      CEXT T RAND CIDI IDR "0a 00 00 0000;" KEMAC, MSK_ERR_VALUE },
    { "MTK with a map of a stream", C, "01000000 000018cf" STREAM,
      "15 03 0008 01020001 02020001;" T CIDI KEMAC, MSK_ERR_VALUE },
    { "MTK with an SRTP-ID map", K, "01000000 01020304 00 00",
      "15 03 000f 0003216354 010418cf0001 02020001;" T KEMAC, MSK_ERR_VALUE },
    { "GENERIC-ID map", K, "01000000 01020304 00 02",
      KEXT T RAND KIDI IDR KEMAC, MSK_ERR_UNSUPPORTED },
    { "version 2", K, "02000000 01020304 00 01", KEXT T RAND KIDI IDR KEMAC,
      MSK_ERR_VERSION },
    { "a payload of other modes", K, KHEAD,
      KEXT T RAND KIDI IDR "02 0000;" KEMAC, MSK_ERR_PAYLOAD },
    { "an error message", K, "01060000 01020304 00 01", T "0c 00 0000",
      MSK_ERR_KIND },
    { "public key", K, "01020000 01020304 00 01", KEXT T RAND KIDI IDR KEMAC,
      MSK_ERR_KIND },
    { "KEMAC in an answer", K, "01010000 01020304 00 01",
      KEXT T RAND KIDI IDR KEMAC, MSK_ERR_KIND },
    { "V in a question", C, CHEAD, T IDR V, MSK_ERR_KIND },

    /* Names. */
    { "group 0", C, "01000000 00000000 00 01", CEXT T RAND CIDI IDR KEMAC,
      MSK_ERR_VALUE },
    { "group 0", K, KHEAD,
      "15 03 000b 0003216354 010400000001;" T RAND KIDI IDR KEMAC,
      MSK_ERR_VALUE },
    { "a CSB ID above 16 bits", C, "01000000 000118cf 00 01",
      CEXT T RAND CIDI IDR KEMAC, MSK_ERR_VALUE },
    { "the highest CSB ID", C, "01000000 ffff18cf 00 01",
      CEXT T RAND CIDI IDR KEMAC, MSK_ERR_VALUE },
    { "IDi of 2 octets", C, CHEAD, CEXT T RAND "06 00 0002 2163;" IDR KEMAC,
      MSK_ERR_LENGTH },
    { "IDi of 4 octets", C, CHEAD, CEXT T RAND "06 00 0004 21635400;" IDR KEMAC,
      MSK_ERR_LENGTH },
    { "MSK ID of 1 octet", C, CHEAD, "15 03 0003 010101;" T RAND CIDI IDR KEMAC,
      MSK_ERR_LENGTH },
    { "MSK ID of 3 octets", K, KHEAD,
      "15 03 000a 0003216354 010318cf00;" T RAND KIDI IDR KEMAC,
      MSK_ERR_LENGTH },
    { "Key Domain ID of 2 octets", K, KHEAD,
      "15 03 000a 00022163 010418cf0001;" T RAND KIDI IDR KEMAC,
      MSK_ERR_LENGTH },
    { "KEYID read as CSB", C, KHEAD, KEXT T RAND KIDI IDR KEMAC,
      MSK_ERR_LAYOUT },
    { "CSB read as KEYID", K, CHEAD, CEXT T RAND CIDI IDR KEMAC,
      MSK_ERR_LAYOUT },
    { "EXT of 2004 read as KEYID", K, CHEAD, OLD_EXT T RAND CIDI IDR KEMAC,
      MSK_ERR_LAYOUT },
    { "a TESLA key beside EXT", K, KHEAD,
      "15 02 0004 abcdabcd;" KEXT T RAND KIDI IDR KEMAC, MSK_OK },
    { "a domain in CSB", C, CHEAD,
      "15 03 0009 0003216354 01020001;" T RAND CIDI IDR KEMAC, MSK_ERR_LAYOUT },
    { "4 octets in the EXT of 2004", C, CHEAD,
      "15 02 0006 010418cf0001;" T RAND CIDI IDR KEMAC, MSK_ERR_LAYOUT },
    { "no MSK ID in the EXT of 2004", C, CHEAD,
      "15 02 0003 000162;" T RAND CIDI IDR KEMAC, MSK_ERR_MISSING },
    { "4 octets without a domain", C, CHEAD,
      "15 03 0006 010418cf0001;" T RAND CIDI IDR KEMAC, MSK_ERR_LAYOUT },
    { "a Key ID cut short", K, KHEAD,
      "15 03 000b 0003216354 010518cf0001;" T RAND KIDI IDR KEMAC,
      MSK_ERR_TRUNCATED },
};
#define N (sizeof shapes / sizeof shapes[0])

static void
reads_what_the_standard_allows_and_nothing_else(void **state)
{
    struct msk_message m;
    struct msk_fault fault;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        struct msk_bytes octets = chain(shapes[i].head, shapes[i].payloads);

        fault.offset = SIZE_MAX;
        check_int(shapes[i].what,
                  msk_message_read(shapes[i].layout, octets, &m, &fault),
                  shapes[i].err);
        check_int(shapes[i].what,
                  msk_message_read(shapes[i].layout, octets, &m, NULL),
                  shapes[i].err);
        assert_true(shapes[i].err == MSK_OK ? fault.offset == SIZE_MAX
                                            : fault.offset <= octets.n);
    }
}

/* What is left over after the last payload is in none. */
static void
says_in_which_payload_a_fault_is(void **state)
{
    struct msk_bytes whole = chain(CHEAD, CEXT T RAND CIDI IDR KEMAC);
    uint8_t *longer = room(whole.n + 1);
    struct msk_message m;
    struct msk_fault fault;

    (void)state;
    memcpy(longer, whole.p, whole.n);
    longer[whole.n] = 0;
    assert_int_equal(
        msk_message_read(C, exact(longer, whole.n + 1), &m, &fault),
        MSK_ERR_TRAILING);
    assert_int_equal(fault.payload, MSK_PAYLOAD_LAST);
    assert_int_equal(fault.offset, whole.n);
    assert_int_equal(
        msk_message_read(C, exact(whole.p, whole.n - 1), &m, &fault),
        MSK_ERR_TRUNCATED);
    assert_int_equal(fault.payload, MSK_PAYLOAD_KEMAC);
}

static void
refuses_encr_data_that_no_message_has(void **state)
{
    uint8_t octets[600];
    struct msk_bytes head = chain(CHEAD, CEXT T RAND CIDI IDR "01 01 0101");
    struct msk_message m;

    (void)state;
    for (size_t n = 256; n <= 257; n++) {
        memset(octets, 0, sizeof octets);
        memcpy(octets, head.p, head.n);
        octets[head.n - 2] = (uint8_t)(n >> 8);
        octets[head.n - 1] = (uint8_t)n;
        octets[head.n + n] = 1; /* MAC alg */
        check_int(
            "Encr data",
            msk_message_read(C, exact(octets, head.n + n + 1 + 20), &m, NULL),
            n == 256 ? MSK_OK : MSK_ERR_LENGTH);
    }
}

static void
refuses_identities_that_are_too_long(void **state)
{
    static const uint8_t filler[MSK_FQDN_MAX + 1];
    struct msk_message m;

    (void)state;
    for (size_t which = 0; which < 3; which++)
        for (size_t n = 253; n <= 254; n++) {
            struct msk_mikey_builder b;
            uint8_t *buf = room(MSK_MIKEY_MAX);
            struct msk_mikey_header h = { .map_type = MSK_MAP_EMPTY };
            struct msk_payload p[6] = {
                { .type = MSK_PAYLOAD_T, .kind = 2, .data = hex("00000001") },
                { .type = MSK_PAYLOAD_EXT,
                  .kind = 3,
                  .data = hex("0003216354 010418cf0001") },
                { .type = MSK_PAYLOAD_RAND,
                  .data = hex("00112233445566778899aabbccddeeff") },
                { .type = MSK_PAYLOAD_ID, .data = hex("61") },
                { .type = MSK_PAYLOAD_ID, .data = hex("62") },
                { .type = MSK_PAYLOAD_KEMAC,
                  .kind = 1,
                  .detail = 1,
                  .tail = hex(MAC20) },
            };
            size_t len = 0;

            p[which == 0 ? 3 : 4].data = exact(filler, n);
            h.data_type = which == 2 ? 1 : 0;
            msk_mikey_build(&b, buf, MSK_MIKEY_MAX, &h);
            for (size_t i = 0; i < 6; i++) {
                if (which == 2 && i != 0 && i != 4 && i != 5)
                    continue;
                if (which == 2 && i == 5)
                    p[i] = (struct msk_payload){ .type = MSK_PAYLOAD_V,
                                                 .kind = 1,
                                                 .tail = hex(MAC20) };
                msk_mikey_build_add(&b, &p[i]);
            }
            assert_int_equal(msk_mikey_build_end(&b, &len), MSK_OK);
            check_int("identity",
                      msk_message_read(K, exact(buf, len), &m, NULL),
                      n == 253 ? MSK_OK : MSK_ERR_LENGTH);
        }
}

static void
refuses_a_layout_that_is_none(void **state)
{
    struct msk_bytes octets = chain(CHEAD, CEXT T RAND CIDI IDR KEMAC);
    struct msk_message m;
    struct msk_peek peek;

    (void)state;
    assert_int_equal(msk_message_read((enum msk_layout)0, octets, &m, NULL),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_message_read((enum msk_layout)3, octets, &m, NULL),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_message_read(C, octets, NULL, NULL), MSK_ERR_ARGUMENT);
    octets.p = NULL;
    assert_int_equal(msk_message_read(C, octets, &m, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_peek(C, octets, &peek), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mikey_peek(C, octets, NULL), MSK_ERR_ARGUMENT);
    octets.n = 0;
    assert_int_equal(msk_message_read(C, octets, &m, NULL), MSK_ERR_TRUNCATED);
}

static void
peeks_at_what_routes_a_message(void **state)
{
    struct msk_message m;
    struct msk_peek peek;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++, release(NULL)) {
        const struct mbms_vector *v = &mbms_vectors[i];
        bool named = vector_is_msk(v) && vector_layout(v) == K;

        vector_read(v, &m);
        check_int(v->name,
                  msk_mikey_peek(vector_layout(v), hex(v->message), &peek),
                  MSK_OK);
        check_int(v->name, peek.kind, m.kind);
        check_int(v->name, msk_key_id_equal(&peek.id, &m.id), true);
        check_octets(v->name, peek.fqdn, hex(named ? v->idi : ""));
        check_octets(v->name, peek.btid, hex(v->idr));
        check_int(v->name,
                  msk_mikey_peek(other_layout(vector_layout(v)),
                                 hex(v->message), &peek),
                  m.kind == MSK_MESSAGE_VERIFICATION ? MSK_OK : MSK_ERR_LAYOUT);
    }
}

static void
refuses_every_message_of_the_model_cut_short(void **state)
{
    struct msk_message m;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++, release(NULL)) {
        const struct mbms_vector *v = &mbms_vectors[i];
        struct msk_bytes whole = hex(v->message);

        for (size_t n = 0; n < whole.n; n++)
            assert_true(msk_message_read(vector_layout(v), exact(whole.p, n),
                                         &m, NULL) < 0);
    }
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(reads_what_the_standard_allows_and_nothing_else),
        TEST(says_in_which_payload_a_fault_is),
        TEST(refuses_encr_data_that_no_message_has),
        TEST(refuses_identities_that_are_too_long),
        TEST(refuses_a_layout_that_is_none),
        TEST(peeks_at_what_routes_a_message),
        TEST(refuses_every_message_of_the_model_cut_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
