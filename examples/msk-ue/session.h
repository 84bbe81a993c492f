/* SPDX-License-Identifier: MIT */
/*
 * session.h - the session with the key server that is asked at the time
 * (servers.h).
 */
#ifndef MSK_UE_SESSION_H
#define MSK_UE_SESSION_H

#include "host.h"

/* Makes the MGV-F, and the session with the server that was picked. */
int session_open(struct host *h);

/* The session alone, and its keys, with the server that is now asked. */
int session_begin(struct host *h);

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
