/* SPDX-License-Identifier: MIT */
#include "bmsc/delivery.h"

#include <string.h>

#include "base/secret.h"
#include "bmsc/membership.h"
#include "bmsc/send.h"

/* --- when to send again -------------------------------------------------- */

/* The interval behind the n-th sending: doubled each time. */
static msk_time
interval(const struct msk_bmsc *bmsc, uint8_t n_sent)
{
    return bmsc->config.retry << (n_sent - 1);
}

/* A quarter shorter or longer at random, so that the acknowledgements of many
 * UEs do not come all at once. */
static int
set_timer(const struct msk_call *call, struct msk_delivery *d)
{
    msk_time whole = interval(call->bmsc, d->n_sent), half = whole / 2;
    uint32_t jitter = 0;
    int err = msk_bmsc_draw(call->bmsc, (uint32_t)half + 1, &jitter);

    d->set = call->now;
    d->due = call->now + whole - half / 2 + jitter;
    return err;
}

void
msk_delivery_rebase(const struct msk_call *call, struct msk_delivery *d)
{
    if (call->now >= d->set)
        return;
    d->set = call->now;
    d->due = call->now + interval(call->bmsc, d->n_sent);
}

void
msk_delivery_renew(struct msk_delivery *d)
{
    struct msk_key_id id = d->id;
    uint32_t csb_id = d->csb_id;

    msk_secret_wipe(d, sizeof *d);
    d->state = MSK_DELIVERY_QUEUED;
    d->v = true;
    d->id = id;
    d->csb_id = csb_id;
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

    if (random->fill(random->user, b, sizeof b) != 0)
        return MSK_ERR_RANDOM;
    d->csb_id = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
                (uint32_t)b[2] << 8 | b[3];
    if (call->bmsc->config.layout == MSK_LAYOUT_CSB)
        d->csb_id = group->group;
    d->id = msk_group_id(group, msk_group_current(group));
    return MSK_OK;
}

/* An MSK message with a new counter goes out. */
static int
send(const struct msk_call *call, struct msk_delivery *d,
     const struct msk_group *group)
{
    const struct msk_group_msk *msk = msk_group_current(group);
    struct msk_msk_message m;
    int err;

    msk_send_describe(call, group, msk, MSK_CONTENT_MSK, &m);
    m.csb_id = d->csb_id;
    m.v = d->v;
    err = msk_send(call, &call->sub->muk, MSK_COUNTER_LAST_MSK, &m);
    if (err != MSK_OK)
        return err;
    memcpy(d->rand, msk->rand, msk->rand_len);
    d->rand_len = msk->rand_len;
    d->counter[d->n_sent++] = m.counter;
    return set_timer(call, d);
}

/* The UE has the MSK, and the MUK. */
static int
delivered(const struct msk_call *call, struct msk_delivery *d,
          const struct msk_group *group)
{
    struct msk_member *member =
        msk_sub_member(call->sub, d->id.domain, d->id.group);

    (void)group;
    if (member != NULL)
        member->unanswered = 0;
    if (!d->old_muk)
        call->sub->proven = true;
    return msk_outbox_add(call->outbox, MSK_BMSC_DELIVERED, &d->id,
                          (struct msk_bytes){ NULL, 0 });
}

/* Nobody answered. */
static int
give_up(const struct msk_call *call, struct msk_delivery *d,
        const struct msk_group *group)
{
    struct msk_bytes none = { NULL, 0 };
    struct msk_key_id id = d->id;
    int err = msk_outbox_add(call->outbox, MSK_BMSC_GAVE_UP, &id, none);

    (void)group;
    return err == MSK_OK ? msk_membership_silent(call, &id) : err;
}

/* It waits for another turn. Under the next MUK nothing of it was sent. */
static int
make_way(const struct msk_call *call, struct msk_delivery *d,
         const struct msk_group *group)
{
    (void)call;
    (void)group;
    if (d->old_muk)
        msk_delivery_renew(d);
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
} table[MSK_DELIVERY_STATES][MSK_DELIVERY_EVENTS] = {
    [MSK_DELIVERY_FREE] = {
        [MSK_DELIVERY_PUSH] = { queue, MSK_DELIVERY_QUEUED },
    },
    [MSK_DELIVERY_QUEUED] = {
        [MSK_DELIVERY_PUSH] = { nothing, MSK_DELIVERY_QUEUED },
        [MSK_DELIVERY_TURN] = { send, MSK_DELIVERY_SENT },
        [MSK_DELIVERY_TURN_PLAIN] = { send, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_SPENT] = { give_up, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_ACK] = { delivered, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_NEWER] = { nothing, MSK_DELIVERY_FREE },
    },
    [MSK_DELIVERY_SENT] = {
        [MSK_DELIVERY_PUSH] = { send, MSK_DELIVERY_SENT },
        [MSK_DELIVERY_DUE] = { send, MSK_DELIVERY_SENT },
        [MSK_DELIVERY_SPENT] = { give_up, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_ACK] = { delivered, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_NEWER] = { nothing, MSK_DELIVERY_FREE },
        [MSK_DELIVERY_YIELD] = { make_way, MSK_DELIVERY_QUEUED },
    },
};

static void
trace(const struct msk_call *call, uint8_t state, uint8_t event, uint8_t next,
      const struct msk_key_id *id)
{
    struct msk_bmsc_trace step = { state, event, next, *id };

    if (call->bmsc->config.trace != NULL)
        call->bmsc->config.trace(call->user, &step);
}

int
msk_delivery_step(const struct msk_call *call, struct msk_delivery *d,
                  enum msk_delivery_event event, const struct msk_group *group)
{
    uint8_t state = d->state, next = (uint8_t)table[state][event].then;
    struct msk_key_id id = d->id;
    int err;

    if (table[state][event].run == NULL)
        return MSK_OK;
    err = table[state][event].run(call, d, group);
    if (err != MSK_OK)
        return err;
    d->state = next;
    if (next == MSK_DELIVERY_FREE)
        msk_secret_wipe(d, sizeof *d);
    trace(call, state, (uint8_t)event, next,
          state == MSK_DELIVERY_FREE ? &d->id : &id);
    return MSK_OK;
}
