/* SPDX-License-Identifier: MIT */
/*
 * base/octets.h - octets seen as what they stand for: a view, text of ASCII,
 * the names of key servers and of keys, a struct that a caller fills. Secrets are compared
 * with msk_secret_equal.
 */
#ifndef MSK_BASE_OCTETS_H
#define MSK_BASE_OCTETS_H

#include "msk/types.h"

/* Makes it the view of nothing, nowhere. */
void msk_octets_clear(struct msk_bytes *view);

/* True when the view has least to most octets, and points at them. */
bool msk_octets_fit(struct msk_bytes view, size_t least, size_t most);

/* True when both have the same octets. */
bool msk_octets_equal(struct msk_bytes a, struct msk_bytes b);

/* True when the view has the n octets at p. */
bool msk_octets_are(struct msk_bytes view, const uint8_t *p, size_t n);

/* Copies a view into a field of cap octets, 255 at most. False: it is longer;
 * nothing was changed. */
bool msk_octets_keep(struct msk_bytes view, uint8_t *field, size_t cap,
                     uint8_t *len);

/* --- text of ASCII -------------------------------------------------------- */

/* True for white space of XML and of folded lines of HTTP: blank, tab, CR,
 * LF. */
bool msk_text_is_blank(uint8_t c);

/* The small letter of a capital one; any other octet as it is. */
uint8_t msk_text_lower(uint8_t c);

/* True when both have the same octets but for the case of ASCII letters. */
bool msk_text_same(struct msk_bytes a, struct msk_bytes b);

/* --- views, cut ----------------------------------------------------------- */

/* Takes the first n octets off *rest, or all of it if it has fewer. */
struct msk_bytes msk_view_cut(struct msk_bytes *rest, size_t n);

/* Takes off *rest what stands before the first c, and that c; all of it where
 * there is none. */
struct msk_bytes msk_view_until(struct msk_bytes *rest, uint8_t c);

/* Where c stands first; the length of the view: nowhere. */
size_t msk_view_find(struct msk_bytes view, uint8_t c);

/* The view without the white space of XML (blank, tab, CR, LF) at its ends. */
struct msk_bytes msk_view_trim(struct msk_bytes view);

/* True when the octets are those of text. */
bool msk_view_is(struct msk_bytes view, const char *text);

/* --- names of key servers, which have no case (RFC 4343; decision 35) ----- */

/* True when both are the same name. Nothing in the library compares them in
 * another way. */
bool msk_fqdn_same(struct msk_bytes a, struct msk_bytes b);

/* Writes the one spelling of a name, as many octets as it has: for what is
 * kept under a name, or hashed of it. out may be where the name is. */
void msk_fqdn_fold(struct msk_bytes fqdn, uint8_t *out);

/* --- structs that start with their size ----------------------------------- */

/*
 * Copies the struct of a caller that was compiled against older or newer
 * headers into mine (n octets). What they do not know reads as zero, what I do
 * not know is left out. False: theirs is NULL, or claims fewer than first
 * octets, those of the first version; mine is unchanged.
 */
bool msk_sized_take(void *mine, size_t n, const void *theirs, size_t first);

/* Copies mine (n octets) into a caller's struct as far as they know it; their
 * size field stays. theirs may be NULL: nothing is copied. */
void msk_sized_give(void *theirs, const void *mine, size_t n);

/* Octets of a struct up to and including a member. */
#define MSK_SIZE_UPTO(type, member) \
    (offsetof(struct type, member) + sizeof(((struct type *)0)->member))

#endif
