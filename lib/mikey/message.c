/* SPDX-License-Identifier: MIT */
#include "mikey/message.h"

#include "mikey/header.h"
#include "mikey/payload_mbms.h"

int
msk_cursor_set(struct msk_mikey_cursor *cursor, struct msk_bytes message,
               uint32_t allowed)
{
    if (cursor == NULL || (message.p == NULL && message.n > 0))
        return MSK_ERR_ARGUMENT;
    cursor->message.p = message.p;
    cursor->message.n = message.n;
    cursor->allowed = allowed;
    cursor->count = 0;
    cursor->at = 0;
    cursor->next = MSK_PAYLOAD_LAST;
    return MSK_OK;
}

int
msk_mikey_begin(struct msk_mikey_cursor *cursor, struct msk_bytes message,
                uint32_t allowed, struct msk_mikey_header *header)
{
    struct msk_reader r;
    int err = msk_cursor_set(cursor, message, allowed & MSK_PAYLOADS_MBMS);

    if (err != MSK_OK || header == NULL)
        return MSK_ERR_ARGUMENT;
    msk_reader_init(&r, message.p, message.n);
    err = msk_header_get(&r, header, &cursor->next);
    if (err == MSK_OK)
        cursor->at = r.at;
    return err;
}

static bool
is_allowed(const struct msk_mikey_cursor *cursor)
{
    return cursor->next < 32 && ((cursor->allowed >> cursor->next) & 1) != 0;
}

int
msk_cursor_open(const struct msk_mikey_cursor *cursor,
                struct msk_payload *payload, struct msk_reader *r)
{
    payload->type = cursor->next;
    if (cursor->next == MSK_PAYLOAD_LAST) /* what is left is nobody's */
        return cursor->at == cursor->message.n ? MSK_OK : MSK_ERR_TRAILING;
    if (!is_allowed(cursor))
        return MSK_ERR_PAYLOAD;
    if (cursor->count >= MSK_MIKEY_PAYLOADS_MAX)
        return MSK_ERR_MANY;
    msk_reader_init(r, cursor->message.p, cursor->message.n);
    msk_reader_skip(r, cursor->at);
    return MSK_OK;
}

void
msk_cursor_close(struct msk_mikey_cursor *cursor, struct msk_payload *payload,
                 const struct msk_reader *r, uint8_t next)
{
    payload->offset = cursor->at;
    payload->length = r->at - cursor->at;
    cursor->at = r->at;
    cursor->next = next;
    cursor->count++;
}

int
msk_mikey_next(struct msk_mikey_cursor *cursor, struct msk_payload *payload)
{
    struct msk_reader r;
    uint8_t next;
    int err;

    if (cursor == NULL || payload == NULL)
        return MSK_ERR_ARGUMENT;
    err = msk_cursor_open(cursor, payload, &r);
    if (err != MSK_OK || payload->type == MSK_PAYLOAD_LAST)
        return err;
    err = msk_payload_mbms_get(&r, cursor->next, payload, &next);
    if (err == MSK_OK)
        msk_cursor_close(cursor, payload, &r, next);
    return err;
}

void
msk_builder_set(struct msk_mikey_builder *builder, const struct msk_writer *w,
                int err)
{
    builder->buf = w->p;
    builder->cap = w->cap;
    builder->next_at = MSK_HEADER_NEXT_AT;
    msk_builder_close(builder, w, err);
}

bool
msk_builder_takes(struct msk_mikey_builder *builder,
                  const struct msk_payload *payload)
{
    if (builder != NULL && payload == NULL && builder->err == MSK_OK)
        builder->err = MSK_ERR_ARGUMENT;
    return builder != NULL && payload != NULL;
}

bool
msk_builder_open(struct msk_mikey_builder *builder, uint8_t type,
                 struct msk_writer *w)
{
    if (builder->err != MSK_OK)
        return false;
    msk_writer_init(w, builder->buf, builder->cap);
    w->len = builder->len;
    msk_writer_poke(w, builder->next_at, type);
    builder->next_at = w->len;
    return true;
}

void
msk_builder_close(struct msk_mikey_builder *builder, const struct msk_writer *w,
                  int err)
{
    if (err == MSK_OK && w->too_long)
        err = MSK_ERR_LENGTH;
    builder->err = err;
    builder->len = w->len;
}

void
msk_mikey_build(struct msk_mikey_builder *builder, uint8_t *buf, size_t cap,
                const struct msk_mikey_header *header)
{
    struct msk_writer w;

    if (builder == NULL)
        return;
    msk_writer_init(&w, buf, cap);
    msk_builder_set(builder, &w,
                    header != NULL ? msk_header_put(&w, header)
                                   : MSK_ERR_ARGUMENT);
}

void
msk_mikey_build_add(struct msk_mikey_builder *builder,
                    const struct msk_payload *payload)
{
    struct msk_writer w;

    if (msk_builder_takes(builder, payload) &&
        msk_builder_open(builder, payload->type, &w))
        msk_builder_close(builder, &w, msk_payload_mbms_put(&w, payload));
}

int
msk_mikey_build_end(const struct msk_mikey_builder *builder, size_t *len)
{
    struct msk_writer w;

    if (builder == NULL || len == NULL)
        return MSK_ERR_ARGUMENT;
    if (builder->err != MSK_OK)
        return builder->err;
    msk_writer_init(&w, builder->buf, builder->cap);
    w.len = builder->len;
    return msk_writer_end(&w, len);
}
