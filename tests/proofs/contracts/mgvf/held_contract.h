/* SPDX-License-Identifier: MIT */
/* Contracts of mgvf/held.h, for Frama-C alone: the rule of two. What is not
 * among the octets assigned is untouched, other groups above all. */
#ifndef PROOFS_MGVF_HELD_H
#define PROOFS_MGVF_HELD_H

#include "mgvf/held.h"

/*@ predicate flag{L}(struct msk_held_key *m) =
        m->has_counter == 0 || m->has_counter == 1;

    // At most two, of different numbers.
    predicate group{L}(struct msk_held_group *g) =
        \valid(g) && 0 <= g->n <= 2 &&
        (g->n > 0 ==> flag(&g->msk[0])) && (g->n > 1 ==> flag(&g->msk[1])) &&
        (g->n > 1 ==> g->msk[0].number != g->msk[1].number);

    predicate holds_at{L}(struct msk_held_group *g, integer i, integer number) =
        0 <= i < g->n && g->msk[i].number == number;
    predicate holds{L}(struct msk_held_group *g, integer number) =
        holds_at(g, 0, number) || holds_at(g, 1, number);

    predicate same_octets{L, M}(uint8_t *a, uint8_t *b, integer n) =
        \forall integer k; 0 <= k < n ==> \at(a[k], L) == \at(b[k], M);

    // What a delivery brings of a, at L, is that of b, at M.
    predicate same_key{L, M}(struct msk_held_key *a, struct msk_held_key *b) =
        \forall integer k; 0 <= k < 32 ==>
            \at(a->key[k], L) == \at(b->key[k], M);
    predicate same_rand{L, M}(struct msk_held_key *a, struct msk_held_key *b) =
        \forall integer k; 0 <= k < 64 ==>
            \at(a->rand[k], L) == \at(b->rand[k], M);
    predicate same_value{L, M}(struct msk_held_key *a, struct msk_held_key *b) =
        same_key{L, M}(a, b) && same_rand{L, M}(a, b) &&
        \at(a->key_len, L) == \at(b->key_len, M) &&
        \at(a->rand_len, L) == \at(b->rand_len, M) &&
        \at(a->seq_low, L) == \at(b->seq_low, M) &&
        \at(a->seq_high, L) == \at(b->seq_high, M);

    // What MTK messages have left.
    predicate same_past{L, M}(struct msk_held_key *a, struct msk_held_key *b) =
        \at(a->has_counter, L) == \at(b->has_counter, M) &&
        \at(a->counter, L) == \at(b->counter, M) &&
        \at(a->mtk_id, L) == \at(b->mtk_id, M);

    predicate same_msk{L, M}(struct msk_held_key *a, struct msk_held_key *b) =
        same_value{L, M}(a, b) && same_past{L, M}(a, b) &&
        \at(a->number, L) == \at(b->number, M);
 */

/*@ requires group(group);
    assigns \nothing;
    ensures 0 <= \result <= 2;
    ensures \result == 0 <==> holds_at(group, 0, number);
    ensures \result == 1 <==>
            !holds_at(group, 0, number) && holds_at(group, 1, number);
    ensures \result == 2 <==> !holds(group, number);
 */
size_t msk_held_find(const struct msk_held_group *group, uint16_t number);

/*@ requires group(group) && \valid(deleted) && \valid_read(msk) && flag(msk);
    requires \separated(group, deleted, msk);
    assigns group->n, group->msk[0 .. 1], *deleted;
    // At most two, and the newest is the one that came.
    ensures 0 < group->n <= 2;
    ensures group->msk[0].number == msk->number;
    // It was there: nothing goes.
    behavior the_newest_again:
        assumes holds_at(group, 0, msk->number);
        ensures !\result && group->n == \old(group->n);
        ensures group->msk[1].number == \old(group->msk[1].number);
    behavior the_older_again:
        assumes !holds_at(group, 0, msk->number);
        assumes holds_at(group, 1, msk->number);
        ensures !\result && group->n == \old(group->n);
        ensures group->msk[1].number == \old(group->msk[0].number);
    // It is new: the one that was the newest stays, an older one goes.
    behavior new_and_room:
        assumes !holds(group, msk->number) && group->n < 2;
        ensures !\result && group->n == \old(group->n) + 1;
        ensures group->n == 2 ==>
                group->msk[1].number == \old(group->msk[0].number);
    behavior new_and_full:
        assumes !holds(group, msk->number) && group->n == 2;
        ensures \result && group->n == 2;
        ensures *deleted == \old(group->msk[1].number);
        ensures group->msk[1].number == \old(group->msk[0].number);
    complete behaviors;
    disjoint behaviors;
 */
bool msk_held_deliver(struct msk_held_group *group,
                      const struct msk_held_key *msk, uint16_t *deleted);

/*@ requires group(group);
    assigns group->msk[0 .. 1];
    ensures \result <==> holds{Pre}(group, number);
    ensures \result ==> group->msk[0].number == number &&
            group->msk[0].seq_low == seq_low &&
            group->msk[0].seq_high == seq_high;
    behavior the_newest:
        assumes holds_at(group, 0, number);
        ensures group->msk[1].number == \old(group->msk[1].number);
    behavior the_older:
        assumes !holds_at(group, 0, number) && holds_at(group, 1, number);
        ensures group->msk[1].number == \old(group->msk[0].number);
    behavior none:
        assumes !holds(group, number);
        assigns \nothing;
    complete behaviors;
    disjoint behaviors;
 */
bool msk_held_revalidate(struct msk_held_group *group, uint16_t number,
                         uint16_t seq_low, uint16_t seq_high);

/*@ // RFC 1982 3.2, "s1 is greater than s2", SERIAL_BITS 32.
    predicate greater(integer s1, integer s2) =
        (s1 < s2 && s2 - s1 > 2147483648) ||
        (s1 > s2 && s1 - s2 < 2147483648);
 */

/*@ assigns \nothing;
    ensures \result <==> greater(a, b);
 */
bool msk_serial_newer(uint32_t a, uint32_t b);

#endif
