/* SPDX-License-Identifier: MIT */
/* auc.h - the authentication centre of a BSF: vectors of AKA, TS 33.102 6.3. */
#ifndef MSK_BSF_AUC_H
#define MSK_BSF_AUC_H

#include "../gba/subscription.h"
#include "msk/gba.h"

/* A challenge, and what its answer is to be. */
struct vector {
    struct msk_aka_challenge challenge;
    uint8_t xres[MILENAGE_RES], ks[MSK_GBA_KEY_LEN];
};

/* The number after that, TS 33.102 C.1.1.1: SEQ and IND both count on. */
uint64_t auc_next(uint64_t sqn);

/* Makes the vector of RAND and SQN. MSK_ERR_CRYPTO. */
int auc_vector(const struct subscription *s,
               const uint8_t rand[MSK_AKA_RAND_LEN], uint64_t sqn,
               struct vector *out);

/* The number that a USIM says it is at. MSK_ERR_MAC: it is not of this USIM, or
 * of another challenge; MSK_ERR_CRYPTO. */
int auc_resynchronise(const struct subscription *s,
                      const uint8_t rand[MSK_AKA_RAND_LEN],
                      const uint8_t auts[MSK_AKA_AUTS_LEN], uint64_t *sqn);

#endif
