/* SPDX-License-Identifier: MIT */
#include "mime.h"

#include <string.h>
#include <strings.h>

#define BOUNDARY_MAX 70

static bool
is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct msk_bytes
trim(struct msk_bytes text)
{
    while (text.n > 0 && is_blank(text.p[0])) {
        text.p++;
        text.n--;
    }
    while (text.n > 0 && is_blank(text.p[text.n - 1]))
        text.n--;
    return text;
}

static bool
starts(struct msk_bytes text, const char *with)
{
    size_t n = strlen(with);

    return text.n >= n && strncasecmp((const char *)text.p, with, n) == 0;
}

/* The first line, its end included; **rest is what follows it. */
static struct msk_bytes
line_of(struct msk_bytes text, struct msk_bytes *rest)
{
    const uint8_t *end = text.n > 0 ? memchr(text.p, '\n', text.n) : NULL;
    size_t n = end != NULL ? (size_t)(end - text.p) + 1 : text.n;

    *rest = (struct msk_bytes){ text.p + n, text.n - n };
    return (struct msk_bytes){ text.p, n };
}

/* One header field; a line that starts with a blank goes on with the last. */
static struct msk_bytes
field_of(struct msk_bytes text, struct msk_bytes *rest)
{
    struct msk_bytes field = line_of(text, rest), more, behind;

    while (trim(field).n > 0 && rest->n > 0 &&
           (rest->p[0] == ' ' || rest->p[0] == '\t')) {
        more = line_of(*rest, &behind);
        field.n += more.n;
        *rest = behind;
    }
    return field;
}

/* Reads header fields up to an empty line; **text is then what follows
 * it. False: there is no such line. */
static bool
read_head(struct msk_bytes *text, struct mime_part *part)
{
    struct msk_bytes *to;

    memset(part, 0, sizeof *part);
    while (text->n > 0) {
        struct msk_bytes rest, field = field_of(*text, &rest);
        const uint8_t *colon = memchr(field.p, ':', field.n);

        *text = rest;
        if (trim(field).n == 0)
            return true;
        to = starts(field, "content-type:")                ? &part->type
             : starts(field, "content-location:")          ? &part->location
             : starts(field, "content-transfer-encoding:") ? &part->encoding
                                                           : NULL;
        if (to != NULL)
            *to = trim((struct msk_bytes){
                colon + 1, field.n - (size_t)(colon + 1 - field.p) });
    }
    return false;
}

/* The parameter of a media type. */
static bool
boundary_of(struct msk_bytes type, struct msk_bytes *out)
{
    size_t i = 0;

    while (i < type.n &&
           !starts((struct msk_bytes){ type.p + i, type.n - i }, "boundary="))
        i++;
    if (i == type.n)
        return false;
    out->p = type.p + i + 9;
    out->n = type.n - i - 9;
    if (out->n > 0 && out->p[0] == '"') {
        const uint8_t *end = memchr(out->p + 1, '"', out->n - 1);

        out->p++;
        out->n = end != NULL ? (size_t)(end - out->p) : 0;
    } else {
        for (i = 0; i < out->n && out->p[i] != ';' && !is_blank(out->p[i]); i++)
            ;
        out->n = i;
    }
    return out->n > 0 && out->n <= BOUNDARY_MAX;
}

/* Is it a line "--boundary", or "--boundary--", which is the last? */
static bool
is_boundary(struct msk_bytes line, struct msk_bytes boundary, bool *last)
{
    struct msk_bytes end;

    if (!starts(line, "--") || line.n < 2 + boundary.n ||
        memcmp(line.p + 2, boundary.p, boundary.n) != 0)
        return false;
    end =
        (struct msk_bytes){ line.p + 2 + boundary.n, line.n - 2 - boundary.n };
    *last = starts(end, "--");
    return *last || trim(end).n == 0;
}

/* Finds the next such line. What was before it, less the end of line that
 * belongs to it, is *before; **text is what follows. */
static bool
next_line(struct msk_bytes boundary, struct msk_bytes *text,
          struct msk_bytes *before, bool *last)
{
    before->p = text->p;
    while (text->n > 0) {
        struct msk_bytes line = line_of(*text, text);

        if (!is_boundary(line, boundary, last))
            continue;
        before->n = (size_t)(line.p - before->p);
        if (before->n > 0 && before->p[before->n - 1] == '\n')
            before->n--;
        if (before->n > 0 && before->p[before->n - 1] == '\r')
            before->n--;
        return true;
    }
    return false;
}

bool
mime_is(struct msk_bytes document)
{
    return starts(document, "--") || starts(document, "content-") ||
           starts(document, "mime-version:");
}

bool
mime_split(struct msk_bytes document, struct mime_part *parts, size_t cap,
           size_t *n)
{
    struct msk_bytes text = document, rest, boundary, body;
    struct mime_part head;
    bool last = false;

    *n = 0;
    if (starts(text, "--")) {
        boundary = trim(line_of(text, &rest));
        boundary.p += 2;
        boundary.n -= 2;
    } else if (!read_head(&text, &head) || !starts(head.type, "multipart/") ||
               !boundary_of(head.type, &boundary)) {
        return false;
    }
    if (boundary.n == 0 || !next_line(boundary, &text, &body, &last))
        return false;
    while (!last) {
        if (*n == cap || !next_line(boundary, &text, &body, &last) ||
            !read_head(&body, &parts[*n]))
            return false;
        parts[(*n)++].body = body;
    }
    return *n > 0;
}
