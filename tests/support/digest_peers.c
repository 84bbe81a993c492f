/* SPDX-License-Identifier: MIT */
#include "digest_peers.h"

#include <string.h>

static int
fill(void *user, uint8_t *out, size_t n)
{
    struct fake_random *fake = user;

    record_call(fake->record, "random", 0, (struct msk_bytes[]){ { out, n } },
                1);
    fake->calls++;
    if (fake->calls == fake->fail_at) {
        memset(out, 0xEE, n);
        return 1;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = fake->next++;
    return 0;
}

int
peers_client(struct digest_peers *peers, struct msk_bytes fqdn, uint32_t qop,
             uint32_t algorithms)
{
    const struct msk_digest_client_config config = {
        .size = sizeof config,
        .crypto = &peers->crypto.crypto,
        .random = &peers->random.random,
        .fqdn = fqdn,
        .qop = qop,
        .algorithms = algorithms,
    };

    return msk_digest_client_init(&peers->client, &config);
}

void
peers_start(struct digest_peers *peers)
{
    static const uint8_t mrk[32] = "the MRK of the tests, 32 octets";
    static const uint8_t nonce_key[16] = "key of nonces..";

    memset(peers, 0, sizeof *peers);
    fake_crypto_start(&peers->crypto, 0);
    peers->random.random =
        (struct msk_random){ sizeof(struct msk_random), &peers->random, fill };
    peers->credentials.btid = msk_text(PEER_BTID);
    peers->credentials.mrk = (struct msk_bytes){ mrk, sizeof mrk };
    peers->server = (struct msk_digest_server){
        .size = sizeof peers->server,
        .crypto = &peers->crypto.crypto,
        .random = &peers->random.random,
        .fqdn = msk_text(PEER_FQDN),
        .nonce_key = { nonce_key, sizeof nonce_key },
    };
    peers->now = PEER_NOW;
    assert_int_equal(peers_client(peers, msk_text(PEER_FQDN), 0, 0), MSK_OK);
}

struct msk_bytes
peers_challenge(struct digest_peers *peers, size_t i, bool stale)
{
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    assert_int_equal(
        msk_digest_server_challenge(
            &peers->server,
            &(struct msk_digest_offer){ sizeof(struct msk_digest_offer), i,
                                        stale, &peers->seen, peers->now },
            buf, sizeof buf, &len),
        MSK_OK);
    return exact(buf, len);
}

int
peers_401(struct digest_peers *peers, const struct msk_bytes *lines, size_t n,
          bool sent, enum msk_challenge *what)
{
    struct msk_http_header headers[MSK_HTTP_HEADERS_MAX + 1];
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 401,
                                          .headers = headers,
                                          .n_headers = n };

    for (size_t i = 0; i < n; i++)
        headers[i] =
            (struct msk_http_header){ msk_text("WWW-Authenticate"), lines[i] };
    return msk_digest_client_challenge(&peers->client, &response, sent, what);
}

void
peers_meet(struct digest_peers *peers)
{
    struct msk_bytes lines[2];
    enum msk_challenge what;

    lines[0] = peers_challenge(peers, 0, false);
    lines[1] = peers_challenge(peers, 1, false);
    assert_int_equal(peers_401(peers, lines, 2, false, &what), MSK_OK);
    assert_int_equal(what, MSK_CHALLENGE_ANSWER);
}

struct msk_http_request
peers_post(void)
{
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("POST"),
                                        .target = msk_text(PEER_TARGET),
                                        .body = msk_text(PEER_BODY) };

    return request;
}

struct msk_bytes
peers_authorize(struct digest_peers *peers)
{
    struct msk_http_request request = peers_post();
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    assert_int_equal(msk_digest_client_authorise(&peers->client,
                                                 &peers->credentials, &request,
                                                 buf, sizeof buf, &len),
                     MSK_OK);
    return exact(buf, len);
}

int
peers_check(struct digest_peers *peers, struct msk_bytes authorization)
{
    struct msk_http_header header = { msk_text("Authorization"),
                                      authorization };
    struct msk_http_request request = peers_post();
    enum msk_auth auth;
    int err;

    request.headers = &header;
    request.n_headers = 1;
    err = msk_digest_server_check(&peers->server, &peers->credentials, &request,
                                  peers->now, &peers->seen, &auth,
                                  &peers->context);
    return err == MSK_OK ? (int)auth : err;
}

struct msk_bytes
peers_info(struct digest_peers *peers, struct msk_bytes body)
{
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    assert_int_equal(msk_digest_server_info(&peers->server, &peers->credentials,
                                            &peers->context, body, buf,
                                            sizeof buf, &len),
                     MSK_OK);
    return exact(buf, len);
}

int
peers_verify(struct digest_peers *peers, struct msk_bytes info,
             struct msk_bytes body)
{
    struct msk_http_header header = { msk_text("authentication-info"), info };
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200,
                                          .headers = &header,
                                          .n_headers = 1,
                                          .body = body };

    return msk_digest_client_verify(&peers->client, &peers->credentials,
                                    msk_text(PEER_TARGET), &response);
}

/* Where text stands in b, from `from` on. */
static size_t
find(struct msk_bytes b, const char *text, size_t from)
{
    size_t n = strlen(text);

    for (size_t i = from; i + n <= b.n; i++)
        if (memcmp(b.p + i, text, n) == 0)
            return i;
    fail_msg("no %s in %.*s", text, (int)b.n, (const char *)b.p);
    return 0;
}

struct msk_bytes
joined(struct msk_bytes a, struct msk_bytes b)
{
    uint8_t *p = room(a.n + b.n);

    if (a.n > 0)
        memcpy(p, a.p, a.n);
    if (b.n > 0)
        memcpy(p + a.n, b.p, b.n);
    return (struct msk_bytes){ p, a.n + b.n };
}

struct msk_bytes
replaced(struct msk_bytes text, const char *begin, const char *end,
         const char *with)
{
    size_t from = find(text, begin, 0) + strlen(begin);
    size_t to = end[0] != '\0' ? find(text, end, from) : text.n;
    struct msk_bytes head = { text.p, from },
                     tail = { text.p + to, text.n - to };

    return joined(joined(head, msk_text(with)), tail);
}

struct msk_bytes
value_of(struct msk_bytes text, const char *begin, const char *end)
{
    size_t from = find(text, begin, 0) + strlen(begin);

    return exact(text.p + from, find(text, end, from) - from);
}
