/* SPDX-License-Identifier: MIT */
/*
 * ue/work.h - calls of the MGV-F. Each may be pending; so one is under way at
 * a time, and what it leads to stands in one place for both ways to end.
 *
 * SET_MUK, PROCESS and CHECK belong to the public call that makes them; the
 * others are flags of groups that msk_work_run finds.
 */
#ifndef MSK_UE_WORK_H
#define MSK_UE_WORK_H

#include "ue/session.h"

/* Makes a call that belongs to a public one. MSK_OK: it has ended, well or
 * not, and ue->work.verdict tells; MSK_PENDING. */
int msk_work_set_muk(struct msk_ue *ue, struct msk_bytes muk, uint64_t age);
int msk_work_process(struct msk_ue *ue, struct msk_bytes message);
int msk_work_check(struct msk_ue *ue, size_t group);

/* The call that is pending goes on. MSK_ERR_STATE: none is under that token;
 * MSK_PENDING: not done yet; MSK_OK: it has ended as above. */
int msk_work_complete(struct msk_ue *ue, uint32_t token, int result);

/* Makes the calls that groups wait for. True: at least one was made. *err:
 * MSK_OK or MSK_PENDING. */
bool msk_work_run(struct msk_ue *ue, int *err);

#endif
