/* SPDX-License-Identifier: MIT */
#include "protect/key.h"

#include <string.h>

#include "base/bytes.h"
#include "base/secret.h"

#define SLICE 32 /* octets; 256 bits with either hash, RFC 3830 4.1.2 */
#define CS_ID_OF_PSK 0xFF  /* RFC 3830 4.1.4 */
#define MIKEY_RAND_MAX 255 /* RFC 3830 6.11 */

int
msk_prf_begin(struct msk_prf *prf, const struct msk_crypto *crypto,
              uint8_t prf_func, struct msk_bytes key)
{
    prf->ready = 0;
    if (prf_func != MSK_PRF_MIKEY_1 && prf_func != MSK_PRF_HMAC_SHA256)
        return MSK_ERR_UNSUPPORTED;
    if (crypto == NULL || key.p == NULL || key.n == 0 || key.n > MSK_PSK_MAX)
        return MSK_ERR_ARGUMENT;
    prf->crypto = crypto;
    prf->key = key;
    prf->hash = prf_func == MSK_PRF_MIKEY_1 ? MSK_HASH_SHA1 : MSK_HASH_SHA256;
    prf->hash_len = prf_func == MSK_PRF_MIKEY_1 ? 20 : 32;
    return MSK_OK;
}

void
msk_prf_end(struct msk_prf *prf)
{
    if (prf->ready != 0)
        prf->crypto->hmac_end(prf->crypto->user, &prf->hmac);
    prf->ready = 0;
}

/* Makes the pads of slice i ready, unless they are. */
static int
use_slice(struct msk_prf *prf, size_t i)
{
    struct msk_bytes slice = { prf->key.p + i * SLICE, prf->key.n - i * SLICE };

    if (prf->ready == i + 1)
        return MSK_OK;
    msk_prf_end(prf);
    if (slice.n > SLICE)
        slice.n = SLICE;
    if (prf->crypto->hmac_begin(prf->crypto->user, &prf->hmac, prf->hash,
                                slice) != 0)
        return MSK_ERR_CRYPTO;
    prf->ready = i + 1;
    return MSK_OK;
}

static int
prf_hmac(const struct msk_prf *prf, const struct msk_bytes *in, size_t n_in,
         uint8_t *out)
{
    return prf->crypto->hmac(prf->crypto->user, &prf->hmac, in, n_in, out) == 0
               ? MSK_OK
               : MSK_ERR_CRYPTO;
}

static void
xor_into(uint8_t *out, const uint8_t *in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] ^= in[i];
}

/* XORs P(s, label, m) into out, s being the slice that is ready. in[1] and
 * in[2] are the label; in[0] becomes A_i. */
static int
xor_p(const struct msk_prf *prf, struct msk_bytes in[3], uint8_t *out, size_t n)
{
    uint8_t a[3][MSK_HASH_MAX], *block = a[2]; /* one, to be wiped at once */
    size_t step, which = 0;
    int err = prf_hmac(prf, in + 1, 2, a[0]);

    for (size_t done = 0; err == MSK_OK && done < n; done += step) {
        step = n - done < prf->hash_len ? n - done : prf->hash_len;
        in[0].p = a[which];
        in[0].n = prf->hash_len;
        err = prf_hmac(prf, in, 3, block);
        if (err == MSK_OK)
            xor_into(out + done, block, step);
        if (err == MSK_OK && done + step < n)
            err = prf_hmac(prf, in, 1, a[1 - which]);
        which = 1 - which;
    }
    msk_secret_wipe(a, sizeof a);
    return err;
}

int
msk_prf_derive(struct msk_prf *prf, const uint8_t head[9],
               struct msk_bytes rand, uint8_t *out, size_t n)
{
    struct msk_bytes in[3] = { { NULL, 0 }, { head, 9 }, rand };
    size_t slices = (prf->key.n + SLICE - 1) / SLICE;
    int err = MSK_OK;

    memset(out, 0, n);
    for (size_t i = 0; err == MSK_OK && i < slices; i++) {
        err = use_slice(prf, i);
        if (err == MSK_OK)
            err = xor_p(prf, in, out, n);
    }
    if (err != MSK_OK)
        msk_secret_wipe(out, n);
    return err;
}

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

int
msk_mac_begin(struct msk_mac_key *key, struct msk_prf *prf,
              const struct msk_protection *protection, uint8_t mac_alg)
{
    const struct msk_crypto *crypto = protection->crypto;
    uint8_t auth[MSK_AUTH_KEY_MAX];
    enum msk_hash hash = MSK_HASH_SHA1;
    int err = msk_mac_hash(mac_alg, &hash, &key->len);

    key->crypto = NULL;
    if (err != MSK_OK)
        return err;
    err = msk_key_derive(prf, protection, MSK_DERIVED_AUTH, 0, auth, key->len);
    if (err == MSK_OK &&
        crypto->hmac_begin(crypto->user, &key->hmac, hash,
                           (struct msk_bytes){ auth, key->len }) != 0)
        err = MSK_ERR_CRYPTO;
    if (err == MSK_OK)
        key->crypto = crypto;
    msk_secret_wipe(auth, key->len);
    return err;
}

void
msk_mac_end(struct msk_mac_key *key)
{
    if (key->crypto != NULL)
        key->crypto->hmac_end(key->crypto->user, &key->hmac);
    key->crypto = NULL;
}

int
msk_mac_make(const struct msk_mac_key *key, const struct msk_bytes *in,
             size_t n, uint8_t *out)
{
    const struct msk_crypto *crypto = key->crypto;

    return crypto->hmac(crypto->user, &key->hmac, in, n, out) == 0
               ? MSK_OK
               : MSK_ERR_CRYPTO;
}

int
msk_mac_check(const struct msk_mac_key *key, const struct msk_bytes *in,
              size_t n, struct msk_bytes mac)
{
    uint8_t want[MSK_HASH_MAX];
    int err = msk_mac_make(key, in, n, want);

    if (err == MSK_OK &&
        (mac.n != key->len || !msk_secret_equal(want, mac.p, key->len)))
        err = MSK_ERR_MAC;
    msk_secret_wipe(want, key->len);
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

static int
check_v_input(const struct msk_protection *protection,
              const struct msk_v_input *input)
{
    return protection == NULL || input == NULL ? MSK_ERR_ARGUMENT : MSK_OK;
}

/* The octets under the MAC, in their order. */
static void
list_v_input(const struct msk_v_input *input, struct msk_bytes in[4])
{
    in[0] = input->message;
    in[1] = input->identity_i;
    in[2] = input->identity_r;
    in[3] = input->timestamp;
}

/* The key of that MAC, derived from the PSK. */
static int
begin_v_mac(struct msk_mac_key *key, const struct msk_protection *protection,
            uint8_t mac_alg)
{
    struct msk_prf prf;
    int err = msk_prf_begin(&prf, protection->crypto, protection->prf,
                            protection->psk);

    if (err != MSK_OK)
        return err;
    err = msk_mac_begin(key, &prf, protection, mac_alg);
    msk_prf_end(&prf);
    return err;
}

int
msk_v_mac_make_with(const struct msk_mac_key *key,
                    const struct msk_v_input *input, uint8_t *buf, size_t cap,
                    size_t *len)
{
    struct msk_bytes in[4];

    if (cap < key->len)
        return MSK_ERR_SPACE;
    *len = key->len;
    list_v_input(input, in);
    return msk_mac_make(key, in, 4, buf);
}

int
msk_v_mac_make(const struct msk_protection *protection, uint8_t mac_alg,
               const struct msk_v_input *input, uint8_t *buf, size_t cap,
               size_t *len)
{
    enum msk_hash hash = MSK_HASH_SHA1;
    struct msk_mac_key key;
    int err = check_v_input(protection, input);

    if (err != MSK_OK || buf == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    err = msk_mac_hash(mac_alg, &hash, len);
    if (err != MSK_OK || cap < *len)
        return err != MSK_OK ? err : MSK_ERR_SPACE;
    err = begin_v_mac(&key, protection, mac_alg);
    if (err != MSK_OK)
        return err;
    err = msk_v_mac_make_with(&key, input, buf, cap, len);
    msk_mac_end(&key);
    return err;
}

int
msk_v_mac_check(const struct msk_protection *protection, uint8_t mac_alg,
                const struct msk_v_input *input, struct msk_bytes mac)
{
    struct msk_bytes in[4];
    struct msk_mac_key key;
    int err = check_v_input(protection, input);

    if (err != MSK_OK)
        return err;
    err = begin_v_mac(&key, protection, mac_alg);
    if (err != MSK_OK)
        return err;
    list_v_input(input, in);
    err = msk_mac_check(&key, in, 4, mac);
    msk_mac_end(&key);
    return err;
}
