/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the octets are what a server sends to a UE. The first octet
 * says what: with its low bit a 401, whose lines are the WWW-Authenticate of
 * it, else a 200, whose lines are its Authentication-Info. Whatever they are,
 *
 *   - a challenge is taken or refused; refused, nothing has changed, or, where
 *     one is in use, both are forgotten; one that is taken is not weaker;
 *   - what is taken is of the right realm, and an algorithm and qop that are
 *     allowed;
 *   - what is then written is read again by the server as it was meant, and
 *     holds no octet that ends a line;
 *   - no answer is accepted: the input does not know the key.
 */
#include <stdlib.h>
#include <string.h>

#include "msk/digest.h"
#include "target.h"
#include "toy_crypto.h"

#define FQDN "bmsc.example.com"
#define LINES_MAX 8

static const uint8_t mrk[32] = "not known to who writes this one";

/* Every cnonce is the same, and a dictionary can know it. */
static int
fill(void *user, uint8_t *out, size_t n)
{
    (void)user;
    memset(out, 'r', n);
    return 0;
}

static struct toy_crypto toy;
static const struct msk_random source = { sizeof source, NULL, fill };
static const struct msk_credentials who = {
    { (const uint8_t *)"b\"\\@bsf.example.com", 19 }, { mrk, sizeof mrk }
};

/* Does a line end at i? Not where it is folded. */
static bool
ends(struct msk_bytes text, size_t i)
{
    return text.p[i] == '\n' &&
           (i + 1 == text.n || (text.p[i + 1] != ' ' && text.p[i + 1] != '\t'));
}

/* The lines of the input as headers of that name, each in a block of its own.
 */
static size_t
split(struct msk_bytes text, const char *name, struct msk_http_header *headers)
{
    size_t n = 0, at = 0;

    while (n < LINES_MAX && at <= text.n) {
        size_t end = at;
        uint8_t *copy;

        while (end < text.n && !ends(text, end))
            end++;
        copy = malloc(end > at ? end - at : 1);
        REQUIRE(copy != NULL);
        if (end > at)
            memcpy(copy, text.p + at, end - at);
        headers[n].name = msk_text(name);
        headers[n++].value = (struct msk_bytes){ copy, end - at };
        at = end + 1;
    }
    return n;
}

static void
release(const struct msk_http_header *headers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)headers[i].value.p);
}

/* What the client writes, the server reads as it was meant. */
static void
check_authorization(struct msk_digest_client *client)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    uint8_t btid[MSK_BTID_MAX];
    struct msk_http_header header = { msk_text("Authorization"), { buf, 0 } };
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("POST"),
                                        .target = msk_text("/k?\"\\=1") };
    size_t len;

    REQUIRE(msk_digest_client_authorise(client, &who, &request, buf, sizeof buf,
                                        &header.value.n) == MSK_OK);
    for (size_t i = 0; i < header.value.n; i++)
        REQUIRE(buf[i] == '\t' || (buf[i] >= 0x20 && buf[i] != 0x7F));
    request.headers = &header;
    request.n_headers = 1;
    REQUIRE(msk_digest_server_btid(&request, btid, sizeof btid, &len) ==
            MSK_OK);
    REQUIRE(len == who.btid.n && memcmp(btid, who.btid.p, len) == 0);
}

static bool
has(const uint8_t *p, size_t n, const char *text)
{
    size_t i = 0;

    while (i + strlen(text) <= n && memcmp(p + i, text, strlen(text)) != 0)
        i++;
    return i + strlen(text) <= n;
}

static void
prepare(struct msk_digest_client *client)
{
#define CHALLENGE                             \
    "Digest realm=\"3GPP-bootstrapping@" FQDN \
    "\", nonce=\"n\", qop=\"auth,auth-int\", algorithm="
    const struct msk_http_header headers[] = {
        { msk_text("WWW-Authenticate"), msk_text(CHALLENGE "MD5") },
        { msk_text("WWW-Authenticate"), msk_text(CHALLENGE "SHA-256") },
    };
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 401,
                                          .headers = headers,
                                          .n_headers = 2 };
    enum msk_challenge what;

    REQUIRE(msk_digest_client_challenge(client, &response, false, &what) ==
            MSK_OK);
    check_authorization(client);
}

static void
check_challenge(struct msk_digest_client *client,
                const struct msk_http_response *response, bool sent)
{
    struct msk_digest_client before = *client;
    enum msk_challenge what = 0;
    int err = msk_digest_client_challenge(client, response, sent, &what);

    if (err != MSK_OK) {
        REQUIRE(err == MSK_ERR_DIGEST);
        if (client->nonce_len == 0)
            before.nonce_len = before.nc = 0; /* it was weaker */
        REQUIRE(memcmp(&before, client, sizeof before) == 0);
        return;
    }
    REQUIRE(before.nonce_len == 0 || (client->algorithm <= before.algorithm &&
                                      client->used_qop <= before.used_qop));
    REQUIRE((what == MSK_CHALLENGE_ANSWER) == !sent);
    REQUIRE(client->nonce_len >= 1 && client->nonce_len <= MSK_NONCE_MAX);
    REQUIRE(client->opaque_len <= MSK_OPAQUE_MAX);
    REQUIRE(has(client->realm, client->realm_len, "3GPP-bootstrapping@"));
    REQUIRE((client->algorithm == MSK_ALGORITHM_MD5 ||
             client->algorithm == MSK_ALGORITHM_SHA256) &&
            (client->algorithm & client->algorithms) != 0);
    REQUIRE(client->used_qop == MSK_QOP_AUTH_INT ||
            (client->used_qop == MSK_QOP_AUTH &&
             (client->qop & MSK_QOP_AUTH) != 0));
    check_authorization(client);
}

/* A client that has authorized a request. */
static void
check_answer(struct msk_digest_client *client,
             const struct msk_http_response *response)
{
    struct msk_digest_client before;

    prepare(client);
    before = *client;
    REQUIRE(msk_digest_client_verify(client, &who, msk_text("/k?1"),
                                     response) == MSK_ERR_DIGEST);
    REQUIRE(memcmp(&before, client, sizeof before) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct msk_http_header headers[LINES_MAX];
    struct msk_http_response response = { .size = sizeof response,
                                          .headers = headers };
    struct msk_digest_client client;
    bool challenge;

    if (size == 0)
        return 0;
    toy_crypto_start(&toy, 0);
    challenge = (data[0] & 1) != 0;
    response.status = challenge ? 401 : 200;
    response.n_headers =
        split((struct msk_bytes){ data + 1, size - 1 },
              challenge ? "WWW-Authenticate" : "Authentication-Info", headers);
    REQUIRE(msk_digest_client_init(&client,
                                   &(struct msk_digest_client_config){
                                       sizeof(struct msk_digest_client_config),
                                       &toy.crypto, &source, msk_text(FQDN),
                                       (data[0] >> 1) & 3,
                                       (data[0] >> 4) & 3 }) == MSK_OK);
    if (challenge && (data[0] & 0x40) != 0)
        prepare(&client);
    if (challenge)
        check_challenge(&client, &response, (data[0] & 8) != 0);
    else
        check_answer(&client, &response);
    release(headers, response.n_headers);
    return 0;
}
