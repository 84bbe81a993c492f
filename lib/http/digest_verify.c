/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "http/digest_client.h"
#include "http/digest_param.h"
#include "http/digest_text.h"
#include "http/http_message.h"

/* The Authentication-Info of an answer, in one line or several. */
struct info {
    struct msk_digest_params params;
    uint8_t rspauth[MSK_DIGEST_HEX_MAX];
    size_t rspauth_len;
    uint8_t next[MSK_NONCE_MAX];
    size_t next_len; /* 0: none */
};

/* RFC 7616 3.5: cnonce and nc are those of the request, as is the qop. */
static bool
echoes(const struct msk_digest_client *client,
       const struct msk_digest_params *params)
{
    const struct msk_auth_value *qop = &params->value[MSK_DIGEST_QOP];
    struct msk_bytes cnonce = { client->cnonce, sizeof client->cnonce };
    uint8_t text[MSK_DIGEST_NC_LEN];
    uint32_t nc;

    if (qop->there &&
        !msk_auth_equal(qop, msk_digest_qop_text(client->used_qop)))
        return false;
    return msk_auth_equal(&params->value[MSK_DIGEST_CNONCE], cnonce) &&
           msk_digest_nc_read(&params->value[MSK_DIGEST_NC], text, &nc) &&
           nc == client->nc;
}

static bool
read_info(const struct msk_digest_client *client,
          const struct msk_http_response *response, struct info *info)
{
    const struct msk_auth_value *value = info->params.value;

    info->next_len = 0;
    if (response->status == 401 ||
        !msk_headers_fit(response->headers, response->n_headers) ||
        !msk_digest_params_info(response->headers, response->n_headers,
                                &info->params) ||
        !echoes(client, &info->params) ||
        !msk_digest_hex_read(&value[MSK_DIGEST_RSPAUTH], client->algorithm,
                             info->rspauth, &info->rspauth_len))
        return false;
    return !value[MSK_DIGEST_NEXTNONCE].there ||
           msk_auth_copy(&value[MSK_DIGEST_NEXTNONCE], info->next,
                         sizeof info->next, &info->next_len);
}

/* RFC 7616 3.5: as a response, but without a method; so a response that is
 * sent back is no rspauth. */
static int
check_rspauth(const struct msk_digest_client *client,
              const struct msk_credentials *credentials,
              struct msk_bytes target, struct msk_bytes body,
              const struct info *info)
{
    uint8_t nc[MSK_DIGEST_NC_LEN], want[MSK_DIGEST_HEX_MAX];
    struct msk_digest_input input;
    size_t n;
    int err;

    msk_digest_nc_write(client->nc, nc);
    msk_digest_client_input(client, credentials, nc, client->cnonce, &input);
    input.uri = target;
    input.body = body;
    err = msk_digest_hash(client->crypto, &input, credentials->mrk, want, &n);
    if (err == MSK_OK &&
        (n != info->rspauth_len || !msk_secret_equal(want, info->rspauth, n)))
        err = MSK_ERR_DIGEST;
    msk_secret_wipe(want, sizeof want);
    return err;
}

/* What the server has proved to know it will go on to know: nothing weaker is
 * allowed from now on. Better ones have lower numbers. */
static void
settle(struct msk_digest_client *client)
{
    client->algorithms &= client->algorithm | (client->algorithm - 1);
    client->qop &= client->used_qop | (client->used_qop - 1);
}

int
msk_digest_client_verify(struct msk_digest_client *client,
                         const struct msk_credentials *credentials,
                         struct msk_bytes target,
                         const struct msk_http_response *response)
{
    struct msk_http_response mine;
    struct info info;
    int err;

    if (client == NULL || !msk_digest_usable(credentials) ||
        !msk_digest_visible(target, MSK_DIGEST_TARGET_MAX) ||
        !msk_sized_take(&mine, sizeof mine, response,
                        MSK_SIZE_UPTO(msk_http_response, body)) ||
        (mine.headers == NULL && mine.n_headers > 0))
        return MSK_ERR_ARGUMENT;
    if (client->nc == 0)
        return MSK_ERR_STATE;
    if (msk_header_encoded(mine.headers, mine.n_headers))
        return MSK_ERR_ENCODING;
    if (!read_info(client, &mine, &info))
        return MSK_ERR_DIGEST;
    err = check_rspauth(client, credentials, target, mine.body, &info);
    if (err == MSK_OK)
        settle(client);
    if (err == MSK_OK && info.next_len > 0)
        msk_digest_client_nonce(client,
                                (struct msk_bytes){ info.next, info.next_len });
    return err;
}
