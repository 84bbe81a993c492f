/* SPDX-License-Identifier: MIT */
/*
 * usim.h - a USIM in software: a subscription in a file, and beside it, in
 * FILE.sqn, the sequence numbers that it has seen (TS 33.102 C.2: one for each
 * IND), durable before it answers. One process at a time has it.
 */
#ifndef GBA_USIM_H
#define GBA_USIM_H

#include "../stores/store_posix.h"
#include "aka.h"
#include "subscription.h"

enum {
    USIM_IND_BITS = 5,
    USIM_INDS = 1 << USIM_IND_BITS,
    USIM_RECORD = USIM_INDS * MILENAGE_SQN,
    USIM_SLOT = STORE_FILE_SLOT(1, 8 + USIM_RECORD)
};
/* A sequence number (without IND) may be so far ahead of the last one. */
#define USIM_AHEAD ((uint64_t)1 << 28)

/* Fields are the USIM's. */
struct usim {
    struct subscription subscription;
    struct store_posix medium;
    struct store_file file;
    struct msk_store store;
    uint8_t memory[STORE_FILE_MEMORY(USIM_SLOT)];
};

/* False: it cannot be used, and the reason was told on stderr. */
bool usim_open(struct usim *usim, const char *path);
void usim_close(struct usim *usim);

/* The age of an answer is SQN. MSK_ERR_STORE and the errors of its store:
 * nothing may be answered; MSK_ERR_CRYPTO. */
int usim_authenticate(struct usim *usim,
                      const struct msk_aka_challenge *challenge,
                      struct usim_answer *answer);

/* The same as bootstrapping asks it; usim stays good. */
struct aka_usim usim_face(struct usim *usim);

#endif
