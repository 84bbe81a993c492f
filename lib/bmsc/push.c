/* SPDX-License-Identifier: MIT */
/* What the BM-SC does by itself: pushes, pulls, what is due. And what comes
 * back. */
#include "base/random.h"
#include "bmsc/acknowledgement.h"
#include "bmsc/authority.h"
#include "bmsc/deliveries.h"
#include "bmsc/keyless.h"
#include "bmsc/timing.h"

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
    if (msk_sub_find(call->sub, &call->given->id) == NULL)
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
        return msk_keyless_instead(call, call->given);
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
    int code = 503, err;

    if (call->bmsc->config.never_push || msk->number == 0)
        return MSK_ERR_STATE;
    err = msk_authority_ask(call, &call->given->id, &code);
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
    struct msk_call call;
    int err = begin_push(&call, bmsc, user, subscriber, group, now, outbox);

    if (err == MSK_OK)
        err = msk_keyless_pull(&call, call.given);
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
    return subscriber != NULL ? msk_timing_due(msk_sub_at(subscriber))
                              : MSK_NEVER;
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
        err = msk_acknowledgement_take(&call, &m);
    return msk_outbox_end(outbox, err);
}
