/* SPDX-License-Identifier: MIT */
/*
 * http/digest_server.h - the end of the server: nonces without a table, and what
 * it writes with them. A nonce is base64 of
 *     (time (8 octets) || random (8)) XOR mask (16), MAC (16)
 * where with H, the first half of HMAC-SHA-256 under nonce_key,
 *     MAC = H(1 || time || random || FQDN), mask = H(2 || MAC || FQDN).
 * Without the key one sees 32 random octets: not when a nonce was made, nor
 * whether it was made to be newer than another one.
 */
#ifndef MSK_HTTP_DIGEST_SERVER_H
#define MSK_HTTP_DIGEST_SERVER_H

#include "msk/digest.h"

#define MSK_DIGEST_NONCE_LEN 44    /* characters */
#define MSK_DIGEST_NONCE_ID_LEN 16 /* its MAC: no two nonces share it */

/* Makes a nonce that says it was made at `issued`. MSK_ERR_RANDOM,
 * MSK_ERR_CRYPTO. */
int msk_digest_nonce_make(const struct msk_digest_server *server,
                          msk_time issued, uint8_t out[MSK_DIGEST_NONCE_LEN]);

/* Reads a nonce. *ours: true when its MAC verifies. MSK_ERR_CRYPTO. */
int msk_digest_nonce_read(const struct msk_digest_server *server,
                          struct msk_bytes nonce, bool *ours, msk_time *issued,
                          uint8_t id[MSK_DIGEST_NONCE_ID_LEN]);

/* A time for a nonce that shall be newer than one of `issued`. */
msk_time msk_digest_nonce_after(msk_time issued, msk_time now);

/* Copies theirs to mine with the defaults filled in. MSK_ERR_ARGUMENT: it
 * cannot be used. */
int msk_digest_server_take(struct msk_digest_server *mine,
                           const struct msk_digest_server *theirs);

/* Writes the realm of a server: prefix and name. MSK_ERR_ARGUMENT: a name that
 * cannot stand there. TS 24.109 5.2.2.1. */
int msk_digest_realm(struct msk_bytes fqdn, uint8_t out[MSK_REALM_MAX],
                     size_t *len);

/* False: a context whose lengths are longer than its fields. */
bool msk_digest_server_whole(const struct msk_auth_context *context);

/* The values of a response that the context gives; views into it. */
void msk_digest_server_input(const struct msk_auth_context *context,
                             struct msk_digest_input *input);

#endif
