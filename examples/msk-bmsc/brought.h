/* SPDX-License-Identifier: MIT */
/* brought.h - inside of bring.h: what becomes of each that was taken. */
#ifndef MSK_BMSC_BROUGHT_H
#define MSK_BMSC_BROUGHT_H

#include "bring.h"
#include "host.h"

#define BROUGHT_TRIES 8 /* while others save the same ones */

enum brought_state {
    BROUGHT_TAKEN,
    BROUGHT_FOUND,  /* it is in the store */
    BROUGHT_NEW,    /* it is not */
    BROUGHT_DOUBLE, /* nor is it, but somebody has its B-TID */
    BROUGHT_SAVES,
    BROUGHT_OVER,
    BROUGHT_LOST, /* the store may have had it before it was repaired */
    BROUGHT_WRONG
};

extern const char brought_refused[];

/* Remembers why, for bring_why. */
enum bring_result brought_wrong(size_t which, const char *why);

/* What to ask the store for, so that these two know of its last repair. */
struct records_request brought_repair(void);
/* How far counters came under keys of before it nobody knows. Age: when they
 * were made, in ms. */
bool brought_may_be_lost(uint64_t age);
/* Tells that it is not taken, and why; of that event more can be said. */
json_t *brought_lost(struct host *h, const char *what, const char *why);

void bring_forget_subscribers(void);
void bring_forget_groups(void);

#endif
