/* SPDX-License-Identifier: MIT */
/*
 * aka.h - what bootstrapping asks a USIM of any kind: one in software (usim.h),
 * or one on a card (../card/uicc.h).
 */
#ifndef GBA_AKA_H
#define GBA_AKA_H

#include "msk/gba.h"
#include "msk/ub.h"

/* The answer to a challenge, TS 33.102 6.3.3; wipe it. */
struct usim_answer {
    enum {
        USIM_RES = 1,    /* res, ks and age */
        USIM_AUTS = 2,   /* SQN was used, or is too far ahead: auts */
        USIM_REFUSED = 3 /* AUTN is not from home: nothing */
    } kind;
    uint8_t res[MSK_AKA_RES_MAX], auts[MSK_AKA_AUTS_LEN];
    size_t res_n;
    bool ks_stays;               /* on the card (GBA_U): there is no ks here */
    uint8_t ks[MSK_GBA_KEY_LEN]; /* CK || IK, TS 33.220 4.5.2 */
    uint64_t
        age; /* grows with each bootstrapping that succeeds; 0: not known */
};

struct aka_usim {
    void *user;
    const char *impi;
    /* Fills *answer. MSK_PENDING: it does later, and then the host calls
     * bootstrap_answered; until then the pointers stay good. Other errors:
     * nothing may be answered. */
    int (*authenticate)(void *user, const struct msk_aka_challenge *challenge,
                        struct usim_answer *answer);
};

#endif
