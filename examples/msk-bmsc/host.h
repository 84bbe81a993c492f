/* SPDX-License-Identifier: MIT */
/* host.h - all that msk-bmsc holds; its parts see each other through it. */
#ifndef MSK_BMSC_HOST_H
#define MSK_BMSC_HOST_H

#include "../hosts/event.h"
#include "../hosts/input.h"
#include "../hosts/keylog.h"
#include "../hosts/udp.h"
#include "database.h"
#include "http.h"
#include "metrics.h"
#include "options.h"
#include "peers.h"

#define JOBS_MAX 16

/* CHECK ends the membership of who may not have the group any more; TIMERS
 * begin anew, as the clock was set back. */
enum job_kind {
    JOB_PUSH,
    JOB_PUSH_NEXT,
    JOB_PULL,
    JOB_PART,
    JOB_CHECK,
    JOB_TIMERS
};

/* Something for all members of a group, as fast as the pacer lets it, or for
 * all subscribers. */
struct job {
    bool active;
    enum job_kind kind;
    struct msk_group_id group;
    uint8_t after[MSK_SUBSCRIBER_ID_MAX]; /* whose turn it was last */
    size_t after_n;
    uint64_t seen, done; /* subscribers */
    msk_time told;       /* how far it is; monotonic */
};

/* The files that are being read again; the line counts what was read. */
struct reload {
    struct input_file file; /* none is open: there is nothing to do */
    bool subscribers;       /* it is theirs */
    msk_time told;          /* how far it is; monotonic */
};

struct stats {
    uint64_t requests, pushed, pulled, acked, gave_up, mtks, refused;
    uint64_t unsent, datagrams, unread;
    msk_time started, longest; /* Unix time; a turn of the loop */
};

struct host {
    struct options options;
    struct event_log log;
    struct input input;
    struct http_server *http;
    struct metrics *metrics; /* NULL: nobody asked for them */
    int signals;
    struct capture capture;
    FILE *keylog;
    int udp;
    struct address mikey;

    struct database database;
    struct msk_xml xml;
    struct msk_bmsc *bmsc;
    struct msk_outbox *outbox;
    struct msk_pacer pacer;
    struct job jobs[JOBS_MAX];
    size_t first_job;
    struct reload reload;
    msk_time jobs_wait; /* until they have something to do, in ms */
    struct stats stats;
    msk_time rests_until; /* timers: the database took nothing; monotonic */
    bool answers;         /* a request: what it causes waits in letters */
    struct letter *letters;
    struct peers peers;
    int64_t ahead;                /* Unix time of the monotonic clock, in ms */
    struct event_limit strangers; /* who may be anybody */
    bool quit;

    /* what the call at hand works on */
    struct subscriber_row row;
    struct msk_subscriber subscriber;
    struct subscriber_row nobody; /* a record that is not in the database */
    struct group_row group_row;
    struct msk_key_group group;
    struct group_row found_row; /* what the library asked for meanwhile */
    struct msk_key_group found;
    struct msk_http_response response;

    uint8_t bmsc_memory[MSK_BMSC_SIZE];
    uint8_t outbox_memory[MSK_OUTBOX_SIZE];
};

extern const struct msk_random host_randomness;

/* --- records.c: load, call, replace, send -------------------------------- */

/* A call of the library on h->subscriber; arg is the caller's. */
typedef int record_call(struct host *h, const void *arg, msk_time now);

/* Runs call on the subscriber in h->row, which was loaded; on a conflict once
 * more on what is there then. What it wants done is done after the commit. */
int records_run(struct host *h, record_call *call, const void *arg);

/* Spends on an unknown B-TID what a known one costs. */
void records_pretend(struct host *h);

/* The subscriber of a B-TID, or of that before its last rebind, in h->row. */
bool records_find(struct host *h, struct msk_bytes btid);

/* Loads a Key Group into h->group and its row into h->group_row. */
bool records_group(struct host *h, const struct msk_group_id *group);
/* The only Key Group of that number, whatever its domain. False: there is none,
 * or more than one. */
bool records_group_number(struct host *h, uint16_t group);
/* Writes h->group back. False: somebody was faster, or the file failed. */
bool records_save_group(struct host *h);

/* May the subscriber in h->row have the Key Group whose row is h->found_row? */
bool records_allow(const struct host *h);

/* Is service in a JSON array of services? "": every service is. */
bool records_has_service(const char *services, struct msk_bytes service);
/* Does one list name a service of the other? */
bool records_share_service(const char *a, const char *b);

/* --- effects.c: the outbox, and events ----------------------------------- */

struct letter; /* MIKEY messages that wait until an answer has left */

/* Those of the request at hand, which the caller then sends with the other. */
struct letter *effects_letters(struct host *h);
void effects_post(struct host *h, struct letter *letters);

/* Does all that the outbox holds; the HTTP answer goes to h->response. */
void effects_run(struct host *h);
void effects_refused(struct host *h, const char *what, int err);
/* A step of a delivery. */
void effects_trace(void *host, const struct msk_bmsc_trace *step);
/* Tells that the subscriber in h->row is no member of h->group any more. */
void effects_parted(struct host *h, const char *why);
void effects_log_group(struct host *h, enum msk_key_group_role role);

/* --- bring.c: subscribers and groups from JSON --------------------------- */

/* NULL, or why not. */
input_json_take bring_subscriber, bring_group;
/* Both files; what is in them wins nothing over what is there. */
bool bring_files(struct host *h);

/* --- reload.c: the same files again, while others are served ------------- */

/* From the front, if it was under way already. */
void reload_start(struct host *h);
void reload_stop(struct host *h);
/* Does a slice of it; returns as jobs_run. */
msk_time reload_run(struct host *h);

/* --- serve.c: requests and datagrams ------------------------------------- */

extern const struct msk_bmsc_config serve_functions;
extern const struct http_handlers serve_handlers;
void serve_datagrams(struct host *h);
record_call serve_timer;
void serve_due(struct host *h);

/* --- jobs.c -------------------------------------------------------------- */

/* What is said of h->group, to one subscriber or to all its members. */
void jobs_one(struct host *h, struct msk_bytes btid, enum job_kind kind);
bool jobs_all(struct host *h, enum job_kind kind);
/* The clock was set back: calls the timer of each record that has a time. */
void jobs_timers(struct host *h);
size_t jobs_active(const struct host *h);
/* Does what the pacer lets; returns milliseconds until there is more to do,
 * MSK_NEVER for nothing. */
msk_time jobs_run(struct host *h);

/* --- counts.c ------------------------------------------------------------ */

void counts_tell(struct host *h);
void counts_write(void *host, FILE *out);

/* --- commands.c ---------------------------------------------------------- */
void command_run(struct host *h, char *line);

#endif
