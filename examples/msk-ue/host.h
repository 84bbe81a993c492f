/* SPDX-License-Identifier: MIT */
/* host.h - all that msk-ue holds; its parts see each other through it. */
#ifndef MSK_UE_HOST_H
#define MSK_UE_HOST_H

#include "../5g/mbs_json.h"
#include "../hosts/event.h"
#include "../hosts/input.h"
#include "../hosts/keylog.h"
#include "../hosts/udp.h"
#include "../stores/store_sqlite.h"
#include "card.h"
#include "datagrams.h"
#include "gba.h"
#include "http.h"
#include "msk/ue.h"
#include "options.h"

#define HOST_GROUPS MSK_UE_GROUPS_MAX
#define HOST_SERVICES 1

struct host {
    struct options options;
    struct event_log log;
    struct event_limit refusals;
    struct input input;
    int signals;
    struct http_client http;
    struct card card;
    struct gba gba;
    struct capture capture;
    FILE *keylog;
    struct datagrams datagrams;

    struct store_sqlite sqlite;
    struct msk_store store;
    struct msk_xml xml;
    struct msk_mgvf *mgvf;
    struct msk_ue *ue;
    struct msk_service service;
    struct server servers[SERVERS_MAX];
    size_t n_servers, server; /* how many, and which one is asked */
    bool moving;              /* to another server: nobody is told */
    bool silent;              /* the one that was asked; another one is next */
    bool arrives;             /* there, as soon as card and store let it; */
    msk_time arrives_at;      /* tried then, or when the card is back */
    bool arrives_told;        /* why it could not yet */

    struct msk_key_id now; /* what the datagram at hand is about */
    const char *call;      /* of the session, last; it may be pending */
    bool hurry;            /* a signal came while the card is at work */
    bool runs;             /* all is open, and the loop turns */
    bool quit, leaving;    /* now; when the BM-SC has heard, at the latest: */
    msk_time leave_by;
    int fatal; /* an error that ends the program */

    json_t *announced_json; /* or NULL */
    struct mbs_service mbs; /* that is in it */
    struct msk_bytes uris[SERVERS_MAX];
    uint8_t arena[16384];
    struct msk_flow flows[HOST_GROUPS];
    char flow_text[HOST_GROUPS][16];
    uint8_t mgvf_memory[MSK_MGVF_SIZE];
    uint8_t ue_memory[MSK_UE_SIZE(HOST_GROUPS, HOST_SERVICES)];
};

/* service.c: fills h->service from the options. MSK_OK or an error. */
int service_read(struct host *h);

/* session.c */
extern const struct msk_random host_randomness;

/* hooks.c */
extern const struct msk_ue_hooks hooks;
#define HOOKS_DATAGRAM "datagram"
/* A call of the session has returned: tells of one that failed. One that is
 * pending is remembered, and comes here again when it is not. */
void hooks_tell(struct host *h, const char *call, int err);

/* shown.c: adds the key of an MSK that is held to an event, with --secrets. */
void shown_add(const struct host *h, json_t *event,
               const struct msk_key_id *id);

/* commands.c: one line of stdin. */
void command_run(struct host *h, char *line);
/* Deregisters, if that is used, and ends; the second time without waiting for
 * the answer. */
void command_quit(struct host *h);
/* The same by a signal while the card is at work: a deregistration has to wait
 * for it, and who signals twice does not; nor who does before there is a session
 * to end. */
void command_hurry(struct host *h);

#endif
