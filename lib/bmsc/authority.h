/* SPDX-License-Identifier: MIT */
/* bmsc/authority.h - may a UE have the MSKs of a Key Group? The host is asked
 * for each request and each push (decision 30). */
#ifndef MSK_BMSC_AUTHORITY_H
#define MSK_BMSC_AUTHORITY_H

#include "bmsc/call.h"

/*
 * *code: 200: it may; 204: it may, and there is no MSK for it; 403: it may
 * not, and if it was a member it is none any more; 503: it may not now. Once it
 * may, it may for the rest of the call. MSK_PENDING: the host does not know
 * yet; MSK_ERR_SPACE.
 */
int msk_authority_ask(const struct msk_call *call,
                      const struct msk_group_id *group, int *code);

/* The same for an MSK that has its turn: not known yet is not now. */
int msk_authority_push(const struct msk_call *call,
                       const struct msk_group_id *group, int *code);

#endif
