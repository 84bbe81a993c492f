/* SPDX-License-Identifier: MIT */
/*
 * ue/leave.h - when a UE leaves (change request 6.3.2.2.1, decision 21): the
 * only place that says so, and when it is asked. What was not verified is
 * worth as much as silence.
 */
#ifndef MSK_UE_LEAVE_H
#define MSK_UE_LEAVE_H

#include "ue/session.h"

/* What was asked for the group failed, or did not come: it is asked once more,
 * or the MGV-F is looked at and the rule decides. */
void msk_leave_failed(struct msk_ue *ue, struct msk_ue_group *group);

/* The BM-SC said no, verified; or that no MSK is newer. */
void msk_leave_refused(struct msk_ue *ue, struct msk_ue_group *group);
void msk_leave_confirmed(struct msk_ue *ue, struct msk_ue_group *group);

/* Looked: an MSK of group g is held that MTKs can come under, or none is. */
void msk_leave_looked(struct msk_ue *ue, size_t g, bool good);

/* Leaves the services that need group g, if it is to be left, but for those
 * that may yet be registered. True: it was. */
bool msk_leave_group(struct msk_ue *ue, size_t g);

#endif
