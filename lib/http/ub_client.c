/* SPDX-License-Identifier: MIT */
/* TS 24.109 4 and Annex A, the end of the UE. */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "http/digest_param.h"
#include "http/digest_text.h"
#include "http/http_message.h"
#include "http/ub_text.h"
#include "msk/base64.h"

#define UB_CNONCE_RANDOM 24 /* octets that give as many characters as it has */

int
msk_ub_client_init(struct msk_ub_client *client,
                   const struct msk_ub_client_config *config)
{
    struct msk_ub_client_config c;

    if (client == NULL ||
        !msk_sized_take(&c, sizeof c, config,
                        MSK_SIZE_UPTO(msk_ub_client_config, impi)) ||
        c.crypto == NULL || c.random == NULL ||
        !msk_digest_visible(c.fqdn, MSK_FQDN_MAX) ||
        !msk_digest_visible(c.impi, MSK_IMPI_MAX))
        return MSK_ERR_ARGUMENT;
    memset(client, 0, sizeof *client);
    client->crypto = c.crypto;
    client->random = c.random;
    memcpy(client->fqdn, c.fqdn.p, c.fqdn.n);
    client->fqdn_len = c.fqdn.n;
    memcpy(client->impi, c.impi.p, c.impi.n);
    client->impi_len = c.impi.n;
    return MSK_OK;
}

/* --- requests -------------------------------------------------------------- */

/* What a request or its answer is hashed of; views into the client. */
static struct msk_digest_input
input_of(const struct msk_ub_client *client, struct msk_bytes res,
         const uint8_t *cnonce)
{
    struct msk_digest_input input = { .size = sizeof input,
                                      .algorithm = MSK_ALGORITHM_MD5,
                                      .qop = MSK_QOP_AUTH_INT };

    input.username = (struct msk_bytes){ client->impi, client->impi_len };
    input.realm = (struct msk_bytes){ client->fqdn, client->fqdn_len };
    input.password = res;
    input.uri = msk_text(MSK_UB_TARGET);
    input.nonce = (struct msk_bytes){ client->nonce, client->nonce_len };
    input.nc = msk_text(MSK_UB_NC);
    input.cnonce = (struct msk_bytes){ cnonce, sizeof client->cnonce };
    return input;
}

static void
put_beginning(struct msk_writer *w, const struct msk_ub_client *client)
{
    msk_digest_put_quoted(w, "Digest username=",
                          (struct msk_bytes){ client->impi, client->impi_len });
    msk_digest_put_quoted(
        w, ", realm=", (struct msk_bytes){ client->fqdn, client->fqdn_len });
    msk_digest_put_quoted(
        w, ", nonce=", (struct msk_bytes){ client->nonce, client->nonce_len });
    msk_digest_put_quoted(w, ", uri=", msk_text(MSK_UB_TARGET));
}

/* Who is there, and no more. TS 24.109 A.3. */
static int
write_first(const struct msk_ub_client *client, uint8_t *buf, size_t cap,
            size_t *len)
{
    struct msk_ub_client fresh = *client;
    struct msk_writer w;

    fresh.nonce_len = 0;
    msk_writer_init(&w, buf, cap);
    put_beginning(&w, &fresh);
    msk_digest_put(&w, ", response=\"\"");
    return msk_writer_end(&w, len);
}

static int
write_answer(const struct msk_ub_client *client,
             const struct msk_aka_answer *answer, const uint8_t *cnonce,
             struct msk_bytes response, uint8_t *buf, size_t cap, size_t *len)
{
    uint8_t auts[MSK_UB_AUTS_TEXT];
    struct msk_bytes text = { auts, 0 };
    struct msk_writer w;

    msk_writer_init(&w, buf, cap);
    put_beginning(&w, client);
    msk_digest_put(&w, ", qop=auth-int, nc=" MSK_UB_NC);
    msk_digest_put_quoted(
        &w, ", cnonce=", (struct msk_bytes){ cnonce, sizeof client->cnonce });
    msk_digest_put_quoted(&w, ", response=", response);
    if (client->has_opaque)
        msk_digest_put_quoted(
            &w, ", opaque=",
            (struct msk_bytes){ client->opaque, client->opaque_len });
    msk_digest_put(&w, ", algorithm=" MSK_UB_ALGORITHM);
    if (answer->auts.n > 0 &&
        msk_base64_encode(answer->auts, auts, sizeof auts, &text.n) == MSK_OK)
        msk_digest_put_quoted(&w, ", auts=", text);
    return msk_writer_end(&w, len);
}

static int
answer_with(struct msk_ub_client *client, const struct msk_aka_answer *answer,
            uint8_t *buf, size_t cap, size_t *len)
{
    uint8_t octets[UB_CNONCE_RANDOM], cnonce[sizeof client->cnonce];
    uint8_t hex[MSK_DIGEST_HEX_MAX];
    struct msk_bytes response = { hex, 0 };
    struct msk_digest_input input;
    size_t n;
    int err;

    if (client->random->fill(client->random->user, octets, sizeof octets) != 0)
        return MSK_ERR_RANDOM;
    err = msk_base64_encode((struct msk_bytes){ octets, sizeof octets }, cnonce,
                            sizeof cnonce, &n);
    input = input_of(client, answer->res, cnonce);
    input.method = msk_text(MSK_UB_METHOD);
    if (err == MSK_OK)
        err = msk_digest_response(client->crypto, &input, hex, &response.n);
    if (err == MSK_OK)
        err = write_answer(client, answer, cnonce, response, buf, cap, len);
    if (err == MSK_OK) {
        memcpy(client->cnonce, cnonce, sizeof client->cnonce);
        client->answered = answer->res.n > 0;
    }
    return err;
}

int
msk_ub_client_authorise(struct msk_ub_client *client,
                        const struct msk_aka_answer *answer, uint8_t *buf,
                        size_t cap, size_t *len)
{
    if (client == NULL || buf == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    if (answer == NULL)
        return write_first(client, buf, cap, len);
    if (answer->res.n > 0
            ? !msk_ub_is_res(answer->res) || answer->auts.n > 0
            : !msk_octets_fit(answer->auts, MSK_AKA_AUTS_LEN, MSK_AKA_AUTS_LEN))
        return MSK_ERR_ARGUMENT;
    if (client->nonce_len == 0)
        return MSK_ERR_STATE;
    return answer_with(client, answer, buf, cap, len);
}

/* --- answers --------------------------------------------------------------- */

/* Takes it if it is one; the client is then changed. */
static bool
take_challenge(struct msk_ub_client *client,
               const struct msk_digest_params *params,
               struct msk_aka_challenge *challenge)
{
    const struct msk_auth_value *value = params->value;
    struct msk_bytes fqdn = { client->fqdn, client->fqdn_len };
    uint8_t nonce[MSK_NONCE_MAX], opaque[MSK_OPAQUE_MAX];
    size_t n, opaque_n = 0;

    if (params->repeated || !msk_ub_is_algorithm(params) ||
        (msk_digest_params_qop(params) & MSK_QOP_AUTH_INT) == 0 ||
        !msk_ub_is_realm(&value[MSK_DIGEST_REALM], fqdn) ||
        !msk_auth_copy(&value[MSK_DIGEST_NONCE], nonce, sizeof nonce, &n) ||
        (value[MSK_DIGEST_OPAQUE].there && value[MSK_DIGEST_OPAQUE].raw.n > 0 &&
         !msk_auth_copy(&value[MSK_DIGEST_OPAQUE], opaque, sizeof opaque,
                        &opaque_n)) ||
        !msk_ub_nonce_read((struct msk_bytes){ nonce, n }, challenge))
        return false;
    memcpy(client->nonce, nonce, n);
    client->nonce_len = n;
    memcpy(client->opaque, opaque, opaque_n);
    client->opaque_len = opaque_n;
    client->has_opaque = value[MSK_DIGEST_OPAQUE].there;
    client->answered = false;
    return true;
}

static bool
take_response(struct msk_http_response *mine,
              const struct msk_http_response *theirs)
{
    return msk_sized_take(mine, sizeof *mine, theirs,
                          MSK_SIZE_UPTO(msk_http_response, body)) &&
           (mine->headers != NULL || mine->n_headers == 0);
}

int
msk_ub_client_challenge(struct msk_ub_client *client,
                        const struct msk_http_response *response,
                        struct msk_aka_challenge *challenge)
{
    struct msk_http_response mine;
    struct msk_digest_params params;
    struct msk_auth_cursor c;

    if (client == NULL || challenge == NULL ||
        !take_response(&mine, response) || mine.status != 401)
        return MSK_ERR_ARGUMENT;
    if (!msk_headers_fit(mine.headers, mine.n_headers))
        return MSK_ERR_DIGEST;
    msk_auth_begin_lines(&c, mine.headers, mine.n_headers, "WWW-Authenticate");
    while (msk_digest_params_next(&c, &params))
        if (take_challenge(client, &params, challenge))
            return MSK_OK;
    return MSK_ERR_DIGEST;
}

/* RFC 7616 3.5: what the request had comes back. */
static bool
echoes_request(const struct msk_ub_client *client,
               const struct msk_auth_value *value)
{
    struct msk_bytes cnonce = { client->cnonce, sizeof client->cnonce };

    return (!value[MSK_DIGEST_QOP].there ||
            msk_auth_is(&value[MSK_DIGEST_QOP], "auth-int")) &&
           msk_auth_equal(&value[MSK_DIGEST_CNONCE], cnonce) &&
           msk_auth_equal(&value[MSK_DIGEST_NC], msk_text(MSK_UB_NC));
}

static int
check_rspauth_of(const struct msk_ub_client *client, struct msk_bytes res,
                 const struct msk_http_response *response,
                 const struct msk_auth_value *rspauth)
{
    struct msk_digest_input input = input_of(client, res, client->cnonce);
    uint8_t told[MSK_DIGEST_HEX_MAX], want[MSK_DIGEST_HEX_MAX];
    size_t n, n_told;
    int err;

    if (!msk_digest_hex_read(rspauth, MSK_ALGORITHM_MD5, told, &n_told))
        return MSK_ERR_DIGEST;
    input.body = response->body;
    err = msk_digest_response(client->crypto, &input, want, &n);
    if (err == MSK_OK && !msk_secret_equal(want, told, n))
        err = MSK_ERR_DIGEST;
    msk_secret_wipe(want, sizeof want);
    return err;
}

int
msk_ub_client_verify(struct msk_ub_client *client, struct msk_bytes res,
                     const struct msk_http_response *response)
{
    struct msk_http_response mine;
    struct msk_digest_params params;

    if (client == NULL || !msk_ub_is_res(res) ||
        !take_response(&mine, response))
        return MSK_ERR_ARGUMENT;
    if (!client->answered)
        return MSK_ERR_STATE;
    if (msk_header_encoded(mine.headers, mine.n_headers))
        return MSK_ERR_ENCODING;
    if (mine.status != 200 || !msk_headers_fit(mine.headers, mine.n_headers) ||
        !msk_digest_params_info(mine.headers, mine.n_headers, &params) ||
        !echoes_request(client, params.value))
        return MSK_ERR_DIGEST;
    return check_rspauth_of(client, res, &mine,
                            &params.value[MSK_DIGEST_RSPAUTH]);
}
