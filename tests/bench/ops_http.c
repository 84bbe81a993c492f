/* SPDX-License-Identifier: MIT */
/* The HTTP side: Digest (SHA-256, auth-int) and the bodies. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "msk/body.h"
#include "msk/digest.h"
#include "msk/xml_expat.h"

#define FQDN "bmsc.example.com"
#define BTID "I1U8vpY3qJ0hiuZNrke/NQ==@bsf.example.com"
#define NOW 1000000

struct exchange {
    const struct msk_crypto *crypto;
    struct msk_digest_server server;
    struct msk_credentials credentials;
    struct msk_xml xml;
    uint8_t key[32], body[MSK_HTTP_BODY_MAX], value[2][MSK_HTTP_VALUE_MAX];
    uint8_t out[MSK_HTTP_BODY_MAX];
    struct msk_body_item item[4];
    size_t n;
    struct msk_http_header header[2];
    struct msk_http_request request;
};

static int
run_check(void *state, size_t i)
{
    struct exchange *x = state;
    struct msk_digest_seen seen = { 0 };
    struct msk_auth_context context;
    enum msk_auth auth;
    int err;

    (void)i;
    x->server.crypto = x->crypto;
    err = msk_digest_server_check(&x->server, &x->credentials, &x->request,
                                  NOW + 1, &seen, &auth, &context);
    return err != MSK_OK || auth != MSK_AUTH_OK;
}

static int
count(void *arg, const struct msk_body_item *item)
{
    (void)item;
    ++*(size_t *)arg;
    return MSK_OK;
}

static int
run_read(void *state, size_t i)
{
    struct exchange *x = state;
    size_t items = 0;
    int err = msk_body_read(&x->xml, MSK_BODY_MSK_REQUEST,
                            msk_body_media_type(MSK_BODY_MSK_REQUEST),
                            (struct msk_bytes){ x->body, x->n }, count, &items);

    (void)i;
    return err != MSK_OK || items != 4;
}

static int
run_write(void *state, size_t i)
{
    struct exchange *x = state;
    size_t n;

    (void)i;
    return msk_body_write(MSK_BODY_MSK_REQUEST, x->item, 4, x->out,
                          sizeof x->out, &n);
}

static int
ask(struct exchange *x)
{
    x->request.size = sizeof x->request;
    x->request.method = msk_text("POST");
    x->request.target = msk_text("/keymanagement?requesttype=msk-request");
    for (size_t i = 0; i < 4; i++) {
        memcpy(x->item[i].domain, "\x21\x63\x54", 3);
        memcpy(x->item[i].msk_id, "\x18\xCF\x00\x00", 4);
        x->item[i].msk_id[1] ^= (uint8_t)i;
    }
    return msk_body_write(MSK_BODY_MSK_REQUEST, x->item, 4, x->body,
                          sizeof x->body, &x->n);
}

/* A challenge, and the request that answers it. */
static int
authorize(struct exchange *x)
{
    struct msk_digest_client client;
    struct msk_http_response challenge = { .size = sizeof challenge,
                                           .status = 401,
                                           .headers = x->header,
                                           .n_headers = 1 };
    enum msk_challenge what;
    size_t n = 0;
    int err = msk_digest_server_challenge(
        &x->server,
        &(struct msk_digest_offer){ sizeof(struct msk_digest_offer), 0, false,
                                    NULL, NOW },
        x->value[0], MSK_HTTP_VALUE_MAX, &n);

    x->header[0].name = msk_text("WWW-Authenticate");
    x->header[0].value = (struct msk_bytes){ x->value[0], n };
    if (err == MSK_OK)
        err = msk_digest_client_init(
            &client, &(struct msk_digest_client_config){
                         sizeof(struct msk_digest_client_config), x->crypto,
                         &bench_random, msk_text(FQDN), 0, 0 });
    if (err == MSK_OK)
        err = msk_digest_client_challenge(&client, &challenge, false, &what);
    x->request.body = (struct msk_bytes){ x->body, x->n };
    if (err == MSK_OK)
        err = msk_digest_client_authorise(&client, &x->credentials, &x->request,
                                          x->value[1], MSK_HTTP_VALUE_MAX, &n);
    x->header[1].name = msk_text("Authorization");
    x->header[1].value = (struct msk_bytes){ x->value[1], n };
    x->request.headers = x->header + 1;
    x->request.n_headers = 1;
    return err;
}

static void
prepare(void *state)
{
    struct exchange *x = state;
    struct msk_bytes key = { x->key, sizeof x->key };
    int err = ask(x);

    x->credentials = (struct msk_credentials){ msk_text(BTID), key };
    x->server = (struct msk_digest_server){ .size = sizeof x->server,
                                            .crypto = x->crypto,
                                            .random = &bench_random,
                                            .fqdn = msk_text(FQDN),
                                            .nonce_key = key };
    if (err == MSK_OK)
        err = authorize(x);
    if (err == MSK_OK)
        err = msk_xml_expat_init(&x->xml, NULL);
    if (err != MSK_OK)
        bench_fail("HTTP", msk_err_text(err));
}

static struct exchange *
make_exchange(const struct msk_crypto *crypto)
{
    struct exchange *x = calloc(1, sizeof *x);

    if (x == NULL)
        bench_fail("HTTP", "no memory");
    x->crypto = crypto;
    return x;
}

void
bench_add_bodies(struct bench *b)
{
    struct exchange *x = make_exchange(bench_null_crypto());

    bench_add(b, "libmsk", "read a body of 4 items", run_read, x)->prepare =
        prepare;
    bench_add(b, "libmsk", "write a body of 4 items", run_write, x)->prepare =
        prepare;
}

void
bench_add_http(struct bench *b, const struct msk_crypto *crypto)
{
    struct exchange *x = make_exchange(crypto);
    struct bench_op *op = bench_add(b, "libmsk", "check Digest", run_check, x);

    op->prepare = prepare;
    op->provider = &x->crypto;
    bench_add_floor(b);
}
