/* SPDX-License-Identifier: MIT */
/* http/digest_server.h - the end of the server: its nonces, a request that it
 * checks, and what it writes to that: digest_check.c reads, digest_offer.c
 * challenges, digest_server.c has what both need and the rest. */
#ifndef MSK_HTTP_DIGEST_SERVER_H
#define MSK_HTTP_DIGEST_SERVER_H

#include "msk/digest.h"

/*
 * A nonce, without a table: base64 of
 *     (time (8 octets) || random (8)) XOR mask (16), MAC (16)
 * where with H, the first half of HMAC-SHA-256 under nonce_key,
 *     MAC = H(1 || time || random || FQDN), mask = H(2 || MAC || FQDN).
 * Without the key one sees 32 random octets: not when a nonce was made, nor
 * whether it was made to be newer than another one.
 */
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

/* A request and its answer. What both need is made once, when it is needed
 * first. */
struct msk_digest_exchange {
    struct msk_digest_server server;           /* with every default */
    const struct msk_credentials *credentials; /* NULL: of nobody */
    struct msk_nonce_key nonce_key;
    bool has_a1;                    /* of the credentials, which verified */
    uint8_t a1[MSK_DIGEST_HEX_MAX]; /* H(A1), worth the key */
};

/* Begins; credentials, borrowed, may be NULL. msk_digest_exchange_end must
 * follow. MSK_ERR_ARGUMENT: they or the server cannot be used; then it need
 * not. */
int msk_digest_exchange_begin(struct msk_digest_exchange *exchange,
                              const struct msk_digest_server *server,
                              const struct msk_credentials *credentials);

/* Wipes what was made ready. One that is all zeros may end too. */
void msk_digest_exchange_end(struct msk_digest_exchange *exchange);

/* As msk_digest_server_check, under the credentials of the exchange. */
int msk_digest_exchange_check(struct msk_digest_exchange *exchange,
                              const struct msk_http_request *request,
                              msk_time now, struct msk_digest_seen *seen,
                              enum msk_auth *auth,
                              struct msk_auth_context *context);

/* As msk_digest_server_challenge. */
int msk_digest_exchange_challenge(struct msk_digest_exchange *exchange,
                                  const struct msk_digest_offer *offer,
                                  uint8_t *buf, size_t cap, size_t *len);

/* As msk_digest_server_info, under the credentials of the exchange; context:
 * of its check, where there was one. */
int msk_digest_exchange_info(struct msk_digest_exchange *exchange,
                             const struct msk_auth_context *context,
                             struct msk_bytes body, uint8_t *buf, size_t cap,
                             size_t *len);

/* Writes the realm of a server: prefix and name. MSK_ERR_ARGUMENT: a name that
 * cannot stand there. TS 24.109 5.2.2.1, TS 33.535 B.1.2.2. */
int msk_digest_realm(const struct msk_digest_server *server,
                     uint8_t out[MSK_REALM_MAX], size_t *len);

/* False: a context that no check has filled, or whose lengths are longer than
 * its fields. */
bool msk_digest_server_whole(const struct msk_auth_context *context);

/* The values of a response that the context gives; views into it. */
void msk_digest_server_input(const struct msk_auth_context *context,
                             struct msk_digest_input *input);

#endif
