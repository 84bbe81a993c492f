/* SPDX-License-Identifier: MIT */
/*
 * bmsc/call.h - one call of the BM-SC: with all that belongs to it, whom it is
 * about, what the host says to that, and the outbox with what it wants done.
 * Octets of messages, headers and bodies are laid into the arena of an outbox
 * one after the other, which is also the room that a call works in.
 */
#ifndef MSK_BMSC_CALL_H
#define MSK_BMSC_CALL_H

#include "bmsc/bmsc.h"
#include "bmsc/key_group.h"
#include "bmsc/subscriber.h"
#include "msk/body.h"

/* A request joins and leaves, or brings, no more than each group that a UE is
 * a member of, before and after: see also room for a message, below. */
#define MSK_OUTBOX_EFFECTS 448
/* Beside its messages a call without HTTP ends no more than all deliveries and
 * all memberships, and tells of an acknowledgement. */
#define MSK_OUTBOX_ENDS (MSK_DELIVERIES_MAX + MSK_SUBSCRIBER_GROUPS_MAX + 1)
#define MSK_OUTBOX_HEADERS 4
#define MSK_OUTBOX_ARENA 98304

struct msk_outbox_effect {
    enum msk_bmsc_effect_kind kind;
    enum msk_parted why;
    struct msk_bytes message;
    struct msk_key_id id;
};

/* Behind it in the same memory stand its effects, items and arena. */
struct msk_outbox {
    bool http;
    size_t n, next; /* effects, and the one to be handed out */
    size_t n_most;
    struct msk_outbox_effect *effect;
    uint8_t peer[MSK_PEER_MAX];
    size_t peer_n;
    struct msk_http_response response;
    struct msk_http_header header[MSK_OUTBOX_HEADERS];
    struct msk_body_item *item; /* of request and answer */
    size_t n_items;
    size_t used, cap; /* octets of the arena */
    uint8_t *arena;
};

struct msk_call {
    const struct msk_bmsc *bmsc;
    void *user;
    const struct msk_subscriber *subscriber; /* NULL: an unknown B-TID */
    struct msk_sub *sub;                     /* what is inside */
    msk_time now;
    struct msk_outbox *outbox;
    const struct msk_group *given; /* a Key Group that the caller brought */
    const struct msk_group *found; /* the last one that the host found */
    size_t n_first; /* deliveries that were asked for, in front of others */
};

/* Begins a call: empties the outbox, and gives it the address of the UE, whose
 * timers begin anew if the clock was set back. subscriber may be NULL.
 * MSK_ERR_ARGUMENT: bmsc or outbox is. */
int msk_call_begin(struct msk_call *call, const struct msk_bmsc *bmsc,
                   void *user, struct msk_subscriber *subscriber, msk_time now,
                   struct msk_outbox *outbox);

/* The Key Group of that name: the given one, or what the host finds, or
 * NULL. Good until the next question for another one. */
const struct msk_group *msk_call_group(struct msk_call *call,
                                       const struct msk_group_id *id);

/* The UE, which is none yet, becomes a member of the group, and the host is
 * told. MSK_ERR_LIMIT: of too many already; MSK_ERR_SPACE. */
int msk_call_join(const struct msk_call *call, const struct msk_group_id *group,
                  struct msk_member **out);

/* Ends a membership, and tells the host; what is on its way is let go.
 * MSK_ERR_SPACE. */
int msk_call_part(const struct msk_call *call, struct msk_member *member,
                  enum msk_parted why);

/* An MSK of the group, or a pull in its place, was answered by nobody: without
 * registration that ends a membership in the end. MSK_ERR_SPACE. */
int msk_call_unanswered(const struct msk_call *call,
                        const struct msk_group_id *group);

/*
 * May the UE have MSKs of the group? The host is asked, but without a hook only
 * members may. member: its membership; NULL: it is none. *code: 200: it may;
 * 204: it may, and there is no MSK for it; 403: it may not, and the membership
 * has ended; 503: it may not now. Once it may, it may for the rest of the call.
 * MSK_PENDING: the host does not know yet; MSK_ERR_SPACE. Decision 30.
 */
int msk_call_ask(const struct msk_call *call, const struct msk_group_id *group,
                 struct msk_member *member, int *code);

/* --- the outbox ----------------------------------------------------------- */

/* Empties it for a new call. */
void msk_outbox_start(struct msk_outbox *outbox);

/* What is left of the arena, to be written to; keep says how much was. */
uint8_t *msk_outbox_room(struct msk_outbox *outbox, size_t *cap);
struct msk_bytes msk_outbox_keep(struct msk_outbox *outbox, size_t n);

/* Copies octets into the arena. MSK_ERR_SPACE. */
int msk_outbox_copy(struct msk_outbox *outbox, struct msk_bytes octets,
                    struct msk_bytes *out);

/* Adds an effect; message may be empty. MSK_ERR_SPACE. */
int msk_outbox_add(struct msk_outbox *outbox, enum msk_bmsc_effect_kind kind,
                   const struct msk_key_id *id, struct msk_bytes message);

/* The same without a message, of an MSK of a group; 0: of the group. */
int msk_outbox_tell(struct msk_outbox *outbox, enum msk_bmsc_effect_kind kind,
                    const struct msk_group_id *group, uint16_t number);

/* Says why, of the effect that was added last. */
void msk_outbox_why(struct msk_outbox *outbox, enum msk_parted why);

/* Is there room for one more message, with what it brings about, and still for
 * an answer? Where not, what is owed waits for the next call. */
bool msk_outbox_has_room(const struct msk_outbox *outbox);

/* Adds a header to the answer. MSK_ERR_SPACE. */
int msk_outbox_header(struct msk_outbox *outbox, const char *name,
                      struct msk_bytes value);

/* Empties it when a call failed, so that nothing of it is done. */
int msk_outbox_end(struct msk_outbox *outbox, int err);

#endif
