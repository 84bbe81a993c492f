/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

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
exchange_request(const struct exchange *x, struct MHD_Connection *connection,
                 struct headers *headers, struct msk_http_request *request)
{
    headers->n = 0;
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header,
                                    headers);
    if (x->too_long)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    if (headers->n > MSK_HTTP_HEADERS_MAX)
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    request->target = msk_text(x->target);
    request->headers = headers->list;
    request->n_headers = headers->n;
    request->body = (struct msk_bytes){ x->body, x->n };
    return MHD_HTTP_OK;
}
