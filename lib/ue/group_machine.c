/* SPDX-License-Identifier: MIT */
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/machine.h"

#define CALM 1000       /* milliseconds between requests for a group */
#define DAMP_MAX 600000 /* and at most, between those that traffic leads to */

/* What a cell says; the state after it is in group_next. */
enum group_action {
    GA_KEEP = MSK_ACTION_KEEP, /* nothing */
    GA_READY,                  /* nothing */
    GA_EARLY,                  /* nothing */
    GA_STAY,                   /* nothing */
    GA_BEGIN,                  /* a new request, after the back-off */
    GA_DAMP,   /* the same, and not again too soon: by traffic */
    GA_NOW,    /* a new request without back-off */
    GA_JOIN,   /* the same, unless the one before brings its MSK */
    GA_HASTEN, /* the back-off without what traffic has added */
    GA_REPLAN, /* the back-off begins again */
    GA_COUNT,  /* one attempt more */
    GA_HOPE,   /* the wait for the MSK begins */
    GA_AGAIN,  /* the same request, after a longer back-off */
    GA_LOOK,   /* ask the MGV-F what is held */
    GA_END,    /* the request is over */
    GA_LEAVE   /* leave the services that need the group */
};

static const uint8_t group_next[] = {
    [GA_KEEP] = MSK_SAME_STATE,      [GA_READY] = MSK_GROUP_READY,
    [GA_EARLY] = MSK_GROUP_ANSWERED, [GA_STAY] = MSK_GROUP_STAY,
    [GA_BEGIN] = MSK_GROUP_BACKOFF,  [GA_DAMP] = MSK_GROUP_BACKOFF,
    [GA_NOW] = MSK_GROUP_BACKOFF,    [GA_HASTEN] = MSK_GROUP_BACKOFF,
    [GA_REPLAN] = MSK_GROUP_BACKOFF, [GA_COUNT] = MSK_GROUP_ASKED,
    [GA_HOPE] = MSK_GROUP_WAIT,      [GA_AGAIN] = MSK_GROUP_BACKOFF,
    [GA_LOOK] = MSK_GROUP_LOOKING,   [GA_END] = MSK_GROUP_REST,
    [GA_LEAVE] = MSK_GROUP_REST,     [GA_JOIN] = MSK_SAME_STATE,
};

/*
 * TS 33.246 6.3.2.2 and the change request. In each state: what may come. An
 * MSK is taken in every state, also before the request for it was answered
 * (decision 11); what asks for more while a request is under way merges with
 * it (decision 20).
 */
/* clang-format off */
static const uint8_t group_table[2][MSK_GROUP_EVENTS][MSK_PANEL] = {
    { /*                      rest       backoff    ready      asked */
    [MSK_GROUP_NEED]      = { GA_BEGIN,  GA_HASTEN, GA_KEEP,   GA_KEEP   },
    [MSK_GROUP_MISSED]    = { GA_DAMP,   GA_KEEP,   GA_KEEP,   GA_KEEP   },
    [MSK_GROUP_PULL]      = { GA_NOW,    GA_NOW,    GA_JOIN,   GA_JOIN   },
    [MSK_GROUP_AWAIT]     = { GA_HOPE,   GA_KEEP,   GA_KEEP,   0         },
    [MSK_GROUP_PLAN]      = { GA_KEEP,   GA_REPLAN, GA_KEEP,   GA_KEEP   },
    [MSK_GROUP_DUE]       = { 0,         GA_READY,  0,         0         },
    [MSK_GROUP_SENT]      = { 0,         0,         GA_COUNT,  0         },
    [MSK_GROUP_GRANTED]   = { 0,         0,         0,         GA_HOPE   },
    [MSK_GROUP_DONE]      = { 0,         0,         0,         GA_END    },
    [MSK_GROUP_CONFIRMED] = { 0,         0,         0,         GA_LOOK   },
    [MSK_GROUP_REFUSED]   = { 0,         0,         0,         GA_LOOK   },
    [MSK_GROUP_RETRY]     = { 0,         0,         0,         GA_AGAIN  },
    [MSK_GROUP_SPENT]     = { 0,         GA_LOOK,   GA_LOOK,   GA_LOOK   },
    [MSK_GROUP_LOST]      = { GA_LOOK,   GA_KEEP,   GA_KEEP,   GA_KEEP   },
    [MSK_GROUP_MSK]       = { GA_KEEP,   GA_END,    GA_END,    GA_EARLY  },
    [MSK_GROUP_GOOD]      = { 0,         0,         0,         0         },
    [MSK_GROUP_NOTHING]   = { 0,         0,         0,         0         },
    [MSK_GROUP_DROP]      = { GA_END,    GA_END,    GA_END,    GA_END    },
    },
    { /*                      answered   wait       looking    stay */
    [MSK_GROUP_NEED]      = { GA_KEEP,   GA_KEEP,   GA_BEGIN,  GA_BEGIN  },
    [MSK_GROUP_MISSED]    = { GA_KEEP,   GA_KEEP,   GA_KEEP,   GA_DAMP   },
    [MSK_GROUP_PULL]      = { GA_JOIN,   GA_NOW,    GA_NOW,    GA_NOW    },
    [MSK_GROUP_AWAIT]     = { 0,         GA_KEEP,   GA_HOPE,   GA_HOPE   },
    [MSK_GROUP_PLAN]      = { GA_KEEP,   GA_KEEP,   GA_KEEP,   GA_KEEP   },
    [MSK_GROUP_DUE]       = { 0,         0,         0,         0         },
    [MSK_GROUP_SENT]      = { 0,         0,         0,         0         },
    [MSK_GROUP_GRANTED]   = { 0,         0,         0,         0         },
    [MSK_GROUP_DONE]      = { GA_END,    GA_END,    GA_END,    0         },
    [MSK_GROUP_CONFIRMED] = { 0,         0,         0,         0         },
    [MSK_GROUP_REFUSED]   = { 0,         0,         0,         0         },
    [MSK_GROUP_RETRY]     = { 0,         GA_AGAIN,  GA_AGAIN,  0         },
    [MSK_GROUP_SPENT]     = { 0,         GA_LOOK,   0,         0         },
    [MSK_GROUP_LOST]      = { GA_KEEP,   GA_KEEP,   GA_KEEP,   GA_KEEP   },
    [MSK_GROUP_MSK]       = { GA_KEEP,   GA_END,    GA_END,    GA_END    },
    [MSK_GROUP_GOOD]      = { 0,         0,         GA_STAY,   GA_KEEP   },
    [MSK_GROUP_NOTHING]   = { 0,         0,         GA_LEAVE,  GA_BEGIN  },
    [MSK_GROUP_DROP]      = { GA_END,    GA_END,    GA_END,    GA_END    },
    },
};
/* clang-format on */

static const char *const group_states[MSK_GROUP_STATES] = {
    "rest", "backoff", "ready", "asked", "answered", "wait", "looking", "stay"
};

static const char *const group_events[MSK_GROUP_EVENTS] = {
    "need",  "missed",  "pull", "await",     "plan",    "due",
    "sent",  "granted", "done", "confirmed", "refused", "retry",
    "spent", "lost",    "msk",  "good",      "nothing", "drop"
};

const struct msk_machine msk_ue_group_machine = {
    .number = MSK_MACHINE_GROUP,
    .name = "group",
    .n_states = MSK_GROUP_STATES,
    .n_events = MSK_GROUP_EVENTS,
    .cells = &group_table[0][0][0],
    .next = group_next,
    .states = group_states,
    .events = group_events,
};

/* Where services differ in their back-off the UE may choose (TS 33.246
 * 6.3.2.1A): that of the first. */
static msk_time
backoff(struct msk_ue *ue, const struct msk_ue_group *group)
{
    size_t g = (size_t)(group - ue->groups), f = 0;
    const struct msk_ue_terms *terms;

    if (!msk_ue_flows_next(ue, MSK_UE_ANY, g, &f))
        return 0;
    terms = &ue->services[ue->flows[f].service].terms;
    return msk_ue_spread(ue, (msk_time)terms->offset_time * MSK_SECOND,
                         (msk_time)terms->random_period * MSK_SECOND);
}

static msk_time
left(const struct msk_timer *timer, msk_time now)
{
    msk_time at = msk_timer_at(timer, now);

    return at != MSK_NEVER && at > now ? at - now : 0;
}

/* Decision 20: no two requests for a group in one second. */
static msk_time
calm_left(const struct msk_ue *ue, const struct msk_ue_group *group)
{
    return left(&group->calm, ue->now);
}

/* Starts the back-off, of at least `least`. */
static void
plan(struct msk_ue *ue, struct msk_ue_group *group, msk_time least)
{
    msk_time interval;

    msk_ue_try_roll(ue);
    interval = backoff(ue, group);
    msk_timer_start(&group->timer, ue->now,
                    interval > least ? interval : least);
}

/* What was wanted before has come to an end. */
static void
end_asking(struct msk_ue_group *group)
{
    msk_timer_stop(&group->timer);
    msk_timer_stop(&group->patience);
    group->attempts = 0;
    group->provoked = false;
}

static void
begin_asking(struct msk_ue *ue, struct msk_ue_group *group, msk_time least)
{
    end_asking(group);
    group->barred = false;
    msk_ue_group_want_something(group);
    plan(ue, group, least);
}

/* A pull: no back-off. */
static void
begin_now(struct msk_ue *ue, struct msk_ue_group *group)
{
    end_asking(group);
    group->barred = false;
    msk_ue_group_want(group, 0);
    msk_timer_start(&group->timer, ue->now, calm_left(ue, group));
}

/* Will the request under way bring the current MSK? */
static bool
brings_current(const struct msk_ue_group *group)
{
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].number == 0 && group->want[i].asked &&
            group->want[i].wanted)
            return true;
    return false;
}

/* A pull is for the current MSK (decision 17): it goes into the request that
 * waits for its turn; or it is in the one under way, or comes after that. */
static void
join_request(struct msk_ue_group *group)
{
    if (group->state == MSK_GROUP_READY)
        msk_ue_group_want(group, 0);
    else
        group->pulled = !brings_current(group);
}

/* Anybody can send traffic under an MSK that is not held. The next request
 * that it leads to must wait twice as long, until a new MSK comes. */
static void
damp(struct msk_ue *ue, struct msk_ue_group *group)
{
    msk_time interval = CALM;

    for (uint8_t i = 0; i < group->futile; i++)
        interval *= 2;
    if (interval < DAMP_MAX)
        group->futile++;
    else
        interval = DAMP_MAX;
    msk_timer_start(&group->damp, ue->now, interval);
}

static void
begin_damped(struct msk_ue *ue, struct msk_ue_group *group)
{
    msk_time calm = calm_left(ue, group), damped = left(&group->damp, ue->now);

    begin_asking(ue, group, damped > calm ? damped : calm);
    group->provoked = true;
}

/* Strangers do not hold back what a service or the host needs. */
static void
hasten(struct msk_ue *ue, struct msk_ue_group *group)
{
    if (group->provoked)
        plan(ue, group, calm_left(ue, group));
    group->provoked = false;
}

static void
begin_patience(struct msk_ue *ue, struct msk_ue_group *group)
{
    if (!group->patience.on)
        msk_timer_start(&group->patience, ue->now, ue->patience);
}

static void
count_group_attempt(struct msk_ue *ue, struct msk_ue_group *group)
{
    group->attempts++;
    group->after = 0;
    msk_timer_stop(&group->timer);
    msk_timer_start(&group->calm, ue->now, CALM);
    if (group->provoked)
        damp(ue, group);
    group->provoked = false;
    begin_patience(ue, group);
}

/* The patience is for answers and MSKs: not for the time that the announcement
 * or the server told the UE to wait. */
static void
again(struct msk_ue *ue, struct msk_ue_group *group)
{
    msk_time pause, interval;

    msk_ue_try_roll(ue);
    msk_ue_group_want_something(group);
    pause = msk_ue_pause(ue, group->attempts);
    interval = backoff(ue, group) + pause;
    if (interval < group->after)
        interval = group->after;
    msk_timer_start(&group->timer, ue->now, interval);
    msk_timer_extend(&group->patience,
                     group->after > 0 ? interval : interval - pause);
}

static void
act_on_group(struct msk_ue *ue, struct msk_ue_group *group,
             enum group_action action)
{
    switch (action) {
    case GA_KEEP:
    case GA_READY:
    case GA_EARLY:
    case GA_STAY: break;
    case GA_BEGIN: begin_asking(ue, group, calm_left(ue, group)); break;
    case GA_DAMP: begin_damped(ue, group); break;
    case GA_NOW: begin_now(ue, group); break;
    case GA_JOIN: join_request(group); break;
    case GA_HASTEN: hasten(ue, group); break;
    case GA_REPLAN: plan(ue, group, calm_left(ue, group)); break;
    case GA_COUNT: count_group_attempt(ue, group); break;
    case GA_HOPE:
        msk_ue_group_want_something(group);
        msk_timer_start(&group->timer, ue->now, ue->wait);
        begin_patience(ue, group);
        break;
    case GA_AGAIN: again(ue, group); break;
    case GA_LOOK:
        msk_ue_holding_step(ue, group, MSK_HOLDING_STIRRED);
        msk_ue_group_want_nothing(group);
        msk_timer_stop(&group->timer);
        if (group->ended)
            end_asking(group);
        break;
    case GA_END: end_asking(group); break;
    case GA_LEAVE:
        end_asking(group);
        group->leave = true;
        group->got = false;
        break;
    }
}

void
msk_ue_group_step(struct msk_ue *ue, struct msk_ue_group *group,
                  enum msk_ue_group_event event)
{
    uint8_t action = msk_machine_step(ue, &msk_ue_group_machine, (uint8_t)event,
                                      &group->id, &group->state);

    if (action != 0)
        act_on_group(ue, group, (enum group_action)action);
}

void
msk_ue_group_drop(struct msk_ue *ue, struct msk_ue_group *group)
{
    msk_ue_group_want_nothing(group);
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        group->want[i].asked = false;
    group->leave = false;
    group->barred = false;
    group->pulled = false;
    msk_ue_group_step(ue, group, MSK_GROUP_DROP);
}
