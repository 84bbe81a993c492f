/* SPDX-License-Identifier: MIT */
/* repair_group.h - one Key Group whose counters may have gone back. */
#ifndef MSK_BMSC_REPAIR_GROUP_H
#define MSK_BMSC_REPAIR_GROUP_H

#include "repair_place.h"

/* A number further than one by all that may have been used since, or 0: there is
 * no room for that. */
uint16_t repair_group_jump(uint16_t number);

/* The number that its MSK is to have: one that no UE has with another key.
 * REPAIR_USES_UP: it has come to its end. MSK_ERR_RECORD. */
int repair_group_goal(const struct records_group *row, uint16_t *goal);

/* Gives it an MSK with that number, unless it has it; to one without a number
 * that is left, an MSK of which no MTK is made any more. What was done already
 * is not done again. */
int repair_group_roll(struct records_group *row, uint16_t goal);

/* What there is to say of it. */
struct repair_group_end {
    struct msk_key_id id; /* of its MSK */
    bool last;            /* no other one comes after it, */
    bool used_up;         /* nor an MTK of it */
};
int repair_group_look(const struct records_group *row,
                      struct repair_group_end *out);

#endif
