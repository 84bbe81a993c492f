/* SPDX-License-Identifier: MIT */
/*
 * card_thread.h - the thread that waits for the card, and all that it works on:
 * what it is given and what it brings are copies, so that nobody else's memory
 * is in its hands when a card hangs and the loop goes on, or ends. While a job
 * is under way no field but worker.fd is touched by anybody else.
 */
#ifndef MSK_UE_CARD_THREAD_H
#define MSK_UE_CARD_THREAD_H

#include "../card/uicc.h"
#include "../hosts/worker.h"

struct card_thread {
    struct worker worker;
    struct uicc uicc;
    const char *reader; /* its name, as an option has it */
    bool keeps;         /* GBA_U: Ks stays on the card */
    bool settles;       /* it has just gone */

    uint8_t command[MSK_CARD_COMMAND_MAX];
    size_t command_n;
    struct msk_card_answer answer;
    struct msk_aka_challenge challenge;
    struct usim_answer usim_answer;
    char fqdn[MSK_FQDN_MAX + 1];
    bool has_info; /* to be kept before keys are made */
    struct msk_ub_info info;
    uint8_t ks_ext_naf[MSK_GBA_KEY_LEN];
};

/* Its jobs; arg is the thread. They return what functions of uicc.h do. */
int
card_do_open(void *arg); /* MSK_ERR_STATE: no such reader, and it was told */
int card_do_command(void *arg);   /* command: answer */
int card_do_challenge(void *arg); /* challenge: usim_answer */
int card_do_keys(void *arg);      /* info, fqdn: ks_ext_naf */
int card_do_read(void *arg);      /* info: what is kept */
/* A card is waited for; or the wrong one, until it has gone, MSK_ERR_CONFLICT.
 * For a while: MSK_PENDING, and the loop looks if it is to end. */
int card_do_return(void *arg);
int card_do_leave(void *arg);

/* Clears what was given and brought. */
void card_thread_clear(struct card_thread *t);

#endif
