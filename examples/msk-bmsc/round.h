/* SPDX-License-Identifier: MIT */
/* round.h - inside of a round: what is loaded (loads.c), and what is called,
 * saved and ended (calls.c). */
#ifndef MSK_BMSC_ROUND_H
#define MSK_BMSC_ROUND_H

#include "host.h"

/* --- loads.c ------------------------------------------------------------- */

/* Fills the batch of a round that begins. False: there is nothing to do. */
bool round_fill(struct host *h, struct round *r);
/* Fills it with what is lacking: records that have changed, Key Groups. False:
 * nothing that is not under way already. */
bool round_fill_again(struct host *h, struct round *r);
/* Takes what was loaded. */
void round_take(struct host *h, struct round *r);

/* --- calls.c ------------------------------------------------------------- */

/* The call of a request that names nobody, and what it wants done, which needs
 * no commit. */
void round_serve_nobody(struct host *h, struct work *work);
/* The end of a request that has waited for too long. */
void round_end_late(struct host *h, struct work *work);
/* Makes the calls that can be made. False: some lack a Key Group. */
bool round_call(struct host *h, struct round *r);
/* Fills the batch with what has changed. False: nothing has. */
bool round_fill_saves(struct round *r);
/* Takes the results. False: some have to be loaded again. */
bool round_take_saves(struct host *h, struct round *r);
/* Does what is committed. */
void round_end(struct host *h, struct round *r);

#endif
