/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "event_line.h"
#include "output.h"

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

/* Tokens, of which each event takes one. */
static bool
may(struct event_limit *limit, msk_time now)
{
    msk_time more = (now - limit->since) * EVENT_RATE / 1000;

    if (limit->since == 0 || more >= EVENT_BURST) {
        limit->left = EVENT_BURST;
        limit->since = now;
    } else if (more > 0) {
        limit->left += (unsigned)more;
        if (limit->left > EVENT_BURST)
            limit->left = EVENT_BURST;
        limit->since += more * 1000 / EVENT_RATE;
    }
    if (limit->left == 0)
        return false;
    limit->left--;
    return true;
}

json_t *
event_new_limited(const struct event_log *log, struct event_limit *limit,
                  const char *name)
{
    json_t *event;

    if (!may(limit, event_monotonic())) {
        limit->untold++;
        return NULL;
    }
    event = event_new(log, name);
    if (limit->untold > 0)
        event_number(event, "untold", (json_int_t)limit->untold);
    limit->untold = 0;
    return event;
}

json_t *
event_new(const struct event_log *log, const char *name)
{
    json_t *event = json_object();

    event_number(event, "t", (json_int_t)(event_monotonic() - log->began));
    event_word(event, "event", name);
    return event;
}

json_t *
event_new_of_many(const struct event_log *log, const char *name)
{
    return log->quiet ? NULL : event_new(log, name);
}

/* Names of members are ours, and UTF-8. */
static void
set(json_t *event, const char *name, json_t *value)
{
    (void)json_object_set_new_nocheck(event, name, value);
}

void
event_word(json_t *event, const char *name, const char *word)
{
    if (event != NULL)
        set(event, name, json_string(word));
}

void
event_number(json_t *event, const char *name, json_int_t number)
{
    if (event != NULL)
        set(event, name, json_integer(number));
}

void
event_hex(json_t *event, const char *name, struct msk_bytes octets)
{
    static const char digits[] = "0123456789abcdef";
    char *text = event != NULL ? malloc(2 * octets.n + 1) : NULL;

    if (text == NULL)
        return;
    for (size_t i = 0; i < octets.n; i++) {
        text[2 * i] = digits[octets.p[i] >> 4];
        text[2 * i + 1] = digits[octets.p[i] & 15];
    }
    text[2 * octets.n] = '\0';
    set(event, name, json_stringn_nocheck(text, 2 * octets.n));
    msk_wipe(text, 2 * octets.n);
    free(text);
}

/* How many of the n octets fit into EVENT_TEXT_MAX characters of JSON. */
static size_t
that_fit(struct msk_bytes text)
{
    size_t room = EVENT_TEXT_MAX, i;

    for (i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        size_t need = c < 0x20 || c > 0x7E ? 6 : 1; /* \u00xx, at the most */

        if (c == '"' || c == '\\')
            need = 2;
        if (need > room)
            break;
        room -= need;
    }
    while (i < text.n && i > 0 && (text.p[i] & 0xC0) == 0x80)
        i--; /* no character of UTF-8 is cut in two */
    return i;
}

/* As text if it is some, else in hex. What is longer than an event may be is
 * cut, and its whole length stands beside it. */
void
event_text(json_t *event, const char *name, struct msk_bytes text)
{
    struct msk_bytes part = text;
    json_t *value;
    char cut[64];

    if (event == NULL)
        return;
    part.n = that_fit(text);
    value = json_stringn((const char *)part.p, part.n);
    if (value == NULL && part.n > EVENT_TEXT_MAX / 2)
        part.n = EVENT_TEXT_MAX / 2;
    if (value == NULL)
        event_hex(event, name, part);
    else
        set(event, name, value);
    if (part.n == text.n)
        return;
    (void)snprintf(cut, sizeof cut, "%s_octets", name);
    event_number(event, cut, (json_int_t)text.n);
}

void
event_key_id(json_t *event, const struct msk_key_id *id)
{
    struct msk_bytes domain = { id->domain, sizeof id->domain };

    event_hex(event, "domain", domain);
    event_number(event, "group", id->group);
    event_number(event, "number", id->number);
}

/* A name of a Key Group is that of an MSK with number 0. */
void
event_group_id(json_t *event, const struct msk_group_id *id)
{
    struct msk_key_id name = { { 0, 0, 0 }, id->group, 0 };

    memcpy(name.domain, id->domain, sizeof name.domain);
    event_key_id(event, &name);
}

void
event_address(json_t *event, const char *name, struct msk_bytes packed)
{
    char text[ADDRESS_TEXT_MAX];

    if (event == NULL)
        return;
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

static void
tell(const struct event_log *log, json_t *event)
{
    static struct event_line line; /* it is large, and one thread tells */

    line.n = 0;
    if (log->json)
        event_line_json(&line, event);
    else
        event_line_plainly(&line, event);
    line.text[line.n++] = '\n';
    output_line(line.text, line.n, json_object_get(event, "btid") != NULL);
    msk_wipe(line.text, log->secrets ? line.n : 0);
}

void
event_tell(const struct event_log *log, json_t *event)
{
    unsigned long dropped;
    json_t *gap;

    if (event == NULL)
        return;
    tell(log, event);
    json_decref(event);
    dropped = output_go_on() ? output_dropped() : 0;
    if (dropped == 0)
        return;
    gap = event_new(log, "dropped");
    event_number(gap, "lines", (json_int_t)dropped);
    tell(log, gap);
    json_decref(gap);
}

void
event_error(const struct event_log *log, const char *reason)
{
    json_t *event = event_new(log, "error");

    event_word(event, "reason", reason);
    event_tell(log, event);
}
