/* SPDX-License-Identifier: MIT */
/*
 * icc.h - a UICC with a USIM: files, a PIN, AKA in the 3G and GBA contexts, and
 * MBMS by tests/support/usim.h. It takes commands as a reader brings them, over
 * T=1 or T=0, and keeps what a card keeps when the power goes.
 */
#ifndef TESTS_CARD_ICC_H
#define TESTS_CARD_ICC_H

#include "gba/usim.h"
#include "usim.h"

#define ICC_ANSWER_MAX 258 /* octets, with SW1 SW2 */
#define ICC_GBABP 120      /* octets of EF_GBABP */

struct icc {
    struct card mbms;
    struct usim usim; /* K, OPc; sequence numbers in a file */
    const char *imsi;
    uint8_t iccid[10];
    bool t0;
    char pin[9]; /* "": none */
    int tries;   /* that are left */
    uint8_t gbabp[ICC_GBABP];
    bool has_ks;
    uint8_t ks[MSK_GBA_KEY_LEN];

    /* Until it is reset: */
    bool in_usim, verified;
    uint16_t file;
    uint8_t answer[ICC_ANSWER_MAX]; /* being made; or, T=0, waiting under: */
    size_t n;
    uint8_t waits_for[4]; /* the command that gets it */
    bool waits;
    uint8_t said[2];
};

/* A card as it comes from its home. False: the subscription cannot be read. */
bool icc_open(struct icc *icc, const char *subscription, const char *imsi);

void icc_reset(struct icc *icc);

/* The answer to a command of n octets; good until the next one. */
struct msk_bytes icc_command(struct icc *icc, const uint8_t *c, size_t n);

#endif
