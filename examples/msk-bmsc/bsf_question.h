/* SPDX-License-Identifier: MIT */
/* bsf_question.h - inside of bsf.h: one question, its end (bsf_question.c) and
 * what the store has to do with it (bsf_store.c). */
#ifndef MSK_BMSC_BSF_QUESTION_H
#define MSK_BMSC_BSF_QUESTION_H

#include "bsf_http.h"
#include "bsf_info.h"
#include "host.h"

/* A question, and who waits for its answer. */
struct question {
    enum {
        QUESTION_FREE,
        QUESTION_ASKS,  /* the BSF */
        QUESTION_FINDS, /* the subscriber in the store */
        QUESTION_SAVES
    } state;
    struct bsf_post post;
    uint8_t btid[MSK_BTID_MAX];
    size_t n;
    struct work *first, **last; /* by their `next`, in the order they came */
    unsigned tries;
    struct bsf_info info;
    struct records_subscriber row;
    struct records_request requests[2]; /* and what of the last repair? */
    struct records_note repair;
    struct records_batch batch;
};

struct unknown {
    uint8_t btid[MSK_BTID_MAX];
    size_t n;
    msk_time until; /* monotonic */
};

struct bsf {
    struct host *host;
    const char *fqdn;
    struct bsf_http http;
    struct bsf_counts counts;
    struct event_limit failures;
    struct question questions[BSF_QUESTIONS];
    struct unknown unknown[BSF_UNKNOWN];
    size_t oldest; /* of those */
};

struct msk_bytes question_btid(const struct question *q);

/* --- bsf_question.c: those who wait are told ------------------------------ */

void question_end(struct bsf *bsf, struct question *q, bool failed);
void question_fail(struct bsf *bsf, struct question *q, const char *reason);
/* It is looked up again, is as unknown as any, and is not asked for soon. */
void question_unknown(struct bsf *bsf, struct question *q);

/* --- bsf_store.c ---------------------------------------------------------- */

/* The answer is in q->info: whose is it? */
void question_find(struct bsf *bsf, struct question *q);
/* The store has done what it was asked. */
void question_stored(struct bsf *bsf, struct question *q);

#endif
