/* SPDX-License-Identifier: MIT */
/* The KEMAC payload in pre-shared key mode: RFC 3830 4.2.3, 5.2, 6.2. */
#include <string.h>

#include "base/bytes.h"
#include "base/secret.h"
#include "protect/key.h"

/* Octets of the encryption key; 0 for NULL encryption. */
static int
encr_key_len(uint8_t encr_alg, size_t *len)
{
    switch (encr_alg) {
    case MSK_ENCR_NULL: *len = 0; return MSK_OK;
    case MSK_ENCR_AES_CM_128: *len = 16; return MSK_OK;
    case MSK_ENCR_AES_CM_256: *len = 32; return MSK_OK;
    default: return MSK_ERR_UNSUPPORTED;
    }
}

/* What is not allowed is refused before anything is computed. */
static int
check_algorithms(const struct msk_protection *protection, uint8_t encr_alg,
                 uint8_t mac_alg)
{
    enum msk_hash hash;
    size_t len;
    bool null_mac = mac_alg == MSK_MAC_NULL;

    if (!protection->allow_null && (encr_alg == MSK_ENCR_NULL || null_mac))
        return MSK_ERR_NULL_ALG;
    if (encr_key_len(encr_alg, &len) != MSK_OK)
        return MSK_ERR_UNSUPPORTED;
    return null_mac ? MSK_OK : msk_mac_hash(mac_alg, &hash, &len);
}

/* IV = (salt XOR (0x0000 || CSB ID || T)) || 0x0000, RFC 3830 4.2.3. */
static int
make_iv(struct msk_prf *prf, const struct msk_protection *protection,
        uint8_t iv[16])
{
    uint8_t mask[MSK_SALT_KEY_LEN];
    struct msk_writer w;
    int err = msk_key_derive(prf, protection, MSK_DERIVED_SALT, 0, iv,
                             MSK_SALT_KEY_LEN);

    msk_writer_init(&w, mask, sizeof mask);
    msk_writer_u16(&w, 0);
    msk_writer_u32(&w, protection->csb_id);
    msk_writer_u32(&w, (uint32_t)(protection->time >> 32));
    msk_writer_u32(&w, (uint32_t)protection->time);
    for (size_t i = 0; i < sizeof mask; i++)
        iv[i] ^= mask[i];
    iv[14] = 0;
    iv[15] = 0;
    return err;
}

/* Encrypts or decrypts, which is the same in counter mode. */
static int
apply_cipher(struct msk_prf *prf, const struct msk_protection *protection,
             uint8_t encr_alg, const uint8_t *in, uint8_t *out, size_t n)
{
    struct {
        uint8_t key[MSK_ENCR_KEY_MAX], iv[16];
    } secret; /* one, to be wiped at once */
    struct msk_bytes key = { secret.key, 0 };
    const struct msk_crypto *crypto = protection->crypto;
    int err = encr_key_len(encr_alg, &key.n);

    if (err != MSK_OK || n == 0)
        return err;
    if (encr_alg == MSK_ENCR_NULL) {
        memcpy(out, in, n);
        return MSK_OK;
    }
    err =
        msk_key_derive(prf, protection, MSK_DERIVED_ENCR, 0, secret.key, key.n);
    if (err == MSK_OK)
        err = make_iv(prf, protection, secret.iv);
    if (err == MSK_OK &&
        crypto->aes_ctr(crypto->user, key, secret.iv, in, out, n) != 0)
        err = MSK_ERR_CRYPTO;
    msk_secret_wipe(&secret, sizeof secret);
    return err;
}

/* The MAC, straight after the message. */
static int
append_mac(struct msk_prf *prf, const struct msk_protection *protection,
           uint8_t mac_alg, uint8_t *buf, size_t cap, size_t *len)
{
    struct msk_bytes in = { buf, *len };
    struct msk_mac_key key;
    int err;

    if (mac_alg == MSK_MAC_NULL)
        return MSK_OK;
    err = msk_mac_begin(&key, prf, protection, mac_alg);
    if (err != MSK_OK)
        return err;
    if (cap - *len < key.len)
        err = MSK_ERR_SPACE;
    if (err == MSK_OK)
        err = msk_mac_make(&key, &in, 1, buf + *len);
    if (err == MSK_OK)
        *len += key.len;
    msk_mac_end(&key);
    return err;
}

int
msk_kemac_seal(const struct msk_protection *protection, uint8_t encr_alg,
               uint8_t mac_alg, struct msk_bytes plain, uint8_t *buf,
               size_t cap, size_t *len)
{
    struct msk_prf prf;
    uint8_t *encr;
    int err;

    if (protection == NULL || buf == NULL || len == NULL || *len > cap ||
        plain.n >= *len || (plain.p == NULL && plain.n > 0))
        return MSK_ERR_ARGUMENT;
    encr = buf + (*len - 1 - plain.n);
    err = check_algorithms(protection, encr_alg, mac_alg);
    if (err == MSK_OK)
        err = msk_prf_begin(&prf, protection->crypto, protection->prf,
                            protection->psk);
    if (err == MSK_OK) {
        err = apply_cipher(&prf, protection, encr_alg, plain.p, encr, plain.n);
        if (err == MSK_OK)
            err = append_mac(&prf, protection, mac_alg, buf, cap, len);
        msk_prf_end(&prf);
    }
    if (err != MSK_OK) /* buf may still hold the plain text */
        msk_secret_wipe(encr, plain.n);
    return err;
}

/* Everything but the MAC itself is signed, and the MAC comes last. */
static int
check_kemac_mac(struct msk_prf *prf, const struct msk_protection *protection,
                struct msk_bytes message, const struct msk_payload *kemac,
                struct msk_mac_key *key)
{
    struct msk_bytes in = { message.p, message.n - kemac->tail.n };
    int err;

    if (kemac->detail == MSK_MAC_NULL)
        return MSK_OK;
    err = msk_mac_begin(key, prf, protection, kemac->detail);
    return err == MSK_OK ? msk_mac_check(key, &in, 1, kemac->tail) : err;
}

/* May it be opened, into that room? */
static int
check_open(const struct msk_protection *protection, struct msk_bytes message,
           const struct msk_payload *kemac, const uint8_t *plain, size_t cap)
{
    if (protection == NULL || message.p == NULL || kemac == NULL ||
        kemac->type != MSK_PAYLOAD_KEMAC ||
        kemac->offset + kemac->length != message.n ||
        (plain == NULL && kemac->data.n > 0))
        return MSK_ERR_ARGUMENT;
    if (kemac->data.n > cap)
        return MSK_ERR_SPACE;
    return check_algorithms(protection, kemac->kind, kemac->detail);
}

int
msk_kemac_open_keep(const struct msk_protection *protection,
                    struct msk_bytes message, const struct msk_payload *kemac,
                    uint8_t *plain, size_t cap, struct msk_mac_key *key)
{
    struct msk_prf prf;
    int err = check_open(protection, message, kemac, plain, cap);

    key->crypto = NULL;
    if (err == MSK_OK)
        err = msk_prf_begin(&prf, protection->crypto, protection->prf,
                            protection->psk);
    if (err != MSK_OK)
        return err;
    err = check_kemac_mac(&prf, protection, message, kemac, key);
    if (err == MSK_OK)
        err = apply_cipher(&prf, protection, kemac->kind, kemac->data.p, plain,
                           kemac->data.n);
    msk_prf_end(&prf);
    if (err != MSK_OK)
        msk_mac_end(key);
    return err;
}

int
msk_kemac_open(const struct msk_protection *protection,
               struct msk_bytes message, const struct msk_payload *kemac,
               uint8_t *plain, size_t cap)
{
    struct msk_mac_key key;
    int err = msk_kemac_open_keep(protection, message, kemac, plain, cap, &key);

    msk_mac_end(&key);
    return err;
}
