/* SPDX-License-Identifier: MIT */
/* counts.h - what a crowd saw, in all and second by second. */
#ifndef MSK_LOAD_COUNTS_H
#define MSK_LOAD_COUNTS_H

#include "msk/types.h"
#include "samples.h"

/* Reasons of msk/ue.h are below this. */
#define COUNTS_REASONS 16
#define COUNTS_STATUS 600

/* What is counted. */
enum count {
    COUNT_STARTED,
    COUNT_RESTARTED,
    COUNT_REQUESTS,  /* HTTP requests that were sent */
    COUNT_ANSWERS,   /* and answered */
    COUNT_NO_ANSWER, /* or not: no connection, or the UE waited no longer */
    COUNT_BELIEVED,  /* answers that the session accepted */
    COUNT_DATAGRAMS, /* that came in */
    COUNT_REFUSED,   /* of those: not accepted */
    COUNT_LOST,      /* both ways, on purpose */
    COUNT_MSK,       /* MSKs that were stored */
    COUNT_ACK,       /* acknowledgements that were sent */
    COUNT_BOOTSTRAP, /* new keys were demanded */
    COUNT_LEFT,      /* services that were left */
    COUNT_N
};

struct second {
    uint64_t n[COUNT_N];   /* in this second */
    uint32_t p50, p99;     /* of the HTTP answers in it, microseconds */
    size_t with_msk, left; /* members, at its end */
};

struct counts {
    uint64_t n[COUNT_N];
    uint64_t status[COUNTS_STATUS];  /* HTTP answers */
    uint64_t left[COUNTS_REASONS];   /* services left, by enum msk_reason */
    uint64_t failed[COUNTS_REASONS]; /* results that failed */
    size_t with_msk;                 /* members that hold what is newest */
    struct samples http;             /* from the request to its answer */
    struct samples join;             /* from the start to all MSKs */
    struct samples rekey; /* from the first that was given a newer MSK on */

    struct second *seconds;
    size_t n_seconds, cap;
    uint64_t before[COUNT_N]; /* the second that runs */
    size_t http_before;
};

/* A second is over. False: no memory; it is not told. */
bool counts_second(struct counts *c);

void counts_end(struct counts *c);

/* As it stands in tables and in JSON. */
const char *counts_name(enum count count);

#endif
