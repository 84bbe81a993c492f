/* SPDX-License-Identifier: MIT */
/* repair_place.h - how far a repair of the store is, as the store keeps it. */
#ifndef MSK_BMSC_REPAIR_PLACE_H
#define MSK_BMSC_REPAIR_PLACE_H

#include "../records/records.h"

#define REPAIR_USES_UP 0 /* no number is left: no MTK is made any more */

struct repair_place {
    msk_time began;                       /* Unix time */
    uint32_t subscribers;                 /* of how many all is over */
    uint32_t damaged;                     /* and how many cannot be read */
    uint8_t after[MSK_SUBSCRIBER_ID_MAX]; /* up to whom, */
    size_t after_n;
    bool in_groups;                  /* or up to all, and of Key Groups */
    struct msk_group_id after_group; /* up to this one; */
    uint16_t goal; /* the next one gets that number, or REPAIR_USES_UP */
};

void repair_place_put(const struct repair_place *place,
                      struct records_note *note);
/* False: it is none. */
bool repair_place_get(const struct records_note *note,
                      struct repair_place *place);

/* Is what was made at that moment, in ms, of before the repair that a store has
 * noted last? Of none there is no before. */
bool repair_place_after(const struct records_note *note, uint64_t moment);

#endif
