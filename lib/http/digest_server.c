/* SPDX-License-Identifier: MIT */
#include "http/digest_server.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "base/secret.h"
#include "http/digest_text.h"
#include "msk/base64.h"

/* --- nonces ---------------------------------------------------------------- */

#define TIME_LEN 8
#define RANDOM_LEN 8
#define HEAD_LEN (TIME_LEN + RANDOM_LEN)
#define RAW_LEN (HEAD_LEN + MSK_DIGEST_NONCE_ID_LEN)

static void
begin_nonce_key(struct msk_nonce_key *key,
                const struct msk_digest_server *server)
{
    key->server = server;
    key->ready = false;
}

static void
end_nonce_key(struct msk_nonce_key *key)
{
    if (!key->ready)
        return;
    key->server->crypto->hmac_end(key->server->crypto->user, &key->hmac);
    key->ready = false;
}

static int
make_ready(struct msk_nonce_key *key)
{
    const struct msk_digest_server *server = key->server;

    if (key->ready)
        return MSK_OK;
    if (server->crypto->hmac_begin(server->crypto->user, &key->hmac,
                                   MSK_HASH_SHA256, server->nonce_key) != 0)
        return MSK_ERR_CRYPTO;
    msk_fqdn_fold(server->fqdn, key->fqdn);
    key->ready = true;
    return MSK_OK;
}

/* What an HMAC is made for; its first octet. */
enum purpose { PURPOSE_MAC = 1, PURPOSE_MASK = 2 };

/* HMAC-SHA-256 of purpose, 16 octets and the name of the server. */
static int
nonce_hmac(const struct msk_nonce_key *key, enum purpose purpose,
           const uint8_t *in, uint8_t out[MSK_HASH_MAX])
{
    const struct msk_crypto *crypto = key->server->crypto;
    const uint8_t first = (uint8_t)purpose;
    const struct msk_bytes all[3] = { { &first, 1 },
                                      { in, HEAD_LEN },
                                      { key->fqdn, key->server->fqdn.n } };

    return crypto->hmac(crypto->user, &key->hmac, all, 3, out) == 0
               ? MSK_OK
               : MSK_ERR_CRYPTO;
}

/* Puts the mask that belongs to a MAC over the head, or takes it off. */
static int
mask(const struct msk_nonce_key *key, const uint8_t *id, uint8_t *head)
{
    uint8_t octets[MSK_HASH_MAX];
    int err = nonce_hmac(key, PURPOSE_MASK, id, octets);

    for (size_t i = 0; err == MSK_OK && i < HEAD_LEN; i++)
        head[i] ^= octets[i];
    msk_secret_wipe(octets, sizeof octets);
    return err;
}

/* The MAC is the place in the key stream too, so that no two heads get the
 * same mask. */
static int
seal(const struct msk_nonce_key *key, uint8_t raw[RAW_LEN])
{
    uint8_t mac[MSK_HASH_MAX];
    int err = nonce_hmac(key, PURPOSE_MAC, raw, mac);

    if (err == MSK_OK) {
        memcpy(raw + HEAD_LEN, mac, MSK_DIGEST_NONCE_ID_LEN);
        err = mask(key, raw + HEAD_LEN, raw);
    }
    msk_secret_wipe(mac, sizeof mac);
    return err;
}

static int
unseal(const struct msk_nonce_key *key, uint8_t raw[RAW_LEN], bool *ours)
{
    uint8_t want[MSK_HASH_MAX];
    int err = mask(key, raw + HEAD_LEN, raw);

    if (err == MSK_OK)
        err = nonce_hmac(key, PURPOSE_MAC, raw, want);
    *ours = err == MSK_OK &&
            msk_secret_equal(raw + HEAD_LEN, want, MSK_DIGEST_NONCE_ID_LEN);
    msk_secret_wipe(want, sizeof want); /* what a forger would like to have */
    return err;
}

int
msk_digest_nonce_make(struct msk_nonce_key *key, msk_time issued,
                      uint8_t out[MSK_DIGEST_NONCE_LEN])
{
    const struct msk_random *random = key->server->random;
    uint8_t raw[RAW_LEN];
    struct msk_writer w;
    size_t n;
    int err;

    msk_writer_init(&w, raw, TIME_LEN);
    msk_writer_u32(&w, (uint32_t)(issued >> 32));
    msk_writer_u32(&w, (uint32_t)issued);
    if (random->fill(random->user, raw + TIME_LEN, RANDOM_LEN) != 0)
        return MSK_ERR_RANDOM;
    err = make_ready(key);
    if (err == MSK_OK)
        err = seal(key, raw);
    if (err == MSK_OK)
        err = msk_base64_encode((struct msk_bytes){ raw, RAW_LEN }, out,
                                MSK_DIGEST_NONCE_LEN, &n);
    msk_secret_wipe(raw, sizeof raw);
    return err;
}

int
msk_digest_nonce_read(struct msk_nonce_key *key, struct msk_bytes nonce,
                      bool *ours, msk_time *issued,
                      uint8_t id[MSK_DIGEST_NONCE_ID_LEN])
{
    uint8_t raw[RAW_LEN];
    struct msk_reader r;
    size_t n;
    int err;

    *ours = false;
    if (nonce.n != MSK_DIGEST_NONCE_LEN ||
        msk_base64_decode(nonce, raw, sizeof raw, &n) != MSK_OK || n != RAW_LEN)
        return MSK_OK;
    err = make_ready(key);
    if (err != MSK_OK)
        return err;
    memcpy(id, raw + HEAD_LEN, MSK_DIGEST_NONCE_ID_LEN);
    err = unseal(key, raw, ours);
    msk_reader_init(&r, raw, TIME_LEN);
    *issued = (msk_time)msk_reader_u32(&r) << 32;
    *issued |= msk_reader_u32(&r);
    msk_secret_wipe(raw, sizeof raw);
    return err;
}

msk_time
msk_digest_nonce_after(msk_time issued, msk_time now)
{
    return now > issued || issued == UINT64_MAX ? now : issued + 1;
}

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
    begin_nonce_key(&exchange->nonce_key, &exchange->server);
    return MSK_OK;
}

void
msk_digest_exchange_end(struct msk_digest_exchange *exchange)
{
    end_nonce_key(&exchange->nonce_key);
    msk_secret_wipe(exchange->a1, sizeof exchange->a1);
    exchange->has_a1 = false;
}

/* --- the answer to a request that verified ---------------------------------- */

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
