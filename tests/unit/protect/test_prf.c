/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fake_crypto.h"
#include "protect/key.h"
#include "protect_vectors.h"
#include "provider.h"
#include "support.h"

#define N_PRF (sizeof prf_vectors / sizeof prf_vectors[0])

/* const || cs_id || csb_id, RFC 3830 4.1.3 and 4.1.4. */
static void
head_of(const struct prf_vector *v, uint8_t head[9])
{
    static const char *const constants[] = {
        "",         "150533E1", "2D22AC75", "29B88916",
        "2AD01C64", "1B5C7973", "15798CEF", "39A2C14B",
    };

    memcpy(head, hex(constants[v->what]).p, 4);
    head[4] = (uint8_t)(v->what <= 3 ? 0xFF : v->cs_id);
    for (int i = 0; i < 4; i++)
        head[5 + i] = (uint8_t)(v->csb_id >> (24 - 8 * i));
}

static int
derive(const struct msk_crypto *crypto, uint8_t func, struct msk_bytes key,
       const uint8_t head[9], struct msk_bytes rand, uint8_t *out, size_t n)
{
    struct msk_prf prf;
    int err = msk_prf_begin(&prf, crypto, func, key);

    if (err != MSK_OK)
        return err;
    err = msk_prf_derive(&prf, head, rand, out, n);
    msk_prf_end(&prf);
    return err;
}

static void
makes_the_numbers_of_the_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_PRF; i++) {
        const struct prf_vector *v = &prf_vectors[i];
        struct msk_bytes want = hex(v->out);
        uint8_t *out = room(want.n), head[9];

        head_of(v, head);
        check_int(v->name,
                  derive(host_crypto(), (uint8_t)v->prf, hex(v->psk), head,
                         hex(v->rand), out, want.n),
                  MSK_OK);
        check_octets(v->name, exact(out, want.n), want);
        release(NULL);
    }
}

/* RFC 3830 4.1.2: slices of 256 bits, whatever the hash; the last is what is
 * left, and not one of no octets. */
static void
is_the_sum_of_its_slices_for_every_key_length(void **state)
{
    static const uint8_t head[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    struct msk_bytes label = hex("aabbccdd");
    uint8_t key[MSK_PSK_MAX], out[50], slice[50];
    struct rng rng;

    (void)state;
    rng_start(&rng, 3830);
    rng_fill(&rng, key, sizeof key);
    for (size_t n = 1; n <= MSK_PSK_MAX; n++)
        for (uint8_t func = 0; func < 2; func++) {
            struct msk_bytes whole = exact(key, n);

            assert_int_equal(derive(host_crypto(), func, whole, head, label,
                                    out, sizeof out),
                             MSK_OK);
            for (size_t at = 0; at < n; at += 32) {
                struct msk_bytes part =
                    exact(key + at, n - at < 32 ? n - at : 32);

                assert_int_equal(derive(host_crypto(), func, part, head, label,
                                        slice, sizeof slice),
                                 MSK_OK);
                for (size_t i = 0; i < sizeof out; i++)
                    out[i] ^= slice[i];
            }
            for (size_t i = 0; i < sizeof out; i++)
                assert_int_equal(out[i], 0);
        }
}

static void
refuses_what_is_no_key_and_no_prf(void **state)
{
    struct msk_bytes key = exact(room(129), 129), none = { NULL, 16 };
    struct msk_prf prf;
    struct fake_crypto fake;

    (void)state;
    fake_crypto_start(&fake, 0);
    for (unsigned func = 0; func < 256; func++)
        check_int(
            "PRF",
            msk_prf_begin(&prf, &fake.crypto, (uint8_t)func, exact(key.p, 16)),
            func < 2 ? MSK_OK : MSK_ERR_UNSUPPORTED);
    check_int("0 octets", msk_prf_begin(&prf, &fake.crypto, 0, exact(NULL, 0)),
              MSK_ERR_ARGUMENT);
    check_int("129 octets", msk_prf_begin(&prf, &fake.crypto, 0, key),
              MSK_ERR_ARGUMENT);
    check_int("no octets", msk_prf_begin(&prf, &fake.crypto, 0, none),
              MSK_ERR_ARGUMENT);
    check_int("no provider", msk_prf_begin(&prf, NULL, 0, exact(key.p, 16)),
              MSK_ERR_ARGUMENT);
    msk_prf_end(&prf); /* that has begun nothing */
    assert_int_equal(fake.calls, 0);
    assert_int_equal(fake.open, 0);
}

/* doc/architecture.md, HMAC in three steps. */
static void
prepares_a_key_of_one_slice_once(void **state)
{
    static const uint8_t head[9] = { 0 };
    uint8_t out[20];
    struct msk_prf prf;
    struct fake_crypto fake;

    (void)state;
    fake_crypto_start(&fake, 0);
    assert_int_equal(
        msk_prf_begin(&prf, &fake.crypto, MSK_PRF_MIKEY_1, exact(room(32), 32)),
        MSK_OK);
    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(
            msk_prf_derive(&prf, head, exact(NULL, 0), out, sizeof out),
            MSK_OK);
        assert_int_equal(fake.calls, 1 + 2 * i); /* A_1 and one block */
        assert_int_equal(fake.open, 1);
    }
    msk_prf_end(&prf);
    msk_prf_end(&prf);
    assert_int_equal(fake.open, 0);
}

static void
returns_each_failure_of_the_provider(void **state)
{
    static const uint8_t head[9] = { 0 };
    struct msk_bytes key = exact(room(65), 65);
    uint8_t out[41], nothing[41] = { 0 };
    struct fake_crypto fake;

    (void)state;
    for (uint8_t func = 0; func < 2; func++) {
        size_t calls;

        fake_crypto_start(&fake, 0);
        assert_int_equal(derive(&fake.crypto, func, key, head, exact(NULL, 0),
                                out, sizeof out),
                         MSK_OK);
        calls = fake.calls;
        for (size_t at = 1; at <= calls; at++) {
            memset(out, 0xA5, sizeof out);
            fake_crypto_start(&fake, at);
            check_int("derive",
                      derive(&fake.crypto, func, key, head, exact(NULL, 0), out,
                             sizeof out),
                      MSK_ERR_CRYPTO);
            assert_memory_equal(out, nothing, sizeof out);
            assert_int_equal(fake.calls, at);
            assert_int_equal(fake.open, 0);
        }
        assert_true(calls >= 3 * (1 + 1 + 2 + 1)); /* slices */
    }
}

/* A failed derivation does not spoil the next one. */
static void
goes_on_after_a_failure(void **state)
{
    static const uint8_t head[9] = { 0 };
    struct msk_bytes key = exact(room(48), 48), none = exact(NULL, 0);
    uint8_t want[20], out[20];
    struct fake_crypto fake;
    struct msk_prf prf;

    (void)state;
    assert_int_equal(
        derive(host_crypto(), 0, key, head, none, want, sizeof want), MSK_OK);
    for (size_t at = 1; at <= 6; at++) {
        fake_crypto_start(&fake, at);
        assert_int_equal(msk_prf_begin(&prf, &fake.crypto, 0, key), MSK_OK);
        assert_int_equal(msk_prf_derive(&prf, head, none, out, sizeof out),
                         MSK_ERR_CRYPTO);
        assert_int_equal(msk_prf_derive(&prf, head, none, out, sizeof out),
                         MSK_OK);
        assert_memory_equal(out, want, sizeof out);
        msk_prf_end(&prf);
        assert_int_equal(fake.open, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(makes_the_numbers_of_the_model, release),
        cmocka_unit_test_teardown(is_the_sum_of_its_slices_for_every_key_length,
                                  release),
        cmocka_unit_test_teardown(refuses_what_is_no_key_and_no_prf, release),
        cmocka_unit_test_teardown(prepares_a_key_of_one_slice_once, release),
        cmocka_unit_test_teardown(returns_each_failure_of_the_provider,
                                  release),
        cmocka_unit_test_teardown(goes_on_after_a_failure, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
