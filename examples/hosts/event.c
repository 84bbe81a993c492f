/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"

static msk_time
clock_ms(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t) != 0)
        return 0;
    return (msk_time)t.tv_sec * 1000 + (msk_time)t.tv_nsec / 1000000;
}

msk_time
event_monotonic(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

msk_time
event_unix(void)
{
    return clock_ms(CLOCK_REALTIME);
}

json_t *
event_new(const struct event_log *log, const char *name)
{
    json_t *event = json_object();

    event_number(event, "t", (json_int_t)(event_monotonic() - log->began));
    event_word(event, "event", name);
    return event;
}

void
event_word(json_t *event, const char *name, const char *word)
{
    (void)json_object_set_new(event, name, json_string(word));
}

void
event_number(json_t *event, const char *name, json_int_t number)
{
    (void)json_object_set_new(event, name, json_integer(number));
}

void
event_hex(json_t *event, const char *name, struct msk_bytes octets)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(2 * octets.n + 1);

    if (text == NULL)
        return;
    for (size_t i = 0; i < octets.n; i++) {
        text[2 * i] = digits[octets.p[i] >> 4];
        text[2 * i + 1] = digits[octets.p[i] & 15];
    }
    text[2 * octets.n] = '\0';
    event_word(event, name, text);
    msk_wipe(text, 2 * octets.n);
    free(text);
}

/* As text if it is some, else in hex. */
void
event_text(json_t *event, const char *name, struct msk_bytes text)
{
    json_t *value = json_stringn((const char *)text.p, text.n);

    if (value == NULL)
        event_hex(event, name, text);
    else
        (void)json_object_set_new(event, name, value);
}

void
event_key_id(json_t *event, const struct msk_key_id *id)
{
    struct msk_bytes domain = { id->domain, sizeof id->domain };

    event_hex(event, "domain", domain);
    event_number(event, "group", id->group);
    event_number(event, "number", id->number);
}

void
event_address(json_t *event, const char *name, struct msk_bytes packed)
{
    char text[ADDRESS_TEXT_MAX];

    address_text(packed, text);
    event_word(event, name, text);
}

void
event_secret(const struct event_log *log, json_t *event, const char *name,
             struct msk_bytes octets)
{
    if (log->secrets && octets.n > 0)
        event_hex(event, name, octets);
}

/* Long, and of use to programs only. */
static bool
is_for_programs(const char *name)
{
    return strcmp(name, "octets") == 0 || strcmp(name, "body") == 0;
}

/* A line to be read: seconds, what, then names and values. Words stand without
 * their quotes, still escaped: what came from the network cannot drive a
 * terminal. */
static void
tell_plainly(json_t *event)
{
    const json_int_t t = json_integer_value(json_object_get(event, "t"));
    const char *name;
    json_t *value;
    char *text;
    size_t n;

    printf("%4ld.%03d  %-16s", (long)(t / 1000), (int)(t % 1000),
           json_string_value(json_object_get(event, "event")));
    json_object_foreach(event, name, value)
    {
        if (strcmp(name, "t") == 0 || strcmp(name, "event") == 0 ||
            is_for_programs(name))
            continue;
        text = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
        n = text != NULL ? strlen(text) : 0;
        if (json_is_string(value) && n >= 2)
            printf("  %s %.*s", name, (int)n - 2, text + 1);
        else
            printf("  %s %s", name, n > 0 ? text : "?");
        free(text);
    }
    printf("\n");
}

void
event_tell(const struct event_log *log, json_t *event)
{
    char *line = NULL;

    if (log->json)
        line = json_dumps(event, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (line != NULL)
        printf("%s\n", line);
    else if (!log->json)
        tell_plainly(event);
    free(line);
    json_decref(event);
    (void)fflush(stdout);
}

void
event_error(const struct event_log *log, const char *reason)
{
    json_t *event = event_new(log, "error");

    event_word(event, "reason", reason);
    event_tell(log, event);
}
