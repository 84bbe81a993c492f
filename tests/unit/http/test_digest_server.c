/* SPDX-License-Identifier: MIT */
/* What a BM-SC writes: challenges, and what it says of its answers. */
#include <string.h>

#include "digest_peers.h"
#include "msk/base64.h"
#include "provider.h"

static struct digest_peers peers;

static int
challenge(size_t i, bool stale, uint8_t *buf, size_t cap, size_t *len)
{
    return msk_digest_server_challenge(
        &peers.server,
        &(struct msk_digest_offer){ sizeof(struct msk_digest_offer), i, stale,
                                    NULL, peers.now },
        buf, cap, len);
}

static void
writes_a_challenge_for_each_algorithm_best_first(void **state)
{
    static const struct {
        uint32_t algorithms, qop;
        const char *tail[3];
    } rows[] = {
        { 0,
          0,
          { "qop=\"auth-int\", algorithm=SHA-256",
            "qop=\"auth-int\", algorithm=MD5", NULL } },
        { MSK_ALGORITHM_MD5 | MSK_ALGORITHM_SHA256,
          MSK_QOP_AUTH,
          { "qop=\"auth\", algorithm=SHA-256", "qop=\"auth\", algorithm=MD5",
            NULL } },
        { MSK_ALGORITHM_SHA256,
          MSK_QOP_AUTH_INT,
          { "qop=\"auth-int\", algorithm=SHA-256", NULL, NULL } },
        { MSK_ALGORITHM_MD5,
          MSK_QOP_AUTH_INT | MSK_QOP_AUTH,
          { "qop=\"auth-int,auth\", algorithm=MD5", NULL, NULL } },
    };
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t k = 0; k < 3; k++) {
            struct msk_bytes line, want;

            peers_start(&peers);
            peers.server.algorithms = rows[i].algorithms;
            peers.server.qop = rows[i].qop;
            if (rows[i].tail[k] == NULL) {
                assert_int_equal(challenge(k, false, buf, sizeof buf, &len),
                                 MSK_ERR_STATE);
                continue;
            }
            line = peers_challenge(&peers, k, false);
            want = joined(
                joined(msk_text("Digest realm=\"" PEER_REALM "\", nonce=\""),
                       value_of(line, "nonce=\"", "\"")),
                joined(msk_text("\", "), msk_text(rows[i].tail[k])));
            check_octets(rows[i].tail[k], line, want);
            check_octets("stale",
                         replaced(peers_challenge(&peers, k, true), "nonce=\"",
                                  "\"", ""),
                         joined(replaced(line, "nonce=\"", "\"", ""),
                                msk_text(", stale=true")));
        }
}

/* TS 33.535 B.1.2.2. The UE takes it, and answers with it. */
static void
says_that_keys_come_from_akma(void **state)
{
    const char *realm = "3GPP-bootstrapping-akma@" PEER_FQDN;
    struct msk_bytes line;

    (void)state;
    peers_start(&peers);
    peers.server.akma = true;
    line = peers_challenge(&peers, 0, false);
    check_octets("realm", value_of(line, "realm=\"", "\""), msk_text(realm));
    peers_meet(&peers);
    line = peers_authorize(&peers);
    check_octets("answer", value_of(line, "realm=\"", "\""), msk_text(realm));
    check_int("both agree", peers_check(&peers, line), MSK_AUTH_OK);
}

static void
makes_no_nonce_twice(void **state)
{
    struct msk_bytes a, b;

    (void)state;
    peers_start(&peers);
    a = value_of(peers_challenge(&peers, 0, false), "nonce=\"", "\"");
    b = value_of(peers_challenge(&peers, 0, false), "nonce=\"", "\"");
    assert_int_equal(a.n, 44);
    assert_memory_not_equal(a.p, b.p, a.n);
}

/* Time and random under a mask, and their MAC: made with another program
 * (Python's hmac). */
static void
makes_the_nonce_that_is_expected(void **state)
{
    (void)state;
    peers_start(&peers);
    check_octets("nonce",
                 value_of(peers_challenge(&peers, 0, false), "nonce=\"", "\""),
                 chars("nl+PKD6UJYn4VO+24s5zr/nWl4/0GOj8M5OdvgNSen0="));
}

/* The octets of the next nonce, made at `now` and after `issued`. */
static const uint8_t *
raw_nonce(msk_time now, msk_time issued)
{
    uint8_t buf[MSK_HTTP_VALUE_MAX], *raw = room(32);
    struct msk_digest_seen seen = { .issued = issued };
    struct msk_bytes text;
    size_t n;

    assert_int_equal(
        msk_digest_server_challenge(
            &peers.server,
            &(struct msk_digest_offer){ sizeof(struct msk_digest_offer), 0,
                                        true, &seen, now },
            buf, sizeof buf, &n),
        MSK_OK);
    text = value_of(exact(buf, n), "nonce=\"", "\"");
    assert_int_equal(msk_base64_decode(text, raw, 32, &n), MSK_OK);
    assert_int_equal(n, 32);
    return raw;
}

static int
draw(void *user, uint8_t *out, size_t n)
{
    rng_fill(user, out, n);
    return 0;
}

/* Of two nonces nobody can say how far they are apart: whatever the times,
 * half of all bits differ, at every place. */
static void
hides_when_a_nonce_was_made(void **state)
{
    static const msk_time now[] = { PEER_NOW, PEER_NOW, PEER_NOW + 1,
                                    PEER_NOW - 900000 };
    static const msk_time issued[] = { 0, PEER_NOW, 0, PEER_NOW };
    struct rng rng;
    struct msk_random random = { sizeof random, &rng, draw };

    (void)state;
    rng_start(&rng, 15);
    peers_start(&peers);
    peers.server.random = &random;
    for (size_t k = 0; k < 4; k++) {
        unsigned differ[256] = { 0 };

        for (int i = 0; i < 1000; i++, release(NULL)) {
            const uint8_t *a = raw_nonce(PEER_NOW, 0);
            const uint8_t *b = raw_nonce(now[k], issued[k]);

            for (unsigned bit = 0; bit < 256; bit++)
                differ[bit] +=
                    ((unsigned)(a[bit / 8] ^ b[bit / 8]) >> bit % 8) & 1;
        }
        for (unsigned bit = 0; bit < 256; bit++)
            assert_in_range(differ[bit], 350, 650);
    }
}

static void
says_what_it_answered(void **state)
{
    struct msk_digest_input input = {
        .size = sizeof input,
        .algorithm = MSK_ALGORITHM_SHA256,
        .qop = MSK_QOP_AUTH_INT,
        .username = msk_text(PEER_BTID),
        .realm = msk_text(PEER_REALM),
        .password = msk_text("dGhlIE1SSyBvZiB0aGUgdGVzdHMsIDMyIG9jdGV0cwA="),
        .uri = msk_text(PEER_TARGET),
        .body = msk_text("<ok/>"),
    };
    struct msk_bytes request, info, want;
    uint8_t hex[MSK_DIGEST_HEX_MAX];
    size_t len;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    (void)peers_authorize(&peers);
    request = peers_authorize(&peers);
    assert_int_equal(peers_check(&peers, request), MSK_AUTH_OK);
    input.nonce = value_of(request, "nonce=\"", "\"");
    input.nc = chars("00000002");
    input.cnonce = value_of(request, "cnonce=\"", "\"");
    assert_int_equal(msk_digest_response(host_crypto(), &input, hex, &len),
                     MSK_OK);
    info = peers_info(&peers, input.body);
    want = joined(msk_text("qop=auth-int, rspauth=\""), exact(hex, len));
    want = joined(joined(want, msk_text("\", cnonce=\"")), input.cnonce);
    want = joined(want, msk_text("\", nc=00000002, nextnonce=\"\""));
    check_octets("info", replaced(info, "nextnonce=\"", "\"", ""), want);
}

static void
writes_a_cnonce_back_in_quotes(void **state)
{
    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)), MSK_AUTH_OK);
    memcpy(peers.context.cnonce, "a\"\\b", 4);
    peers.context.cnonce_len = 4;
    check_octets("cnonce",
                 value_of(peers_info(&peers, msk_text("")), "cnonce=", ","),
                 chars("\"a\\\"\\\\b\""));
}

static void
fits_the_longest_of_everything(void **state)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t least, len;
    uint8_t *name = room(MSK_FQDN_MAX);

    (void)state;
    peers_start(&peers);
    memset(name, '"', MSK_FQDN_MAX);
    peers.server.fqdn = (struct msk_bytes){ name, MSK_FQDN_MAX };
    assert_int_equal(challenge(0, true, buf, sizeof buf, &least), MSK_OK);
    for (size_t cap = 0; cap <= least; cap++, release(NULL))
        if (cap == 0 || cap > 540) {
            name = room(MSK_FQDN_MAX);
            memset(name, '"', MSK_FQDN_MAX);
            peers.server.fqdn.p = name;
            assert_int_equal(challenge(0, true, room(cap), cap, &len),
                             cap < least ? MSK_ERR_SPACE : MSK_OK);
        }
    peers_start(&peers);
    peers.context.algorithm = MSK_ALGORITHM_SHA256;
    peers.context.qop = MSK_QOP_AUTH_INT;
    memset(peers.context.cnonce, '"', MSK_NONCE_MAX);
    peers.context.cnonce_len = MSK_NONCE_MAX;
    (void)peers_info(&peers, msk_text(""));
    for (size_t cap = 0; cap < 600; cap += 37)
        assert_int_equal(msk_digest_server_info(
                             &peers.server, &peers.credentials, &peers.context,
                             msk_text(""), room(cap), cap, &len),
                         MSK_ERR_SPACE);
}

static void
fails_with_its_providers(void **state)
{
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    (void)state;
    peers_start(&peers);
    for (size_t i = 1; i <= 4; i++) {
        fake_crypto_start(&peers.crypto, i);
        assert_int_equal(challenge(0, false, buf, sizeof buf, &len),
                         i < 4 ? MSK_ERR_CRYPTO : MSK_OK);
        assert_int_equal(peers.crypto.open, 0);
    }
    peers.random.fail_at = peers.random.calls + 1;
    assert_int_equal(challenge(0, false, buf, sizeof buf, &len),
                     MSK_ERR_RANDOM);
#define INFO                                                                  \
    msk_digest_server_info(&peers.server, &peers.credentials, &peers.context, \
                           msk_text(""), buf, sizeof buf, &len)
    peers_start(&peers);
    peers_meet(&peers);
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)), MSK_AUTH_OK);
    for (size_t i = 1; i <= 8; i++) {
        fake_crypto_start(&peers.crypto, i);
        assert_int_equal(INFO, i < 8 ? MSK_ERR_CRYPTO : MSK_OK);
        assert_int_equal(peers.crypto.open, 0);
    }
    fake_crypto_start(&peers.crypto, 0);
    peers.random.fail_at = peers.random.calls + 1;
    assert_int_equal(INFO, MSK_ERR_RANDOM);
#undef INFO
}

static void
refuses_a_configuration_that_cannot_be(void **state)
{
    static const uint8_t key[65];
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    (void)state;
#define CHECK(change, err) \
    peers_start(&peers);   \
    change;                \
    assert_int_equal(challenge(0, false, buf, sizeof buf, &len), err)
    CHECK(, MSK_OK);
    CHECK(peers.server.size = offsetof(struct msk_digest_server, akma), MSK_OK);
    CHECK(peers.server.size = offsetof(struct msk_digest_server, akma) - 1,
          MSK_ERR_ARGUMENT);
    CHECK(peers.server.crypto = NULL, MSK_ERR_ARGUMENT);
    CHECK(peers.server.random = NULL, MSK_ERR_ARGUMENT);
    CHECK(peers.server.fqdn.n = 0, MSK_ERR_ARGUMENT);
    CHECK(peers.server.fqdn = msk_text("a\r\nb"), MSK_ERR_ARGUMENT);
    CHECK(peers.server.nonce_key.p = NULL, MSK_ERR_ARGUMENT);
    CHECK(peers.server.nonce_key.n = 15, MSK_ERR_ARGUMENT);
    CHECK(peers.server.nonce_key = ((struct msk_bytes){ key, 64 }), MSK_OK);
    CHECK(peers.server.nonce_key = ((struct msk_bytes){ key, 65 }),
          MSK_ERR_ARGUMENT);
    CHECK(peers.server.qop = 4, MSK_ERR_ARGUMENT);
    CHECK(peers.server.algorithms = 4, MSK_ERR_ARGUMENT);
#undef CHECK
    peers_start(&peers);
    assert_int_equal(challenge(0, false, NULL, 0, &len), MSK_ERR_ARGUMENT);
    assert_int_equal(challenge(0, false, buf, sizeof buf, NULL),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_digest_server_challenge(
            NULL,
            &(struct msk_digest_offer){ sizeof(struct msk_digest_offer), 0,
                                        false, NULL, 0 },
            buf, sizeof buf, &len),
        MSK_ERR_ARGUMENT);
}

static void
refuses_what_is_not_there(void **state)
{
    const struct msk_digest_server *server = &peers.server;
    const struct msk_credentials *who = &peers.credentials;
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    (void)state;
    peers_start(&peers);
#define CHECK(server, who, context, buf, len, err)                    \
    assert_int_equal(msk_digest_server_info(server, who, context,     \
                                            msk_text(""), buf,        \
                                            MSK_HTTP_VALUE_MAX, len), \
                     err)
    CHECK(NULL, who, &peers.context, buf, &len, MSK_ERR_ARGUMENT);
    CHECK(server, NULL, &peers.context, buf, &len, MSK_ERR_ARGUMENT);
    CHECK(server, who, NULL, buf, &len, MSK_ERR_ARGUMENT);
    CHECK(server, who, &peers.context, NULL, &len, MSK_ERR_ARGUMENT);
    CHECK(server, who, &peers.context, buf, NULL, MSK_ERR_ARGUMENT);
    /* A context that no check has filled. */
    CHECK(server, who, &peers.context, buf, &len, MSK_ERR_ARGUMENT);
    peers.context.algorithm = MSK_ALGORITHM_MD5;
    peers.context.qop = MSK_QOP_AUTH_INT;
    CHECK(server, who, &peers.context, buf, &len, MSK_OK);
    peers.context.cnonce_len = MSK_NONCE_MAX + 1;
    CHECK(server, who, &peers.context, buf, &len, MSK_ERR_ARGUMENT);
    peers.context.cnonce_len = 0;
    peers.context.uri_len = MSK_DIGEST_TARGET_MAX + 1;
    CHECK(server, who, &peers.context, buf, &len, MSK_ERR_ARGUMENT);
    peers.context.uri_len = 0;
    peers.context.realm_len = MSK_REALM_MAX + 1;
    CHECK(server, who, &peers.context, buf, &len, MSK_ERR_ARGUMENT);
    peers.context.realm_len = 0;
    peers.context.nonce_len = MSK_NONCE_MAX + 1;
    CHECK(server, who, &peers.context, buf, &len, MSK_ERR_ARGUMENT);
#undef CHECK
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(
            writes_a_challenge_for_each_algorithm_best_first, release),
        cmocka_unit_test_teardown(says_that_keys_come_from_akma, release),
        cmocka_unit_test_teardown(makes_no_nonce_twice, release),
        cmocka_unit_test_teardown(makes_the_nonce_that_is_expected, release),
        cmocka_unit_test_teardown(hides_when_a_nonce_was_made, release),
        cmocka_unit_test_teardown(says_what_it_answered, release),
        cmocka_unit_test_teardown(writes_a_cnonce_back_in_quotes, release),
        cmocka_unit_test_teardown(fits_the_longest_of_everything, release),
        cmocka_unit_test_teardown(fails_with_its_providers, release),
        cmocka_unit_test_teardown(refuses_a_configuration_that_cannot_be,
                                  release),
        cmocka_unit_test_teardown(refuses_what_is_not_there, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
