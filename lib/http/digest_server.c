/* SPDX-License-Identifier: MIT */
#include "http/digest_server.h"

#include <string.h>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/octets.h"
#include "base/secret.h"
#include "http/digest_text.h"

/* --- nonces ---------------------------------------------------------------- */

#define TIME_LEN 8
#define RANDOM_LEN 8
#define HEAD_LEN (TIME_LEN + RANDOM_LEN)
#define RAW_LEN (HEAD_LEN + MSK_DIGEST_NONCE_ID_LEN)

/* What an HMAC is made for; its first octet. */
enum purpose { PURPOSE_MAC = 1, PURPOSE_MASK = 2 };

/* HMAC-SHA-256 of purpose, 16 octets and the name of the server. */
static int
nonce_hmac(const struct msk_digest_server *server, const struct msk_hmac *key,
           enum purpose purpose, const uint8_t *in, uint8_t out[MSK_HASH_MAX])
{
    const struct msk_crypto *crypto = server->crypto;
    const uint8_t first = (uint8_t)purpose;
    uint8_t fqdn[MSK_FQDN_MAX];
    struct msk_bytes all[3] = { { &first, 1 },
                                { in, HEAD_LEN },
                                { fqdn, server->fqdn.n } };

    msk_fqdn_fold(server->fqdn, fqdn);
    return crypto->hmac(crypto->user, key, all, 3, out) == 0 ? MSK_OK
                                                             : MSK_ERR_CRYPTO;
}

/* Puts the mask that belongs to a MAC over the head, or takes it off. */
static int
mask(const struct msk_digest_server *server, const struct msk_hmac *key,
     const uint8_t *id, uint8_t *head)
{
    uint8_t octets[MSK_HASH_MAX];
    int err = nonce_hmac(server, key, PURPOSE_MASK, id, octets);

    for (size_t i = 0; err == MSK_OK && i < HEAD_LEN; i++)
        head[i] ^= octets[i];
    msk_secret_wipe(octets, sizeof octets);
    return err;
}

/* The MAC is the place in the key stream too, so that no two heads get the
 * same mask. */
static int
seal(const struct msk_digest_server *server, const struct msk_hmac *key,
     uint8_t raw[RAW_LEN])
{
    uint8_t mac[MSK_HASH_MAX];
    int err = nonce_hmac(server, key, PURPOSE_MAC, raw, mac);

    if (err == MSK_OK) {
        memcpy(raw + HEAD_LEN, mac, MSK_DIGEST_NONCE_ID_LEN);
        err = mask(server, key, raw + HEAD_LEN, raw);
    }
    msk_secret_wipe(mac, sizeof mac);
    return err;
}

static int
unseal(const struct msk_digest_server *server, const struct msk_hmac *key,
       uint8_t raw[RAW_LEN], bool *ours)
{
    uint8_t want[MSK_HASH_MAX];
    int err = mask(server, key, raw + HEAD_LEN, raw);

    if (err == MSK_OK)
        err = nonce_hmac(server, key, PURPOSE_MAC, raw, want);
    *ours = err == MSK_OK &&
            msk_secret_equal(raw + HEAD_LEN, want, MSK_DIGEST_NONCE_ID_LEN);
    msk_secret_wipe(want, sizeof want); /* what a forger would like to have */
    return err;
}

static int
begin_nonce_key(const struct msk_digest_server *server, struct msk_hmac *key)
{
    const struct msk_crypto *crypto = server->crypto;

    return crypto->hmac_begin(crypto->user, key, MSK_HASH_SHA256,
                              server->nonce_key) == 0
               ? MSK_OK
               : MSK_ERR_CRYPTO;
}

int
msk_digest_nonce_make(const struct msk_digest_server *server, msk_time issued,
                      uint8_t out[MSK_DIGEST_NONCE_LEN])
{
    uint8_t raw[RAW_LEN];
    struct msk_writer w;
    struct msk_hmac key;
    size_t n;
    int err;

    msk_writer_init(&w, raw, TIME_LEN);
    msk_writer_u32(&w, (uint32_t)(issued >> 32));
    msk_writer_u32(&w, (uint32_t)issued);
    if (server->random->fill(server->random->user, raw + TIME_LEN,
                             RANDOM_LEN) != 0)
        return MSK_ERR_RANDOM;
    err = begin_nonce_key(server, &key);
    if (err != MSK_OK)
        return err;
    err = seal(server, &key, raw);
    server->crypto->hmac_end(server->crypto->user, &key);
    if (err == MSK_OK)
        err = msk_base64_encode((struct msk_bytes){ raw, RAW_LEN }, out,
                                MSK_DIGEST_NONCE_LEN, &n);
    msk_secret_wipe(raw, sizeof raw);
    return err;
}

int
msk_digest_nonce_read(const struct msk_digest_server *server,
                      struct msk_bytes nonce, bool *ours, msk_time *issued,
                      uint8_t id[MSK_DIGEST_NONCE_ID_LEN])
{
    uint8_t raw[RAW_LEN];
    struct msk_reader r;
    struct msk_hmac key;
    size_t n;
    int err;

    *ours = false;
    if (nonce.n != MSK_DIGEST_NONCE_LEN ||
        msk_base64_decode(nonce, raw, sizeof raw, &n) != MSK_OK || n != RAW_LEN)
        return MSK_OK;
    err = begin_nonce_key(server, &key);
    if (err != MSK_OK)
        return err;
    memcpy(id, raw + HEAD_LEN, MSK_DIGEST_NONCE_ID_LEN);
    err = unseal(server, &key, raw, ours);
    server->crypto->hmac_end(server->crypto->user, &key);
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

/* --- what a server writes -------------------------------------------------- */

#define NONCE_LIFE 300000
#define NONCE_KEY_MIN 16
#define NONCE_KEY_MAX 64

int
msk_digest_server_take(struct msk_digest_server *mine,
                       const struct msk_digest_server *theirs)
{
    if (!msk_sized_take(mine, sizeof *mine, theirs,
                        MSK_SIZE_UPTO(msk_digest_server, nonce_life)) ||
        mine->crypto == NULL || mine->random == NULL ||
        !msk_digest_visible(mine->fqdn, MSK_FQDN_MAX) ||
        mine->nonce_key.p == NULL || mine->nonce_key.n < NONCE_KEY_MIN ||
        mine->nonce_key.n > NONCE_KEY_MAX ||
        !msk_digest_may_use(&mine->qop, &mine->algorithms))
        return MSK_ERR_ARGUMENT;
    if (mine->nonce_life == 0)
        mine->nonce_life = NONCE_LIFE;
    return MSK_OK;
}

int
msk_digest_realm(struct msk_bytes fqdn, uint8_t out[MSK_REALM_MAX], size_t *len)
{
    struct msk_writer w;

    if (!msk_digest_visible(fqdn, MSK_FQDN_MAX))
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, out, MSK_REALM_MAX);
    msk_digest_put(&w, MSK_DIGEST_REALM_PREFIX);
    msk_writer_put(&w, fqdn.p, fqdn.n);
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
msk_digest_server_challenge(const struct msk_digest_server *server,
                            const struct msk_digest_offer *offer, uint8_t *buf,
                            size_t cap, size_t *len)
{
    struct msk_digest_server mine;
    struct msk_digest_offer o;
    uint8_t realm[MSK_REALM_MAX], nonce[MSK_DIGEST_NONCE_LEN];
    struct msk_bytes name;
    struct msk_writer w;
    size_t n;
    int err = msk_digest_server_take(&mine, server);

    if (err != MSK_OK || buf == NULL || len == NULL ||
        !msk_sized_take(&o, sizeof o, offer,
                        MSK_SIZE_UPTO(msk_digest_offer, now)))
        return MSK_ERR_ARGUMENT;
    name = msk_digest_algorithm_text(offered(&mine, o.number));
    if (name.n == 0)
        return MSK_ERR_STATE;
    err = msk_digest_realm(mine.fqdn, realm, &n);
    if (err == MSK_OK)
        err = msk_digest_nonce_make(
            &mine,
            msk_digest_nonce_after(o.seen != NULL ? o.seen->issued : 0, o.now),
            nonce);
    if (err != MSK_OK)
        return err;
    msk_writer_init(&w, buf, cap);
    msk_digest_put_quoted(&w, "Digest realm=", (struct msk_bytes){ realm, n });
    msk_digest_put_quoted(
        &w, ", nonce=", (struct msk_bytes){ nonce, sizeof nonce });
    msk_digest_put_quoted(&w, ", qop=", msk_text(qop_list(mine.qop)));
    msk_digest_put(&w, ", algorithm=");
    msk_writer_put(&w, name.p, name.n);
    msk_digest_put(&w, o.stale ? ", stale=true" : "");
    return msk_writer_end(&w, len);
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
rspauth(const struct msk_digest_server *server,
        const struct msk_credentials *credentials,
        const struct msk_auth_context *context, struct msk_bytes body,
        uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len)
{
    struct msk_digest_input input;

    msk_digest_server_input(context, &input);
    input.username = credentials->btid;
    input.body = body;
    return msk_digest_hash(server->crypto, &input, credentials->mrk, out, len);
}

bool
msk_digest_server_whole(const struct msk_auth_context *context)
{
    return context != NULL && context->cnonce_len <= MSK_NONCE_MAX &&
           context->nonce_len <= MSK_NONCE_MAX &&
           context->uri_len <= MSK_DIGEST_TARGET_MAX &&
           context->realm_len <= MSK_REALM_MAX;
}

int
msk_digest_server_info(const struct msk_digest_server *server,
                       const struct msk_credentials *credentials,
                       const struct msk_auth_context *context,
                       struct msk_bytes body, uint8_t *buf, size_t cap,
                       size_t *len)
{
    struct msk_digest_server mine;
    uint8_t hex[MSK_DIGEST_HEX_MAX], next[MSK_DIGEST_NONCE_LEN];
    struct msk_bytes qop;
    struct msk_writer w;
    size_t n;
    int err = msk_digest_server_take(&mine, server);

    if (err != MSK_OK || !msk_digest_usable(credentials) ||
        !msk_digest_server_whole(context) || buf == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    err = rspauth(&mine, credentials, context, body, hex, &n);
    if (err == MSK_OK)
        err = msk_digest_nonce_make(
            &mine, msk_digest_nonce_after(context->issued, context->now), next);
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
