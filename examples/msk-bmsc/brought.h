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
    BROUGHT_WRONG
};

extern const char brought_refused[];

/* Remembers why, for bring_why. */
enum bring_result brought_wrong(size_t which, const char *why);

void bring_forget_subscribers(void);
void bring_forget_groups(void);

#endif
