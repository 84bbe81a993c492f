/* SPDX-License-Identifier: MIT */
/*
 * bar.h - how far a job for all is, for a person at a terminal: a line on
 * stderr, over which the next one is drawn, and what is told as well. Nothing
 * if stderr is something else; nobody is waited for.
 */
#ifndef MSK_BMSC_BAR_H
#define MSK_BMSC_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "msk/mbms.h"

#define BAR_UNKNOWN UINT64_MAX

/* seconds_left: or BAR_UNKNOWN. */
struct bar {
    const char *what;
    struct msk_group_id group;
    uint64_t seen, members, seconds_left;
};

void bar_show(const struct bar *bar);

/* It is over. */
void bar_clear(void);

#endif
