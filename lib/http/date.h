/* SPDX-License-Identifier: MIT */
/* http/date.h - moments in HTTP headers (RFC 9110 5.6.7). */
#ifndef MSK_HTTP_DATE_H
#define MSK_HTTP_DATE_H

#include "msk/types.h"

/* Reads a date in any of its three forms; *seconds since 1970. The name of the
 * day of the week is not looked at. False: it is none, *seconds is unchanged. */
bool msk_http_date(struct msk_bytes text, uint64_t *seconds);

#endif
