/* SPDX-License-Identifier: MIT */
/*
 * card.h - the card of this UE: the USIM that it bootstraps with and, with
 * --uicc, where its MGV-F is. A card takes its time: a thread waits for it, one
 * thing after the other. While it is at work nothing that may need it begins:
 * datagrams, answers, commands and timers wait in their queues, HTTP goes on.
 * When it was pulled out, only datagrams and what needs it wait, until it is
 * back; another one is not taken in its place.
 */
#ifndef MSK_UE_CARD_H
#define MSK_UE_CARD_H

#include "../card/uicc.h"
#include "../hosts/secrecy.h"
#include "../hosts/worker.h"
#include "msk/ue.h"

struct host;

/* What the thread does for the loop. */
enum card_job {
    CARD_RESTS = 0,
    CARD_COMMAND, /* of the MGV-F: token, command, answer */
    CARD_CHALLENGE,
    CARD_KEYS,  /* of the server fqdn, into ks_ext_naf; after it has kept info,
                   if that is not NULL */
    CARD_RETURN /* the card is waited for */
};

struct card {
    bool used;  /* there is a reader, else none of this does anything */
    bool keeps; /* the MGV-F is on it, and so is Ks (GBA_U) */
    struct uicc uicc;
    struct msk_card driver;
    struct msk_card_group groups[MSK_UE_GROUPS_MAX];
    uint8_t mgvf_memory[MSK_MGVF_UICC_SIZE];

    struct worker worker;
    enum card_job job;
    bool waits;          /* for each command: nothing is put off */
    bool away, settles;  /* it has just gone */
    bool wrong;          /* another card is in its place */
    const char *refused; /* why the card that is there was not taken; NULL */
    uint32_t token;
    struct msk_bytes command;
    struct msk_card_answer *answer;
    const struct msk_aka_challenge *challenge;
    struct usim_answer *usim_answer;
    const struct msk_ub_info *info;
    struct msk_ub_info *kept;
    const char *fqdn;
    uint8_t ks_ext_naf[MSK_GBA_KEY_LEN];
};

/* Opens the card of the options and its USIM, and waits for it. False: it
 * cannot be used, and the reason was told. */
bool card_open(struct host *h);
void card_end(struct host *h);

/* The MGV-F on it. */
int card_mgvf(struct host *h);
/* The same as bootstrapping asks it, in the background. */
struct aka_usim card_face(struct host *h);

/* It is at work: call the session with nothing. */
bool card_busy(const struct host *h);
/* It is not there, or not yet again. */
bool card_away(const struct host *h);
/* From now on, until it is told otherwise, calls wait for it. */
void card_wait(struct host *h, bool waits);

/* Begins to make the keys of the server, and before that to keep what was
 * bootstrapped; gba_answered ends it. It is not at work and not away. */
void card_begin_keys(struct host *h, const char *fqdn,
                     const struct msk_ub_info *info);
/* What it made: the MRK, and no MUK, which is on the card. */
void card_keys(const struct host *h, struct secrecy_keys *keys);
/* Makes them and waits. */
int card_derive(struct host *h, const char *fqdn, struct secrecy_keys *keys);
/* What is kept on it, MSK_ERR_MISSING: nothing. Waits. */
int card_kept(struct host *h, struct msk_ub_info *info);

/* Takes what it has answered, in each turn of the loop. */
void card_run(struct host *h);

#endif
