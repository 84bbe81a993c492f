/* SPDX-License-Identifier: MIT */
/*
 * msk/subscriber.h - what a BM-SC keeps of one UE. The record is the host's:
 * it lives in the host's database as the octets that pack wrote, and is used by
 * one thread at a time. bmsc.h says how.
 */
#ifndef MSK_SUBSCRIBER_H
#define MSK_SUBSCRIBER_H

#include "msk/types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_SUBSCRIBER_GROUPS_MAX = 64,    /* Key Groups one UE is a member of */
    MSK_SUBSCRIBER_PACKED_MAX = 16384, /* octets of a packed record */
    MSK_SUBSCRIBER_ID_MAX = 128        /* octets of an IMPI or GPSI */
};

/* A subscriber: B-TID, MUK, MRK, counter, groups, deliveries, address.
 * Opaque; holds no pointers; wipe it after use. */
struct msk_subscriber {
    /* Frozen: opaque, and has room. */
    uint64_t opaque[2304];
};

/* A new subscriber, after GBA. Views borrowed for the call. */
struct msk_subscriber_config {
    size_t size;              /* sizeof(struct msk_subscriber_config) */
    struct msk_bytes btid;    /* 1..MSK_BTID_MAX */
    struct msk_bytes id;      /* IMPI or GPSI, 1..MSK_SUBSCRIBER_ID_MAX */
    struct msk_bytes muk;     /* 1..MSK_MUK_MAX */
    struct msk_bytes mrk;     /* 1..MSK_MRK_MAX */
    msk_time expires;         /* of the keys; MSK_NEVER */
    struct msk_bytes address; /* for pushes before the first request; may be
                                 empty; at most MSK_PEER_MAX */
    uint64_t age;             /* grows with each bootstrapping: its moment in
                                 ms, or the expiry of Ks */
};

/* Makes a record with no counter, no group and no delivery. */
MSK_API int msk_subscriber_init(struct msk_subscriber *subscriber,
                                const struct msk_subscriber_config *config);

/* Writes the record to buf (cap octets, MSK_SUBSCRIBER_PACKED_MAX always do),
 * with a version. *len: its octets, which are as many as it takes: a few
 * hundred for one Key Group. MSK_ERR_SPACE. The octets hold keys. */
MSK_API int msk_subscriber_pack(const struct msk_subscriber *subscriber,
                                uint8_t *buf, size_t cap, size_t *len);

/* Reads what pack wrote. MSK_ERR_RECORD: damaged, or of an unknown version. */
MSK_API int msk_subscriber_unpack(struct msk_subscriber *subscriber,
                                  struct msk_bytes packed);

/* Clears the record. */
MSK_API void msk_subscriber_wipe(struct msk_subscriber *subscriber);

/* What the record says. A view points into it and is good as long as it is
 * not changed. */
MSK_API struct msk_bytes
msk_subscriber_btid(const struct msk_subscriber *subscriber);
/* The B-TID before the last rebind, which acknowledgements under way still
 * carry; empty: none. */
MSK_API struct msk_bytes
msk_subscriber_old_btid(const struct msk_subscriber *subscriber);
MSK_API struct msk_bytes
msk_subscriber_id(const struct msk_subscriber *subscriber);
MSK_API struct msk_bytes
msk_subscriber_address(const struct msk_subscriber *subscriber);
/* When its keys expire, and the newest age that it ever had. */
MSK_API msk_time
msk_subscriber_expires(const struct msk_subscriber *subscriber);
MSK_API uint64_t msk_subscriber_age(const struct msk_subscriber *subscriber);
MSK_API bool msk_subscriber_member(const struct msk_subscriber *subscriber,
                                   const struct msk_group_id *group);

/* Writes the Key Groups that it is a member of to ids, at most cap of them
 * (MSK_SUBSCRIBER_GROUPS_MAX are always enough), and returns how many there
 * are: for an index by which a host finds the members of a group. Their order
 * is none: it may be another one after each change. */
MSK_API size_t msk_subscriber_groups(const struct msk_subscriber *subscriber,
                                     struct msk_group_id *ids, size_t cap);

/* When msk_bmsc_timer must be called for the record; MSK_NEVER: no need. After
 * a clock was set back call it for every record that has a time: its timers
 * start again with their own interval. */
MSK_API msk_time msk_subscriber_due(const struct msk_subscriber *subscriber);

/* Grants or ends membership of a Key Group; what is on its way to it is let
 * go. MSK_ERR_LIMIT. */
MSK_API int msk_subscriber_join(struct msk_subscriber *subscriber,
                                const struct msk_group_id *group);
MSK_API void msk_subscriber_part(struct msk_subscriber *subscriber,
                                 const struct msk_group_id *group);

/* From now on every request of it is answered with a new nonce (reauth), or
 * with a demand for new keys (rebootstrap). */
MSK_API void msk_subscriber_reauth(struct msk_subscriber *subscriber);
MSK_API void msk_subscriber_rebootstrap(struct msk_subscriber *subscriber);

/*
 * New keys of the same subscriber: its groups stay, its counter starts anew;
 * the old MUK is kept for acknowledgements under way and for pulls, until the
 * UE has shown the new one. The keys that it has change nothing. Nothing was
 * changed by an error either: MSK_ERR_OLD_KEY: the age is not above that of
 * all keys that the record ever had, so these may be among them, with a
 * counter that is not known any more (so a record whose ages are all 0 takes
 * one set of keys, never a second); MSK_ERR_CONFLICT: the same B-TID with
 * other keys, the B-TID before it, or the id of another subscriber.
 */
MSK_API int msk_subscriber_rebind(struct msk_subscriber *subscriber,
                                  const struct msk_subscriber_config *config);

#ifdef __cplusplus
}
#endif

#endif
