/* SPDX-License-Identifier: MIT */
/* request.h - an HTTP request as the octets that are sent. */
#ifndef MSK_LOAD_REQUEST_H
#define MSK_LOAD_REQUEST_H

#include "msk/http.h"

/* Octets that it takes at the most. */
size_t request_room(const struct msk_http_request *q, const char *fqdn);

/* Writes it into that room; returns how many octets it is. */
size_t request_write(uint8_t *out, const struct msk_http_request *q,
                     const char *fqdn);

#endif
