/* SPDX-License-Identifier: MIT */
/* Contracts of mikey/build.h and of the builder of msk/mikey.h. */
#ifndef PROOFS_MIKEY_BUILD_H
#define PROOFS_MIKEY_BUILD_H

#include "header_contract.h"
#include "walk_contract.h"

#include "mikey/build.h"

/*@ requires writer(w) && sources(payload, w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures longer{Pre, Post}(w);
    ensures \result == MSK_OK || \result == MSK_ERR_LENGTH ||
            \result == MSK_ERR_PAYLOAD;
 */
int msk_payload_mbms_put(struct msk_writer *w,
                         const struct msk_payload *payload);

/*@ // A builder whose buffer is still there.
    predicate builder{L}(struct msk_mikey_builder *b) =
        \valid(b) &&
        (b->buf != \null && b->cap > 0 ==> \valid(b->buf + (0 .. b->cap - 1)))
        && \separated(b, b->buf + (0 .. b->cap - 1));

    // A writer on the buffer of b.
    predicate writes_to{L}(struct msk_writer *w, struct msk_mikey_builder *b) =
        w->p == b->buf && w->cap == b->cap;
 */
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
