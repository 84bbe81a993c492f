/* SPDX-License-Identifier: MIT */
#include "ue/exchange.h"

#include <string.h>

#include "base/secret.h"
#include "ue/group.h"
#include "ue/machine.h"
#include "ue/service.h"
#include "ue/timer.h"

/* What a cell says; the state after it is in exchange_next. */
enum exchange_action {
    XA_SEND = MSK_ACTION_KEEP + 1, /* hand the request out */
    XA_ASK,                        /* ask for keys; waits stand still */
    XA_HOLD,                       /* begin the pause; waits stand still */
    XA_RESUME,                     /* hand it out; waits go on */
    XA_DROP,                       /* waits go on */
    XA_END                         /* it is over */
};

static const uint8_t exchange_next[] = {
    [XA_SEND] = MSK_EXCHANGE_SENT,  [XA_ASK] = MSK_EXCHANGE_KEYS,
    [XA_HOLD] = MSK_EXCHANGE_PAUSE, [XA_RESUME] = MSK_EXCHANGE_SENT,
    [XA_DROP] = MSK_EXCHANGE_IDLE,  [XA_END] = MSK_EXCHANGE_IDLE,
};

/* The answer to a request that nobody waits for any more is still awaited:
 * the host has one request under way, not two. */
/* clang-format off */
static const uint8_t exchange_table[1][MSK_EXCHANGE_EVENTS][MSK_PANEL] = {
    { /*                        idle       sent       keys       pause */
    [MSK_EXCHANGE_ASK]      = { XA_SEND,   0,         0,         0         },
    [MSK_EXCHANGE_LACK]     = { XA_ASK,    0,         0,         0         },
    [MSK_EXCHANGE_FAULT]    = { XA_HOLD,   0,         0,         0         },
    [MSK_EXCHANGE_REPEAT]   = { 0,         XA_SEND,   XA_RESUME, 0         },
    [MSK_EXCHANGE_RENEW]    = { 0,         XA_ASK,    0,         0         },
    [MSK_EXCHANGE_ANSWERED] = { 0,         XA_END,    0,         0         },
    [MSK_EXCHANGE_FAILED]   = { 0,         XA_END,    XA_DROP,   0         },
    [MSK_EXCHANGE_AFTER]    = { 0,         XA_HOLD,   0,         0         },
    [MSK_EXCHANGE_DUE]      = { 0,         0,         0,         XA_DROP   },
    [MSK_EXCHANGE_CANCEL]   = { 0,         0,         XA_DROP,   0         },
    },
};
/* clang-format on */

static const char *const exchange_states[MSK_EXCHANGE_STATES] = {
    "idle", "sent", "keys", "pause"
};

static const char *const exchange_events[MSK_EXCHANGE_EVENTS] = {
    "ask",      "lack",   "fault", "repeat", "renew",
    "answered", "failed", "after", "due",    "cancel"
};

const struct msk_machine msk_ue_exchange_machine = {
    .number = MSK_MACHINE_EXCHANGE,
    .name = "exchange",
    .n_states = MSK_EXCHANGE_STATES,
    .n_events = MSK_EXCHANGE_EVENTS,
    .cells = &exchange_table[0][0][0],
    .next = exchange_next,
    .states = exchange_states,
    .events = exchange_events,
};

/* The keys of the request serve to verify its answer, and nothing else. */
static void
forget_keys(struct msk_ue *ue)
{
    msk_secret_wipe(&ue->exchange.credentials, sizeof ue->exchange.credentials);
}

static void
send_request(struct msk_ue *ue)
{
    ue->outbox.tell |= MSK_TELL_HTTP;
    msk_timer_start(&ue->exchange.timer, ue->now, ue->answer_time);
}

static void
act_on_exchange(struct msk_ue *ue, enum exchange_action action)
{
    struct msk_ue_exchange *exchange = &ue->exchange;

    switch (action) {
    case XA_SEND: send_request(ue); break;
    case XA_ASK:
        ue->outbox.tell |= MSK_TELL_BOOTSTRAP;
        ue->outbox.bootstrap =
            exchange->authorised ? MSK_REASON_RENEGOTIATE : MSK_REASON_NO_KEYS;
        msk_timer_stop(&exchange->timer);
        exchange->held_since = ue->now;
        break;
    case XA_HOLD:
        msk_timer_start(&exchange->timer, ue->now, exchange->pause);
        exchange->held_since = ue->now;
        break;
    case XA_RESUME:
        msk_timers_resume(ue, exchange->held_since);
        send_request(ue);
        break;
    case XA_DROP:
        msk_timers_resume(ue, exchange->held_since);
        msk_timer_stop(&exchange->timer);
        break;
    case XA_END: msk_timer_stop(&exchange->timer); break;
    }
}

int
msk_ue_exchange_step(struct msk_ue *ue, enum msk_ue_exchange_event event)
{
    uint8_t action =
        msk_machine_step(ue, &msk_ue_exchange_machine, (uint8_t)event, NULL,
                         &ue->exchange.state);

    if (action == 0)
        return MSK_ERR_STATE;
    act_on_exchange(ue, (enum exchange_action)action);
    if (ue->exchange.state != MSK_EXCHANGE_SENT)
        forget_keys(ue);
    return MSK_OK;
}

static bool
is_group_asked(const struct msk_ue_group *group)
{
    return group->state == MSK_GROUP_ASKED ||
           group->state == MSK_GROUP_ANSWERED;
}

void
msk_ue_exchange_fail(struct msk_ue *ue, enum msk_reason reason, msk_time after)
{
    bool paused = after > 0 && ue->exchange.state == MSK_EXCHANGE_SENT;

    ue->exchange.pause = after;
    (void)msk_ue_exchange_step(ue, paused ? MSK_EXCHANGE_AFTER
                                          : MSK_EXCHANGE_FAILED);
    for (size_t i = 0; i < ue->n_groups; i++)
        if (is_group_asked(&ue->groups[i]))
            msk_ue_group_failed(ue, &ue->groups[i], reason, paused);
    for (size_t i = 0; i < ue->n_services; i++)
        if (ue->services[i].asked)
            msk_ue_service_failed(ue, i, reason, paused);
}

/* While a call is pending the host has not seen the request: the time for its
 * answer begins when it has. */
static bool
is_handed_out(const struct msk_ue *ue)
{
    return (ue->outbox.tell & MSK_TELL_HTTP) == 0;
}

bool
msk_ue_exchange_tick(struct msk_ue *ue)
{
    if (ue->exchange.state == MSK_EXCHANGE_SENT && !is_handed_out(ue))
        msk_timer_start(&ue->exchange.timer, ue->now, ue->answer_time);
    if (!msk_timer_due(&ue->exchange.timer, ue->now))
        return false;
    if (ue->exchange.state == MSK_EXCHANGE_SENT)
        msk_ue_exchange_fail(ue, MSK_REASON_UNREACHABLE, 0);
    else
        (void)msk_ue_exchange_step(ue, MSK_EXCHANGE_DUE);
    return true;
}

void
msk_ue_exchange_cancel(struct msk_ue *ue)
{
    bool wanted = false;

    if (ue->exchange.state != MSK_EXCHANGE_KEYS)
        return;
    for (size_t i = 0; i < ue->n_groups; i++)
        wanted |= is_group_asked(&ue->groups[i]);
    for (size_t i = 0; i < ue->n_services; i++)
        wanted |= ue->services[i].asked;
    if (!wanted)
        (void)msk_ue_exchange_step(ue, MSK_EXCHANGE_CANCEL);
}
