/* SPDX-License-Identifier: MIT */
#include "ue/group.h"
#include "ue/machine.h"
#include "ue/service.h"

/*
 * A service that was left while a request of it was under way is deregistered
 * behind it, and one that was started again is registered behind it: nobody
 * knows in which order the BM-SC would see them otherwise.
 */
static const struct msk_cell table[MSK_SERVICE_STATES][MSK_SERVICE_EVENTS] = {
    [MSK_SERVICE_FREE] = {
        [MSK_SERVICE_JOIN] = { MSK_SERVICE_KEEP, MSK_SERVICE_JOINED },
        [MSK_SERVICE_START] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
    },
    [MSK_SERVICE_JOINED] = {
        [MSK_SERVICE_JOIN] = { MSK_SERVICE_KEEP, MSK_SERVICE_JOINED },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_END, MSK_SERVICE_FREE },
    },
    [MSK_SERVICE_WANTS] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_KEEP, MSK_SERVICE_WANTS },
        [MSK_SERVICE_SENT] = { MSK_SERVICE_COUNT, MSK_SERVICE_REGISTERING },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_END, MSK_SERVICE_FREE },
    },
    [MSK_SERVICE_REGISTERING] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_KEEP, MSK_SERVICE_REGISTERING },
        [MSK_SERVICE_OK] = { MSK_SERVICE_EXPECT, MSK_SERVICE_REGISTERED },
        [MSK_SERVICE_REFUSED] = { MSK_SERVICE_LOSE, MSK_SERVICE_UNSURE },
        [MSK_SERVICE_RETRY] = { MSK_SERVICE_PAUSE, MSK_SERVICE_LATER },
        [MSK_SERVICE_SPENT] = { MSK_SERVICE_LOSE, MSK_SERVICE_UNSURE },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_KEEP, MSK_SERVICE_QUITTING },
    },
    [MSK_SERVICE_LATER] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_KEEP, MSK_SERVICE_LATER },
        [MSK_SERVICE_SENT] = { MSK_SERVICE_COUNT, MSK_SERVICE_REGISTERING },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_BEGIN, MSK_SERVICE_LEAVING },
    },
    [MSK_SERVICE_REGISTERED] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_BEGIN, MSK_SERVICE_LEAVING },
    },
    [MSK_SERVICE_UNSURE] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_BEGIN, MSK_SERVICE_LEAVING },
    },
    [MSK_SERVICE_QUITTING] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_KEEP, MSK_SERVICE_REGISTERING },
        [MSK_SERVICE_OK] = { MSK_SERVICE_BEGIN, MSK_SERVICE_LEAVING },
        [MSK_SERVICE_REFUSED] = { MSK_SERVICE_END, MSK_SERVICE_FREE },
        [MSK_SERVICE_RETRY] = { MSK_SERVICE_BEGIN, MSK_SERVICE_LEAVING },
        [MSK_SERVICE_SPENT] = { MSK_SERVICE_BEGIN, MSK_SERVICE_LEAVING },
    },
    [MSK_SERVICE_LEAVING] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_SENT] = { MSK_SERVICE_COUNT, MSK_SERVICE_PARTING },
    },
    [MSK_SERVICE_PARTING] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_KEEP, MSK_SERVICE_AGAIN },
        [MSK_SERVICE_OK] = { MSK_SERVICE_END, MSK_SERVICE_FREE },
        [MSK_SERVICE_REFUSED] = { MSK_SERVICE_END, MSK_SERVICE_FREE },
        [MSK_SERVICE_RETRY] = { MSK_SERVICE_PAUSE, MSK_SERVICE_LINGER },
        [MSK_SERVICE_SPENT] = { MSK_SERVICE_END, MSK_SERVICE_FREE },
    },
    [MSK_SERVICE_LINGER] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_SENT] = { MSK_SERVICE_COUNT, MSK_SERVICE_PARTING },
    },
    [MSK_SERVICE_AGAIN] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_KEEP, MSK_SERVICE_AGAIN },
        [MSK_SERVICE_OK] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_REFUSED] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_RETRY] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_SPENT] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_KEEP, MSK_SERVICE_PARTING },
    },
};

const struct msk_cell *
msk_ue_service_cell(enum msk_ue_service_state state,
                    enum msk_ue_service_event event)
{
    return &table[state][event];
}

/* Does a service that is or may yet be registered need the group, so that its
 * MSK may come all the same? */
static bool
is_hoped_for(const struct msk_ue *ue, size_t group)
{
    for (size_t f = 0; f < ue->n_flows; f++) {
        const struct msk_ue_flow *flow = &ue->flows[f];
        size_t i = flow->service;

        if (flow->live && flow->group == group &&
            (msk_ue_service_is_pending(ue, i) ||
             ue->services[i].state == MSK_SERVICE_REGISTERED))
            return true;
    }
    return false;
}

/* All groups of a service take a step; none is lost that another service has
 * or may get. */
static void
step_groups(struct msk_ue *ue, size_t i, enum msk_ue_group_event event)
{
    for (size_t g = 0; g < ue->n_groups; g++) {
        struct msk_ue_group *group = &ue->groups[g];
        bool concerned = false;

        for (size_t f = 0; f < ue->n_flows; f++)
            concerned |= ue->flows[f].live && ue->flows[f].service == i &&
                         ue->flows[f].group == g;
        if (event == MSK_GROUP_LOST)
            concerned = concerned && !is_hoped_for(ue, g);
        if (concerned && !(event == MSK_GROUP_AWAIT && group->got))
            (void)msk_ue_group_step(ue, group, event);
    }
}

static void
act(struct msk_ue *ue, size_t i, enum msk_ue_service_action action)
{
    struct msk_ue_service *service = &ue->services[i];
    int err = MSK_OK;

    switch (action) {
    case MSK_SERVICE_KEEP: break;
    case MSK_SERVICE_BEGIN:
        service->attempts = 0;
        service->lost = false;
        msk_timer_stop(&service->timer);
        break;
    case MSK_SERVICE_COUNT:
        service->attempts++;
        msk_timer_stop(&service->timer);
        break;
    case MSK_SERVICE_PAUSE:
        err = msk_ue_roll(ue);
        msk_timer_start(&service->timer, ue->now,
                        msk_ue_patience(ue, service->attempts));
        break;
    case MSK_SERVICE_EXPECT: step_groups(ue, i, MSK_GROUP_AWAIT); break;
    case MSK_SERVICE_LOSE:
        service->lost = true;
        step_groups(ue, i, MSK_GROUP_LOST);
        break;
    case MSK_SERVICE_END: msk_timer_stop(&service->timer); break;
    }
    if (ue->work.verdict == MSK_OK)
        ue->work.verdict = err;
}

int
msk_ue_service_step(struct msk_ue *ue, size_t i,
                    enum msk_ue_service_event event)
{
    struct msk_ue_service *service = &ue->services[i];
    const struct msk_cell *cell = &table[service->state][event];
    uint8_t action = msk_machine_step(ue, MSK_MACHINE_SERVICE, cell,
                                      (uint8_t)event, NULL, &service->state);

    if (action == 0)
        return MSK_ERR_STATE;
    act(ue, i, (enum msk_ue_service_action)action);
    return MSK_OK;
}
