/* SPDX-License-Identifier: MIT */
#include "bmsc/deliveries.h"

#include <string.h>

#include "base/secret.h"

int
msk_deliveries_step(const struct msk_call *call, size_t i,
                    enum msk_delivery_event event,
                    const struct msk_group *group)
{
    struct msk_sub *sub = call->sub;
    int err = msk_delivery_step(call, &sub->delivery[i], event, group);

    if (err == MSK_OK && sub->delivery[i].state == MSK_DELIVERY_FREE)
        msk_sub_drop(sub, i);
    return err;
}

/* --- what is owed -------------------------------------------------------- */

/* The MSK that a delivery brings is one that the group has, and none that was
 * replaced unless it was asked for. */
static bool
is_wanted(const struct msk_delivery *d, const struct msk_group *group)
{
    const struct msk_group_msk *msk = msk_group_find(group, d->number);

    return msk != NULL && (d->asked || msk != &group->msk[MSK_ROLE_PREVIOUS]);
}

/* The delivery of an MSK, or n_deliveries. */
static size_t
find_delivery(const struct msk_sub *sub, const struct msk_group_id *group,
              uint16_t number)
{
    size_t i = 0;

    while (i < sub->n_deliveries &&
           (sub->delivery[i].number != number ||
            !msk_group_id_equal(&sub->delivery[i].group, group)))
        i++;
    return i;
}

/* What is on its way of the group ends; kept: unless it is wanted. */
static int
end_all(const struct msk_call *call, const struct msk_group_id *id,
        const struct msk_group *kept)
{
    struct msk_sub *sub = call->sub;
    int err = MSK_OK;

    for (size_t i = sub->n_deliveries; err == MSK_OK && i > 0; i--) {
        const struct msk_delivery *d = &sub->delivery[i - 1];

        if (msk_group_id_equal(&d->group, id) &&
            (kept == NULL || !is_wanted(d, kept)))
            err = msk_deliveries_step(call, i - 1, MSK_DELIVERY_NEWER, NULL);
    }
    return err;
}

/* Was it sent as often as it may be? */
static bool
is_spent(const struct msk_call *call, const struct msk_delivery *d)
{
    return d->n_sent > call->bmsc->config.retries;
}

/* A new delivery, the last one. There is room: of each group that the UE is a
 * member of, three at most are wanted. */
static int
begin_delivery(const struct msk_call *call, const struct msk_group_id *group,
               uint16_t number)
{
    struct msk_sub *sub = call->sub;
    struct msk_delivery *d = &sub->delivery[sub->n_deliveries];

    memset(d, 0, sizeof *d);
    d->group = *group;
    d->number = number;
    sub->n_deliveries++;
    return msk_delivery_step(call, d, MSK_DELIVERY_PUSH, NULL);
}

int
msk_deliveries_owe(struct msk_call *call, const struct msk_group *group,
                   const struct msk_group_msk *msk, struct msk_owed how)
{
    struct msk_sub *sub = call->sub;
    int err = end_all(call, &group->id, group);
    size_t i = find_delivery(sub, &group->id, msk->number);

    /* Asked for once more than it may be sent: as if for the first time. */
    if (err == MSK_OK && i < sub->n_deliveries &&
        is_spent(call, &sub->delivery[i]))
        msk_sub_renew(&sub->delivery[i]);
    if (err == MSK_OK)
        err = i < sub->n_deliveries
                  ? msk_deliveries_step(call, i, MSK_DELIVERY_PUSH, group)
                  : begin_delivery(call, &group->id, msk->number);
    if (err != MSK_OK)
        return err;
    sub->delivery[i].v = sub->delivery[i].v || how.v;
    sub->delivery[i].asked = sub->delivery[i].asked || how.asked;
    if (how.first && i >= call->n_first)
        msk_sub_move(sub, i, call->n_first++);
    return MSK_OK;
}

/* --- turns --------------------------------------------------------------- */

/* Ends all of a group that can no longer be delivered: the group is gone, or
 * the MUK has expired, which takes a pull. */
static int
end_deliveries(const struct msk_call *call, size_t i,
               const struct msk_group *group)
{
    const struct msk_group_id id = call->sub->delivery[i].group;
    int err = end_all(call, &id, NULL);

    return err == MSK_OK && group != NULL ? msk_delivery_instead(call, group)
                                          : err;
}

/* The current MSK takes the place of one that nobody wants any more. */
static int
replace_delivery(const struct msk_call *call, size_t i,
                 const struct msk_group *group)
{
    struct msk_delivery *d = &call->sub->delivery[i];
    const uint16_t number = msk_group_current(group)->number;

    if (find_delivery(call->sub, &d->group, number) < call->sub->n_deliveries)
        return msk_deliveries_step(call, i, MSK_DELIVERY_NEWER, NULL);
    msk_sub_renew(d);
    d->number = number;
    return MSK_OK;
}

static int
spend(const struct msk_call *call, size_t i)
{
    const struct msk_group_id id = call->sub->delivery[i].group;
    int err = msk_deliveries_step(call, i, MSK_DELIVERY_SPENT, NULL);

    return err == MSK_OK ? msk_call_unanswered(call, &id) : err;
}

/* The host is asked each time (decision 30). */
static int
go(const struct msk_call *call, size_t i, const struct msk_group *group)
{
    const struct msk_delivery *d = &call->sub->delivery[i];
    struct msk_member *member = msk_sub_member(call->sub, &d->group);
    int code = 503;
    int err = msk_call_ask(call, &d->group, member, &code);

    if (err == MSK_PENDING) /* not known yet is not now */
        code = 503;
    else if (err != MSK_OK)
        return err;
    if (code == 200)
        return msk_deliveries_step(
            call, i, d->v ? MSK_DELIVERY_TURN : MSK_DELIVERY_TURN_PLAIN, group);
    if (code == 204) /* the host says that there is none for this UE */
        return end_all(call, &group->id, NULL);
    return code < 500 ? MSK_OK /* it went with the membership */
                      : msk_deliveries_step(call, i, MSK_DELIVERY_LATER, NULL);
}

static int
take_turn(struct msk_call *call, size_t i)
{
    struct msk_delivery *d = &call->sub->delivery[i];
    const struct msk_group *group = msk_call_group(call, &d->group);

    if (group == NULL || msk_sub_expired(call->sub, call->now))
        return end_deliveries(call, i, group);
    if (!is_wanted(d, group))
        return replace_delivery(call, i, group);
    if (d->old_muk) /* under this one nothing of it was sent */
        msk_sub_renew(d);
    return is_spent(call, d) ? spend(call, i) : go(call, i, group);
}

/* The first that is ready, or n_deliveries. */
static size_t
first_ready(const struct msk_call *call)
{
    size_t i = 0;

    while (i < call->sub->n_deliveries &&
           !msk_sub_is_ready(&call->sub->delivery[i], call->now))
        i++;
    return i;
}

/* Each turn sends one, puts it off, replaces it once, or takes it out. */
static int
run_queue(struct msk_call *call)
{
    int err = MSK_OK;

    while (err == MSK_OK && !msk_sub_in_flight(call->sub, call->now) &&
           msk_outbox_has_room(call->outbox)) {
        size_t i = first_ready(call);

        if (i == call->sub->n_deliveries)
            break;
        err = take_turn(call, i);
    }
    return err;
}

/* Others go first. What was sent stays known: an answer may be on its way. */
static int
yield(const struct msk_call *call, size_t i)
{
    int err = msk_deliveries_step(call, i, MSK_DELIVERY_YIELD, NULL);

    if (err == MSK_OK)
        msk_sub_move(call->sub, i, (size_t)call->sub->n_deliveries - 1);
    return err;
}

/* What is due again waits for another turn; so does what is no longer in
 * flight while others wait: a group to which nobody answers does not keep
 * them. */
static int
run_sent(const struct msk_call *call)
{
    struct msk_sub *sub = call->sub;
    const bool over =
        !msk_sub_in_flight(sub, call->now) && msk_sub_has_ready(sub, call->now);
    int err = MSK_OK;

    for (size_t i = sub->n_deliveries; err == MSK_OK && i > 0; i--) {
        const struct msk_delivery *d = &sub->delivery[i - 1];

        if (d->state == MSK_DELIVERY_SENT && (over || call->now >= d->due))
            err = yield(call, i - 1);
    }
    return err;
}

int
msk_deliveries_run(struct msk_call *call)
{
    int err = run_sent(call);

    if (err == MSK_OK)
        err = run_queue(call);
    msk_deliveries_settle(call);
    return err;
}

/* --- around them --------------------------------------------------------- */

static bool
is_among(const struct msk_group_id *group, const struct msk_body_item *asked,
         size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(asked[i].domain, group->domain, 3) == 0 &&
            asked[i].msk_id[0] == group->group >> 8 &&
            asked[i].msk_id[1] == (group->group & 0xFF))
            return true;
    return false;
}

int
msk_deliveries_yield(const struct msk_call *call,
                     const struct msk_body_item *asked, size_t n)
{
    struct msk_sub *sub = call->sub;
    int err = MSK_OK;

    for (size_t i = sub->n_deliveries; err == MSK_OK && i > 0; i--) {
        const struct msk_delivery *d = &sub->delivery[i - 1];

        if (d->state == MSK_DELIVERY_SENT && !is_among(&d->group, asked, n))
            err = yield(call, i - 1);
    }
    return err;
}

void
msk_deliveries_settle(const struct msk_call *call)
{
    struct msk_sub *sub = call->sub;

    for (size_t i = 0; i < sub->n_deliveries; i++)
        if (sub->delivery[i].old_muk)
            return;
    if (sub->proven)
        msk_secret_wipe(&sub->old, sizeof sub->old);
}
