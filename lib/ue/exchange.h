/* SPDX-License-Identifier: MIT */
/*
 * ue/exchange.h - the HTTP request under way; there is one at a time (TS
 * 33.246 6.2.1, Annex G; decisions 12 to 14). What becomes due meanwhile goes
 * into the next one.
 */
#ifndef MSK_UE_EXCHANGE_H
#define MSK_UE_EXCHANGE_H

#include "ue/machine.h"
#include "ue/session.h"

enum msk_ue_exchange_state {
    MSK_EXCHANGE_IDLE = 0, /* nothing is under way */
    MSK_EXCHANGE_SENT,     /* a request is under way */
    MSK_EXCHANGE_KEYS,     /* it waits for new keys */
    MSK_EXCHANGE_PAUSE,    /* the server wants to be left alone */
    MSK_EXCHANGE_STATES
};

enum msk_ue_exchange_event {
    MSK_EXCHANGE_ASK = 0,  /* something is to be asked */
    MSK_EXCHANGE_LACK,     /* the same, but there are no keys */
    MSK_EXCHANGE_FAULT,    /* the same, but a provider failed */
    MSK_EXCHANGE_REPEAT,   /* with another nonce, or other keys */
    MSK_EXCHANGE_RENEW,    /* the server wants a new bootstrap */
    MSK_EXCHANGE_ANSWERED, /* the answer was verified */
    MSK_EXCHANGE_FAILED,   /* there was none, or none to be accepted */
    MSK_EXCHANGE_AFTER,    /* the same, with a Retry-After */
    MSK_EXCHANGE_DUE,      /* the pause is over */
    MSK_EXCHANGE_CANCEL,   /* nobody wants it any more */
    MSK_EXCHANGE_EVENTS
};

extern const struct msk_machine msk_ue_exchange_machine;

/* One step. MSK_ERR_STATE: not defined, nothing changed. */
int msk_ue_exchange_step(struct msk_ue *ue, enum msk_ue_exchange_event event);

/* Sends what is to be asked, if none is under way. True: it did. */
bool msk_ue_exchange_begin(struct msk_ue *ue);

/* Sends the request once more: a new nonce or new keys. Where that fails the
 * request has failed; returns the error of the provider. */
int msk_ue_exchange_repeat(struct msk_ue *ue);

/* The request ended without an answer to be accepted. after: the pause that
 * the server asked for, 0: none. */
void msk_ue_exchange_fail(struct msk_ue *ue, enum msk_reason reason,
                          msk_time after);

/* Fires its timer if that is due. True: it did. */
bool msk_ue_exchange_tick(struct msk_ue *ue);

/* New keys are there. */
int msk_ue_exchange_keys(struct msk_ue *ue);

/* Ends a request that waits for keys and that nobody wants any more. */
void msk_ue_exchange_cancel(struct msk_ue *ue);

/* Takes an answer, or NULL. As msk_ue_take_response. */
int msk_ue_exchange_answer(struct msk_ue *ue,
                           const struct msk_http_response *response);

#endif
