/* SPDX-License-Identifier: MIT */
/*
 * digest_peers.h - a UE and a BM-SC that talk Digest, and a stranger
 * who writes what they like. Octets are as in support.h.
 */
#ifndef TESTS_SUPPORT_DIGEST_PEERS_H
#define TESTS_SUPPORT_DIGEST_PEERS_H

#include "fake_crypto.h"
#include "msk/digest.h"
#include "support.h"

#define PEER_FQDN "bmsc.example.com"
#define PEER_REALM "3GPP-bootstrapping@" PEER_FQDN
#define PEER_BTID "sLGys7S1tre4ubq7vL2+vw==@bsf.example.com"
#define PEER_TARGET "/keymanagement?requesttype=msk-request"
#define PEER_BODY "<mbmsMSKRequest/>\n"
#define PEER_NOW 1000000

/* A source of numbers that differ, and fail when told to. */
struct fake_random {
    struct msk_random random; /* for the library */
    uint8_t next;
    size_t calls;
    size_t fail_at;             /* the call that fails, from 1; 0: none does */
    struct call_record *record; /* as in struct fake_crypto */
};

struct digest_peers {
    struct fake_crypto crypto; /* of both */
    struct fake_random random;
    struct msk_credentials credentials;
    struct msk_digest_client client;
    struct msk_digest_server server;
    struct msk_digest_seen seen;
    struct msk_auth_context context;
    msk_time now;
};

/* Both with their defaults; no nonce yet. */
void peers_start(struct digest_peers *peers);

/* The client begins anew: what msk_digest_client_init says to it. */
int peers_client(struct digest_peers *peers, struct msk_bytes fqdn,
                 uint32_t qop, uint32_t algorithms);

/* Challenge number i of the server; fails the test if there is none. */
struct msk_bytes peers_challenge(struct digest_peers *peers, size_t i,
                                 bool stale);

/* A 401 with n WWW-Authenticate lines goes to the client; what it says. */
int peers_401(struct digest_peers *peers, const struct msk_bytes *lines,
              size_t n, bool sent, enum msk_challenge *what);

/* The client takes all challenges of the server. */
void peers_meet(struct digest_peers *peers);

/* The Authorization of the client for a POST of PEER_BODY to PEER_TARGET. */
struct msk_bytes peers_authorize(struct digest_peers *peers);

/* A POST of PEER_BODY to PEER_TARGET without headers. */
struct msk_http_request peers_post(void);

/* The verdict of the server on that POST with this Authorization. Negative:
 * the error. */
int peers_check(struct digest_peers *peers, struct msk_bytes authorization);

/* What the server says of its answer. */
struct msk_bytes peers_info(struct digest_peers *peers, struct msk_bytes body);

/* The client's opinion of an answer with that Authentication-Info. */
int peers_verify(struct digest_peers *peers, struct msk_bytes info,
                 struct msk_bytes body);

/* text with what stands between the first `begin` and the `end` after it
 * replaced; fails the test if they are not there. */
struct msk_bytes replaced(struct msk_bytes text, const char *begin,
                          const char *end, const char *with);

/* a and then b. */
struct msk_bytes joined(struct msk_bytes a, struct msk_bytes b);

/* The value of a parameter as it stands in a header. */
struct msk_bytes value_of(struct msk_bytes text, const char *begin,
                          const char *end);

#endif
