/* SPDX-License-Identifier: MIT */
/*
 * ue/leave.h - when a UE leaves (change request 6.3.2.2.1, decision 21): the
 * only place that says so. What was not verified is not among the facts: it is
 * worth as much as silence.
 */
#ifndef MSK_UE_LEAVE_H
#define MSK_UE_LEAVE_H

#include "ue/session.h"

/* What is known of a Key Group whose current MSK was asked for, and has not
 * come. */
struct msk_leave_facts {
    bool good;      /* an MSK is held that MTKs can come under */
    bool confirmed; /* verified: there is none newer */
    bool ended;     /* no more is to be asked: the BM-SC said no, verified, or
                       the patience is used up */
};

enum msk_leave {
    MSK_LEAVE_REST, /* all is well */
    MSK_LEAVE_ASK,  /* ask again, after a while */
    MSK_LEAVE_STAY, /* until the MSK that is held is used up */
    MSK_LEAVE_LEAVE /* every service that needs the group */
};

enum msk_leave msk_leave_verdict(const struct msk_leave_facts *facts);

/* Leaves the services that need group g, if it is to be left, but for those
 * that may yet be registered. True: it was. */
bool msk_leave_group(struct msk_ue *ue, size_t g);

#endif
