/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "digest_peers.h"
#include "provider.h"

static struct digest_peers peers;

static struct msk_http_request
post(void)
{
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("POST"),
                                        .target = msk_text(PEER_TARGET),
                                        .body = msk_text(PEER_BODY) };

    return request;
}

static int
authorize(const struct msk_http_request *request, uint8_t *buf, size_t cap,
          size_t *len)
{
    return msk_digest_client_authorise(&peers.client, &peers.credentials,
                                       request, buf, cap, len);
}

static void
take(const char *challenge)
{
    struct msk_bytes line = chars(challenge);
    enum msk_challenge what;

    assert_int_equal(peers_401(&peers, &line, 1, false, &what), MSK_OK);
}

static void
starts_with_a_name_that_can_stand_in_a_realm(void **state)
{
    struct msk_digest_client *client = &peers.client;
    struct msk_digest_client_config config = { .size = sizeof config,
                                               .crypto = &peers.crypto.crypto,
                                               .random = &peers.random.random,
                                               .fqdn = msk_text("a") };
    char name[300];

    (void)state;
#define CHECK(client, config) \
    assert_int_equal(msk_digest_client_init(client, config), MSK_ERR_ARGUMENT)
    memset(name, 'n', sizeof name);
    for (size_t n = 0; n < 300; n++)
        assert_int_equal(
            peers_client(&peers, exact((const uint8_t *)name, n), 0, 0),
            n >= 1 && n <= 253 ? MSK_OK : MSK_ERR_ARGUMENT);
    config.size--;
    CHECK(client, &config);
    config.size++;
    CHECK(NULL, &config);
    CHECK(client, NULL);
    config.crypto = NULL;
    CHECK(client, &config);
    config.crypto = &peers.crypto.crypto;
    config.random = NULL;
    CHECK(client, &config);
#undef CHECK
    assert_int_equal(peers_client(&peers, chars("a b"), 0, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(peers_client(&peers, chars("a\r\nX:b"), 0, 0),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(peers_client(&peers, chars("a"), 4, 0), MSK_ERR_ARGUMENT);
    assert_int_equal(peers_client(&peers, chars("a"), 0, 4), MSK_ERR_ARGUMENT);
    assert_int_equal(peers_client(&peers, chars("a"), 3, 3), MSK_OK);
}

/* Every octet of the header, with a response made apart. */
static void
writes_the_header_that_is_expected(void **state)
{
    struct msk_digest_input input = {
        .size = sizeof input,
        .algorithm = MSK_ALGORITHM_MD5,
        .qop = MSK_QOP_AUTH_INT,
        .username = msk_text(PEER_BTID),
        .realm = msk_text("3GPP-bootstrapping@BMSC.example.com"),
        .password = msk_text("dGhlIE1SSyBvZiB0aGUgdGVzdHMsIDMyIG9jdGV0cwA="),
        .method = msk_text("POST"),
        .uri = msk_text(PEER_TARGET),
        .nonce = msk_text("a\"b\\c"),
        .nc = msk_text("00000001"),
        .cnonce = msk_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"),
        .body = msk_text(PEER_BODY),
    };
    uint8_t hex[MSK_DIGEST_HEX_MAX];
    char want[1024];
    size_t len;

    (void)state;
    peers_start(&peers);
    take("Digest realm=\"3GPP-bootstrapping@BMSC.example.com\", "
         "nonce=\"a\\\"b\\\\\\c\", qop=\"auth-int\", opaque=\"o\\\\\\o\"");
    assert_int_equal(msk_digest_response(host_crypto(), &input, hex, &len),
                     MSK_OK);
    snprintf(want, sizeof want,
             "Digest username=\"" PEER_BTID
             "\", realm=\"3GPP-bootstrapping@BMSC.example.com\", "
             "nonce=\"a\\\"b\\\\c\", uri=\"" PEER_TARGET
             "\", qop=auth-int, nc=00000001, "
             "cnonce=\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\", "
             "response=\"%.*s\", opaque=\"o\\\\o\", algorithm=MD5",
             (int)len, (const char *)hex);
    check_octets("header", peers_authorize(&peers), chars(want));
    take("Digest realm=\"3GPP-bootstrapping@bmsc.example.com\", nonce=\"n\", "
         "qop=\"auth-int\", opaque=\"\"");
    check_octets("empty opaque",
                 value_of(peers_authorize(&peers), "\", opaque=", ","),
                 chars("\"\""));
    take("Digest realm=\"3GPP-bootstrapping@bmsc.example.com\", nonce=\"m\", "
         "qop=\"auth-int\"");
    check_octets(
        "no opaque",
        value_of(replaced(peers_authorize(&peers), "response=\"", "\"", ""),
                 "response=\"\"", "MD5"),
        chars(", algorithm="));
}

static void
counts_and_draws_a_new_cnonce_each_time(void **state)
{
    struct msk_bytes a, b;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    for (int i = 0; i < 20; i++)
        a = peers_authorize(&peers);
    b = peers_authorize(&peers);
    check_octets("nc", value_of(a, "nc=", ","), chars("00000014"));
    check_octets("nc", value_of(b, "nc=", ","), chars("00000015"));
    a = value_of(a, "cnonce=\"", "\"");
    b = value_of(b, "cnonce=\"", "\"");
    assert_int_equal(a.n, 32);
    assert_memory_not_equal(a.p, b.p, 32);
}

static void
ends_a_nonce_whose_nc_is_used_up(void **state)
{
    struct msk_http_request request = post();
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    (void)state;
    peers_start(&peers);
    assert_int_equal(authorize(&request, buf, sizeof buf, &len), MSK_ERR_STATE);
    peers_meet(&peers);
    peers.client.nc = UINT32_MAX - 1;
    check_octets("nc", value_of(peers_authorize(&peers), "nc=", ","),
                 chars("ffffffff"));
    assert_int_equal(authorize(&request, buf, sizeof buf, &len), MSK_ERR_STATE);
    assert_int_equal(peers.client.nc, UINT32_MAX);
    peers_meet(&peers);
    assert_int_equal(authorize(&request, buf, sizeof buf, &len), MSK_OK);
}

static void
writes_no_octet_that_could_end_a_line(void **state)
{
    struct msk_http_request request = post();
    uint8_t buf[MSK_HTTP_VALUE_MAX], octets[5] = "/a?b";
    size_t len;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    for (int where = 0; where < 3; where++)
        for (int c = 0; c < 256; c++) {
            bool fine = c > 0x20 && c < 0x7F;

            octets[2] = (uint8_t)c;
            peers.credentials.btid = msk_text(PEER_BTID);
            request = post();
            if (where == 0)
                request.target = (struct msk_bytes){ octets, 4 };
            if (where == 1)
                peers.credentials.btid = (struct msk_bytes){ octets, 4 };
            if (where == 2)
                request.method = (struct msk_bytes){ octets, 4 };
            assert_int_equal(authorize(&request, buf, sizeof buf, &len),
                             fine ? MSK_OK : MSK_ERR_ARGUMENT);
            for (size_t i = 0; fine && i < len; i++)
                assert_true(buf[i] >= 0x20 && buf[i] < 0x7F);
        }
}

/* Quotes and backslashes stay inside their quotes: the server reads back what
 * the client was given. */
static void
quotes_what_it_was_given(void **state)
{
    struct msk_http_request request = post();
    struct msk_http_header header = { msk_text("Authorization"), { NULL, 0 } };
    uint8_t buf[MSK_HTTP_VALUE_MAX], btid[MSK_BTID_MAX];
    enum msk_auth auth;
    size_t len;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    peers.credentials.btid = chars("a\",\\\"b=\"@c\\");
    request.target = chars("/\"x\\");
    assert_int_equal(authorize(&request, buf, sizeof buf, &len), MSK_OK);
    header.value = exact(buf, len);
    request.headers = &header;
    request.n_headers = 1;
    assert_int_equal(msk_digest_server_btid(&request, btid, sizeof btid, &len),
                     MSK_OK);
    check_octets("B-TID", exact(btid, len), peers.credentials.btid);
    assert_int_equal(msk_digest_server_check(&peers.server, &peers.credentials,
                                             &request, peers.now, &peers.seen,
                                             &auth, &peers.context),
                     MSK_OK);
    assert_int_equal(auth, MSK_AUTH_OK);
}

static void
fits_the_longest_of_everything(void **state)
{
    struct msk_http_request request = post();
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    char line[2048], quotes[1025], others[MSK_REALM_MAX];
    char *name = (char *)room(253);
    size_t len, least;

    (void)state;
    peers_start(&peers);
    memset(quotes, '\\', sizeof quotes);
    quotes[1024] = '\0';
    memset(name, 'n', 253);
    assert_int_equal(
        peers_client(&peers, (struct msk_bytes){ (uint8_t *)name, 253 }, 0, 0),
        MSK_OK);
    memset(others, 'x', sizeof others);
    snprintf(line, sizeof line,
             "Digest realm=\"3GPP-bootstrapping@%.253s;%.*s\", qop=auth-int, "
             "algorithm=SHA-256, nonce=\"%.512s\", opaque=\"%.256s\"",
             name, MSK_REALM_MAX - 19 - 253 - 1, others, quotes, quotes);
    take(line);
    assert_int_equal(peers.client.realm_len, MSK_REALM_MAX);
    request.target = exact((const uint8_t *)quotes, MSK_DIGEST_TARGET_MAX);
    peers.credentials.btid = exact((const uint8_t *)quotes, MSK_BTID_MAX);
    assert_int_equal(authorize(&request, buf, sizeof buf, &least), MSK_OK);
    assert_int_equal(authorize(&request, buf, least, &len), MSK_OK);
    for (size_t cap = 0; cap < least; cap += 97) {
        struct msk_digest_client before = peers.client;

        assert_int_equal(authorize(&request, room(cap), cap, &len),
                         MSK_ERR_SPACE);
        assert_memory_equal(&before, &peers.client, sizeof before);
    }
    request.target = exact((const uint8_t *)quotes, MSK_DIGEST_TARGET_MAX + 1);
    assert_int_equal(authorize(&request, buf, sizeof buf, &len),
                     MSK_ERR_ARGUMENT);
}

static void
fails_with_its_providers_and_stays_as_it_was(void **state)
{
    struct msk_http_request request = post();
    struct msk_digest_client before;
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    before = peers.client;
    for (size_t i = 1; i <= 4; i++) {
        fake_crypto_start(&peers.crypto, i);
        assert_int_equal(authorize(&request, buf, sizeof buf, &len),
                         MSK_ERR_CRYPTO);
        assert_memory_equal(&before, &peers.client, sizeof before);
    }
    fake_crypto_start(&peers.crypto, 0);
    peers.random.fail_at = peers.random.calls + 1;
    assert_int_equal(authorize(&request, buf, sizeof buf, &len),
                     MSK_ERR_RANDOM);
    assert_memory_equal(&before, &peers.client, sizeof before);
    assert_int_equal(authorize(&request, buf, sizeof buf, &len), MSK_OK);
}

static void
refuses_what_is_not_there(void **state)
{
    struct msk_http_request request = post();
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
#define CHECK(client, credentials, request, buf, len)                          \
    assert_int_equal(msk_digest_client_authorise(client, credentials, request, \
                                                 buf, MSK_HTTP_VALUE_MAX,      \
                                                 len),                         \
                     MSK_ERR_ARGUMENT)
    CHECK(NULL, &peers.credentials, &request, buf, &len);
    CHECK(&peers.client, NULL, &request, buf, &len);
    CHECK(&peers.client, &peers.credentials, NULL, buf, &len);
    CHECK(&peers.client, &peers.credentials, &request, NULL, &len);
    CHECK(&peers.client, &peers.credentials, &request, buf, NULL);
    request.size--;
    CHECK(&peers.client, &peers.credentials, &request, buf, &len);
#undef CHECK
}

static void
says_as_octets_what_the_header_says(void **state)
{
    (void)state;
    check_octets("text", msk_digest_product(), chars(MSK_DIGEST_PRODUCT));
    release(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(starts_with_a_name_that_can_stand_in_a_realm,
                                  release),
        cmocka_unit_test_teardown(writes_the_header_that_is_expected, release),
        cmocka_unit_test_teardown(counts_and_draws_a_new_cnonce_each_time,
                                  release),
        cmocka_unit_test_teardown(ends_a_nonce_whose_nc_is_used_up, release),
        cmocka_unit_test_teardown(writes_no_octet_that_could_end_a_line,
                                  release),
        cmocka_unit_test_teardown(quotes_what_it_was_given, release),
        cmocka_unit_test_teardown(fits_the_longest_of_everything, release),
        cmocka_unit_test_teardown(fails_with_its_providers_and_stays_as_it_was,
                                  release),
        cmocka_unit_test_teardown(refuses_what_is_not_there, release),
        cmocka_unit_test(says_as_octets_what_the_header_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
