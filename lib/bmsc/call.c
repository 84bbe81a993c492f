/* SPDX-License-Identifier: MIT */
#include "bmsc/call.h"

#include <string.h>

/* Leave of the host is for one call. */
static void
begin_record(struct msk_call *call)
{
    struct msk_sub *sub = call->sub;

    memcpy(call->outbox->peer, sub->address, sizeof call->outbox->peer);
    call->outbox->peer_n = sub->address_len;
    for (size_t i = 0; i < sub->n_members; i++)
        sub->member[i].leave = false;
    msk_sub_rebase(sub, call->now, call->bmsc->config.retry,
                   call->bmsc->config.spacing);
}

int
msk_call_begin(struct msk_call *call, const struct msk_bmsc *bmsc, void *user,
               struct msk_subscriber *subscriber, msk_time now,
               struct msk_outbox *outbox)
{
    if (bmsc == NULL || outbox == NULL)
        return MSK_ERR_ARGUMENT;
    call->bmsc = bmsc;
    call->user = user;
    call->subscriber = subscriber;
    call->sub = subscriber != NULL ? msk_sub_of(subscriber) : NULL;
    call->now = now;
    call->outbox = outbox;
    call->given = NULL;
    call->found = NULL;
    call->n_first = 0;
    msk_outbox_start(outbox);
    if (call->sub != NULL)
        begin_record(call);
    return MSK_OK;
}

static bool
is_of(const struct msk_group *group, const struct msk_group_id *id)
{
    return group != NULL && msk_group_id_equal(&group->id, id);
}

const struct msk_group *
msk_call_group(struct msk_call *call, const struct msk_group_id *id)
{
    const struct msk_key_group *found;

    if (is_of(call->given, id))
        return call->given;
    if (is_of(call->found, id))
        return call->found;
    found = call->bmsc->config.find_group(call->user, id);
    call->found = found != NULL ? msk_group_at(found) : NULL;
    return call->found;
}

/* --- memberships --------------------------------------------------------- */

int
msk_call_join(const struct msk_call *call, const struct msk_group_id *group,
              struct msk_member **out)
{
    int err = msk_sub_add(call->sub, group, out);

    return err == MSK_OK
               ? msk_outbox_tell(call->outbox, MSK_BMSC_EFFECT_JOINED, group, 0)
               : err;
}

int
msk_call_part(const struct msk_call *call, struct msk_member *member,
              enum msk_parted why)
{
    struct msk_group_id group = member->group;
    int err = msk_outbox_tell(call->outbox, MSK_BMSC_EFFECT_PARTED, &group, 0);

    msk_sub_part(call->sub, member);
    if (err == MSK_OK)
        msk_outbox_why(call->outbox, why);
    return err;
}

/* Decision 18. */
int
msk_call_unanswered(const struct msk_call *call,
                    const struct msk_group_id *group)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;
    struct msk_member *member = msk_sub_member(call->sub, group);

    if (member == NULL)
        return MSK_OK;
    if (member->unanswered < UINT8_MAX)
        member->unanswered++;
    if (c->registration || member->unanswered < c->unanswered)
        return MSK_OK;
    return msk_call_part(call, member, MSK_PARTED_SILENT);
}

/* --- what the host says -------------------------------------------------- */

/* TS 33.246 table G.2.4-1: the status of an item. */
static int
status_of_item(enum msk_permission permission)
{
    switch (permission) {
    case MSK_PERMISSION_GRANTED: return 200;
    case MSK_PERMISSION_NO_MSK: return 204;
    case MSK_PERMISSION_REFUSED: return 403;
    case MSK_PERMISSION_NOT_NOW:
    case MSK_PERMISSION_PENDING: break;
    }
    return 503;
}

int
msk_call_ask(const struct msk_call *call, const struct msk_group_id *group,
             struct msk_member *member, int *code)
{
    const struct msk_bmsc_config *c = &call->bmsc->config;
    enum msk_permission permission;

    *code = member != NULL ? 200 : 403;
    if (c->authorise == NULL || (member != NULL && member->leave))
        return MSK_OK;
    permission = c->authorise(call->user, call->subscriber, group);
    if (permission == MSK_PERMISSION_PENDING)
        return MSK_PENDING;
    *code = status_of_item(permission);
    if (member == NULL)
        return MSK_OK;
    member->leave = *code == 200;
    return permission == MSK_PERMISSION_REFUSED
               ? msk_call_part(call, member, MSK_PARTED_REFUSED)
               : MSK_OK;
}
