/* SPDX-License-Identifier: MIT */
#include "http/digest_server.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "base/secret.h"
#include "http/digest_text.h"

/* --- a request and its answer --------------------------------------------- */

#define NONCE_LIFE 300000
#define NONCE_KEY_MIN 16
#define NONCE_KEY_MAX 64

/* Copies theirs to mine with the defaults filled in. False: it cannot be used.
 */
static bool
take_digest_server(struct msk_digest_server *mine,
                   const struct msk_digest_server *theirs)
{
    if (!msk_sized_take(mine, sizeof *mine, theirs,
                        MSK_SIZE_UPTO(msk_digest_server, nonce_life)) ||
        mine->crypto == NULL || mine->random == NULL ||
        !msk_digest_visible(mine->fqdn, MSK_FQDN_MAX) ||
        mine->nonce_key.p == NULL || mine->nonce_key.n < NONCE_KEY_MIN ||
        mine->nonce_key.n > NONCE_KEY_MAX ||
        !msk_digest_may_use(&mine->qop, &mine->algorithms))
        return false;
    if (mine->nonce_life == 0)
        mine->nonce_life = NONCE_LIFE;
    return true;
}

int
msk_digest_exchange_begin(struct msk_digest_exchange *exchange,
                          const struct msk_digest_server *server,
                          const struct msk_credentials *credentials)
{
    if (!take_digest_server(&exchange->server, server) ||
        (credentials != NULL && !msk_digest_usable(credentials)))
        return MSK_ERR_ARGUMENT;
    exchange->credentials = credentials;
    exchange->has_a1 = false;
    msk_nonce_key_begin(&exchange->nonce_key, &exchange->server);
    return MSK_OK;
}

void
msk_digest_exchange_end(struct msk_digest_exchange *exchange)
{
    msk_nonce_key_end(&exchange->nonce_key);
    msk_secret_wipe(exchange->a1, sizeof exchange->a1);
    exchange->has_a1 = false;
}

/* --- what a server writes -------------------------------------------------- */

int
msk_digest_realm(const struct msk_digest_server *server,
                 uint8_t out[MSK_REALM_MAX], size_t *len)
{
    struct msk_writer w;

    if (!msk_digest_visible(server->fqdn, MSK_FQDN_MAX))
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, out, MSK_REALM_MAX);
    msk_digest_put(&w,
                   server->akma ? MSK_DIGEST_REALM_AKMA : MSK_DIGEST_REALM_GBA);
    msk_writer_put(&w, server->fqdn.p, server->fqdn.n);
    return msk_writer_end(&w, len);
}

/* The algorithm of challenge number i, best first; 0: there is no such. */
static uint32_t
offered(const struct msk_digest_server *server, size_t i)
{
    static const uint32_t best_first[] = { MSK_ALGORITHM_SHA256,
                                           MSK_ALGORITHM_MD5 };

    for (size_t k = 0; k < 2; k++)
        if ((server->algorithms & best_first[k]) != 0 && i-- == 0)
            return best_first[k];
    return 0;
}

static const char *
qop_list(uint32_t qop)
{
    if (qop == (MSK_QOP_AUTH_INT | MSK_QOP_AUTH))
        return "auth-int,auth";
    return qop == MSK_QOP_AUTH ? "auth" : "auth-int";
}

int
msk_digest_exchange_challenge(struct msk_digest_exchange *exchange,
                              const struct msk_digest_offer *offer,
                              uint8_t *buf, size_t cap, size_t *len)
{
    const struct msk_digest_server *server = &exchange->server;
    struct msk_digest_offer o;
    uint8_t realm[MSK_REALM_MAX], nonce[MSK_DIGEST_NONCE_LEN];
    struct msk_bytes name;
    struct msk_writer w;
    size_t n;
    int err;

    if (buf == NULL || len == NULL ||
        !msk_sized_take(&o, sizeof o, offer,
                        MSK_SIZE_UPTO(msk_digest_offer, now)))
        return MSK_ERR_ARGUMENT;
    name = msk_digest_algorithm_text(offered(server, o.number));
    if (name.n == 0)
        return MSK_ERR_STATE;
    err = msk_digest_realm(server, realm, &n);
    if (err == MSK_OK)
        err = msk_digest_nonce_make(
            &exchange->nonce_key,
            msk_digest_nonce_after(o.seen != NULL ? o.seen->issued : 0, o.now),
            nonce);
    if (err != MSK_OK)
        return err;
    msk_writer_init(&w, buf, cap);
    msk_digest_put_quoted(&w, "Digest realm=", (struct msk_bytes){ realm, n });
    msk_digest_put_quoted(
        &w, ", nonce=", (struct msk_bytes){ nonce, sizeof nonce });
    msk_digest_put_quoted(&w, ", qop=", msk_text(qop_list(server->qop)));
    msk_digest_put(&w, ", algorithm=");
    msk_writer_put(&w, name.p, name.n);
    msk_digest_put(&w, o.stale ? ", stale=true" : "");
    return msk_writer_end(&w, len);
}

int
msk_digest_server_challenge(const struct msk_digest_server *server,
                            const struct msk_digest_offer *offer, uint8_t *buf,
                            size_t cap, size_t *len)
{
    struct msk_digest_exchange exchange;
    int err = msk_digest_exchange_begin(&exchange, server, NULL);

    if (err != MSK_OK)
        return err;
    err = msk_digest_exchange_challenge(&exchange, offer, buf, cap, len);
    msk_digest_exchange_end(&exchange);
    return err;
}

void
msk_digest_server_input(const struct msk_auth_context *context,
                        struct msk_digest_input *input)
{
    memset(input, 0, sizeof *input);
    input->size = sizeof *input;
    input->algorithm = context->algorithm;
    input->qop = context->qop;
    input->realm = (struct msk_bytes){ context->realm, context->realm_len };
    input->uri = (struct msk_bytes){ context->uri, context->uri_len };
    input->nonce = (struct msk_bytes){ context->nonce, context->nonce_len };
    input->nc = (struct msk_bytes){ context->nc, sizeof context->nc };
    input->cnonce = (struct msk_bytes){ context->cnonce, context->cnonce_len };
}

/* RFC 7616 3.5: there is no method in an rspauth. */
static int
rspauth(struct msk_digest_exchange *exchange,
        const struct msk_auth_context *context, struct msk_bytes body,
        uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len)
{
    const struct msk_crypto *crypto = exchange->server.crypto;
    struct msk_digest_input input;
    int err = MSK_OK;

    msk_digest_server_input(context, &input);
    input.username = exchange->credentials->btid;
    input.body = body;
    if (!exchange->has_a1)
        err = msk_digest_hash_a1(crypto, &input, exchange->credentials->mrk,
                                 exchange->a1);
    return err == MSK_OK
               ? msk_digest_hash_under(crypto, &input, exchange->a1, out, len)
               : err;
}

bool
msk_digest_server_whole(const struct msk_auth_context *context)
{
    return context != NULL &&
           msk_digest_algorithm_text(context->algorithm).n > 0 &&
           msk_digest_qop_text(context->qop).n > 0 &&
           context->cnonce_len <= MSK_NONCE_MAX &&
           context->nonce_len <= MSK_NONCE_MAX &&
           context->uri_len <= MSK_DIGEST_TARGET_MAX &&
           context->realm_len <= MSK_REALM_MAX;
}

int
msk_digest_exchange_info(struct msk_digest_exchange *exchange,
                         const struct msk_auth_context *context,
                         struct msk_bytes body, uint8_t *buf, size_t cap,
                         size_t *len)
{
    uint8_t hex[MSK_DIGEST_HEX_MAX], next[MSK_DIGEST_NONCE_LEN];
    struct msk_bytes qop;
    struct msk_writer w;
    size_t n;
    int err;

    if (exchange->credentials == NULL || !msk_digest_server_whole(context) ||
        buf == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    err = rspauth(exchange, context, body, hex, &n);
    if (err == MSK_OK)
        err = msk_digest_nonce_make(
            &exchange->nonce_key,
            msk_digest_nonce_after(context->issued, context->now), next);
    if (err != MSK_OK)
        return err;
    qop = msk_digest_qop_text(context->qop);
    msk_writer_init(&w, buf, cap);
    msk_digest_put(&w, "qop=");
    msk_writer_put(&w, qop.p, qop.n);
    msk_digest_put_quoted(&w, ", rspauth=", (struct msk_bytes){ hex, n });
    msk_digest_put_quoted(
        &w, ", cnonce=",
        (struct msk_bytes){ context->cnonce, context->cnonce_len });
    msk_digest_put(&w, ", nc=");
    msk_writer_put(&w, context->nc, sizeof context->nc);
    msk_digest_put_quoted(
        &w, ", nextnonce=", (struct msk_bytes){ next, sizeof next });
    return msk_writer_end(&w, len);
}

int
msk_digest_server_info(const struct msk_digest_server *server,
                       const struct msk_credentials *credentials,
                       const struct msk_auth_context *context,
                       struct msk_bytes body, uint8_t *buf, size_t cap,
                       size_t *len)
{
    struct msk_digest_exchange exchange;
    int err = msk_digest_exchange_begin(&exchange, server, credentials);

    if (err != MSK_OK)
        return err;
    err = msk_digest_exchange_info(&exchange, context, body, buf, cap, len);
    msk_digest_exchange_end(&exchange);
    return err;
}
