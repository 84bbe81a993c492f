/* SPDX-License-Identifier: MIT */
/* exchange.h - a request as it comes in, piece by piece. */
#ifndef MSK_BMSC_EXCHANGE_H
#define MSK_BMSC_EXCHANGE_H

#include <microhttpd.h>

#include "../hosts/address.h"
#include "msk/http.h"

/* Header lines as the library takes them. */
struct headers {
    struct msk_http_header list[MSK_HTTP_HEADERS_MAX + 1];
    size_t n;
};

struct exchange {
    char *target; /* as it stood in the request line; NULL: no memory */
    uint8_t *body;
    size_t n;
    bool begun, too_long;
    /* From when it is whole to its answer: */
    struct MHD_Connection *connection;
    struct headers headers;
    struct msk_http_request request;
    struct address peer;
    struct MHD_Response *response; /* NULL: not answered yet */
    unsigned status;
    bool handled; /* `then` is for http_handlers.answered */
    void *then;
};

/* NULL: no memory. */
struct exchange *exchange_begin(const char *target);
void exchange_free(struct exchange *x);

/* More of the body. No more is kept than a body may have; the rest is read and
 * let go. */
void exchange_take(struct exchange *x, const char *p, size_t n);

/* x->request as the library takes it, but for the method; an HTTP status if
 * that cannot be. It points into x and the connection. */
int exchange_request(struct exchange *x, struct MHD_Connection *connection);

/* An answer; last: after which the connection ends. response NULL: nothing but
 * the status. NULL: no memory. */
struct MHD_Response *exchange_response(int status,
                                       const struct msk_http_response *response,
                                       bool last);

#endif
