/* SPDX-License-Identifier: MIT */
/*
 * ue/holding.h - the life of a Key Group in the MGV-F, as this session has to
 * see to it: is it to be allowed, looked at, or forgotten? Each state but FREE
 * and IN waits for one call of the MGV-F, which ue/work.c makes.
 */
#ifndef MSK_UE_HOLDING_H
#define MSK_UE_HOLDING_H

#include "ue/machine.h"
#include "ue/session.h"

enum msk_ue_holding_state {
    MSK_HOLDING_FREE = 0, /* the slot is not taken */
    MSK_HOLDING_ASK,      /* to be allowed, under the terms of now */
    MSK_HOLDING_BOTH,     /* the same, and to be looked at after that */
    MSK_HOLDING_IN,       /* allowed, under the terms of now */
    MSK_HOLDING_LOOK,     /* the same, and to be looked at: what is held? */
    MSK_HOLDING_LAST,     /* to be forgotten: what goes with it? */
    MSK_HOLDING_FORGET,   /* that is known; to be forgotten */
    MSK_HOLDING_STATES
};

enum msk_ue_holding_event {
    MSK_HOLDING_NAMED = 0, /* a flow of a new announcement names it */
    MSK_HOLDING_FITS,      /* needed, under the terms that were told */
    MSK_HOLDING_DIFFERS,   /* needed, under other terms */
    MSK_HOLDING_UNNEEDED,  /* not needed; the MGV-F was told of it */
    MSK_HOLDING_VOID,      /* not needed; the MGV-F was told nothing */
    MSK_HOLDING_STIRRED,   /* what is held may have changed */
    MSK_HOLDING_ALLOWED,   /* the MGV-F allows it */
    MSK_HOLDING_LOOKED,    /* what is held is known */
    MSK_HOLDING_LOST,      /* somebody else made the MGV-F forget it */
    MSK_HOLDING_COUNTED,   /* what goes with it is known */
    MSK_HOLDING_RECOUNT,   /* that may be another one now */
    MSK_HOLDING_FORGOTTEN, /* the MGV-F has forgotten it */
    MSK_HOLDING_EVENTS
};

extern const struct msk_machine msk_ue_holding_machine;

/* One step. Where the table has none nothing changes. */
void msk_ue_holding_step(struct msk_ue *ue, struct msk_ue_group *group,
                         enum msk_ue_holding_event event);

/* Is it to be allowed? */
bool msk_ue_holding_asks(const struct msk_ue_group *group);

/* Is it on its way out? */
bool msk_ue_holding_ends(const struct msk_ue_group *group);

/* The call that it waits for. */
enum msk_ue_job msk_ue_holding_job(const struct msk_ue_group *group);

#endif
