/* SPDX-License-Identifier: MIT */
#include "protect/prf.h"

#include "base/secret.h"

#define SLICE 32 /* octets; 256 bits with either hash, RFC 3830 4.1.2 */

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
    uint8_t a[2][MSK_HASH_MAX], block[MSK_HASH_MAX];
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
    msk_secret_wipe(block, sizeof block);
    return err;
}

int
msk_prf_derive(struct msk_prf *prf, const uint8_t head[9],
               struct msk_bytes rand, uint8_t *out, size_t n)
{
    struct msk_bytes in[3] = { { NULL, 0 }, { head, 9 }, rand };
    size_t slices = (prf->key.n + SLICE - 1) / SLICE;
    int err = MSK_OK;

    for (size_t i = 0; i < n; i++)
        out[i] = 0;
    for (size_t i = 0; err == MSK_OK && i < slices; i++) {
        err = use_slice(prf, i);
        if (err == MSK_OK)
            err = xor_p(prf, in, out, n);
    }
    if (err != MSK_OK)
        msk_secret_wipe(out, n);
    return err;
}
