/* SPDX-License-Identifier: MIT */
/* protect/key.h - the keys that RFC 3830 4.1.3 and 4.1.4 derive, and MACs
 * under them. */
#ifndef MSK_PROTECT_KEY_H
#define MSK_PROTECT_KEY_H

#include "protect/prf.h"

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
