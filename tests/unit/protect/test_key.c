/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fake_crypto.h"
#include "protect/key.h"
#include "protect_vectors.h"
#include "provider.h"
#include "support.h"

#define N_PRF (sizeof prf_vectors / sizeof prf_vectors[0])

static struct msk_protection
protection_of(const struct prf_vector *v, const struct msk_crypto *crypto)
{
    struct msk_protection p = { .crypto = crypto };

    p.prf = (uint8_t)v->prf;
    p.psk = hex(v->psk);
    p.rand = hex(v->rand);
    p.csb_id = (uint32_t)v->csb_id;
    return p;
}

static void
derives_what_the_model_derives(void **state)
{
    unsigned seen = 0;

    (void)state;
    for (size_t i = 0; i < N_PRF; i++) {
        const struct prf_vector *v = &prf_vectors[i];
        struct msk_protection p = protection_of(v, host_crypto());
        struct msk_bytes want = hex(v->out);
        uint8_t *out = room(want.n);

        check_int(v->name,
                  msk_mikey_derive(&p, (enum msk_derived)v->what,
                                   (uint8_t)v->cs_id, out, want.n),
                  MSK_OK);
        check_octets(v->name, exact(out, want.n), want);
        seen |= 1u << v->what;
        release(NULL);
    }
    assert_int_equal(seen, 0xFE);
}

/* RFC 3830 4.1.4: cs_id is 0xFF for keys from a PSK. */
static void
takes_the_cs_id_for_keys_from_a_tgk_alone(void **state)
{
    struct msk_protection p = protection_of(&prf_vectors[0], host_crypto());
    uint8_t one[16], other[16];

    (void)state;
    for (int what = MSK_DERIVED_ENCR; what <= MSK_DERIVED_TGK_SALT; what++) {
        enum msk_derived key = (enum msk_derived)what;

        assert_int_equal(msk_mikey_derive(&p, key, 1, one, 16), MSK_OK);
        assert_int_equal(msk_mikey_derive(&p, key, 2, other, 16), MSK_OK);
        check_int("equal", memcmp(one, other, 16) == 0,
                  what <= MSK_DERIVED_SALT);
    }
}

static void
refuses_wrong_arguments(void **state)
{
    struct msk_protection good = protection_of(&prf_vectors[0], host_crypto());
    struct msk_protection p;
    uint8_t out[256], before[256];
    static const int unknown[] = { 0, -1, 8, 255 };

    (void)state;
    memset(out, 0xA5, sizeof out);
    memcpy(before, out, sizeof out);
    check_int("no protection",
              msk_mikey_derive(NULL, MSK_DERIVED_ENCR, 0, out, 16),
              MSK_ERR_ARGUMENT);
    check_int("no out", msk_mikey_derive(&good, MSK_DERIVED_ENCR, 0, NULL, 16),
              MSK_ERR_ARGUMENT);
    check_int("0 octets", msk_mikey_derive(&good, MSK_DERIVED_ENCR, 0, out, 0),
              MSK_ERR_ARGUMENT);
    check_int("256 octets",
              msk_mikey_derive(&good, MSK_DERIVED_ENCR, 0, out, 256),
              MSK_ERR_ARGUMENT);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        check_int(
            "unknown key",
            msk_mikey_derive(&good, (enum msk_derived)unknown[i], 0, out, 16),
            MSK_ERR_ARGUMENT);
    p = good;
    p.rand = exact(room(256), 256);
    check_int("RAND of 256", msk_mikey_derive(&p, MSK_DERIVED_ENCR, 0, out, 16),
              MSK_ERR_ARGUMENT);
    p.rand = (struct msk_bytes){ NULL, 16 };
    check_int("RAND of none",
              msk_mikey_derive(&p, MSK_DERIVED_ENCR, 0, out, 16),
              MSK_ERR_ARGUMENT);
    p = good;
    p.psk = exact(room(129), 129);
    check_int("PSK of 129", msk_mikey_derive(&p, MSK_DERIVED_ENCR, 0, out, 16),
              MSK_ERR_ARGUMENT);
    p = good;
    p.prf = 2;
    check_int("PRF 2", msk_mikey_derive(&p, MSK_DERIVED_ENCR, 0, out, 16),
              MSK_ERR_UNSUPPORTED);
    assert_memory_equal(out, before, sizeof out);
}

static void
knows_two_macs_and_the_null_mac(void **state)
{
    (void)state;
    for (unsigned alg = 0; alg < 256; alg++) {
        enum msk_hash hash = MSK_HASH_MD5;
        size_t len = 0;
        int err = msk_mac_hash((uint8_t)alg, &hash, &len);

        check_int("MAC algorithm", err,
                  alg == MSK_MAC_NULL ? MSK_ERR_NULL_ALG
                  : alg <= 2          ? MSK_OK
                                      : MSK_ERR_UNSUPPORTED);
        if (err == MSK_OK) {
            check_int("octets", (long long)len, alg == 1 ? 20 : 32);
            check_int("hash", hash, alg == 1 ? MSK_HASH_SHA1 : MSK_HASH_SHA256);
        }
    }
}

static void
returns_each_failure_of_the_provider(void **state)
{
    struct msk_protection p = protection_of(&prf_vectors[0], NULL);
    struct msk_bytes in = chars("a message");
    struct fake_crypto fake;
    struct msk_mac_key key;
    uint8_t mac[32];

    (void)state;
    for (size_t at = 1; at <= 6; at++) {
        struct msk_prf prf;
        int err;
        /* Pads, A_1, block; pads and MAC under the authentication key. */
        int want = at <= 5 ? MSK_ERR_CRYPTO : MSK_OK;

        fake_crypto_start(&fake, at);
        p.crypto = &fake.crypto;
        assert_int_equal(msk_prf_begin(&prf, p.crypto, p.prf, p.psk), MSK_OK);
        err = msk_mac_begin(&key, &prf, &p, MSK_MAC_HMAC_SHA1_160);
        if (err == MSK_OK)
            err = msk_mac_make(&key, &in, 1, mac);
        check_int("MAC", err, want);
        msk_mac_end(&key);
        msk_prf_end(&prf);
        assert_int_equal(fake.open, 0);
    }
    for (size_t at = 1; at <= 4; at++) {
        fake_crypto_start(&fake, at);
        p.crypto = &fake.crypto;
        check_int("derive", msk_mikey_derive(&p, MSK_DERIVED_TEK, 0, mac, 20),
                  at <= 3 ? MSK_ERR_CRYPTO : MSK_OK);
        assert_int_equal(fake.open, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(derives_what_the_model_derives, release),
        cmocka_unit_test_teardown(takes_the_cs_id_for_keys_from_a_tgk_alone,
                                  release),
        cmocka_unit_test_teardown(refuses_wrong_arguments, release),
        cmocka_unit_test_teardown(knows_two_macs_and_the_null_mac, release),
        cmocka_unit_test_teardown(returns_each_failure_of_the_provider,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
