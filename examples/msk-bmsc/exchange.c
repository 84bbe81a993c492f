/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define RETRY_MIN 5 /* seconds */
#define RETRY_SPREAD 25u

struct exchange *
exchange_begin(const char *target)
{
    struct exchange *x = calloc(1, sizeof *x);

    if (x != NULL && target != NULL)
        x->target = strdup(target);
    return x;
}

void
exchange_free(struct exchange *x)
{
    if (x->response != NULL)
        MHD_destroy_response(x->response);
    free(x->target);
    free(x->body);
    free(x);
}

void
exchange_take(struct exchange *x, const char *p, size_t n)
{
    if (x->body == NULL)
        x->body = malloc(MSK_HTTP_BODY_MAX);
    if (x->body == NULL || n > MSK_HTTP_BODY_MAX - x->n) {
        x->too_long = true;
        return;
    }
    memcpy(x->body + x->n, p, n);
    x->n += n;
}

static enum MHD_Result
take_header(void *user, enum MHD_ValueKind kind, const char *name,
            const char *value)
{
    struct headers *headers = user;
    struct msk_http_header *header = &headers->list[headers->n];

    (void)kind;
    header->name = msk_text(name);
    header->value = msk_text(value);
    headers->n++;
    return headers->n < MSK_HTTP_HEADERS_MAX + 1 ? MHD_YES : MHD_NO;
}

int
exchange_request(struct exchange *x, struct MHD_Connection *connection)
{
    struct headers *headers = &x->headers;

    headers->n = 0;
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header,
                                    headers);
    if (x->too_long)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    if (headers->n > MSK_HTTP_HEADERS_MAX)
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    x->request.size = sizeof x->request;
    x->request.target = msk_text(x->target);
    x->request.headers = headers->list;
    x->request.n_headers = headers->n;
    x->request.body = (struct msk_bytes){ x->body, x->n };
    return MHD_HTTP_OK;
}

/* --- answers ------------------------------------------------------------- */

static void
add_header(struct MHD_Response *r, const struct msk_http_header *h)
{
    char name[64], value[MSK_HTTP_VALUE_MAX + 1];

    if (h->name.n >= sizeof name || h->value.n >= sizeof value)
        return;
    memcpy(name, h->name.p, h->name.n);
    name[h->name.n] = '\0';
    memcpy(value, h->value.p, h->value.n);
    value[h->value.n] = '\0';
    (void)MHD_add_response_header(r, name, value);
}

/* Those who are told to come again do not come all at once. */
static void
add_retry(struct MHD_Response *r)
{
    unsigned draw = 0;
    char seconds[16];

    (void)getrandom(&draw, sizeof draw, GRND_NONBLOCK);
    (void)snprintf(seconds, sizeof seconds, "%u",
                   RETRY_MIN + draw % (RETRY_SPREAD + 1));
    (void)MHD_add_response_header(r, "Retry-After", seconds);
}

struct MHD_Response *
exchange_response(int status, const struct msk_http_response *response,
                  bool last)
{
    struct msk_bytes body = { NULL, 0 };
    struct MHD_Response *r;

    if (response != NULL)
        body = response->body;
    r = MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p,
                                        MHD_RESPMEM_MUST_COPY);
    if (r == NULL)
        return NULL;
    for (size_t i = 0; response != NULL && i < response->n_headers; i++)
        add_header(r, &response->headers[i]);
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE && response == NULL)
        add_retry(r);
    if (last)
        (void)MHD_add_response_header(r, "Connection", "close");
    return r;
}
