/* SPDX-License-Identifier: MIT */
/*
 * msk/key_group.h - what a BM-SC keeps of one Key Group: its current MSK and
 * how far MTK messages under it have come. A record of the host's, as
 * subscriber.h says.
 */
#ifndef MSK_KEY_GROUP_H
#define MSK_KEY_GROUP_H

#include "msk/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MSK_KEY_GROUP_PACKED_MAX 1024

/* A Key Group: the current MSK with RAND and interval, MTK ID and counter, SP.
 * Opaque; holds no pointers; wipe it after use. */
struct msk_key_group {
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
};

/* Makes a record. MSK_ERR_RANDOM, MSK_ERR_ARGUMENT. */
MSK_API int msk_key_group_init(struct msk_key_group *group,
                               const struct msk_key_group_config *config,
                               const struct msk_random *random);

/* As for subscribers. */
MSK_API int msk_key_group_pack(const struct msk_key_group *group, uint8_t *buf,
                               size_t cap, size_t *len);
MSK_API int msk_key_group_unpack(struct msk_key_group *group,
                                 struct msk_bytes packed);
MSK_API void msk_key_group_wipe(struct msk_key_group *group);

/* What the record says: the name of the current MSK, and if it is for
 * streaming. */
MSK_API void msk_key_group_id(const struct msk_key_group *group,
                              struct msk_key_id *id);
MSK_API bool msk_key_group_streaming(const struct msk_key_group *group);

/* The MSK and its RAND, for key logs and for nodes that make MTK messages;
 * views good as long as the record is not changed. */
MSK_API void msk_key_group_secrets(const struct msk_key_group *group,
                                   struct msk_bytes *msk,
                                   struct msk_bytes *rand);

/*
 * Gives the group a fresh MSK with a fresh RAND under the next number, and
 * starts its MTK IDs and counter anew. Do so when the interval is used up,
 * when a UE has to be shut out, and after any doubt about the counter
 * (restore, failover). MSK_ERR_RANDOM; MSK_ERR_STATE: 0xFFFF was the last
 * number, the group is used up: a UE that still held an old MSK of the same
 * number would be deaf to the new one's MTKs. Then nothing changed.
 */
MSK_API int msk_key_group_rekey(struct msk_key_group *group,
                                const struct msk_random *random);

/*
 * Reserves the right to make n more MTK messages for this writer, or as many
 * as the interval has left. Commit the record before the first is sent: a
 * second writer's commit then fails by its version, and who unpacks the record
 * after a crash starts behind what was reserved. MSK_ERR_STATE: the interval
 * is used up, rekey.
 */
MSK_API int msk_key_group_reserve(struct msk_key_group *group, uint32_t n);

#ifdef __cplusplus
}
#endif

#endif
