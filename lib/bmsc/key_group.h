/* SPDX-License-Identifier: MIT */
/* bmsc/key_group.h - what is inside a struct msk_key_group. */
#ifndef MSK_BMSC_KEY_GROUP_H
#define MSK_BMSC_KEY_GROUP_H

#include "msk/key_group.h"

struct msk_group {
    struct msk_key_id id; /* of the current MSK */
    bool streaming;
    uint8_t sp[MSK_SP_MAX];
    uint8_t sp_len;
    uint8_t msk[MSK_KEY_MAX];
    uint8_t key_len; /* of MSK and MTKs */
    uint8_t rand[MSK_RAND_MAX];
    uint8_t rand_len;
    uint16_t seq_low, seq_high;
    /*
     * MTK messages under this MSK: the n-th has counter n and MTK ID
     * seq_low + n. Those up to `used` were made; this writer may make those up
     * to `reserved`. Packed, they count as used.
     */
    uint32_t used, reserved;
    uint32_t epoch; /* grows with each reservation */
};

struct msk_group *msk_group_of(struct msk_key_group *group);
const struct msk_group *msk_group_at(const struct msk_key_group *group);

#endif
