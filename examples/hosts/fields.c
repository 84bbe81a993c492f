/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <string.h>
#include <strings.h>

/* "Name: value\r\n" as a header. False: the status line, or the end. */
static bool
split_line(const uint8_t *p, size_t n, struct msk_http_header *header)
{
    const uint8_t *colon = n > 0 ? memchr(p, ':', n) : NULL;
    size_t at;

    if (colon == NULL)
        return false;
    header->name = (struct msk_bytes){ p, (size_t)(colon - p) };
    at = header->name.n + 1;
    while (at < n && (p[at] == ' ' || p[at] == '\t'))
        at++;
    while (n > at && (p[n - 1] == '\r' || p[n - 1] == ' ' || p[n - 1] == '\t'))
        n--;
    header->value = (struct msk_bytes){ p + at, n - at };
    return true;
}

size_t
fields_list(struct msk_bytes head, struct msk_http_header *list, size_t cap)
{
    const uint8_t *p = head.p, *end = head.p + head.n, *newline;
    size_t n = 0;

    for (; n < cap && p < end; p = newline + 1) {
        newline = memchr(p, '\n', (size_t)(end - p));
        if (newline == NULL)
            break;
        if (split_line(p, (size_t)(newline - p), &list[n]))
            n++;
    }
    return n;
}

bool
fields_is(struct msk_bytes text, const char *word)
{
    return text.n == strlen(word) &&
           strncasecmp((const char *)text.p, word, text.n) == 0;
}

struct msk_bytes
fields_value(const struct msk_http_header *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (fields_is(list[i].name, name))
            return list[i].value;
    return (struct msk_bytes){ NULL, 0 };
}
