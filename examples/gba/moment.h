/* SPDX-License-Identifier: MIT */
/* moment.h - moments as JSON and people have them: RFC 3339, in milliseconds
 * since 1970 here. */
#ifndef GBA_MOMENT_H
#define GBA_MOMENT_H

#include "msk/types.h"

#define MOMENT_TEXT 32

/* "2026-12-01T12:00:00.123Z"; "never" after the year 9999. */
void moment_write(msk_time moment, char out[MOMENT_TEXT]);

/* Reads one, with a fraction or without, and with any offset. False: it is
 * none, or before 1970. */
bool moment_read(const char *text, msk_time *out);

#endif
