/* SPDX-License-Identifier: MIT */
/*
 * base/bytes.h - reading and writing octets of the network. These are the
 * only functions of the library that move a pointer over such octets; they
 * stand here, and not in a .c, so that a compiler sees through them.
 *
 * A reader fails once and for ever: past the end it yields zeros and empty
 * views, and is asked once, at the end of a structure. The zero of a failed
 * reader and the zero of "last payload" are the same zero, so a message that
 * was cut ends its own loops.
 *
 * A writer writes as long as there is room and counts on past it; with a NULL
 * buffer it only counts.
 */
#ifndef MSK_BASE_BYTES_H
#define MSK_BASE_BYTES_H

#include "msk/types.h"

struct msk_reader {
    const uint8_t *p;
    size_t n;  /* octets at p */
    size_t at; /* octets read, at most n */
    bool bad;  /* something was asked for that is not there */
};

struct msk_writer {
    uint8_t *p;    /* NULL: count only */
    size_t cap;    /* octets at p */
    size_t len;    /* octets written, also those that did not fit */
    bool too_long; /* a length does not fit into its octets */
};

/* Starts to read the n octets at p; borrows them. p may be NULL if n is 0. */
static inline void
msk_reader_init(struct msk_reader *r, const uint8_t *p, size_t n)
{
    r->p = p;
    r->n = n;
    r->at = 0;
    r->bad = false;
}

/*
 * For the functions below: the position of a reader moves here and nowhere
 * else. True: the n octets in front of the new position are the caller's to
 * read. Once false, always false, also for n 0.
 */
static inline bool
msk_reader_advance(struct msk_reader *r, size_t n)
{
    if (r->bad || n > r->n - r->at) {
        r->bad = true;
        return false;
    }
    r->at += n;
    return true;
}

/* The next 1, 2 or 4 octets, big endian; 0 when they are not there. Products
 * and not shifts: provers can reckon with them. */
static inline uint8_t
msk_reader_u8(struct msk_reader *r)
{
    return msk_reader_advance(r, 1) ? r->p[r->at - 1] : 0;
}

static inline uint16_t
msk_reader_u16(struct msk_reader *r)
{
    const uint8_t *p;

    if (!msk_reader_advance(r, 2))
        return 0;
    p = r->p + (r->at - 2);
    return (uint16_t)(p[0] * 0x100u + p[1]);
}

static inline uint32_t
msk_reader_u32(struct msk_reader *r)
{
    const uint8_t *p;

    if (!msk_reader_advance(r, 4))
        return 0;
    p = r->p + (r->at - 4);
    return p[0] * UINT32_C(0x1000000) + p[1] * UINT32_C(0x10000) +
           p[2] * UINT32_C(0x100) + p[3];
}

/* The next n octets as a view; the empty view when they are not there. */
static inline void
msk_reader_take(struct msk_reader *r, size_t n, struct msk_bytes *out)
{
    out->p = NULL;
    out->n = 0;
    if (msk_reader_advance(r, n) && n > 0) { /* n 0: p may be NULL */
        out->p = r->p + (r->at - n);
        out->n = n;
    }
}

/* Moves over the next n octets. */
static inline void
msk_reader_skip(struct msk_reader *r, size_t n)
{
    (void)msk_reader_advance(r, n);
}

/* Octets not read yet; 0 for a failed reader. */
static inline size_t
msk_reader_left(const struct msk_reader *r)
{
    return r->bad ? 0 : r->n - r->at;
}

/* True when nothing failed and nothing is left. */
static inline bool
msk_reader_done(const struct msk_reader *r)
{
    return !r->bad && r->at == r->n;
}

/* Starts to write at p (cap octets; NULL: count only). */
static inline void
msk_writer_init(struct msk_writer *w, uint8_t *p, size_t cap)
{
    w->p = p;
    w->cap = cap;
    w->len = 0;
    w->too_long = false;
}

/*
 * For the functions below: the length of a writer moves here and nowhere
 * else. True: the n octets in front of the new length are the buffer's. A
 * length past SIZE_MAX stops there and is an error, so that it never looks
 * short again.
 */
static inline bool
msk_writer_grow(struct msk_writer *w, size_t n)
{
    bool fits = w->p != NULL && w->len <= w->cap && n <= w->cap - w->len;

    if (n > SIZE_MAX - w->len) {
        w->too_long = true;
        n = SIZE_MAX - w->len;
    }
    w->len += n;
    return fits;
}

/* For msk_writer_put. A loop and not memcpy: proved whole, and compilers make
 * a memcpy of it. */
static inline void
msk_writer_copy(uint8_t *restrict to, const uint8_t *restrict from, size_t n)
{
    /*@ loop invariant 0 <= i <= n;
        loop invariant \forall integer j; 0 <= j < i ==> to[j] == from[j];
        loop assigns i, to[0 .. n - 1];
        loop variant n - i;
     */
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

/* Writes n octets. p may be NULL if n is 0; it must not lie in the buffer. */
static inline void
msk_writer_put(struct msk_writer *w, const uint8_t *p, size_t n)
{
    if (msk_writer_grow(w, n) && n > 0)
        msk_writer_copy(w->p + (w->len - n), p, n);
}

/* Writes v in 1, 2 or 4 octets, big endian. */
static inline void
msk_writer_u8(struct msk_writer *w, uint8_t v)
{
    if (msk_writer_grow(w, 1))
        w->p[w->len - 1] = v;
}

static inline void
msk_writer_u16(struct msk_writer *w, uint16_t v)
{
    uint8_t *p;

    if (!msk_writer_grow(w, 2))
        return;
    p = w->p + (w->len - 2);
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void
msk_writer_u32(struct msk_writer *w, uint32_t v)
{
    uint8_t *p;

    if (!msk_writer_grow(w, 4))
        return;
    p = w->p + (w->len - 4);
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

/* Writes v over the octet at offset `at`, which was written before. */
static inline void
msk_writer_poke(struct msk_writer *w, size_t at, uint8_t v)
{
    if (w->p != NULL && at < w->len && at < w->cap)
        w->p[at] = v;
}

/*
 * Writes 1 or 2 octets of room for a length; close fills in how many octets
 * have been written since. `at` is what open returned.
 */
static inline size_t
msk_writer_open8(struct msk_writer *w)
{
    size_t at = w->len;

    msk_writer_u8(w, 0);
    return at;
}

static inline void
msk_writer_close8(struct msk_writer *w, size_t at)
{
    if (at >= w->len || w->len - at - 1 > UINT8_MAX)
        w->too_long = true;
    else
        msk_writer_poke(w, at, (uint8_t)(w->len - at - 1));
}

static inline size_t
msk_writer_open16(struct msk_writer *w)
{
    size_t at = w->len;

    msk_writer_u16(w, 0);
    return at;
}

static inline void
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

/* *len: octets written, also when only counting. MSK_ERR_LENGTH: a length did
 * not fit into its octets; MSK_ERR_SPACE: the buffer was too small. */
static inline int
msk_writer_end(const struct msk_writer *w, size_t *len)
{
    *len = w->len;
    if (w->too_long)
        return MSK_ERR_LENGTH;
    return w->p != NULL && w->len > w->cap ? MSK_ERR_SPACE : MSK_OK;
}

#endif
