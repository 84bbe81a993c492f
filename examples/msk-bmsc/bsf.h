/* SPDX-License-Identifier: MIT */
/*
 * bsf.h - asks a BSF for the keys of a B-TID that nobody here has (Nbsp_GBA,
 * TS 29.309), and puts them into the store: who bootstrapped becomes a
 * subscriber, or gets new keys if their IMPI is known. Nobody but who asked
 * waits for it, and not for long; what was learnt is asked for once.
 */
#ifndef MSK_BMSC_BSF_H
#define MSK_BMSC_BSF_H

#include "work.h"

#define BSF_QUESTIONS 64u /* that are under way at once */
#define BSF_UNKNOWN 256u  /* B-TIDs that the BSF does not know, for */
#define BSF_UNKNOWN_MS 10000
#define BSF_TRIES 8u /* while others save the same subscriber */

/* How it is reached. */
struct bsf_options {
    const char *url;           /* NULL: there is none */
    const char *cacert, *cert; /* PEM files; NULL: the system's, none */
    uint64_t timeout;          /* for an answer, in seconds */
    char services[RECORDS_SERVICES_MAX]; /* of who is in no file */
};

struct bsf;

/* NULL: it cannot be asked from here, and the reason was told on stderr. */
struct bsf *bsf_open(struct host *h, const struct bsf_options *options,
                     const char *fqdn);
void bsf_close(struct bsf *bsf);

/* Can it be asked for this B-TID? Not, if it said not long ago that it does not
 * know it, or if that is none. bsf NULL: never. */
bool bsf_may_know(const struct bsf *bsf, struct msk_bytes btid);

/* Asks for work->key, the B-TID. False: not now, there are too many. Else
 * serve_asked takes work, in another turn of the loop: it is to be looked up
 * again, or, `failed`, nothing is known of it. */
bool bsf_ask(struct bsf *bsf, struct work *work);
void serve_asked(struct host *h, struct work *work, bool failed);

/* In each turn of the loop; what to poll for input, and how long at most. NULL:
 * nothing, -1, as it was said. */
void bsf_run(struct bsf *bsf);
int bsf_fd(const struct bsf *bsf);
int bsf_timeout(const struct bsf *bsf, int ms);
/* What is asked has failed, as the program ends; what was answered goes on to
 * the store. Is nothing under way? */
void bsf_give_up(struct bsf *bsf);
bool bsf_rests(const struct bsf *bsf);

struct bsf_counts {
    uint64_t asked, found, unknown, failed;
};
const struct bsf_counts *bsf_counts(const struct bsf *bsf);

#endif
