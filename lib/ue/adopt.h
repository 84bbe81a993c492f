/* SPDX-License-Identifier: MIT */
/* ue/adopt.h - a service is started in two parts: its flows are laid aside,
 * then, when the MGV-F allows all of its groups, they are taken over. */
#ifndef MSK_UE_ADOPT_H
#define MSK_UE_ADOPT_H

#include "ue/session.h"

/* Takes over the service that is being started, if its groups are allowed.
 * False: there is none, or they are not yet. */
bool msk_ue_finish_start(struct msk_ue *ue);

#endif
