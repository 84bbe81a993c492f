/* SPDX-License-Identifier: MIT */
/*
 * bootstrap.h - one run of bootstrapping over Ub (TS 33.220 4.5.2), from the
 * first request to Ks, between a USIM and whatever moves HTTP.
 */
#ifndef GBA_BOOTSTRAP_H
#define GBA_BOOTSTRAP_H

#include "aka.h"

/* How a run went on. */
enum bootstrap_state {
    BOOTSTRAP_SEND = 1, /* request is to be sent */
    BOOTSTRAP_ASK,      /* the USIM is at work; bootstrap_answered */
    BOOTSTRAP_DONE,     /* info, ks, rand and age are good */
    /* The run has ended without keys: */
    BOOTSTRAP_NO_ANSWER,  /* of the BSF */
    BOOTSTRAP_STATUS,     /* neither 200 nor 401: status */
    BOOTSTRAP_CHALLENGE,  /* a 401 that asks for no AKA of this BSF */
    BOOTSTRAP_NOT_HOME,   /* AUTN was not made by the home of the USIM */
    BOOTSTRAP_NOT_FRESH,  /* the USIM's number was told, and was not taken */
    BOOTSTRAP_REFUSED,    /* RES was not taken */
    BOOTSTRAP_UNVERIFIED, /* who answers does not know RES */
    BOOTSTRAP_INFO,       /* the answer is no BootstrappingInfo */
    BOOTSTRAP_USIM        /* it could not answer: err */
};

/* Such a state as a word, and as a sentence. */
const char *bootstrap_word(enum bootstrap_state state);
const char *bootstrap_text(enum bootstrap_state state);

/* Fields are read, and not written, by others. */
struct bootstrap {
    enum bootstrap_state state;
    struct msk_http_request request; /* GET "/"; good until the next call */
    int status;                      /* of the last answer */
    int err;
    bool resynchronised;
    /* After BOOTSTRAP_DONE: */
    struct msk_ub_info info;
    bool ks_stays; /* on the card: there is no ks here */
    uint8_t ks[MSK_GBA_KEY_LEN], rand[MSK_AKA_RAND_LEN];
    uint64_t age;

    struct aka_usim usim;
    struct msk_aka_challenge challenge; /* the last one */
    const struct msk_xml *xml;
    struct msk_ub_client client;
    struct usim_answer answer; /* the last one */
    uint8_t authorization[MSK_HTTP_VALUE_MAX];
    struct msk_http_header headers[2];
};

/* Starts a run with the BSF of that name. What usim points to, xml and random
 * stay good. MSK_ERR_ARGUMENT: the name. */
int bootstrap_begin(struct bootstrap *b, const struct aka_usim *usim,
                    const struct msk_xml *xml, const struct msk_random *random,
                    struct msk_bytes bsf);

/* Takes the answer to the request; NULL: there was none. Returns b->state. */
enum bootstrap_state bootstrap_take(struct bootstrap *b,
                                    const struct msk_http_response *response);

/* Goes on when the USIM that was asked has answered; err: what its function
 * would have returned. Returns b->state. */
enum bootstrap_state bootstrap_answered(struct bootstrap *b, int err);

/* Ks_NAF of a BM-SC after BOOTSTRAP_DONE, with ks. */
int bootstrap_ks_naf(const struct bootstrap *b, const char *fqdn,
                     uint8_t out[MSK_GBA_KEY_LEN]);

void bootstrap_wipe(struct bootstrap *b);

#endif
