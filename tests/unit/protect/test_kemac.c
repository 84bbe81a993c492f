/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fake_crypto.h"
#include "msk/protect.h"
#include "protect_vectors.h"
#include "provider.h"
#include "support.h"

#define N_KEMAC (sizeof kemac_vectors / sizeof kemac_vectors[0])

static bool
is_null(const struct kemac_vector *v)
{
    return v->encr_alg == MSK_ENCR_NULL || v->mac_alg == MSK_MAC_NULL;
}

static size_t
mac_len(const struct kemac_vector *v)
{
    return v->mac_alg == 0 ? 0 : v->mac_alg == 1 ? 20 : 32;
}

static struct msk_protection
protection_of(const struct kemac_vector *v, const struct msk_crypto *crypto)
{
    struct msk_protection p = { .crypto = crypto };

    p.prf = (uint8_t)v->prf;
    p.psk = hex(v->psk);
    p.rand = hex(v->rand);
    p.csb_id = (uint32_t)v->csb_id;
    p.time = v->time;
    p.allow_null = is_null(v);
    return p;
}

/* The message as msk_kemac_seal is given it: junk where the Encr data will
 * be, and the MAC alg octet. buf must hold it; returns its length. */
static size_t
open_message(const struct kemac_vector *v, uint8_t *buf)
{
    struct msk_bytes open = hex(v->open);
    size_t n = strlen(v->plain) / 2;

    memcpy(buf, open.p, open.n);
    memset(buf + open.n, 0x77, n);
    buf[open.n + n] = (uint8_t)v->mac_alg;
    return open.n + n + 1;
}

/* Seals with cap octets of room beyond the open message. */
static int
seal(const struct kemac_vector *v, const struct msk_protection *p, size_t more,
     struct msk_bytes *out)
{
    size_t len = strlen(v->open) / 2 + strlen(v->plain) / 2 + 1;
    uint8_t *buf = room(len + more);
    int err;

    open_message(v, buf);
    err = msk_kemac_seal(p, (uint8_t)v->encr_alg, (uint8_t)v->mac_alg,
                         hex(v->plain), buf, len + more, &len);
    out->p = buf;
    out->n = len;
    return err;
}

/* The last payload of a message. */
static int
find_kemac(struct msk_bytes message, struct msk_payload *kemac)
{
    struct msk_mikey_header header;
    struct msk_mikey_cursor cursor;
    struct msk_payload next;
    int err = msk_mikey_begin(&cursor, message, MSK_PAYLOADS_MBMS, &header);

    memset(kemac, 0, sizeof *kemac);
    while (err == MSK_OK) {
        err = msk_mikey_next(&cursor, &next);
        if (err != MSK_OK || next.type == MSK_PAYLOAD_LAST)
            return err;
        *kemac = next;
    }
    return err;
}

static int
open(const struct msk_protection *p, struct msk_bytes message, uint8_t *plain,
     size_t cap)
{
    struct msk_payload kemac;
    int err = find_kemac(message, &kemac);

    return err != MSK_OK ? err : msk_kemac_open(p, message, &kemac, plain, cap);
}

static void
seals_what_the_model_seals(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_KEMAC; i++) {
        const struct kemac_vector *v = &kemac_vectors[i];
        struct msk_protection p = protection_of(v, host_crypto());
        struct msk_bytes message;

        check_int(v->name, seal(v, &p, mac_len(v), &message), MSK_OK);
        check_octets(v->name, message, hex(v->message));
        release(NULL);
    }
}

static void
opens_what_the_model_sealed(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_KEMAC; i++) {
        const struct kemac_vector *v = &kemac_vectors[i];
        struct msk_protection p = protection_of(v, host_crypto());
        struct msk_bytes want = hex(v->plain);
        uint8_t *plain = room(want.n);

        check_int(v->name, open(&p, hex(v->message), plain, want.n), MSK_OK);
        check_octets(v->name, exact(plain, want.n), want);
        release(NULL);
    }
}

/* Nothing is decrypted nor written before the MAC verifies. */
static void
refuses_every_changed_bit_before_it_decrypts(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_KEMAC; i++) {
        const struct kemac_vector *v = &kemac_vectors[i];
        size_t n = strlen(v->message) / 2, n_plain = strlen(v->plain) / 2;

        if (v->mac_alg == MSK_MAC_NULL)
            continue;
        for (size_t bit = 0; bit < 8 * n; bit++) {
            struct fake_crypto fake;
            struct msk_protection p = protection_of(v, &fake.crypto);
            uint8_t *message = room(n), *plain = room(n_plain + 256);
            int err;

            fake_crypto_start(&fake, 0);
            memcpy(message, hex(v->message).p, n);
            message[bit / 8] ^= (uint8_t)(1u << bit % 8);
            err = open(&p, (struct msk_bytes){ message, n }, plain,
                       n_plain + 256);
            if (err == MSK_OK || fake.ciphers != 0)
                fail_msg("%s: accepted with bit %zu changed", v->name, bit);
            for (size_t at = 0; at < n_plain + 256; at++)
                assert_int_equal(plain[at], 0xA5);
            assert_int_equal(fake.open, 0);
            release(NULL);
        }
    }
}

static void
refuses_another_key_rand_or_csb_id(void **state)
{
    const struct kemac_vector *v = &kemac_vectors[4];
    uint8_t plain[64];

    (void)state;
    for (int how = 0; how < 5; how++) {
        struct msk_protection p = protection_of(v, host_crypto());

        p.psk.n -= how == 1 ? 1 : 0;
        p.rand.n -= how == 2 ? 1 : 0;
        p.csb_id ^= how == 3 ? 1 : 0;
        p.prf = how == 4 ? 1 - p.prf : p.prf;
        check_int("open", open(&p, hex(v->message), plain, sizeof plain),
                  how == 0 ? MSK_OK : MSK_ERR_MAC);
    }
}

/* With the MAC one key is derived, with the contents two more. */
static void
derives_the_authentication_key_alone_before_the_mac(void **state)
{
    const struct kemac_vector *v = &kemac_vectors[4];
    struct msk_bytes good = hex(v->message);
    uint8_t plain[64], *bad = room(good.n);
    struct fake_crypto fake;
    struct msk_protection p;

    (void)state;
    fake_crypto_start(&fake, 0);
    p = protection_of(v, &fake.crypto);
    check_int("good", open(&p, good, plain, sizeof plain), MSK_OK);
    check_int("calls", (long long)fake.calls, 1 + 3 * 2 + 2 + 1);
    memcpy(bad, good.p, good.n);
    bad[good.n - 1] ^= 1;
    fake_crypto_start(&fake, 0);
    check_int("bad",
              open(&p, (struct msk_bytes){ bad, good.n }, plain, sizeof plain),
              MSK_ERR_MAC);
    check_int("calls", (long long)fake.calls, 1 + 2 + 2);
}

/* TS 33.246 6.4: NULL only where the caller names it. */
static void
refuses_null_algorithms_unless_they_are_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_KEMAC; i++) {
        const struct kemac_vector *v = &kemac_vectors[i];
        struct fake_crypto fake;
        struct msk_protection p = protection_of(v, &fake.crypto);
        struct msk_bytes message;
        uint8_t plain[256];

        fake_crypto_start(&fake, 0);
        p.allow_null = false;
        if (is_null(v)) {
            check_int(v->name, seal(v, &p, 32, &message), MSK_ERR_NULL_ALG);
            check_int(v->name, open(&p, hex(v->message), plain, sizeof plain),
                      MSK_ERR_NULL_ALG);
            check_int(v->name, (long long)fake.calls, 0);
        } else {
            check_int(v->name, seal(v, &p, 32, &message), MSK_OK);
        }
        p.allow_null = true;
        check_int(v->name, seal(v, &p, 32, &message), MSK_OK);
        release(NULL);
    }
}

/* RFC 3830 table 6.2.a; AES-KW (2) is optional and not there. */
static void
refuses_algorithms_that_it_does_not_compute(void **state)
{
    const struct kemac_vector *v = &kemac_vectors[4];
    uint8_t plain[64];

    (void)state;
    for (unsigned alg = 0; alg < 256; alg++) {
        struct msk_protection p = protection_of(v, host_crypto());
        struct msk_bytes good = hex(v->message);
        struct msk_payload kemac;
        uint8_t *buf = room(good.n + 32);
        size_t len = open_message(v, buf);

        p.allow_null = true;
        assert_int_equal(find_kemac(good, &kemac), MSK_OK);
        if (alg == 2 || alg > 3) {
            check_int("encryption",
                      msk_kemac_seal(&p, (uint8_t)alg, 1, hex(v->plain), buf,
                                     good.n + 32, &len),
                      MSK_ERR_UNSUPPORTED);
            kemac.kind = (uint8_t)alg;
            check_int("encryption",
                      msk_kemac_open(&p, good, &kemac, plain, sizeof plain),
                      MSK_ERR_UNSUPPORTED);
        }
        if (alg > 2) {
            len = open_message(v, buf);
            check_int("MAC",
                      msk_kemac_seal(&p, 1, (uint8_t)alg, hex(v->plain), buf,
                                     good.n + 32, &len),
                      MSK_ERR_UNSUPPORTED);
            kemac.kind = 1;
            kemac.detail = (uint8_t)alg;
            check_int("MAC",
                      msk_kemac_open(&p, good, &kemac, plain, sizeof plain),
                      MSK_ERR_UNSUPPORTED);
            p.prf = (uint8_t)alg;
            kemac.detail = 1;
            check_int("PRF",
                      msk_kemac_open(&p, good, &kemac, plain, sizeof plain),
                      MSK_ERR_UNSUPPORTED);
        }
        release(NULL);
    }
}

static bool
holds(struct msk_bytes all, struct msk_bytes part)
{
    for (size_t i = 0; i + part.n <= all.n; i++)
        if (memcmp(all.p + i, part.p, part.n) == 0)
            return true;
    return false;
}

/* And the plain text does not stay in a buffer that was not sealed. */
static void
needs_room_for_the_mac(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_KEMAC; i++) {
        const struct kemac_vector *v = &kemac_vectors[i];
        struct msk_protection p = protection_of(v, host_crypto());

        for (size_t more = 0; more < mac_len(v); more++) {
            struct msk_bytes message, plain = hex(v->plain);
            size_t open_len = strlen(v->open) / 2 + plain.n + 1;

            check_int(v->name, seal(v, &p, more, &message), MSK_ERR_SPACE);
            check_int(v->name, (long long)message.n, (long long)open_len);
            message.n = open_len + more;
            if (plain.n >= 16)
                assert_false(holds(message, plain));
        }
        release(NULL);
    }
}

static void
needs_room_for_the_plain_text(void **state)
{
    const struct kemac_vector *v = &kemac_vectors[4];
    struct msk_protection p = protection_of(v, host_crypto());
    size_t n = strlen(v->plain) / 2;

    (void)state;
    for (size_t cap = 0; cap < n; cap++)
        check_int("open", open(&p, hex(v->message), room(cap), cap),
                  MSK_ERR_SPACE);
    check_int("NULL", open(&p, hex(v->message), NULL, n), MSK_ERR_ARGUMENT);
}

static void
refuses_wrong_arguments(void **state)
{
    const struct kemac_vector *v = &kemac_vectors[4];
    struct msk_protection p = protection_of(v, host_crypto());
    struct msk_bytes message = hex(v->message), plain = hex(v->plain);
    struct msk_bytes lost = { NULL, 26 };
    struct msk_payload kemac, other;
    uint8_t out[64], buf[256];
    size_t len = 40, big = sizeof buf + 1, small = plain.n;

    (void)state;
    memset(buf, 0, sizeof buf);
    assert_int_equal(find_kemac(message, &kemac), MSK_OK);
    check_int("no protection",
              msk_kemac_seal(NULL, 1, 1, plain, buf, 256, &len),
              MSK_ERR_ARGUMENT);
    check_int("no buf", msk_kemac_seal(&p, 1, 1, plain, NULL, 256, &len),
              MSK_ERR_ARGUMENT);
    check_int("no len", msk_kemac_seal(&p, 1, 1, plain, buf, 256, NULL),
              MSK_ERR_ARGUMENT);
    check_int("len over cap", msk_kemac_seal(&p, 1, 1, plain, buf, 256, &big),
              MSK_ERR_ARGUMENT);
    check_int("no room left", msk_kemac_seal(&p, 1, 1, plain, buf, 256, &small),
              MSK_ERR_ARGUMENT);
    check_int("lost plain", msk_kemac_seal(&p, 1, 1, lost, buf, 256, &len),
              MSK_ERR_ARGUMENT);
    check_int("no protection", msk_kemac_open(NULL, message, &kemac, out, 64),
              MSK_ERR_ARGUMENT);
    check_int("no message", msk_kemac_open(&p, lost, &kemac, out, 64),
              MSK_ERR_ARGUMENT);
    check_int("no kemac", msk_kemac_open(&p, message, NULL, out, 64),
              MSK_ERR_ARGUMENT);
    other = kemac;
    other.type = MSK_PAYLOAD_V;
    check_int("not a KEMAC", msk_kemac_open(&p, message, &other, out, 64),
              MSK_ERR_ARGUMENT);
    message.n--;
    check_int("not the last", msk_kemac_open(&p, message, &kemac, out, 64),
              MSK_ERR_ARGUMENT);
    message.n++;
    p.psk.n = 0;
    check_int("no PSK", msk_kemac_open(&p, message, &kemac, out, 64),
              MSK_ERR_ARGUMENT);
    check_int("no PSK", msk_kemac_seal(&p, 1, 1, plain, buf, 256, &len),
              MSK_ERR_ARGUMENT);
    assert_int_equal(len, 40);
}

static void
returns_each_failure_of_the_provider(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_KEMAC; i++) {
        const struct kemac_vector *v = &kemac_vectors[i];
        size_t calls = 0, n = strlen(v->plain) / 2;

        for (size_t at = 0; at <= calls; at++) {
            struct fake_crypto fake;
            struct msk_protection p = protection_of(v, &fake.crypto);
            struct msk_bytes message, plain = hex(v->plain);
            int want = at == 0 ? MSK_OK : MSK_ERR_CRYPTO;

            fake_crypto_start(&fake, at);
            check_int(v->name, seal(v, &p, 32, &message), want);
            check_int(v->name, fake.open, 0);
            calls = at == 0 ? fake.calls : calls;
            check_int(v->name, (long long)fake.calls,
                      (long long)(at == 0 ? calls : at));
            if (at > 0 && plain.n >= 16)
                assert_false(holds(message, plain));
            fake_crypto_start(&fake, at);
            check_int(v->name, open(&p, hex(v->message), room(n), n), want);
            check_int(v->name, fake.open, 0);
            release(NULL);
        }
    }
}

/* A provider that is broken for good, at any point. */
static void
returns_when_the_provider_fails_for_ever(void **state)
{
    const struct kemac_vector *v = &kemac_vectors[4];
    uint8_t plain[64];

    (void)state;
    for (size_t at = 1; at <= 10; at++) {
        struct fake_crypto fake;
        struct msk_protection p = protection_of(v, &fake.crypto);
        struct msk_bytes message;

        fake_crypto_start(&fake, at);
        fake.for_ever = true;
        check_int("seal", seal(v, &p, 32, &message), MSK_ERR_CRYPTO);
        fake_crypto_start(&fake, at);
        fake.for_ever = true;
        check_int("open", open(&p, hex(v->message), plain, sizeof plain),
                  MSK_ERR_CRYPTO);
        assert_int_equal(fake.open, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(seals_what_the_model_seals, release),
        cmocka_unit_test_teardown(opens_what_the_model_sealed, release),
        cmocka_unit_test_teardown(refuses_every_changed_bit_before_it_decrypts,
                                  release),
        cmocka_unit_test_teardown(refuses_another_key_rand_or_csb_id, release),
        cmocka_unit_test_teardown(
            derives_the_authentication_key_alone_before_the_mac, release),
        cmocka_unit_test_teardown(
            refuses_null_algorithms_unless_they_are_allowed, release),
        cmocka_unit_test_teardown(refuses_algorithms_that_it_does_not_compute,
                                  release),
        cmocka_unit_test_teardown(needs_room_for_the_mac, release),
        cmocka_unit_test_teardown(needs_room_for_the_plain_text, release),
        cmocka_unit_test_teardown(refuses_wrong_arguments, release),
        cmocka_unit_test_teardown(returns_each_failure_of_the_provider,
                                  release),
        cmocka_unit_test_teardown(returns_when_the_provider_fails_for_ever,
                                  release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
