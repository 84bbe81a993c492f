/* SPDX-License-Identifier: MIT */
/*
 * gba.h - keys by bootstrapping with the USIM of this UE: when the session
 * wants some, and before those that it has end. One run at a time, in the
 * background, and not again and again.
 */
#ifndef MSK_UE_GBA_H
#define MSK_UE_GBA_H

#include "../gba/bootstrap.h"
#include "../gba/usim.h"
#include "http.h"

struct host;

struct gba {
    bool used; /* there is a USIM; else none of this does anything */
    struct http_client http;
    struct usim usim; /* in software; or on a card: */
    struct aka_usim face;
    struct bootstrap run;
    char btid[MSK_BTID_MAX + 1]; /* of the last run */
    bool runs, needed;
    bool keeps; /* the run is done, and the card has to make keys of it */
    bool again, makes; /* it has lost them: it is to make them; it does */
    unsigned failures; /* in a row */
    msk_time next;     /* monotonic: no run begins before */
    msk_time renew;    /* Unix time: one begins then; MSK_NEVER */
};

/* Opens the USIM of the options. False: it cannot be used, and the reason was
 * told on stderr. */
bool gba_open(struct host *h);
/* Its requests are moved with those of the session, which have started. */
bool gba_start(struct host *h);
void gba_end(struct host *h);

/* New keys are wanted. False: there is no USIM. */
bool gba_need(struct host *h);
/* Goes on, in each turn of the loop. */
void gba_run(struct host *h);
/* The card has answered a challenge, or made keys; or it is there again. */
void gba_answered(struct host *h, int err);
void gba_card_back(struct host *h);
/* The card has just said that it had the MUK of a message and lost its key
 * (6985): it is to make it again. False: it has not said that. */
bool gba_make_again(struct host *h);
/* It has not made it yet. */
bool gba_makes(const struct host *h);
/* What is on the card already, if it is good: its keys are the session's.
 * MSK_OK also where there is nothing; MSK_ERR_CARD, errors of the session. */
int gba_take_kept(struct host *h);
/* When to turn at the latest; monotonic. */
msk_time gba_due(const struct host *h);

#endif
