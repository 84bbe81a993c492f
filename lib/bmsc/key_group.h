/* SPDX-License-Identifier: MIT */
/* bmsc/key_group.h - what is inside a struct msk_key_group. */
#ifndef MSK_BMSC_KEY_GROUP_H
#define MSK_BMSC_KEY_GROUP_H

#include "msk/key_group.h"

#define MSK_ROLES 3
#define MSK_GROUP_RAND_LEN 16 /* TS 33.246 6.4.5.1 */

/* One MSK of a Key Group. */
struct msk_group_msk {
    uint16_t number; /* 0: there is none */
    uint8_t key[MSK_KEY_MAX];
    uint8_t rand[MSK_RAND_MAX];
    uint8_t rand_len;
    uint16_t seq_low, seq_high; /* its whole interval */
    /*
     * MTK messages under this MSK: the n-th has counter n and MTK ID
     * seq_low + n. Those up to `used` were made; this writer may make those up
     * to `reserved`. Packed, they count as used.
     */
    uint32_t used, reserved;
    /*
     * Those up to `past` are sent no more, as far as the record knows. It
     * follows `used` when the writer has made as many in a row as are sent at
     * a time (decision 28).
     */
    uint32_t past;
    uint8_t row;
};

struct msk_group {
    struct msk_group_id id;
    bool streaming;
    uint8_t sp[MSK_SP_MAX];
    uint8_t sp_len;
    uint8_t key_len;   /* of MSKs and MTKs */
    uint8_t mtks_sent; /* at a time */
    uint32_t epoch;    /* grows with each reservation */
    struct msk_group_msk msk[MSK_ROLES];
};

struct msk_group *msk_group_of(struct msk_key_group *group);
const struct msk_group *msk_group_at(const struct msk_key_group *group);

/* The current MSK. */
const struct msk_group_msk *msk_group_current(const struct msk_group *group);

/* The MSK of that number, or NULL. */
const struct msk_group_msk *msk_group_find(const struct msk_group *group,
                                           uint16_t number);

/* The name of an MSK of the group. */
struct msk_key_id msk_group_id(const struct msk_group *group,
                               const struct msk_group_msk *msk);

/* SEQl of now (decision 28). */
uint16_t msk_group_seq_low(const struct msk_group_msk *msk);

/* How many MTK messages the interval SEQl < MTK ID <= SEQu has room for. */
uint32_t msk_group_room(const struct msk_group_msk *msk);

/* Draws a fresh MSK with a fresh RAND: they change together (decision 8).
 * MSK_ERR_RANDOM. */
int msk_group_draw(struct msk_group_msk *msk, uint8_t key_len,
                   const struct msk_random *random);

/* Puts what is given, if it is, in the place of what was drawn; it fits. */
void msk_group_give(struct msk_group_msk *msk, struct msk_bytes key,
                    struct msk_bytes rand);

/* The next MTK message of those reserved was made under the current MSK. */
void msk_group_made(struct msk_group *group);

/* Can an MSK have that interval, and that many octets? */
bool msk_group_is_interval(uint16_t low, uint16_t high);
bool msk_group_is_key_len(size_t n);

#endif
