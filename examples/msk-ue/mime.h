/* SPDX-License-Identifier: MIT */
/*
 * mime.h - the parts of a multipart document (RFC 2046 5.1, RFC 2387), as a
 * service announcement comes in over HTTP or FLUTE: with its header in front,
 * or from its first boundary on.
 */
#ifndef MSK_UE_MIME_H
#define MSK_UE_MIME_H

#include "msk/types.h"

/* Views into the document; empty: there was no such header. */
struct mime_part {
    struct msk_bytes type, location, encoding;
    struct msk_bytes body;
};

/* Does it look like one? */
bool mime_is(struct msk_bytes document);

/* Takes it apart. False: it is none, is not whole, or has more than cap parts. */
bool mime_split(struct msk_bytes document, struct mime_part *parts, size_t cap,
                size_t *n);

#endif
