/* SPDX-License-Identifier: MIT */
/*
 * mgvf/key_servers.h - what is known of key servers: the MUKs of each, which of
 * them allow a Key Group, and what they announced that must stay on.
 */
#ifndef MSK_MGVF_KEY_SERVERS_H
#define MSK_MGVF_KEY_SERVERS_H

#include "msk/crypto.h"
#include "msk/mbms.h"
#include "msk/mgvf.h"

/* --- which one ------------------------------------------------------------ */

/*
 * The server whose MUK protects an MSK message: named by IDi in KEYID, by the
 * session in CSB. *fqdn: the session's, or empty; then that server's.
 * MSK_ERR_NOT_MINE: they are not the same; MSK_ERR_ARGUMENT: CSB, and the
 * session names none.
 */
int msk_server_find(enum msk_layout layout, const struct msk_message *message,
                    struct msk_bytes *fqdn);

/* --- the two MUKs that a UE keeps of one BM-SC ---------------------------- */

/*
 * TS 33.246 6.1: the last generated one, and the last one that the BM-SC
 * successfully used. They are one and the same once a message under the last
 * generated one was authentic.
 */

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

/* --- who allows a Key Group (decision 29) --------------------------------- */

/*
 * Key servers, each known by a tag, and the host, whose tag is 0.
 */

/* The tag of a key server; empty: that of the host. MSK_ERR_CRYPTO. */
int msk_owners_tag(const struct msk_crypto *crypto, struct msk_bytes fqdn,
                   uint8_t tag[MSK_OWNER_TAG]);

/* True when an owner has that tag. */
bool msk_owners_has(const struct msk_owners *owners,
                    const uint8_t tag[MSK_OWNER_TAG]);

/* True when the host is an owner. */
bool msk_owners_has_host(const struct msk_owners *owners);

/* What a server sends is accepted where it is an owner, or the host is.
 * MSK_ERR_NOT_MINE; MSK_ERR_CRYPTO. */
int msk_owners_check(const struct msk_owners *owners,
                     const struct msk_crypto *crypto, struct msk_bytes fqdn);

/* Adds an owner; one that is there already gets this `require` instead of its
 * old one. *changed: something is different now. MSK_ERR_LIMIT. */
int msk_owners_add(struct msk_owners *owners, const uint8_t tag[MSK_OWNER_TAG],
                   enum msk_require require, bool *changed);

/* Takes the owner of that tag off. False: it was none. */
bool msk_owners_remove(struct msk_owners *owners,
                       const uint8_t tag[MSK_OWNER_TAG]);

/* What must stay on: whatever any owner says (enum msk_require). */
uint8_t msk_owners_require(const struct msk_owners *owners);

/* --- what must stay on (decision 23) -------------------------------------- */

/*
 * May these SRTP parameters be used, after what was announced? Change request
 * 6.3.2.2.2. require: enum msk_require. sp: the parameters in force; empty: the
 * defaults of SRTP. MSK_ERR_POLICY, and the errors of msk_srtp_policy_get.
 */
int msk_policy_check(uint8_t require, struct msk_bytes sp);

#endif
