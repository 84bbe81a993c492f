/* SPDX-License-Identifier: MIT */
/* A request and its answer in one exchange: the same octets as of two calls,
 * and nothing made twice, nor left. */
#include <string.h>

#include "digest_peers.h"
#include "http/digest_server.h"

static struct digest_peers peers;
static struct msk_digest_exchange exchange;
static struct call_record record;

/* What the client sends, checked in the exchange. */
static enum msk_auth
check(struct msk_bytes authorization)
{
    struct msk_http_header header = { msk_text("Authorization"),
                                      authorization };
    struct msk_http_request request = peers_post();
    enum msk_auth auth;

    request.headers = &header;
    request.n_headers = 1;
    assert_int_equal(msk_digest_exchange_check(&exchange, &request, peers.now,
                                               &peers.seen, &auth,
                                               &peers.context),
                     MSK_OK);
    return auth;
}

static struct msk_bytes
answer(struct msk_bytes body)
{
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    assert_int_equal(msk_digest_exchange_info(&exchange, &peers.context, body,
                                              buf, sizeof buf, &len),
                     MSK_OK);
    return exact(buf, len);
}

/* A client with a nonce and its first request; the server notes its calls. */
static struct msk_bytes
begin(uint32_t algorithms)
{
    struct msk_bytes line, authorization;
    enum msk_challenge what;

    peers_start(&peers);
    peers.server.algorithms = algorithms;
    line = peers_challenge(&peers, 0, false);
    assert_int_equal(peers_401(&peers, &line, 1, false, &what), MSK_OK);
    authorization = peers_authorize(&peers);
    assert_int_equal(
        msk_digest_exchange_begin(&exchange, &peers.server, &peers.credentials),
        MSK_OK);
    record.n = 0;
    peers.crypto.record = &record;
    return authorization;
}

static void
end(void)
{
    static const uint8_t none[MSK_DIGEST_HEX_MAX];

    msk_digest_exchange_end(&exchange);
    peers.crypto.record = NULL;
    assert_int_equal(peers.crypto.open, 0);
    assert_memory_equal(exchange.a1, none, sizeof none);
    assert_false(exchange.has_a1);
}

/* How many lines of the record begin with that. */
static size_t
count(const char *call)
{
    const size_t n = strlen(call);
    size_t found = 0;

    for (size_t i = 0; i + n <= record.n; i++)
        found += (i == 0 || record.text[i - 1] == '\n') &&
                 memcmp(record.text + i, call, n) == 0;
    return found;
}

/* RFC 7616: H(A1) is that of the request; the key of nonces is one. */
static void
makes_nothing_twice_for_an_answer(void **state)
{
    (void)state;
    for (uint32_t algorithm = 1; algorithm < 3; algorithm++) {
        struct msk_bytes authorization = begin(algorithm);

        assert_int_equal(check(authorization), MSK_AUTH_OK);
        assert_int_equal(count("hash "), 4); /* A1, body, A2, all */
        assert_int_equal(
            peers_verify(&peers, answer(msk_text("x")), msk_text("x")), MSK_OK);
        assert_int_equal(count("hmac_begin "), 1);
        end();
    }
}

static void
hashes_a1_once(void **state)
{
    (void)state;
    assert_int_equal(check(begin(MSK_ALGORITHM_SHA256)), MSK_AUTH_OK);
    (void)answer(msk_text("x"));
    assert_int_equal(count("hash "), 4 + 3);
    end();
}

/* The calls of the header do the same, one by one. */
static void
answers_as_two_calls_do(void **state)
{
    struct msk_bytes authorization, one;

    (void)state;
    assert_int_equal(check(begin(0)), MSK_AUTH_OK);
    one = answer(msk_text("x"));
    end();
    authorization = begin(0);
    end();
    assert_int_equal(peers_check(&peers, authorization), MSK_AUTH_OK);
    check_octets("info", peers_info(&peers, msk_text("x")), one);
}

/* What a stranger claims is no H(A1) of the subscriber. */
static void
keeps_no_a1_of_a_claim(void **state)
{
    static const struct {
        const char *begin, *with;
        enum msk_auth auth;
    } rows[] = {
        { "username=\"", "other", MSK_AUTH_WRONG },
        { "realm=\"", "other", MSK_AUTH_WRONG },
        { "response=\"",
          "00000000000000000000000000000000"
          "00000000000000000000000000000000",
          MSK_AUTH_WRONG },
        { "nonce=\"", "other", MSK_AUTH_STALE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_bytes good = begin(MSK_ALGORITHM_SHA256);

        assert_int_equal(
            check(replaced(good, rows[i].begin, "\"", rows[i].with)),
            rows[i].auth);
        assert_false(exchange.has_a1);
        assert_int_equal(check(good), MSK_AUTH_OK);
        assert_true(exchange.has_a1);
        assert_int_equal(
            peers_verify(&peers, answer(msk_text("x")), msk_text("x")), MSK_OK);
        end();
    }
}

/* All that a 401 offers, under one key of nonces. */
static void
challenges_under_one_key(void **state)
{
    struct msk_digest_offer offer = { .size = sizeof offer };
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    (void)state;
    assert_int_equal(
        check(replaced(begin(0), "nonce=\"", "\"",
                       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
        MSK_AUTH_STALE);
    for (; offer.number < 2; offer.number++)
        assert_int_equal(msk_digest_exchange_challenge(&exchange, &offer, buf,
                                                       sizeof buf, &len),
                         MSK_OK);
    assert_int_equal(
        msk_digest_exchange_challenge(&exchange, &offer, buf, sizeof buf, &len),
        MSK_ERR_STATE);
    assert_int_equal(count("hmac_begin "), 1);
    end();
}

/* Each call of a provider fails once: nothing stays open, and the next
 * exchange is as good as ever. */
static void
fails_with_its_provider(void **state)
{
    int err = MSK_ERR_CRYPTO;

    (void)state;
    for (size_t fail_at = 1; err != MSK_OK; fail_at++) {
        struct msk_bytes authorization = begin(0);
        struct msk_http_header header = { msk_text("Authorization"),
                                          authorization };
        struct msk_http_request request = peers_post();
        uint8_t buf[MSK_HTTP_VALUE_MAX];
        enum msk_auth auth;
        size_t len;

        request.headers = &header;
        request.n_headers = 1;
        peers.crypto.calls = 0;
        peers.crypto.fail_at = fail_at;
        err = msk_digest_exchange_check(&exchange, &request, peers.now,
                                        &peers.seen, &auth, &peers.context);
        assert_int_equal(err == MSK_OK, auth == MSK_AUTH_OK);
        if (err == MSK_OK)
            err =
                msk_digest_exchange_info(&exchange, &peers.context,
                                         msk_text("x"), buf, sizeof buf, &len);
        assert_true(err == MSK_OK || err == MSK_ERR_CRYPTO);
        assert_int_equal(err == MSK_OK, peers.crypto.calls < fail_at);
        end();
    }
}

static void
refuses_who_cannot_be(void **state)
{
    struct msk_credentials nobody = { { NULL, 0 }, { NULL, 0 } };
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    (void)state;
    peers_start(&peers);
    memset(&exchange, 0, sizeof exchange);
    assert_int_equal(
        msk_digest_exchange_begin(&exchange, &peers.server, &nobody),
        MSK_ERR_ARGUMENT);
    msk_digest_exchange_end(&exchange);
    assert_int_equal(msk_digest_exchange_begin(&exchange, &peers.server, NULL),
                     MSK_OK);
    peers.context.algorithm = MSK_ALGORITHM_MD5;
    peers.context.qop = MSK_QOP_AUTH_INT;
    assert_int_equal(msk_digest_exchange_info(&exchange, &peers.context,
                                              msk_text(""), buf, sizeof buf,
                                              &len),
                     MSK_ERR_ARGUMENT);
    end();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(makes_nothing_twice_for_an_answer, release),
        cmocka_unit_test_teardown(hashes_a1_once, release),
        cmocka_unit_test_teardown(answers_as_two_calls_do, release),
        cmocka_unit_test_teardown(keeps_no_a1_of_a_claim, release),
        cmocka_unit_test_teardown(challenges_under_one_key, release),
        cmocka_unit_test_teardown(fails_with_its_provider, release),
        cmocka_unit_test_teardown(refuses_who_cannot_be, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
