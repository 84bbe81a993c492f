/* SPDX-License-Identifier: MIT */
/*
 * servers.h - the key servers of the service, and which one is asked: one at
 * random, kept as long as it answers (TS 26.346 9.3.5), then another one. With
 * the same name that is the same server elsewhere; one of another name has keys
 * and a session of its own, so it is asked only while no MSK of the service is
 * held, and only if its keys can be made (--ks).
 */
#ifndef MSK_UE_SERVERS_H
#define MSK_UE_SERVERS_H

#include "host.h"

/* Reads the servers of h->service and picks one. MSK_OK or an error, and then
 * the reason was told. */
int servers_read(struct host *h);

/* A request had an answer, or none: then the next one goes to another server, if
 * there is one. */
void servers_heard(struct host *h, bool answer);
/* Goes to it, in each turn of the loop, when the card can be asked what is
 * held. */
void servers_run(struct host *h);
/* The service is stopped: it is not gone to any more. False: nothing was under
 * way. */
bool servers_give_up(struct host *h);
/* When to turn for it at the latest; monotonic. */
msk_time servers_due(const struct host *h);

#endif
