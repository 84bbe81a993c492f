/* SPDX-License-Identifier: MIT */
/* Contracts of mikey/message.h and of the walk and the builder of
 * msk/mikey.h: a turn of the walk moves on, and what it hands out lies inside
 * the message. */
#ifndef PROOFS_MIKEY_MESSAGE_H
#define PROOFS_MIKEY_MESSAGE_H

#include "header_contract.h"
#include "payload_mbms_contract.h"

#include "mikey/message.h"

/*@ // A cursor that was set, and whose message is still there.
    predicate cursor{L}(struct msk_mikey_cursor *c) =
        \valid(c) && c->at <= c->message.n && readable(&c->message) &&
        \separated(c, c->message.p + (0 .. c->message.n - 1));

    // Nothing of the place in the message was changed.
    predicate stays{L, M}(struct msk_mikey_cursor *c) =
        \at(c->at, L) == \at(c->at, M) && \at(c->next, L) == \at(c->next, M) &&
        \at(c->count, L) == \at(c->count, M);

    // A builder whose buffer is still there.
    predicate builder{L}(struct msk_mikey_builder *b) =
        \valid(b) &&
        (b->buf != \null && b->cap > 0 ==> \valid(b->buf + (0 .. b->cap - 1)))
        && \separated(b, b->buf + (0 .. b->cap - 1));

    // A writer on the buffer of b.
    predicate writes_to{L}(struct msk_writer *w, struct msk_mikey_builder *b) =
        w->p == b->buf && w->cap == b->cap;
 */

/*@ requires cursor != \null ==> \valid(cursor);
    requires message.p != \null && message.n > 0 ==>
             \valid_read(message.p + (0 .. message.n - 1));
    requires \separated(cursor, message.p + (0 .. message.n - 1));
    assigns cursor->message.n, cursor->at, cursor->allowed, cursor->next,
            cursor->count;
    assigns cursor->message.p \from message.p;
    ensures \result == MSK_OK || \result == MSK_ERR_ARGUMENT;
    ensures \result == MSK_OK ==> cursor(cursor) && cursor->at == 0 &&
            cursor->count == 0 && cursor->allowed == allowed &&
            cursor->message.p == message.p && cursor->message.n == message.n;
    ensures \result == MSK_OK <==>
            cursor != \null && (message.p != \null || message.n == 0);
 */
int msk_cursor_set(struct msk_mikey_cursor *cursor, struct msk_bytes message,
                   uint32_t allowed);

/*@ requires cursor != \null ==> \valid(cursor);
    requires header != \null ==> \valid(header);
    requires message.p != \null && message.n > 0 ==>
             \valid_read(message.p + (0 .. message.n - 1));
    requires \separated(cursor, header, message.p + (0 .. message.n - 1));
    assigns cursor->message.n, cursor->at, cursor->allowed, cursor->next,
            cursor->count, header->data_type, header->v, header->prf,
            header->csb_id, header->n_cs, header->map_type, header->map.n;
    assigns cursor->message.p \from message.p;
    assigns header->map.p \from message.p;
    ensures \result == MSK_OK || \result == MSK_ERR_ARGUMENT ||
            \result == MSK_ERR_TRUNCATED || \result == MSK_ERR_VERSION ||
            \result == MSK_ERR_UNSUPPORTED;
    ensures \result != MSK_ERR_ARGUMENT ==> cursor(cursor);
    ensures \result != MSK_ERR_ARGUMENT ==> cursor->count == 0 &&
            cursor->message.p == message.p && cursor->message.n == message.n;
    ensures \result == MSK_OK ==> cursor->at >= 10 &&
            inside(&header->map, message.p, message.n);
    ensures \result != MSK_OK && \result != MSK_ERR_ARGUMENT ==>
            cursor->at == 0;
 */
int msk_mikey_begin(struct msk_mikey_cursor *cursor, struct msk_bytes message,
                    uint32_t allowed, struct msk_mikey_header *header);

/*@ requires cursor(cursor) && \valid(payload) && \valid(r);
    requires \separated(cursor, payload, r,
        cursor->message.p + (0 .. cursor->message.n - 1));
    assigns payload->type, r->n, r->at, r->bad;
    assigns r->p \from cursor->message.p;
    ensures payload->type == cursor->next;
    ensures \result == MSK_OK || \result == MSK_ERR_TRAILING ||
            \result == MSK_ERR_PAYLOAD || \result == MSK_ERR_MANY;
    ensures at_it: \result == MSK_OK && cursor->next != MSK_PAYLOAD_LAST ==>
            !r->bad && r->at == cursor->at;
    ensures on_it: \result == MSK_OK && cursor->next != MSK_PAYLOAD_LAST ==>
            r->p == cursor->message.p && r->n == cursor->message.n;
    ensures few: \result == MSK_OK && cursor->next != MSK_PAYLOAD_LAST ==>
            cursor->count < MSK_MIKEY_PAYLOADS_MAX;
    ensures whole: \result == MSK_OK && cursor->next != MSK_PAYLOAD_LAST ==>
            reader(r);
    ensures \result == MSK_OK && cursor->next == MSK_PAYLOAD_LAST ==>
            cursor->at == cursor->message.n;
 */
int msk_cursor_open(const struct msk_mikey_cursor *cursor,
                    struct msk_payload *payload, struct msk_reader *r);

/*@ requires cursor(cursor) && \valid(payload) && \valid_read(r);
    requires \separated(cursor, payload, r);
    requires \separated(payload,
        cursor->message.p + (0 .. cursor->message.n - 1));
    requires cursor->at < r->at <= cursor->message.n;
    requires cursor->count < MSK_MIKEY_PAYLOADS_MAX;
    assigns payload->offset, payload->length, cursor->at, cursor->next,
            cursor->count;
    ensures cursor(cursor);
    ensures payload->offset == \old(cursor->at);
    ensures payload->offset + payload->length == cursor->at == r->at;
    ensures cursor->next == next;
    ensures cursor->count == \old(cursor->count) + 1;
 */
void msk_cursor_close(struct msk_mikey_cursor *cursor,
                      struct msk_payload *payload, const struct msk_reader *r,
                      uint8_t next);

/*@ requires cursor != \null ==> cursor(cursor);
    requires payload != \null ==> \valid(payload);
    requires cursor != \null ==> \separated(cursor, payload,
        cursor->message.p + (0 .. cursor->message.n - 1));
    assigns payload->type, payload->kind, payload->detail, payload->data.n,
            payload->tail.n, payload->offset, payload->length, cursor->at,
            cursor->next, cursor->count;
    assigns payload->data.p \from cursor->message.p;
    assigns payload->tail.p \from cursor->message.p;
    ensures \result == MSK_OK || \result == MSK_ERR_ARGUMENT ||
            \result == MSK_ERR_TRAILING || \result == MSK_ERR_PAYLOAD ||
            \result == MSK_ERR_MANY || \result == MSK_ERR_TRUNCATED ||
            \result == MSK_ERR_UNSUPPORTED;
    ensures cursor != \null ==> cursor(cursor);
    ensures \result != MSK_OK && cursor != \null ==> stays{Pre, Post}(cursor);
    ensures \result == MSK_OK && payload->type == MSK_PAYLOAD_LAST ==>
            stays{Pre, Post}(cursor) && cursor->at == cursor->message.n;
    ensures \result == MSK_OK && payload->type != MSK_PAYLOAD_LAST ==>
            cursor->at > \old(cursor->at) &&
            cursor->count == \old(cursor->count) + 1 &&
            cursor->count <= MSK_MIKEY_PAYLOADS_MAX &&
            payload->offset == \old(cursor->at) &&
            payload->offset + payload->length == cursor->at &&
            inside(&payload->data, cursor->message.p, cursor->message.n) &&
            inside(&payload->tail, cursor->message.p, cursor->message.n);
 */
int msk_mikey_next(struct msk_mikey_cursor *cursor,
                   struct msk_payload *payload);

/*@ requires \valid(builder) && writer(w);
    requires \separated(builder, w, w->p + (0 .. w->cap - 1));
    assigns builder->cap, builder->len, builder->next_at, builder->err;
    assigns builder->buf \from w->p;
    ensures builder(builder) && writes_to(w, builder);
 */
void msk_builder_set(struct msk_mikey_builder *builder,
                     const struct msk_writer *w, int err);

/*@ requires builder != \null ==> builder(builder);
    requires payload != \null ==> \valid_read(payload);
    requires \separated(builder, payload);
    assigns builder->err;
    ensures \result <==> builder != \null && payload != \null;
    ensures builder != \null ==> builder(builder);
    ensures \result ==> builder->err == \old(builder->err);
 */
bool msk_builder_takes(struct msk_mikey_builder *builder,
                       const struct msk_payload *payload);

/*@ requires builder(builder) && \valid(w);
    requires \separated(builder, w, builder->buf + (0 .. builder->cap - 1));
    assigns w->cap, w->len, w->too_long, builder->next_at,
            builder->buf[0 .. builder->cap - 1];
    assigns w->p \from builder->buf;
    ensures builder(builder);
    ensures \result <==> builder->err == MSK_OK;
    ensures \result ==> writer(w) && writes_to(w, builder) &&
            w->len == builder->len && !w->too_long;
 */
bool msk_builder_open(struct msk_mikey_builder *builder, uint8_t type,
                      struct msk_writer *w);

/*@ requires builder(builder) && \valid_read(w) && \separated(builder, w);
    assigns builder->err, builder->len;
    ensures builder(builder);
    ensures err != MSK_OK ==> builder->err == err;
    ensures err == MSK_OK && w->too_long ==> builder->err == MSK_ERR_LENGTH;
    ensures err == MSK_OK && !w->too_long ==> builder->err == MSK_OK;
    ensures builder->len == w->len;
 */
void msk_builder_close(struct msk_mikey_builder *builder,
                       const struct msk_writer *w, int err);

/*@ requires \valid(builder);
    requires buf != \null && cap > 0 ==> \valid(buf + (0 .. cap - 1));
    requires \valid_read(header) && readable(&header->map);
    requires \separated(builder, header, buf + (0 .. cap - 1));
    requires \separated(buf + (0 .. cap - 1),
                        header->map.p + (0 .. header->map.n - 1));
    assigns builder->cap, builder->len, builder->next_at, builder->err,
            buf[0 .. cap - 1];
    assigns builder->buf \from buf;
    ensures builder(builder) && builder->buf == buf && builder->cap == cap;
 */
void msk_mikey_build(struct msk_mikey_builder *builder, uint8_t *buf,
                     size_t cap, const struct msk_mikey_header *header);

/*@ requires builder(builder) && \valid_read(payload);
    requires readable(&payload->data) && readable(&payload->tail);
    requires \separated(builder, payload,
                        builder->buf + (0 .. builder->cap - 1));
    requires \separated(builder->buf + (0 .. builder->cap - 1),
                        payload->data.p + (0 .. payload->data.n - 1));
    requires \separated(builder->buf + (0 .. builder->cap - 1),
                        payload->tail.p + (0 .. payload->tail.n - 1));
    assigns builder->next_at, builder->err, builder->len, builder->buf[0 ..
            builder->cap - 1];
    ensures builder(builder);
    ensures \old(builder->err) != MSK_OK ==>
            builder->err == \old(builder->err) &&
            builder->len == \old(builder->len);
 */
void msk_mikey_build_add(struct msk_mikey_builder *builder,
                         const struct msk_payload *payload);

/*@ requires builder(builder) && \valid(len) && \separated(len, builder);
    assigns *len;
    ensures builder->err != MSK_OK ==> \result == builder->err;
    ensures builder->err == MSK_OK ==> *len == builder->len &&
            \result == (builder->buf != \null && builder->len > builder->cap
                        ? MSK_ERR_SPACE : MSK_OK);
 */
int msk_mikey_build_end(const struct msk_mikey_builder *builder, size_t *len);

#endif
