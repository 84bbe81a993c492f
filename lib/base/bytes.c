/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

/*
 * The position of a reader moves here and nowhere else. True: the n octets in
 * front of the new position are the caller's to read. Once false, always
 * false, also for n 0.
 */
/*@ requires reader(r);
    assigns r->at, r->bad;
    ensures kept: reader(r);
    ensures move: moved{Pre, Post}(r, n);
    ensures told: \result <==> has{Pre}(r, n);
 */
static bool
advance(struct msk_reader *r, size_t n)
{
    if (r->bad || n > r->n - r->at) {
        r->bad = true;
        return false;
    }
    r->at += n;
    return true;
}

void
msk_reader_init(struct msk_reader *r, const uint8_t *p, size_t n)
{
    r->p = p;
    r->n = n;
    r->at = 0;
    r->bad = false;
}

uint8_t
msk_reader_u8(struct msk_reader *r)
{
    return advance(r, 1) ? r->p[r->at - 1] : 0;
}

/* Products and not shifts: provers can reckon with them. */
uint16_t
msk_reader_u16(struct msk_reader *r)
{
    const uint8_t *p;

    if (!advance(r, 2))
        return 0;
    p = r->p + (r->at - 2);
    return (uint16_t)(p[0] * 0x100u + p[1]);
}

uint32_t
msk_reader_u32(struct msk_reader *r)
{
    const uint8_t *p;

    if (!advance(r, 4))
        return 0;
    p = r->p + (r->at - 4);
    return p[0] * UINT32_C(0x1000000) + p[1] * UINT32_C(0x10000) +
           p[2] * UINT32_C(0x100) + p[3];
}

void
msk_reader_take(struct msk_reader *r, size_t n, struct msk_bytes *out)
{
    out->p = NULL;
    out->n = 0;
    if (advance(r, n) && n > 0) { /* n 0: p may be NULL, and stays alone */
        out->p = r->p + (r->at - n);
        out->n = n;
    }
}

void
msk_reader_skip(struct msk_reader *r, size_t n)
{
    (void)advance(r, n);
}

size_t
msk_reader_left(const struct msk_reader *r)
{
    return r->bad ? 0 : r->n - r->at;
}

bool
msk_reader_done(const struct msk_reader *r)
{
    return !r->bad && r->at == r->n;
}

void
msk_writer_init(struct msk_writer *w, uint8_t *p, size_t cap)
{
    w->p = p;
    w->cap = cap;
    w->len = 0;
    w->too_long = false;
}

/*
 * The length of a writer moves here and nowhere else. True: the n octets in
 * front of the new length are the buffer's. A length past SIZE_MAX stops
 * there and is an error, so that it never looks short again.
 */
/*@ requires writer(w);
    assigns w->len, w->too_long;
    ensures kept: writer(w);
    ensures move: grown{Pre, Post}(w, n);
    ensures told: \result <==> room{Pre}(w, n);
 */
static bool
grow(struct msk_writer *w, size_t n)
{
    bool fits = w->p != NULL && w->len <= w->cap && n <= w->cap - w->len;

    if (n > SIZE_MAX - w->len) {
        w->too_long = true;
        n = SIZE_MAX - w->len;
    }
    w->len += n;
    return fits;
}

/* A loop and not memcpy: proved whole, and compilers make a memcpy of it. */
/*@ requires n > 0 ==> \valid(to + (0 .. n - 1));
    requires n > 0 ==> \valid_read(from + (0 .. n - 1));
    requires \separated(to + (0 .. n - 1), from + (0 .. n - 1));
    assigns to[0 .. n - 1];
    ensures \forall integer i; 0 <= i < n ==> to[i] == from[i];
 */
static void
copy(uint8_t *restrict to, const uint8_t *restrict from, size_t n)
{
    /*@ loop invariant 0 <= i <= n;
        loop invariant \forall integer j; 0 <= j < i ==> to[j] == from[j];
        loop assigns i, to[0 .. n - 1];
        loop variant n - i;
     */
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

void
msk_writer_put(struct msk_writer *w, const uint8_t *p, size_t n)
{
    if (grow(w, n) && n > 0)
        copy(w->p + (w->len - n), p, n);
}

void
msk_writer_u8(struct msk_writer *w, uint8_t v)
{
    msk_writer_put(w, &v, 1);
}

void
msk_writer_u16(struct msk_writer *w, uint16_t v)
{
    uint8_t b[2];

    b[0] = (uint8_t)(v >> 8);
    b[1] = (uint8_t)v;
    msk_writer_put(w, b, sizeof b);
}

void
msk_writer_u32(struct msk_writer *w, uint32_t v)
{
    uint8_t b[4];

    b[0] = (uint8_t)(v >> 24);
    b[1] = (uint8_t)(v >> 16);
    b[2] = (uint8_t)(v >> 8);
    b[3] = (uint8_t)v;
    msk_writer_put(w, b, sizeof b);
}

void
msk_writer_poke(struct msk_writer *w, size_t at, uint8_t v)
{
    if (w->p != NULL && at < w->len && at < w->cap)
        w->p[at] = v;
}

size_t
msk_writer_open8(struct msk_writer *w)
{
    size_t at = w->len;

    msk_writer_u8(w, 0);
    return at;
}

void
msk_writer_close8(struct msk_writer *w, size_t at)
{
    if (at >= w->len || w->len - at - 1 > UINT8_MAX)
        w->too_long = true;
    else
        msk_writer_poke(w, at, (uint8_t)(w->len - at - 1));
}

size_t
msk_writer_open16(struct msk_writer *w)
{
    size_t at = w->len;

    msk_writer_u16(w, 0);
    return at;
}

void
msk_writer_close16(struct msk_writer *w, size_t at)
{
    size_t n;

    if (w->len < 2 || at > w->len - 2 || w->len - at - 2 > UINT16_MAX) {
        w->too_long = true;
        return;
    }
    n = w->len - at - 2;
    msk_writer_poke(w, at, (uint8_t)(n >> 8));
    msk_writer_poke(w, at + 1, (uint8_t)n);
}

int
msk_writer_end(const struct msk_writer *w, size_t *len)
{
    *len = w->len;
    if (w->too_long)
        return MSK_ERR_LENGTH;
    return w->p != NULL && w->len > w->cap ? MSK_ERR_SPACE : MSK_OK;
}
