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

enum {
    MSK_NONCE_MAX = 256,         /* octets of a nonce or cnonce */
    MSK_OPAQUE_MAX = 256,        /* octets of the opaque of a challenge */
    MSK_REALM_MAX = 600,         /* octets of a realm, with all its parts */
    MSK_DIGEST_TARGET_MAX = 768, /* octets of a request-target */
    MSK_DIGEST_HEX_MAX = 64      /* characters of a response or rspauth */
};

/* What a User-Agent must name in every request, TS 24.109 5.2.1; a static
 * view. */
#define MSK_DIGEST_PRODUCT "3gpp-gba"
MSK_API struct msk_bytes msk_digest_product(void);

/* What may be used; a set. Zero means the safe default: auth-int only. */
enum {
    MSK_QOP_AUTH_INT = 1,
    MSK_QOP_AUTH = 2 /* only over TLS, or in tests */
};

/* Algorithms, a set; best first in everything the library writes. Zero means
 * both. Of two, the better one has the lower number, here and above. */
enum { MSK_ALGORITHM_SHA256 = 1, MSK_ALGORITHM_MD5 = 2 };

/* Who is asking. Views borrowed for the call. */
struct msk_credentials {
    /* Frozen: RFC 7616 takes a name and a secret. */
    struct msk_bytes btid; /* 1..MSK_BTID_MAX */
    struct msk_bytes mrk;  /* 1..MSK_MRK_MAX, not base64 */
};

/*
 * One response or rspauth, as a number, for tools and tests; the functions
 * below do this by themselves. Values as they stand between the quotes,
 * without escapes; the password is text here.
 */
struct msk_digest_input {
    size_t size;             /* sizeof(struct msk_digest_input) */
    uint32_t algorithm, qop; /* one of each */
    struct msk_bytes username, realm, password;
    struct msk_bytes method; /* empty: an rspauth */
    struct msk_bytes uri, nonce, nc, cnonce;
    struct msk_bytes body; /* of the request; of the answer for an rspauth */
};

/* Writes it in hexadecimal; *len: how many octets that are. RFC 7616
 * 3.4.1. MSK_ERR_CRYPTO; MSK_ERR_ARGUMENT: algorithm or qop. */
MSK_API int msk_digest_response(const struct msk_crypto *crypto,
                                const struct msk_digest_input *input,
                                uint8_t out[MSK_DIGEST_HEX_MAX], size_t *len);

/*
 * The UE's end of one association with one server. The caller's memory;
 * fields are the library's. It holds no key.
 */
struct msk_digest_client {
    /* Frozen: memory of the caller, with all that RFC 7616 has. */
    const struct msk_crypto *crypto;
    const struct msk_random *random;
    uint32_t qop;        /* allowed, a set; shrinks, see below */
    uint32_t algorithms; /* the same */
    uint32_t used_qop;   /* one, chosen with the nonce */
    uint32_t algorithm;  /* one, of the nonce */
    uint32_t nc;         /* last one used with the nonce */
    uint8_t cnonce[32];  /* of the last request */
    uint8_t nonce[MSK_NONCE_MAX];
    size_t nonce_len; /* 0: no challenge yet */
    uint8_t opaque[MSK_OPAQUE_MAX];
    size_t opaque_len;
    bool has_opaque;
    uint8_t fqdn[MSK_FQDN_MAX];
    size_t fqdn_len;
    uint8_t realm[MSK_REALM_MAX]; /* of the nonce, as it was sent */
    size_t realm_len;
};

/* Read once; crypto and random stay good for the life of the client. */
struct msk_digest_client_config {
    size_t size; /* sizeof(struct msk_digest_client_config) */
    const struct msk_crypto *crypto;
    const struct msk_random *random;
    struct msk_bytes fqdn; /* of the server; copied */
    uint32_t qop;          /* what may be used, a set */
    uint32_t algorithms;   /* the same */
};

/*
 * Starts without a nonce. MSK_ERR_ARGUMENT: qop or algorithms, no provider, or
 * a name that cannot stand in a realm.
 * There is no way back: once an answer has verified, nothing weaker than what
 * it was verified with is taken for the life of the client, whatever the
 * challenge says and whichever keys are used (decision 12).
 */
MSK_API int
msk_digest_client_init(struct msk_digest_client *client,
                       const struct msk_digest_client_config *config);

/* What a 401 wants, TS 24.109 5.2.4 and 5.2.5. */
enum msk_challenge {
    MSK_CHALLENGE_ANSWER = 1,   /* no credentials were sent: answer */
    MSK_CHALLENGE_STALE = 2,    /* only the nonce is old: answer again */
    MSK_CHALLENGE_BOOTSTRAP = 3 /* the B-TID is no longer good: new keys */
};

/*
 * Takes the best acceptable challenge of a 401: one that covers the body before
 * one that does not, then the better algorithm. Its realm is a list with ";",
 * one part of which is "3GPP-bootstrapping@" or "3GPP-bootstrapping-akma@" and
 * the name of this server, which has no case (decisions 35, 38). Other schemes, and challenges that cannot be
 * read, are passed over. sent: the request carried an
 * Authorization. *what: what to do. MSK_ERR_DIGEST: no challenge that can be
 * taken (another scheme, realm, algorithm or qop; duplicates; too long), or a
 * header value with a NUL, or a CR or LF that folds no line; the client is
 * unchanged. The same if the best one is weaker than the challenge
 * in use, under which no answer has verified yet: either may be a stranger's,
 * so both are forgotten. MSK_ERR_ARGUMENT: not a 401.
 */
MSK_API int
msk_digest_client_challenge(struct msk_digest_client *client,
                            const struct msk_http_response *response, bool sent,
                            enum msk_challenge *what);

/*
 * Writes the value of the Authorization header for request into buf (cap
 * octets, MSK_HTTP_VALUE_MAX always do), with a new cnonce and the next nc.
 * MSK_ERR_STATE: no nonce yet, or all its nc used up: send without;
 * MSK_ERR_SPACE; MSK_ERR_RANDOM; MSK_ERR_CRYPTO; MSK_ERR_ARGUMENT: a B-TID,
 * method or target with octets that may not stand there, or too long. On any
 * error the client is unchanged.
 */
MSK_API int
msk_digest_client_authorise(struct msk_digest_client *client,
                            const struct msk_credentials *credentials,
                            const struct msk_http_request *request,
                            uint8_t *buf, size_t cap, size_t *len);

/*
 * Verifies the Authentication-Info of the answer to the request authorized
 * last, over its body; takes over a nextnonce. MSK_OK: the body is the
 * server's answer to this request; the status and the other headers are never
 * covered by Digest. With qop auth, not even the body. MSK_ERR_DIGEST: missing
 * or wrong, or a 401: believe nothing of it. MSK_ERR_ENCODING: its body has a
 * Content-Encoding, which was not asked for, such as gzip: nothing is read of
 * it. MSK_ERR_STATE: nothing was
 * authorized since the nonce came. MSK_ERR_CRYPTO. RFC 7616 3.5, RFC 7615.
 */
MSK_API int msk_digest_client_verify(struct msk_digest_client *client,
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
    bool akma;                  /* as struct msk_bmsc_config */
};

/* What the BM-SC keeps of one B-TID: the last nonce and nc it accepted. All
 * zeros: none yet. */
struct msk_digest_seen {
    /* Frozen: it stands in records that are stored. */
    msk_time issued; /* when the nonce was made */
    uint8_t nonce[16];
    uint32_t nc;
};

/* Makes every nonce that was issued until now a stale one: re-authentication,
 * change request 6.3.2.2.4. Commit it like any other change. */
MSK_API void msk_digest_seen_expire(struct msk_digest_seen *seen, msk_time now);

/* The verdict on a request. */
enum msk_auth {
    MSK_AUTH_OK = 1,      /* authentic and fresh; *seen moved on: commit it
                             before the answer leaves */
    MSK_AUTH_STALE = 2,   /* 401 with stale: a nonce that is old or not ours,
                             or, with a right response, an nc that was used */
    MSK_AUTH_MISSING = 3, /* no Digest credentials: 401 */
    MSK_AUTH_WRONG = 4,   /* unknown B-TID, wrong realm or response: 401 */
    MSK_AUTH_BAD = 5      /* malformed, or what was never offered: 400 */
};

/* What a good request was authorized with, for the answer. */
struct msk_auth_context {
    /* Frozen: what RFC 7616 puts into an answer. */
    uint32_t algorithm, qop; /* one of each */
    msk_time now;            /* of the check */
    msk_time issued;         /* when the nonce was made */
    bool proven;             /* always set: the response was right, be it that
                                the nonce or its nc was no good */
    uint8_t nc[8];           /* as it was written */
    uint8_t cnonce[MSK_NONCE_MAX], nonce[MSK_NONCE_MAX];
    size_t cnonce_len, nonce_len;
    uint8_t uri[MSK_DIGEST_TARGET_MAX], realm[MSK_REALM_MAX]; /* as sent */
    size_t uri_len, realm_len;
};

/* The B-TID that a request claims, unescaped into buf (cap octets, at least
 * MSK_BTID_MAX), to load its record. MSK_ERR_MISSING: no credentials;
 * MSK_ERR_VALUE: malformed. Nothing is verified. */
MSK_API int msk_digest_server_btid(const struct msk_http_request *request,
                                   uint8_t *buf, size_t cap, size_t *len);

/*
 * Checks a request. Its uri names what its target names: both may be in origin
 * form, in absolute form with the name of this server, or "/" name path, as TS
 * 33.246 H.2.1 prints it. The response is over uri and realm as they were sent
 * (RFC 7616 3.4.6, decision 35). credentials NULL: the B-TID is unknown, or its
 * keys have expired; this takes as long and says the same as a wrong response,
 * and is how new keys are demanded. seen NULL: as all zeros. *seen is changed,
 * and *context is filled but for proven, only with MSK_AUTH_OK.
 * MSK_ERR_CRYPTO.
 */
MSK_API int msk_digest_server_check(const struct msk_digest_server *server,
                                    const struct msk_credentials *credentials,
                                    const struct msk_http_request *request,
                                    msk_time now, struct msk_digest_seen *seen,
                                    enum msk_auth *auth,
                                    struct msk_auth_context *context);

/* One challenge of a 401. */
struct msk_digest_offer {
    size_t size;   /* sizeof(struct msk_digest_offer) */
    size_t number; /* 0, 1, ...: one for each algorithm, best first */
    bool stale;    /* nothing but the nonce was wrong */
    /* Of the B-TID, if the context says proven, so that the new nonce is newer
     * even if the clock went back; else NULL: no one else is to learn of it. */
    const struct msk_digest_seen *seen;
    msk_time now;
};

/* Writes the value of its WWW-Authenticate header into buf (cap octets,
 * MSK_HTTP_VALUE_MAX always do). MSK_ERR_STATE: there is no such number;
 * MSK_ERR_SPACE, MSK_ERR_RANDOM, MSK_ERR_CRYPTO. */
MSK_API int msk_digest_server_challenge(const struct msk_digest_server *server,
                                        const struct msk_digest_offer *offer,
                                        uint8_t *buf, size_t cap, size_t *len);

/* Writes the value of Authentication-Info for the answer with `body` to a
 * request that was MSK_AUTH_OK, with the next nonce, into buf (cap octets,
 * MSK_HTTP_VALUE_MAX always do). MSK_ERR_SPACE, MSK_ERR_RANDOM,
 * MSK_ERR_CRYPTO. */
MSK_API int msk_digest_server_info(const struct msk_digest_server *server,
                                   const struct msk_credentials *credentials,
                                   const struct msk_auth_context *context,
                                   struct msk_bytes body, uint8_t *buf,
                                   size_t cap, size_t *len);

#ifdef __cplusplus
}
#endif

#endif
