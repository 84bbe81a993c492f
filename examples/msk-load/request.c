/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <stdio.h>
#include <string.h>

#define HEAD_ROOM 1024 /* for what is not of the request */

size_t
request_room(const struct msk_http_request *q, const char *fqdn)
{
    size_t n = q->target.n + q->body.n + strlen(fqdn) + HEAD_ROOM;

    for (size_t i = 0; i < q->n_headers; i++)
        n += q->headers[i].name.n + q->headers[i].value.n + 4;
    return n;
}

/* Returns where the next goes. */
static uint8_t *
put(uint8_t *to, struct msk_bytes octets)
{
    if (octets.n > 0)
        memcpy(to, octets.p, octets.n);
    return to + octets.n;
}

static uint8_t *
put_text(uint8_t *to, const char *text)
{
    return put(to, msk_text(text));
}

size_t
request_write(uint8_t *out, const struct msk_http_request *q, const char *fqdn)
{
    uint8_t *to = out;
    char length[48];

    to = put(to, q->method);
    to = put_text(to, " ");
    to = put(to, q->target);
    to = put_text(to, " HTTP/1.1\r\nHost: ");
    to = put_text(to, fqdn);
    for (size_t i = 0; i < q->n_headers; i++) {
        to = put_text(to, "\r\n");
        to = put(to, q->headers[i].name);
        to = put_text(to, ": ");
        to = put(to, q->headers[i].value);
    }
    (void)snprintf(length, sizeof length, "\r\nContent-Length: %zu\r\n\r\n",
                   q->body.n);
    to = put_text(to, length);
    to = put(to, q->body);
    return (size_t)(to - out);
}
