/* SPDX-License-Identifier: MIT */
/* Keys from GBA and AKMA: the KDF of TS 33.220 B.2, and what MBMS puts into
 * it. */
#include "msk/gba.h"

#include <string.h>

#include "base/bytes.h"
#include "base/secret.h"

#define FC_GBA 0x01
#define FC_K_AF 0x82
#define RAND_LEN 16
#define PARAMS_MAX 4
#define IMPI_MAX 255

/* TS 33.220 H.3: 33.246, for HTTP Digest and MIKEY both. */
static const uint8_t ua_id[5] = { 0x01, 0x00, 0x00, 0x00, 0x01 };

/* HMAC-SHA-256(key, FC || P0 || L0 || P1 || L1 ...), TS 33.220 B.2.0. */
static int
kdf(const struct msk_crypto *crypto, uint8_t fc, const uint8_t *key,
    const struct msk_bytes *params, size_t n, uint8_t out[MSK_GBA_KEY_LEN])
{
    uint8_t len[PARAMS_MAX][2];
    struct msk_bytes in[1 + 2 * PARAMS_MAX] = { { &fc, 1 } };
    struct msk_bytes secret = { key, MSK_GBA_KEY_LEN };
    struct msk_hmac hmac;
    struct msk_writer w;
    int failed;

    for (size_t i = 0; i < n; i++) {
        msk_writer_init(&w, len[i], sizeof len[i]);
        msk_writer_u16(&w, (uint16_t)params[i].n);
        in[1 + 2 * i] = params[i];
        in[2 + 2 * i] = (struct msk_bytes){ len[i], sizeof len[i] };
    }
    failed = crypto->hmac_begin(crypto->user, &hmac, MSK_HASH_SHA256, secret);
    if (failed == 0) {
        failed = crypto->hmac(crypto->user, &hmac, in, 1 + 2 * n, out);
        crypto->hmac_end(crypto->user, &hmac);
    }
    if (failed != 0)
        msk_secret_wipe(out, MSK_GBA_KEY_LEN);
    return failed == 0 ? MSK_OK : MSK_ERR_CRYPTO;
}

int
msk_gba_naf_id(struct msk_bytes fqdn, uint8_t out[MSK_NAF_ID_MAX], size_t *len)
{
    if (out == NULL || len == NULL || fqdn.p == NULL || fqdn.n == 0 ||
        fqdn.n > MSK_FQDN_MAX)
        return MSK_ERR_ARGUMENT;
    memcpy(out, fqdn.p, fqdn.n);
    memcpy(out + fqdn.n, ua_id, sizeof ua_id);
    *len = fqdn.n + sizeof ua_id;
    return MSK_OK;
}

/* TS 33.220 B.3; p0 tells the two keys of GBA_U apart. */
static int
naf_key(const struct msk_gba *gba, const char *p0, uint8_t out[MSK_GBA_KEY_LEN])
{
    uint8_t naf_id[MSK_NAF_ID_MAX];
    struct msk_bytes params[PARAMS_MAX];
    int err;

    if (gba == NULL || out == NULL || gba->crypto == NULL || gba->ks == NULL ||
        gba->rand == NULL || gba->impi.p == NULL || gba->impi.n == 0 ||
        gba->impi.n > IMPI_MAX)
        return MSK_ERR_ARGUMENT;
    params[0] = msk_text(p0);
    params[1] = (struct msk_bytes){ gba->rand, RAND_LEN };
    params[2] = gba->impi;
    params[3].p = naf_id;
    err = msk_gba_naf_id(gba->fqdn, naf_id, &params[3].n);
    return err != MSK_OK
               ? err
               : kdf(gba->crypto, FC_GBA, gba->ks, params, PARAMS_MAX, out);
}

int
msk_gba_ks_naf(const struct msk_gba *gba, uint8_t out[MSK_GBA_KEY_LEN])
{
    return naf_key(gba, "gba-me", out);
}

int
msk_gba_ks_int_naf(const struct msk_gba *gba, uint8_t out[MSK_GBA_KEY_LEN])
{
    return naf_key(gba, "gba-u", out);
}

int
msk_gba_mrk(const struct msk_crypto *crypto,
            const uint8_t ks_naf[MSK_GBA_KEY_LEN], uint8_t out[MSK_GBA_KEY_LEN])
{
    struct msk_bytes label = msk_text("mbms-mrk");

    if (crypto == NULL || ks_naf == NULL || out == NULL)
        return MSK_ERR_ARGUMENT;
    /* TS 33.246 Annex F */
    return kdf(crypto, FC_GBA, ks_naf, &label, 1, out);
}

int
msk_gba_k_af(const struct msk_crypto *crypto,
             const uint8_t k_akma[MSK_GBA_KEY_LEN], struct msk_bytes fqdn,
             uint8_t out[MSK_GBA_KEY_LEN])
{
    uint8_t octets[MSK_NAF_ID_MAX];
    struct msk_bytes af_id = { octets, 0 };
    int err;

    if (crypto == NULL || k_akma == NULL || out == NULL)
        return MSK_ERR_ARGUMENT;
    err = msk_gba_naf_id(fqdn, octets, &af_id.n);
    return err == MSK_OK ? kdf(crypto, FC_K_AF, k_akma, &af_id, 1, out) : err;
}
