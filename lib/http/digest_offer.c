/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "base/octets.h"
#include "http/digest_server.h"
#include "http/digest_text.h"

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

    for (size_t k = 0; k < 2; k++) {
        if ((server->algorithms & best_first[k]) == 0)
            continue;
        if (i == 0)
            return best_first[k];
        i--;
    }
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
