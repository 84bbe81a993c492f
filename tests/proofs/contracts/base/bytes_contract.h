/* SPDX-License-Identifier: MIT */
/* Contracts of base/bytes.h, for Frama-C alone: every length, all octets. */
#ifndef PROOFS_BASE_BYTES_H
#define PROOFS_BASE_BYTES_H

#include "base/bytes.h"

/*@ // A reader that was started, and whose octets are still there.
    predicate reader{L}(struct msk_reader *r) =
        \valid(r) && r->at <= r->n && (r->bad == 0 || r->bad == 1) &&
        (r->n > 0 ==> \valid_read(r->p + (0 .. r->n - 1))) &&
        \separated(r, r->p + (0 .. r->n - 1));

    // The next n octets can be read.
    predicate has{L}(struct msk_reader *r, integer n) =
        !r->bad && n <= r->n - r->at;

    // By n octets and no more, or not at all and bad from then on.
    predicate moved{L, M}(struct msk_reader *r, integer n) =
        (has{L}(r, n) ==>
            \at(r->at, M) == \at(r->at, L) + n && !\at(r->bad, M)) &&
        (!has{L}(r, n) ==>
            \at(r->at, M) == \at(r->at, L) && \at(r->bad, M));

    // A view of no octets, or one that lies inside the n octets at p.
    predicate inside{L}(struct msk_bytes *v, uint8_t *p, integer n) =
        v->n == 0 || (p <= v->p && v->p + v->n <= p + n);

    // Octets that a view gives to read.
    predicate readable{L}(struct msk_bytes *v) =
        v->n > 0 ==> \valid_read(v->p + (0 .. v->n - 1));

    // The number that stands at p, big endian.
    logic integer number16{L}(uint8_t *p) = p[0] * 256 + p[1];
    logic integer number32{L}(uint8_t *p) =
        p[0] * 16777216 + p[1] * 65536 + p[2] * 256 + p[3];
 */

/*@ requires \valid(r);
    requires n > 0 ==> \valid_read(p + (0 .. n - 1));
    requires \separated(r, p + (0 .. n - 1));
    assigns r->n, r->at, r->bad;
    assigns r->p \from p;
    ensures reader(r);
    ensures r->p == p && r->n == n && r->at == 0 && !r->bad;
 */
void msk_reader_init(struct msk_reader *r, const uint8_t *p, size_t n);

/*@ requires reader(r);
    assigns r->at, r->bad;
    ensures kept: reader(r);
    ensures move: moved{Pre, Post}(r, n);
    ensures told: \result <==> has{Pre}(r, n);
 */
bool msk_reader_advance(struct msk_reader *r, size_t n);

/*@ requires reader(r);
    assigns r->at, r->bad;
    ensures reader(r);
    ensures moved{Pre, Post}(r, 1);
    ensures has{Pre}(r, 1) ==> \result == r->p[\old(r->at)];
    ensures !has{Pre}(r, 1) ==> \result == 0;
 */
uint8_t msk_reader_u8(struct msk_reader *r);

/*@ requires reader(r);
    assigns r->at, r->bad;
    ensures reader(r);
    ensures moved{Pre, Post}(r, 2);
    ensures has{Pre}(r, 2) ==> \result == number16(r->p + \old(r->at));
    ensures !has{Pre}(r, 2) ==> \result == 0;
 */
uint16_t msk_reader_u16(struct msk_reader *r);

/*@ requires reader(r);
    assigns r->at, r->bad;
    ensures reader(r);
    ensures moved{Pre, Post}(r, 4);
    ensures has{Pre}(r, 4) ==> \result == number32(r->p + \old(r->at));
    ensures !has{Pre}(r, 4) ==> \result == 0;
 */
uint32_t msk_reader_u32(struct msk_reader *r);

/*@ requires reader(r);
    requires \valid(out) && \separated(out, r, r->p + (0 .. r->n - 1));
    assigns r->at, r->bad, out->n;
    assigns out->p \from r->p;
    ensures reader(r);
    ensures moved{Pre, Post}(r, n);
    ensures has{Pre}(r, n) && n > 0 ==>
            out->p == r->p + \old(r->at) && out->n == n;
    ensures !has{Pre}(r, n) || n == 0 ==> out->p == \null && out->n == 0;
    ensures inside(out, r->p, r->n) && readable(out);
 */
void msk_reader_take(struct msk_reader *r, size_t n, struct msk_bytes *out);

/*@ requires reader(r);
    assigns r->at, r->bad;
    ensures reader(r);
    ensures moved{Pre, Post}(r, n);
 */
void msk_reader_skip(struct msk_reader *r, size_t n);

/*@ requires reader(r);
    assigns \nothing;
    ensures \result == (r->bad ? 0 : r->n - r->at);
 */
size_t msk_reader_left(const struct msk_reader *r);

/*@ requires reader(r);
    assigns \nothing;
    ensures \result <==> !r->bad && r->at == r->n;
 */
bool msk_reader_done(const struct msk_reader *r);

/*@ // A writer that was started, and whose buffer is still there.
    predicate writer{L}(struct msk_writer *w) =
        \valid(w) && (w->too_long == 0 || w->too_long == 1) &&
        (w->p != \null && w->cap > 0 ==> \valid(w->p + (0 .. w->cap - 1))) &&
        \separated(w, w->p + (0 .. w->cap - 1));

    // The next n octets have a place in the buffer.
    predicate room{L}(struct msk_writer *w, integer n) =
        w->p != \null && w->len + n <= w->cap;

    // By n octets; past SIZE_MAX, as far as it goes and an error.
    predicate grown{L, M}(struct msk_writer *w, integer n) =
        (\at(w->len, L) + n <= SIZE_MAX ==>
            \at(w->len, M) == \at(w->len, L) + n &&
            \at(w->too_long, M) == \at(w->too_long, L)) &&
        (\at(w->len, L) + n > SIZE_MAX ==>
            \at(w->len, M) == SIZE_MAX && \at(w->too_long, M));

    // Only the octets from a to b - 1 of the buffer may differ.
    predicate only{L, M}(struct msk_writer *w, integer a, integer b) =
        \forall integer i; 0 <= i < \at(w->cap, L) && (i < a || i >= b) ==>
            \at(w->p[i], M) == \at(w->p[i], L);

    // v stands at p, big endian.
    predicate put16{L}(uint16_t v, uint8_t *p) =
        p[0] == (uint8_t)(v >> 8) && p[1] == (uint8_t)v;
    predicate put32{L}(uint32_t v, uint8_t *p) =
        p[0] == (uint8_t)(v >> 24) && p[1] == (uint8_t)(v >> 16) &&
        p[2] == (uint8_t)(v >> 8) && p[3] == (uint8_t)v;
 */

/*@ requires \valid(w);
    requires p != \null && cap > 0 ==> \valid(p + (0 .. cap - 1));
    requires \separated(w, p + (0 .. cap - 1));
    assigns w->cap, w->len, w->too_long;
    assigns w->p \from p;
    ensures writer(w);
    ensures w->p == p && w->cap == cap && w->len == 0 && !w->too_long;
 */
void msk_writer_init(struct msk_writer *w, uint8_t *p, size_t cap);

/*@ requires writer(w);
    assigns w->len, w->too_long;
    ensures kept: writer(w);
    ensures move: grown{Pre, Post}(w, n);
    ensures told: \result <==> room{Pre}(w, n);
 */
bool msk_writer_grow(struct msk_writer *w, size_t n);

/*@ requires n > 0 ==> \valid(to + (0 .. n - 1));
    requires n > 0 ==> \valid_read(from + (0 .. n - 1));
    requires \separated(to + (0 .. n - 1), from + (0 .. n - 1));
    assigns to[0 .. n - 1];
    ensures \forall integer i; 0 <= i < n ==> to[i] == from[i];
 */
void msk_writer_copy(uint8_t *restrict to, const uint8_t *restrict from,
                     size_t n);

/*@ requires writer(w);
    requires n > 0 ==> \valid_read(p + (0 .. n - 1));
    requires \separated(w, p + (0 .. n - 1));
    requires \separated(w->p + (0 .. w->cap - 1), p + (0 .. n - 1));
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures grown{Pre, Post}(w, n);
    ensures only{Pre, Post}(w, \old(w->len), \old(w->len) + n);
    ensures room{Pre}(w, n) ==> \forall integer i; 0 <= i < n ==>
            w->p[\old(w->len) + i] == p[i];
    ensures !room{Pre}(w, n) ==> only{Pre, Post}(w, 0, 0);
 */
void msk_writer_put(struct msk_writer *w, const uint8_t *p, size_t n);

/*@ requires writer(w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures grown{Pre, Post}(w, 1);
    ensures only{Pre, Post}(w, \old(w->len), \old(w->len) + 1);
    ensures room{Pre}(w, 1) ==> w->p[\old(w->len)] == v;
 */
void msk_writer_u8(struct msk_writer *w, uint8_t v);

/*@ requires writer(w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures grown{Pre, Post}(w, 2);
    ensures only{Pre, Post}(w, \old(w->len), \old(w->len) + 2);
    ensures room{Pre}(w, 2) ==> put16(v, w->p + \old(w->len));
 */
void msk_writer_u16(struct msk_writer *w, uint16_t v);

/*@ requires writer(w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures grown{Pre, Post}(w, 4);
    ensures only{Pre, Post}(w, \old(w->len), \old(w->len) + 4);
    ensures room{Pre}(w, 4) ==> put32(v, w->p + \old(w->len));
 */
void msk_writer_u32(struct msk_writer *w, uint32_t v);

/*@ requires writer(w);
    assigns w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures only{Pre, Post}(w, at, at + 1);
    ensures at < w->len && room{Pre}(w, at + 1 - w->len) ==> w->p[at] == v;
    ensures at >= w->len ==> only{Pre, Post}(w, 0, 0);
 */
void msk_writer_poke(struct msk_writer *w, size_t at, uint8_t v);

/*@ requires writer(w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures grown{Pre, Post}(w, 1);
    ensures only{Pre, Post}(w, \old(w->len), \old(w->len) + 1);
    ensures \result == \old(w->len);
 */
size_t msk_writer_open8(struct msk_writer *w);

/*@ requires writer(w);
    assigns w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures only{Pre, Post}(w, at, at + 1);
    behavior fits:
      assumes 0 <= w->len - at - 1 <= 255;
      ensures w->too_long == \old(w->too_long);
      ensures room{Pre}(w, at + 1 - w->len) ==> w->p[at] == w->len - at - 1;
    behavior too_long:
      assumes !(0 <= w->len - at - 1 <= 255);
      ensures w->too_long;
      ensures only{Pre, Post}(w, 0, 0);
 */
void msk_writer_close8(struct msk_writer *w, size_t at);

/*@ requires writer(w);
    assigns w->len, w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures grown{Pre, Post}(w, 2);
    ensures only{Pre, Post}(w, \old(w->len), \old(w->len) + 2);
    ensures \result == \old(w->len);
 */
size_t msk_writer_open16(struct msk_writer *w);

/*@ requires writer(w);
    assigns w->too_long, w->p[0 .. w->cap - 1];
    ensures writer(w);
    ensures only{Pre, Post}(w, at, at + 2);
    behavior fits:
      assumes 0 <= w->len - at - 2 <= 65535;
      ensures w->too_long == \old(w->too_long);
      ensures room{Pre}(w, at + 2 - w->len) ==>
              put16((uint16_t)(w->len - at - 2), w->p + at);
    behavior too_long:
      assumes !(0 <= w->len - at - 2 <= 65535);
      ensures w->too_long;
      ensures only{Pre, Post}(w, 0, 0);
 */
void msk_writer_close16(struct msk_writer *w, size_t at);

/*@ requires writer(w);
    requires \valid(len) && \separated(len, w);
    assigns *len;
    ensures *len == w->len;
    ensures \result == MSK_OK <==>
            !w->too_long && (w->p == \null || w->len <= w->cap);
    ensures \result == MSK_ERR_LENGTH <==> w->too_long;
    ensures \result == MSK_OK || \result == MSK_ERR_LENGTH ||
            \result == MSK_ERR_SPACE;
 */
int msk_writer_end(const struct msk_writer *w, size_t *len);

#endif
