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

/*
 * While nobody else uses the store of the options: each Key Group has an MSK
 * with a number that it never had, each subscriber is demanded new keys and is
 * a member of nothing until then, so that nothing more is sent under the old
 * ones. May be done again if it ended early. False: it was told why.
 */
bool repair_run(struct host *h);

#endif
