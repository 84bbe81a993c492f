/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include "../hosts/fields.h"

#define STATUS_LINE 12 /* "HTTP/1.1 200" */

static size_t
number_of(struct msk_bytes text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n && n <= ANSWER_MAX; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            n = 10 * n + (size_t)(text.p[i] - '0');
    return n;
}

/* Its head is there, up to the empty line. */
static bool
take_head(struct answer *answer, struct msk_bytes head)
{
    struct msk_http_header *list = answer->headers;
    size_t n = fields_list(head, list, MSK_HTTP_HEADERS_MAX);
    bool fine = head.n >= STATUS_LINE && memcmp(head.p, "HTTP/1.1 ", 9) == 0;

    answer->last = fields_is(fields_value(list, n, "Connection"), "close");
    answer->response = (struct msk_http_response){
        .size = sizeof answer->response,
        .status = fine ? atoi((const char *)head.p + 9) : 0,
        .headers = list,
        .n_headers = n,
        .body = { NULL, number_of(fields_value(list, n, "Content-Length")) }
    };
    return fine;
}

int
answer_read(struct answer *answer)
{
    const uint8_t *end = memmem(answer->octets, answer->n, "\r\n\r\n", 4);
    size_t head;

    if (end == NULL)
        return answer->n < sizeof answer->octets ? ANSWER_MORE : ANSWER_BAD;
    head = (size_t)(end - answer->octets) + 2;
    if (!take_head(answer, (struct msk_bytes){ answer->octets, head }))
        return ANSWER_BAD;
    answer->response.body.p = answer->octets + head + 2;
    if (answer->response.body.n > sizeof answer->octets - head - 2)
        return ANSWER_BAD;
    return answer->n >= head + 2 + answer->response.body.n ? ANSWER_WHOLE
                                                           : ANSWER_MORE;
}
