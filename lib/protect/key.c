/* SPDX-License-Identifier: MIT */
#include "protect/key.h"

#include "base/bytes.h"
#include "base/secret.h"

#define CS_ID_OF_PSK 0xFF  /* RFC 3830 4.1.4 */
#define MIKEY_RAND_MAX 255 /* RFC 3830 6.11 */

/* Constants of RFC 3830 4.1.3 and 4.1.4; 0 for an unknown key. */
static uint32_t
constant(enum msk_derived what)
{
    switch (what) {
    case MSK_DERIVED_ENCR: return 0x150533E1;
    case MSK_DERIVED_AUTH: return 0x2D22AC75;
    case MSK_DERIVED_SALT: return 0x29B88916;
    case MSK_DERIVED_TEK: return 0x2AD01C64;
    case MSK_DERIVED_TGK_AUTH: return 0x1B5C7973;
    case MSK_DERIVED_TGK_ENCR: return 0x15798CEF;
    case MSK_DERIVED_TGK_SALT: return 0x39A2C14B;
    }
    return 0;
}

int
msk_key_derive(struct msk_prf *prf, const struct msk_protection *protection,
               enum msk_derived what, uint8_t cs_id, uint8_t *out, size_t n)
{
    uint8_t head[9];
    struct msk_writer w;
    bool from_psk = what <= MSK_DERIVED_SALT;
    struct msk_bytes rand = protection->rand;

    if (constant(what) == 0 || rand.n > MIKEY_RAND_MAX ||
        (rand.p == NULL && rand.n > 0))
        return MSK_ERR_ARGUMENT;
    msk_writer_init(&w, head, sizeof head);
    msk_writer_u32(&w, constant(what));
    msk_writer_u8(&w, from_psk ? CS_ID_OF_PSK : cs_id);
    msk_writer_u32(&w, protection->csb_id);
    return msk_prf_derive(prf, head, rand, out, n);
}

int
msk_mac_hash(uint8_t mac_alg, enum msk_hash *hash, size_t *len)
{
    switch (mac_alg) {
    case MSK_MAC_NULL: return MSK_ERR_NULL_ALG;
    case MSK_MAC_HMAC_SHA1_160:
        *hash = MSK_HASH_SHA1;
        *len = 20;
        return MSK_OK;
    case MSK_MAC_HMAC_SHA256_256:
        *hash = MSK_HASH_SHA256;
        *len = 32;
        return MSK_OK;
    default: return MSK_ERR_UNSUPPORTED;
    }
}

static int
hmac_once(const struct msk_crypto *crypto, enum msk_hash hash,
          struct msk_bytes key, const struct msk_bytes *in, size_t n,
          uint8_t *out)
{
    struct msk_hmac hmac;
    int failed;

    if (crypto->hmac_begin(crypto->user, &hmac, hash, key) != 0)
        return MSK_ERR_CRYPTO;
    failed = crypto->hmac(crypto->user, &hmac, in, n, out);
    crypto->hmac_end(crypto->user, &hmac);
    return failed == 0 ? MSK_OK : MSK_ERR_CRYPTO;
}

int
msk_mac_make(struct msk_prf *prf, const struct msk_protection *protection,
             uint8_t mac_alg, const struct msk_bytes *in, size_t n,
             uint8_t *out, size_t *len)
{
    uint8_t auth[MSK_AUTH_KEY_MAX];
    struct msk_bytes key = { auth, 0 };
    enum msk_hash hash = MSK_HASH_SHA1;
    int err = msk_mac_hash(mac_alg, &hash, &key.n);

    if (err != MSK_OK)
        return err;
    err = msk_key_derive(prf, protection, MSK_DERIVED_AUTH, 0, auth, key.n);
    if (err == MSK_OK)
        err = hmac_once(protection->crypto, hash, key, in, n, out);
    msk_secret_wipe(auth, sizeof auth);
    *len = key.n;
    return err;
}

int
msk_mac_check(struct msk_prf *prf, const struct msk_protection *protection,
              uint8_t mac_alg, const struct msk_bytes *in, size_t n,
              struct msk_bytes mac)
{
    uint8_t want[MSK_HASH_MAX];
    size_t len = 0;
    int err = msk_mac_make(prf, protection, mac_alg, in, n, want, &len);

    if (err == MSK_OK && (mac.n != len || !msk_secret_equal(want, mac.p, len)))
        err = MSK_ERR_MAC;
    msk_secret_wipe(want, sizeof want);
    return err;
}

int
msk_mikey_derive(const struct msk_protection *protection, enum msk_derived what,
                 uint8_t cs_id, uint8_t *out, size_t n)
{
    struct msk_prf prf;
    int err;

    if (protection == NULL || out == NULL || n == 0 || n > 255)
        return MSK_ERR_ARGUMENT;
    err = msk_prf_begin(&prf, protection->crypto, protection->prf,
                        protection->psk);
    if (err != MSK_OK)
        return err;
    err = msk_key_derive(&prf, protection, what, cs_id, out, n);
    msk_prf_end(&prf);
    return err;
}
