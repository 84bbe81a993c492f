/* SPDX-License-Identifier: MIT */
#include "ue/leave.h"

#include "ue/service.h"

/*
 * "If the UE fails to get hold of the MSK or receives no confirmation that no
 * updated MSK is necessary or available at this time, then, unless the UE has
 * a still-valid, older MSK, the UE shall leave the MBMS user service."
 */
enum msk_leave
msk_leave_verdict(const struct msk_leave_facts *facts)
{
    if (facts->good && facts->confirmed)
        return MSK_LEAVE_REST;
    if (!facts->ended)
        return MSK_LEAVE_ASK;
    return facts->good ? MSK_LEAVE_STAY : MSK_LEAVE_LEAVE;
}

/* A service that was kept without registration, for an MSK that is used up
 * now, is registered anew first; where registration is under way its answer
 * decides: what failed was asked before. */
static void
leave_service(struct msk_ue *ue, size_t i, enum msk_reason reason,
              const struct msk_key_id *id)
{
    if (msk_ue_service_is_kept(ue, i))
        (void)msk_ue_service_step(ue, i, MSK_SERVICE_START);
    else if (!msk_ue_service_is_pending(ue, i))
        msk_ue_service_leave(ue, i, reason, id);
}

/* An MSK that came in time and was refused for its SP is why there is none. */
static enum msk_reason
reason_of(const struct msk_ue_group *group)
{
    if (group->barred && group->reason == MSK_REASON_PATIENCE)
        return MSK_REASON_POLICY;
    return (enum msk_reason)group->reason;
}

bool
msk_leave_group(struct msk_ue *ue, size_t g)
{
    struct msk_ue_group *group = &ue->groups[g];
    enum msk_reason reason = reason_of(group);
    struct msk_key_id id = group->id;

    if (!group->leave)
        return false;
    group->leave = false;
    for (size_t f = 0; f < ue->n_flows; f++)
        if (ue->flows[f].live && ue->flows[f].group == g)
            leave_service(ue, ue->flows[f].service, reason, &id);
    return true;
}
