/* SPDX-License-Identifier: MIT */
/*
 * msk/ub.h - bootstrapping over Ub (TS 33.220 4.5.2, TS 24.109 4): HTTP Digest
 * with AKAv1-MD5 (RFC 3310) between a UE and a BSF, and what the BSF answers.
 * Both ends, no I/O. The USIM, the network and the time are the host's, who
 * sends GET "/" with the Authorization that is written here.
 *
 *   UE: msk_ub_client_init, msk_ub_client_authorise without an answer; with
 *   the 401 msk_ub_client_challenge, the USIM, msk_ub_client_authorise with
 *   its answer; with the 200 msk_ub_client_verify, msk_ub_info_read. Then Ks is
 *   CK || IK of the USIM, and msk_gba_ks_naf goes on from there.
 *
 *   BSF: msk_ub_server_read; msk_ub_server_challenge and 401, or
 *   msk_ub_server_check, msk_ub_info_write, msk_ub_server_info and 200.
 */
#ifndef MSK_UB_H
#define MSK_UB_H

#include "msk/digest.h"
#include "msk/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_AKA_RAND_LEN = 16,
    MSK_AKA_AUTN_LEN = 16,
    MSK_AKA_AUTS_LEN = 14,
    MSK_AKA_RES_MAX = 16, /* RES has 4 to 16 octets */
    MSK_IMPI_MAX = 255    /* octets of a private identity */
};

/* The media type of what a BSF answers; static. TS 24.109 C.1. */
MSK_API struct msk_bytes msk_ub_media_type(void);

/* What AKA gives the USIM. */
struct msk_aka_challenge {
    /* Frozen: TS 33.102 6.3. */
    uint8_t rand[MSK_AKA_RAND_LEN], autn[MSK_AKA_AUTN_LEN];
};

/* What a USIM says to it; one of the two is empty. Views borrowed for the
 * call. */
struct msk_aka_answer {
    /* Frozen: TS 33.102 6.3. */
    struct msk_bytes res;  /* 4..MSK_AKA_RES_MAX octets */
    struct msk_bytes auts; /* MSK_AKA_AUTS_LEN octets: its SQN is ahead */
};

/* --- the UE's end --------------------------------------------------------- */

/* One run of bootstrapping. The caller's memory; fields are the library's. It
 * holds no key. */
struct msk_ub_client {
    /* Frozen: memory of the caller, with all that RFC 3310 has. */
    const struct msk_crypto *crypto;
    const struct msk_random *random;
    uint8_t fqdn[MSK_FQDN_MAX], impi[MSK_IMPI_MAX];
    size_t fqdn_len, impi_len;
    uint8_t nonce[MSK_NONCE_MAX], opaque[MSK_OPAQUE_MAX];
    size_t nonce_len, opaque_len; /* 0: no challenge yet */
    bool has_opaque;
    uint8_t cnonce[32]; /* of the last answer */
    bool answered;      /* with RES */
};

/* Read once; crypto and random stay good for the life of the client. */
struct msk_ub_client_config {
    size_t size; /* sizeof(struct msk_ub_client_config) */
    const struct msk_crypto *crypto;
    const struct msk_random *random;
    struct msk_bytes fqdn; /* of the BSF, 1..MSK_FQDN_MAX; copied */
    struct msk_bytes impi; /* 1..MSK_IMPI_MAX, visible ASCII; copied */
};

/* Starts a run. MSK_ERR_ARGUMENT. */
MSK_API int msk_ub_client_init(struct msk_ub_client *client,
                               const struct msk_ub_client_config *config);

/*
 * Writes the value of the Authorization header of the next GET "/" into buf
 * (cap octets, MSK_HTTP_VALUE_MAX always do). answer NULL: the first request,
 * which only says who is there. With auts a new challenge is asked for.
 * MSK_ERR_STATE: an answer, and there was no challenge; MSK_ERR_ARGUMENT:
 * other lengths, or both; MSK_ERR_SPACE, MSK_ERR_RANDOM, MSK_ERR_CRYPTO. On any
 * error the client is unchanged. TS 24.109 A.3, A.4; RFC 3310 3.4.
 */
MSK_API int msk_ub_client_authorise(struct msk_ub_client *client,
                                    const struct msk_aka_answer *answer,
                                    uint8_t *buf, size_t cap, size_t *len);

/*
 * Takes the challenge of a 401: the first of AKAv1-MD5 with qop auth-int whose
 * realm is the BSF; others are passed over. What is in *challenge goes to the
 * USIM, which says whether it comes from its home. MSK_ERR_DIGEST: there is
 * none, or its nonce holds no RAND and AUTN; the client is unchanged.
 * MSK_ERR_ARGUMENT: not a 401. RFC 3310 3.2.
 */
MSK_API int msk_ub_client_challenge(struct msk_ub_client *client,
                                    const struct msk_http_response *response,
                                    struct msk_aka_challenge *challenge);

/*
 * Verifies the 200 that answers a request with `res`, whose rspauth covers its
 * body: its sender knows RES. MSK_ERR_DIGEST: missing or wrong, believe nothing
 * of it; MSK_ERR_ENCODING: its body has a Content-Encoding; MSK_ERR_STATE: no
 * RES was sent; MSK_ERR_ARGUMENT; MSK_ERR_CRYPTO. RFC 7616 3.5.
 */
MSK_API int msk_ub_client_verify(struct msk_ub_client *client,
                                 struct msk_bytes res,
                                 const struct msk_http_response *response);

/* --- the BSF's end -------------------------------------------------------- */

/* What a request claims; nothing is verified. */
struct msk_ub_claim {
    /* Frozen: what a BSF looks for. */
    uint8_t impi[MSK_IMPI_MAX];
    size_t impi_len;
    bool answers; /* it has an answer to the challenge: */
    struct msk_aka_challenge challenge;
    bool has_auts; /* it asks for a new one, with this: */
    uint8_t auts[MSK_AKA_AUTS_LEN];
};

/*
 * Reads who asks, and what they answer. MSK_ERR_MISSING: no Digest
 * credentials, to be answered with 401 and without a challenge, as nobody is
 * known; MSK_ERR_VALUE: malformed, or a nonce that no BSF made: 400.
 */
MSK_API int msk_ub_server_read(const struct msk_http_request *request,
                               struct msk_ub_claim *claim);

/* Writes the value of the WWW-Authenticate header of a 401 into buf (cap
 * octets, MSK_HTTP_VALUE_MAX always do). fqdn: of the BSF. MSK_ERR_ARGUMENT,
 * MSK_ERR_SPACE. TS 24.109 A.3. */
MSK_API int msk_ub_server_challenge(struct msk_bytes fqdn,
                                    const struct msk_aka_challenge *challenge,
                                    uint8_t *buf, size_t cap, size_t *len);

/*
 * Checks a request that answers: under `challenge`, which the BSF gave to that
 * IMPI and takes back with this, with XRES (4..MSK_AKA_RES_MAX octets; empty: a
 * request with auts, RFC 3310 3.4), method, target and body. *context, for
 * msk_ub_server_info, is filled with MSK_OK only. MSK_ERR_DIGEST: another
 * challenge, realm, qop or algorithm, or a wrong response: a new challenge;
 * MSK_ERR_VALUE: malformed; MSK_ERR_ARGUMENT; MSK_ERR_CRYPTO.
 */
MSK_API int msk_ub_server_check(const struct msk_crypto *crypto,
                                struct msk_bytes fqdn,
                                const struct msk_http_request *request,
                                const struct msk_aka_challenge *challenge,
                                struct msk_bytes xres,
                                struct msk_auth_context *context);

/* Writes the value of Authentication-Info for the answer with `body` into buf
 * (cap octets, MSK_HTTP_VALUE_MAX always do). MSK_ERR_ARGUMENT, MSK_ERR_SPACE,
 * MSK_ERR_CRYPTO. */
MSK_API int msk_ub_server_info(const struct msk_crypto *crypto,
                               struct msk_bytes xres,
                               const struct msk_ub_claim *claim,
                               const struct msk_auth_context *context,
                               struct msk_bytes body, uint8_t *buf, size_t cap,
                               size_t *len);

/* --- what the BSF answers, TS 24.109 C.1 ---------------------------------- */

/* A BootstrappingInfo: the name of the keys, and how long they are good. */
struct msk_ub_info {
    /* Frozen: TS 24.109 C.1. */
    uint8_t btid[MSK_BTID_MAX];
    size_t btid_len;  /* 1..MSK_BTID_MAX */
    msk_time expires; /* of the keys, milliseconds since 1970 */
};

/* Writes the B-TID of a challenge: base64 of RAND, "@" and the BSF's name.
 * MSK_ERR_ARGUMENT: no name, or one too long. TS 33.220 4.5.2. */
MSK_API int msk_ub_btid(const struct msk_aka_challenge *challenge,
                        struct msk_bytes fqdn, struct msk_ub_info *info);

/* Writes a BootstrappingInfo into buf (cap octets; NULL: counts only).
 * MSK_ERR_SPACE; MSK_ERR_ARGUMENT: a B-TID that is no visible ASCII, or a
 * moment after 9999. */
MSK_API int msk_ub_info_write(const struct msk_ub_info *info, uint8_t *buf,
                              size_t cap, size_t *len);

/*
 * Reads one. Elements and attributes that are not known are ignored.
 * MSK_ERR_MEDIA_TYPE; MSK_ERR_KIND: another root element; MSK_ERR_MISSING: no
 * B-TID or no lifetime; MSK_ERR_VALUE: one that is not of its type, or there
 * twice; the errors of struct msk_xml.
 */
MSK_API int msk_ub_info_read(const struct msk_xml *xml,
                             struct msk_bytes content_type,
                             struct msk_bytes body, struct msk_ub_info *info);

#ifdef __cplusplus
}
#endif

#endif
