/* SPDX-License-Identifier: MIT */
/* ue/missed.h - traffic that names an MSK (change request 6.3.2.2.3, decision
 * 22), and MSKs that the host asks for. */
#ifndef MSK_UE_MISSED_H
#define MSK_UE_MISSED_H

#include "ue/session.h"

/* The Key Group of a flow that an MKI of 6 octets names; which MSK is put into
 * ue->work.named. MSK_ERR_NOT_MINE: no such flow, or another group. */
int msk_missed_group(struct msk_ue *ue, struct msk_bytes service,
                     struct msk_bytes flow, struct msk_bytes mki,
                     struct msk_ue_group **group);

#endif
