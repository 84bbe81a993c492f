/* SPDX-License-Identifier: MIT */
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/machine.h"

#define CALM 1000       /* milliseconds between requests for a group */
#define DAMP_MAX 600000 /* and at most, between those that traffic leads to */

/*
 * TS 33.246 6.3.2.2 and the change request. In each state: what may come. An
 * MSK is taken in every state, also before the request for it was answered
 * (decision 11); what asks for more while a request is under way merges with
 * it (decision 20).
 */
static const struct msk_cell group_table[MSK_GROUP_STATES][MSK_GROUP_EVENTS] = {
    [MSK_GROUP_REST] = {
        [MSK_GROUP_NEED] = { MSK_GROUP_BEGIN, MSK_GROUP_BACKOFF },
        [MSK_GROUP_MISSED] = { MSK_GROUP_DAMP, MSK_GROUP_BACKOFF },
        [MSK_GROUP_PULL] = { MSK_GROUP_NOW, MSK_GROUP_BACKOFF },
        [MSK_GROUP_AWAIT] = { MSK_GROUP_HOPE, MSK_GROUP_WAIT },
        [MSK_GROUP_PLAN] = { MSK_GROUP_KEEP, MSK_GROUP_REST },
        [MSK_GROUP_LOST] = { MSK_GROUP_LOOK, MSK_GROUP_LOOKING },
        [MSK_GROUP_MSK] = { MSK_GROUP_KEEP, MSK_GROUP_REST },
        [MSK_GROUP_DROP] = { MSK_GROUP_END, MSK_GROUP_REST },
    },
    [MSK_GROUP_BACKOFF] = {
        [MSK_GROUP_NEED] = { MSK_GROUP_HASTEN, MSK_GROUP_BACKOFF },
        [MSK_GROUP_MISSED] = { MSK_GROUP_KEEP, MSK_GROUP_BACKOFF },
        [MSK_GROUP_PULL] = { MSK_GROUP_NOW, MSK_GROUP_BACKOFF },
        [MSK_GROUP_AWAIT] = { MSK_GROUP_KEEP, MSK_GROUP_BACKOFF },
        [MSK_GROUP_PLAN] = { MSK_GROUP_REPLAN, MSK_GROUP_BACKOFF },
        [MSK_GROUP_DUE] = { MSK_GROUP_KEEP, MSK_GROUP_READY },
        [MSK_GROUP_SPENT] = { MSK_GROUP_LOOK, MSK_GROUP_LOOKING },
        [MSK_GROUP_LOST] = { MSK_GROUP_KEEP, MSK_GROUP_BACKOFF },
        [MSK_GROUP_MSK] = { MSK_GROUP_END, MSK_GROUP_REST },
        [MSK_GROUP_DROP] = { MSK_GROUP_END, MSK_GROUP_REST },
    },
    [MSK_GROUP_READY] = {
        [MSK_GROUP_NEED] = { MSK_GROUP_KEEP, MSK_GROUP_READY },
        [MSK_GROUP_MISSED] = { MSK_GROUP_KEEP, MSK_GROUP_READY },
        [MSK_GROUP_PULL] = { MSK_GROUP_KEEP, MSK_GROUP_READY },
        [MSK_GROUP_AWAIT] = { MSK_GROUP_KEEP, MSK_GROUP_READY },
        [MSK_GROUP_PLAN] = { MSK_GROUP_KEEP, MSK_GROUP_READY },
        [MSK_GROUP_SENT] = { MSK_GROUP_COUNT, MSK_GROUP_ASKED },
        [MSK_GROUP_SPENT] = { MSK_GROUP_LOOK, MSK_GROUP_LOOKING },
        [MSK_GROUP_LOST] = { MSK_GROUP_KEEP, MSK_GROUP_READY },
        [MSK_GROUP_MSK] = { MSK_GROUP_END, MSK_GROUP_REST },
        [MSK_GROUP_DROP] = { MSK_GROUP_END, MSK_GROUP_REST },
    },
    [MSK_GROUP_ASKED] = {
        [MSK_GROUP_NEED] = { MSK_GROUP_KEEP, MSK_GROUP_ASKED },
        [MSK_GROUP_MISSED] = { MSK_GROUP_KEEP, MSK_GROUP_ASKED },
        [MSK_GROUP_PULL] = { MSK_GROUP_KEEP, MSK_GROUP_ASKED },
        [MSK_GROUP_PLAN] = { MSK_GROUP_KEEP, MSK_GROUP_ASKED },
        [MSK_GROUP_GRANTED] = { MSK_GROUP_HOPE, MSK_GROUP_WAIT },
        [MSK_GROUP_DONE] = { MSK_GROUP_END, MSK_GROUP_REST },
        [MSK_GROUP_CONFIRMED] = { MSK_GROUP_LOOK, MSK_GROUP_LOOKING },
        [MSK_GROUP_REFUSED] = { MSK_GROUP_LOOK, MSK_GROUP_LOOKING },
        [MSK_GROUP_RETRY] = { MSK_GROUP_AGAIN, MSK_GROUP_BACKOFF },
        [MSK_GROUP_SPENT] = { MSK_GROUP_LOOK, MSK_GROUP_LOOKING },
        [MSK_GROUP_LOST] = { MSK_GROUP_KEEP, MSK_GROUP_ASKED },
        [MSK_GROUP_MSK] = { MSK_GROUP_KEEP, MSK_GROUP_ANSWERED },
        [MSK_GROUP_DROP] = { MSK_GROUP_END, MSK_GROUP_REST },
    },
    [MSK_GROUP_ANSWERED] = {
        [MSK_GROUP_NEED] = { MSK_GROUP_KEEP, MSK_GROUP_ANSWERED },
        [MSK_GROUP_MISSED] = { MSK_GROUP_KEEP, MSK_GROUP_ANSWERED },
        [MSK_GROUP_PULL] = { MSK_GROUP_KEEP, MSK_GROUP_ANSWERED },
        [MSK_GROUP_PLAN] = { MSK_GROUP_KEEP, MSK_GROUP_ANSWERED },
        [MSK_GROUP_DONE] = { MSK_GROUP_END, MSK_GROUP_REST },
        [MSK_GROUP_LOST] = { MSK_GROUP_KEEP, MSK_GROUP_ANSWERED },
        [MSK_GROUP_MSK] = { MSK_GROUP_KEEP, MSK_GROUP_ANSWERED },
        [MSK_GROUP_DROP] = { MSK_GROUP_END, MSK_GROUP_REST },
    },
    [MSK_GROUP_WAIT] = {
        [MSK_GROUP_NEED] = { MSK_GROUP_KEEP, MSK_GROUP_WAIT },
        [MSK_GROUP_MISSED] = { MSK_GROUP_KEEP, MSK_GROUP_WAIT },
        [MSK_GROUP_PULL] = { MSK_GROUP_NOW, MSK_GROUP_BACKOFF },
        [MSK_GROUP_AWAIT] = { MSK_GROUP_KEEP, MSK_GROUP_WAIT },
        [MSK_GROUP_PLAN] = { MSK_GROUP_KEEP, MSK_GROUP_WAIT },
        [MSK_GROUP_DONE] = { MSK_GROUP_END, MSK_GROUP_REST },
        [MSK_GROUP_RETRY] = { MSK_GROUP_AGAIN, MSK_GROUP_BACKOFF },
        [MSK_GROUP_SPENT] = { MSK_GROUP_LOOK, MSK_GROUP_LOOKING },
        [MSK_GROUP_LOST] = { MSK_GROUP_KEEP, MSK_GROUP_WAIT },
        [MSK_GROUP_MSK] = { MSK_GROUP_END, MSK_GROUP_REST },
        [MSK_GROUP_DROP] = { MSK_GROUP_END, MSK_GROUP_REST },
    },
    [MSK_GROUP_LOOKING] = {
        [MSK_GROUP_NEED] = { MSK_GROUP_BEGIN, MSK_GROUP_BACKOFF },
        [MSK_GROUP_MISSED] = { MSK_GROUP_KEEP, MSK_GROUP_LOOKING },
        [MSK_GROUP_PULL] = { MSK_GROUP_NOW, MSK_GROUP_BACKOFF },
        [MSK_GROUP_AWAIT] = { MSK_GROUP_HOPE, MSK_GROUP_WAIT },
        [MSK_GROUP_PLAN] = { MSK_GROUP_KEEP, MSK_GROUP_LOOKING },
        [MSK_GROUP_DONE] = { MSK_GROUP_END, MSK_GROUP_REST },
        [MSK_GROUP_RETRY] = { MSK_GROUP_AGAIN, MSK_GROUP_BACKOFF },
        [MSK_GROUP_LOST] = { MSK_GROUP_KEEP, MSK_GROUP_LOOKING },
        [MSK_GROUP_MSK] = { MSK_GROUP_END, MSK_GROUP_REST },
        [MSK_GROUP_GOOD] = { MSK_GROUP_KEEP, MSK_GROUP_STAY },
        [MSK_GROUP_NOTHING] = { MSK_GROUP_LEAVE, MSK_GROUP_REST },
        [MSK_GROUP_DROP] = { MSK_GROUP_END, MSK_GROUP_REST },
    },
    [MSK_GROUP_STAY] = {
        [MSK_GROUP_NEED] = { MSK_GROUP_BEGIN, MSK_GROUP_BACKOFF },
        [MSK_GROUP_MISSED] = { MSK_GROUP_DAMP, MSK_GROUP_BACKOFF },
        [MSK_GROUP_PULL] = { MSK_GROUP_NOW, MSK_GROUP_BACKOFF },
        [MSK_GROUP_AWAIT] = { MSK_GROUP_HOPE, MSK_GROUP_WAIT },
        [MSK_GROUP_PLAN] = { MSK_GROUP_KEEP, MSK_GROUP_STAY },
        [MSK_GROUP_LOST] = { MSK_GROUP_KEEP, MSK_GROUP_STAY },
        [MSK_GROUP_MSK] = { MSK_GROUP_END, MSK_GROUP_REST },
        [MSK_GROUP_GOOD] = { MSK_GROUP_KEEP, MSK_GROUP_STAY },
        [MSK_GROUP_NOTHING] = { MSK_GROUP_BEGIN, MSK_GROUP_BACKOFF },
        [MSK_GROUP_DROP] = { MSK_GROUP_END, MSK_GROUP_REST },
    },
};

const struct msk_cell *
msk_ue_group_cell(enum msk_ue_group_state state, enum msk_ue_group_event event)
{
    return &group_table[state][event];
}

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
    (void)msk_ue_group_want(group, 0);
    msk_timer_start(&group->timer, ue->now, calm_left(ue, group));
}

/* Anybody can send traffic under an MSK that is not held. The next request
 * that it leads to must wait twice as long, until a new MSK comes. */
static void
damp(struct msk_ue *ue, struct msk_ue_group *group)
{
    msk_time interval = CALM;

    for (uint8_t i = 0; i < group->futile && interval < DAMP_MAX; i++)
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
             enum msk_ue_group_action action)
{
    switch (action) {
    case MSK_GROUP_KEEP: break;
    case MSK_GROUP_BEGIN: begin_asking(ue, group, calm_left(ue, group)); break;
    case MSK_GROUP_DAMP: begin_damped(ue, group); break;
    case MSK_GROUP_NOW: begin_now(ue, group); break;
    case MSK_GROUP_HASTEN: hasten(ue, group); break;
    case MSK_GROUP_REPLAN: plan(ue, group, calm_left(ue, group)); break;
    case MSK_GROUP_COUNT: count_group_attempt(ue, group); break;
    case MSK_GROUP_HOPE:
        msk_ue_group_want_something(group);
        msk_timer_start(&group->timer, ue->now, ue->wait);
        begin_patience(ue, group);
        break;
    case MSK_GROUP_AGAIN: again(ue, group); break;
    case MSK_GROUP_LOOK:
        (void)msk_ue_holding_step(ue, group, MSK_HOLDING_STIRRED);
        msk_ue_group_want_nothing(group);
        msk_timer_stop(&group->timer);
        if (group->ended)
            end_asking(group);
        break;
    case MSK_GROUP_END: end_asking(group); break;
    case MSK_GROUP_LEAVE:
        end_asking(group);
        group->leave = true;
        group->got = false;
        break;
    }
}

int
msk_ue_group_step(struct msk_ue *ue, struct msk_ue_group *group,
                  enum msk_ue_group_event event)
{
    const struct msk_cell *cell = &group_table[group->state][event];
    uint8_t action = msk_machine_step(
        ue, MSK_MACHINE_GROUP, cell, (uint8_t)event, &group->id, &group->state);

    if (action == 0)
        return MSK_ERR_STATE;
    act_on_group(ue, group, (enum msk_ue_group_action)action);
    return MSK_OK;
}

void
msk_ue_group_drop(struct msk_ue *ue, struct msk_ue_group *group)
{
    msk_ue_group_want_nothing(group);
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        group->want[i].asked = false;
    group->leave = false;
    group->barred = false;
    (void)msk_ue_group_step(ue, group, MSK_GROUP_DROP);
}
