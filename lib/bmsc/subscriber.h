/* SPDX-License-Identifier: MIT */
/* bmsc/subscriber.h - what is inside a struct msk_subscriber. */
#ifndef MSK_BMSC_SUBSCRIBER_H
#define MSK_BMSC_SUBSCRIBER_H

#include "msk/digest.h"
#include "msk/subscriber.h"

#define MSK_SERVICES_MAX 32 /* a bit of msk_member.services each */
#define MSK_SERVICE_TAG 8   /* octets of the hash that stands for a service */
#define MSK_COUNTERS_MAX 8  /* how often one MSK is sent, at most */

/* Counters above this are kept for pulls, which ask for a new MUK: none may
 * wrap (decision 7). */
#define MSK_COUNTER_LAST_MSK UINT32_C(0xFFFFFF00)
#define MSK_COUNTER_LAST UINT32_C(0xFFFFFFFE)

/* A MUK with its name and its counter. */
struct msk_bmsc_muk {
    uint8_t btid[MSK_BTID_MAX];
    uint8_t btid_len; /* 0: there is none */
    uint8_t key[MSK_MUK_MAX];
    uint8_t key_len;
    bool has_counter; /* "none sent yet" is a state */
    uint32_t counter; /* the last one sent */
};

/* Membership of a Key Group. */
struct msk_member {
    struct msk_group_id group;
    bool asked;         /* by an MSK request, or granted by the host */
    bool leave;         /* the host said yes, in this call; not stored */
    uint32_t services;  /* the registered services that use it */
    uint8_t unanswered; /* deliveries in a row that nobody acknowledged */
};

enum msk_delivery_state {
    MSK_DELIVERY_FREE = 0,   /* nothing is on its way */
    MSK_DELIVERY_QUEUED = 1, /* waits for its turn */
    MSK_DELIVERY_SENT = 2,   /* waits for its acknowledgement */
    MSK_DELIVERY_STATES = 3
};

/* An MSK that a member is owed: on its way, or waiting for its turn. The MSK
 * and its RAND are the Key Group's. */
struct msk_delivery {
    uint8_t state; /* enum msk_delivery_state */
    bool v;        /* an acknowledgement is asked for */
    bool old_muk;  /* what was sent of it went out under the MUK before the
                      last rebind */
    bool asked;    /* for by its number: no other one will do */
    struct msk_group_id group;
    uint16_t number;
    uint32_t csb_id; /* kept over retransmissions */
    uint8_t n_sent;  /* counters it was sent with: */
    uint32_t counter[MSK_COUNTERS_MAX];
    msk_time due; /* when to send it, or to send it again */
    msk_time set; /* when that was decided, for clocks that step */
};

/* One for each MSK of each Key Group that the UE is a member of: there is no
 * more that a UE can be owed. */
#define MSK_DELIVERIES_MAX (3 * MSK_SUBSCRIBER_GROUPS_MAX)

struct msk_sub {
    struct msk_bmsc_muk muk, old;
    uint8_t id[MSK_SUBSCRIBER_ID_MAX];
    uint8_t id_len;
    uint8_t mrk[MSK_MRK_MAX];
    uint8_t mrk_len;
    msk_time expires;
    uint64_t age; /* of the newest keys that the record ever had */
    bool proven;  /* the UE has shown that it has the current MUK or MRK */
    bool reauth, rebootstrap;
    struct msk_digest_seen seen;
    uint8_t address[MSK_PEER_MAX];
    uint8_t address_len;
    uint8_t n_members, n_services, n_deliveries;
    /* What is after as many of each as there are may be anything. */
    struct msk_member member[MSK_SUBSCRIBER_GROUPS_MAX];
    uint8_t service[MSK_SERVICES_MAX][MSK_SERVICE_TAG];
    msk_time flight; /* one that is sent is in flight until then */
    /* In the order of their turns; none of them is free. */
    struct msk_delivery delivery[MSK_DELIVERIES_MAX];
};

struct msk_sub *msk_sub_of(struct msk_subscriber *subscriber);
const struct msk_sub *msk_sub_at(const struct msk_subscriber *subscriber);

/* The membership of a group, or NULL; to be looked at, or to be changed. */
const struct msk_member *msk_sub_find(const struct msk_sub *sub,
                                      const struct msk_group_id *group);
struct msk_member *msk_sub_member(struct msk_sub *sub,
                                  const struct msk_group_id *group);

/* Adds a membership, of a group that has none. MSK_ERR_LIMIT. */
int msk_sub_add(struct msk_sub *sub, const struct msk_group_id *group,
                struct msk_member **out);

/* Ends a membership, and lets go what is on its way to it. */
void msk_sub_part(struct msk_sub *sub, struct msk_member *member);

/* Takes delivery i out of the order, or gives it another place in it. */
void msk_sub_drop(struct msk_sub *sub, size_t i);
void msk_sub_move(struct msk_sub *sub, size_t from, size_t to);

/* May no MSK be sent any more under the current MUK? */
bool msk_sub_expired(const struct msk_sub *sub, msk_time now);

/* Nothing of it was sent, and nothing of it is known any more. */
void msk_sub_renew(struct msk_delivery *d);

/* The interval after the n-th sending, of which the first is retry long:
 * doubled each time. */
msk_time msk_sub_interval(msk_time retry, uint8_t n_sent);

/* After a clock was set back: nothing waits longer than its own interval. */
void msk_sub_rebase(struct msk_sub *sub, msk_time now, msk_time retry,
                    msk_time spacing);

/* May an answer to the last message be so near that another one could
 * overtake it? */
bool msk_sub_in_flight(const struct msk_sub *sub, msk_time now);

/* Is there one that waits for nothing but its turn? */
bool msk_sub_has_ready(const struct msk_sub *sub, msk_time now);
bool msk_sub_is_ready(const struct msk_delivery *d, msk_time now);

/* When there is something to do; MSK_NEVER. */
msk_time msk_sub_due(const struct msk_sub *sub);

/* Is it as only a BM-SC makes one: what refers to something finds it, and
 * nothing is there twice? */
bool msk_sub_is_whole(const struct msk_sub *sub);

#endif
