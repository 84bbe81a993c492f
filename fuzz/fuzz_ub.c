/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: what strangers say over Ub. The first octet says to whom, modulo
 * 5: a 401 to a UE (the octets are one WWW-Authenticate), a 200 to a UE that
 * answered (one Authentication-Info), a request to a BSF (one Authorization),
 * a body of a BSF, or what a host brings along. Whatever they are,
 *
 *   - a challenge that is refused changes nothing; one that is taken is
 *     answered so that a BSF reads who and what, in one line, and takes it,
 *     and the UE takes what it says then, and no other body;
 *   - no answer of either end verifies: the input does not know RES;
 *   - what is read of a body, written and read again is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "msk/ub.h"
#include "msk/xml_expat.h"
#include "target.h"
#include "toy_crypto.h"

#define FQDN "bsf.example.com"
#define IMPI "q\"\\@ims.example.com"

static struct toy_crypto toy;
static const uint8_t res_octets[8] = { 0x72, 0x65, 0x73, 0, 0x81, 1, 2, 3 };
static const struct msk_bytes res = { res_octets, sizeof res_octets };

static struct msk_http_header
line(const char *name, struct msk_bytes value)
{
    return (struct msk_http_header){ msk_text(name), value };
}

static void
start(struct msk_ub_client *client)
{
    struct msk_ub_client_config config = { .size = sizeof config,
                                           .crypto = &toy.crypto,
                                           .random = &toy.random };

    config.fqdn = msk_text(FQDN);
    config.impi = msk_text(IMPI);
    REQUIRE(msk_ub_client_init(client, &config) == MSK_OK);
}

static int
challenge(struct msk_ub_client *client, struct msk_bytes text,
          struct msk_aka_challenge *got)
{
    struct msk_http_header header = line("WWW-Authenticate", text);
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 401,
                                          .headers = &header,
                                          .n_headers = 1 };

    return msk_ub_client_challenge(client, &response, got);
}

/* What a BSF makes of an Authorization. */
static int
serve(struct msk_bytes text, struct msk_ub_claim *claim, struct msk_bytes xres,
      struct msk_auth_context *context)
{
    struct msk_http_header header = line("Authorization", text);
    struct msk_http_request request = { .size = sizeof request,
                                        .method = msk_text("GET"),
                                        .target = msk_text("/"),
                                        .headers = &header,
                                        .n_headers = 1 };
    int err = msk_ub_server_read(&request, claim);

    REQUIRE(claim->impi_len <= MSK_IMPI_MAX || err != MSK_OK);
    if (err == MSK_OK)
        err = msk_ub_server_check(&toy.crypto, msk_text(FQDN), &request,
                                  &claim->challenge, xres, context);
    return err;
}

/* The BSF answers what it has checked: its body is believed, no other one. */
static void
check_200(struct msk_ub_client *client, const struct msk_ub_claim *claim,
          const struct msk_auth_context *context)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    struct msk_bytes body = msk_text("<BootstrappingInfo/>");
    struct msk_http_header header;
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200,
                                          .headers = &header,
                                          .n_headers = 1 };
    size_t n;

    REQUIRE(msk_ub_server_info(&toy.crypto, res, claim, context, body, buf,
                               sizeof buf, &n) == MSK_OK);
    header = line("Authentication-Info", (struct msk_bytes){ buf, n });
    response.body = body;
    REQUIRE(msk_ub_client_verify(client, res, &response) == MSK_OK);
    response.body.n--;
    REQUIRE(msk_ub_client_verify(client, res, &response) == MSK_ERR_DIGEST);
}

static void
check_answer(struct msk_ub_client *client, const struct msk_aka_challenge *got,
             const struct msk_aka_answer *answer)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    struct msk_bytes impi = msk_text(IMPI), text = { buf, 0 };
    struct msk_auth_context context;
    struct msk_ub_claim claim;

    REQUIRE(msk_ub_client_authorise(client, answer, buf, sizeof buf, &text.n) ==
            MSK_OK);
    for (size_t i = 0; i < text.n; i++)
        REQUIRE(buf[i] == '\t' || (buf[i] >= 0x20 && buf[i] != 0x7F));
    REQUIRE(serve(text, &claim, answer->res, &context) == MSK_OK);
    REQUIRE(claim.impi_len == impi.n &&
            memcmp(claim.impi, impi.p, impi.n) == 0);
    REQUIRE(memcmp(&claim.challenge, got, sizeof *got) == 0);
    REQUIRE(claim.has_auts == (answer->auts.n > 0));
    if (answer->res.n > 0)
        check_200(client, &claim, &context);
}

/* Who is there is read, whatever was the challenge before. */
static void
check_first(struct msk_ub_client *client)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    struct msk_bytes text = { buf, 0 };
    struct msk_auth_context context;
    struct msk_ub_claim claim;

    REQUIRE(msk_ub_client_authorise(client, NULL, buf, sizeof buf, &text.n) ==
            MSK_OK);
    REQUIRE(serve(text, &claim, res, &context) == MSK_ERR_VALUE);
    REQUIRE(!claim.answers && !claim.has_auts);
}

/* What a BSF writes with that RAND and AUTN is taken as that. */
static void
check_own_challenge(const struct msk_aka_challenge *got)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    struct msk_aka_challenge again;
    struct msk_ub_client client;
    struct msk_ub_info info = { .expires = got->rand[0] };
    size_t n;

    REQUIRE(msk_ub_server_challenge(msk_text(FQDN), got, buf, sizeof buf, &n) ==
            MSK_OK);
    start(&client);
    REQUIRE(challenge(&client, (struct msk_bytes){ buf, n }, &again) == MSK_OK);
    REQUIRE(memcmp(&again, got, sizeof again) == 0);
    REQUIRE(msk_ub_btid(got, msk_text(FQDN), &info) == MSK_OK);
    REQUIRE(msk_ub_info_write(&info, buf, sizeof buf, &n) == MSK_OK);
}

static void
try_challenge(struct msk_bytes text)
{
    static const uint8_t auts[MSK_AKA_AUTS_LEN] = { 1, 2, 3 };
    struct msk_aka_answer ours = { .res = res };
    struct msk_aka_answer again = { .auts = { auts, sizeof auts } };
    struct msk_ub_client client, before;
    struct msk_aka_challenge got;
    int err;

    start(&client);
    before = client;
    err = challenge(&client, text, &got);
    if (err != MSK_OK) {
        REQUIRE(err == MSK_ERR_DIGEST);
        REQUIRE(memcmp(&before, &client, sizeof before) == 0);
        return;
    }
    check_answer(&client, &got, &ours);
    check_answer(&client, &got, &again);
    check_first(&client);
    check_own_challenge(&got);
}

#define CHALLENGE                                                             \
    "Digest realm=\"" FQDN "\", nonce=\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka" \
    "GxwdHh8=\", algorithm=AKAv1-MD5, qop=\"auth-int\""

static void
try_info(struct msk_bytes text)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    struct msk_http_header header = line("Authentication-Info", text);
    struct msk_http_response response = { .size = sizeof response,
                                          .status = 200,
                                          .headers = &header,
                                          .n_headers = 1 };
    struct msk_aka_answer ours = { .res = res };
    struct msk_aka_challenge got;
    struct msk_ub_client client;
    size_t n;

    start(&client);
    REQUIRE(challenge(&client, msk_text(CHALLENGE), &got) == MSK_OK);
    REQUIRE(msk_ub_client_authorise(&client, &ours, buf, sizeof buf, &n) ==
            MSK_OK);
    REQUIRE(msk_ub_client_verify(&client, res, &response) == MSK_ERR_DIGEST);
}

static void
try_request(struct msk_bytes text)
{
    struct msk_auth_context context;
    struct msk_ub_claim claim;
    int err = serve(text, &claim, res, &context);

    REQUIRE(err == MSK_ERR_MISSING || err == MSK_ERR_VALUE ||
            err == MSK_ERR_DIGEST);
}

static void
try_body(struct msk_bytes text)
{
    static uint8_t buf[4096];
    struct msk_ub_info info, again;
    struct msk_xml xml;
    size_t n;

    REQUIRE(msk_xml_expat_init(&xml, NULL) == MSK_OK);
    if (msk_ub_info_read(&xml, msk_ub_media_type(), text, &info) != MSK_OK)
        return;
    REQUIRE(msk_ub_info_write(&info, buf, sizeof buf, &n) == MSK_OK);
    REQUIRE(msk_ub_info_read(&xml, msk_ub_media_type(),
                             (struct msk_bytes){ buf, n }, &again) == MSK_OK);
    REQUIRE(again.expires == info.expires && again.btid_len == info.btid_len &&
            memcmp(again.btid, info.btid, info.btid_len) == 0);
}

/* What a host may bring along: a name and an identity, with a zero between
 * them, an answer of a USIM of any length, a provider that fails. */
static void
try_host(struct msk_bytes text)
{
    static uint8_t buf[MSK_HTTP_VALUE_MAX];
    struct msk_ub_client_config config = { .size = sizeof config,
                                           .crypto = &toy.crypto,
                                           .random = &toy.random };
    struct msk_aka_answer answer = { .res = { text.p, text.n % 20 } };
    struct msk_aka_challenge got;
    struct msk_ub_client client;
    struct msk_ub_info info = { .expires = text.n };
    size_t at = 0, n;
    int err;

    while (at < text.n && text.p[at] != 0)
        at++;
    config.fqdn = (struct msk_bytes){ text.p, at };
    if (at < text.n)
        config.impi = (struct msk_bytes){ text.p + at + 1, text.n - at - 1 };
    err = msk_ub_client_init(&client, &config);
    REQUIRE(err == MSK_OK || err == MSK_ERR_ARGUMENT);
    start(&client);
    REQUIRE(msk_ub_client_authorise(&client, &answer, buf, sizeof buf, &n) !=
            MSK_OK);
    REQUIRE(challenge(&client, msk_text(CHALLENGE), &got) == MSK_OK);
    toy.fail_at = toy.calls + 1 + (unsigned)(text.n % 6);
    err = msk_ub_client_authorise(&client, &answer, buf, sizeof buf, &n);
    REQUIRE(err == MSK_OK || err == MSK_ERR_ARGUMENT || err == MSK_ERR_RANDOM ||
            err == MSK_ERR_CRYPTO);
    err = msk_ub_btid(&got, config.fqdn, &info);
    REQUIRE(err == MSK_OK || err == MSK_ERR_ARGUMENT);
    REQUIRE((err == MSK_OK) ==
            (msk_ub_info_write(&info, buf, sizeof buf, &n) == MSK_OK));
    REQUIRE(msk_ub_server_challenge(config.fqdn, &got, buf, sizeof buf, &n) ==
                MSK_OK ||
            err != MSK_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[5])(struct msk_bytes) = { try_challenge, try_info,
                                                        try_request, try_body,
                                                        try_host };
    uint8_t *copy; /* of exactly its size */

    if (size == 0)
        return 0;
    copy = malloc(size);
    REQUIRE(copy != NULL);
    memcpy(copy, data, size);
    toy_crypto_start(&toy, 0);
    tries[data[0] % 5]((struct msk_bytes){ copy + 1, size - 1 });
    free(copy);
    return 0;
}
