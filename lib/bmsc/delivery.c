/* SPDX-License-Identifier: MIT */
#include "bmsc/delivery.h"

#include <string.h>

#include "base/secret.h"

/* --- messages ------------------------------------------------------------ */

/* What the layout and the Key Group say of a message about one of its MSKs.
 * content says what it brings. */
static void
describe_msk(const struct msk_call *call, const struct msk_group *group,
             const struct msk_group_msk *msk, enum msk_content_kind content,
             struct msk_msk_message *m)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;

    memset(m, 0, sizeof *m);
    m->size = sizeof *m;
    m->layout = c->layout;
    m->ext = c->ext;
    m->ext_type = c->ext_type;
    m->content = content;
    m->id = msk_group_id(group, msk);
    m->fqdn = c->fqdn;
    m->rand = (struct msk_bytes){ msk->rand, msk->rand_len };
    m->streaming = group->streaming;
    m->sp = (struct msk_bytes){ group->sp, group->sp_len };
    m->seq_low = msk_group_seq_low(msk);
    m->seq_high = msk->seq_high;
    if (content == MSK_CONTENT_MSK)
        m->key = (struct msk_bytes){ msk->key, group->key_len };
}

/* TS 33.246 6.4.3: one more for each message, also for one sent again. */
static int
take_counter(struct msk_bmsc_muk *muk, uint32_t last, uint32_t *counter)
{
    if (muk->has_counter && muk->counter >= last)
        return MSK_ERR_STATE;
    muk->counter = muk->has_counter ? muk->counter + 1 : 1;
    muk->has_counter = true;
    *counter = muk->counter;
    return MSK_OK;
}

/* Sends m to the UE under muk. last: the highest counter it may take.
 * MSK_ERR_STATE: there is no address, or the counter is used up. */
static int
send_message(const struct msk_call *call, struct msk_bmsc_muk *muk,
             uint32_t last, struct msk_msk_message *m)
{
    struct msk_bytes key = { muk->key, muk->key_len };
    struct msk_bytes message;
    size_t cap, n = 0;
    uint8_t *room = msk_outbox_room(call->outbox, &cap);
    int err;

    if (call->outbox->peer_n == 0)
        return MSK_ERR_STATE;
    err = take_counter(muk, last, &m->counter);
    m->btid = (struct msk_bytes){ muk->btid, muk->btid_len };
    if (err == MSK_OK)
        err = msk_msk_message_make(call->bmsc->config.crypto, key, m, room, cap,
                                   &n);
    if (err != MSK_OK)
        return err;
    message = msk_outbox_keep(call->outbox, n);
    return msk_outbox_add(call->outbox, MSK_BMSC_EFFECT_SEND_MIKEY, &m->id,
                          message);
}

/* --- messages without an MSK --------------------------------------------- */

/* Change request 6.3.2.2.4. Under the MUK that the UE certainly has: the one
 * before the last rebind, until the UE has shown the new one. */
int
msk_delivery_pull(const struct msk_call *call, const struct msk_group *group)
{
    struct msk_sub *sub = call->sub;
    struct msk_bmsc_muk *muk =
        !sub->proven && sub->old.btid_len > 0 ? &sub->old : &sub->muk;
    struct msk_msk_message m;
    int err;

    describe_msk(call, group, msk_group_current(group), MSK_CONTENT_PULL, &m);
    err = msk_random_below(call->bmsc->config.random, UINT32_MAX, &m.csb_id);
    return err == MSK_OK ? send_message(call, muk, MSK_COUNTER_LAST, &m) : err;
}

int
msk_delivery_instead(const struct msk_call *call, const struct msk_group *group)
{
    const struct msk_group_id id = group->id; /* it may be gone then */
    int err = msk_delivery_pull(call, group);

    if (err == MSK_OK || err == MSK_ERR_STATE)
        err = msk_call_unanswered(call, &id);
    return err;
}

static int
invalidate(const struct msk_call *call, const struct msk_group *group,
           const struct msk_group_msk *msk)
{
    struct msk_msk_message m;
    int err;

    describe_msk(call, group, msk, MSK_CONTENT_VALIDITY, &m);
    m.seq_low = 1;
    m.seq_high = 0;
    err = msk_random_below(call->bmsc->config.random, UINT32_MAX, &m.csb_id);
    return err == MSK_OK
               ? send_message(call, &call->sub->muk, MSK_COUNTER_LAST_MSK, &m)
               : err;
}

/* TS 33.246 6.3.2.1B: SEQl above SEQu ends the use of an MSK. */
int
msk_delivery_invalidate(const struct msk_call *call,
                        const struct msk_group *group)
{
    int err = MSK_OK;

    for (size_t i = 0; err == MSK_OK && i < MSK_ROLES; i++)
        if (group->msk[i].number != 0 && msk_outbox_has_room(call->outbox))
            err = invalidate(call, group, &group->msk[i]);
    return err;
}

/* --- what is done -------------------------------------------------------- */

/* It waits, with the CSB ID that it keeps over retransmissions. Decision 11. */
static int
queue(const struct msk_call *call, struct msk_delivery *d)
{
    const struct msk_random *random = call->bmsc->config.random;
    uint8_t b[4];

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
hurry(const struct msk_call *call, struct msk_delivery *d)
{
    d->set = d->due = call->now;
    return MSK_OK;
}

/* A quarter shorter or longer at random, so that the acknowledgements of many
 * UEs do not come all at once. */
static int
set_timer(const struct msk_call *call, struct msk_delivery *d)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;
    msk_time whole = msk_sub_interval(c->retry, d->n_sent), half = whole / 2;
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

    describe_msk(call, group, msk, MSK_CONTENT_MSK, &m);
    m.csb_id = d->csb_id;
    m.v = d->v;
    err = send_message(call, &call->sub->muk, MSK_COUNTER_LAST_MSK, &m);
    if (err != MSK_OK)
        return err;
    d->counter[d->n_sent++] = m.counter;
    return set_timer(call, d);
}

/* The UE has the MSK, and the MUK. */
static int
delivered(const struct msk_call *call, struct msk_delivery *d)
{
    struct msk_member *member = msk_sub_member(call->sub, &d->group);

    if (member != NULL)
        member->unanswered = 0;
    if (!d->old_muk)
        call->sub->proven = true;
    return msk_outbox_tell(call->outbox, MSK_BMSC_EFFECT_DELIVERED, &d->group,
                           d->number);
}

/* Nobody answered. */
static int
give_up(const struct msk_call *call, struct msk_delivery *d)
{
    return msk_outbox_tell(call->outbox, MSK_BMSC_EFFECT_GAVE_UP, &d->group,
                           d->number);
}

/* It waits for as long as for a first acknowledgement. */
static int
put_off_delivery(const struct msk_call *call, struct msk_delivery *d)
{
    d->set = call->now;
    d->due = call->now + call->bmsc->config.retry;
    return MSK_OK;
}

/* --- the machine --------------------------------------------------------- */

/* What a cell says; the state after it is in delivery_next. */
enum delivery_action {
    DA_QUEUE = 1, /* it waits, with the CSB ID that it keeps */
    DA_HURRY,     /* it is due at once */
    DA_SEND,      /* an MSK message with a new counter goes out */
    DA_LAST,      /* the same, and nothing is to come back */
    DA_WAIT,      /* it waits for another turn */
    DA_LATER,     /* it waits for as long as for a first acknowledgement */
    DA_DONE,      /* the UE has the MSK, and the MUK */
    DA_GIVE_UP,   /* nobody answered */
    DA_DROP       /* it is over */
};

static const uint8_t delivery_next[] = {
    [DA_QUEUE] = MSK_DELIVERY_QUEUED, [DA_HURRY] = MSK_DELIVERY_QUEUED,
    [DA_SEND] = MSK_DELIVERY_SENT,    [DA_LAST] = MSK_DELIVERY_FREE,
    [DA_WAIT] = MSK_DELIVERY_QUEUED,  [DA_LATER] = MSK_DELIVERY_QUEUED,
    [DA_DONE] = MSK_DELIVERY_FREE,    [DA_GIVE_UP] = MSK_DELIVERY_FREE,
    [DA_DROP] = MSK_DELIVERY_FREE,
};

/* An empty cell, 0: the event does not concern a delivery in that state. */
/* clang-format off */
static const uint8_t delivery_table[1][MSK_DELIVERY_EVENTS][3] = {
    { /*                          free      queued      sent     */
    [MSK_DELIVERY_PUSH]       = { DA_QUEUE, DA_HURRY,   DA_HURRY },
    [MSK_DELIVERY_TURN]       = { 0,        DA_SEND,    0        },
    [MSK_DELIVERY_TURN_PLAIN] = { 0,        DA_LAST,    0        },
    [MSK_DELIVERY_YIELD]      = { 0,        0,          DA_WAIT  },
    [MSK_DELIVERY_SPENT]      = { 0,        DA_GIVE_UP, 0        },
    [MSK_DELIVERY_ACK]        = { 0,        DA_DONE,    DA_DONE  },
    [MSK_DELIVERY_NEWER]      = { 0,        DA_DROP,    DA_DROP  },
    [MSK_DELIVERY_LATER]      = { 0,        DA_LATER,   0        },
    },
};
/* clang-format on */

static const char *const delivery_states[MSK_DELIVERY_STATES] = { "free",
                                                                  "queued",
                                                                  "sent" };

static const char *const delivery_events[MSK_DELIVERY_EVENTS] = {
    "push", "turn", "turn plain", "yield", "spent", "ack", "newer", "later"
};

static int
act_on_delivery(const struct msk_call *call, struct msk_delivery *d,
                enum delivery_action action, const struct msk_group *group)
{
    switch (action) {
    case DA_QUEUE: return queue(call, d);
    case DA_HURRY: return hurry(call, d);
    case DA_SEND:
    case DA_LAST: return send_msk_message(call, d, group);
    case DA_LATER: return put_off_delivery(call, d);
    case DA_DONE: return delivered(call, d);
    case DA_GIVE_UP: return give_up(call, d);
    case DA_WAIT:
    case DA_DROP: break;
    }
    return MSK_OK;
}

static void
trace(const struct msk_call *call, const struct msk_delivery *d, uint8_t state,
      uint8_t event)
{
    struct msk_bmsc_trace step = { .state = state,
                                   .event = event,
                                   .next = d->state,
                                   .state_name = delivery_states[state],
                                   .event_name = delivery_events[event],
                                   .next_name = delivery_states[d->state] };

    if (call->bmsc->config.trace == NULL)
        return;
    memcpy(step.id.domain, d->group.domain, sizeof step.id.domain);
    step.id.group = d->group.group;
    step.id.number = d->number;
    call->bmsc->config.trace(call->user, &step);
}

int
msk_delivery_step(const struct msk_call *call, struct msk_delivery *d,
                  enum msk_delivery_event event, const struct msk_group *group)
{
    const uint8_t state = d->state, action = delivery_table[0][event][state];
    int err;

    if (action == 0)
        return MSK_OK;
    err = act_on_delivery(call, d, (enum delivery_action)action, group);
    if (err != MSK_OK)
        return err;
    d->state = delivery_next[action];
    trace(call, d, state, (uint8_t)event);
    return MSK_OK;
}
