/* SPDX-License-Identifier: MIT */
/*
 * ue/ue_outbox.h - what the host is to be told. It cannot overflow: each kind
 * has its one place, here or in the group or service that it is about, and a
 * call fills each place once at most. Public calls drain it last.
 */
#ifndef MSK_UE_UE_OUTBOX_H
#define MSK_UE_UE_OUTBOX_H

#include "ue/session.h"

/* Takes what is to be told of a message that the MGV-F has accepted. */
void msk_ue_outbox_message(struct msk_ue *ue,
                           const struct msk_mgvf_result *result);

/* The next effect; its pointers are good until the next call. False: none. */
bool msk_ue_outbox_take(struct msk_ue *ue, struct msk_ue_effect *effect);

/* Calls the hooks. */
void msk_ue_outbox_drain(struct msk_ue *ue);

/* Is anything in it? */
bool msk_ue_outbox_is_empty(const struct msk_ue *ue);

#endif
