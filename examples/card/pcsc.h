/* SPDX-License-Identifier: MIT */
/*
 * pcsc.h - a reader of smart cards, and the card in it, over PC/SC: pcsc.c with
 * libpcsclite, pcsc_none.c on a machine without. Each call waits until it is
 * done, and one thread at a time makes them.
 */
#ifndef CARD_PCSC_H
#define CARD_PCSC_H

#include <stdio.h>

#include "msk/mgvf_uicc.h"

#define PCSC_NAME_MAX 256

/* Fields are those of pcsc.c. */
struct pcsc {
    long context, card, error;
    unsigned long protocol;
    bool has_context, has_card;
    char reader[PCSC_NAME_MAX]; /* its whole name */
};

/* Writes the names of all readers, a line each. False: there is none, or no
 * PC/SC, and the reason was told on stderr. */
bool pcsc_list(FILE *out);

/* Finds the reader whose name is, or begins with, `name`. False: the reason was
 * told on stderr. */
bool pcsc_open(struct pcsc *p, const char *name);
void pcsc_close(struct pcsc *p);

/* Resets the card in the reader, for this program alone. MSK_ERR_CARD: there is
 * none, or another program has it and keeps it. */
int pcsc_connect(struct pcsc *p);
void pcsc_disconnect(struct pcsc *p);

/* T=0: a command has data or wants some, not both. */
bool pcsc_is_t0(const struct pcsc *p);

/* Sends a command as it is. MSK_ERR_CARD: there is no answer, and the card may
 * have done it or not. */
int pcsc_exchange(struct pcsc *p, struct msk_bytes command,
                  struct msk_card_answer *answer);

/* Waits until a card is in the reader, or none; at most ms. Also while the
 * reader is unplugged, or the daemon is gone. */
bool pcsc_await(struct pcsc *p, bool card, int ms);

/* Why the last call failed. */
const char *pcsc_why(const struct pcsc *p);

#endif
