/* SPDX-License-Identifier: MIT */
/*
 * work.h - one call of the library on one subscriber, from the load of the
 * record to what is sent. Much of it goes together (rounds.h): one load, one
 * commit and one way out for all that came at the same time.
 */
#ifndef MSK_BMSC_WORK_H
#define MSK_BMSC_WORK_H

#include "../hosts/address.h"
#include "../records/records.h"
#include "msk/bmsc.h"

struct host;
struct work;

/* What a call wants done; kept until its record is committed. */
struct effect {
    struct effect *next;
    enum msk_bmsc_effect_kind kind;
    struct msk_key_id id;
    struct msk_group_id group;
    enum msk_parted why;
    struct address to;
    size_t n;
    uint8_t octets[]; /* the message */
};

/* An HTTP answer, as a copy in one block: free it. */
struct answer {
    struct msk_http_response response;
    struct msk_http_header headers[];
};

struct effects {
    struct effect *first, *last;
    struct answer *answer; /* NULL: none */
};

/* The call; subscriber NULL: there is no record of that name. It may be made
 * more than once, and nothing of what it did before counts then. */
typedef int work_call(struct host *h, struct work *work,
                      struct msk_subscriber *subscriber, msk_time now);

/* It is committed, and what it wants is done; or work->err says why not. */
typedef void work_done(struct host *h, struct work *work);

struct work {
    struct work *next;
    work_call *call;
    work_done *done;  /* NULL: nobody wants to know */
    const char *what; /* for the event if it is refused */
    void *user;       /* the caller's */
    struct msk_bytes key;
    enum { WORK_BTID, WORK_ID, WORK_NOBODY } by; /* what key is */
    msk_time came;                               /* monotonic */
    bool late;    /* no round had room for it in time: it was not called */
    bool answers; /* a request: messages wait until the answer has left */
    int err;
    bool over;
    struct records_subscriber *row; /* in call and done; NULL: none */
    struct effects effects;
};

#endif
