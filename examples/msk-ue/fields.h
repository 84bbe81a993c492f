/* SPDX-License-Identifier: MIT */
/* fields.h - the header fields of an answer, of its lines as they came. */
#ifndef MSK_UE_FIELDS_H
#define MSK_UE_FIELDS_H

#include "msk/http.h"

/* Lists them, as views into head, without the status line and blanks around
 * values; those after the first cap are left out. How many there are. */
size_t fields_list(struct msk_bytes head, struct msk_http_header *list,
                   size_t cap);

#endif
