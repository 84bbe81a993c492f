/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fake_crypto.h"
#include "msk/protect.h"
#include "protect_vectors.h"
#include "provider.h"
#include "support.h"

#define N_V (sizeof v_vectors / sizeof v_vectors[0])

struct whole {
    struct msk_protection protection;
    struct msk_v_input input;
    struct msk_bytes mac;
    uint8_t alg;
};

static void
take(const struct v_vector *v, const struct msk_crypto *crypto,
     struct whole *whole)
{
    memset(whole, 0, sizeof *whole);
    whole->protection.crypto = crypto;
    whole->protection.prf = (uint8_t)v->prf;
    whole->protection.psk = hex(v->psk);
    whole->protection.rand = hex(v->rand);
    whole->protection.csb_id = (uint32_t)v->csb_id;
    whole->input.message = hex(v->head);
    whole->input.identity_i = hex(v->idi);
    whole->input.identity_r = hex(v->idr);
    whole->input.timestamp = hex(v->ts);
    whole->mac = hex(v->mac);
    whole->alg = (uint8_t)v->mac_alg;
}

static int
make(const struct whole *w, uint8_t *mac, size_t cap)
{
    size_t len = 0;
    int err = msk_v_mac_make(&w->protection, w->alg, &w->input, mac, cap, &len);

    if (err == MSK_OK)
        assert_int_equal(len, w->mac.n);
    return err;
}

static int
check(const struct whole *w)
{
    return msk_v_mac_check(&w->protection, w->alg, &w->input, w->mac);
}

static void
makes_and_checks_the_macs_of_the_model(void **state)
{
    struct whole w;

    (void)state;
    for (size_t i = 0; i < N_V; i++) {
        const struct v_vector *v = &v_vectors[i];
        uint8_t *mac;

        take(v, host_crypto(), &w);
        mac = room(w.mac.n);
        check_int(v->name, make(&w, mac, w.mac.n), MSK_OK);
        check_octets(v->name, exact(mac, w.mac.n), w.mac);
        check_int(v->name, check(&w), MSK_OK);
        release(NULL);
    }
}

/* The bit of that number in one of the views; false: there is none. */
static bool
flip(struct whole *w, size_t bit)
{
    struct msk_bytes *views[] = {
        &w->input.message,
        &w->input.identity_i,
        &w->input.identity_r,
        &w->input.timestamp,
        &w->mac,
        &w->protection.psk,
        &w->protection.rand,
    };

    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        uint8_t *copy;

        if (bit >= 8 * views[i]->n) {
            bit -= 8 * views[i]->n;
            continue;
        }
        copy = room(views[i]->n);
        memcpy(copy, views[i]->p, views[i]->n);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        views[i]->p = copy;
        return true;
    }
    return false;
}

static void
refuses_every_changed_bit(void **state)
{
    struct whole w;

    (void)state;
    for (size_t i = 0; i < N_V; i++) {
        for (size_t bit = 0;; bit++) {
            take(&v_vectors[i], host_crypto(), &w);
            if (!flip(&w, bit))
                break;
            check_int(v_vectors[i].name, check(&w), MSK_ERR_MAC);
            release(NULL);
        }
        take(&v_vectors[i], host_crypto(), &w);
        w.protection.csb_id ^= 1;
        check_int("CSB ID", check(&w), MSK_ERR_MAC);
        release(NULL);
    }
}

/* The MAC runs over what was transported, in this order and not padded. */
static void
tells_one_input_from_another(void **state)
{
    struct msk_bytes idi, ts;
    struct whole w;

    (void)state;
    take(&v_vectors[0], host_crypto(), &w);
    idi = w.input.identity_i;
    w.input.identity_i = w.input.identity_r;
    w.input.identity_r = idi;
    check_int("identities exchanged", check(&w), MSK_ERR_MAC);
    take(&v_vectors[0], host_crypto(), &w);
    ts = w.input.timestamp;
    w.input.timestamp = hex("0000000001020304");
    check_int("T of 8 octets", check(&w), MSK_ERR_MAC);
    w.input.timestamp = ts;
    check_int("T as it was", check(&w), MSK_OK);
}

static void
refuses_every_other_length_of_the_mac(void **state)
{
    struct whole w;

    (void)state;
    for (size_t i = 0; i < N_V; i++) {
        size_t right = strlen(v_vectors[i].mac) / 2;

        for (size_t n = 0; n <= 40; n++) {
            uint8_t *mac = room(40);

            take(&v_vectors[i], host_crypto(), &w);
            memcpy(mac, w.mac.p, w.mac.n);
            w.mac = exact(mac, n);
            check_int(v_vectors[i].name, check(&w),
                      n == right ? MSK_OK : MSK_ERR_MAC);
            release(NULL);
        }
    }
}

/* No verification message goes without a MAC, whatever allow_null says. */
static void
refuses_other_algorithms(void **state)
{
    uint8_t mac[32];
    struct whole w;

    (void)state;
    take(&v_vectors[0], host_crypto(), &w);
    for (unsigned alg = 0; alg < 256; alg++) {
        int want = alg == MSK_MAC_NULL ? MSK_ERR_NULL_ALG : MSK_ERR_UNSUPPORTED;

        if (alg == 1 || alg == 2)
            continue;
        w.alg = (uint8_t)alg;
        for (int allow = 0; allow < 2; allow++) {
            w.protection.allow_null = allow == 1;
            check_int("made", make(&w, mac, w.mac.n), want);
            check_int("checked", check(&w), want);
            w.mac = exact(NULL, 0);
            check_int("checked, none", check(&w), want);
        }
    }
    take(&v_vectors[0], host_crypto(), &w);
    w.protection.prf = 2;
    check_int("PRF", make(&w, mac, w.mac.n), MSK_ERR_UNSUPPORTED);
    check_int("PRF", check(&w), MSK_ERR_UNSUPPORTED);
}

static void
refuses_wrong_arguments(void **state)
{
    uint8_t mac[32];
    struct whole w;
    size_t len;

    (void)state;
    take(&v_vectors[0], host_crypto(), &w);
    check_int("no protection", msk_v_mac_make(NULL, 1, &w.input, mac, 20, &len),
              MSK_ERR_ARGUMENT);
    check_int("no protection", msk_v_mac_check(NULL, 1, &w.input, w.mac),
              MSK_ERR_ARGUMENT);
    check_int("no input", msk_v_mac_make(&w.protection, 1, NULL, mac, 20, &len),
              MSK_ERR_ARGUMENT);
    check_int("no input", msk_v_mac_check(&w.protection, 1, NULL, w.mac),
              MSK_ERR_ARGUMENT);
    check_int("no buffer", make(&w, NULL, 20), MSK_ERR_ARGUMENT);
    check_int("no length",
              msk_v_mac_make(&w.protection, 1, &w.input, mac, 20, NULL),
              MSK_ERR_ARGUMENT);
    check_int("no room", make(&w, mac, w.mac.n - 1), MSK_ERR_SPACE);
    w.protection.psk.n = 0;
    check_int("no PSK", make(&w, mac, w.mac.n), MSK_ERR_ARGUMENT);
    check_int("no PSK", check(&w), MSK_ERR_ARGUMENT);
}

static void
returns_each_failure_of_the_provider(void **state)
{
    struct fake_crypto fake;
    struct whole w;
    uint8_t mac[32];

    (void)state;
    for (size_t i = 0; i < N_V; i++)
        for (size_t at = 0, calls = 0; at <= calls; at++) {
            int want = at > 0 ? MSK_ERR_CRYPTO : MSK_OK;

            fake_crypto_start(&fake, at);
            take(&v_vectors[i], &fake.crypto, &w);
            check_int(v_vectors[i].name, check(&w), want);
            assert_int_equal(fake.open, 0);
            fake_crypto_start(&fake, at);
            check_int(v_vectors[i].name, make(&w, mac, w.mac.n), want);
            assert_int_equal(fake.open, 0);
            assert_int_equal(fake.ciphers, 0);
            calls = at == 0 ? fake.calls : calls;
            assert_true(calls >= 5);
            release(NULL);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(makes_and_checks_the_macs_of_the_model,
                                  release),
        cmocka_unit_test_teardown(refuses_every_changed_bit, release),
        cmocka_unit_test_teardown(tells_one_input_from_another, release),
        cmocka_unit_test_teardown(refuses_every_other_length_of_the_mac,
                                  release),
        cmocka_unit_test_teardown(refuses_other_algorithms, release),
        cmocka_unit_test_teardown(refuses_wrong_arguments, release),
        cmocka_unit_test_teardown(returns_each_failure_of_the_provider,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
