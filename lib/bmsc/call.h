/* SPDX-License-Identifier: MIT */
/* bmsc/call.h - one call of the BM-SC: with all that belongs to it, whom it is
 * about, and what the host says to that. */
#ifndef MSK_BMSC_CALL_H
#define MSK_BMSC_CALL_H

#include "bmsc/bmsc.h"
#include "bmsc/bmsc_outbox.h"
#include "bmsc/key_group.h"
#include "bmsc/subscriber.h"

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

#endif
