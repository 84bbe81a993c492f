/* SPDX-License-Identifier: MIT */
/* A request is read whole, then its nonce, then its response, and only then
 * its nc: without the key nothing is changed. */
#include <string.h>

#include "base/octets.h"
#include "base/secret.h"
#include "http/digest_param.h"
#include "http/digest_server.h"
#include "http/digest_text.h"
#include "http/http_message.h"
#include "http/uri.h"

/* What a request claims, unescaped. */
struct claim {
    struct msk_http_request request;
    struct msk_auth_context context;
    uint8_t username[MSK_BTID_MAX];
    size_t username_len;
    uint8_t response[MSK_DIGEST_HEX_MAX];
    size_t response_len;
    bool realm; /* is that of the server */
    uint32_t nc;
    uint8_t id[MSK_DIGEST_NONCE_ID_LEN];
};

/* The Digest parameters of the one Authorization. */
static int
read_params(const struct msk_http_request *request,
            struct msk_digest_params *params)
{
    struct msk_bytes value = { NULL, 0 };
    int err = MSK_OK;

    if (!msk_headers_fit(request->headers, request->n_headers))
        return MSK_ERR_VALUE;
    err = msk_header_only(request->headers, request->n_headers, "Authorization",
                          &value);
    if (err == MSK_OK)
        err = msk_digest_params_credentials(value, params);
    return err == MSK_OK || err == MSK_ERR_MISSING ? err : MSK_ERR_VALUE;
}

static bool
copy_request(struct msk_http_request *mine,
             const struct msk_http_request *theirs)
{
    return msk_sized_take(mine, sizeof *mine, theirs,
                          MSK_SIZE_UPTO(msk_http_request, body)) &&
           (mine->headers != NULL || mine->n_headers == 0);
}

int
msk_digest_server_btid(const struct msk_http_request *request, uint8_t *buf,
                       size_t cap, size_t *len)
{
    struct msk_http_request mine;
    struct msk_digest_params params;
    int err;

    if (buf == NULL || len == NULL || !copy_request(&mine, request))
        return MSK_ERR_ARGUMENT;
    err = read_params(&mine, &params);
    if (err == MSK_OK &&
        !msk_auth_copy(&params.value[MSK_DIGEST_USERNAME], buf,
                       cap < MSK_BTID_MAX ? cap : MSK_BTID_MAX, len))
        err = MSK_ERR_VALUE;
    return err;
}

/* One that was offered, in a word; 0: another, or none. */
static uint32_t
claimed_qop(const struct msk_auth_value *value, uint32_t offered)
{
    if (msk_auth_is(value, "auth-int"))
        return MSK_QOP_AUTH_INT & offered;
    return msk_auth_is(value, "auth") ? MSK_QOP_AUTH & offered : 0;
}

/* RFC 7616 3.4: these have no place beside a plain user name. */
static bool
hides_name(const struct msk_auth_value *value)
{
    return value[MSK_DIGEST_USERNAME_EXT].there ||
           (value[MSK_DIGEST_USERHASH].there &&
            !msk_auth_is(&value[MSK_DIGEST_USERHASH], "false"));
}

/* The realm as it was sent. One that is not of this server counts like a wrong
 * response, which is then looked for under the server's own. */
static int
take_claimed_realm(const struct msk_digest_server *server,
                   const struct msk_auth_value *value, struct claim *claim)
{
    struct msk_auth_context *context = &claim->context;
    struct msk_bytes realm = { context->realm, 0 };

    claim->realm =
        msk_auth_copy(value, context->realm, sizeof context->realm, &realm.n) &&
        msk_digest_realm_names(realm, server->fqdn);
    context->realm_len = realm.n;
    return claim->realm
               ? MSK_OK
               : msk_digest_realm(server, context->realm, &context->realm_len);
}

/* RFC 7616 3.4.6: the same resource as in the request line. */
static bool
take_uri(const struct msk_digest_server *server,
         const struct msk_auth_value *value, struct claim *claim)
{
    struct msk_auth_context *context = &claim->context;
    struct msk_bytes uri = { context->uri, 0 }, resource;

    if (!msk_auth_copy(value, context->uri, sizeof context->uri, &uri.n))
        return false;
    context->uri_len = uri.n;
    resource = msk_uri_resource(uri, server->fqdn);
    return resource.n > 0 &&
           msk_octets_equal(
               resource, msk_uri_resource(claim->request.target, server->fqdn));
}

/* False: something is missing, or of a form that nobody may send. */
static bool
read_values(const struct msk_digest_server *server,
            const struct msk_digest_params *params, struct claim *claim)
{
    const struct msk_auth_value *value = params->value;
    struct msk_auth_context *context = &claim->context;

    context->algorithm =
        msk_digest_params_algorithm(params) & server->algorithms;
    context->qop = claimed_qop(&value[MSK_DIGEST_QOP], server->qop);
    return context->algorithm != 0 && context->qop != 0 && !hides_name(value) &&
           value[MSK_DIGEST_REALM].there &&
           take_claimed_realm(server, &value[MSK_DIGEST_REALM], claim) ==
               MSK_OK &&
           take_uri(server, &value[MSK_DIGEST_URI], claim) &&
           msk_auth_copy(&value[MSK_DIGEST_USERNAME], claim->username,
                         sizeof claim->username, &claim->username_len) &&
           msk_auth_copy(&value[MSK_DIGEST_NONCE], context->nonce,
                         sizeof context->nonce, &context->nonce_len) &&
           msk_auth_copy(&value[MSK_DIGEST_CNONCE], context->cnonce,
                         sizeof context->cnonce, &context->cnonce_len) &&
           msk_digest_nc_read(&value[MSK_DIGEST_NC], context->nc, &claim->nc) &&
           msk_digest_hex_read(&value[MSK_DIGEST_RESPONSE], context->algorithm,
                               claim->response, &claim->response_len);
}

/* What the response must be under the credentials. NULL: under a key of the
 * usual length that nobody has, with as many calls of the provider. */
static int
compute(struct msk_digest_exchange *exchange, const struct claim *claim,
        uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len)
{
    static const uint8_t nobody[32];
    const struct msk_crypto *crypto = exchange->server.crypto;
    struct msk_bytes mrk = { nobody, sizeof nobody };
    struct msk_digest_input input;
    int err;

    msk_digest_server_input(&claim->context, &input);
    input.username = (struct msk_bytes){ claim->username, claim->username_len };
    input.method = claim->request.method;
    input.body = claim->request.body;
    if (exchange->credentials != NULL)
        mrk = exchange->credentials->mrk;
    err = msk_digest_hash_a1(crypto, &input, mrk, exchange->a1);
    return err == MSK_OK
               ? msk_digest_hash_under(crypto, &input, exchange->a1, out, len)
               : err;
}

static bool
same_name(const struct msk_credentials *credentials, const struct claim *claim)
{
    return credentials != NULL &&
           msk_octets_are(credentials->btid, claim->username,
                          claim->username_len);
}

/* Finds out whether the one who asks knows the key. All is looked at, whatever
 * the first thing says. */
static int
verify_claim(struct msk_digest_exchange *exchange, struct claim *claim)
{
    uint8_t want[MSK_DIGEST_HEX_MAX];
    size_t n = 0;
    int err = compute(exchange, claim, want, &n);
    bool right = err == MSK_OK && n == claim->response_len &&
                 msk_secret_equal(want, claim->response, n);
    bool named = same_name(exchange->credentials, claim);

    claim->context.proven = right & named & claim->realm;
    exchange->has_a1 = claim->context.proven;
    msk_secret_wipe(want, sizeof want);
    return err;
}

/* Nobody has used this nonce with this nc, nor a later nonce. */
static bool
fresh(const struct msk_digest_seen *seen, const struct claim *claim)
{
    if (seen == NULL || claim->context.issued > seen->issued)
        return true;
    return claim->context.issued == seen->issued &&
           memcmp(claim->id, seen->nonce, sizeof claim->id) == 0 &&
           claim->nc > seen->nc;
}

/* A nonce from the future is ours all the same: the clock went back. */
static bool
expired(const struct msk_digest_server *server,
        const struct msk_auth_context *context)
{
    return context->now > context->issued &&
           context->now - context->issued > server->nonce_life;
}

static void
move_on(struct msk_digest_seen *seen, const struct claim *claim)
{
    seen->issued = claim->context.issued;
    memcpy(seen->nonce, claim->id, sizeof seen->nonce);
    seen->nc = claim->nc;
}

/* No more of it than is used: it has room for much longer values. */
static void
give_context(const struct msk_auth_context *from, struct msk_auth_context *to)
{
    to->algorithm = from->algorithm;
    to->qop = from->qop;
    to->now = from->now;
    to->issued = from->issued;
    memcpy(to->nc, from->nc, sizeof to->nc);
    memcpy(to->cnonce, from->cnonce, from->cnonce_len);
    memcpy(to->nonce, from->nonce, from->nonce_len);
    to->cnonce_len = from->cnonce_len;
    to->nonce_len = from->nonce_len;
    memcpy(to->uri, from->uri, from->uri_len);
    memcpy(to->realm, from->realm, from->realm_len);
    to->uri_len = from->uri_len;
    to->realm_len = from->realm_len;
}

/* The verdict on a claim that could be read. */
static int
judge_claim(struct msk_digest_exchange *exchange, struct claim *claim,
            const struct msk_digest_seen *seen, enum msk_auth *auth)
{
    struct msk_auth_context *context = &claim->context;
    struct msk_bytes nonce = { context->nonce, context->nonce_len };
    bool ours;
    int err = msk_digest_nonce_read(&exchange->nonce_key, nonce, &ours,
                                    &context->issued, claim->id);

    /* RFC 7616 3.3: stale says that the nonce is no good, whoever asks. */
    *auth = MSK_AUTH_STALE;
    if (err != MSK_OK || !ours)
        return err;
    err = verify_claim(exchange, claim);
    if (err != MSK_OK || expired(&exchange->server, context))
        return err;
    if (!context->proven)
        *auth = MSK_AUTH_WRONG;
    else if (fresh(seen, claim))
        *auth = MSK_AUTH_OK;
    return MSK_OK;
}

int
msk_digest_exchange_check(struct msk_digest_exchange *exchange,
                          const struct msk_http_request *request, msk_time now,
                          struct msk_digest_seen *seen, enum msk_auth *auth,
                          struct msk_auth_context *context)
{
    struct msk_digest_params params;
    struct claim claim;
    int err;

    if (auth == NULL || context == NULL ||
        !copy_request(&claim.request, request))
        return MSK_ERR_ARGUMENT;
    context->proven = false;
    *auth = MSK_AUTH_MISSING;
    claim.context.proven = false;
    claim.context.now = now;
    err = read_params(&claim.request, &params);
    if (err == MSK_ERR_MISSING)
        return MSK_OK;
    *auth = MSK_AUTH_BAD;
    if (err != MSK_OK || !read_values(&exchange->server, &params, &claim))
        return MSK_OK;
    err = judge_claim(exchange, &claim, seen, auth);
    if (err != MSK_OK)
        *auth = MSK_AUTH_WRONG; /* for who does not look at the result */
    else
        context->proven = claim.context.proven;
    if (*auth == MSK_AUTH_OK) {
        give_context(&claim.context, context);
        if (seen != NULL)
            move_on(seen, &claim);
    }
    msk_secret_wipe(claim.id, sizeof claim.id); /* it may be a MAC */
    return err;
}

int
msk_digest_server_check(const struct msk_digest_server *server,
                        const struct msk_credentials *credentials,
                        const struct msk_http_request *request, msk_time now,
                        struct msk_digest_seen *seen, enum msk_auth *auth,
                        struct msk_auth_context *context)
{
    struct msk_digest_exchange exchange;
    int err = msk_digest_exchange_begin(&exchange, server, credentials);

    if (err != MSK_OK)
        return err;
    err =
        msk_digest_exchange_check(&exchange, request, now, seen, auth, context);
    msk_digest_exchange_end(&exchange);
    return err;
}

void
msk_digest_seen_expire(struct msk_digest_seen *seen, msk_time now)
{
    if (seen == NULL)
        return;
    /* No nonce that is out is newer: those made after the last one seen say
     * so much, or now. */
    seen->issued = msk_digest_nonce_after(seen->issued, now);
    memset(seen->nonce, 0, sizeof seen->nonce);
    seen->nc = UINT32_MAX;
}
