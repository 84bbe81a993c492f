/* SPDX-License-Identifier: MIT */
/* Contracts of mikey/walk.h and of the walk of msk/mikey.h: a turn of the walk
 * moves on, and what it hands out lies inside the message. */
#ifndef PROOFS_MIKEY_WALK_H
#define PROOFS_MIKEY_WALK_H

#include "header_contract.h"

#include "mikey/walk.h"

/*@ assigns \nothing;
    ensures \result == 0 || \result == 20 || \result == 32 ||
            \result == SIZE_MAX;
 */
size_t msk_mac_len(uint8_t mac_alg);

/*@ assigns \nothing;
    ensures \result == 4 || \result == 8 || \result == SIZE_MAX;
 */
size_t msk_ts_len(uint8_t ts_type);

/*@ requires \valid(payload);
    assigns payload->type, payload->kind, payload->detail, payload->data.n,
            payload->tail.n;
    assigns payload->data.p \from \nothing;
    assigns payload->tail.p \from \nothing;
    ensures payload->type == type;
    ensures payload->data.n == 0 && payload->tail.n == 0;
 */
void msk_payload_clear(struct msk_payload *payload, uint8_t type);

/*@ requires reader(r) && slot(payload, r);
    requires \valid(next) && \separated(next, payload, r, r->p + (0 .. r->n - 1));
    assigns r->at, r->bad, *next, payload->type, payload->kind,
            payload->detail, payload->data.n, payload->tail.n;
    assigns payload->data.p \from r->p;
    assigns payload->tail.p \from r->p;
    ensures reader(r);
    ensures onward{Pre, Post}(r);
    ensures read_of(payload, r);
    ensures payload->type == type;
    ensures \result == MSK_OK ==> !r->bad && r->at > \old(r->at);
    ensures \result == MSK_OK || \result == MSK_ERR_TRUNCATED ||
            \result == MSK_ERR_UNSUPPORTED || \result == MSK_ERR_PAYLOAD;
 */
int msk_payload_mbms_get(struct msk_reader *r, uint8_t type,
                         struct msk_payload *payload, uint8_t *next);

/*@ // A cursor that was set, and whose message is still there.
    predicate cursor{L}(struct msk_mikey_cursor *c) =
        \valid(c) && c->at <= c->message.n && readable(&c->message) &&
        \separated(c, c->message.p + (0 .. c->message.n - 1));

    // Nothing of the place in the message was changed.
    predicate stays{L, M}(struct msk_mikey_cursor *c) =
        \at(c->at, L) == \at(c->at, M) && \at(c->next, L) == \at(c->next, M) &&
        \at(c->count, L) == \at(c->count, M);
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

#endif
