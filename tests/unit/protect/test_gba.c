/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fake_crypto.h"
#include "msk/gba.h"
#include "protect_vectors.h"
#include "provider.h"
#include "support.h"

#define N_GBA (sizeof gba_vectors / sizeof gba_vectors[0])

static struct msk_gba
gba_of(const struct gba_vector *v, const struct msk_crypto *crypto)
{
    struct msk_gba gba = { .crypto = crypto };

    gba.ks = hex(v->ks).p;
    gba.rand = hex(v->rand).p;
    gba.impi = hex(v->impi);
    gba.fqdn = hex(v->fqdn);
    return gba;
}

static void
makes_the_keys_of_the_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_GBA; i++) {
        const struct gba_vector *v = &gba_vectors[i];
        struct msk_gba gba = gba_of(v, host_crypto());
        uint8_t *key = room(32), *mrk = room(32);

        check_int(v->name, msk_gba_ks_int_naf(&gba, key), MSK_OK);
        check_octets(v->name, exact(key, 32), hex(v->ks_int_naf));
        check_int(v->name, msk_gba_ks_naf(&gba, key), MSK_OK);
        check_octets(v->name, exact(key, 32), hex(v->ks_naf));
        check_int(v->name, msk_gba_mrk(gba.crypto, key, mrk), MSK_OK);
        check_octets(v->name, exact(mrk, 32), hex(v->mrk));
        release(NULL);
    }
}

/* TS 33.535 A.4. */
static void
makes_k_af_of_the_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_GBA; i++) {
        const struct gba_vector *v = &gba_vectors[i];
        uint8_t *key = room(32);

        check_int(
            v->name,
            msk_gba_k_af(host_crypto(), hex(v->k_akma).p, hex(v->fqdn), key),
            MSK_OK);
        check_octets(v->name, exact(key, 32), hex(v->k_af));
        release(NULL);
    }
}

/* TS 33.220 H.3: the octets of the Ua security protocol of MBMS, as a BSF and
 * a UE must spell them. */
static void
writes_the_naf_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_GBA; i++) {
        const struct gba_vector *v = &gba_vectors[i];
        uint8_t *naf_id = room(strlen(v->naf_id) / 2);
        size_t len = 0;

        check_int(v->name, msk_gba_naf_id(hex(v->fqdn), naf_id, &len), MSK_OK);
        check_octets(v->name, exact(naf_id, len), hex(v->naf_id));
        release(NULL);
    }
}

static void
refuses_names_that_are_too_long_or_empty(void **state)
{
    struct msk_bytes name = exact(room(256), 256), host;
    struct msk_gba gba = gba_of(&gba_vectors[0], host_crypto()), bad;
    uint8_t out[MSK_NAF_ID_MAX];
    size_t len;

    (void)state;
    host = exact(name.p, MSK_FQDN_MAX + 1);
    check_int("FQDN of 254", msk_gba_naf_id(host, out, &len), MSK_ERR_ARGUMENT);
    check_int("no FQDN", msk_gba_naf_id(exact(NULL, 0), out, &len),
              MSK_ERR_ARGUMENT);
    bad = gba;
    bad.fqdn = host;
    check_int("FQDN of 254", msk_gba_ks_naf(&bad, out), MSK_ERR_ARGUMENT);
    bad.fqdn.n = 0;
    check_int("no FQDN", msk_gba_ks_int_naf(&bad, out), MSK_ERR_ARGUMENT);
    check_int("FQDN of 254", msk_gba_k_af(gba.crypto, gba.ks, host, out),
              MSK_ERR_ARGUMENT);
    check_int("no FQDN", msk_gba_k_af(gba.crypto, gba.ks, exact(NULL, 0), out),
              MSK_ERR_ARGUMENT);
    bad = gba;
    bad.impi = name;
    check_int("IMPI of 256", msk_gba_ks_naf(&bad, out), MSK_ERR_ARGUMENT);
    bad.impi.n = 0;
    check_int("no IMPI", msk_gba_ks_int_naf(&bad, out), MSK_ERR_ARGUMENT);
}

static void
refuses_wrong_arguments(void **state)
{
    struct msk_gba gba = gba_of(&gba_vectors[0], host_crypto()), bad;
    uint8_t out[MSK_NAF_ID_MAX];
    size_t len;

    (void)state;
    check_int("no gba", msk_gba_ks_naf(NULL, out), MSK_ERR_ARGUMENT);
    check_int("no out", msk_gba_ks_naf(&gba, NULL), MSK_ERR_ARGUMENT);
    bad = gba;
    bad.ks = NULL;
    check_int("no Ks", msk_gba_ks_naf(&bad, out), MSK_ERR_ARGUMENT);
    bad = gba;
    bad.rand = NULL;
    check_int("no RAND", msk_gba_ks_naf(&bad, out), MSK_ERR_ARGUMENT);
    bad = gba;
    bad.crypto = NULL;
    check_int("no provider", msk_gba_ks_naf(&bad, out), MSK_ERR_ARGUMENT);
    bad = gba;
    bad.impi.p = NULL;
    check_int("no IMPI", msk_gba_ks_naf(&bad, out), MSK_ERR_ARGUMENT);
    check_int("no provider", msk_gba_k_af(NULL, gba.ks, gba.fqdn, out),
              MSK_ERR_ARGUMENT);
    check_int("no key", msk_gba_k_af(gba.crypto, NULL, gba.fqdn, out),
              MSK_ERR_ARGUMENT);
    check_int("no out", msk_gba_k_af(gba.crypto, gba.ks, gba.fqdn, NULL),
              MSK_ERR_ARGUMENT);
    check_int("no provider", msk_gba_mrk(NULL, gba.ks, out), MSK_ERR_ARGUMENT);
    check_int("no key", msk_gba_mrk(gba.crypto, NULL, out), MSK_ERR_ARGUMENT);
    check_int("no out", msk_gba_mrk(gba.crypto, gba.ks, NULL),
              MSK_ERR_ARGUMENT);
    check_int("no out", msk_gba_naf_id(gba.fqdn, NULL, &len), MSK_ERR_ARGUMENT);
    check_int("no len", msk_gba_naf_id(gba.fqdn, out, NULL), MSK_ERR_ARGUMENT);
    check_int("no octets",
              msk_gba_naf_id((struct msk_bytes){ NULL, 1 }, out, &len),
              MSK_ERR_ARGUMENT);
}

/* And leaves nothing that could be taken for a key. */
static void
returns_each_failure_of_the_provider(void **state)
{
    static const uint8_t nothing[32] = { 0 };
    struct fake_crypto fake;
    uint8_t out[32];

    (void)state;
    for (size_t at = 1; at <= 3; at++) {
        int want = at <= 2 ? MSK_ERR_CRYPTO : MSK_OK;
        struct msk_gba gba = gba_of(&gba_vectors[0], &fake.crypto);

        memset(out, 0xA5, sizeof out);
        fake_crypto_start(&fake, at);
        check_int("Ks_NAF", msk_gba_ks_naf(&gba, out), want);
        check_int("open", fake.open, 0);
        assert_true(at == 3 || memcmp(out, nothing, 32) == 0);
        memset(out, 0xA5, sizeof out);
        fake_crypto_start(&fake, at);
        check_int("Ks_int_NAF", msk_gba_ks_int_naf(&gba, out), want);
        check_int("open", fake.open, 0);
        assert_true(at == 3 || memcmp(out, nothing, 32) == 0);
        memset(out, 0xA5, sizeof out);
        fake_crypto_start(&fake, at);
        check_int("MRK", msk_gba_mrk(&fake.crypto, gba.ks, out), want);
        check_int("open", fake.open, 0);
        assert_true(at == 3 || memcmp(out, nothing, 32) == 0);
        memset(out, 0xA5, sizeof out);
        fake_crypto_start(&fake, at);
        check_int("K_AF", msk_gba_k_af(&fake.crypto, gba.ks, gba.fqdn, out),
                  want);
        check_int("open", fake.open, 0);
        assert_true(at == 3 || memcmp(out, nothing, 32) == 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(makes_the_keys_of_the_model, release),
        cmocka_unit_test_teardown(makes_k_af_of_the_model, release),
        cmocka_unit_test_teardown(writes_the_naf_id, release),
        cmocka_unit_test_teardown(refuses_names_that_are_too_long_or_empty,
                                  release),
        cmocka_unit_test_teardown(refuses_wrong_arguments, release),
        cmocka_unit_test_teardown(returns_each_failure_of_the_provider,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
