/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the octets are the Authorization of a request; a nonce that is
 * the server's own stands for each "@N", the response that is right for what
 * the request says for "@X". Whatever they are,
 *
 *   - the server gives a verdict, and what it has seen moves only with "yes",
 *     and forward;
 *   - it says yes only to a request that has the right response;
 *   - the same request is not taken again;
 *   - an unknown B-TID gets the verdict of a wrong response, or the same that
 *     a known one gets;
 *   - what it then writes into Authentication-Info ends no line;
 *   - when its providers fail, at any call, it says so, and no.
 */
#include <stdlib.h>
#include <string.h>

#include "msk/digest.h"
#include "target.h"
#include "toy_crypto.h"

#define NOW 1000000
#define TARGET "/keymanagement?requesttype=msk-request"
#define TEXT_MAX 8192

static const uint8_t mrk[32] = "the key of the one who asks";
static const uint8_t nonce_key[16] = "the nonce key";

static struct toy_crypto toy;
static const struct msk_credentials who = {
    { (const uint8_t *)"b@bsf.example.com", 17 }, { mrk, sizeof mrk }
};

static struct msk_digest_server
server_of(uint32_t qop, uint32_t algorithms)
{
    struct msk_digest_server server = { .size = sizeof server,
                                        .crypto = &toy.crypto,
                                        .random = &toy.random,
                                        .fqdn = msk_text("bmsc.example.com"),
                                        .nonce_key = { nonce_key, 16 },
                                        .qop = qop,
                                        .algorithms = algorithms };

    return server;
}

static size_t
put(uint8_t *out, size_t n, struct msk_bytes text)
{
    REQUIRE(text.n <= TEXT_MAX - n);
    if (text.n > 0)
        memcpy(out + n, text.p, text.n);
    return n + text.n;
}

/* The nonce of a challenge of the server. */
static struct msk_bytes
own_nonce(const struct msk_digest_server *server)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len, at = 0;

    REQUIRE(msk_digest_server_challenge(
                server,
                &(struct msk_digest_offer){ sizeof(struct msk_digest_offer), 0,
                                            false, NULL, NOW },
                buf, sizeof buf, &len) == MSK_OK);
    while (memcmp(buf + at, "nonce=\"", 7) != 0)
        at++;
    return (struct msk_bytes){ buf + at + 7, 44 };
}

/* The response that is right for the usual values, one algorithm and qop. */
static struct msk_bytes
right(struct msk_bytes nonce, uint32_t algorithm, uint32_t qop)
{
    static uint8_t out[MSK_DIGEST_HEX_MAX];
    struct msk_digest_input input = {
        .size = sizeof input,
        .algorithm = algorithm,
        .qop = qop,
        .username = who.btid,
        .realm = msk_text("3GPP-bootstrapping@bmsc.example.com"),
        /* base64 of mrk */
        .password = msk_text("dGhlIGtleSBvZiB0aGUgb25lIHdobyBhc2tzAAAAAAA="),
        .method = msk_text("POST"),
        .uri = msk_text(TARGET),
        .nonce = nonce,
        .nc = msk_text("00000001"),
        .cnonce = msk_text("c"),
    };
    size_t len;

    REQUIRE(msk_digest_response(&toy.crypto, &input, out, &len) == MSK_OK);
    return (struct msk_bytes){ out, len };
}

/* The header that the input stands for. */
static struct msk_bytes
expand(struct msk_bytes text, struct msk_bytes nonce, struct msk_bytes x)
{
    static uint8_t out[TEXT_MAX];
    uint8_t *copy;
    size_t n = 0;

    for (size_t i = 0; i < text.n && n < TEXT_MAX - 128; i++) {
        struct msk_bytes next = { text.p + i, 1 };

        if (text.p[i] == '@' && i + 1 < text.n && text.p[i + 1] == 'N')
            next = nonce;
        else if (text.p[i] == '@' && i + 1 < text.n && text.p[i + 1] == 'X')
            next = x;
        i += next.n > 1;
        n = put(out, n, next);
    }
    copy = malloc(n > 0 ? n : 1);
    REQUIRE(copy != NULL);
    if (n > 0)
        memcpy(copy, out, n);
    return (struct msk_bytes){ copy, n };
}

static enum msk_auth
check(const struct msk_digest_server *server,
      const struct msk_credentials *credentials,
      const struct msk_http_request *request, struct msk_digest_seen *seen,
      struct msk_auth_context *context)
{
    enum msk_auth auth = 0;

    REQUIRE(msk_digest_server_check(server, credentials, request, NOW, seen,
                                    &auth, context) == MSK_OK);
    REQUIRE(auth >= MSK_AUTH_OK && auth <= MSK_AUTH_BAD);
    return auth;
}

static bool
has(struct msk_bytes text, struct msk_bytes part)
{
    for (size_t i = 0; i + part.n <= text.n; i++) {
        size_t k = 0;

        while (k < part.n && (text.p[i + k] | 0x20) == part.p[k])
            k++;
        if (k == part.n)
            return true;
    }
    return false;
}

static void
check_info(const struct msk_digest_server *server,
           const struct msk_auth_context *context)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;

    REQUIRE(msk_digest_server_info(server, &who, context, msk_text("x"), buf,
                                   sizeof buf, &len) == MSK_OK);
    for (size_t i = 0; i < len; i++)
        REQUIRE(buf[i] == '\t' || (buf[i] >= 0x20 && buf[i] != 0x7F));
}

/* Each call of the providers fails in turn. */
static void
check_failures(const struct msk_digest_server *server,
               const struct msk_http_request *request)
{
    struct msk_digest_seen seen, none;
    struct msk_auth_context context;
    uint8_t buf[MSK_HTTP_VALUE_MAX];
    size_t len;
    int err = MSK_ERR_CRYPTO;

    memset(&none, 0, sizeof none);
    for (unsigned n = 1; err != MSK_OK; n++) {
        enum msk_auth auth = MSK_AUTH_OK;

        memset(&seen, 0, sizeof seen);
        toy.fail_at = toy.calls + n;
        err = msk_digest_server_check(server, &who, request, NOW, &seen, &auth,
                                      &context);
        if (err == MSK_OK)
            break;
        REQUIRE(err == MSK_ERR_CRYPTO && auth != MSK_AUTH_OK);
        REQUIRE(memcmp(&seen, &none, sizeof none) == 0);
    }
    toy.fail_at = toy.calls + 1;
    REQUIRE(msk_digest_server_challenge(
                server,
                &(struct msk_digest_offer){ sizeof(struct msk_digest_offer), 0,
                                            false, NULL, NOW },
                buf, sizeof buf, &len) < 0);
    toy.fail_at = 0;
}

/* What was said yes to: once, and not when all nonces are to be new. */
static void
check_yes(const struct msk_digest_server *server,
          const struct msk_http_request *request,
          const struct msk_digest_seen *seen)
{
    struct msk_digest_seen now = *seen;
    struct msk_auth_context context;

    REQUIRE(seen->issued == NOW && seen->nc == 1);
    REQUIRE(check(server, &who, request, &now, &context) == MSK_AUTH_STALE);
    REQUIRE(memcmp(&now, seen, sizeof now) == 0);
    memset(&now, 0, sizeof now);
    msk_digest_seen_expire(&now, NOW);
    REQUIRE(check(server, &who, request, &now, &context) == MSK_AUTH_STALE);
    REQUIRE(check(server, &who, request, NULL, &context) == MSK_AUTH_OK);
    check_info(server, &context);
}

/* The same for whom the server does not know; the B-TID as it is read. */
static void
check_who(const struct msk_digest_server *server,
          const struct msk_http_request *request, enum msk_auth auth)
{
    struct msk_digest_seen seen, none;
    struct msk_auth_context context;
    uint8_t btid[MSK_BTID_MAX];
    size_t len;
    int err = msk_digest_server_btid(request, btid, sizeof btid, &len);

    if (auth == MSK_AUTH_OK) {
        REQUIRE(err == MSK_OK && len == who.btid.n);
        REQUIRE(memcmp(btid, who.btid.p, len) == 0);
        auth = MSK_AUTH_WRONG;
    }
    memset(&none, 0, sizeof none);
    memset(&seen, 0, sizeof seen);
    REQUIRE(check(server, NULL, request, &seen, &context) == auth);
    REQUIRE(memcmp(&seen, &none, sizeof none) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct msk_digest_seen seen, none;
    struct msk_auth_context context;
    struct msk_digest_server server;
    struct msk_http_header header = { msk_text("Authorization"), { NULL, 0 } };
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("POST"),
                                        .target = msk_text(TARGET),
                                        .headers = &header,
                                        .n_headers = 1 };
    struct msk_bytes nonce, x;
    enum msk_auth auth;

    if (size == 0)
        return 0;
    toy_crypto_start(&toy, 0);
    server = server_of(data[0] & 3, data[0] >> 2 & 3);
    nonce = own_nonce(&server);
    x = right(nonce,
              (data[0] & 16) != 0 ? MSK_ALGORITHM_MD5 : MSK_ALGORITHM_SHA256,
              (data[0] & 32) != 0 ? MSK_QOP_AUTH : MSK_QOP_AUTH_INT);
    header.value = expand((struct msk_bytes){ data + 1, size - 1 }, nonce, x);
    memset(&none, 0, sizeof none);
    memset(&seen, 0, sizeof seen);
    auth = check(&server, &who, &request, &seen, &context);
    if (auth == MSK_AUTH_OK) {
        REQUIRE(has(header.value, x));
        check_yes(&server, &request, &seen);
    } else {
        REQUIRE(memcmp(&seen, &none, sizeof none) == 0);
    }
    check_who(&server, &request, auth);
    if ((data[0] & 64) != 0)
        check_failures(&server, &request);
    free((void *)(uintptr_t)header.value.p);
    return 0;
}
