/* SPDX-License-Identifier: MIT */
/* bmsc/membership.h - how a UE comes to belong to a Key Group and how that
 * ends, with what the host is told of it. */
#ifndef MSK_BMSC_MEMBERSHIP_H
#define MSK_BMSC_MEMBERSHIP_H

#include "bmsc/call.h"

/* Makes the UE a member of the group, and says so if it was none.
 * MSK_ERR_LIMIT: of too many already; MSK_ERR_SPACE. */
int msk_membership_begin(const struct msk_call *call,
                         const struct msk_group_id *group,
                         struct msk_member **out);

/* Ends a membership; what is on its way is let go. MSK_ERR_SPACE. */
int msk_membership_end(const struct msk_call *call, struct msk_member *member,
                       enum msk_parted why);

/* An MSK of the group, or a pull in its place, was answered by nobody: without
 * registration that ends a membership in the end. MSK_ERR_SPACE. */
int msk_membership_silent(const struct msk_call *call,
                          const struct msk_group_id *group);

#endif
