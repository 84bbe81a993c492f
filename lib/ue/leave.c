/* SPDX-License-Identifier: MIT */
#include "ue/leave.h"

#include "ue/group.h"
#include "ue/service.h"

/* --- the rule ------------------------------------------------------------ */

/*
 * "If the UE fails to get hold of the MSK or receives no confirmation that no
 * updated MSK is necessary or available at this time, then, unless the UE has
 * a still-valid, older MSK, the UE shall leave the MBMS user service."
 *
 * Of a group whose current MSK was asked for and has not come. good: an MSK is
 * held that MTKs can come under. Returns what the group is told: DONE, all is
 * well; RETRY, ask again after a while; GOOD, stay until that MSK is used up;
 * NOTHING, leave.
 */
static enum msk_ue_group_event
leave_verdict(const struct msk_ue_group *group, bool good)
{
    if (good && group->confirmed)
        return MSK_GROUP_DONE;
    if (!group->ended)
        return MSK_GROUP_RETRY;
    return good ? MSK_GROUP_GOOD : MSK_GROUP_NOTHING;
}

/* --- when it is asked ---------------------------------------------------- */

/* What was granted and has not come, or not so that it could be taken, is given
 * up. */
static void
tell_in_vain(struct msk_ue_group *group)
{
    enum msk_reason reason =
        group->barred ? MSK_REASON_POLICY : MSK_REASON_NO_MSK;

    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->reason == MSK_REASON_NO_MSK && group->want[i].wanted)
            msk_ue_want_tell(&group->want[i], 0, false, reason);
}

/* No more is to be asked. */
static void
stop_asking(struct msk_ue *ue, struct msk_ue_group *group,
            enum msk_ue_group_event event, enum msk_reason reason)
{
    group->reason = (uint8_t)reason;
    group->confirmed = false;
    group->ended = true;
    msk_ue_group_step(ue, group, event);
}

/* It failed: once more, or is the leave rule next? That is for the current
 * MSK; without one that was asked for by its number a service can go on. */
void
msk_leave_failed(struct msk_ue *ue, struct msk_ue_group *group)
{
    if (msk_ue_group_wants_current(group)) {
        if (!msk_timer_due(&group->patience, ue->now)) {
            msk_ue_group_step(ue, group, MSK_GROUP_RETRY);
            return;
        }
        tell_in_vain(group);
        stop_asking(ue, group, MSK_GROUP_SPENT, MSK_REASON_PATIENCE);
    } else if (group->attempts < ue->attempts) {
        msk_ue_group_step(ue, group, MSK_GROUP_RETRY);
    } else {
        tell_in_vain(group);
        msk_ue_group_want_nothing(group);
        msk_ue_group_step(ue, group, MSK_GROUP_DONE);
    }
}

void
msk_leave_refused(struct msk_ue *ue, struct msk_ue_group *group)
{
    stop_asking(ue, group, MSK_GROUP_REFUSED, MSK_REASON_REFUSED);
}

void
msk_leave_confirmed(struct msk_ue *ue, struct msk_ue_group *group)
{
    group->confirmed = true;
    group->ended = msk_timer_due(&group->patience, ue->now);
    group->reason = MSK_REASON_PATIENCE;
    msk_ue_group_step(ue, group, MSK_GROUP_CONFIRMED);
}

/* Registration was given up while an older MSK was good: now it is not. */
static void
register_again(struct msk_ue *ue, size_t g)
{
    for (size_t f = 0; msk_ue_flows_next(ue, MSK_UE_ANY, g, &f); f++)
        if (ue->services[ue->flows[f].service].state == MSK_SERVICE_UNSURE)
            msk_ue_service_step(ue, ue->flows[f].service, MSK_SERVICE_START);
}

void
msk_leave_looked(struct msk_ue *ue, size_t g, bool good)
{
    struct msk_ue_group *group = &ue->groups[g];

    if (group->state == MSK_GROUP_STAY) {
        if (!good)
            register_again(ue, g);
        msk_ue_group_step(ue, group, good ? MSK_GROUP_GOOD : MSK_GROUP_NOTHING);
    } else if (group->state == MSK_GROUP_LOOKING) {
        msk_ue_group_resolve_doubt(group, good);
        msk_ue_group_step(ue, group, leave_verdict(group, good));
    }
}

/* --- how ----------------------------------------------------------------- */

/* A service that was kept without registration, for an MSK that is used up
 * now, is registered anew first; where registration is under way its answer
 * decides: what failed was asked before. */
static void
leave_service(struct msk_ue *ue, size_t i, enum msk_reason reason,
              const struct msk_key_id *id)
{
    if (msk_ue_service_is_kept(ue, i))
        msk_ue_service_step(ue, i, MSK_SERVICE_START);
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
    for (size_t f = 0; msk_ue_flows_next(ue, MSK_UE_ANY, g, &f); f++)
        leave_service(ue, ue->flows[f].service, reason, &id);
    return true;
}
