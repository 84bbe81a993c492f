/* SPDX-License-Identifier: MIT */
/*
 * session.h - the session with the key server that is asked at the time, and
 * another one when that one is silent (TS 26.346 9.3.5: one at random, kept as
 * long as it answers).
 */
#ifndef MSK_UE_SESSION_H
#define MSK_UE_SESSION_H

#include "host.h"

/* Reads the servers of h->service and picks one. MSK_OK or an error, and then
 * the reason was told. */
int session_servers(struct host *h);

/* Makes the MGV-F, and the session with the server that was picked. */
int session_open(struct host *h);

/* A request had no answer: the next one goes to another server, if there is
 * one. With the same name it is the same server elsewhere; one of another name
 * has keys and a session of its own, so it is asked only while no MSK of the
 * service is held, and only if its keys can be made (--ks). */
void session_silent(struct host *h);

/* Keys of the command line, or new ones, for the session. */
int session_set_keys(struct host *h, const char *btid,
                     const struct secrecy_keys *keys, uint64_t age);

/* The age of keys that were bootstrapped just now: `age`, or above that of all
 * keys of the session's server, if somebody has lost count. */
uint64_t session_next_age(const struct host *h, uint64_t age);

/* The name of the session's server. */
const char *session_fqdn(const struct host *h);

/* MUK and MRK of it, from Ks and RAND of the options; or from those on the
 * card, which is waited for. */
int session_derive(struct host *h, struct secrecy_keys *keys);

/* What is held of the Key Group of a flow: msk_mgvf_held. */
int session_held(const struct host *h, const struct msk_flow *flow,
                 struct msk_held *held);

#endif
