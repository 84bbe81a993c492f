/* SPDX-License-Identifier: MIT */
/*
 * bmsc/bmsc_outbox.h - what a call wants done, and the room it works in. Octets
 * of messages, headers and bodies are laid into an arena one after the other.
 */
#ifndef MSK_BMSC_BMSC_OUTBOX_H
#define MSK_BMSC_BMSC_OUTBOX_H

#include "bmsc/subscriber.h"
#include "msk/bmsc.h"
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
