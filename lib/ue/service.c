/* SPDX-License-Identifier: MIT */
#include "ue/service.h"

#include <string.h>

#include "base/octets.h"
#include "ue/group.h"
#include "ue/holding.h"

size_t
msk_ue_service_find(const struct msk_ue *ue, struct msk_bytes id)
{
    size_t i = 0;

    while (i < ue->n_services &&
           (ue->services[i].state == MSK_SERVICE_FREE ||
            !msk_octets_are(id, ue->services[i].id, ue->services[i].id_len)))
        i++;
    return i;
}

size_t
msk_ue_service_slot(const struct msk_ue *ue, struct msk_bytes id)
{
    size_t i = msk_ue_service_find(ue, id);

    if (i < ue->n_services)
        return i;
    for (i = 0; i < ue->n_services; i++)
        if (ue->services[i].state == MSK_SERVICE_FREE)
            break;
    return i;
}

size_t
msk_ue_service_flow(const struct msk_ue *ue, size_t i, struct msk_bytes id)
{
    size_t f = 0;

    while (msk_ue_flows_next(ue, i, MSK_UE_ANY, &f) &&
           !msk_octets_are(id, ue->flows[f].id, ue->flows[f].id_len))
        f++;
    return f;
}

/* A group that a flow names: there already, or new. */
static size_t
stage_group(struct msk_ue *ue, const struct msk_flow *flow)
{
    size_t g = msk_ue_group_find(ue, flow->group.domain, flow->group.group);

    if (g == ue->n_groups)
        g = msk_ue_group_take(ue, flow->group.domain, flow->group.group);
    if (g < ue->n_groups) {
        msk_ue_holding_step(ue, &ue->groups[g], MSK_HOLDING_NAMED);
    }
    return g;
}

/* The slot of a flow that the service has in that group, or a free one. */
static size_t
flow_slot(const struct msk_ue *ue, size_t i, size_t g, struct msk_bytes id)
{
    size_t room = ue->n_flows;

    for (size_t f = 0; f < ue->n_flows; f++) {
        const struct msk_ue_flow *flow = &ue->flows[f];
        bool taken = flow->live || flow->next;

        if (taken && flow->service == i && flow->group == g &&
            msk_octets_are(id, flow->id, flow->id_len))
            return f;
        if (!taken && room == ue->n_flows)
            room = f;
    }
    return room;
}

static int
stage_flow(struct msk_ue *ue, size_t i, const struct msk_flow *flow)
{
    size_t g = stage_group(ue, flow), f;
    struct msk_ue_flow *slot;

    if (g == ue->n_groups)
        return MSK_ERR_LIMIT;
    f = flow_slot(ue, i, g, flow->id);
    if (f == ue->n_flows)
        return MSK_ERR_LIMIT;
    slot = &ue->flows[f];
    slot->next = true;
    slot->service = (uint8_t)i;
    slot->group = (uint8_t)g;
    slot->id_len = (uint8_t)flow->id.n;
    memcpy(slot->id, flow->id.p, flow->id.n);
    return MSK_OK;
}

int
msk_ue_service_stage(struct msk_ue *ue, size_t i,
                     const struct msk_service *service)
{
    int err = MSK_OK;

    for (size_t f = 0; err == MSK_OK && f < service->n_flows; f++)
        err = stage_flow(ue, i, &service->flows[f]);
    return err;
}

static enum msk_ue_holding_event
fate_of(const struct msk_ue *ue, size_t g)
{
    uint8_t told = ue->groups[g].terms;

    if (!msk_ue_flows_any(ue, MSK_UE_ANY, g))
        return told != MSK_UE_UNTOLD ? MSK_HOLDING_UNNEEDED : MSK_HOLDING_VOID;
    return told == (uint8_t)msk_ue_group_require(ue, g) ? MSK_HOLDING_FITS
                                                        : MSK_HOLDING_DIFFERS;
}

/* The flows have changed: a group that none needs any more is to be forgotten,
 * and the MGV-F is to be told where the terms of another one are not those that
 * it has. Both stay to be done until they are. */
static void
settle_groups(struct msk_ue *ue)
{
    for (size_t g = 0; g < ue->n_groups; g++) {
        struct msk_ue_group *group = &ue->groups[g];

        if (!msk_ue_group_is_used(group) || msk_ue_holding_ends(group))
            continue;
        if (!msk_ue_flows_any(ue, MSK_UE_ANY, g))
            msk_ue_group_drop(ue, group);
        msk_ue_holding_step(ue, group, fate_of(ue, g));
    }
}

static void
commit_flows(struct msk_ue *ue, size_t i)
{
    for (size_t f = 0; f < ue->n_flows; f++)
        if (ue->flows[f].service == i) {
            ue->flows[f].live = ue->flows[f].next;
            ue->flows[f].next = false;
        }
    settle_groups(ue);
}

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

        if (!msk_ue_flows_any(ue, i, g))
            continue;
        if (replan)
            msk_ue_group_step(ue, group, MSK_GROUP_PLAN);
        if (ue->services[i].state == MSK_SERVICE_JOINED && msk_ue_asks(ue) &&
            !group->got && (!was_on || !group->started))
            msk_ue_group_step(ue, group, MSK_GROUP_NEED);
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
    was_on = msk_ue_flows_any(ue, i, MSK_UE_ANY);
    replan = was_on &&
             (service->terms.offset_time != ue->work.terms.offset_time ||
              service->terms.random_period != ue->work.terms.random_period);
    service->terms = ue->work.terms;
    commit_flows(ue, i);
    msk_ue_service_step(ue, i,
                        ue->registers ? MSK_SERVICE_START : MSK_SERVICE_JOIN);
    step_groups_of_new(ue, i, was_on, replan);
    return true;
}

void
msk_ue_service_undo(struct msk_ue *ue)
{
    for (size_t f = 0; f < ue->n_flows; f++)
        ue->flows[f].next = false;
    settle_groups(ue);
}

void
msk_ue_service_keep(struct msk_ue *ue)
{
    for (size_t i = 0; i < ue->n_services; i++) {
        bool looking = false;

        for (size_t f = 0; msk_ue_flows_next(ue, i, MSK_UE_ANY, &f); f++)
            looking |=
                ue->groups[ue->flows[f].group].state == MSK_GROUP_LOOKING;
        ue->services[i].lost = ue->services[i].lost && looking;
    }
}

void
msk_ue_service_leave(struct msk_ue *ue, size_t i, enum msk_reason reason,
                     const struct msk_key_id *group)
{
    struct msk_ue_service *service = &ue->services[i];

    service->left = (uint8_t)reason;
    service->left_for = *group;
    for (size_t f = 0; f < ue->n_flows; f++)
        if (ue->flows[f].service == i)
            ue->flows[f].live = false;
    msk_ue_service_step(ue, i, MSK_SERVICE_STOP);
    settle_groups(ue);
}
