/* SPDX-License-Identifier: MIT */
/*
 * datagrams.h - MIKEY messages as they come. One that a card was pulled out
 * over is handed in again when it is back, once: if the card has not done it,
 * it is done then, and if it has, it is a replay. Of an MSK message that was
 * one the BM-SC has not heard, and so it is asked for the MSK again. One under
 * a MUK that the card has lost is handed in again when it has made it anew.
 */
#ifndef MSK_UE_DATAGRAMS_H
#define MSK_UE_DATAGRAMS_H

#include "../hosts/udp.h"
#include "options.h"

struct host;

struct datagrams {
    int udp[MIKEY_MAX];              /* -1: none */
    struct address mikey[MIKEY_MAX]; /* where they are bound */
    size_t answers; /* the one that acknowledgements leave from */
    size_t last;    /* the one that was looked at last */

    uint8_t octets[MSK_MIKEY_MAX + 1]; /* the one at hand: */
    struct msk_bytes message;
    struct address from;
    bool pull, is_msk;
    enum { DATAGRAM_NEW, DATAGRAM_KEPT, DATAGRAM_AGAIN } state;
    bool ask; /* for the MSK of the one before: */
    struct msk_key_id asked;
};

/* Opens the sockets of the options. False: told on stderr. */
bool datagrams_open(struct host *h);
void datagrams_close(struct host *h);

/* Hands in some of what has come, if the session takes it: there may be more
 * than it can ever take, and others have to have their turn. */
void datagrams_receive(struct host *h);
/* The call for the one at hand has ended. */
void datagrams_taken(struct host *h, int err);

#endif
