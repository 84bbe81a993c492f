/* SPDX-License-Identifier: MIT */
/*
 * card.h - the card of this UE: the USIM that it bootstraps with and, with
 * --uicc, where its MGV-F is. A card takes its time: a thread waits for it, one
 * thing after the other. While it is at work nothing that may need it begins:
 * datagrams, answers, commands and timers wait in their queues, HTTP goes on.
 * When it was pulled out, only datagrams and what needs it wait, until it is
 * back; another one is not taken in its place. One that does not answer for long
 * counts as pulled out.
 */
#ifndef MSK_UE_CARD_H
#define MSK_UE_CARD_H

#include "../hosts/secrecy.h"
#include "card_thread.h"
#include "msk/ue.h"

#define CARD_WHY_MAX 128

struct host;

/* What the thread does for the loop. */
enum card_job {
    CARD_RESTS = 0,
    CARD_RETURN, /* the card is waited for */
    CARD_LATE,   /* what nobody waits for any more */
    CARD_OPEN,
    CARD_COMMAND, /* of the MGV-F */
    CARD_CHALLENGE,
    CARD_KEYS,
    CARD_READ
};

struct card {
    bool used;  /* there is a reader, else none of this does anything */
    bool keeps; /* the MGV-F is on it, and so is Ks (GBA_U) */
    struct card_thread *thread;
    struct msk_card driver;
    struct msk_card_group groups[MSK_UE_GROUPS_MAX];
    uint8_t mgvf_memory[MSK_MGVF_UICC_SIZE];
    char impi[MSK_IMPI_MAX + 1];

    enum card_job job;
    msk_time until;     /* when the job is given up */
    bool waits;         /* for each command: nothing is put off */
    bool away, settles; /* it has just gone */
    bool wrong;         /* another card is in its place */
    /* Of the last job that ended: why it failed, if it did, and whether that was
     * for want of an answer. */
    char why[CARD_WHY_MAX];
    bool gone;
    char refused[CARD_WHY_MAX]; /* why the card that is there was not taken */

    /* Where what the thread brings goes to. */
    uint32_t token;
    struct msk_card_answer *answer;
    struct usim_answer *usim_answer;
    struct msk_ub_info kept;
    uint8_t ks_ext_naf[MSK_GBA_KEY_LEN];
};

/* Opens the card of the options and its USIM, and waits for it. False: it
 * cannot be used, and the reason was told, or h->quit. */
bool card_open(struct host *h);
/* False: the thread still works; it keeps what it works on (h->card.thread), and
 * nothing that it uses may be taken down. */
bool card_end(struct host *h);

/* The MGV-F on it. */
int card_mgvf(struct host *h);
/* The same as bootstrapping asks it, in the background. */
struct aka_usim card_face(struct host *h);

/* It is at work: call the session with nothing. */
bool card_busy(const struct host *h);
/* It is not there, or not yet again. */
bool card_away(const struct host *h);
/* From now on, until it is told otherwise, calls wait for it; not while it is
 * busy. What is waited for ends with MSK_ERR_CARD, and the card is away, when it
 * does not answer for long, or a signal says that nobody wants to wait
 * (command_hurry). */
void card_wait(struct host *h, bool waits);

/* Begins to make the keys of the server, and before that to keep what was
 * bootstrapped, if that is not NULL; gba_answered ends it. False: it is busy or
 * away, and nothing was begun. */
bool card_begin_keys(struct host *h, const char *fqdn,
                     const struct msk_ub_info *info);
/* What it made: the MRK, and no MUK, which is on the card. */
void card_keys(const struct host *h, struct secrecy_keys *keys);
/* Makes them and waits. */
int card_derive(struct host *h, const char *fqdn, struct secrecy_keys *keys);
/* What is kept on it, MSK_ERR_MISSING: nothing. Waits. In every other case than
 * MSK_OK all of *info is zero. */
int card_kept(struct host *h, struct msk_ub_info *info);

/* Takes what it has answered, in each turn of the loop. */
void card_run(struct host *h);
/* When to turn at the latest; monotonic. And what to watch for it; -1: nothing. */
msk_time card_due(const struct host *h);
int card_fd(const struct host *h);

#endif
