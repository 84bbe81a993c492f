/* SPDX-License-Identifier: MIT */
#include "ue/adopt.h"

#include "ue/group.h"
#include "ue/holding.h"
#include "ue/service.h"

/* Are the groups of the service that is being started allowed? */
static bool
allows_all(const struct msk_ue *ue)
{
    for (size_t f = 0; f < ue->n_flows; f++)
        if (ue->flows[f].next &&
            msk_ue_holding_asks(&ue->groups[ue->flows[f].group]))
            return false;
    return true;
}

/* New groups are asked for at once where there is no registration; those
 * that are asked for already get the back-off of the new announcement. */
static void
step_groups_of_new(struct msk_ue *ue, size_t i, bool was_on, bool replan)
{
    for (size_t g = 0; g < ue->n_groups; g++) {
        struct msk_ue_group *group = &ue->groups[g];
        bool concerned = false;

        for (size_t f = 0; f < ue->n_flows; f++)
            concerned |= ue->flows[f].live && ue->flows[f].service == i &&
                         ue->flows[f].group == g;
        if (!concerned)
            continue;
        if (replan)
            (void)msk_ue_group_step(ue, group, MSK_GROUP_PLAN);
        if (ue->services[i].state == MSK_SERVICE_JOINED && msk_ue_asks(ue) &&
            !group->got && !(was_on && group->started))
            (void)msk_ue_group_step(ue, group, MSK_GROUP_NEED);
        group->started = true;
    }
}

bool
msk_ue_finish_start(struct msk_ue *ue)
{
    size_t i = ue->work.service;
    struct msk_ue_service *service = &ue->services[i];
    bool was_on, replan;

    if (!ue->work.starting || !allows_all(ue))
        return false;
    ue->work.starting = false;
    ue->work.started = true;
    was_on = msk_ue_service_is_on(ue, i);
    replan = was_on &&
             (service->terms.offset_time != ue->work.terms.offset_time ||
              service->terms.random_period != ue->work.terms.random_period);
    service->terms = ue->work.terms;
    msk_ue_service_commit(ue, i);
    (void)msk_ue_service_step(
        ue, i, ue->registers ? MSK_SERVICE_START : MSK_SERVICE_JOIN);
    step_groups_of_new(ue, i, was_on, replan);
    return true;
}
