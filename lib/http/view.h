/* SPDX-License-Identifier: MIT */
/* http/view.h - views of text, cut and compared. */
#ifndef MSK_HTTP_VIEW_H
#define MSK_HTTP_VIEW_H

#include "msk/types.h"

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

#endif
