/* SPDX-License-Identifier: MIT */
/* bmsc/send.h - one MIKEY message to a UE, with the next counter of a MUK. */
#ifndef MSK_BMSC_SEND_H
#define MSK_BMSC_SEND_H

#include "bmsc/call.h"

/* Fills what the layout and the Key Group say of a message about one of its
 * MSKs. content says what it brings. */
void msk_send_describe(const struct msk_call *call,
                       const struct msk_group *group,
                       const struct msk_group_msk *msk,
                       enum msk_content_kind content,
                       struct msk_msk_message *m);

/*
 * Sends m to the UE under muk. last: the highest counter it may take.
 * MSK_ERR_STATE: the counter is used up; MSK_ERR_SPACE, MSK_ERR_CRYPTO.
 */
int msk_send(const struct msk_call *call, struct msk_bmsc_muk *muk,
             uint32_t last, struct msk_msk_message *m);

#endif
