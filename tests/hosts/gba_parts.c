/* SPDX-License-Identifier: MIT */
/* Milenage by the sets of TS 35.207; the USIM in software and its home; and
 * moments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gba/moment.h"
#include "gba/usim.h"
#include "gba_vectors.h"
#include "hosts/input.h"
#include "msk-bsf/auc.h"
#include "provider.h"

#define SETS (sizeof milenage_sets / sizeof milenage_sets[0])

static char folder[] = "/tmp/gba_parts.XXXXXX";
static char path[sizeof folder + 16], numbers[sizeof folder + 16];

static void
octets(const char *text, uint8_t *out, size_t n)
{
    size_t got;

    assert_true(input_hex(text, out, n, &got));
    assert_int_equal(got, n);
}

static void
is(const char *want, const uint8_t *got, size_t n)
{
    uint8_t wanted[32];

    octets(want, wanted, n);
    assert_memory_equal(got, wanted, n);
}

/* --- Milenage ------------------------------------------------------------- */

static void
milenage_is_that_of_the_sets(void **state)
{
    (void)state;
    for (size_t i = 0; i < SETS; i++) {
        const struct milenage_set *set = &milenage_sets[i];
        struct milenage m = { .crypto = host_crypto() };
        uint8_t rand[16], op[16], sqn[6], amf[2];
        struct milenage_macs macs;
        struct milenage_keys keys;

        octets(set->k, m.k, 16);
        octets(set->op, op, 16);
        octets(set->rand, rand, 16);
        octets(set->sqn, sqn, 6);
        octets(set->amf, amf, 2);
        assert_int_equal(milenage_opc(&m, op), MSK_OK);
        is(set->opc, m.opc, 16);
        assert_int_equal(milenage_macs(&m, rand, sqn, amf, &macs), MSK_OK);
        is(set->mac_a, macs.a, 8);
        is(set->mac_s, macs.s, 8);
        assert_int_equal(milenage_keys(&m, rand, &keys), MSK_OK);
        is(set->res, keys.res, 8);
        is(set->ak, keys.ak, 6);
        is(set->ck, keys.ck, 16);
        is(set->ik, keys.ik, 16);
        is(set->ak_s, keys.ak_s, 6);
    }
}

static int
no_aes(void *user, struct msk_bytes key, const uint8_t iv[16],
       const uint8_t *in, uint8_t *out, size_t n)
{
    int *left = user;

    if ((*left)-- == 0)
        return -1;
    return host_crypto()->aes_ctr(host_crypto()->user, key, iv, in, out, n);
}

/* Each block of AES fails once: that is told. */
static void
milenage_tells_of_a_provider_that_fails(void **state)
{
    struct msk_crypto crypto = *host_crypto();
    struct milenage m = { .crypto = &crypto };
    const uint8_t zeros[16] = { 0 };
    struct milenage_macs macs;
    struct milenage_keys keys;
    int left;

    (void)state;
    crypto.user = &left;
    crypto.aes_ctr = no_aes;
    left = 0;
    assert_int_equal(milenage_opc(&m, zeros), MSK_ERR_CRYPTO);
    for (int i = 0; i < 2; i++) {
        left = i;
        assert_int_equal(milenage_macs(&m, zeros, zeros, zeros, &macs),
                         MSK_ERR_CRYPTO);
    }
    for (int i = 0; i < 5; i++) {
        left = i;
        assert_int_equal(milenage_keys(&m, zeros, &keys), MSK_ERR_CRYPTO);
    }
    left = 5;
    assert_int_equal(milenage_keys(&m, zeros, &keys), MSK_OK);
}

/* --- the USIM and its home ------------------------------------------------ */

static int
start(void **state)
{
    FILE *file;

    (void)state;
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/usim", folder);
    (void)snprintf(numbers, sizeof numbers, "%s/usim.sqn", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file,
                  "{\"impi\":\"alice@example.org\",\"k\":\"%s\","
                  "\"op\":\"%s\"}\n",
                  milenage_sets[0].k, milenage_sets[0].op);
    assert_int_equal(fclose(file), 0);
    return chmod(path, 0600);
}

static int
stop(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(numbers);
    return rmdir(folder);
}

/* What the USIM says to a challenge of that number. */
static int
ask(struct usim *usim, uint64_t sqn, struct usim_answer *answer)
{
    struct subscription home = usim->subscription;
    uint8_t rand[16] = { 0 };
    struct vector v;
    int err;

    home.amf[0] = 0x80;
    milenage_octets(sqn, rand);
    assert_int_equal(auc_vector(&home, rand, sqn, &v), MSK_OK);
    err = usim_authenticate(usim, &v.challenge, answer);
    if (err == MSK_OK && answer->kind == USIM_RES) {
        assert_memory_equal(answer->res, v.xres, sizeof v.xres);
        assert_memory_equal(answer->ks, v.ks, sizeof v.ks);
        assert_true(answer->age == sqn);
    }
    return err;
}

static void
takes(struct usim *usim, uint64_t sqn)
{
    struct usim_answer answer;

    assert_int_equal(ask(usim, sqn, &answer), MSK_OK);
    assert_int_equal(answer.kind, USIM_RES);
}

/* It says that it is at `at`, to its home and to nobody else. */
static void
takes_no(struct usim *usim, uint64_t sqn, uint64_t at)
{
    uint8_t rand[16] = { 0 };
    struct usim_answer answer;
    uint64_t told;

    milenage_octets(sqn, rand);
    assert_int_equal(ask(usim, sqn, &answer), MSK_OK);
    assert_int_equal(answer.kind, USIM_AUTS);
    assert_int_equal(
        auc_resynchronise(&usim->subscription, rand, answer.auts, &told),
        MSK_OK);
    assert_true(told == at);
    for (size_t i = 0; i < sizeof answer.auts; i++) {
        answer.auts[i] ^= 1;
        assert_int_equal(
            auc_resynchronise(&usim->subscription, rand, answer.auts, &told),
            MSK_ERR_MAC);
        answer.auts[i] ^= 1;
    }
    rand[15] = 1;
    assert_int_equal(
        auc_resynchronise(&usim->subscription, rand, answer.auts, &told),
        MSK_ERR_MAC);
}

#define SQN(seq, ind) ((uint64_t)(seq) << USIM_IND_BITS | (ind))

static void
usim_takes_each_number_once(void **state)
{
    struct usim usim;

    (void)state;
    assert_true(usim_open(&usim, path));
    takes_no(&usim, 0, 0);
    takes(&usim, SQN(5, 1));
    takes_no(&usim, SQN(5, 1), SQN(5, 1));
    takes_no(&usim, SQN(4, 1), SQN(5, 1));
    takes(&usim, SQN(5, 2)); /* another IND, TS 33.102 C.2.2 */
    takes(&usim, SQN(4, 3));
    takes(&usim, SQN(6, 1));
    usim_close(&usim);
    assert_true(usim_open(&usim, path)); /* it was written */
    takes_no(&usim, SQN(6, 1), SQN(6, 1));
    takes_no(&usim, SQN(5, 2), SQN(6, 1));
    takes(&usim, SQN(7, 1));
    usim_close(&usim);
}

static void
usim_takes_no_number_far_ahead(void **state)
{
    struct usim usim;

    (void)state;
    assert_true(usim_open(&usim, path));
    takes(&usim, SQN(USIM_AHEAD, 7));
    takes_no(&usim, SQN(2 * USIM_AHEAD + 1, 8), SQN(USIM_AHEAD, 7));
    takes(&usim, SQN(2 * USIM_AHEAD, 8));
    usim_close(&usim);
}

static void
usim_refuses_what_is_not_from_home(void **state)
{
    struct usim usim;
    struct usim_answer answer;
    const struct usim_answer nothing = { .kind = USIM_REFUSED };
    struct vector v;
    uint8_t rand[16] = { 1 };

    (void)state;
    assert_true(usim_open(&usim, path));
    assert_int_equal(auc_vector(&usim.subscription, rand, SQN(1, 0), &v),
                     MSK_OK);
    for (size_t i = 0; i < sizeof v.challenge.autn; i++) {
        v.challenge.autn[i] ^= 1;
        assert_int_equal(usim_authenticate(&usim, &v.challenge, &answer),
                         MSK_OK);
        assert_memory_equal(&answer, &nothing, sizeof answer);
        v.challenge.autn[i] ^= 1;
    }
    v.challenge.rand[0] ^= 1;
    assert_int_equal(usim_authenticate(&usim, &v.challenge, &answer), MSK_OK);
    assert_int_equal(answer.kind, USIM_REFUSED);
    v.challenge.rand[0] ^= 1;
    assert_int_equal(usim_authenticate(&usim, &v.challenge, &answer), MSK_OK);
    assert_int_equal(answer.kind, USIM_RES); /* nothing used the number up */
    usim_close(&usim);
}

static int
no_commit(void *user, uint32_t token, const struct msk_change *changes,
          size_t n)
{
    (void)user;
    (void)token;
    (void)changes;
    (void)n;
    return MSK_ERR_STORE;
}

static void
usim_answers_nothing_that_is_not_kept(void **state)
{
    const struct usim_answer nothing = { .age = 0 };
    struct usim_answer answer;
    struct usim usim;

    (void)state;
    assert_true(usim_open(&usim, path));
    usim.store.commit = no_commit;
    assert_int_equal(ask(&usim, SQN(1, 0), &answer), MSK_ERR_STORE);
    assert_memory_equal(&answer, &nothing, sizeof answer);
    usim_close(&usim);
}

/* What nobody may read but its owner, and what is no subscription. */
static void
usim_wants_a_file_of_its_own(void **state)
{
    static const char *const wrong[] = {
        "",
        "{}\n",
        "{\"impi\":\"a\",\"k\":\"00\",\"opc\":\"00\"}\n",
        "{\"impi\":\"a b\",\"k\":\"00112233445566778899aabbccddeeff\","
        "\"opc\":\"00112233445566778899aabbccddeeff\"}\n",
        "{\"impi\":\"a\",\"k\":\"00112233445566778899aabbccddeeff\","
        "\"op\":\"00112233445566778899aabbccddeeff\","
        "\"opc\":\"00112233445566778899aabbccddeeff\"}\n",
        "{\"impi\":\"a\",\"k\":\"00112233445566778899aabbccddeeff\"}\n",
    };
    struct usim usim;
    FILE *file;

    (void)state;
    assert_int_equal(chmod(path, 0640), 0);
    assert_false(usim_open(&usim, path));
    assert_int_equal(chmod(path, 0600), 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(wrong[i], file) >= 0);
        assert_int_equal(fclose(file), 0);
        assert_false(usim_open(&usim, path));
    }
}

static void
home_counts_both_parts(void **state)
{
    uint64_t sqn = 0;

    (void)state;
    for (uint64_t i = 1; i <= 100; i++) {
        sqn = auc_next(sqn);
        assert_true(sqn == SQN(i, i % USIM_INDS));
    }
    assert_true(auc_next(((uint64_t)1 << 48) - 1) == 0);
}

/* --- moments -------------------------------------------------------------- */

static void
moments_are_read_and_written(void **state)
{
    static const struct {
        const char *text;
        msk_time moment;
        const char *written;
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z" },
        { "2000-02-29T12:30:15.5z", 951827415500, "2000-02-29T12:30:15.500Z" },
        { "2026-12-01T01:00:00.1239+01:00", 1796083200123,
          "2026-12-01T00:00:00.123Z" },
        { "2026-11-30T19:30:00-04:30", 1796083200000,
          "2026-12-01T00:00:00.000Z" },
        { "9999-12-31T23:59:59.999Z", 253402300799999,
          "9999-12-31T23:59:59.999Z" },
        { "2016-12-31T23:59:60Z", 1483228800000, "2017-01-01T00:00:00.000Z" },
    };
    char text[MOMENT_TEXT];
    msk_time moment;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(moment_read(rows[i].text, &moment));
        assert_true(moment == rows[i].moment);
        moment_write(moment, text);
        assert_string_equal(text, rows[i].written);
    }
    moment_write(MSK_NEVER, text);
    assert_string_equal(text, "never");
}

static void
moments_that_are_none_are_refused(void **state)
{
    static const char *const wrong[] = { "",
                                         "2026",
                                         "never",
                                         "2026-12-01",
                                         "2026-12-01T00:00:00",
                                         "2026-12-01 00:00:00Z",
                                         "2026-13-01T00:00:00Z",
                                         "2026-00-01T00:00:00Z",
                                         "2026-06-31T00:00:00Z",
                                         "2025-02-29T00:00:00Z",
                                         "2026-12-00T00:00:00Z",
                                         "2026-12-01T24:00:00Z",
                                         "2026-12-01T00:60:00Z",
                                         "2026-12-01T00:00:61Z",
                                         "2026-12-01T00:00:00.Z",
                                         "2026-12-01T00:00:00Zx",
                                         "2026-12-01T00:00:00+1:00",
                                         "2026-12-01T00:00:00+24:00",
                                         "1969-12-31T23:59:59Z",
                                         "1970-01-01T00:00:00+00:01",
                                         "+026-12-01T00:00:00Z" };
    msk_time moment;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (moment_read(wrong[i], &moment))
            fail_msg("%s", wrong[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(milenage_is_that_of_the_sets),
        cmocka_unit_test(milenage_tells_of_a_provider_that_fails),
        cmocka_unit_test_setup_teardown(usim_takes_each_number_once, start,
                                        stop),
        cmocka_unit_test_setup_teardown(usim_takes_no_number_far_ahead, start,
                                        stop),
        cmocka_unit_test_setup_teardown(usim_refuses_what_is_not_from_home,
                                        start, stop),
        cmocka_unit_test_setup_teardown(usim_answers_nothing_that_is_not_kept,
                                        start, stop),
        cmocka_unit_test_setup_teardown(usim_wants_a_file_of_its_own, start,
                                        stop),
        cmocka_unit_test(home_counts_both_parts),
        cmocka_unit_test(moments_are_read_and_written),
        cmocka_unit_test(moments_that_are_none_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
