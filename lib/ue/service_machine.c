/* SPDX-License-Identifier: MIT */
#include "ue/group.h"
#include "ue/machine.h"
#include "ue/service.h"

#define KEPT_FIRST 60000 /* milliseconds before a kept one is tried again, */
#define KEPT_MAX 960000  /*   doubled each time, up to this */

/* What a cell says; the state after it is in service_next. */
enum service_action {
    SA_KEEP = MSK_ACTION_KEEP, /* nothing */
    SA_JOIN,                   /* nothing */
    SA_QUIT,                   /* nothing */
    SA_AGAIN,                  /* nothing */
    SA_UNDO,                   /* nothing */
    SA_WANT,                   /* a new registration: no attempt yet */
    SA_ANEW,                   /* the same, of what the BM-SC may have */
    SA_COUNT,                  /* one attempt more */
    SA_PAUSE,                  /* before the next attempt */
    SA_RENEW,  /* the request under way is that of a new start */
    SA_EXPECT, /* its MSKs will be pushed */
    SA_LOSE,   /* its MSKs will not; again after a long while */
    SA_LEAVE,  /* a new deregistration: no attempt yet */
    SA_PART,   /* one attempt more */
    SA_LINGER, /* before the next attempt */
    SA_END     /* the slot is free */
};

static const uint8_t service_next[] = {
    [SA_KEEP] = MSK_SAME_STATE,           [SA_JOIN] = MSK_SERVICE_JOINED,
    [SA_QUIT] = MSK_SERVICE_QUITTING,     [SA_AGAIN] = MSK_SERVICE_AGAIN,
    [SA_UNDO] = MSK_SERVICE_PARTING,      [SA_WANT] = MSK_SERVICE_WANTS,
    [SA_ANEW] = MSK_SERVICE_LATER,        [SA_COUNT] = MSK_SERVICE_REGISTERING,
    [SA_PAUSE] = MSK_SERVICE_LATER,       [SA_RENEW] = MSK_SERVICE_REGISTERING,
    [SA_EXPECT] = MSK_SERVICE_REGISTERED, [SA_LOSE] = MSK_SERVICE_UNSURE,
    [SA_LEAVE] = MSK_SERVICE_LEAVING,     [SA_PART] = MSK_SERVICE_PARTING,
    [SA_LINGER] = MSK_SERVICE_LINGER,     [SA_END] = MSK_SERVICE_FREE,
};

/*
 * A service that was left while a request of it was under way is deregistered
 * after it, and one that was started again is registered after it:
 * else the BM-SC might see them in either order. WANTS is for what the BM-SC has
 * never heard of, or no more: stopped there, it needs no deregistration.
 */
/* clang-format off */
static const uint8_t service_table[3][MSK_SERVICE_EVENTS][MSK_PANEL] = {
    { /*                      free        joined      wants       registering */
    [MSK_SERVICE_JOIN]    = { SA_JOIN,    SA_KEEP,    0,          0          },
    [MSK_SERVICE_START]   = { SA_WANT,    0,          SA_KEEP,    SA_KEEP    },
    [MSK_SERVICE_SENT]    = { 0,          0,          SA_COUNT,   0          },
    [MSK_SERVICE_OK]      = { 0,          0,          0,          SA_EXPECT  },
    [MSK_SERVICE_REFUSED] = { 0,          0,          0,          SA_LOSE    },
    [MSK_SERVICE_RETRY]   = { 0,          0,          0,          SA_PAUSE   },
    [MSK_SERVICE_SPENT]   = { 0,          0,          0,          SA_LOSE    },
    [MSK_SERVICE_STOP]    = { 0,          SA_END,     SA_END,     SA_QUIT    },
    },
    { /*                      later       registered  unsure      quitting */
    [MSK_SERVICE_JOIN]    = { 0,          0,          0,          0          },
    [MSK_SERVICE_START]   = { SA_KEEP,    SA_ANEW,    SA_ANEW,    SA_RENEW   },
    [MSK_SERVICE_SENT]    = { SA_COUNT,   0,          SA_COUNT,   0          },
    [MSK_SERVICE_OK]      = { 0,          0,          0,          SA_LEAVE   },
    [MSK_SERVICE_REFUSED] = { 0,          0,          0,          SA_END     },
    [MSK_SERVICE_RETRY]   = { 0,          0,          0,          SA_LEAVE   },
    [MSK_SERVICE_SPENT]   = { SA_LOSE,    0,          0,          SA_LEAVE   },
    [MSK_SERVICE_STOP]    = { SA_LEAVE,   SA_LEAVE,   SA_LEAVE,   0          },
    },
    { /*                      leaving     parting     linger      again */
    [MSK_SERVICE_JOIN]    = { 0,          0,          0,          0          },
    [MSK_SERVICE_START]   = { SA_ANEW,    SA_AGAIN,   SA_ANEW,    SA_KEEP    },
    [MSK_SERVICE_SENT]    = { SA_PART,    0,          SA_PART,    0          },
    [MSK_SERVICE_OK]      = { 0,          SA_END,     0,          SA_WANT    },
    [MSK_SERVICE_REFUSED] = { 0,          SA_END,     0,          SA_WANT    },
    [MSK_SERVICE_RETRY]   = { 0,          SA_LINGER,  0,          SA_ANEW    },
    [MSK_SERVICE_SPENT]   = { 0,          SA_END,     0,          SA_ANEW    },
    [MSK_SERVICE_STOP]    = { 0,          0,          0,          SA_UNDO    },
    },
};
/* clang-format on */

static const char *const service_states[MSK_SERVICE_STATES] = {
    "free",   "joined",   "wants",   "registering", "later",  "registered",
    "unsure", "quitting", "leaving", "parting",     "linger", "again"
};

static const char *const service_events[MSK_SERVICE_EVENTS] = {
    "join", "start", "sent", "ok", "refused", "retry", "spent", "stop"
};

const struct msk_machine msk_ue_service_machine = {
    .number = MSK_MACHINE_SERVICE,
    .name = "service",
    .n_states = MSK_SERVICE_STATES,
    .n_events = MSK_SERVICE_EVENTS,
    .cells = &service_table[0][0][0],
    .next = service_next,
    .states = service_states,
    .events = service_events,
};

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
        if (concerned && (event != MSK_GROUP_AWAIT || !group->got))
            msk_ue_group_step(ue, group, event);
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
    for (uint8_t i = 0; i < service->kept; i++)
        base *= 2;
    if (base < KEPT_MAX)
        service->kept++;
    service->lost = true;
    msk_timer_stop(&service->patience);
    msk_timer_start(&service->timer, ue->now, msk_ue_spread(ue, base, base));
}

static void
act_on_service(struct msk_ue *ue, size_t i, enum service_action action)
{
    struct msk_ue_service *service = &ue->services[i];

    switch (action) {
    case SA_KEEP:
    case SA_JOIN:
    case SA_QUIT:
    case SA_AGAIN:
    case SA_UNDO: break;
    case SA_WANT:
    case SA_LEAVE:
    case SA_END: begin_service(service); break;
    case SA_ANEW:
        begin_service(service);
        msk_timer_start(&service->timer, ue->now, 0);
        break;
    case SA_COUNT:
    case SA_PART: count_service_attempt(ue, service); break;
    case SA_RENEW:
        begin_service(service);
        count_service_attempt(ue, service);
        break;
    case SA_PAUSE:
    case SA_LINGER: pause(ue, service); break;
    case SA_EXPECT:
        begin_service(service);
        step_service_groups(ue, i, MSK_GROUP_AWAIT);
        break;
    case SA_LOSE:
        lose_service(ue, service);
        step_service_groups(ue, i, MSK_GROUP_LOST);
        break;
    }
}

void
msk_ue_service_step(struct msk_ue *ue, size_t i,
                    enum msk_ue_service_event event)
{
    struct msk_ue_service *service = &ue->services[i];
    uint8_t action = msk_machine_step(ue, &msk_ue_service_machine,
                                      (uint8_t)event, NULL, &service->state);

    if (action != 0)
        act_on_service(ue, i, (enum service_action)action);
}
