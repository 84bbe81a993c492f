/* SPDX-License-Identifier: MIT */
/* held.h - which MSKs a member of a crowd holds, and which are the newest. */
#ifndef MSK_LOAD_HELD_H
#define MSK_LOAD_HELD_H

#include "member.h"

/* It was given an MSK: counted, and measured from when the first had it. */
void held_take(struct member *m, const struct msk_msk_event *msk);

/* Does it have the newest MSK of each Key Group that anybody has? */
bool held_is_current(const struct member *m);

#endif
