/* SPDX-License-Identifier: MIT */
/*
 * msk/http.h - an HTTP exchange as the library sees it: a method, a target,
 * a status, headers, a body. The host moves it over the network and knows
 * nothing of what is inside. TS 33.246 6.2.1 and Annex G.
 */
#ifndef MSK_HTTP_H
#define MSK_HTTP_H

#include "msk/types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_HTTP_HEADERS_MAX = 64, /* headers looked at; more are refused */
    MSK_HTTP_VALUE_MAX = 4096, /* octets of one header value */
    MSK_HTTP_BODY_MAX = 16384  /* octets of a body */
};

/* A header line. Names compare without regard to case. Values we write hold
 * no CR, LF or NUL. */
struct msk_http_header {
    /* Frozen: it stands in arrays. */
    struct msk_bytes name, value;
};

/* A request. Views: of the caller when handed in; when handed out, of the
 * object that made it, good until the hook
 * that brought it returns, or until the next call on that object. */
struct msk_http_request {
    size_t size;             /* sizeof(struct msk_http_request) */
    struct msk_bytes method; /* "POST" */
    struct msk_bytes target; /* the request-target, "/keymanagement?..." */
    const struct msk_http_header *headers; /* without Content-Length; the */
    size_t n_headers;      /* host adds Host if it is not there */
    struct msk_bytes body; /* after transfer decoding, before any other */
};

/* A response. Views as in a request. */
struct msk_http_response {
    size_t size; /* sizeof(struct msk_http_response) */
    int status;  /* 100..599 */
    const struct msk_http_header *headers; /* with those of a trailer */
    size_t n_headers;
    struct msk_bytes body; /* as in a request */
};

/* The key management procedures, TS 33.246 Annex G. */
enum msk_procedure {
    MSK_PROCEDURE_REGISTER = 1,
    MSK_PROCEDURE_DEREGISTER = 2,
    MSK_PROCEDURE_MSK_REQUEST = 3
};

/* The request-target of procedure after a base path of the server:
 * base "/keymanagement?requesttype=" name. base: empty, or from "/" on; a "/"
 * at its end is not doubled. buf: cap octets; *len: how many. MSK_ERR_SPACE;
 * MSK_ERR_ARGUMENT: procedure, or a base with a query or with octets that may
 * not stand in a request line. Annex G.2. */
MSK_API int msk_http_target(enum msk_procedure procedure, struct msk_bytes base,
                            uint8_t *buf, size_t cap, size_t *len);

/* Which procedure a request asks for, by method and target; other parameters
 * of the target are ignored, and so is what stands in front of its path.
 * Returns 0 and *procedure, or the HTTP status to answer with when it is none
 * (table G.2.4-1): 404 for another path, or not one requesttype; 405 for
 * another method than POST; 501 for another requesttype. MSK_ERR_ARGUMENT. */
MSK_API int msk_http_procedure(const struct msk_http_request *request,
                               enum msk_procedure *procedure);

#ifdef __cplusplus
}
#endif

#endif
