/* SPDX-License-Identifier: MIT */
/*
 * base/bytes.h - reading and writing octets of the network. These are the
 * only functions of the library that move a pointer over such octets.
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

/* Starts to read the n octets at p; borrows them. p may be NULL if n is 0. */
void msk_reader_init(struct msk_reader *r, const uint8_t *p, size_t n);

/* The next 1, 2 or 4 octets, big endian; 0 when they are not there. */
uint8_t msk_reader_u8(struct msk_reader *r);
uint16_t msk_reader_u16(struct msk_reader *r);
uint32_t msk_reader_u32(struct msk_reader *r);

/* The next n octets as a view; the empty view when they are not there. */
void msk_reader_take(struct msk_reader *r, size_t n, struct msk_bytes *out);

/* Moves over the next n octets. */
void msk_reader_skip(struct msk_reader *r, size_t n);

/* Octets not read yet; 0 for a failed reader. */
size_t msk_reader_left(const struct msk_reader *r);

/* True when nothing failed and nothing is left. */
bool msk_reader_done(const struct msk_reader *r);

struct msk_writer {
    uint8_t *p;    /* NULL: count only */
    size_t cap;    /* octets at p */
    size_t len;    /* octets written, also those that did not fit */
    bool too_long; /* a length does not fit into its octets */
};

/* Starts to write at p (cap octets; NULL: count only). */
void msk_writer_init(struct msk_writer *w, uint8_t *p, size_t cap);

/* Writes v in 1, 2 or 4 octets, big endian. */
void msk_writer_u8(struct msk_writer *w, uint8_t v);
void msk_writer_u16(struct msk_writer *w, uint16_t v);
void msk_writer_u32(struct msk_writer *w, uint32_t v);

/* Writes n octets. p may be NULL if n is 0; it must not lie in the buffer. */
void msk_writer_put(struct msk_writer *w, const uint8_t *p, size_t n);

/* Writes v over the octet at offset `at`, which was written before. */
void msk_writer_poke(struct msk_writer *w, size_t at, uint8_t v);

/*
 * Writes 1 or 2 octets of room for a length; close fills in how many octets
 * have been written since. `at` is what open returned.
 */
size_t msk_writer_open8(struct msk_writer *w);
void msk_writer_close8(struct msk_writer *w, size_t at);
size_t msk_writer_open16(struct msk_writer *w);
void msk_writer_close16(struct msk_writer *w, size_t at);

/* *len: octets written, also when only counting. MSK_ERR_LENGTH: a length did
 * not fit into its octets; MSK_ERR_SPACE: the buffer was too small. */
int msk_writer_end(const struct msk_writer *w, size_t *len);

#endif
