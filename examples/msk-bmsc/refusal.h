/* SPDX-License-Identifier: MIT */
/* refusal.h - the answer to who is turned away before the web server. */
#ifndef MSK_BMSC_REFUSAL_H
#define MSK_BMSC_REFUSAL_H

#include <stddef.h>

#define REFUSAL_MAX 256 /* octets, with the zero at its end */

/* Writes the response with the status that head_judge gave, or 408. Returns its
 * length. */
size_t refusal_write(int status, char text[REFUSAL_MAX]);

#endif
