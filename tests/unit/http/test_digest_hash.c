/* SPDX-License-Identifier: MIT */
#include "http/digest_text.h"

#include <string.h>

#include "digest_vectors.h"
#include "fake_crypto.h"
#include "provider.h"
#include "support.h"

#define N_VECTORS (sizeof digest_vectors / sizeof digest_vectors[0])

static struct msk_digest_input
input_of(const struct digest_vector *v)
{
    struct msk_digest_input input = {
        .size = sizeof input,
        .algorithm = strcmp(v->algorithm, "MD5") == 0 ? MSK_ALGORITHM_MD5
                                                      : MSK_ALGORITHM_SHA256,
        .qop = strcmp(v->qop, "auth") == 0 ? MSK_QOP_AUTH : MSK_QOP_AUTH_INT,
        .username = chars(v->username),
        .realm = chars(v->realm),
        .password = chars(v->password),
        .method = chars(v->method),
        .uri = chars(v->uri),
        .nonce = chars(v->nonce),
        .nc = chars(v->nc),
        .cnonce = chars(v->cnonce),
        .body = hex(v->body),
    };

    return input;
}

static struct msk_bytes
response(const struct msk_digest_input *input)
{
    uint8_t out[MSK_DIGEST_HEX_MAX];
    size_t len;

    assert_int_equal(msk_digest_response(host_crypto(), input, out, &len),
                     MSK_OK);
    return exact(out, len);
}

static void
makes_what_the_model_makes(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++, release(NULL)) {
        const struct digest_vector *v = &digest_vectors[i];
        struct msk_digest_input input = input_of(v);

        check_octets(v->name, response(&input), chars(v->response));
        input.method = (struct msk_bytes){ NULL, 0 };
        input.body = hex(v->answer);
        check_octets(v->name, response(&input), chars(v->rspauth));
    }
}

static void
makes_the_password_of_the_mrk(void **state)
{
    uint8_t out[MSK_DIGEST_HEX_MAX];
    size_t len, n = 0;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++, release(NULL)) {
        const struct digest_vector *v = &digest_vectors[i];
        struct msk_digest_input input = input_of(v);

        if (v->mrk[0] == '\0')
            continue;
        input.password = chars("ignored");
        assert_int_equal(
            msk_digest_hash(host_crypto(), &input, hex(v->mrk), out, &len),
            MSK_OK);
        check_octets(v->name, exact(out, len), chars(v->response));
        n++;
    }
    assert_true(n >= 40);
}

static void
tells_algorithms_and_qop_apart(void **state)
{
    struct msk_digest_input input = input_of(&digest_vectors[0]);
    uint8_t out[MSK_DIGEST_HEX_MAX];
    size_t len;

    (void)state;
    for (uint32_t set = 0; set < 5; set++) {
        bool one = set == 1 || set == 2;
        int want = one ? MSK_OK : MSK_ERR_ARGUMENT;

        input.algorithm = set;
        input.qop = MSK_QOP_AUTH;
        assert_int_equal(msk_digest_response(host_crypto(), &input, out, &len),
                         want);
        input.algorithm = MSK_ALGORITHM_MD5;
        input.qop = set;
        assert_int_equal(msk_digest_response(host_crypto(), &input, out, &len),
                         want);
    }
}

static void
refuses_what_is_not_there(void **state)
{
    struct msk_digest_input input = input_of(&digest_vectors[0]);
    const struct msk_crypto *crypto = host_crypto();
    uint8_t out[MSK_DIGEST_HEX_MAX];
    size_t len;

    (void)state;
    assert_int_equal(msk_digest_response(NULL, &input, out, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_digest_response(crypto, NULL, out, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_digest_response(crypto, &input, NULL, &len),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_digest_response(crypto, &input, out, NULL),
                     MSK_ERR_ARGUMENT);
    input.size--;
    assert_int_equal(msk_digest_response(crypto, &input, out, &len),
                     MSK_ERR_ARGUMENT);
}

/* Four hashes with auth-int, three with auth. */
static void
fails_with_its_provider(void **state)
{
    struct msk_digest_input input = input_of(&digest_vectors[0]);
    uint8_t out[MSK_DIGEST_HEX_MAX];
    struct fake_crypto fake;
    size_t len;

    (void)state;
    for (uint32_t qop = MSK_QOP_AUTH_INT; qop <= MSK_QOP_AUTH; qop++) {
        size_t calls = qop == MSK_QOP_AUTH_INT ? 4 : 3;

        input.qop = qop;
        for (size_t i = 1; i <= calls + 1; i++) {
            fake_crypto_start(&fake, i);
            assert_int_equal(
                msk_digest_response(&fake.crypto, &input, out, &len),
                i <= calls ? MSK_ERR_CRYPTO : MSK_OK);
            assert_int_equal(fake.calls, i <= calls ? i : calls);
        }
    }
}

static void
knows_credentials_that_can_be_used(void **state)
{
    static uint8_t octets[300];
    struct msk_credentials good = { chars("a@b"), { octets, 32 } }, c = good;

    (void)state;
    assert_true(msk_digest_usable(&good));
    assert_false(msk_digest_usable(NULL));
    for (size_t n = 0; n < 300; n++) {
        c.mrk.n = n;
        assert_int_equal(msk_digest_usable(&c), n >= 1 && n <= 64);
    }
    c = good;
    c.mrk.p = NULL;
    assert_false(msk_digest_usable(&c));
    c = good;
    memset(octets, 'x', sizeof octets);
    c.btid.p = octets;
    for (size_t n = 0; n < 300; n++) {
        c.btid.n = n;
        assert_int_equal(msk_digest_usable(&c), n >= 1 && n <= 253);
    }
    for (int octet = 0; octet < 256; octet++) {
        c.btid.n = 3;
        octets[2] = (uint8_t)octet;
        assert_int_equal(msk_digest_usable(&c), octet > 0x20 && octet < 0x7F);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(makes_what_the_model_makes, release),
        cmocka_unit_test_teardown(makes_the_password_of_the_mrk, release),
        cmocka_unit_test_teardown(tells_algorithms_and_qop_apart, release),
        cmocka_unit_test_teardown(refuses_what_is_not_there, release),
        cmocka_unit_test_teardown(fails_with_its_provider, release),
        cmocka_unit_test_teardown(knows_credentials_that_can_be_used, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
