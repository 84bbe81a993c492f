/* SPDX-License-Identifier: MIT */
#include "http/digest_nonce.h"

#include "base/base64.h"
#include "base/bytes.h"
#include "base/secret.h"
#include "http/digest_text.h"

#define TIME_LEN 8
#define RANDOM_LEN 8
#define HEAD_LEN (TIME_LEN + RANDOM_LEN)
#define RAW_LEN (HEAD_LEN + MSK_DIGEST_NONCE_ID_LEN)

static int
mac(const struct msk_digest_server *server, const uint8_t *head,
    uint8_t out[MSK_HASH_MAX])
{
    const struct msk_crypto *crypto = server->crypto;
    uint8_t realm[MSK_REALM_MAX];
    struct msk_bytes in[2] = { { head, HEAD_LEN }, { realm, 0 } };
    struct msk_hmac hmac;
    int failed;
    int err = msk_digest_realm(server->fqdn, realm, &in[1].n);

    if (err != MSK_OK)
        return err;
    if (crypto->hmac_begin(crypto->user, &hmac, MSK_HASH_SHA256,
                           server->nonce_key) != 0)
        return MSK_ERR_CRYPTO;
    failed = crypto->hmac(crypto->user, &hmac, in, 2, out);
    crypto->hmac_end(crypto->user, &hmac);
    return failed == 0 ? MSK_OK : MSK_ERR_CRYPTO;
}

int
msk_digest_nonce_make(const struct msk_digest_server *server, msk_time issued,
                      uint8_t out[MSK_DIGEST_NONCE_LEN])
{
    uint8_t raw[HEAD_LEN + MSK_HASH_MAX];
    struct msk_writer w;
    size_t n;
    int err;

    msk_writer_init(&w, raw, TIME_LEN);
    msk_writer_u32(&w, (uint32_t)(issued >> 32));
    msk_writer_u32(&w, (uint32_t)issued);
    if (server->random->fill(server->random->user, raw + TIME_LEN,
                             RANDOM_LEN) != 0)
        return MSK_ERR_RANDOM;
    err = mac(server, raw, raw + HEAD_LEN);
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
    uint8_t raw[RAW_LEN], want[MSK_HASH_MAX];
    struct msk_reader r;
    struct msk_bytes rest;
    size_t n;
    int err;

    *ours = false;
    if (nonce.n != MSK_DIGEST_NONCE_LEN ||
        msk_base64_decode(nonce, raw, sizeof raw, &n) != MSK_OK || n != RAW_LEN)
        return MSK_OK;
    err = mac(server, raw, want);
    if (err == MSK_OK)
        *ours = msk_secret_equal(raw + HEAD_LEN, want, MSK_DIGEST_NONCE_ID_LEN);
    msk_secret_wipe(want, sizeof want); /* what a forger would like to have */
    msk_reader_init(&r, raw, RAW_LEN);
    *issued = (msk_time)msk_reader_u32(&r) << 32;
    *issued |= msk_reader_u32(&r);
    msk_reader_take(&r, RANDOM_LEN, &rest);
    for (size_t i = 0; i < MSK_DIGEST_NONCE_ID_LEN; i++)
        id[i] = msk_reader_u8(&r);
    return err;
}

msk_time
msk_digest_nonce_after(msk_time issued, msk_time now)
{
    return now > issued || issued == UINT64_MAX ? now : issued + 1;
}
