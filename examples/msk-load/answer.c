/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STATUS_LINE 12 /* "HTTP/1.1 200" */

/* The line in front of the next CR LF, and what is behind that. */
static struct msk_bytes
next_line(struct msk_bytes *rest)
{
    const uint8_t *end = memmem(rest->p, rest->n, "\r\n", 2);
    struct msk_bytes line = { rest->p, (size_t)(end - rest->p) };

    rest->p = end + 2;
    rest->n -= line.n + 2;
    return line;
}

static bool
is_named(struct msk_bytes name, const char *word)
{
    return name.n == strlen(word) &&
           strncasecmp((const char *)name.p, word, name.n) == 0;
}

static size_t
number_of(struct msk_bytes text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n && n <= ANSWER_MAX; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            n = 10 * n + (size_t)(text.p[i] - '0');
    return n;
}

static bool
take_field(struct answer *answer, struct msk_bytes line)
{
    const uint8_t *colon = memchr(line.p, ':', line.n);
    struct msk_http_header *header =
        &answer->headers[answer->response.n_headers];
    struct msk_bytes value;

    if (colon == NULL || answer->response.n_headers == MSK_HTTP_HEADERS_MAX)
        return false;
    value = (struct msk_bytes){ colon + 1, line.n };
    value.n -= (size_t)(value.p - line.p);
    while (value.n > 0 && value.p[0] == ' ') {
        value.p++;
        value.n--;
    }
    header->name = (struct msk_bytes){ line.p, (size_t)(colon - line.p) };
    header->value = value;
    answer->response.n_headers++;
    if (is_named(header->name, "Content-Length"))
        answer->response.body.n = number_of(value);
    if (is_named(header->name, "Connection"))
        answer->last = is_named(value, "close");
    return true;
}

/* Its head is there, up to the empty line. */
static bool
take_head(struct answer *answer, struct msk_bytes head)
{
    struct msk_bytes line = next_line(&head);
    bool fine = line.n >= STATUS_LINE && memcmp(line.p, "HTTP/1.1 ", 9) == 0;

    answer->last = false;
    answer->response = (struct msk_http_response){
        .size = sizeof answer->response,
        .status = fine ? atoi((const char *)line.p + 9) : 0,
        .headers = answer->headers
    };
    while (fine && head.n > 0)
        fine = take_field(answer, next_line(&head));
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
