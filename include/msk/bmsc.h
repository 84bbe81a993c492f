/* SPDX-License-Identifier: MIT */
/*
 * msk/bmsc.h - the BM-SC's end. struct msk_bmsc is constant and shared by all
 * threads; everything that changes is in records of the host: one for each
 * subscriber, one for each Key Group.
 *
 * Every call has the same shape: load the record from wherever it lives, call,
 * commit the record by compare-and-swap, then send the outbox. On a conflict
 * throw the outbox away, load again, call again: a counter that was not
 * committed was never sent. A record is used by one thread at a time.
 */
#ifndef MSK_BMSC_H
#define MSK_BMSC_H

#include "msk/crypto.h"
#include "msk/digest.h"
#include "msk/http.h"
#include "msk/mbms.h"
#include "msk/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- records ------------------------------------------------------------- */

#define MSK_SUBSCRIBER_GROUPS_MAX 32 /* Key Groups one UE is a member of */
#define MSK_SUBSCRIBER_PENDING_MAX 8 /* deliveries under way */
#define MSK_SUBSCRIBER_PACKED_MAX 4096
#define MSK_SUBSCRIBER_ID_MAX 128

/* A subscriber: B-TID, MUK, MRK, counter, groups, deliveries, address.
 * Opaque; holds no pointers; wipe it after use. */
struct msk_subscriber {
    uint64_t opaque[640];
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
};

/* Makes a record with no counter, no group and no delivery. */
MSK_API int msk_subscriber_init(struct msk_subscriber *subscriber,
                                const struct msk_subscriber_config *config);

/* Writes the record to buf (cap octets, MSK_SUBSCRIBER_PACKED_MAX always do),
 * with a version. *len: its octets. MSK_ERR_SPACE. The octets hold keys. */
MSK_API int msk_subscriber_pack(const struct msk_subscriber *subscriber,
                                uint8_t *buf, size_t cap, size_t *len);

/* Reads what pack wrote. MSK_ERR_RECORD: damaged, or of an unknown version. */
MSK_API int msk_subscriber_unpack(struct msk_subscriber *subscriber,
                                  struct msk_bytes packed);

/* Clears the record. */
MSK_API void msk_subscriber_wipe(struct msk_subscriber *subscriber);

/* What the record says; views good as long as the record is not changed. */
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
MSK_API bool msk_subscriber_member(const struct msk_subscriber *subscriber,
                                   const uint8_t domain[3], uint16_t group);

/* When msk_bmsc_timer must be called for the record; MSK_NEVER: no need. */
MSK_API msk_time msk_subscriber_due(const struct msk_subscriber *subscriber);

/* Grants or ends membership of a Key Group. MSK_ERR_LIMIT. */
MSK_API int msk_subscriber_join(struct msk_subscriber *subscriber,
                                const uint8_t domain[3], uint16_t group);
MSK_API void msk_subscriber_part(struct msk_subscriber *subscriber,
                                 const uint8_t domain[3], uint16_t group);

/* From now on every request of it is answered with a new nonce (reauth), or
 * with a demand for new keys (rebootstrap). */
MSK_API void msk_subscriber_reauth(struct msk_subscriber *subscriber);
MSK_API void msk_subscriber_rebootstrap(struct msk_subscriber *subscriber);

/* New keys of the same subscriber: its groups stay, its counter starts anew;
 * the old MUK is kept for acknowledgements under way and the first pull.
 * MSK_ERR_CONFLICT: the same B-TID with other keys. */
MSK_API int msk_subscriber_rebind(struct msk_subscriber *subscriber,
                                  const struct msk_subscriber_config *config);

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
    struct msk_bytes sp;        /* streaming: SRTP parameters, 1..MSK_SP_MAX */
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
MSK_API void msk_key_group_id(const struct msk_key_group *group,
                              struct msk_key_id *id);

/*
 * Gives the group a fresh MSK with a fresh RAND under the next number, and
 * starts its MTK IDs and counter anew. Do so when the interval is used up,
 * when a UE has to be shut out, and after any doubt about the counter
 * (restore, failover). MSK_ERR_RANDOM; MSK_ERR_STATE: the number would wrap
 * onto one that is still held.
 */
MSK_API int msk_key_group_rekey(struct msk_key_group *group,
                                const struct msk_random *random);

/*
 * Reserves the right to make MTK messages up to n counters ahead for this
 * writer. Commit the record before the first is sent; a second writer's
 * commit then fails, or finds a later epoch. MSK_ERR_STATE: the counter or
 * the interval is used up, rekey.
 */
MSK_API int msk_key_group_reserve(struct msk_key_group *group, uint32_t n);

/* --- the outbox ---------------------------------------------------------- */

enum msk_bmsc_effect_kind {
    MSK_BMSC_SEND_MIKEY = 1, /* message to peer */
    MSK_BMSC_HTTP = 2,       /* the answer to the request */
    MSK_BMSC_DELIVERED = 3,  /* the UE acknowledged the MSK id */
    MSK_BMSC_GAVE_UP = 4,    /* it never did */
    MSK_BMSC_JOINED = 5,     /* the UE became a member of a group */
    MSK_BMSC_PARTED = 6
};
struct msk_bmsc_effect {
    size_t size; /* sizeof(struct msk_bmsc_effect) */
    enum msk_bmsc_effect_kind kind;
    struct msk_bytes peer, message;           /* views into the outbox */
    const struct msk_http_response *response; /* HTTP */
    struct msk_key_id id;
};

/*
 * What a call wants done, after the record was committed. Its memory is the
 * caller's and is used anew by each call.
 */
struct msk_outbox;

#define MSK_OUTBOX_SIZE 65536

/* Makes an empty outbox in mem (len octets, at least MSK_OUTBOX_SIZE).
 * MSK_ERR_ARGUMENT, MSK_ERR_SPACE. */
MSK_API int msk_outbox_init(struct msk_outbox **outbox, void *mem, size_t len);

/* Hands out the next effect, in order. True: *effect is filled; its views are
 * good until the outbox is used for another call. False: there is none. */
MSK_API bool msk_outbox_next(struct msk_outbox *outbox,
                             struct msk_bmsc_effect *effect);

/* --- the BM-SC ----------------------------------------------------------- */

struct msk_bmsc;

enum msk_ack_mode {
    MSK_ACK_ALL = 0, /* ask for an acknowledgement of every MSK */
    MSK_ACK_NONE = 1,
    MSK_ACK_SAMPLED = 2 /* of one in ack_sample, chosen at random */
};

/*
 * Asked for each Key Group that a request names, when the UE is not a member
 * yet. Returns the status for that item: 200 grants it; 403; 503 ...; or
 * MSK_PENDING (1): the question is open, the request is called again with
 * the answer known. user: of the call.
 */
typedef int msk_bmsc_authorise(void *user,
                               const struct msk_subscriber *subscriber,
                               const struct msk_key_id *id);

/* The record of a Key Group, or NULL: there is no such group. Good until the
 * next question for one. user: of the call. */
typedef const struct msk_key_group *
msk_bmsc_find_group(void *user, const uint8_t domain[3], uint16_t group);

/* Calls take for service number i = 0, 1, ... the Key Groups of a service ID,
 * or return 0 when there are no more: registration names services. */
typedef size_t msk_bmsc_service_groups(void *user, struct msk_bytes service,
                                       struct msk_key_id *ids, size_t cap);

/* Read once; what the pointers point to stays good. Zero in a number means
 * the default. Without xml, nonce_key or find_group there is no HTTP:
 * msk_bmsc_http returns MSK_ERR_STATE. authorise NULL: only members are
 * granted anything. service_groups NULL: registration names no group. */
struct msk_bmsc_config {
    size_t size; /* sizeof(struct msk_bmsc_config) */
    enum msk_layout layout;
    enum msk_ext_position ext;
    struct msk_bytes fqdn; /* copied */
    const struct msk_crypto *crypto;
    const struct msk_random *random;
    const struct msk_xml *xml;
    struct msk_bytes nonce_key; /* 16..64 octets, copied; same on all nodes */
    bool registration;          /* of services is required; KEYID */
    uint32_t qop, algorithms;   /* as digest.h */
    enum msk_ack_mode acks;
    uint32_t ack_sample;
    msk_time retry;    /* first retransmission; 2000, then doubled */
    uint32_t retries;  /* at most; 4 */
    bool accept_pad64; /* as struct msk_expected */
    msk_bmsc_authorise *authorise;
    msk_bmsc_find_group *find_group;
    msk_bmsc_service_groups *service_groups;
};

#define MSK_BMSC_SIZE 1024

/* Makes a BM-SC in mem (len octets, at least MSK_BMSC_SIZE), constant from
 * then on. MSK_ERR_ARGUMENT, MSK_ERR_SPACE. */
MSK_API int msk_bmsc_init(const struct msk_bmsc **bmsc, void *mem, size_t len,
                          const struct msk_bmsc_config *config);

/* Clears its memory, when no thread uses it any more. */
MSK_API void msk_bmsc_wipe(void *mem, size_t len);

/*
 * The calls. user is handed to the functions of the configuration. On any
 * error the outbox is empty and the record is to be thrown away, as after a
 * conflict. MSK_ERR_CRYPTO, MSK_ERR_RANDOM, MSK_ERR_ARGUMENT; MSK_ERR_SPACE:
 * the outbox.
 */

/*
 * Answers an HTTP request. subscriber: the record of the B-TID that
 * msk_digest_server_btid reads from it; NULL: there is none. peer: where the
 * UE takes pushes, at most MSK_PEER_MAX octets: source address, MIKEY port.
 * The outbox holds the answer and then the pushes that follow from it.
 * MSK_PENDING: authorise said so; the outbox is empty.
 * Change request 6.3.2.2.1; TS 33.246 6.3.2.1A, 6.3.2.1B, 6.3.2.4.
 */
MSK_API int msk_bmsc_http(const struct msk_bmsc *bmsc, void *user,
                          struct msk_subscriber *subscriber,
                          const struct msk_http_request *request,
                          struct msk_bytes peer, msk_time now,
                          struct msk_outbox *outbox);

/* The B-TID of a datagram that claims to be an acknowledgement, to load its
 * record; a view into message. Errors of msk_message_read. */
MSK_API int msk_bmsc_ack_btid(const struct msk_bmsc *bmsc,
                              struct msk_bytes message, struct msk_bytes *btid);

/* Takes an acknowledgement, and sends what waited for it. MSK_ERR_NOT_MINE: no delivery is open that it
 * fits; MSK_ERR_MAC; then the record is unchanged. */
MSK_API int msk_bmsc_ack(const struct msk_bmsc *bmsc,
                         struct msk_subscriber *subscriber,
                         struct msk_bytes message, msk_time now,
                         struct msk_outbox *outbox);

/*
 * Pushes the current MSK of the group to the subscriber; older deliveries of
 * the group end. With acknowledgements one MSK message is under way at a
 * time, others wait for msk_bmsc_timer. MSK_ERR_REFUSED: not a member;
 * MSK_ERR_STATE: no address is known; MSK_ERR_LIMIT: too many deliveries.
 * An expired MUK turns it into a pull. TS 33.246 6.3.2.3.1.
 */
MSK_API int msk_bmsc_push(const struct msk_bmsc *bmsc,
                          struct msk_subscriber *subscriber,
                          const struct msk_key_group *group, msk_time now,
                          struct msk_outbox *outbox);

/* Makes the UE ask for the current MSK of the group. Errors as push. A pull
 * is exempt from back-off in the UE: pace them. TS 33.246 6.3.2.2.4. */
MSK_API int msk_bmsc_pull(const struct msk_bmsc *bmsc,
                          struct msk_subscriber *subscriber,
                          const struct msk_key_group *group, msk_time now,
                          struct msk_outbox *outbox);

/* Does what is due for the record: retransmits with a new counter, gives up,
 * sends what waited. */
MSK_API int msk_bmsc_timer(const struct msk_bmsc *bmsc, void *user,
                           struct msk_subscriber *subscriber, msk_time now,
                           struct msk_outbox *outbox);

/*
 * Makes the next MTK message of the group into buf: a new MTK ID and counter
 * out of what msk_key_group_reserve reserved and the host committed. salt:
 * 14 octets for streaming, else empty. MSK_ERR_STATE: nothing is reserved,
 * reserve or rekey; MSK_ERR_SPACE. TS 33.246 6.3.3.
 */
MSK_API int msk_bmsc_mtk(const struct msk_bmsc *bmsc,
                         struct msk_key_group *group, struct msk_bytes mtk,
                         struct msk_bytes salt, uint8_t *buf, size_t cap,
                         size_t *len, uint16_t *mtk_id);

/* A token bucket that keeps pushes and pulls from coming all at once. */
struct msk_pacer {
    uint32_t per_second; /* tokens; at least 1 */
    uint32_t burst;      /* at least 1 */
    uint64_t level;      /* internal: thousandths of a token */
    msk_time last;       /* internal */
};

/* Starts full. */
MSK_API void msk_pacer_init(struct msk_pacer *pacer, uint32_t per_second,
                            uint32_t burst, msk_time now);

/* 0: go, a token was taken. Else: milliseconds until there is one. */
MSK_API msk_time msk_pacer_take(struct msk_pacer *pacer, msk_time now);

/* The slot of a subscriber in a period of that many milliseconds: the same
 * for each run, spread evenly over subscribers. period 0: 0. */
MSK_API msk_time msk_pacer_slot(struct msk_bytes btid, msk_time period);

#ifdef __cplusplus
}
#endif

#endif
