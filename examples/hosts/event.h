/* SPDX-License-Identifier: MIT */
/*
 * event.h - what a host tells: one JSON object a line with --json, the same as
 * "name value" pairs without. Nothing that came from the network reaches a
 * terminal unescaped, looks like a field that it is not, or makes an event
 * longer than a line may be; keys are told only when they were asked for.
 */
#ifndef HOSTS_EVENT_H
#define HOSTS_EVENT_H

#include <jansson.h>

#include "msk/mbms.h"

struct event_log {
    bool json;
    bool secrets;
    bool quiet;     /* nothing that each of many subscribers causes */
    msk_time began; /* monotonic; "t" counts from here */
};

/* Milliseconds that only count up, and those since 1970. */
msk_time event_monotonic(void);
msk_time event_unix(void);

/* Characters of one text in an event. */
#define EVENT_TEXT_MAX 4096

/* How many events strangers may cause: so many at once, so many a second. Start
 * with zeros. */
#define EVENT_BURST 200
#define EVENT_RATE 50
struct event_limit {
    msk_time since;
    unsigned left;
    unsigned long untold;
};

/* Starts an event that a stranger caused. NULL: one too many, which counts; all
 * functions below take that. The next that is told has the member "untold". */
json_t *event_new_limited(const struct event_log *log,
                          struct event_limit *limit, const char *name);

/* Starts one that each of many subscribers causes. NULL: it is not told. */
json_t *event_new_of_many(const struct event_log *log, const char *name);

/* Starts an event. Members are added with the functions below, in order;
 * event_tell prints it and lets go of it. */
json_t *event_new(const struct event_log *log, const char *name);
void event_text(json_t *event, const char *name, struct msk_bytes text);
void event_word(json_t *event, const char *name, const char *word);
void event_number(json_t *event, const char *name, json_int_t number);
void event_hex(json_t *event, const char *name, struct msk_bytes octets);
void event_key_id(json_t *event, const struct msk_key_id *id);
void event_group_id(json_t *event, const struct msk_group_id *id);
void event_address(json_t *event, const char *name, struct msk_bytes packed);
void event_secret(const struct event_log *log, json_t *event, const char *name,
                  struct msk_bytes octets);
void event_tell(const struct event_log *log, json_t *event);

/* An event "error" with a reason, for what a user did wrong. */
void event_error(const struct event_log *log, const char *reason);

#endif
