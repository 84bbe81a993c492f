/* SPDX-License-Identifier: MIT */
#include "bmsc/delivery.h"

#include <string.h>

#include "base/random.h"
#include "bmsc/send.h"
#include "bmsc/timing.h"

/* --- what is done -------------------------------------------------------- */

typedef int action(const struct msk_call *call, struct msk_delivery *d,
                   const struct msk_group *group);

/* It waits, with the CSB ID that it keeps over retransmissions. Decision 11. */
static int
queue(const struct msk_call *call, struct msk_delivery *d,
      const struct msk_group *group)
{
    const struct msk_random *random = call->bmsc->config.random;
    uint8_t b[4];

    (void)group;
    if (random->fill(random->user, b, sizeof b) != 0)
        return MSK_ERR_RANDOM;
    d->csb_id = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
                (uint32_t)b[2] << 8 | b[3];
    if (call->bmsc->config.layout == MSK_LAYOUT_CSB)
        d->csb_id = d->group.group;
    d->set = d->due = call->now;
    return MSK_OK;
}

/* It is due at once. */
static int
hurry(const struct msk_call *call, struct msk_delivery *d,
      const struct msk_group *group)
{
    (void)group;
    d->set = d->due = call->now;
    return MSK_OK;
}

/* A quarter shorter or longer at random, so that the acknowledgements of many
 * UEs do not come all at once. */
static int
set_timer(const struct msk_call *call, struct msk_delivery *d)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;
    msk_time whole = msk_timing_interval(c->retry, d->n_sent), half = whole / 2;
    uint32_t jitter = 0;
    int err = msk_random_below(call->bmsc->config.random, (uint32_t)half + 1,
                               &jitter);

    d->set = call->now;
    d->due = call->now + whole - half / 2 + jitter;
    call->sub->flight = call->now + c->spacing;
    return err;
}

/* An MSK message with a new counter goes out. */
static int
send_msk_message(const struct msk_call *call, struct msk_delivery *d,
                 const struct msk_group *group)
{
    const struct msk_group_msk *msk = msk_group_find(group, d->number);
    struct msk_msk_message m;
    int err;

    msk_send_describe(call, group, msk, MSK_CONTENT_MSK, &m);
    m.csb_id = d->csb_id;
    m.v = d->v;
    err = msk_send(call, &call->sub->muk, MSK_COUNTER_LAST_MSK, &m);
    if (err != MSK_OK)
        return err;
    d->counter[d->n_sent++] = m.counter;
    return set_timer(call, d);
}

/* The UE has the MSK, and the MUK. */
static int
delivered(const struct msk_call *call, struct msk_delivery *d,
          const struct msk_group *group)
{
    struct msk_member *member = msk_sub_member(call->sub, &d->group);

    (void)group;
    if (member != NULL)
        member->unanswered = 0;
    if (!d->old_muk)
        call->sub->proven = true;
    return msk_outbox_tell(call->outbox, MSK_BMSC_EFFECT_DELIVERED, &d->group,
                           d->number);
}

/* Nobody answered. */
static int
give_up(const struct msk_call *call, struct msk_delivery *d,
        const struct msk_group *group)
{
    (void)group;
    return msk_outbox_tell(call->outbox, MSK_BMSC_EFFECT_GAVE_UP, &d->group,
                           d->number);
}

/* It waits for as long as for a first acknowledgement. */
static int
put_off_delivery(const struct msk_call *call, struct msk_delivery *d,
                 const struct msk_group *group)
{
    (void)group;
    d->set = call->now;
    d->due = call->now + call->bmsc->config.retry;
    return MSK_OK;
}

/* No effect. */
static int
nothing(const struct msk_call *call, struct msk_delivery *d,
        const struct msk_group *group)
{
    (void)call;
    (void)d;
    (void)group;
    return MSK_OK;
}

/* --- the machine --------------------------------------------------------- */

/* An empty cell: the event does not concern a delivery in that state. */
static const struct {
    action *run;
    enum msk_delivery_state then;
} delivery_table[MSK_DELIVERY_STATES][MSK_DELIVERY_EVENTS] = {
    [MSK_DELIVERY_FREE] = {
        [MSK_DELIVERY_PUSH] = { queue, MSK_DELIVERY_QUEUED },
    },
    [MSK_DELIVERY_QUEUED] = {
        [MSK_DELIVERY_PUSH] = { hurry, MSK_DELIVERY_QUEUED },
        [MSK_DELIVERY_TURN] = { send_msk_message, MSK_DELIVERY_SENT },
        [MSK_DELIVERY_TURN_PLAIN] = { send_msk_message, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_SPENT] = { give_up, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_ACK] = { delivered, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_NEWER] = { nothing, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_LATER] = { put_off_delivery, MSK_DELIVERY_QUEUED },
    },
    [MSK_DELIVERY_SENT] = {
        [MSK_DELIVERY_PUSH] = { hurry, MSK_DELIVERY_QUEUED },
        [MSK_DELIVERY_YIELD] = { nothing, MSK_DELIVERY_QUEUED },
        [MSK_DELIVERY_ACK] = { delivered, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_NEWER] = { nothing, MSK_DELIVERY_FREE },
    },
};

static void
trace(const struct msk_call *call, const struct msk_delivery *d, uint8_t state,
      uint8_t event, uint8_t next)
{
    struct msk_bmsc_trace step = { .state = state,
                                   .event = event,
                                   .next = next };

    memcpy(step.id.domain, d->group.domain, sizeof step.id.domain);
    step.id.group = d->group.group;
    step.id.number = d->number;
    if (call->bmsc->config.trace != NULL)
        call->bmsc->config.trace(call->user, &step);
}

int
msk_delivery_step(const struct msk_call *call, struct msk_delivery *d,
                  enum msk_delivery_event event, const struct msk_group *group)
{
    uint8_t state = d->state, next = (uint8_t)delivery_table[state][event].then;
    int err;

    if (delivery_table[state][event].run == NULL)
        return MSK_OK;
    err = delivery_table[state][event].run(call, d, group);
    if (err != MSK_OK)
        return err;
    d->state = next;
    trace(call, d, state, (uint8_t)event, next);
    return MSK_OK;
}
