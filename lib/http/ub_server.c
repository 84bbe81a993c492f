/* SPDX-License-Identifier: MIT */
/* TS 24.109 4 and Annex A, the end of the BSF. */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "http/digest_server.h"
#include "http/digest_text.h"
#include "http/http_message.h"
#include "http/ub_text.h"
#include "msk/base64.h"

/* --- what a request claims -------------------------------------------------- */

static int
read_authorization(const struct msk_http_request *request,
                   struct msk_http_request *mine,
                   struct msk_digest_params *params)
{
    struct msk_bytes value = { NULL, 0 };
    int err;

    if (!msk_sized_take(mine, sizeof *mine, request,
                        MSK_SIZE_UPTO(msk_http_request, body)) ||
        (mine->headers == NULL && mine->n_headers > 0))
        return MSK_ERR_ARGUMENT;
    if (!msk_headers_fit(mine->headers, mine->n_headers))
        return MSK_ERR_VALUE;
    err = msk_header_only(mine->headers, mine->n_headers, "Authorization",
                          &value);
    if (err == MSK_OK)
        err = msk_digest_params_credentials(value, params);
    return err == MSK_OK || err == MSK_ERR_MISSING ? err : MSK_ERR_VALUE;
}

/* Empty in the first request. False: a nonce that no BSF made. */
static bool
take_nonce(const struct msk_auth_value *value, struct msk_ub_claim *claim)
{
    uint8_t text[MSK_NONCE_MAX];
    size_t n;

    claim->answers = value->there && value->raw.n > 0;
    return !claim->answers || (msk_auth_copy(value, text, sizeof text, &n) &&
                               msk_ub_nonce_read((struct msk_bytes){ text, n },
                                                 &claim->challenge));
}

static bool
take_auts(const struct msk_auth_value *value, struct msk_ub_claim *claim)
{
    uint8_t text[MSK_UB_AUTS_TEXT];
    size_t n;

    claim->has_auts = value->there;
    return !value->there ||
           (claim->answers && msk_auth_copy(value, text, sizeof text, &n) &&
            msk_base64_decode((struct msk_bytes){ text, n }, claim->auts,
                              sizeof claim->auts, &n) == MSK_OK &&
            n == MSK_AKA_AUTS_LEN);
}

int
msk_ub_server_read(const struct msk_http_request *request,
                   struct msk_ub_claim *claim)
{
    struct msk_http_request mine;
    struct msk_digest_params params;
    struct msk_bytes impi;
    int err;

    if (claim == NULL)
        return MSK_ERR_ARGUMENT;
    err = read_authorization(request, &mine, &params);
    if (err != MSK_OK)
        return err;
    memset(claim, 0, sizeof *claim);
    if (!msk_auth_copy(&params.value[MSK_DIGEST_USERNAME], claim->impi,
                       sizeof claim->impi, &claim->impi_len))
        return MSK_ERR_VALUE;
    impi = (struct msk_bytes){ claim->impi, claim->impi_len };
    return msk_digest_visible(impi, MSK_IMPI_MAX) &&
                   take_nonce(&params.value[MSK_DIGEST_NONCE], claim) &&
                   take_auts(&params.value[MSK_DIGEST_AUTS], claim)
               ? MSK_OK
               : MSK_ERR_VALUE;
}

/* --- 401 -------------------------------------------------------------------- */

int
msk_ub_server_challenge(struct msk_bytes fqdn,
                        const struct msk_aka_challenge *challenge, uint8_t *buf,
                        size_t cap, size_t *len)
{
    uint8_t nonce[MSK_UB_NONCE_LEN];
    struct msk_writer w;

    if (challenge == NULL || buf == NULL || len == NULL ||
        !msk_digest_visible(fqdn, MSK_FQDN_MAX))
        return MSK_ERR_ARGUMENT;
    msk_ub_nonce_write(challenge, nonce);
    msk_writer_init(&w, buf, cap);
    msk_digest_put_quoted(&w, "Digest realm=", fqdn);
    msk_digest_put_quoted(
        &w, ", nonce=", (struct msk_bytes){ nonce, sizeof nonce });
    msk_digest_put(&w, ", algorithm=" MSK_UB_ALGORITHM ", qop=\"auth-int\"");
    return msk_writer_end(&w, len);
}

/* --- an answer -------------------------------------------------------------- */

/* Fills the context with what was sent. MSK_ERR_DIGEST: nothing that was asked
 * for. */
static int
take_context(const struct msk_digest_params *params, struct msk_bytes fqdn,
             struct msk_auth_context *context)
{
    const struct msk_auth_value *value = params->value;
    uint32_t nc;

    memset(context, 0, sizeof *context);
    context->algorithm = MSK_ALGORITHM_MD5;
    context->qop = MSK_QOP_AUTH_INT;
    if (!msk_auth_copy(&value[MSK_DIGEST_CNONCE], context->cnonce,
                       sizeof context->cnonce, &context->cnonce_len) ||
        !msk_auth_copy(&value[MSK_DIGEST_NONCE], context->nonce,
                       sizeof context->nonce, &context->nonce_len) ||
        !msk_auth_copy(&value[MSK_DIGEST_URI], context->uri,
                       sizeof context->uri, &context->uri_len) ||
        !msk_auth_copy(&value[MSK_DIGEST_REALM], context->realm,
                       sizeof context->realm, &context->realm_len) ||
        !msk_digest_nc_read(&value[MSK_DIGEST_NC], context->nc, &nc))
        return MSK_ERR_VALUE;
    return msk_ub_is_algorithm(params) &&
                   msk_auth_is(&value[MSK_DIGEST_QOP], "auth-int") &&
                   msk_ub_is_realm(&value[MSK_DIGEST_REALM], fqdn)
               ? MSK_OK
               : MSK_ERR_DIGEST;
}

/* Does it answer that challenge, for what the request is about? */
static bool
is_about(const struct msk_auth_context *context,
         const struct msk_aka_challenge *challenge,
         const struct msk_http_request *request)
{
    struct msk_bytes nonce = { context->nonce, context->nonce_len };
    struct msk_bytes uri = { context->uri, context->uri_len };
    struct msk_aka_challenge claimed;

    return msk_ub_nonce_read(nonce, &claimed) &&
           msk_secret_equal(claimed.rand, challenge->rand,
                            sizeof claimed.rand) &&
           msk_secret_equal(claimed.autn, challenge->autn,
                            sizeof claimed.autn) &&
           msk_octets_equal(uri, request->target);
}

static int
check_answer(const struct msk_crypto *crypto,
             const struct msk_http_request *request,
             const struct msk_digest_params *params, struct msk_bytes xres,
             const struct msk_auth_context *context)
{
    uint8_t told[MSK_DIGEST_HEX_MAX], want[MSK_DIGEST_HEX_MAX];
    uint8_t impi[MSK_IMPI_MAX];
    struct msk_digest_input input;
    size_t n, n_told;
    int err;

    msk_digest_server_input(context, &input);
    input.username.p = impi;
    if (!msk_auth_copy(&params->value[MSK_DIGEST_USERNAME], impi, sizeof impi,
                       &input.username.n) ||
        !msk_digest_hex_read(&params->value[MSK_DIGEST_RESPONSE],
                             MSK_ALGORITHM_MD5, told, &n_told))
        return MSK_ERR_VALUE;
    input.password = xres;
    input.method = request->method;
    input.body = request->body;
    err = msk_digest_response(crypto, &input, want, &n);
    if (err == MSK_OK && !msk_secret_equal(want, told, n))
        err = MSK_ERR_DIGEST;
    msk_secret_wipe(want, sizeof want);
    return err;
}

int
msk_ub_server_check(const struct msk_crypto *crypto, struct msk_bytes fqdn,
                    const struct msk_http_request *request,
                    const struct msk_aka_challenge *challenge,
                    struct msk_bytes xres, struct msk_auth_context *context)
{
    struct msk_http_request mine;
    struct msk_digest_params params;
    struct msk_auth_context made;
    int err;

    if (crypto == NULL || challenge == NULL || context == NULL ||
        !msk_digest_visible(fqdn, MSK_FQDN_MAX) ||
        (xres.n > 0 && !msk_ub_is_res(xres)))
        return MSK_ERR_ARGUMENT;
    err = read_authorization(request, &mine, &params);
    if (err == MSK_ERR_MISSING)
        err = MSK_ERR_VALUE;
    if (err == MSK_OK)
        err = take_context(&params, fqdn, &made);
    if (err == MSK_OK && !is_about(&made, challenge, &mine))
        err = MSK_ERR_DIGEST;
    if (err == MSK_OK)
        err = check_answer(crypto, &mine, &params, xres, &made);
    if (err != MSK_OK)
        return err;
    made.proven = true;
    *context = made;
    return MSK_OK;
}

int
msk_ub_server_info(const struct msk_crypto *crypto, struct msk_bytes xres,
                   const struct msk_ub_claim *claim,
                   const struct msk_auth_context *context,
                   struct msk_bytes body, uint8_t *buf, size_t cap, size_t *len)
{
    uint8_t hex[MSK_DIGEST_HEX_MAX];
    struct msk_digest_input input;
    struct msk_writer w;
    size_t n;
    int err;

    if (crypto == NULL || !msk_ub_is_res(xres) || claim == NULL ||
        context == NULL || claim->impi_len > MSK_IMPI_MAX || buf == NULL ||
        len == NULL || !msk_digest_server_whole(context))
        return MSK_ERR_ARGUMENT;
    msk_digest_server_input(context, &input);
    input.username = (struct msk_bytes){ claim->impi, claim->impi_len };
    input.password = xres;
    input.body = body;
    err = msk_digest_response(crypto, &input, hex, &n);
    if (err != MSK_OK)
        return err;
    msk_writer_init(&w, buf, cap);
    msk_digest_put(&w, "qop=auth-int");
    msk_digest_put_quoted(&w, ", rspauth=", (struct msk_bytes){ hex, n });
    msk_digest_put_quoted(
        &w, ", cnonce=",
        (struct msk_bytes){ context->cnonce, context->cnonce_len });
    msk_digest_put(&w, ", nc=");
    msk_writer_put(&w, context->nc, sizeof context->nc);
    return msk_writer_end(&w, len);
}
