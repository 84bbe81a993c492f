/* SPDX-License-Identifier: MIT */
/*
 * ue/ue.h - the begin and the end of every public call. It enters, changes
 * what it is about, and settles: what that led to is done, until nothing is
 * left that can be done now; then the host is told.
 */
#ifndef MSK_UE_UE_H
#define MSK_UE_UE_H

#include "ue/session.h"

/*
 * Begins a public call: MSK_ERR_ARGUMENT (NULL), MSK_ERR_REENTRY,
 * MSK_ERR_BUSY. Takes note of the time; a step back re-bases all timers.
 */
int msk_ue_enter(struct msk_ue *ue, msk_time now);

/* Goes on with one that is pending; MSK_ERR_STATE: none is. */
int msk_ue_resume(struct msk_ue *ue, msk_time now);

/* Ends one that was refused and changed nothing. Returns err. */
int msk_ue_refuse(struct msk_ue *ue, int err);

/* Returns ue->work.verdict, or MSK_PENDING: a call of the MGV-F is pending,
 * and msk_ue_complete goes on from here. */
int msk_ue_settle(struct msk_ue *ue);

/* The same after a message, which concerns its Key Group alone: where nothing
 * is due, and no machine was stirred by it, nothing else is looked at. */
int msk_ue_settle_message(struct msk_ue *ue);

/* Ends a call that began with one of the MGV-F, which returned err. */
int msk_ue_finish(struct msk_ue *ue, int err);

/* When something is due, seen from now. */
msk_time msk_ue_next_due(const struct msk_ue *ue, msk_time now);

#endif
