/* SPDX-License-Identifier: MIT */
/* loop.h - the loop of msk-bmsc. A command waits by turning it. */
#ifndef MSK_BMSC_LOOP_H
#define MSK_BMSC_LOOP_H

#include "host.h"

/* Waits for something to do, and does it: requests, datagrams, timers, jobs.
 * No command and no signal: these may wait for what is done here. */
void loop_turn(struct host *h);

/* All of it, until it is told to quit. */
void loop_run(struct host *h);

#endif
