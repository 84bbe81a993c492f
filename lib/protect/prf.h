/* SPDX-License-Identifier: MIT */
/* protect/prf.h - the PRF of RFC 3830 4.1.2 and PRF-HMAC-SHA-256 of RFC 6043
 * 6.1, over the HMAC of a provider. */
#ifndef MSK_PROTECT_PRF_H
#define MSK_PROTECT_PRF_H

#include "msk/protect.h"

/*
 * A PRF under one inkey. The key is cut into slices of 32 octets; the pads
 * of the slice used last are kept, so that a key of one slice, as every MUK
 * and MSK is, has its pads worked out once for all derivations.
 */
struct msk_prf {
    const struct msk_crypto *crypto;
    struct msk_bytes key; /* borrowed */
    enum msk_hash hash;
    size_t hash_len;
    size_t ready; /* slice whose pads are in hmac, counted from 1 */
    struct msk_hmac hmac;
};

/* Starts; msk_prf_end must follow. MSK_ERR_UNSUPPORTED: prf;
 * MSK_ERR_ARGUMENT: key not of 1..MSK_PSK_MAX octets. */
int msk_prf_begin(struct msk_prf *prf, const struct msk_crypto *crypto,
                  uint8_t prf_func, struct msk_bytes key);

/*
 * Derives n octets (1..255) under the label const || cs_id || csb_id || rand.
 * head: the first 9 octets of it. MSK_ERR_CRYPTO; then out is wiped.
 */
int msk_prf_derive(struct msk_prf *prf, const uint8_t head[9],
                   struct msk_bytes rand, uint8_t *out, size_t n);

/* Wipes the pads. */
void msk_prf_end(struct msk_prf *prf);

#endif
