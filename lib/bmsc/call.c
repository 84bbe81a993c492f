/* SPDX-License-Identifier: MIT */
#include "bmsc/call.h"

#include <string.h>

#include "base/octets.h"

/* --- the outbox ----------------------------------------------------------- */

/* What an HTTP answer takes: a body and a few headers; and what memberships
 * that begin or end take. */
#define ANSWER_ROOM (MSK_HTTP_BODY_MAX + (size_t)4 * MSK_HTTP_VALUE_MAX)
#define EFFECTS_ROOM ((size_t)3 * MSK_SUBSCRIBER_GROUPS_MAX)

void
msk_outbox_start(struct msk_outbox *outbox)
{
    outbox->n = 0;
    outbox->next = 0;
    outbox->used = 0;
    outbox->n_items = 0;
    outbox->peer_n = 0;
    memset(&outbox->response, 0, sizeof outbox->response);
    outbox->response.size = sizeof outbox->response;
    outbox->response.headers = outbox->header;
}

uint8_t *
msk_outbox_room(struct msk_outbox *outbox, size_t *cap)
{
    *cap = outbox->cap - outbox->used;
    return outbox->arena + outbox->used;
}

struct msk_bytes
msk_outbox_keep(struct msk_outbox *outbox, size_t n)
{
    struct msk_bytes kept = { outbox->arena + outbox->used, n };

    outbox->used += n;
    return kept;
}

int
msk_outbox_copy(struct msk_outbox *outbox, struct msk_bytes octets,
                struct msk_bytes *out)
{
    size_t cap;
    uint8_t *to = msk_outbox_room(outbox, &cap);

    if (octets.n > cap)
        return MSK_ERR_SPACE;
    if (octets.n > 0)
        memcpy(to, octets.p, octets.n);
    *out = msk_outbox_keep(outbox, octets.n);
    return MSK_OK;
}

int
msk_outbox_add(struct msk_outbox *outbox, enum msk_bmsc_effect_kind kind,
               const struct msk_key_id *id, struct msk_bytes message)
{
    struct msk_outbox_effect *effect;

    if (outbox->n == outbox->n_most)
        return MSK_ERR_SPACE;
    effect = &outbox->effect[outbox->n++];
    memset(effect, 0, sizeof *effect);
    effect->kind = kind;
    effect->message = message;
    if (id != NULL)
        effect->id = *id;
    return MSK_OK;
}

int
msk_outbox_tell(struct msk_outbox *outbox, enum msk_bmsc_effect_kind kind,
                const struct msk_group_id *group, uint16_t number)
{
    struct msk_key_id id = { .group = group->group, .number = number };

    memcpy(id.domain, group->domain, sizeof id.domain);
    return msk_outbox_add(outbox, kind, &id, (struct msk_bytes){ NULL, 0 });
}

void
msk_outbox_why(struct msk_outbox *outbox, enum msk_parted why)
{
    outbox->effect[outbox->n - 1].why = why;
}

bool
msk_outbox_has_room(const struct msk_outbox *outbox)
{
    const size_t octets = outbox->http ? ANSWER_ROOM : 0;
    const size_t effects = outbox->http ? EFFECTS_ROOM : 0;

    return outbox->cap - outbox->used >= MSK_MIKEY_MAX + octets &&
           outbox->n_most - outbox->n > effects;
}

int
msk_outbox_header(struct msk_outbox *outbox, const char *name,
                  struct msk_bytes value)
{
    struct msk_http_header *header;

    if (outbox->response.n_headers == MSK_OUTBOX_HEADERS)
        return MSK_ERR_SPACE;
    header = &outbox->header[outbox->response.n_headers++];
    header->name = msk_text(name);
    header->value = value;
    return MSK_OK;
}

int
msk_outbox_end(struct msk_outbox *outbox, int err)
{
    if (err != MSK_OK)
        msk_outbox_start(outbox);
    return err;
}

bool
msk_outbox_next(struct msk_outbox *outbox, struct msk_bmsc_effect *effect)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    const struct msk_outbox_effect *from;

    if (outbox == NULL || effect == NULL || outbox->next == outbox->n)
        return false;
    from = &outbox->effect[outbox->next++];
    e.kind = from->kind;
    e.message = from->message;
    e.group = msk_key_id_group(&from->id);
    if (from->id.number != 0)
        e.id = from->id;
    e.why = from->why;
    if (e.kind == MSK_BMSC_EFFECT_SEND_MIKEY)
        e.peer = (struct msk_bytes){ outbox->peer, outbox->peer_n };
    if (e.kind == MSK_BMSC_EFFECT_SEND_HTTP)
        e.response = &outbox->response;
    msk_sized_give(effect, &e, sizeof e);
    return true;
}

/* --- a call --------------------------------------------------------------- */

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
