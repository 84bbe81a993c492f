/* SPDX-License-Identifier: MIT */
/* http/date.h - moments in HTTP headers (RFC 9110 5.6.7) and in XML. */
#ifndef MSK_HTTP_DATE_H
#define MSK_HTTP_DATE_H

#include "msk/types.h"

/* Reads a date in any of its three forms; *seconds since 1970. The name of the
 * day of the week is not looked at. False: it is none, *seconds is unchanged. */
bool msk_http_date(struct msk_bytes text, uint64_t *seconds);

/*
 * xs:dateTime with a time zone, seconds since 1970: "2026-11-30T12:00:00Z", with
 * a fraction, which is left out, or with an offset. False: it is none, or
 * before 1970.
 */
bool msk_xml_moment_read(struct msk_bytes text, uint64_t *seconds);

/* Writes one in UTC. False: after the year 9999. */
#define MSK_XML_MOMENT_LEN 20 /* characters */
bool msk_xml_moment_write(uint64_t seconds, uint8_t out[MSK_XML_MOMENT_LEN]);

#endif
