/* SPDX-License-Identifier: MIT */
/*
 * http/digest_nonce.h - nonces of a server, without a table. One is base64 of
 *     (time (8 octets) || random (8)) XOR mask (16), MAC (16)
 * where with H, the first half of HMAC-SHA-256 under nonce_key,
 *     MAC = H(1 || time || random || FQDN), mask = H(2 || MAC || FQDN).
 * Without the key one sees 32 random octets: not when a nonce was made, nor
 * whether it was made to be newer than another one.
 */
#ifndef MSK_HTTP_DIGEST_NONCE_H
#define MSK_HTTP_DIGEST_NONCE_H

#include "msk/digest.h"

#define MSK_DIGEST_NONCE_LEN 44    /* characters */
#define MSK_DIGEST_NONCE_ID_LEN 16 /* its MAC: no two nonces share it */

/* The nonce_key of a server; made ready for the first nonce, and still so for
 * the next. */
struct msk_nonce_key {
    const struct msk_digest_server *server; /* which can be used */
    bool ready;
    struct msk_hmac hmac;
    uint8_t fqdn[MSK_FQDN_MAX]; /* as it is hashed, when ready */
};

/* Begins; nothing is ready yet. msk_nonce_key_end must follow. */
void msk_nonce_key_begin(struct msk_nonce_key *key,
                         const struct msk_digest_server *server);

/* Wipes what was made ready. */
void msk_nonce_key_end(struct msk_nonce_key *key);

/* Makes a nonce that says it was made at `issued`. MSK_ERR_RANDOM,
 * MSK_ERR_CRYPTO. */
int msk_digest_nonce_make(struct msk_nonce_key *key, msk_time issued,
                          uint8_t out[MSK_DIGEST_NONCE_LEN]);

/* Reads a nonce. *ours: true when its MAC verifies. MSK_ERR_CRYPTO. */
int msk_digest_nonce_read(struct msk_nonce_key *key, struct msk_bytes nonce,
                          bool *ours, msk_time *issued,
                          uint8_t id[MSK_DIGEST_NONCE_ID_LEN]);

/* A time for a nonce that shall be newer than one of `issued`. */
msk_time msk_digest_nonce_after(msk_time issued, msk_time now);

#endif
