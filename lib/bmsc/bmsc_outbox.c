/* SPDX-License-Identifier: MIT */
#include "bmsc/bmsc_outbox.h"

#include <string.h>

#include "base/align.h"
#include "base/octets.h"

/* What an HTTP answer takes: a body and a few headers; and what memberships
 * that begin or end take. */
#define ANSWER_ROOM (MSK_HTTP_BODY_MAX + (size_t)4 * MSK_HTTP_VALUE_MAX)
#define EFFECTS_ROOM ((size_t)3 * MSK_SUBSCRIBER_GROUPS_MAX)

/* How much of everything an outbox has. */
struct outbox_shape {
    size_t effects, items, arena;
};

static struct outbox_shape
shape_of_outbox(size_t messages, bool http)
{
    struct outbox_shape all = { MSK_OUTBOX_EFFECTS, MSK_BODY_ITEMS_MAX,
                                MSK_OUTBOX_ARENA };
    struct outbox_shape few = { messages + MSK_OUTBOX_ENDS, 0,
                                messages * MSK_MIKEY_MAX };

    return http ? all : few;
}

static size_t
size_of_outbox(const struct outbox_shape *shape)
{
    return sizeof(uint64_t) + sizeof(struct msk_outbox) +
           shape->effects * sizeof(struct msk_outbox_effect) +
           shape->items * sizeof(struct msk_body_item) + shape->arena;
}

static bool
take_outbox_limits(struct msk_outbox_limits *mine,
                   const struct msk_outbox_limits *theirs)
{
    return msk_sized_take(mine, sizeof *mine, theirs,
                          MSK_SIZE_UPTO(msk_outbox_limits, http)) &&
           mine->messages >= 1 && mine->messages <= MSK_OUTBOX_MESSAGES_MAX;
}

size_t
msk_outbox_size(const struct msk_outbox_limits *limits)
{
    struct msk_outbox_limits l;
    struct outbox_shape shape;

    if (!take_outbox_limits(&l, limits))
        return 0;
    if (l.http)
        return MSK_OUTBOX_SIZE;
    shape = shape_of_outbox(l.messages, false);
    return size_of_outbox(&shape);
}

static void
lay_out_outbox(struct msk_outbox *outbox, const struct outbox_shape *shape)
{
    memset(outbox, 0, sizeof *outbox);
    outbox->n_most = shape->effects;
    outbox->effect = (struct msk_outbox_effect *)(void *)(outbox + 1);
    outbox->item =
        (struct msk_body_item *)(void *)(outbox->effect + shape->effects);
    outbox->cap = shape->arena;
    outbox->arena = (uint8_t *)(outbox->item + shape->items);
}

int
msk_outbox_init(struct msk_outbox **outbox, void *mem, size_t len,
                const struct msk_outbox_limits *limits)
{
    struct msk_outbox_limits l = { .messages = 1, .http = true };
    struct outbox_shape shape;

    if (outbox == NULL || mem == NULL ||
        (limits != NULL && !take_outbox_limits(&l, limits)))
        return MSK_ERR_ARGUMENT;
    if (len < (limits != NULL ? msk_outbox_size(limits) : MSK_OUTBOX_SIZE))
        return MSK_ERR_SPACE;
    shape = shape_of_outbox(l.messages, l.http);
    *outbox = msk_align(mem);
    lay_out_outbox(*outbox, &shape);
    (*outbox)->http = l.http;
    return MSK_OK;
}

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

/* MSK_OUTBOX_SIZE holds an outbox for every call, wherever it begins. */
typedef char msk_outbox_fits[sizeof(uint64_t) + sizeof(struct msk_outbox) +
                                         MSK_OUTBOX_EFFECTS *
                                             sizeof(struct msk_outbox_effect) +
                                         MSK_BODY_ITEMS_MAX *
                                             sizeof(struct msk_body_item) +
                                         MSK_OUTBOX_ARENA <=
                                     MSK_OUTBOX_SIZE
                                 ? 1
                                 : -1];
