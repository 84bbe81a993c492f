/* SPDX-License-Identifier: MIT */
/* http/media_type.h - the value of a Content-Type header. */
#ifndef MSK_HTTP_MEDIA_TYPE_H
#define MSK_HTTP_MEDIA_TYPE_H

#include "msk/types.h"

/*
 * True when the header names that type, of XML in UTF-8: its charset is UTF-8
 * or not given (RFC 7303 3). Letters without regard to case; other parameters
 * are ignored, but must be well formed (RFC 9110 8.3.1).
 */
bool msk_media_type_is(struct msk_bytes header, const char *type);

#endif
