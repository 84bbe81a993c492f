/* SPDX-License-Identifier: MIT */
/* fields.h - the header fields of HTTP: of their lines as they came, and by
 * their names. */
#ifndef HOSTS_FIELDS_H
#define HOSTS_FIELDS_H

#include "msk/http.h"

/* Lists them, as views into head, without the status line and blanks around
 * values; those after the first cap are left out. How many there are. */
size_t fields_list(struct msk_bytes head, struct msk_http_header *list,
                   size_t cap);

/* Is the text that word? Letters without regard to case. */
bool fields_is(struct msk_bytes text, const char *word);

/* The value of the first one of that name; NULL and 0: there is none. */
struct msk_bytes fields_value(const struct msk_http_header *list, size_t n,
                              const char *name);

#endif
