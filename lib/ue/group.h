/* SPDX-License-Identifier: MIT */
/*
 * ue/group.h - what is asked and awaited for a Key Group (change request
 * 6.3.2.2; decisions 20 and 21).
 */
#ifndef MSK_UE_GROUP_H
#define MSK_UE_GROUP_H

#include "ue/machine.h"
#include "ue/session.h"

/* Decision 16: no MSK is necessary or available at this time. */
#define MSK_CODE_CONFIRMED 204

enum msk_ue_group_state {
    MSK_GROUP_REST = 0, /* nothing is asked */
    MSK_GROUP_BACKOFF,  /* to be asked for, but not yet */
    MSK_GROUP_READY,    /* to be asked for in the next request */
    MSK_GROUP_ASKED,    /* in the request under way */
    MSK_GROUP_ANSWERED, /* the same, and the MSK came before the answer */
    MSK_GROUP_WAIT,     /* granted: the MSK must come */
    MSK_GROUP_LOOKING,  /* it does not: is another one still good? */
    MSK_GROUP_STAY,     /* yes: until that is used up */
    MSK_GROUP_STATES
};

enum msk_ue_group_event {
    MSK_GROUP_NEED = 0,  /* a service or the host needs MSKs */
    MSK_GROUP_MISSED,    /* traffic is under an MSK that is not held */
    MSK_GROUP_PULL,      /* the BM-SC wants to be asked */
    MSK_GROUP_AWAIT,     /* registered: MSKs will be pushed */
    MSK_GROUP_PLAN,      /* the announcement has another back-off */
    MSK_GROUP_DUE,       /* the back-off is over */
    MSK_GROUP_SENT,      /* the request went out */
    MSK_GROUP_GRANTED,   /* it was granted */
    MSK_GROUP_DONE,      /* answered, and no MSK is to come */
    MSK_GROUP_CONFIRMED, /* the BM-SC says that no MSK is newer */
    MSK_GROUP_REFUSED,   /* the BM-SC said no */
    MSK_GROUP_RETRY,     /* it failed; it may be tried again */
    MSK_GROUP_SPENT,     /* the patience is used up */
    MSK_GROUP_LOST,      /* the service could not be registered */
    MSK_GROUP_MSK,       /* all that is wanted is held */
    MSK_GROUP_GOOD,      /* looked: an MSK is held that is still good */
    MSK_GROUP_NOTHING,   /* looked: none is */
    MSK_GROUP_DROP,      /* no service needs the group any more */
    MSK_GROUP_EVENTS
};

/* Index of a group; ue->n_groups: it is not there. */
size_t msk_ue_group_find(const struct msk_ue *ue, const uint8_t domain[3],
                         uint16_t group);

/* A group that a started service needs. NULL: none. */
struct msk_ue_group *msk_ue_group_of(const struct msk_ue *ue,
                                     const struct msk_key_id *id);

/* Is the slot taken? */
bool msk_ue_group_is_used(const struct msk_ue_group *group);

/* Takes a free slot; index as msk_ue_group_find. */
size_t msk_ue_group_take(struct msk_ue *ue, const uint8_t domain[3],
                         uint16_t group);

/* Does a service that is being started need it? */
bool msk_ue_group_staged(const struct msk_ue *ue, size_t i);

/* What must stay on: all that any such service has on. */
enum msk_require msk_ue_group_require(const struct msk_ue *ue, size_t i);

extern const struct msk_machine msk_ue_group_machine;

/* One step. Where the table has none nothing changes. */
void msk_ue_group_step(struct msk_ue *ue, struct msk_ue_group *group,
                       enum msk_ue_group_event event);

/* Wants an MSK by number, 0 the current one, if there is room. */
void msk_ue_group_want(struct msk_ue_group *group, uint16_t number);
bool msk_ue_group_has_room(struct msk_ue_group *group, uint16_t number);

/* Wants nothing any more; or, if it wants nothing, the current one. */
void msk_ue_group_want_nothing(struct msk_ue_group *group);
void msk_ue_group_want_something(struct msk_ue_group *group);

bool msk_ue_group_wants_any(const struct msk_ue_group *group);
bool msk_ue_group_wants_current(const struct msk_ue_group *group);

/* The result of a request for it is to be told. */
void msk_ue_want_tell(struct msk_ue_want *want, int code, bool confirmed,
                      enum msk_reason reason);

/* A 204 counts beside an MSK that is good: the text says no updated MSK
 * (decision 16). Tells what became of those that were doubted. */
void msk_ue_group_resolve_doubt(struct msk_ue_group *group, bool good);

/* An MSK of that number is held, and perhaps another one no more. */
void msk_ue_group_know(struct msk_ue_group *group, uint16_t number);
void msk_ue_group_forget(struct msk_ue_group *group, uint16_t number);

/* What is held now; what is held no more is to be told. */
void msk_ue_group_compare(struct msk_ue_group *group,
                          const struct msk_held *held);

/* The request under way ended without a verified answer, for that reason.
 * paused: the session waits as the server wishes; that attempt does not
 * count. */
void msk_ue_group_failed(struct msk_ue *ue, struct msk_ue_group *group,
                         enum msk_reason reason, bool paused);

/* It was answered; the codes are in the wants. after: the Retry-After that came
 * with them, or 0. True: the BM-SC said no, for the first time since an MSK
 * came; perhaps it has forgotten that the UE is registered. */
bool msk_ue_group_answered(struct msk_ue *ue, struct msk_ue_group *group,
                           msk_time after);

/* No service needs it any more. */
void msk_ue_group_drop(struct msk_ue *ue, struct msk_ue_group *group);

/* Its timer has run out: the back-off is over, or the MSK did not come. */
void msk_ue_group_waited(struct msk_ue *ue, struct msk_ue_group *group);

/* The patience for it is used up. */
void msk_ue_group_impatient(struct msk_ue *ue, struct msk_ue_group *group);

#endif
