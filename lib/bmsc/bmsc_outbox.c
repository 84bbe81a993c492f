/* SPDX-License-Identifier: MIT */
#include "bmsc/bmsc_outbox.h"

#include <string.h>

#include "base/align.h"
#include "base/sized.h"

/* What an HTTP answer takes: a body and a few headers; and what memberships
 * that begin or end take. */
#define ANSWER_ROOM (MSK_HTTP_BODY_MAX + (size_t)4 * MSK_HTTP_VALUE_MAX)
#define EFFECTS_ROOM ((size_t)3 * MSK_SUBSCRIBER_GROUPS_MAX)

int
msk_outbox_init(struct msk_outbox **outbox, void *mem, size_t len)
{
    if (outbox == NULL || mem == NULL)
        return MSK_ERR_ARGUMENT;
    if (len < MSK_OUTBOX_SIZE)
        return MSK_ERR_SPACE;
    *outbox = msk_align(mem);
    memset(*outbox, 0, sizeof **outbox);
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
    *cap = sizeof outbox->arena - outbox->used;
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

    if (outbox->n == MSK_OUTBOX_EFFECTS)
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
    return sizeof outbox->arena - outbox->used >= MSK_MIKEY_MAX + ANSWER_ROOM &&
           MSK_OUTBOX_EFFECTS - outbox->n > EFFECTS_ROOM;
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
    if (e.kind == MSK_BMSC_SEND_MIKEY)
        e.peer = (struct msk_bytes){ outbox->peer, outbox->peer_n };
    if (e.kind == MSK_BMSC_HTTP)
        e.response = &outbox->response;
    msk_sized_give(effect, &e, sizeof e);
    return true;
}

/* MSK_OUTBOX_SIZE holds an outbox, wherever it begins. */
typedef char msk_outbox_fits
    [sizeof(struct msk_outbox) + sizeof(uint64_t) <= MSK_OUTBOX_SIZE ? 1 : -1];
