/* SPDX-License-Identifier: MIT */
#include "http/digest_nonce.h"

#include <string.h>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/fqdn.h"
#include "base/secret.h"

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
