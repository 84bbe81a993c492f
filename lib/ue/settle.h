/* SPDX-License-Identifier: MIT */
/* ue/settle.h - the end of every public call: what it led to is done, until
 * nothing is left that can be done now; then the host is told. */
#ifndef MSK_UE_SETTLE_H
#define MSK_UE_SETTLE_H

#include "ue/session.h"

/* Returns ue->work.verdict, or MSK_PENDING: a call of the MGV-F is pending,
 * and msk_ue_complete goes on from here. */
int msk_ue_settle(struct msk_ue *ue);

/* When something is due, seen from now. */
msk_time msk_ue_next_due(const struct msk_ue *ue, msk_time now);

#endif
