/* SPDX-License-Identifier: MIT */
#include "bmsc/delivery.h"

#include <string.h>

#include "base/random.h"

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
