/* SPDX-License-Identifier: MIT */
/*
 * msk/digest.h - HTTP Digest (RFC 7616) as 3GPP profiles it (TS 33.246
 * 6.2.1.3, TS 24.109 5.2): user name B-TID, password base64(MRK), realm
 * "3GPP-bootstrapping@" and the name of the BM-SC. Both ends, no I/O.
 */
#ifndef MSK_DIGEST_H
#define MSK_DIGEST_H

#include "msk/crypto.h"
#include "msk/http.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MSK_NONCE_MAX 256  /* octets of a nonce */
#define MSK_OPAQUE_MAX 256 /* octets of the opaque of a challenge */
#define MSK_REALM_MAX (19 + MSK_FQDN_MAX)

/* What may be used; a set. Zero means the safe default: auth-int only. */
#define MSK_QOP_AUTH_INT 1u
#define MSK_QOP_AUTH 2u /* only behind TLS, or in tests */

/* Algorithms, a set; best first in everything the library writes. Zero means
 * both. */
#define MSK_ALGORITHM_SHA256 1u
#define MSK_ALGORITHM_MD5 2u

/* Who is asking. Views borrowed for the call. */
struct msk_credentials {
    struct msk_bytes btid; /* 1..MSK_BTID_MAX */
    struct msk_bytes mrk;  /* 1..MSK_MRK_MAX, not base64 */
};

/*
 * The UE's end of one association with one server. The caller's memory;
 * fields are the library's. It holds no key.
 */
struct msk_digest_client {
    uint32_t qop;       /* allowed */
    uint32_t algorithm; /* of the nonce */
    uint32_t nc;        /* last one used with the nonce */
    uint8_t used_qop;
    uint8_t cnonce[32];
    uint8_t nonce[MSK_NONCE_MAX];
    size_t nonce_len; /* 0: no challenge yet */
    uint8_t opaque[MSK_OPAQUE_MAX];
    size_t opaque_len;
    bool has_opaque;
    uint8_t fqdn[MSK_FQDN_MAX];
    size_t fqdn_len;
};

/* Starts without a nonce. qop: a set. MSK_ERR_ARGUMENT. */
MSK_API int msk_digest_client_init(struct msk_digest_client *client,
                                   struct msk_bytes fqdn, uint32_t qop);

/* What a 401 wants, TS 24.109 5.2.4 and 5.2.5. */
enum msk_challenge {
    MSK_CHALLENGE_ANSWER = 1,   /* no credentials were sent: answer */
    MSK_CHALLENGE_STALE = 2,    /* only the nonce is old: answer again */
    MSK_CHALLENGE_BOOTSTRAP = 3 /* the B-TID is no longer good: new keys */
};

/*
 * Takes the best acceptable challenge of a 401. sent: the request carried an
 * Authorization. *what: what to do. MSK_ERR_DIGEST: no challenge that can be
 * taken (another scheme, realm, algorithm or qop; duplicates; too long).
 */
MSK_API int
msk_digest_client_challenge(struct msk_digest_client *client,
                            const struct msk_http_response *response, bool sent,
                            enum msk_challenge *what);

/*
 * Writes the value of the Authorization header for request into buf (cap
 * octets, MSK_HTTP_VALUE_MAX always do), with a new cnonce and the next nc.
 * MSK_ERR_STATE: no nonce yet, send without; MSK_ERR_SPACE; MSK_ERR_RANDOM;
 * MSK_ERR_CRYPTO; MSK_ERR_ARGUMENT: a B-TID or target that cannot be quoted.
 */
MSK_API int msk_digest_client_authorize(
    struct msk_digest_client *client, const struct msk_crypto *crypto,
    const struct msk_random *random, const struct msk_credentials *credentials,
    const struct msk_http_request *request, uint8_t *buf, size_t cap,
    size_t *len);

/*
 * Verifies the Authentication-Info of the answer to the request authorized
 * last, over its body; takes over a nextnonce. MSK_OK: status and body are
 * the server's. MSK_ERR_DIGEST: missing or wrong: believe nothing of it.
 * MSK_ERR_CRYPTO. RFC 7616 3.5, RFC 7615.
 */
MSK_API int msk_digest_client_verify(struct msk_digest_client *client,
                                     const struct msk_crypto *crypto,
                                     const struct msk_credentials *credentials,
                                     struct msk_bytes target,
                                     const struct msk_http_response *response);

/* The BM-SC's end. Constant; shared by all threads and nodes. */
struct msk_digest_server {
    size_t size; /* sizeof(struct msk_digest_server) */
    const struct msk_crypto *crypto;
    const struct msk_random *random;
    struct msk_bytes fqdn;
    struct msk_bytes nonce_key; /* 16..64 octets; the same on all nodes */
    uint32_t qop;               /* allowed, a set */
    uint32_t algorithms;        /* offered, a set */
    msk_time nonce_life;        /* 0: 300000 */
};

/* What the BM-SC keeps of one B-TID: the last nonce and nc it accepted. */
struct msk_digest_seen {
    msk_time issued; /* of the nonce; 0: none yet */
    uint8_t nonce[16];
    uint32_t nc;
};

/* The verdict on a request. */
enum msk_auth {
    MSK_AUTH_OK = 1,      /* true and fresh; *seen was moved on: commit it
                             before the answer leaves */
    MSK_AUTH_STALE = 2,   /* right response, nonce old or nc used */
    MSK_AUTH_MISSING = 3, /* no Authorization */
    MSK_AUTH_WRONG = 4,   /* unknown B-TID or wrong response: one look */
    MSK_AUTH_BAD = 5      /* malformed: answer 400 */
};

/* What a good request was authorized with, for the answer. */
struct msk_auth_context {
    uint32_t algorithm, qop, nc;
    uint8_t cnonce[MSK_NONCE_MAX], nonce[MSK_NONCE_MAX];
    size_t cnonce_len, nonce_len;
};

/* The B-TID that a request claims, unescaped into buf (cap octets, at least
 * MSK_BTID_MAX), to load its record. MSK_ERR_MISSING: no credentials;
 * MSK_ERR_VALUE: malformed. Nothing is verified. */
MSK_API int msk_digest_server_btid(const struct msk_http_request *request,
                                   uint8_t *buf, size_t cap, size_t *len);

/*
 * Checks a request. credentials NULL: the B-TID is unknown; this takes as
 * long and says the same as a wrong response. *seen is changed only with
 * MSK_AUTH_OK. MSK_ERR_CRYPTO.
 */
MSK_API int msk_digest_server_check(const struct msk_digest_server *server,
                                    const struct msk_credentials *credentials,
                                    const struct msk_http_request *request,
                                    msk_time now, struct msk_digest_seen *seen,
                                    enum msk_auth *auth,
                                    struct msk_auth_context *context);

/*
 * Writes the value of the WWW-Authenticate header number i (0, 1, ...; one
 * for each algorithm, best first) into buf. MSK_ERR_STATE: there is no such
 * number; MSK_ERR_SPACE, MSK_ERR_RANDOM, MSK_ERR_CRYPTO.
 */
MSK_API int msk_digest_server_challenge(const struct msk_digest_server *server,
                                        size_t i, bool stale, msk_time now,
                                        uint8_t *buf, size_t cap, size_t *len);

/* Writes the value of Authentication-Info for the answer with `body` to a
 * request that was MSK_AUTH_OK. MSK_ERR_SPACE, MSK_ERR_CRYPTO. */
MSK_API int msk_digest_server_info(const struct msk_digest_server *server,
                                   const struct msk_credentials *credentials,
                                   const struct msk_auth_context *context,
                                   struct msk_bytes target,
                                   struct msk_bytes body, uint8_t *buf,
                                   size_t cap, size_t *len);

#ifdef __cplusplus
}
#endif

#endif
