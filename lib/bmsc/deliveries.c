/* SPDX-License-Identifier: MIT */
#include "bmsc/deliveries.h"

#include <string.h>

#include "base/secret.h"
#include "bmsc/delivery.h"
#include "bmsc/keyless.h"

static bool
same_group(const struct msk_key_id *a, const struct msk_key_id *b)
{
    return a->group == b->group && memcmp(a->domain, b->domain, 3) == 0;
}

static const struct msk_group *
group_of(const struct msk_call *call, const struct msk_delivery *d)
{
    return msk_call_group(call, d->id.domain, d->id.group);
}

/* The delivery of that MSK, or a free place for it; older ones of the group
 * end (decision 9). */
static int
find_place(const struct msk_call *call, const struct msk_key_id *id,
           struct msk_delivery **out)
{
    struct msk_delivery *free_one = NULL, *same = NULL;
    int err = MSK_OK;

    for (size_t i = 0; err == MSK_OK && i < MSK_SUBSCRIBER_PENDING_MAX; i++) {
        struct msk_delivery *d = &call->sub->delivery[i];

        if (d->state != MSK_DELIVERY_FREE && same_group(&d->id, id)) {
            if (d->id.number == id->number && !d->old_muk)
                same = d;
            else
                err = msk_delivery_step(call, d, MSK_DELIVERY_NEWER, NULL);
        }
        if (d->state == MSK_DELIVERY_FREE && free_one == NULL)
            free_one = d;
    }
    *out = same != NULL ? same : free_one;
    return err == MSK_OK && *out == NULL ? MSK_ERR_LIMIT : err;
}

/* Was it sent as often as it may be? */
static bool
is_spent(const struct msk_call *call, const struct msk_delivery *d)
{
    return d->n_sent > call->bmsc->config.retries;
}

/* Queues the current MSK of a group, or sends it once more. */
static int
enter(const struct msk_call *call, const struct msk_group *group, bool v,
      struct msk_delivery **out)
{
    const struct msk_key_id id = msk_group_id(group, msk_group_current(group));
    struct msk_delivery *d = NULL;
    int err = find_place(call, &id, &d);

    *out = d;
    if (err != MSK_OK)
        return err;
    /* Asked for once more than it may be sent: as if for the first time. */
    if (is_spent(call, d))
        err = msk_delivery_step(call, d, MSK_DELIVERY_NEWER, NULL);
    if (err == MSK_OK)
        err = msk_delivery_step(call, d, MSK_DELIVERY_PUSH, group);
    d->v = d->v || v;
    if (d->state == MSK_DELIVERY_QUEUED)
        d->set = d->due = call->now;
    return err;
}

/* Ends a delivery that can no longer be made: the group is gone, or the MUK
 * has expired, which takes a pull. */
static int
end(const struct msk_call *call, struct msk_delivery *d,
    const struct msk_group *group)
{
    int err = msk_delivery_step(call, d, MSK_DELIVERY_NEWER, NULL);

    return err == MSK_OK && group != NULL ? msk_keyless_instead(call, group)
                                          : err;
}

/* The MSK that is current now, under the MUK that is current now. */
static int
replace(const struct msk_call *call, struct msk_delivery *d,
        const struct msk_group *group)
{
    bool v = d->v;
    int err = msk_delivery_step(call, d, MSK_DELIVERY_NEWER, NULL);

    return err == MSK_OK ? enter(call, group, v, &d) : err;
}

/* Takes the last place; those behind it move up. */
static void
go_last(struct msk_sub *sub, size_t i)
{
    const size_t last = MSK_SUBSCRIBER_PENDING_MAX - 1;
    struct msk_delivery d = sub->delivery[i];

    memmove(&sub->delivery[i], &sub->delivery[i + 1],
            (last - i) * sizeof sub->delivery[0]);
    sub->delivery[last] = d;
}

/* Others go first. What was sent stays known: an answer may be on its way. */
static int
yield(const struct msk_call *call, size_t i)
{
    int err = msk_delivery_step(call, &call->sub->delivery[i],
                                MSK_DELIVERY_YIELD, NULL);

    if (err == MSK_OK)
        go_last(call->sub, i);
    return err;
}

/* One that waits has its turn from then on: at once, or when what was sent of
 * it before is due again. */
static msk_time
ready_at(const struct msk_delivery *d)
{
    return d->n_sent > 0 ? d->due : 0;
}

/* Until then an answer to the last message is to be expected: for the time of
 * the first interval, of which the later ones are multiples. */
static msk_time
in_flight_until(const struct msk_delivery *d)
{
    return d->set + ((d->due - d->set) >> (d->n_sent - 1));
}

static bool
is_ready(const struct msk_delivery *d, msk_time now)
{
    return d->state == MSK_DELIVERY_QUEUED && now >= ready_at(d);
}

static bool
has_ready(const struct msk_call *call)
{
    for (size_t i = 0; i < MSK_SUBSCRIBER_PENDING_MAX; i++)
        if (is_ready(&call->sub->delivery[i], call->now))
            return true;
    return false;
}

/* What is due is sent again, given up, replaced or ended; or it makes way. */
static int
run_due(const struct msk_call *call, size_t i)
{
    struct msk_delivery *d = &call->sub->delivery[i];
    const struct msk_group *group = group_of(call, d);

    if (group == NULL || msk_sub_expired(call->sub, call->now))
        return end(call, d, group);
    if (msk_group_current(group)->number != d->id.number || d->old_muk)
        return replace(call, d, group);
    if (is_spent(call, d))
        return msk_delivery_step(call, d, MSK_DELIVERY_SPENT, group);
    if (has_ready(call))
        return yield(call, i);
    return msk_delivery_step(call, d, MSK_DELIVERY_DUE, group);
}

/* A group to which nobody answers does not keep the others waiting. */
static int
run_sent(const struct msk_call *call, size_t i)
{
    const struct msk_delivery *d = &call->sub->delivery[i];

    if (call->now >= d->due)
        return run_due(call, i);
    return call->now >= in_flight_until(d) && has_ready(call) ? yield(call, i)
                                                              : MSK_OK;
}

static bool
is_in_flight(const struct msk_sub *sub)
{
    for (size_t i = 0; i < MSK_SUBSCRIBER_PENDING_MAX; i++)
        if (sub->delivery[i].state == MSK_DELIVERY_SENT)
            return true;
    return false;
}

/* Decision 11: with acknowledgements one MSK message is in flight, for one
 * that overtakes another makes a UE drop the other. */
static int
take_turn(const struct msk_call *call, struct msk_delivery *d)
{
    struct msk_sub *sub = call->sub;
    const struct msk_group *group;

    if (!is_ready(d, call->now) || is_in_flight(sub))
        return MSK_OK;
    group = group_of(call, d);
    if (group == NULL || msk_sub_expired(sub, call->now))
        return end(call, d, group);
    if (d->id.number != msk_group_current(group)->number)
        d->n_sent = 0; /* nothing of that one was sent */
    d->id = msk_group_id(group, msk_group_current(group));
    if (is_spent(call, d))
        return msk_delivery_step(call, d, MSK_DELIVERY_SPENT, group);
    return msk_delivery_step(
        call, d, d->v ? MSK_DELIVERY_TURN : MSK_DELIVERY_TURN_PLAIN, group);
}

static int
run_queue(const struct msk_call *call)
{
    int err = MSK_OK;

    for (size_t i = 0; err == MSK_OK && i < MSK_SUBSCRIBER_PENDING_MAX; i++)
        err = take_turn(call, &call->sub->delivery[i]);
    return err;
}

static bool
is_asked(const struct msk_delivery *d, const struct msk_body_item *asked,
         size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(asked[i].domain, d->id.domain, 3) == 0 &&
            asked[i].msk_id[0] == d->id.group >> 8 &&
            asked[i].msk_id[1] == (d->id.group & 0xFF))
            return true;
    return false;
}

int
msk_deliveries_yield(const struct msk_call *call,
                     const struct msk_body_item *asked, size_t n)
{
    struct msk_sub *sub = call->sub;
    int err = MSK_OK;

    for (size_t i = MSK_SUBSCRIBER_PENDING_MAX; err == MSK_OK && i-- > 0;) {
        const struct msk_delivery *d = &sub->delivery[i];

        if (d->state == MSK_DELIVERY_SENT && !is_asked(d, asked, n))
            err = yield(call, i);
    }
    return err;
}

void
msk_deliveries_settle(const struct msk_call *call)
{
    struct msk_sub *sub = call->sub;

    for (size_t i = 0; i < MSK_SUBSCRIBER_PENDING_MAX; i++)
        if (sub->delivery[i].old_muk)
            return;
    if (sub->proven)
        msk_secret_wipe(&sub->old, sizeof sub->old);
}

void
msk_deliveries_rebase(const struct msk_call *call)
{
    for (size_t i = 0; i < MSK_SUBSCRIBER_PENDING_MAX; i++)
        if (call->sub->delivery[i].n_sent > 0)
            msk_delivery_rebase(call, &call->sub->delivery[i]);
}

int
msk_deliveries_run(const struct msk_call *call)
{
    struct msk_sub *sub = call->sub;
    int err = MSK_OK;

    for (size_t i = MSK_SUBSCRIBER_PENDING_MAX; err == MSK_OK && i-- > 0;) {
        const struct msk_delivery *d = &sub->delivery[i];

        if (d->state == MSK_DELIVERY_SENT)
            err = run_sent(call, i);
    }
    if (err == MSK_OK)
        err = run_queue(call);
    msk_deliveries_settle(call);
    return err;
}

int
msk_deliveries_push(const struct msk_call *call, const struct msk_group *group,
                    bool v)
{
    struct msk_delivery *d = NULL;
    int err = enter(call, group, v, &d);

    if (err == MSK_OK)
        err = take_turn(call, d);
    return err == MSK_OK ? run_queue(call) : err;
}

static msk_time
later(msk_time a, msk_time b)
{
    return a > b ? a : b;
}

msk_time
msk_deliveries_due(const struct msk_sub *sub)
{
    msk_time due = MSK_NEVER, free_at = 0;

    for (size_t i = 0; i < MSK_SUBSCRIBER_PENDING_MAX; i++)
        if (sub->delivery[i].state == MSK_DELIVERY_SENT)
            free_at = later(free_at, in_flight_until(&sub->delivery[i]));
    for (size_t i = 0; i < MSK_SUBSCRIBER_PENDING_MAX; i++) {
        const struct msk_delivery *d = &sub->delivery[i];
        msk_time at = MSK_NEVER;

        if (d->state == MSK_DELIVERY_SENT)
            at = d->due;
        else if (d->state == MSK_DELIVERY_QUEUED)
            at = later(free_at, ready_at(d));
        due = at < due ? at : due;
    }
    return due;
}
