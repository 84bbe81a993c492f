/* SPDX-License-Identifier: MIT */
/*
 * mgvf/server_keys.h - the two MUKs that a UE keeps of one BM-SC (TS 33.246
 * 6.1): the last generated one, and the last one that the BM-SC successfully
 * used. They are one and the same once a message under the last generated
 * one was authentic.
 */
#ifndef MSK_MGVF_SERVER_KEYS_H
#define MSK_MGVF_SERVER_KEYS_H

#include "msk/mgvf.h"

#define MSK_MUK_GENERATED 0 /* index of the last generated MUK */
#define MSK_MUK_USED 1      /* of the last used one, if it is another */

struct msk_server_muk {
    uint8_t btid[MSK_BTID_MAX];
    uint8_t btid_len;
    uint8_t key[MSK_MUK_MAX];
    uint8_t key_len;
    bool has_counter; /* "no counter yet" is a state: the first one counts */
    uint32_t counter; /* of the last authentic message */
};

struct msk_server_keys {
    size_t n;     /* 0..2 */
    uint64_t age; /* of the newest MUK that was ever set */
    struct msk_server_muk muk[2];
};

/* Where the MUK of that B-TID stands; 2: there is none. */
size_t msk_server_keys_find(const struct msk_server_keys *keys,
                            struct msk_bytes btid);

/* As msk_mgvf_set_muk: *changed tells if there is something to commit.
 * MSK_ERR_CONFLICT: another value under a name that is there;
 * MSK_ERR_OLD_KEY: age is not above that of the newest. */
int msk_server_keys_set(struct msk_server_keys *keys, struct msk_bytes btid,
                        struct msk_bytes key, uint64_t age, bool *changed);

/* May a message with that counter come now under MUK i? */
bool msk_server_keys_fresh(const struct msk_server_keys *keys, size_t i,
                           uint32_t counter);

/* A message under MUK i was authentic: its counter counts, and the first one
 * under the last generated MUK makes it the last used one as well. */
void msk_server_keys_used(struct msk_server_keys *keys, size_t i,
                          uint32_t counter);

#endif
