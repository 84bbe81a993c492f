/* SPDX-License-Identifier: MIT */
/* What a UE makes of an answer. */
#include <string.h>

#include "digest_peers.h"

#define ANSWER "<mbmsMSKResponse/>\n"

static struct digest_peers peers;
static struct msk_bytes good; /* the Authentication-Info of ANSWER */

/* A request was let in, and answered. */
static void
begin(void)
{
    release(NULL);
    peers_start(&peers);
    peers_meet(&peers);
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)), MSK_AUTH_OK);
    good = peers_info(&peers, msk_text(ANSWER));
}

static int
verify(struct msk_bytes info)
{
    return peers_verify(&peers, info, msk_text(ANSWER));
}

static void
accepts_an_answer_of_the_server(void **state)
{
    struct msk_bytes next;

    (void)state;
    begin();
    next = value_of(good, "nextnonce=\"", "\"");
    assert_int_equal(verify(good), MSK_OK);
    check_octets("nonce", exact(peers.client.nonce, peers.client.nonce_len),
                 next);
    check_octets("nc", value_of(peers_authorize(&peers), "nc=", ","),
                 chars("00000001"));
}

static void
accepts_nothing_that_was_changed(void **state)
{
    size_t covered;

    (void)state;
    begin();
    covered = good.n - value_of(joined(good, msk_text("$")), ", next", "$").n -
              strlen(", next");
    for (size_t i = 0; i < covered; i++) {
        uint8_t *p = room(good.n);

        memcpy(p, good.p, good.n);
        p[i] ^= 1;
        /* The name of qop alone: then there is none, and none need be. */
        assert_int_equal(verify((struct msk_bytes){ p, good.n }),
                         i < 3 ? MSK_OK : MSK_ERR_DIGEST);
        begin();
        assert_int_equal(verify(exact(good.p, i)), MSK_ERR_DIGEST);
    }
}

static void
covers_the_body_and_the_target(void **state)
{
    struct msk_http_header header = { msk_text("Authentication-Info"),
                                      { NULL, 0 } };
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200,
                                          .headers = &header,
                                          .n_headers = 1,
                                          .body = msk_text(ANSWER) };

    (void)state;
    begin();
    header.value = good;
    assert_int_equal(peers_verify(&peers, good, msk_text("x" ANSWER)),
                     MSK_ERR_DIGEST);
    assert_int_equal(peers_verify(&peers, good, msk_text("")), MSK_ERR_DIGEST);
    assert_int_equal(peers_verify(&peers, good, (struct msk_bytes){ NULL, 0 }),
                     MSK_ERR_DIGEST);
    assert_int_equal(msk_digest_client_verify(&peers.client, &peers.credentials,
                                              msk_text(PEER_TARGET "&x"),
                                              &response),
                     MSK_ERR_DIGEST);
    peers.credentials.mrk.n--;
    assert_int_equal(verify(good), MSK_ERR_DIGEST);
    peers.credentials.mrk.n++;
    assert_int_equal(verify(good), MSK_OK);
}

/* RFC 7616 3.5: the method is not in an rspauth, so that a request cannot be
 * its own answer. */
static void
does_not_take_its_own_response_for_an_answer(void **state)
{
    struct msk_bytes request, info;

    (void)state;
    peers_start(&peers);
    peers_meet(&peers);
    request = peers_authorize(&peers);
    assert_int_equal(peers_check(&peers, request), MSK_AUTH_OK);
    info = peers_info(&peers, msk_text(PEER_BODY));
    info = joined(joined(joined(msk_text("rspauth=\""),
                                value_of(request, "response=\"", "\"")),
                         msk_text("\"")),
                  joined(msk_text(", cnonce=\""),
                         joined(value_of(request, "cnonce=\"", "\""),
                                msk_text("\", nc=00000001"))));
    assert_int_equal(peers_verify(&peers, info, msk_text(PEER_BODY)),
                     MSK_ERR_DIGEST);
}

static void
takes_an_answer_to_the_last_request_only(void **state)
{
    struct msk_bytes first;

    (void)state;
    begin();
    first = good;
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)), MSK_AUTH_OK);
    assert_int_equal(verify(first), MSK_ERR_DIGEST);
    assert_int_equal(verify(peers_info(&peers, msk_text(ANSWER))), MSK_OK);
    /* The nonce has changed: nothing was asked under it. */
    assert_int_equal(verify(first), MSK_ERR_STATE);
}

static void
takes_every_way_to_write_it(void **state)
{
    struct msk_bytes x;

    (void)state;
    begin();
    x = joined(msk_text(" ,\t,"), good);
    assert_int_equal(verify(x), MSK_OK);
    begin();
    assert_int_equal(verify(replaced(good, "", "=", "QOP")), MSK_OK);
    begin();
    assert_int_equal(verify(replaced(good, "qop=", ",", "\"auth-int\"")),
                     MSK_OK);
    begin();
    assert_int_equal(verify(replaced(good, "nc=", ",", "\"00000001\"")),
                     MSK_OK);
    begin();
    assert_int_equal(verify(replaced(good, "", "rspauth", "")), MSK_OK);
    begin();
    assert_int_equal(verify(joined(good, msk_text(", a=b, c=\"d\""))), MSK_OK);
    begin();
    assert_int_equal(verify(replaced(good, ", nextnonce", "", "=m")), MSK_OK);
    check_octets("nonce", exact(peers.client.nonce, peers.client.nonce_len),
                 chars("m"));
}

static void
goes_on_with_its_nonce_when_there_is_no_next(void **state)
{
    (void)state;
    begin();
    assert_int_equal(verify(replaced(good, "nc=00000001", "", "")), MSK_OK);
    check_octets("nc", value_of(peers_authorize(&peers), "nc=", ","),
                 chars("00000002"));
    begin();
    good = replaced(good, "nextnonce=\"", "\"", "N");
    good = replaced(good, "nextnonce=", "N", "\"");
    assert_int_equal(verify(good), MSK_OK);
}

static void
refuses_every_odd_answer(void **state)
{
    static const struct {
        const char *begin, *end, *with;
    } rows[] = {
        { "rspauth=\"", "\"", "" },
        { "rspauth=\"", "\"", "0123456789abcdef" },
        { "rspauth=\"", "\"", "00000000000000000000000000000000" },
        { "", "=", "x=y, rspauth=\"\", qop" },
        { ", ", "=", "rsp" },   /* no rspauth */
        { "\", ", "=", "c" },   /* no cnonce */
        { "\", nc", "=", "x" }, /* no nc */
        { "cnonce=\"", "\"", "" },
        { "cnonce=\"", "\"", "abc" },
        { "nc=", ",", "00000002" },
        { "nc=", ",", "00000000" },
        { "nc=", ",", "1" },
        { "nc=", ",", "000000001" },
        { "nc=", ",", "0x000001" },
        { "qop=", ",", "auth" },
        { "qop=", ",", "\"\"" },
        { "qop=", ",", "\"auth-int,auth\"" },
        { "qop=", ",", "AUTH-INT" },
        { "nc=", ",", "00000001, nc=00000001" },
        { "nc=", ",", "00000001, Rspauth=\"\"" },
        { "nc=", ",", "00000001, CNONCE=\"\"" },
        { "nc=", ",", "00000001, qop=auth-int" },
        { "nc=", ",", "00000001, nextnonce=\"x\"" },
        { "nextnonce=\"", "\"", "" },
        { "nc=", ",", "00000001 x" },
        { "nc=", ",", "00000001, Digest" },
        { "", "qop", "Digest " },
        { "nextnonce=\"", "\"", "a\r\nb" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin();
        check_int(
            rows[i].with,
            verify(replaced(good, rows[i].begin, rows[i].end, rows[i].with)),
            MSK_ERR_DIGEST);
        assert_int_equal(verify(good), MSK_OK);
    }
}

static int
answer(int status, const char *name, struct msk_bytes value, size_t n)
{
    struct msk_http_header headers[MSK_HTTP_HEADERS_MAX + 1];
    struct msk_http_response response = { .size = sizeof response,
                                          .status = status,
                                          .headers = headers,
                                          .n_headers = n,
                                          .body = msk_text(ANSWER) };

    for (size_t i = 0; i < MSK_HTTP_HEADERS_MAX + 1; i++)
        headers[i] = (struct msk_http_header){ msk_text("X"), value };
    if (n > 0)
        headers[0].name = msk_text(name);
    return msk_digest_client_verify(&peers.client, &peers.credentials,
                                    msk_text(PEER_TARGET), &response);
}

static void
looks_for_it_in_the_headers(void **state)
{
    const char *const name = "Authentication-Info";

    (void)state;
    begin();
    assert_int_equal(answer(200, name, good, 0), MSK_ERR_DIGEST);
    assert_int_equal(answer(200, "Proxy-Authentication-Info", good, 1),
                     MSK_ERR_DIGEST);
    assert_int_equal(answer(401, name, good, 1), MSK_ERR_DIGEST);
    assert_int_equal(answer(200, name, good, MSK_HTTP_HEADERS_MAX + 1),
                     MSK_ERR_DIGEST);
    assert_int_equal(answer(200, name, good, MSK_HTTP_HEADERS_MAX), MSK_OK);
    begin();
    assert_int_equal(answer(403, name, good, 1), MSK_OK);
}

static void
reads_it_from_several_lines_and_refuses_two(void **state)
{
    struct msk_http_header headers[2];
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200,
                                          .headers = headers,
                                          .n_headers = 2,
                                          .body = msk_text(ANSWER) };

    (void)state;
    begin();
    for (size_t i = 0; i < 2; i++)
        headers[i] =
            (struct msk_http_header){ msk_text("Authentication-Info"), good };
#define VERIFY                                                  \
    msk_digest_client_verify(&peers.client, &peers.credentials, \
                             msk_text(PEER_TARGET), &response)
    assert_int_equal(VERIFY, MSK_ERR_DIGEST);
    headers[0].value = replaced(good, "qop=auth-int", "", "");
    headers[1].value = replaced(good, "", "rspauth", "");
    assert_int_equal(VERIFY, MSK_OK);
#undef VERIFY
}

/* Whatever is in it. */
static void
names_an_encoding_that_was_not_asked_for(void **state)
{
    struct msk_http_header headers[2];
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200,
                                          .headers = headers,
                                          .n_headers = 2,
                                          .body = msk_text(ANSWER) };
    struct msk_digest_client before;

    (void)state;
    begin();
    before = peers.client;
    headers[0] =
        (struct msk_http_header){ msk_text("Authentication-Info"), good };
    headers[1] = (struct msk_http_header){ msk_text("Content-Encoding"),
                                           msk_text("gzip") };
#define VERIFY                                                  \
    msk_digest_client_verify(&peers.client, &peers.credentials, \
                             msk_text(PEER_TARGET), &response)
    assert_int_equal(VERIFY, MSK_ERR_ENCODING);
    assert_memory_equal(&before, &peers.client, sizeof before);
    headers[1].value = msk_text("identity");
    assert_int_equal(VERIFY, MSK_OK);
#undef VERIFY
}

static void
reads_it_from_folded_lines(void **state)
{
    struct msk_http_header headers[2];
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200,
                                          .headers = headers,
                                          .n_headers = 2,
                                          .body = msk_text(ANSWER) };

    (void)state;
    begin();
    headers[0] = (struct msk_http_header){
        msk_text("Authentication-Info"),
        joined(replaced(good, "qop=auth-int", "rspauth", "\r\n ,\r\n\t"),
               chars("\r\n "))
    };
    headers[1] = (struct msk_http_header){ msk_text("Server"), chars("a\nb") };
#define VERIFY                                                  \
    msk_digest_client_verify(&peers.client, &peers.credentials, \
                             msk_text(PEER_TARGET), &response)
    assert_int_equal(VERIFY, MSK_ERR_DIGEST);
    headers[1].value = exact((const uint8_t *)"a\0b", 3);
    assert_int_equal(VERIFY, MSK_ERR_DIGEST);
    headers[1].value = chars("a\n b");
    assert_int_equal(VERIFY, MSK_OK);
#undef VERIFY
}

static void
holds_a_next_nonce_to_its_cap(void **state)
{
    char text[300];

    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t n = 256; n < 258; n++) {
        begin();
        text[n] = '\0';
        assert_int_equal(verify(replaced(good, "nextnonce=\"", "\"", text)),
                         n == 256 ? MSK_OK : MSK_ERR_DIGEST);
        text[n] = 'x';
    }
}

/* With auth nobody sees that a body was changed: the reason for auth-int. */
static void
says_nothing_of_the_body_with_auth(void **state)
{
    (void)state;
    peers_start(&peers);
    peers.server.qop = MSK_QOP_AUTH;
    assert_int_equal(peers_client(&peers, msk_text(PEER_FQDN), MSK_QOP_AUTH, 0),
                     MSK_OK);
    peers_meet(&peers);
    assert_int_equal(peers_check(&peers, peers_authorize(&peers)), MSK_AUTH_OK);
    good = peers_info(&peers, msk_text(ANSWER));
    check_octets("qop", value_of(good, "qop=", ","), chars("auth"));
    assert_int_equal(peers_verify(&peers, good, msk_text("another")), MSK_OK);
}

static void
fails_with_its_provider(void **state)
{
    (void)state;
    for (size_t i = 1; i <= 4; i++) {
        struct msk_digest_client before;

        begin();
        before = peers.client;
        fake_crypto_start(&peers.crypto, i);
        assert_int_equal(verify(good), MSK_ERR_CRYPTO);
        assert_memory_equal(&before, &peers.client, sizeof before);
    }
}

static void
refuses_what_is_not_there(void **state)
{
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200 };
    struct msk_bytes target = msk_text(PEER_TARGET);

    (void)state;
    peers_start(&peers);
    assert_int_equal(verify(msk_text("")), MSK_ERR_STATE);
    peers_meet(&peers);
    assert_int_equal(verify(msk_text("")), MSK_ERR_STATE);
    begin();
#define CHECK(client, credentials, target, response, err) \
    assert_int_equal(                                     \
        msk_digest_client_verify(client, credentials, target, response), err)
    CHECK(NULL, &peers.credentials, target, &response, MSK_ERR_ARGUMENT);
    CHECK(&peers.client, NULL, target, &response, MSK_ERR_ARGUMENT);
    CHECK(&peers.client, &peers.credentials, msk_text("a b"), &response,
          MSK_ERR_ARGUMENT);
    CHECK(&peers.client, &peers.credentials, target, NULL, MSK_ERR_ARGUMENT);
    CHECK(&peers.client, &peers.credentials, target, &response, MSK_ERR_DIGEST);
    response.n_headers = 1;
    CHECK(&peers.client, &peers.credentials, target, &response,
          MSK_ERR_ARGUMENT);
    response.n_headers = 0;
    response.size--;
    CHECK(&peers.client, &peers.credentials, target, &response,
          MSK_ERR_ARGUMENT);
#undef CHECK
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(accepts_an_answer_of_the_server, release),
        cmocka_unit_test_teardown(accepts_nothing_that_was_changed, release),
        cmocka_unit_test_teardown(covers_the_body_and_the_target, release),
        cmocka_unit_test_teardown(does_not_take_its_own_response_for_an_answer,
                                  release),
        cmocka_unit_test_teardown(takes_an_answer_to_the_last_request_only,
                                  release),
        cmocka_unit_test_teardown(takes_every_way_to_write_it, release),
        cmocka_unit_test_teardown(goes_on_with_its_nonce_when_there_is_no_next,
                                  release),
        cmocka_unit_test_teardown(refuses_every_odd_answer, release),
        cmocka_unit_test_teardown(looks_for_it_in_the_headers, release),
        cmocka_unit_test_teardown(names_an_encoding_that_was_not_asked_for,
                                  release),
        cmocka_unit_test_teardown(reads_it_from_folded_lines, release),
        cmocka_unit_test_teardown(reads_it_from_several_lines_and_refuses_two,
                                  release),
        cmocka_unit_test_teardown(holds_a_next_nonce_to_its_cap, release),
        cmocka_unit_test_teardown(says_nothing_of_the_body_with_auth, release),
        cmocka_unit_test_teardown(fails_with_its_provider, release),
        cmocka_unit_test_teardown(refuses_what_is_not_there, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
