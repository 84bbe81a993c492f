/* SPDX-License-Identifier: MIT */
/*
 * msk/key_group.h - what a BM-SC keeps of one Key Group: its MSKs, which are
 * the current one, the next and the previous, and how far MTK messages under
 * each have come. A record of the host's, as subscriber.h says.
 *
 * Two ways to a new MSK: rekey makes one that is the current one at once.
 * prepare makes the next one, which is pushed ahead for as long as it takes
 * (msk_bmsc_push_msk); switch makes it the current one. The one before stays
 * as the previous one, for UEs that ask for it.
 */
#ifndef MSK_KEY_GROUP_H
#define MSK_KEY_GROUP_H

#include "msk/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_KEY_GROUP_PACKED_MAX = 1024, /* octets of a packed record */
    MSK_MTKS_SENT_MAX = 255          /* MTKs sent at a time */
};

/* A Key Group: MSKs with RAND and interval, MTK IDs and counters, SP. Opaque;
 * holds no pointers; wipe it after use. */
struct msk_key_group {
    /* Frozen: opaque, and has room. */
    uint64_t opaque[96];
};

/* A new Key Group. */
struct msk_key_group_config {
    size_t size;                /* sizeof(struct msk_key_group_config) */
    struct msk_key_id id;       /* of the first MSK; group and number not 0 */
    bool streaming;             /* with SRTP; else download */
    struct msk_bytes sp;        /* streaming: SRTP parameters, or empty */
    uint8_t key_len;            /* of MSKs and MTKs: 16, 24 or 32; 0: 16 */
    struct msk_bytes msk;       /* key_len octets; empty: drawn at random */
    struct msk_bytes rand;      /* 16..MSK_RAND_MAX octets; empty: drawn, 16 */
    uint16_t seq_low, seq_high; /* both 0: 0 and 0xFFFE */
    uint32_t mtks_sent;         /* MTKs whose messages are sent at a time, so
                                   that who joins late can take them; 0: 2,
                                   the current one and the next; at most
                                   MSK_MTKS_SENT_MAX */
};

/* Makes a record. random may be NULL if nothing is drawn. MSK_ERR_RANDOM,
 * MSK_ERR_ARGUMENT. */
MSK_API int msk_key_group_init(struct msk_key_group *group,
                               const struct msk_key_group_config *config,
                               const struct msk_random *random);

/* As for subscribers. */
MSK_API int msk_key_group_pack(const struct msk_key_group *group, uint8_t *buf,
                               size_t cap, size_t *len);
MSK_API int msk_key_group_unpack(struct msk_key_group *group,
                                 struct msk_bytes packed);
MSK_API void msk_key_group_wipe(struct msk_key_group *group);

/* What the record says: the name of the current MSK, and if the group is for
 * streaming. */
MSK_API void msk_key_group_current(const struct msk_key_group *group,
                                   struct msk_key_id *id);
MSK_API bool msk_key_group_streaming(const struct msk_key_group *group);

/* The current MSK and its RAND, for key logs and for nodes that make MTK
 * messages; views good as long as the record is not changed. */
MSK_API void msk_key_group_secrets(const struct msk_key_group *group,
                                   struct msk_bytes *msk,
                                   struct msk_bytes *rand);

/* Which MSK of a Key Group. */
enum msk_key_group_role {
    MSK_ROLE_CURRENT = 0, /* MTK messages are made under it */
    MSK_ROLE_NEXT = 1,    /* prepared, to be pushed ahead */
    MSK_ROLE_PREVIOUS = 2 /* the current one before the last change */
};

/* One MSK of a Key Group; views good as long as the record is not changed. */
struct msk_key_group_msk {
    size_t size; /* sizeof(struct msk_key_group_msk) */
    struct msk_key_id id;
    struct msk_bytes msk, rand;
    uint16_t seq_low; /* SEQl of now: just below the oldest MTK whose messages
                         are still sent */
    uint16_t seq_high;
};

/* Fills *out with the MSK in that role. False: there is none. */
MSK_API bool msk_key_group_get(const struct msk_key_group *group,
                               enum msk_key_group_role role,
                               struct msk_key_group_msk *out);

/*
 * Gives the group a fresh MSK with a fresh RAND under the next number, as the
 * current one at once. Do so when a UE has to be shut out, after any doubt
 * about the counter (restore, failover), and when the interval is used up and
 * there is no next MSK. A next one is let go, for the UE to be shut out may
 * have it. MSK_ERR_RANDOM; MSK_ERR_STATE: 0xFFFF was the last number, the
 * group is used up: a UE that still held an old MSK of the same number would be
 * deaf to the new one's MTKs. Then nothing changed.
 */
MSK_API int msk_key_group_rekey(struct msk_key_group *group,
                                const struct msk_random *random);

/* An MSK that was made elsewhere, with its RAND: the two change together. */
struct msk_key_group_next {
    size_t size;                /* sizeof(struct msk_key_group_next) */
    uint16_t number;            /* above those of the group */
    struct msk_bytes msk;       /* as long as those of the group */
    struct msk_bytes rand;      /* 16..MSK_RAND_MAX octets */
    uint16_t seq_low, seq_high; /* both 0: as the current one began */
};

/*
 * Makes the next MSK: next as it is given (random may be NULL), or with NULL
 * a fresh MSK with a fresh RAND under the next number. Commit the record, then
 * push it. MSK_ERR_RANDOM; MSK_ERR_STATE: there is a next one, or 0xFFFF was
 * the last number; MSK_ERR_CONFLICT: the number is not above that of the
 * current one, or MSK or RAND is one that the group has. Then nothing changed.
 */
MSK_API int msk_key_group_prepare(struct msk_key_group *group,
                                  const struct msk_key_group_next *next,
                                  const struct msk_random *random);

/* Makes the next MSK the current one, and the current one the previous; the
 * one that was previous is gone. MSK_ERR_STATE: there is no next one. */
MSK_API int msk_key_group_switch(struct msk_key_group *group);

/*
 * Reserves the right to make n more MTK messages for this writer, or as many
 * as the interval of the current MSK has left; if it is used up and there is a
 * next MSK, switches to that first. Commit the record before the first is
 * sent: a second writer's commit then fails by its version, and a writer that
 * unpacks the record after a crash starts after what was reserved.
 * MSK_ERR_STATE: the interval is reserved to its end, and there is no next MSK
 * or some of it is left to be made: go on with that, or rekey.
 */
MSK_API int msk_key_group_reserve(struct msk_key_group *group, uint32_t n);

#ifdef __cplusplus
}
#endif

#endif
