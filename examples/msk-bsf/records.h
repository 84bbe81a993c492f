/* SPDX-License-Identifier: MIT */
/*
 * records.h - what a BSF keeps, in SQLite: subscribers with their sequence
 * number and the challenge that they were given last, and what was bootstrapped
 * under each B-TID. All that a function changed is durable when it returns.
 * One process at a time has it; each function returns MSK_ERR_STORE when the
 * medium failed.
 */
#ifndef MSK_BSF_RECORDS_H
#define MSK_BSF_RECORDS_H

#include <sqlite3.h>

#include "auc.h"

struct records {
    sqlite3 *db;
};

struct subscriber {
    struct subscription subscription;
    uint64_t sqn;         /* of the last challenge */
    struct vector vector; /* that challenge, */
    msk_time asked;       /* when it was made; 0: none is open */
};

/* What was bootstrapped. */
struct bootstrapped {
    char impi[MSK_IMPI_MAX + 1];
    uint8_t rand[MSK_AKA_RAND_LEN], ks[MSK_GBA_KEY_LEN];
    msk_time created, expires;
    bool gba_u; /* Ks is on the card as well, and nowhere else */
};

/* False: it cannot be used, and the reason was told on stderr. */
bool records_open(struct records *r, const char *path);
void records_close(struct records *r);

/* Adds a subscriber whose next challenge has a number above sqn. *added: they
 * were not there; who was stays as they were. */
int records_add(struct records *r, const struct subscription *s, uint64_t sqn,
                bool *added);

/* MSK_ERR_MISSING: nobody has that name. Wipe *out. */
int records_subscriber(struct records *r, struct msk_bytes impi,
                       struct subscriber *out);

/* Keeps s->sqn and the challenge that is open. */
int records_challenged(struct records *r, const struct subscriber *s);

/* The challenge was answered: it is open no longer, and what it bootstrapped is
 * there under its B-TID until `expires`. The one before is good as well, and
 * those before that are gone. *created: now, or later, so that it grows. */
int records_bootstrapped(struct records *r, const struct subscriber *s,
                         const struct msk_ub_info *info, msk_time now,
                         msk_time *created);

/* MSK_ERR_MISSING: nothing has that name, or not any more. Wipe *out. */
int records_find(struct records *r, const char *btid, msk_time now,
                 struct bootstrapped *out);

#endif
