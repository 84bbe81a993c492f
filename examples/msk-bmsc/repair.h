/* SPDX-License-Identifier: MIT */
/*
 * repair.h - a store that has lost what came last: a backup that was put back,
 * a standby that was behind. Its counters are those of before, so every key in
 * it may have been used beyond them.
 */
#ifndef MSK_BMSC_REPAIR_H
#define MSK_BMSC_REPAIR_H

#include <stdbool.h>

struct host;

/* What a node says that does not start: the store has to be repaired first. */
extern const char repair_needed[];

/*
 * In the store of the options: each Key Group has an MSK with a number that it
 * never had, or, if none is left, nothing more is made of its MSK; each
 * subscriber is demanded new keys and is a member of nothing until then, so that
 * nothing more is sent under the old ones. Nobody else changes anything in the
 * meantime. If it ended early the next one goes on where it was. False: it was
 * told why.
 */
bool repair_run(struct host *h);

/* Has a repair of h->store not ended? False in *fine: the store failed. */
bool repair_is_open(struct host *h, bool *fine);

#endif
