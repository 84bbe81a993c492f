/* SPDX-License-Identifier: MIT */
/*
 * event_line.h - an event as the line that stands for it, in ASCII and without
 * a control character.
 */
#ifndef HOSTS_EVENT_LINE_H
#define HOSTS_EVENT_LINE_H

#include <jansson.h>

/* Characters of one event. */
#define EVENT_LINE_MAX 65536

/* Lines grow in here; what is longer is cut, as no event of ours is. Start with
 * n at 0. */
struct event_line {
    char text[EVENT_LINE_MAX + 1]; /* and the end of the line */
    size_t n;
};

/* A line to be read: seconds, what, then names and values. Only single words
 * stand without quotes: what came from the network can neither drive a
 * terminal nor look like a field of ours. */
void event_line_plainly(struct event_line *line, json_t *event);

/* One JSON object. */
void event_line_json(struct event_line *line, const json_t *event);

#endif
