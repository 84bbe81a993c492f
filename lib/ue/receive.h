/* SPDX-License-Identifier: MIT */
/*
 * ue/receive.h - what a MIKEY message means for the procedures: push, pull, a
 * stale MUK, an MTK under an MSK that is not held (change request 6.3.2.2.3,
 * 6.3.2.2.4, 6.3.2.3.1).
 */
#ifndef MSK_UE_RECEIVE_H
#define MSK_UE_RECEIVE_H

#include "ue/session.h"

/*
 * Is the message for the session? MSK_ERR_NOT_MINE: it is about a Key Group
 * that no started service of it names. The MGV-F may know the group from the
 * session of another BM-SC: a server trusted there is not trusted here
 * (decision 4). Keeps in ue->work.named which MSK it is about, for the case
 * that the MGV-F does not hold it or refuses it for its SP. Nothing of it is
 * verified. *read: it could be read, and m is what was; else the MGV-F says
 * what is wrong with it.
 */
int msk_receive_look(struct msk_ue *ue, struct msk_bytes message,
                     struct msk_message *m, bool *read);

/* The MGV-F is done with it. err: MSK_OK and *result, or its error. */
void msk_receive_end(struct msk_ue *ue, int err,
                     const struct msk_mgvf_result *result);

/* Traffic is under an MSK that is not held: ask, if it may. */
void msk_receive_missed(struct msk_ue *ue, const struct msk_key_id *id);

#endif
