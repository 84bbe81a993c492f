/* SPDX-License-Identifier: MIT */
#include "ue/group.h"
#include "ue/machine.h"
#include "ue/service.h"

#define KEPT_FIRST 60000 /* milliseconds before a kept one is tried again, */
#define KEPT_MAX 960000  /*   doubled each time, up to this */

/*
 * A service that was left while a request of it was under way is deregistered
 * after it, and one that was started again is registered after it:
 * else the BM-SC might see them in either order.
 */
static const struct msk_cell service_table[MSK_SERVICE_STATES][MSK_SERVICE_EVENTS] = {
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
        [MSK_SERVICE_SPENT] = { MSK_SERVICE_LOSE, MSK_SERVICE_UNSURE },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_BEGIN, MSK_SERVICE_LEAVING },
    },
    [MSK_SERVICE_REGISTERED] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_BEGIN, MSK_SERVICE_LEAVING },
    },
    [MSK_SERVICE_UNSURE] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_BEGIN, MSK_SERVICE_WANTS },
        [MSK_SERVICE_SENT] = { MSK_SERVICE_COUNT, MSK_SERVICE_REGISTERING },
        [MSK_SERVICE_STOP] = { MSK_SERVICE_BEGIN, MSK_SERVICE_LEAVING },
    },
    [MSK_SERVICE_QUITTING] = {
        [MSK_SERVICE_START] = { MSK_SERVICE_RENEW, MSK_SERVICE_REGISTERING },
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
    return &service_table[state][event];
}

bool
msk_ue_service_is_kept(const struct msk_ue *ue, size_t i)
{
    return ue->services[i].state == MSK_SERVICE_UNSURE && !ue->services[i].lost;
}

bool
msk_ue_service_is_pending(const struct msk_ue *ue, size_t i)
{
    uint8_t state = ue->services[i].state;

    return state == MSK_SERVICE_WANTS || state == MSK_SERVICE_REGISTERING ||
           state == MSK_SERVICE_LATER || state == MSK_SERVICE_AGAIN;
}

/* Does a service that is or may yet be registered need the group, so that its
 * MSK may come all the same? */
static bool
is_hoped_for(const struct msk_ue *ue, size_t group)
{
    for (size_t f = 0; msk_ue_flows_next(ue, MSK_UE_ANY, group, &f); f++) {
        size_t i = ue->flows[f].service;

        if (msk_ue_service_is_pending(ue, i) ||
            ue->services[i].state == MSK_SERVICE_REGISTERED)
            return true;
    }
    return false;
}

/* All groups of a service take a step; none is lost that another service has
 * or may get. */
static void
step_service_groups(struct msk_ue *ue, size_t i, enum msk_ue_group_event event)
{
    for (size_t g = 0; g < ue->n_groups; g++) {
        struct msk_ue_group *group = &ue->groups[g];
        bool concerned = msk_ue_flows_any(ue, i, g);

        if (event == MSK_GROUP_LOST) {
            concerned = concerned && !is_hoped_for(ue, g);
            group->ended |= concerned;
        }
        if (concerned && !(event == MSK_GROUP_AWAIT && group->got))
            (void)msk_ue_group_step(ue, group, event);
    }
}

static void
begin_service(struct msk_ue_service *service)
{
    service->attempts = 0;
    service->kept = 0;
    service->lost = false;
    msk_timer_stop(&service->timer);
    msk_timer_stop(&service->patience);
}

static void
count_service_attempt(struct msk_ue *ue, struct msk_ue_service *service)
{
    service->attempts++;
    msk_timer_stop(&service->timer);
    if (!service->patience.on && service->kept == 0)
        msk_timer_start(&service->patience, ue->now, ue->patience);
}

/* The patience does not count what the server wished for. */
static void
pause(struct msk_ue *ue, struct msk_ue_service *service)
{
    msk_time interval;

    msk_ue_try_roll(ue);
    interval = msk_ue_pause(ue, service->attempts);
    if (interval < service->after)
        interval = service->after;
    msk_timer_start(&service->timer, ue->now, interval);
    if (service->after > 0)
        msk_timer_extend(&service->patience, interval);
}

static void
lose_service(struct msk_ue *ue, struct msk_ue_service *service)
{
    msk_time base = KEPT_FIRST;

    msk_ue_try_roll(ue);
    for (uint8_t i = 0; i < service->kept && base < KEPT_MAX; i++)
        base *= 2;
    if (base < KEPT_MAX)
        service->kept++;
    service->lost = true;
    msk_timer_stop(&service->patience);
    msk_timer_start(&service->timer, ue->now, msk_ue_spread(ue, base, base));
}

static void
act_on_service(struct msk_ue *ue, size_t i, enum msk_ue_service_action action)
{
    struct msk_ue_service *service = &ue->services[i];

    switch (action) {
    case MSK_SERVICE_KEEP: break;
    case MSK_SERVICE_BEGIN: begin_service(service); break;
    case MSK_SERVICE_COUNT: count_service_attempt(ue, service); break;
    case MSK_SERVICE_RENEW:
        begin_service(service);
        count_service_attempt(ue, service);
        break;
    case MSK_SERVICE_PAUSE: pause(ue, service); break;
    case MSK_SERVICE_EXPECT:
        begin_service(service);
        step_service_groups(ue, i, MSK_GROUP_AWAIT);
        break;
    case MSK_SERVICE_LOSE:
        lose_service(ue, service);
        step_service_groups(ue, i, MSK_GROUP_LOST);
        break;
    case MSK_SERVICE_END: begin_service(service); break;
    }
}

int
msk_ue_service_step(struct msk_ue *ue, size_t i,
                    enum msk_ue_service_event event)
{
    struct msk_ue_service *service = &ue->services[i];
    const struct msk_cell *cell = &service_table[service->state][event];
    uint8_t action = msk_machine_step(ue, MSK_MACHINE_SERVICE, cell,
                                      (uint8_t)event, NULL, &service->state);

    if (action == 0)
        return MSK_ERR_STATE;
    act_on_service(ue, i, (enum msk_ue_service_action)action);
    return MSK_OK;
}
