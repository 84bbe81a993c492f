/* SPDX-License-Identifier: MIT */
#include "http/digest_nonce.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "base/secret.h"
#include "msk/base64.h"

#define TIME_LEN 8
#define RANDOM_LEN 8
#define HEAD_LEN (TIME_LEN + RANDOM_LEN)
#define RAW_LEN (HEAD_LEN + MSK_DIGEST_NONCE_ID_LEN)

void
msk_nonce_key_begin(struct msk_nonce_key *key,
                    const struct msk_digest_server *server)
{
    key->server = server;
    key->ready = false;
}

void
msk_nonce_key_end(struct msk_nonce_key *key)
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
