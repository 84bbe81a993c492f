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
 * The authentication key of a message, made ready once for every MAC under
 * it: its own, and that of its acknowledgement (RFC 3830 4.1.4, 5.2).
 */
struct msk_mac_key {
    const struct msk_crypto *crypto; /* NULL: none is ready */
    size_t len;                      /* octets of a MAC: 20 or 32 */
    struct msk_hmac hmac;
};

/* Derives it with a PRF that has begun. MSK_OK: msk_mac_end must follow; else
 * none is ready. Errors of msk_mac_hash and msk_key_derive. */
int msk_mac_begin(struct msk_mac_key *key, struct msk_prf *prf,
                  const struct msk_protection *protection, uint8_t mac_alg);

/* The MAC over n views; out: key->len octets. MSK_ERR_CRYPTO. */
int msk_mac_make(const struct msk_mac_key *key, const struct msk_bytes *in,
                 size_t n, uint8_t *out);

/* The same compared with mac, in constant time. MSK_ERR_MAC: not equal. */
int msk_mac_check(const struct msk_mac_key *key, const struct msk_bytes *in,
                  size_t n, struct msk_bytes mac);

/* Wipes a key that is ready; then none is. */
void msk_mac_end(struct msk_mac_key *key);

/* As msk_kemac_open. MSK_OK: *key is ready, unless the MAC is NULL, and
 * msk_mac_end must follow; else none is. */
int msk_kemac_open_keep(const struct msk_protection *protection,
                        struct msk_bytes message,
                        const struct msk_payload *kemac, uint8_t *plain,
                        size_t cap, struct msk_mac_key *key);

/* As msk_v_mac_make, under a key that is ready. */
int msk_v_mac_make_with(const struct msk_mac_key *key,
                        const struct msk_v_input *input, uint8_t *buf,
                        size_t cap, size_t *len);

#endif
