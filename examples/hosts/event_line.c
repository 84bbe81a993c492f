/* SPDX-License-Identifier: MIT */
#include "event_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Long, and of use to programs only. */
static bool
is_for_programs(const char *name)
{
    return strcmp(name, "octets") == 0 || strcmp(name, "body") == 0;
}

/* The text of a value, in ASCII and without a control character, DEL being one
 * that jansson lets through. NULL: no memory. */
static char *
dump(const json_t *value, size_t flags)
{
    char *text = json_dumps(value, flags | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
    size_t dels = 0, n;
    char *clean, *to;

    if (text == NULL || strchr(text, 0x7F) == NULL)
        return text;
    n = strlen(text);
    for (const char *p = text; *p != '\0'; p++)
        dels += *p == 0x7F ? 1 : 0;
    clean = to = malloc(n + 5 * dels + 1);
    for (const char *p = text; clean != NULL && p <= text + n; p++)
        if (*p == 0x7F) {
            memcpy(to, "\\u007f", 6);
            to += 6;
        } else {
            *to++ = *p;
        }
    free(text);
    return clean;
}

/* Can it stand without quotes, as one word that is no name of a field? */
static bool
is_word(const char *text)
{
    static const char fine[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789.,:;/?&=@+-_~%[]<>";

    return text[0] != '\0' && text[strspn(text, fine)] == '\0';
}

static void
put(struct event_line *line, const char *text)
{
    size_t n = strlen(text), room = EVENT_LINE_MAX - line->n;

    n = n < room ? n : room;
    memcpy(line->text + line->n, text, n);
    line->n += n;
}

void
event_line_plainly(struct event_line *line, json_t *event)
{
    const json_int_t t = json_integer_value(json_object_get(event, "t"));
    const char *name;
    char head[64], *text;
    json_t *value;

    (void)snprintf(head, sizeof head, "%4ld.%03d  %-16s", (long)(t / 1000),
                   (int)(t % 1000),
                   json_string_value(json_object_get(event, "event")));
    put(line, head);
    json_object_foreach(event, name, value)
    {
        if (strcmp(name, "t") == 0 || strcmp(name, "event") == 0 ||
            is_for_programs(name))
            continue;
        put(line, "  ");
        put(line, name);
        put(line, " ");
        if (json_is_string(value) && is_word(json_string_value(value))) {
            put(line, json_string_value(value));
            continue;
        }
        text = dump(value, JSON_COMPACT);
        put(line, text != NULL ? text : "?");
        free(text);
    }
}

void
event_line_json(struct event_line *line, const json_t *event)
{
    size_t n = json_dumpb(event, line->text, EVENT_LINE_MAX,
                          JSON_COMPACT | JSON_ENSURE_ASCII);
    char *text;

    if (n > 0 && n < EVENT_LINE_MAX && memchr(line->text, 0x7F, n) == NULL) {
        line->n = n;
        return;
    }
    text = dump(event, JSON_COMPACT);
    put(line,
        text != NULL && strlen(text) < EVENT_LINE_MAX
            ? text
            : "{\"event\":\"error\",\"reason\":\"an event is too long\"}");
    free(text);
}
