/* SPDX-License-Identifier: MIT */
#include "http/digest_client.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "http/digest_text.h"
#include "msk/base64.h"

#define CNONCE_LEN 32    /* characters */
#define CNONCE_RANDOM 24 /* octets that give as many */
#define METHOD_MAX 32

int
msk_digest_client_init(struct msk_digest_client *client,
                       const struct msk_digest_client_config *config)
{
    struct msk_digest_client_config c;

    if (client == NULL ||
        !msk_sized_take(&c, sizeof c, config,
                        MSK_SIZE_UPTO(msk_digest_client_config, algorithms)) ||
        c.crypto == NULL || c.random == NULL ||
        !msk_digest_may_use(&c.qop, &c.algorithms) ||
        !msk_digest_visible(c.fqdn, MSK_FQDN_MAX))
        return MSK_ERR_ARGUMENT;
    memset(client, 0, sizeof *client);
    client->crypto = c.crypto;
    client->random = c.random;
    client->qop = c.qop;
    client->algorithms = c.algorithms;
    memcpy(client->fqdn, c.fqdn.p, c.fqdn.n);
    client->fqdn_len = c.fqdn.n;
    return MSK_OK;
}

void
msk_digest_client_forget(struct msk_digest_client *client)
{
    client->nonce_len = 0;
    client->nc = 0;
}

void
msk_digest_client_nonce(struct msk_digest_client *client,
                        struct msk_bytes nonce)
{
    if (nonce.n == client->nonce_len &&
        memcmp(nonce.p, client->nonce, nonce.n) == 0)
        return;
    memcpy(client->nonce, nonce.p, nonce.n);
    client->nonce_len = nonce.n;
    client->nc = 0;
}

void
msk_digest_nc_write(uint32_t nc, uint8_t text[MSK_DIGEST_NC_LEN])
{
    uint8_t octets[4];
    struct msk_writer w;

    msk_writer_init(&w, octets, sizeof octets);
    msk_writer_u32(&w, nc);
    msk_digest_hex_write(octets, sizeof octets, text);
}

void
msk_digest_client_input(const struct msk_digest_client *client,
                        const struct msk_credentials *credentials,
                        const uint8_t *nc, const uint8_t *cnonce,
                        struct msk_digest_input *input)
{
    memset(input, 0, sizeof *input);
    input->size = sizeof *input;
    input->algorithm = client->algorithm;
    input->qop = client->used_qop;
    input->username = credentials->btid;
    input->realm = (struct msk_bytes){ client->realm, client->realm_len };
    input->nonce = (struct msk_bytes){ client->nonce, client->nonce_len };
    input->nc = (struct msk_bytes){ nc, MSK_DIGEST_NC_LEN };
    input->cnonce = (struct msk_bytes){ cnonce, CNONCE_LEN };
}

/* The library's own words between values that were checked or are quoted. */
static int
write(const struct msk_digest_client *client,
      const struct msk_digest_input *input, struct msk_bytes response,
      uint8_t *buf, size_t cap, size_t *len)
{
    struct msk_bytes algorithm = msk_digest_algorithm_text(input->algorithm);
    struct msk_bytes qop = msk_digest_qop_text(input->qop);
    struct msk_bytes opaque = { client->opaque, client->opaque_len };
    struct msk_writer w;

    msk_writer_init(&w, buf, cap);
    msk_digest_put_quoted(&w, "Digest username=", input->username);
    msk_digest_put_quoted(&w, ", realm=", input->realm);
    msk_digest_put_quoted(&w, ", nonce=", input->nonce);
    msk_digest_put_quoted(&w, ", uri=", input->uri);
    msk_digest_put(&w, ", qop=");
    msk_writer_put(&w, qop.p, qop.n);
    msk_digest_put(&w, ", nc=");
    msk_writer_put(&w, input->nc.p, input->nc.n);
    msk_digest_put_quoted(&w, ", cnonce=", input->cnonce);
    msk_digest_put_quoted(&w, ", response=", response);
    if (client->has_opaque)
        msk_digest_put_quoted(&w, ", opaque=", opaque);
    msk_digest_put(&w, ", algorithm=");
    msk_writer_put(&w, algorithm.p, algorithm.n);
    return msk_writer_end(&w, len);
}

static int
make_cnonce(const struct msk_random *random, uint8_t out[CNONCE_LEN])
{
    uint8_t octets[CNONCE_RANDOM];
    size_t n;

    if (random->fill(random->user, octets, sizeof octets) != 0)
        return MSK_ERR_RANDOM;
    return msk_base64_encode((struct msk_bytes){ octets, sizeof octets }, out,
                             CNONCE_LEN, &n);
}

/* Authorizes with the nc and cnonce given. */
static int
authorize(const struct msk_digest_client *client,
          const struct msk_credentials *credentials,
          const struct msk_http_request *request, uint32_t nc,
          const uint8_t *cnonce, uint8_t *buf, size_t cap, size_t *len)
{
    uint8_t nc_text[MSK_DIGEST_NC_LEN], hex[MSK_DIGEST_HEX_MAX];
    struct msk_bytes response = { hex, 0 };
    struct msk_digest_input input;
    int err;

    msk_digest_nc_write(nc, nc_text);
    msk_digest_client_input(client, credentials, nc_text, cnonce, &input);
    input.method = request->method;
    input.uri = request->target;
    input.body = request->body;
    err = msk_digest_hash(client->crypto, &input, credentials->mrk, hex,
                          &response.n);
    if (err == MSK_OK)
        err = write(client, &input, response, buf, cap, len);
    return err;
}

int
msk_digest_client_authorise(struct msk_digest_client *client,
                            const struct msk_credentials *credentials,
                            const struct msk_http_request *request,
                            uint8_t *buf, size_t cap, size_t *len)
{
    struct msk_http_request mine;
    uint8_t cnonce[CNONCE_LEN];
    int err;

    if (client == NULL || buf == NULL || len == NULL ||
        !msk_digest_usable(credentials) ||
        !msk_sized_take(&mine, sizeof mine, request,
                        MSK_SIZE_UPTO(msk_http_request, body)) ||
        !msk_digest_visible(mine.method, METHOD_MAX) ||
        !msk_digest_visible(mine.target, MSK_DIGEST_TARGET_MAX))
        return MSK_ERR_ARGUMENT;
    if (client->nonce_len == 0 || client->nc == UINT32_MAX)
        return MSK_ERR_STATE;
    err = make_cnonce(client->random, cnonce);
    if (err == MSK_OK)
        err = authorize(client, credentials, &mine, client->nc + 1, cnonce, buf,
                        cap, len);
    if (err == MSK_OK) {
        client->nc++;
        memcpy(client->cnonce, cnonce, sizeof client->cnonce);
    }
    return err;
}
