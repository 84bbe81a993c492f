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
#include "msk/key_group.h"
#include "msk/mbms.h"
#include "msk/subscriber.h"
#include "msk/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- the outbox ---------------------------------------------------------- */

/* What the host is to do, or what has happened. */
enum msk_bmsc_effect_kind {
    MSK_BMSC_EFFECT_SEND_MIKEY = 1, /* message to peer */
    MSK_BMSC_EFFECT_SEND_HTTP = 2,  /* the answer to the request */
    MSK_BMSC_EFFECT_DELIVERED = 3,  /* the UE acknowledged the MSK id */
    MSK_BMSC_EFFECT_GAVE_UP = 4,    /* it never did */
    MSK_BMSC_EFFECT_JOINED = 5,     /* the UE became a member of a group */
    MSK_BMSC_EFFECT_PARTED = 6
};

/* Why a membership has ended. */
enum msk_parted {
    MSK_PARTED_LEFT = 1,   /* no service that the UE registered to uses it */
    MSK_PARTED_SILENT = 2, /* too many deliveries that nobody acknowledged */
    MSK_PARTED_REFUSED = 3 /* authorise said so */
};
struct msk_bmsc_effect {
    size_t size; /* sizeof(struct msk_bmsc_effect) */
    enum msk_bmsc_effect_kind kind;
    struct msk_bytes peer, message;           /* views into the outbox */
    const struct msk_http_response *response; /* HTTP */
    struct msk_key_id id;      /* the MSK; not of HTTP, JOINED, PARTED */
    struct msk_group_id group; /* its group, or that of JOINED, PARTED */
    enum msk_parted why;       /* PARTED */
};

/*
 * What a call wants done, after the record was committed. Its memory is the
 * caller's and is used anew by each call.
 */
struct msk_outbox;

/* What an outbox is for. */
struct msk_outbox_limits {
    size_t size;     /* sizeof(struct msk_outbox_limits) */
    size_t messages; /* MIKEY messages of one call, 1..MSK_OUTBOX_MESSAGES_MAX;
                        of more, what is due stays due at once */
    bool http;       /* for msk_bmsc_answer as well, which needs all there is */
};
enum { MSK_OUTBOX_MESSAGES_MAX = 64 };

/* Octets of an outbox for every call, and of one with such limits, a few
 * thousand for a push; 0 when they are out of range. */
enum { MSK_OUTBOX_SIZE = 131072 };
MSK_API size_t msk_outbox_size(const struct msk_outbox_limits *limits);

/* Makes an empty outbox in mem (len octets, at least msk_outbox_size(limits)),
 * which it points into. limits NULL: for every call, MSK_OUTBOX_SIZE.
 * MSK_ERR_ARGUMENT, MSK_ERR_SPACE. */
MSK_API int msk_outbox_init(struct msk_outbox **outbox, void *mem, size_t len,
                            const struct msk_outbox_limits *limits);

/* Hands out the next effect, in order. True: *effect is filled; its views are
 * good until the outbox is used for another call. False: there is none. */
MSK_API bool msk_outbox_next(struct msk_outbox *outbox,
                             struct msk_bmsc_effect *effect);

/* --- the BM-SC ----------------------------------------------------------- */

/* A BM-SC. Opaque; constant from msk_bmsc_init on. */
struct msk_bmsc;

/* Which MSK messages are to be acknowledged. */
enum msk_ack_mode {
    MSK_ACK_ALL = 0, /* ask for an acknowledgement of every MSK */
    MSK_ACK_NONE = 1,
    MSK_ACK_SAMPLED = 2 /* of one in ack_sample, chosen at random */
};

/* May a subscriber have the MSKs of a group now? */
enum msk_permission {
    MSK_PERMISSION_GRANTED = 1, /* yes: 200 */
    MSK_PERMISSION_NO_MSK = 2,  /* yes, but there is no MSK for this UE, and
                                   none is pushed: 204 */
    MSK_PERMISSION_REFUSED = 3, /* no, and a membership ends
                                   (MSK_PARTED_REFUSED): 403 */
    MSK_PERMISSION_NOT_NOW = 4, /* no, but a membership stays: 503 */
    MSK_PERMISSION_PENDING = 5  /* the question is open */
};

/*
 * May the subscriber have the MSKs of the group now? An answer holds for one
 * request or one message, so the host is asked, of members too, for each Key
 * Group that an MSK request names or that a service to be registered needs
 * (with registration, an MSK request of a UE that is no member is not worth a
 * question), and before each MSK message that goes out later; it may answer
 * from a cache. The item of a request then has the status above.
 * PENDING: a request or a push returns MSK_PENDING, and nothing has changed:
 * call it again when the answer is known. A message that has its turn in
 * another call waits for one more first interval, and the host is asked again
 * then; so it does after NOT_NOW, and what is none of these is taken for that.
 * user: of the call.
 */
typedef enum msk_permission
msk_bmsc_authorise_fn(void *user, const struct msk_subscriber *subscriber,
                      const struct msk_group_id *group);

/* The record of a Key Group, or NULL: there is none, and so no MSK. Good until
 * the next question for one. user: of the call. */
typedef const struct msk_key_group *
msk_bmsc_find_group_fn(void *user, const struct msk_group_id *group);

/* Writes the Key Groups of a service to ids, at most cap of them (as many as
 * one UE may be a member of), and returns how many there are; 0, more than cap,
 * or a group 0: there is no such service. user: of the call. */
typedef size_t msk_bmsc_service_groups_fn(void *user, struct msk_bytes service,
                                          struct msk_group_id *ids, size_t cap);

/* One step of a delivery; numbers and names as in doc/states.md. Names are
 * constant strings. */
struct msk_bmsc_trace {
    /* Grows at its end: the library makes it, the host reads it. */
    uint8_t state, event, next;
    struct msk_key_id id;
    const char *state_name, *event_name, *next_name;
};

/* Is an item answered with 204 when there is no MSK to send: a confirmation
 * that none is necessary or available? */
enum msk_confirm {
    MSK_CONFIRM_DEFAULT = 0, /* CSB: on; KEYID: off */
    MSK_CONFIRM_ON = 1,
    MSK_CONFIRM_OFF = 2 /* 503 instead */
};

/*
 * Read once; what the pointers point to stays good. Zero in a number means
 * the default. Without xml or nonce_key there is no HTTP: msk_bmsc_answer
 * returns MSK_ERR_STATE. authorise NULL: only members are granted anything.
 * service_groups NULL: there is no service to register.
 */
struct msk_bmsc_config {
    size_t size; /* sizeof(struct msk_bmsc_config) */
    enum msk_layout layout;
    enum msk_ext_position ext;
    uint8_t ext_type;      /* as mbms.h */
    struct msk_bytes fqdn; /* copied */
    const struct msk_crypto *crypto;
    const struct msk_random *random;
    const struct msk_xml *xml;
    struct msk_bytes nonce_key; /* 16..64 octets, copied; same on all nodes */
    bool registration; /* UEs register to services first, which is what they
                          do in KEYID unless told otherwise (ue.h), and
                          service_groups must be there. Else they are answered
                          with 501: the first MSK request makes a member. */
    uint32_t qop, algorithms; /* as digest.h */
    enum msk_ack_mode acks;
    uint32_t ack_sample;
    enum msk_confirm confirm;
    msk_time retry;      /* first retransmission; 2000, at most an hour; then */
                         /* doubled, each a quarter shorter or longer at */
                         /* random */
    uint32_t retries;    /* at most; 4, no more than 7 */
    uint32_t unanswered; /* without registration: deliveries in a row that */
                         /* nobody acknowledged end a membership; 3, at */
                         /* most 255 */
    bool accept_pad64;   /* as struct msk_expected */
    msk_bmsc_authorise_fn *authorise;
    msk_bmsc_find_group_fn *find_group; /* must be there */
    msk_bmsc_service_groups_fn *service_groups;
    /* For tools and tests; may be NULL. Nothing of the call may be called. */
    void (*trace)(void *user, const struct msk_bmsc_trace *step);
    /* What was sent and is not acknowledged keeps the next MSK message back
     * for so long, that none overtakes another; retry / 8, at most retry. */
    msk_time spacing;
    /* TS 33.246 6.3.1: nothing is pushed but what answers an MSK request. */
    bool never_push;
    /* The keys of UEs come from AKMA, not from GBA: the realm says so, which
     * is "3GPP-bootstrapping-akma@" and the name then (decision 38). */
    bool akma;
    /* MTK messages carry the RAND of their MSK, for UEs that got the MSK by the
     * control plane of 5G, without one (TS 33.501 W.4.1.2, decision 39). */
    bool mtk_rand;
};

/* Octets of memory for a BM-SC; and at run time, of the library that runs. */
enum { MSK_BMSC_SIZE = 1024 };
MSK_API size_t msk_bmsc_size(void);

/* Makes a BM-SC in mem (len octets, at least MSK_BMSC_SIZE), constant from
 * then on. MSK_ERR_ARGUMENT, MSK_ERR_SPACE. */
MSK_API int msk_bmsc_init(struct msk_bmsc **bmsc, void *mem, size_t len,
                          const struct msk_bmsc_config *config);

/* Clears it, when no thread uses it any more. NULL does nothing. */
MSK_API void msk_bmsc_wipe(struct msk_bmsc *bmsc);

/*
 * The calls. user is handed to the functions of the configuration. On any
 * error the outbox is empty and the record is to be thrown away, as after a
 * conflict. MSK_ERR_CRYPTO, MSK_ERR_RANDOM, MSK_ERR_ARGUMENT; MSK_ERR_SPACE:
 * the outbox, which may be none for this call.
 */

/*
 * Answers an HTTP request. subscriber: the record of the B-TID that
 * msk_digest_server_btid reads from it; NULL, or one of another B-TID: there is
 * none. peer: where the UE takes pushes, at most MSK_PEER_MAX octets: source
 * address, MIKEY port; empty: where it took them before. The outbox holds the
 * answer and then what follows from it, messages to be sent when the answer has
 * left. The record is to be committed whatever the answer says.
 * All MSKs that are granted are delivered in the order in which they were
 * asked for; a UE that asks for the current one gets that first and then the
 * next one, if there is one. Where there is no address an item gets 503; so
 * does a Key Group or service that there is no room for. MSK_PENDING: authorise
 * said so; the outbox is empty. MSK_ERR_STATE: the configuration has no HTTP.
 * Change request 6.3.2.2.1; TS 33.246 6.3.2.1A, 6.3.2.1B, 6.3.2.4.
 */
MSK_API int msk_bmsc_answer(const struct msk_bmsc *bmsc, void *user,
                            struct msk_subscriber *subscriber,
                            const struct msk_http_request *request,
                            struct msk_bytes peer, msk_time now,
                            struct msk_outbox *outbox);

/* The B-TID of a datagram that claims to be an acknowledgement, to load its
 * record; a view into message. Errors of msk_message_read. */
MSK_API int msk_bmsc_ack_btid(const struct msk_bmsc *bmsc,
                              struct msk_bytes message, struct msk_bytes *btid);

/* Takes an acknowledgement, and sends what waited for it. MSK_ERR_NOT_MINE:
 * no delivery is open that it fits; MSK_ERR_MAC; errors of msk_message_read. */
MSK_API int msk_bmsc_take_ack(const struct msk_bmsc *bmsc, void *user,
                              struct msk_subscriber *subscriber,
                              struct msk_bytes message, msk_time now,
                              struct msk_outbox *outbox);

/*
 * Pushes the current MSK of the group to the subscriber; deliveries of older
 * ones end, unless they were asked for by their number. With acknowledgements
 * one MSK message is under way at a time, others wait for msk_bmsc_timer.
 * authorise is asked: when it refuses, or says that there is no MSK, nothing is
 * pushed and MSK_OK is returned: commit the record. MSK_PENDING: it said so.
 * MSK_ERR_REFUSED: not a member, or not now; MSK_ERR_STATE: no address is
 * known, or never_push is set. An expired MUK, or one with a counter that is
 * nearly used up, turns it into a pull, which counts as a delivery that nobody
 * acknowledged. TS 33.246 6.3.2.3.1.
 */
MSK_API int msk_bmsc_push(const struct msk_bmsc *bmsc, void *user,
                          struct msk_subscriber *subscriber,
                          const struct msk_key_group *group, msk_time now,
                          struct msk_outbox *outbox);

/* The same with the MSK of the group in that role. The next one is pushed
 * ahead, hours before it becomes the current one, and does not end a delivery
 * of the current one; what was delivered of it stays so when it is switched to.
 * Errors as push; MSK_ERR_STATE: the group has no such MSK. */
MSK_API int msk_bmsc_push_msk(const struct msk_bmsc *bmsc, void *user,
                              struct msk_subscriber *subscriber,
                              const struct msk_key_group *group,
                              enum msk_key_group_role role, msk_time now,
                              struct msk_outbox *outbox);

/* Makes the UE ask for the current MSK of the group, under the last MUK that
 * it has shown. Errors as push, and MSK_ERR_STATE: the counter of that MUK is
 * used up. A pull is exempt from back-off in the UE: pace them. TS 33.246
 * 6.3.2.2.4. */
MSK_API int msk_bmsc_pull(const struct msk_bmsc *bmsc, void *user,
                          struct msk_subscriber *subscriber,
                          const struct msk_key_group *group, msk_time now,
                          struct msk_outbox *outbox);

/* Does what is due for the record: retransmits with a new counter, gives up,
 * sends what waited. What the outbox has no room for is due at once again. */
MSK_API int msk_bmsc_timer(const struct msk_bmsc *bmsc, void *user,
                           struct msk_subscriber *subscriber, msk_time now,
                           struct msk_outbox *outbox);

/* An MTK to be sent. */
struct msk_bmsc_mtk {
    size_t size;           /* sizeof(struct msk_bmsc_mtk) */
    struct msk_bytes key;  /* as long as the MSKs of the group */
    struct msk_bytes salt; /* 14 octets for streaming, else empty */
    uint16_t mtk_id;       /* set by the call */
};

/*
 * Makes the next MTK message of the group into buf: a new MTK ID, which *mtk
 * has then, and counter out of what msk_key_group_reserve reserved and the host
 * committed. MSK_ERR_STATE: nothing is reserved, reserve or rekey;
 * MSK_ERR_SPACE. TS 33.246 6.3.3.
 */
MSK_API int msk_bmsc_make_mtk(const struct msk_bmsc *bmsc,
                              struct msk_key_group *group,
                              struct msk_bmsc_mtk *mtk, uint8_t *buf,
                              size_t cap, size_t *len);

/* A token bucket that keeps pushes and pulls from coming all at once. */
struct msk_pacer {
    /* Frozen: a token bucket needs no more. */
    uint32_t per_second; /* tokens; at least 1 */
    uint32_t burst;      /* at least 1 */
    uint64_t level;      /* internal: thousandths of a token */
    msk_time last;       /* internal */
};

/* Starts full. */
MSK_API void msk_pacer_init(struct msk_pacer *pacer, uint32_t per_second,
                            uint32_t burst, msk_time now);

/* Takes a token. 0: go; else there is none for so many milliseconds. */
MSK_API msk_time msk_pacer_take(struct msk_pacer *pacer, msk_time now);

/* The slot of a subscriber in a period of that many milliseconds: the same
 * for each run, spread evenly over subscribers. period 0: 0. */
MSK_API msk_time msk_pacer_slot(struct msk_bytes btid, msk_time period);

#ifdef __cplusplus
}
#endif

#endif
