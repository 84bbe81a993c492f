/* SPDX-License-Identifier: MIT */
/* host.h - all that msk-bmsc holds; its parts see each other through it. */
#ifndef MSK_BMSC_HOST_H
#define MSK_BMSC_HOST_H

#include "../hosts/event.h"
#include "../hosts/input.h"
#include "../hosts/keylog.h"
#include "../hosts/udp.h"
#include "bring.h"
#include "bsf.h"
#include "groups.h"
#include "http.h"
#include "jobs.h"
#include "metrics.h"
#include "options.h"
#include "peers.h"
#include "rounds.h"
#include "store.h"
#include "writers.h"

#include "msk/digest.h"

#define NONCE_KEY_LEN 32 /* octets */

/* The files that are being read again. */
struct reload {
    struct bring_file file; /* none is open: there is nothing to do */
    msk_time told, fine;    /* how far it is; the store took something */
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
    struct bsf *bsf;         /* NULL: none is asked */
    int signals;
    struct capture capture;
    FILE *keylog;
    int udp;
    struct address mikey;

    struct store store;
    struct msk_xml xml;
    struct msk_bmsc *bmsc;
    struct msk_digest_server digest; /* as the library has it, for serve.c */
    uint8_t nonce_key[NONCE_KEY_LEN];
    struct msk_outbox *outbox;
    struct rounds rounds;
    struct groups groups;
    struct jobs jobs;
    struct writers writers;
    struct reload reload;
    msk_time reload_wait; /* until it has something to do, in ms */
    struct stats stats;
    struct effects outgoing; /* MIKEY messages that are committed */
    size_t acks;             /* acknowledgements that wait */
    size_t asks;             /* requests that wait, or for their commit */
    struct peers peers;
    int64_t ahead;                /* Unix time of the monotonic clock, in ms */
    struct event_limit strangers; /* who may be anybody */
    bool serves, quit;
    bool unrepaired; /* it does not start */

    /* What the call at hand works on, in a round. */
    struct work *at_hand;
    struct msk_subscriber subscriber;
    struct records_subscriber nobody; /* a record that is not in the store */

    /* What the command at hand works on. */
    struct records_subscriber row;
    struct records_group group_row;
    struct msk_key_group group;

    uint8_t bmsc_memory[MSK_BMSC_SIZE];
    uint8_t outbox_memory[MSK_OUTBOX_SIZE];
};

extern const struct msk_random host_randomness;

/* --- effects.c: what calls want done ------------------------------------- */

/* Lets go of what the last call wanted. */
void effects_forget(struct host *h);
/* Keeps what this call wants. False: no memory, and nothing is kept. */
bool effects_keep(struct host *h, struct effects *effects);
void effects_drop(struct effects *effects);

/* It is committed: tells of it; messages are put to those that are to be sent,
 * or stay with a request. */
void effects_run(struct host *h, struct work *work);
/* Sends what is to be sent. */
void effects_send(struct host *h);
/* Those of a request that was answered are to be sent as well. */
void effects_post(struct host *h, struct effect *letters);

/* --- tell.c: events ------------------------------------------------------ */

void tell_refused(struct host *h, const char *what, int err);
/* A step of a delivery. */
void tell_step(void *host, const struct msk_bmsc_trace *step);
void tell_parted(struct host *h, const struct records_subscriber *row,
                 const struct msk_group_id *group, const char *why);
/* An MSK of h->group, in events and the key log. */
void tell_msk(struct host *h, enum msk_key_group_role role);

/* --- reload.c: the same files again, while others are served ------------- */

/* From the front, if it was under way already. */
void reload_start(struct host *h);
void reload_stop(struct host *h);
/* Does some of it; returns how long there is nothing to do, in ms. */
msk_time reload_run(struct host *h);

/* --- serve.c: requests, and what is due ---------------------------------- */

extern const struct msk_bmsc_config serve_functions;
extern const struct http_handlers serve_handlers;
work_call serve_timer;

/* --- serve_datagrams.c --------------------------------------------------- */

void serve_datagrams(struct host *h);
/* Are there so many that no more are read? */
bool serve_is_full(const struct host *h);

/* --- counts.c ------------------------------------------------------------ */

void counts_tell(struct host *h);
void counts_write(void *host, FILE *out);

/* --- commands.c ---------------------------------------------------------- */
void command_run(struct host *h, char *line);

#endif
