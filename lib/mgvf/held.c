/* SPDX-License-Identifier: MIT */
#include "mgvf/held.h"

/* RFC 1982 3.2, "s1 is greater than s2", with SERIAL_BITS 32. */
bool
msk_serial_newer(uint32_t a, uint32_t b)
{
    const uint32_t half = (uint32_t)1 << 31;

    return a > b ? a - b < half : b - a > half;
}

size_t
msk_held_find(const struct msk_held_group *group, uint16_t number)
{
    if (group->n > 0 && group->msk[0].number == number)
        return 0;
    if (group->n > 1 && group->msk[1].number == number)
        return 1;
    return MSK_HELD_MAX;
}

/* Octet by octet: memcpy takes any type, which no proof can follow. */
/*@ requires \valid(to + (0 .. n - 1)) && \valid_read(from + (0 .. n - 1));
    requires \separated(to + (0 .. n - 1), from + (0 .. n - 1));
    assigns to[0 .. n - 1];
    ensures same_octets{Post, Pre}(to, from, n);
 */
static void
copy_octets(uint8_t *to, const uint8_t *from, size_t n)
{
    /*@ loop invariant 0 <= i <= n;
        loop invariant same_octets{Here, Pre}(to, from, i);
        loop assigns i, to[0 .. n - 1];
        loop variant n - i;
     */
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

/* The value of an MSK and what comes with it; its number and its MTK counter
 * are other matters. */
/*@ requires \valid(to) && \valid_read(from) && \separated(to, from);
    assigns to->key[0 .. 31], to->rand[0 .. 63], to->key_len, to->rand_len;
    assigns to->seq_low, to->seq_high;
    ensures same_value{Post, Pre}(to, from);
    ensures to->number == \old(to->number);
 */
static void
copy_value(struct msk_held_key *to, const struct msk_held_key *from)
{
    copy_octets(to->key, from->key, MSK_KEY_MAX);
    /*@ assert same_key{Here, Pre}(to, from); */
    copy_octets(to->rand, from->rand, MSK_RAND_MAX);
    /*@ assert same_key{Here, Pre}(to, from); */
    /*@ assert same_rand{Here, Pre}(to, from); */
    to->key_len = from->key_len;
    to->rand_len = from->rand_len;
    to->seq_low = from->seq_low;
    to->seq_high = from->seq_high;
}

/* Nothing is left of what was there. */
/*@ requires \valid(to) && \valid_read(from) && \separated(to, from);
    requires flag(from);
    assigns to->key[0 .. 31], to->rand[0 .. 63], to->key_len, to->rand_len;
    assigns to->seq_low, to->seq_high, to->number;
    assigns to->has_counter, to->counter, to->mtk_id;
    ensures same_msk{Post, Pre}(to, from) && flag(to);
 */
static void
copy_held_key(struct msk_held_key *to, const struct msk_held_key *from)
{
    copy_value(to, from);
    to->number = from->number;
    to->has_counter = from->has_counter;
    to->counter = from->counter;
    to->mtk_id = from->mtk_id;
}

/*@ requires \valid(a + (0 .. n - 1)) && \valid(b + (0 .. n - 1));
    requires \separated(a + (0 .. n - 1), b + (0 .. n - 1));
    assigns a[0 .. n - 1], b[0 .. n - 1];
    ensures same_octets{Post, Pre}(a, b, n);
    ensures same_octets{Post, Pre}(b, a, n);
 */
static void
swap_octets(uint8_t *a, uint8_t *b, size_t n)
{
    /*@ loop invariant 0 <= i <= n;
        loop invariant same_octets{Here, Pre}(a, b, i);
        loop invariant same_octets{Here, Pre}(b, a, i);
        loop invariant \forall integer k; i <= k < n ==>
            a[k] == \at(a[k], Pre) && b[k] == \at(b[k], Pre);
        loop assigns i, a[0 .. n - 1], b[0 .. n - 1];
        loop variant n - i;
     */
    for (size_t i = 0; i < n; i++) {
        uint8_t octet = a[i];

        a[i] = b[i];
        b[i] = octet;
    }
}

/*@ requires \valid(a) && \valid(b) && \separated(a, b);
    assigns *a, *b;
    ensures *a == \old(*b) && *b == \old(*a);
 */
static void
swap_u8(uint8_t *a, uint8_t *b)
{
    uint8_t value = *a;

    *a = *b;
    *b = value;
}

/*@ requires \valid(a) && \valid(b) && \separated(a, b);
    assigns *a, *b;
    ensures *a == \old(*b) && *b == \old(*a);
 */
static void
swap_u16(uint16_t *a, uint16_t *b)
{
    uint16_t value = *a;

    *a = *b;
    *b = value;
}

/* What MTK messages have left. */
/*@ requires \valid(a) && \valid(b) && \separated(a, b) && flag(a) && flag(b);
    assigns a->has_counter, a->counter, a->mtk_id;
    assigns b->has_counter, b->counter, b->mtk_id;
    ensures same_past{Post, Pre}(a, b) && same_past{Post, Pre}(b, a);
 */
static void
swap_past(struct msk_held_key *a, struct msk_held_key *b)
{
    bool has_counter = a->has_counter;
    uint32_t counter = a->counter;

    a->has_counter = b->has_counter;
    b->has_counter = has_counter;
    a->counter = b->counter;
    b->counter = counter;
    swap_u16(&a->mtk_id, &b->mtk_id);
}

/*@ requires \valid(a) && \valid(b) && \separated(a, b) && flag(a) && flag(b);
    assigns *a, *b;
    ensures same_key{Post, Pre}(a, b) && same_key{Post, Pre}(b, a);
    ensures a->number == \old(b->number) && b->number == \old(a->number);
 */
static void
swap(struct msk_held_key *a, struct msk_held_key *b)
{
    swap_octets(a->key, b->key, MSK_KEY_MAX);
    /*@ assert same_key{Here, Pre}(a, b) && same_key{Here, Pre}(b, a); */
    swap_octets(a->rand, b->rand, MSK_RAND_MAX);
    /*@ assert same_key{Here, Pre}(a, b) && same_key{Here, Pre}(b, a); */
    /*@ assert same_rand{Here, Pre}(a, b) && same_rand{Here, Pre}(b, a); */
    swap_u8(&a->key_len, &b->key_len);
    swap_u8(&a->rand_len, &b->rand_len);
    /*@ assert same_key{Here, Pre}(a, b) && same_key{Here, Pre}(b, a); */
    /*@ assert same_rand{Here, Pre}(a, b) && same_rand{Here, Pre}(b, a); */
    swap_u16(&a->number, &b->number);
    swap_u16(&a->seq_low, &b->seq_low);
    swap_u16(&a->seq_high, &b->seq_high);
    swap_past(a, b);
}

/* Makes room in front; the second of two has to go. */
/*@ requires group(group) && \valid(deleted) && \separated(group, deleted);
    assigns group->n, group->msk[1], *deleted;
    ensures \result <==> \old(group->n) == 2;
    ensures \result ==> *deleted == \old(group->msk[1].number);
    ensures group->n == (\old(group->n) == 0 ? 1 : 2);
    ensures \old(group->n) > 0 ==>
            group->msk[1].number == \old(group->msk[0].number);
 */
static bool
push_back(struct msk_held_group *group, uint16_t *deleted)
{
    bool full = group->n == MSK_HELD_MAX;

    if (full)
        *deleted = group->msk[1].number;
    if (group->n > 0)
        copy_held_key(&group->msk[1], &group->msk[0]);
    if (!full)
        group->n++;
    return full;
}

/* Makes the MSK at i the newest; the others keep their order. */
/*@ requires group(group) && 0 <= i < group->n;
    assigns group->msk[0 .. 1];
    ensures i == 0 ==> group->msk[0].number == \old(group->msk[0].number);
    ensures i == 0 ==> group->msk[1].number == \old(group->msk[1].number);
    ensures i == 1 ==> group->msk[0].number == \old(group->msk[1].number);
    ensures i == 1 ==> group->msk[1].number == \old(group->msk[0].number);
 */
static void
to_front(struct msk_held_group *group, size_t i)
{
    if (i == 1)
        swap(&group->msk[0], &group->msk[1]);
}

bool
msk_held_deliver(struct msk_held_group *group, const struct msk_held_key *msk,
                 uint16_t *deleted)
{
    size_t i = msk_held_find(group, msk->number);
    bool full;

    if (i < MSK_HELD_MAX) {
        to_front(group, i);
        /*@ assert group->msk[0].number == msk->number; */
        copy_value(&group->msk[0], msk);
        return false;
    }
    full = push_back(group, deleted);
    copy_held_key(&group->msk[0], msk);
    return full;
}

bool
msk_held_revalidate(struct msk_held_group *group, uint16_t number,
                    uint16_t seq_low, uint16_t seq_high)
{
    size_t i = msk_held_find(group, number);

    if (i == MSK_HELD_MAX)
        return false;
    to_front(group, i);
    group->msk[0].seq_low = seq_low;
    group->msk[0].seq_high = seq_high;
    return true;
}
