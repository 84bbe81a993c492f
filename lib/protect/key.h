/* SPDX-License-Identifier: MIT */
/* protect/key.h - from a pre-shared key to keys and MACs: the PRF of RFC 3830
 * 4.1.2 and PRF-HMAC-SHA-256 of RFC 6043 6.1 over the HMAC of a provider, the
 * keys that RFC 3830 4.1.3 and 4.1.4 derive, MACs under them. */
#ifndef MSK_PROTECT_KEY_H
#define MSK_PROTECT_KEY_H

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

#define MSK_AUTH_KEY_MAX 32
#define MSK_ENCR_KEY_MAX 32
#define MSK_SALT_KEY_LEN 14

/* Derives n octets of the key `what` with a PRF that has begun. cs_id is
 * used for keys from a TGK. MSK_ERR_ARGUMENT: what, or the RAND;
 * MSK_ERR_CRYPTO. */
int msk_key_derive(struct msk_prf *prf, const struct msk_protection *protection,
                   enum msk_derived what, uint8_t cs_id, uint8_t *out,
                   size_t n);

/* Octets of key and MAC for a MAC algorithm, and its hash. MSK_ERR_NULL_ALG:
 * the NULL MAC; MSK_ERR_UNSUPPORTED. */
int msk_mac_hash(uint8_t mac_alg, enum msk_hash *hash, size_t *len);

/*
 * The MAC over n views, with the authentication key of *prf derived for it
 * and wiped again. out: 20 or 32 octets, *len says. RFC 3830 5.2.
 */
int msk_mac_make(struct msk_prf *prf, const struct msk_protection *protection,
                 uint8_t mac_alg, const struct msk_bytes *in, size_t n,
                 uint8_t *out, size_t *len);

/* The same compared with mac, in constant time. MSK_ERR_MAC: not equal. */
int msk_mac_check(struct msk_prf *prf, const struct msk_protection *protection,
                  uint8_t mac_alg, const struct msk_bytes *in, size_t n,
                  struct msk_bytes mac);

#endif
