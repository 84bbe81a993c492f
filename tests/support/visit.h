/* SPDX-License-Identifier: MIT */
/*
 * visit.h - the subscriber of an office calls on it over HTTP: with the
 * Digest of a UE, the body of a UE, and no opinion of its own.
 */
#ifndef TESTS_SUPPORT_VISIT_H
#define TESTS_SUPPORT_VISIT_H

#include "msk/body.h"
#include "office.h"

#define VISIT_HEADERS 4

struct visit {
    struct office *o;
    struct msk_digest_client client;
    struct msk_bytes btid, mrk; /* with which it authenticates */
    struct msk_bytes peer;      /* where it comes from */

    /* the request that went out last; a test may send it once more */
    struct msk_http_request request;
    struct msk_http_header header[VISIT_HEADERS];
    bool authorized; /* it had an Authorization */

    /* what came back */
    int status;
    enum msk_challenge challenge; /* of a 401 */
    bool verified;                /* Authentication-Info was good */
    struct msk_body_item item[MSK_BODY_ITEMS_MAX];
    size_t n;
};

/* The subscriber of o, from where its address says; no nonce yet. */
void visit_start(struct visit *v, struct office *o);

/* An item of an MSK request. */
struct msk_body_item visit_msk(uint16_t group, uint16_t number);

/* An item of a registration. */
struct msk_body_item visit_service(const char *service);

/* Sends one request with these items, authorized if there is a nonce; takes
 * the answer. Returns what office_http does. */
int visit_once(struct visit *v, enum msk_procedure procedure,
               const struct msk_body_item *items, size_t n);

/* The same with any body of that media type. */
int visit_body(struct visit *v, enum msk_procedure procedure, const char *type,
               struct msk_bytes body);

/* Sends the request that went out last again, as it is. */
int visit_again(struct visit *v);

/* Sends a request, and again when a nonce is asked for. */
int visit(struct visit *v, enum msk_procedure procedure,
          const struct msk_body_item *items, size_t n);

/* Asks for the current MSK of a group; the code of its item. Fails the test
 * unless the answer has verified. */
int visit_code(struct visit *v, uint16_t group);

#endif
