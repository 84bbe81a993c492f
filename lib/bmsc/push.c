/* SPDX-License-Identifier: MIT */
/* What a BM-SC does that no HTTP request asks for: pushes, pulls, timers, how
 * fast they may come, and acknowledgements that come back. */
#include <string.h>

#include "base/secret.h"
#include "bmsc/deliveries.h"

#define TOKEN 1000u /* what a token costs; per_second come in a millisecond */

/* Is a push that nobody asked for to be acknowledged? */
static int
wants_ack(const struct msk_bmsc *bmsc, bool *v)
{
    uint32_t drawn = 0;
    int err = MSK_OK;

    switch (bmsc->config.acks) {
    case MSK_ACK_ALL: *v = true; break;
    case MSK_ACK_NONE: *v = false; break;
    case MSK_ACK_SAMPLED:
        err = msk_random_below(bmsc->config.random, bmsc->config.ack_sample,
                               &drawn);
        *v = drawn == 0;
        break;
    }
    return err;
}

/* A call that sends something about a group to its member. */
static int
begin_push(struct msk_call *call, const struct msk_bmsc *bmsc, void *user,
           struct msk_subscriber *subscriber, const struct msk_key_group *group,
           msk_time now, struct msk_outbox *outbox)
{
    int err = msk_call_begin(call, bmsc, user, subscriber, now, outbox);

    if (err != MSK_OK)
        return err;
    if (subscriber == NULL || group == NULL)
        return MSK_ERR_ARGUMENT;
    call->given = msk_group_at(group);
    return MSK_OK;
}

/* Nobody else is sent anything: a member with an address. */
static int
find_receiver(const struct msk_call *call, struct msk_member **member)
{
    *member = msk_sub_member(call->sub, &call->given->id);
    if (*member == NULL)
        return MSK_ERR_REFUSED;
    return call->outbox->peer_n > 0 ? MSK_OK : MSK_ERR_STATE;
}

/* Under an expired MUK no MSK is sent (decision 19). */
static int
push(struct msk_call *call, const struct msk_group_msk *msk, bool asked)
{
    struct msk_owed how = { false, asked, false };
    int err;

    if (msk_sub_expired(call->sub, call->now))
        return msk_delivery_instead(call, call->given);
    err = wants_ack(call->bmsc, &how.v);
    if (err == MSK_OK)
        err = msk_deliveries_owe(call, call->given, msk, how);
    return err == MSK_OK ? msk_deliveries_run(call) : err;
}

/* What the host says to it: 204 sends nothing, and so does a membership that
 * has ended. */
static int
push_if_allowed(struct msk_call *call, enum msk_key_group_role role)
{
    const struct msk_group_msk *msk = &call->given->msk[role];
    struct msk_member *member;
    int code = 503, err = find_receiver(call, &member);

    if (err != MSK_OK)
        return err;
    if (call->bmsc->config.never_push || msk->number == 0)
        return MSK_ERR_STATE;
    err = msk_call_ask(call, &call->given->id, member, &code);
    if (err != MSK_OK || (code >= 204 && code < 500))
        return err;
    return code < 500 ? push(call, msk, role == MSK_ROLE_PREVIOUS)
                      : MSK_ERR_REFUSED;
}

int
msk_bmsc_push_msk(const struct msk_bmsc *bmsc, void *user,
                  struct msk_subscriber *subscriber,
                  const struct msk_key_group *group,
                  enum msk_key_group_role role, msk_time now,
                  struct msk_outbox *outbox)
{
    struct msk_call call;
    int err = begin_push(&call, bmsc, user, subscriber, group, now, outbox);

    if (err == MSK_OK && (unsigned)role >= MSK_ROLES)
        err = MSK_ERR_ARGUMENT;
    if (err == MSK_OK)
        err = push_if_allowed(&call, role);
    return outbox != NULL ? msk_outbox_end(outbox, err) : err;
}

int
msk_bmsc_push(const struct msk_bmsc *bmsc, void *user,
              struct msk_subscriber *subscriber,
              const struct msk_key_group *group, msk_time now,
              struct msk_outbox *outbox)
{
    return msk_bmsc_push_msk(bmsc, user, subscriber, group, MSK_ROLE_CURRENT,
                             now, outbox);
}

int
msk_bmsc_pull(const struct msk_bmsc *bmsc, void *user,
              struct msk_subscriber *subscriber,
              const struct msk_key_group *group, msk_time now,
              struct msk_outbox *outbox)
{
    struct msk_member *member;
    struct msk_call call;
    int err = begin_push(&call, bmsc, user, subscriber, group, now, outbox);

    if (err == MSK_OK)
        err = find_receiver(&call, &member);
    if (err == MSK_OK)
        err = msk_delivery_pull(&call, call.given);
    return outbox != NULL ? msk_outbox_end(outbox, err) : err;
}

int
msk_bmsc_timer(const struct msk_bmsc *bmsc, void *user,
               struct msk_subscriber *subscriber, msk_time now,
               struct msk_outbox *outbox)
{
    struct msk_call call;
    int err = msk_call_begin(&call, bmsc, user, subscriber, now, outbox);

    if (err != MSK_OK || subscriber == NULL)
        return MSK_ERR_ARGUMENT;
    return msk_outbox_end(outbox, msk_deliveries_run(&call));
}

msk_time
msk_subscriber_due(const struct msk_subscriber *subscriber)
{
    return subscriber != NULL ? msk_sub_due(msk_sub_at(subscriber)) : MSK_NEVER;
}

/* --- acknowledgements (TS 33.246 6.4.5.2; decision 11) ------------------- */

/* Is it one of the messages that the delivery sent? */
static bool
is_answered_by(const struct msk_delivery *d, const struct msk_message *message)
{
    if (d->csb_id != message->csb_id)
        return false;
    for (size_t i = 0; i < d->n_sent; i++)
        if (d->counter[i] == message->counter)
            return true;
    return false;
}

/* An MSK that the group has no more cannot be acknowledged any more. */
static int
verify_acknowledgement(struct msk_call *call, const struct msk_delivery *d,
                       const struct msk_message *message)
{
    const struct msk_bmsc_muk *muk =
        d->old_muk ? &call->sub->old : &call->sub->muk;
    const struct msk_group *group = msk_call_group(call, &d->group);
    const struct msk_group_msk *msk =
        group != NULL ? msk_group_find(group, d->number) : NULL;
    const struct msk_bmsc_config *c = &call->bmsc->config;
    struct msk_expected expected = { .size = sizeof expected };

    if (msk == NULL)
        return MSK_ERR_NOT_MINE;
    expected.layout = c->layout;
    expected.muk = (struct msk_bytes){ muk->key, muk->key_len };
    expected.rand = (struct msk_bytes){ msk->rand, msk->rand_len };
    expected.csb_id = d->csb_id;
    memcpy(expected.domain, d->group.domain, sizeof expected.domain);
    expected.fqdn = c->fqdn;
    expected.btid = (struct msk_bytes){ muk->btid, muk->btid_len };
    expected.accept_pad64 = c->accept_pad64;
    return msk_verification_check(c->crypto, &expected, message);
}

/* Ends the delivery that a message answers, and lets the next have its turn. */
static int
take_acknowledgement(struct msk_call *call, const struct msk_message *message)
{
    const struct msk_sub *sub = call->sub;
    int err = MSK_ERR_NOT_MINE;

    for (size_t i = 0; i < sub->n_deliveries; i++) {
        if (!is_answered_by(&sub->delivery[i], message))
            continue;
        err = verify_acknowledgement(call, &sub->delivery[i], message);
        if (err == MSK_OK)
            err = msk_deliveries_step(call, i, MSK_DELIVERY_ACK, NULL);
        if (err != MSK_ERR_MAC && err != MSK_ERR_NOT_MINE)
            break;
    }
    return err == MSK_OK ? msk_deliveries_run(call) : err;
}

int
msk_bmsc_ack_btid(const struct msk_bmsc *bmsc, struct msk_bytes message,
                  struct msk_bytes *btid)
{
    struct msk_message m;
    int err;

    if (bmsc == NULL || btid == NULL)
        return MSK_ERR_ARGUMENT;
    err = msk_message_read(bmsc->config.layout, message, &m, NULL);
    if (err == MSK_OK && m.kind != MSK_MESSAGE_VERIFICATION)
        err = MSK_ERR_KIND;
    if (err == MSK_OK)
        *btid = m.idr;
    return err;
}

int
msk_bmsc_take_ack(const struct msk_bmsc *bmsc, void *user,
                  struct msk_subscriber *subscriber, struct msk_bytes message,
                  msk_time now, struct msk_outbox *outbox)
{
    struct msk_call call;
    struct msk_message m;
    int err = msk_call_begin(&call, bmsc, user, subscriber, now, outbox);

    if (err != MSK_OK || subscriber == NULL)
        return MSK_ERR_ARGUMENT;
    err = msk_message_read(bmsc->config.layout, message, &m, NULL);
    if (err == MSK_OK && m.kind != MSK_MESSAGE_VERIFICATION)
        err = MSK_ERR_KIND;
    if (err == MSK_OK)
        err = take_acknowledgement(&call, &m);
    return msk_outbox_end(outbox, err);
}

/* --- the pace of pushes -------------------------------------------------- */

void
msk_pacer_init(struct msk_pacer *pacer, uint32_t per_second, uint32_t burst,
               msk_time now)
{
    if (pacer == NULL)
        return;
    pacer->per_second = per_second > 0 ? per_second : 1;
    pacer->burst = burst > 0 ? burst : 1;
    pacer->level = (uint64_t)pacer->burst * TOKEN;
    pacer->last = now;
}

/* What has come in since: no more than the burst, however long that was. A
 * clock that was set back brings nothing and loses nothing. */
static void
fill_pacer(struct msk_pacer *pacer, msk_time now)
{
    uint64_t full = (uint64_t)pacer->burst * TOKEN;
    msk_time passed = now > pacer->last ? now - pacer->last : 0;

    pacer->last = now;
    if (passed > full / pacer->per_second)
        pacer->level = full;
    else
        pacer->level += passed * pacer->per_second;
    if (pacer->level > full)
        pacer->level = full;
}

msk_time
msk_pacer_take(struct msk_pacer *pacer, msk_time now)
{
    if (pacer == NULL)
        return 0;
    fill_pacer(pacer, now);
    if (pacer->level < TOKEN)
        return (TOKEN - pacer->level + pacer->per_second - 1) /
               pacer->per_second;
    pacer->level -= TOKEN;
    return 0;
}

/* FNV-1a of 64 bits: spreads well, and is the same on all nodes. */
msk_time
msk_pacer_slot(struct msk_bytes btid, msk_time period)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (size_t i = 0; i < btid.n; i++)
        hash = (hash ^ btid.p[i]) * UINT64_C(0x100000001B3);
    return period > 0 ? (hash ^ hash >> 32) % period : 0;
}
