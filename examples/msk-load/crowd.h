/* SPDX-License-Identifier: MIT */
/* crowd.h - all members of a crowd, in one loop. */
#ifndef MSK_LOAD_CROWD_H
#define MSK_LOAD_CROWD_H

#include "member.h"

/* False: it does not start, and the reason was told on stderr. crowd_end in
 * both cases. */
bool crowd_start(struct crowd *crowd, const struct options *o);
void crowd_end(struct crowd *crowd);

/* One turn of the loop: those who start or lose their power by now, what came,
 * what is due; began: when the crowd started. False: the library failed, which
 * was told. */
bool crowd_turn(struct crowd *crowd, msk_time began, msk_time now);

/* What became of the members. */
struct verdict {
    size_t current; /* have the newest MSK of each Key Group */
    size_t refused; /* left, as the BM-SC said no */
    size_t left;    /* left for another reason */
    size_t without; /* none of it */
};
void crowd_judge(const struct crowd *crowd, struct verdict *verdict);

#endif
