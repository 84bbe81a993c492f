/* SPDX-License-Identifier: MIT */
/*
 * The PSA Crypto API. A key is imported, used and destroyed in each operation:
 * mbedTLS 2.28 has room for 32 keys in all. So "pads prepared once" is not to
 * be had here, and a struct msk_hmac holds the key itself.
 */
#include "msk/crypto_psa.h"

#include <psa/crypto.h>
#include <string.h>

#define PSA_PROVIDER_KEY_MAX 128

struct held_key {
    enum msk_hash hash;
    size_t len;
    uint8_t key[PSA_PROVIDER_KEY_MAX];
};

typedef char
    key_fits[sizeof(struct held_key) <= sizeof(struct msk_hmac) ? 1 : -1];

static psa_algorithm_t
alg_of(enum msk_hash hash)
{
    switch (hash) {
    case MSK_HASH_MD5: return PSA_ALG_MD5;
    case MSK_HASH_SHA1: return PSA_ALG_SHA_1;
    case MSK_HASH_SHA256: return PSA_ALG_SHA_256;
    }
    return 0; /* PSA_ALG_NONE, a name that mbedTLS 3.0 does not have */
}

/* PSA fills all the room that it is given before it writes a digest. */
static size_t
psa_digest_len(enum msk_hash hash)
{
    switch (hash) {
    case MSK_HASH_MD5: return 16;
    case MSK_HASH_SHA1: return 20;
    case MSK_HASH_SHA256: return 32;
    }
    return 0;
}

static int
psa_provider_hash(void *user, enum msk_hash hash, const struct msk_bytes *in,
                  size_t n_in, uint8_t *out)
{
    psa_hash_operation_t op = PSA_HASH_OPERATION_INIT;
    psa_status_t status = psa_hash_setup(&op, alg_of(hash));
    size_t len;

    (void)user;
    for (size_t i = 0; status == PSA_SUCCESS && i < n_in; i++)
        if (in[i].n > 0)
            status = psa_hash_update(&op, in[i].p, in[i].n);
    if (status == PSA_SUCCESS)
        status = psa_hash_finish(&op, out, psa_digest_len(hash), &len);
    psa_hash_abort(&op);
    return status == PSA_SUCCESS ? 0 : -1;
}

/* Imports a key for one algorithm and one use. */
static psa_status_t
import(struct msk_bytes key, psa_key_type_t type, psa_key_usage_t usage,
       psa_algorithm_t alg, psa_key_id_t *id)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;

    psa_set_key_usage_flags(&attributes, usage);
    psa_set_key_algorithm(&attributes, alg);
    psa_set_key_type(&attributes, type);
    return psa_import_key(&attributes, key.p, key.n, id);
}

static int
psa_provider_hmac_begin(void *user, struct msk_hmac *hmac, enum msk_hash hash,
                        struct msk_bytes key)
{
    struct held_key *held = (struct held_key *)(void *)hmac;

    (void)user;
    if (key.n == 0 || key.n > PSA_PROVIDER_KEY_MAX ||
        (hash != MSK_HASH_SHA1 && hash != MSK_HASH_SHA256))
        return -1;
    held->hash = hash;
    held->len = key.n;
    memcpy(held->key, key.p, key.n);
    return 0;
}

static psa_status_t
mac(psa_key_id_t id, psa_algorithm_t alg, const struct msk_bytes *in,
    size_t n_in, uint8_t *out, size_t cap)
{
    psa_mac_operation_t op = PSA_MAC_OPERATION_INIT;
    psa_status_t status = psa_mac_sign_setup(&op, id, alg);
    size_t len;

    for (size_t i = 0; status == PSA_SUCCESS && i < n_in; i++)
        if (in[i].n > 0)
            status = psa_mac_update(&op, in[i].p, in[i].n);
    if (status == PSA_SUCCESS)
        status = psa_mac_sign_finish(&op, out, cap, &len);
    psa_mac_abort(&op);
    return status;
}

static int
psa_provider_hmac(void *user, const struct msk_hmac *hmac,
                  const struct msk_bytes *in, size_t n_in, uint8_t *out)
{
    const struct held_key *held = (const struct held_key *)(const void *)hmac;
    struct msk_bytes key = { held->key, held->len };
    psa_algorithm_t alg = PSA_ALG_HMAC(alg_of(held->hash));
    size_t cap = psa_digest_len(held->hash);
    psa_key_id_t id;
    psa_status_t status =
        import(key, PSA_KEY_TYPE_HMAC, PSA_KEY_USAGE_SIGN_MESSAGE, alg, &id);

    (void)user;
    if (status != PSA_SUCCESS)
        return -1;
    status = mac(id, alg, in, n_in, out, cap);
    if (psa_destroy_key(id) != PSA_SUCCESS)
        return -1;
    return status == PSA_SUCCESS ? 0 : -1;
}

static void
psa_provider_hmac_end(void *user, struct msk_hmac *hmac)
{
    (void)user;
    msk_wipe(hmac, sizeof(struct held_key));
}

static psa_status_t
ctr(psa_key_id_t id, const uint8_t iv[16], const uint8_t *in, uint8_t *out,
    size_t n)
{
    psa_cipher_operation_t op = PSA_CIPHER_OPERATION_INIT;
    psa_status_t status = psa_cipher_encrypt_setup(&op, id, PSA_ALG_CTR);
    size_t done = 0, rest = 0;

    if (status == PSA_SUCCESS)
        status = psa_cipher_set_iv(&op, iv, 16);
    if (status == PSA_SUCCESS)
        status = psa_cipher_update(&op, in, n, out, n, &done);
    if (status == PSA_SUCCESS)
        status = psa_cipher_finish(&op, out + done, n - done, &rest);
    psa_cipher_abort(&op);
    if (status == PSA_SUCCESS && done + rest != n)
        status = PSA_ERROR_GENERIC_ERROR;
    return status;
}

static int
psa_provider_aes_ctr(void *user, struct msk_bytes key, const uint8_t iv[16],
                     const uint8_t *in, uint8_t *out, size_t n)
{
    psa_key_id_t id;
    psa_status_t status;

    (void)user;
    if (key.n != 16 && key.n != 32)
        return -1;
    if (n == 0)
        return 0;
    if (import(key, PSA_KEY_TYPE_AES, PSA_KEY_USAGE_ENCRYPT, PSA_ALG_CTR,
               &id) != PSA_SUCCESS)
        return -1;
    status = ctr(id, iv, in, out, n);
    if (psa_destroy_key(id) != PSA_SUCCESS)
        return -1;
    return status == PSA_SUCCESS ? 0 : -1;
}

static const struct msk_crypto psa_provider = {
    .size = sizeof psa_provider,
    .hash = psa_provider_hash,
    .hmac_begin = psa_provider_hmac_begin,
    .hmac = psa_provider_hmac,
    .hmac_end = psa_provider_hmac_end,
    .aes_ctr = psa_provider_aes_ctr,
};

const struct msk_crypto *
msk_crypto_psa(void)
{
    return psa_crypto_init() == PSA_SUCCESS ? &psa_provider : NULL;
}
