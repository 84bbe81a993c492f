/* SPDX-License-Identifier: MIT */
/*
 * sim.h - a world in virtual time: UEs, two BM-SCs whose nodes share one
 * versioned store, and a network between them that loses, copies, reorders and
 * spoils, and in which somebody keeps all that was ever sent. All of it
 * follows from one seed. Properties are asserted as it happens; a broken
 * one ends the run (sim_fail). doc/simulator.md lists the properties.
 *
 *   sim.c       many runs, and what they came to
 *   world.c     one run: how it is made, its clock, its end
 *   map.c       Key Groups and services, and who has them
 *   queue.c     what is to happen, in order of time
 *   network.c   datagrams and HTTP messages on their way
 *   archive.c   the one who keeps all that was ever sent
 *   liar.c      somebody who answers in the place of the BM-SC
 *   flash.c     the flash of a UE: late, failing, losing power
 *   ue_host.c   the host of a UE, with a session for each key server
 *   device.c    its power, its clock, its keys
 *   hooks.c     what a session tells it
 *   kept.c      what a UE must hold
 *   database.c  the store of the BM-SCs, and the BSF
 *   node.c      a node of the BM-SCs
 *   job.c       what it does to one record
 *   office.c    what comes to the nodes, and what they do by themselves
 *   writer.c    the one who makes MTK messages
 *   ledger.c    what was sent and taken
 *   chaos.c     what goes wrong, and what users and operators do
 *   end.c       what is checked in the end
 *   forger.c    traffic that nobody made, for hours
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "fake_xml.h"
#include "msk/bmsc.h"
#include "msk/body.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "support.h"

#define SIM_HELD 2 /* MSKs of a Key Group: the rule of two, not the library's */
#define SIM_UES 3
#define SIM_SERVERS 2
#define SIM_LINES (SIM_UES * SIM_SERVERS) /* a UE and a key server */
#define SIM_GROUPS 64   /* at most; a run has fewer, but for the full world */
#define SIM_SERVICES 32 /* the same */
#define SIM_NODES 2
#define SIM_NUMBERS 60  /* MSKs of a Key Group in one run */
#define SIM_QUIET 60000 /* at the end there is no traffic: all is delivered */
#define SIM_RUNS 200    /* bootstraps of one line in one run */
#define SIM_ROLES 3     /* MSKs of a Key Group at the BM-SC */
#define SIM_SECOND 1000
#define SIM_AFTER_MAX (60 * SIM_SECOND) /* a Retry-After that is obeyed */

struct sim;

/* Ends the run: a property does not hold. */
void sim_fail(struct sim *w, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* A line of the trace, if somebody reads it. */
void sim_say(struct sim *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* True in so many of a hundred cases; never when all has become calm. */
bool sim_chance(struct sim *w, uint32_t percent);
uint64_t sim_below(struct sim *w, uint64_t n);
void sim_spoil(struct sim *w, uint8_t *p, size_t n);

/* --- what is on its way -------------------------------------------------- */

/* Who a datagram is, as long as nobody has changed it. */
struct sim_mark {
    enum msk_message_kind kind; /* 0: forged */
    uint8_t line, group;        /* no line: an MTK message, for all */
    uint16_t run;               /* the bootstrap whose MUK protects it */
    uint16_t number, mtk_id;
    uint16_t past; /* MTKs of its MSK that were sent no more then */
    uint32_t counter;
};

#define SIM_HEADERS 8
struct sim_http {
    int status;     /* 0: a request */
    bool lie;       /* nobody who has the keys said so */
    bool cut;       /* its body was changed on the way */
    uint32_t after; /* seconds that it says to wait, if nobody changed it */
    size_t n_headers, n_text, n_target, n_body;
    struct {
        uint16_t name, n_name, value, n_value;
    } header[SIM_HEADERS]; /* in text */
    uint8_t text[3072], target[80], body[MSK_HTTP_BODY_MAX];
};

enum sim_kind {
    SIM_TO_UE = 1,
    SIM_TO_BMSC,
    SIM_REQUEST,
    SIM_RESPONSE,
    SIM_HANGUP,    /* the connection broke */
    SIM_COMMIT,    /* a node commits a job */
    SIM_STORE,     /* the flash of a UE is done */
    SIM_BOOTSTRAP, /* GBA is done */
    SIM_UE_UP,
    SIM_NODE_UP,
    SIM_CHAOS,
    SIM_TRAFFIC,
    SIM_CALM,  /* from now on nothing goes wrong */
    SIM_AGAIN, /* what went wrong before is over */
    SIM_FORGE
};

struct sim_item {
    enum sim_kind kind;
    uint8_t ue, line, server, node;
    uint8_t tried; /* sessions that said it is not theirs: a set */
    uint32_t tag;  /* of the request, the job, or of the power cycle */
    bool spoiled;
    struct sim_mark mark;
    char peer[MSK_PEER_MAX];
    size_t n;
    uint8_t octets[MSK_MIKEY_MAX];
    struct sim_http http;
};

#define SIM_ITEMS 256
struct sim_queue {
    struct {
        bool used;
        msk_time at;
        uint64_t order;
    } slot[SIM_ITEMS];
    struct sim_item item[SIM_ITEMS]; /* that of a free slot is as it was */
    uint64_t order;
    size_t top; /* no slot from here on is used */
};

void sim_queue_clear(struct sim_queue *queue);
/* A free item, to happen `delay` from now; NULL: a datagram may get lost. */
struct sim_item *sim_queue_add(struct sim *w, enum sim_kind kind,
                               msk_time delay);
/* The next one, and when; NULL: none. It is free from sim_queue_take on, and
 * good until the next sim_queue_add. */
struct sim_item *sim_queue_first(struct sim_queue *queue, msk_time *at);
void sim_queue_take(struct sim_queue *queue, const struct sim_item *item);
/* The same once more. NULL: a datagram got lost. */
struct sim_item *sim_queue_again(struct sim *w, const struct sim_item *item,
                                 msk_time delay);

/* --- the network --------------------------------------------------------- */

/* Each in percent. */
struct sim_rates {
    uint32_t loss, copy, spoil, late;    /* datagrams */
    uint32_t broken, cut, changed, lies; /* HTTP */
    uint32_t slow_flash, bad_flash;
    uint32_t crash; /* of a node between two steps of its work */
};

/* To a UE, which is at the address `peer`; or to a server. */
void sim_network_to_ue(struct sim *w, uint8_t ue, const char *peer,
                       struct msk_bytes octets, const struct sim_mark *mark);
void sim_network_to_bmsc(struct sim *w, uint8_t server, struct msk_bytes octets,
                         const struct sim_mark *mark);
void sim_network_request(struct sim *w, uint8_t line, uint32_t tag,
                         const struct sim_http *http);
void sim_network_response(struct sim *w, uint8_t line, uint32_t tag,
                          const struct sim_http *http);
/* Changes it, or cuts it; one that is still as it was counts as whole. */
void sim_network_spoil(struct sim *w, struct sim_item *item);
void sim_http_copy(struct sim_http *to, const struct sim_http *from);
void sim_http_put(struct sim *w, struct sim_http *http, struct msk_bytes name,
                  struct msk_bytes value);
size_t sim_http_headers(const struct sim_http *http,
                        struct msk_http_header *out);
/* Retry-After, in seconds or as a date with another one beside it. */
void sim_http_after(struct sim *w, struct sim_http *http, msk_time clock);
/* Answers a request that never reached a node. */
void sim_liar_answer(struct sim *w, uint8_t line, uint32_t tag);

/* --- the one who keeps all that was ever sent ---------------------------- */

struct sim_kept {
    uint8_t ue; /* the receiver; SIM_UES: a server */
    uint8_t server;
    struct sim_mark mark;
    uint32_t at, n; /* in octets */
};

#define SIM_KEPT 4096
#define SIM_KEPT_OCTETS (1u << 20)
#define SIM_KEPT_REQUESTS 32
struct sim_archive {
    struct sim_kept kept[SIM_KEPT];
    size_t n, n_octets;
    uint8_t octets[SIM_KEPT_OCTETS];
    struct {
        uint8_t line;
        uint32_t tag;
        struct sim_http http;
    } request[SIM_KEPT_REQUESTS]; /* the youngest */
    size_t n_requests;
};

void sim_archive_clear(struct sim_archive *archive);
void sim_archive_datagram(struct sim *w, enum sim_kind kind, uint8_t whom,
                          struct msk_bytes octets, const struct sim_mark *mark);
void sim_archive_request(struct sim *w, uint8_t line, uint32_t tag,
                         const struct sim_http *http);
/* Something of it once more, to whom it was for or to another one. */
void sim_archive_attack(struct sim *w);
/* All of it to one UE, in order or not, when the run is over. */
void sim_archive_flood(struct sim *w, uint8_t ue);

/* --- the flash of a UE --------------------------------------------------- */

#define SIM_RECORDS (SIM_SERVERS + SIM_GROUPS + 16)
#define SIM_DELAYED 4 /* delayable commits that a power cut may take */
struct sim_undo {
    size_t n, at[MSK_STORE_CHANGES_MAX];
    struct msk_ram_record was[MSK_STORE_CHANGES_MAX];
    uint64_t version;
    uint32_t commits;
};

struct sim_flash {
    struct msk_store store, under;
    struct msk_ram ram;
    struct msk_ram_record records[SIM_RECORDS];
    struct sim_undo undo[SIM_DELAYED];
    size_t n_undo;
    uint32_t commits; /* so far */
    uint32_t row;     /* calls that are yet to fail, in a row */
    msk_time trouble; /* when one failed last, or was late; 0: never */
    struct sim *world;
    bool quiet;   /* a look at it: never late, never failing */
    bool unsure;  /* it failed, and did it all the same */
    bool waiting; /* a call that is late */
    uint32_t token;
    struct msk_stored *out;
    struct msk_bytes key;
    const struct msk_change *changes;
    size_t n;
};

void sim_flash_start(struct sim *w, struct sim_flash *flash);
int sim_flash_answer(struct sim_flash *flash);
/* The power goes. Returns how many commits are left. */
uint32_t sim_flash_cut(struct sim_flash *flash);

/* --- a UE ---------------------------------------------------------------- */

enum sim_call {
    SIM_CALL_OTHER = 0,
    SIM_CALL_RECEIVE = 1,
    SIM_CALL_HTTP = 2,
    SIM_CALL_KEYS = 3
};

struct sim_held {
    size_t n;
    struct {
        uint16_t number, low, high;
    } msk[SIM_HELD + 1];
};

struct sim_taken {
    uint8_t group;
    uint16_t number, mtk_id;
    uint32_t commits; /* of the flash, when it was told */
};

/* An announcement: what it says is on, a set as enum msk_require. */
struct sim_terms {
    uint8_t require;
};

struct sim_ue;

/* The session of a UE with one key server. */
struct sim_session {
    struct sim_ue *device;
    uint8_t line, server;
    struct msk_ue *ue;
    uint8_t memory[MSK_UE_SIZE(SIM_GROUPS, SIM_SERVICES)];
    msk_time due;                         /* on the clock of the world */
    uint16_t run;                         /* of its keys; 0: it has none */
    uint16_t given;                       /* of those in the last call */
    uint32_t want, on, to_start, to_stop; /* services: sets */
    bool to_keys, bootstrapping;
    struct sim_terms says[SIM_SERVICES];  /* its announcements now */
    struct sim_terms terms[SIM_SERVICES]; /* those that it was started with */
    uint8_t starting; /* in the call under way; SIM_SERVICES: none */

    /* the call under way */
    enum sim_call call;
    struct sim_mark mark;
    struct sim_item datagram;
    bool spoiled, believable, told, pulled;
    uint32_t commits; /* of the flash, when it began */
    msk_time began;   /* on its clock */

    /* its request */
    msk_time hold; /* no other before that, on its own clock */
    uint32_t tag;
    bool asked;

    uint64_t has[SIM_GROUPS]; /* numbers that it was told of, and not of their
                                 end */
    msk_time untold[SIM_GROUPS]; /* since when it has one that is gone */
    struct {
        bool sent, refused;
        msk_time at;    /* of the last request, on its own clock */
        msk_time since; /* it was first asked for in vain; MSK_NEVER: not */
    } asks[SIM_GROUPS];
    msk_time wished[SIM_SERVICES]; /* to be registered since then */
    uint32_t handed, begged;       /* requests and bootstraps of one exchange */
    enum msk_reason left[SIM_SERVICES];
    struct {
        msk_time start;
        uint32_t n;
    } window; /* requests in ten seconds */
};

#define SIM_ALL UINT64_MAX /* the set of all groups */
#define SIM_TAKEN 2048
struct sim_ue {
    struct sim *world;
    uint8_t index;
    bool up;
    uint32_t boot, moves; /* power cycles; addresses it had */
    int64_t skew;         /* of its clock */
    struct msk_mgvf *mgvf;
    uint8_t mgvf_memory[MSK_MGVF_SIZE];
    struct sim_flash flash;
    struct sim_session session[SIM_SERVERS];
    struct sim_session *pending; /* whose call the flash is late for */

    /* what it must be like */
    struct sim_held held[SIM_GROUPS];
    uint64_t looks;
    uint64_t touched;           /* groups to look at: a set */
    uint64_t came[SIM_GROUPS];  /* numbers told of since the last look */
    uint64_t went[SIM_GROUPS];  /* numbers whose end was told since then */
    uint64_t ever[SIM_GROUPS];  /* numbers that it stored */
    uint8_t strict[SIM_GROUPS]; /* what any announcement said is on */
    struct sim_taken taken[SIM_TAKEN];
    size_t n_taken;
};

void sim_ue_clear(struct sim *w, uint8_t i);
void sim_ue_start(struct sim *w, uint8_t i);
void sim_ue_boot(struct sim_ue *u);
void sim_ue_cut(struct sim_ue *u);
msk_time sim_ue_clock(const struct sim_ue *u);
void sim_ue_step_clock(struct sim_ue *u, int64_t by);
void sim_ue_work(struct sim_ue *u); /* what its user wants */
/* The end of a call made elsewhere. */
void sim_ue_end(struct sim_session *s, int err);
void sim_ue_timer(struct sim_session *s);
void sim_ue_item(struct sim_ue *u, const struct sim_item *item);
void sim_ue_flash(struct sim_ue *u);
void sim_ue_missed(struct sim_session *s, uint8_t service,
                   const struct msk_key_id *id);
/* number 0: the current one. */
void sim_ue_request(struct sim_session *s, uint8_t group, uint16_t number);
void sim_ue_address(const struct sim_ue *u, char out[MSK_PEER_MAX]);
void sim_ue_bootstrap(struct sim_session *s);
void sim_ue_keys(struct sim_session *s, uint16_t run);
void sim_ue_keys_later(struct sim_session *s);   /* they could not be stored */
void sim_ue_keys_refused(struct sim_session *s); /* they are too old */
/* A configuration of long ago is put back: keys that are no longer the newest,
 * services that were wanted then. The store is as it was. */
void sim_ue_put_back(struct sim_ue *u);
extern const struct msk_ue_hooks sim_hooks;

/* Is a service on that needs the group, in that session, or in any? */
bool sim_needs(const struct sim_session *s, uint8_t group);
bool sim_needed(const struct sim_ue *u, uint8_t group);
/* What the services that are on say is on for the group: a set. */
uint8_t sim_required(const struct sim_ue *u, uint8_t group);

/* What a UE must hold. */
void sim_held_stored(struct sim_session *s, const struct msk_msk_event *msk);
void sim_held_deleted(struct sim_session *s, const struct msk_key_id *id);
void sim_held_mtk(struct sim_session *s, const struct msk_mtk_event *mtk);
void sim_held_check(struct sim_ue *u);
void sim_held_look(struct sim_ue *u, uint64_t groups); /* a set */
void sim_held_told(struct sim_session *s);             /* after its call */
void sim_held_lost(struct sim_ue *u, uint32_t commits);
bool sim_held_good(const struct sim_ue *u, uint8_t group);
bool sim_held_has(const struct sim_ue *u, uint8_t group, uint16_t number);

/* --- services ------------------------------------------------------------ */

/* Key Groups and services of one run. A number of a Key Group stands in two
 * domains; a group may be that of services of both servers. */
struct sim_map {
    uint8_t n_servers, n_groups, n_services;
    struct {
        uint8_t domain;
        uint16_t group;
        bool streaming, sp;
        uint8_t off; /* what its SP switches off: a set as enum msk_require */
        uint16_t seq_high;
    } group[SIM_GROUPS];
    struct {
        uint8_t server;
        uint64_t groups; /* a set */
        struct sim_terms terms;
    } service[SIM_SERVICES];
    uint64_t served[SIM_SERVERS]; /* groups: a set */
};

void sim_map_make(struct sim *w);
const char *sim_fqdn(uint8_t server);
bool sim_in(uint64_t set, uint8_t i);
struct msk_bytes sim_service_name(uint8_t service);
struct msk_bytes sim_flow_name(uint8_t group);
/* The index of a name; SIM_SERVICES: none. */
uint8_t sim_service_index(const struct sim *w, struct msk_bytes name);
/* The index of a Key Group; SIM_GROUPS: none. */
uint8_t sim_group_index(const struct sim *w, const uint8_t domain[3],
                        uint16_t group);
struct msk_key_id sim_group_id(const struct sim *w, uint8_t group);
/* The SRTP parameters that go with the group. */
struct msk_bytes sim_group_sp(const struct sim *w, uint8_t group);

/* --- the BM-SC ----------------------------------------------------------- */

struct sim_row {
    bool there;
    uint64_t version;
    uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
    size_t n;
    msk_time due; /* on the clock of a node */
    uint8_t node; /* that watches it */
    bool busy;    /* with what was due */
};

struct sim_database {
    struct sim_row row[SIM_LINES];
    struct {
        bool there;
        uint64_t version;
        uint8_t packed[MSK_KEY_GROUP_PACKED_MAX];
        size_t n;
        uint16_t number;          /* of the current MSK */
        uint16_t role[SIM_ROLES]; /* numbers, by enum msk_key_group_role */
        uint16_t last;            /* the greatest that there ever was */
        msk_time gone[SIM_NUMBERS + 2]; /* when it was none of them any more */
        uint16_t made[SIM_NUMBERS + 2]; /* the last MTK under each number */
        uint16_t past[SIM_NUMBERS + 2]; /* those that are sent no more, as the
                                           record says it */
        uint16_t past_before, past_number; /* before it was written last */
        msk_time past_at;
        uint8_t key[SIM_NUMBERS + 2][16];
    } group[SIM_GROUPS];
    /* the BSF */
    uint16_t run[SIM_LINES];
    msk_time expires[SIM_LINES][SIM_RUNS + 1]; /* on the clock of the world */
    uint64_t denied[SIM_LINES];                /* groups: a set */
    uint64_t asked[SIM_LINES]; /* in requests that were granted: the same */
};

void sim_database_start(struct sim *w);
void sim_database_found(struct sim *w, uint8_t group);
bool sim_database_group(struct sim *w, uint8_t group, struct msk_key_group *out,
                        uint64_t *version);
/* False: somebody was faster. */
bool sim_database_put_group(struct sim *w, uint8_t group,
                            const struct msk_key_group *in, uint64_t version);
bool sim_database_rekey(struct sim *w, uint8_t group);
/* The next MSK is made, by the group or elsewhere; or it becomes the current
 * one. False: there is one, or none, or somebody was faster. */
bool sim_database_prepare(struct sim *w, uint8_t group);
bool sim_database_switch(struct sim *w, uint8_t group);
/* The keys of a bootstrap. Those of both servers have the same names. */
void sim_keys(uint8_t line, uint16_t run, char btid[48], uint8_t muk[32],
              uint8_t mrk[32]);
/* Which one a B-TID names. False: it is none of ours. */
bool sim_keys_read(struct msk_bytes btid, uint8_t *ue, uint16_t *run);
uint16_t sim_bsf_run(struct sim *w, uint8_t line);

enum sim_op {
    SIM_OP_HTTP = 1,
    SIM_OP_ACK,
    SIM_OP_PUSH,
    SIM_OP_AHEAD, /* the next MSK is pushed */
    SIM_OP_PULL,
    SIM_OP_TIMER,
    SIM_OP_PART,
    SIM_OP_REAUTH,
    SIM_OP_REBOOTSTRAP,
    SIM_OP_REBIND /* to keys of long ago */
};

#define SIM_SENDS 200
#define SIM_JOBS 24
struct sim_job {
    bool used, has_row, has_answer, spoiled;
    bool open; /* a question of authorise */
    enum sim_op op;
    uint8_t node, line, group;
    uint32_t tag, tries;
    struct sim_http http, answer;
    uint8_t octets[MSK_MIKEY_MAX];
    size_t n_octets;
    char peer[MSK_PEER_MAX]; /* where the request came from */
    uint8_t author;          /* the line whose UE made it */
    uint64_t version;
    uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
    size_t n_packed;
    uint64_t denied; /* groups, when it was called */
    uint64_t wanted; /* groups that it was granted: a set */
    struct {
        enum msk_bmsc_effect_kind kind;
        struct msk_key_id id;
        char peer[MSK_PEER_MAX];
        size_t n;
        uint8_t octets[MSK_MIKEY_MAX];
    } send[SIM_SENDS];
    size_t n_sends;
    msk_time due, called; /* on the clock of its node */
};

struct sim_node {
    bool up;
    int64_t skew;
};

msk_time sim_node_clock(const struct sim *w, uint8_t node);
void sim_node_start(struct sim *w);
/* Loads the record that the job is about, and calls. */
int sim_node_call(struct sim *w, struct sim_job *job);
const struct msk_bmsc *sim_node_bmsc(uint8_t server);
struct msk_outbox *sim_node_outbox(void);
const struct msk_subscriber *sim_node_subscriber(void);

/* NULL: there are too many. */
struct sim_job *sim_job_begin(struct sim *w, enum sim_op op, uint8_t node,
                              uint8_t line);
void sim_job_run(struct sim *w, struct sim_job *job);
void sim_job_commit(struct sim *w, struct sim_job *job);
void sim_job_end(struct sim *w, struct sim_job *job);

void sim_office_start(struct sim *w);
void sim_office_item(struct sim *w, const struct sim_item *item);
void sim_office_ask(struct sim *w, enum sim_op op, uint8_t line, uint8_t group);
void sim_office_cut(struct sim *w, uint8_t node);
void sim_office_step_clock(struct sim *w, uint8_t node, int64_t by);
/* When the record must be looked at, and that. */
msk_time sim_office_due(const struct sim *w, uint8_t line);
void sim_office_timer(struct sim *w, uint8_t line);
/* A new MSK of the group, for all. */
void sim_office_rekey(struct sim *w, uint8_t group);
/* The next one, ahead; and when it has become the current one. */
void sim_office_ahead(struct sim *w, uint8_t group);
void sim_office_switch(struct sim *w, uint8_t group);

struct sim_writer {
    struct {
        bool loaded;
        uint64_t version;
        uint32_t row; /* MTKs made since it was loaded */
        struct msk_key_group record;
    } group[SIM_GROUPS];
    uint8_t node;
    uint32_t turn; /* of many groups some have traffic at a time */
};
void sim_writer_tick(struct sim *w);
void sim_mtk(uint8_t group, uint16_t number, uint8_t out[16]);

/* --- what was sent and taken --------------------------------------------- */

enum sim_fact {
    SIM_FACT_SENT = 1, /* an MSK message: line, run, counter */
    SIM_FACT_TAKEN,    /* the same */
    SIM_FACT_MTK,      /* an MTK message: group, number, counter */
    SIM_FACT_MTK_ID,   /* the same, MTK ID */
    SIM_FACT_ANSWERED  /* a request that verified: line, its tag */
};
#define SIM_FACTS 16384
struct sim_ledger {
    uint64_t fact[SIM_FACTS];
    size_t n;
};
/* False: that was known before. */
bool sim_ledger_note(struct sim *w, enum sim_fact fact, uint32_t a, uint32_t b,
                     uint32_t c);
bool sim_ledger_knows(const struct sim *w, enum sim_fact fact, uint32_t a,
                      uint32_t b, uint32_t c);

/* --- the world ----------------------------------------------------------- */

/* A host that breaks its contract, to see that it is seen. */
enum sim_break {
    SIM_BREAK_NOTHING = 0,
    SIM_BREAK_COMMIT, /* a node sends before its commit */
    SIM_BREAK_RECORD, /* a commit of a node is lost */
    SIM_BREAK_WRITER, /* MTK messages are sent before they are reserved */
    SIM_BREAK_FLASH,  /* a power cut takes MSKs with their counter */
    SIM_BREAK_TERMS,  /* a service is started as if all was announced as off */
    SIM_BREAK_TELL,   /* the host does not hear that an MSK is deleted */
    SIM_BREAK_PATIENCE, /* a UE has little patience */
    SIM_BREAK_RIGHTS,   /* a node grants what is denied */
    SIM_BREAK_NEXT,     /* a writer goes on to the next MSK before its time */
    SIM_BREAK_OLD,      /* a node knows a Key Group of long ago */
    SIM_BREAK_NEVER,    /* a node pushes what it should not */
    SIM_BREAK_AFTER,    /* a UE waits less than it is told to */
    SIM_BREAK_DAMP,     /* a UE asks whenever there is traffic */
    SIM_BREAK_AGES,     /* keys are as old as the moment they are given */
    SIM_BREAK_SAME,     /* and all of one age */
    SIM_BREAK_OWNERS,   /* who stops a service forgets it for all servers */
    SIM_BREAK_BIND,     /* a node gives keys an age when it binds them */
    SIM_BREAK_HISTORY   /* the store loses the pasts of MSKs */
};

/* How wide the world is. */
enum sim_width {
    SIM_WIDTH_OLD = 0, /* one server, three groups, none of the parts below */
    SIM_WIDTH_WIDE,
    SIM_WIDTH_FULL, /* as many Key Groups and services as there may be */
    SIM_WIDTH_DRAWN /* of a run: full for one seed in thirty, else wide */
};

/* Parts of it that may be taken out, to see what a failure needs: a set. */
enum sim_part {
    SIM_PART_SHARE = 1,    /* Key Groups with services of both servers */
    SIM_PART_TERMS = 2,    /* SPs against announcements */
    SIM_PART_BACK = 4,     /* configurations put back */
    SIM_PART_BSF = 8,      /* keys of long ago at the BM-SC */
    SIM_PART_FLIP = 16,    /* services stopped and started at once */
    SIM_PART_ROW = 32,     /* stores that fail in rows */
    SIM_PART_END = 64,     /* everything replayed in the end */
    SIM_PART_DENY = 128,   /* authorisation taken away and given again */
    SIM_PART_NEXT = 256,   /* next MSKs, prepared, pushed ahead, switched to */
    SIM_PART_NUMBER = 512, /* requests for an MSK by its number */
    SIM_PART_NEVER = 1024, /* BM-SCs that never push */
    SIM_PART_EXT = 2048,   /* the extension of 2004 */
    SIM_PART_AFTER = 4096, /* Retry-After of the BM-SC, and as a date */
    SIM_PART_FORGED = 8192 /* two hours of forged traffic at the end */
};

struct sim_totals {
    uint64_t runs, failed, steps, seconds; /* of virtual time */
    uint64_t datagrams, lost, spoiled, copied, attacks;
    uint64_t requests, lies, believed, commits, conflicts, crashes;
    uint64_t stored, mtks, acks, delivered, given_up, pulls;
    uint64_t power_cuts, bootstraps, rekeys, steps_of_clocks;
    uint64_t prepared, switched, numbers, waits, forged, provoked;
    uint64_t left[16], back, current, stayed, poor;
    uint64_t put_back, old_keys, replays;
};

struct sim {
    uint64_t seed;
    struct rng rng;
    struct msk_random random;
    msk_time now, end;
    msk_time calm_at;
    bool calm, again, over, trace;
    enum sim_break broken;
    enum sim_width width;
    unsigned without;
    uint64_t steps;
    jmp_buf out;
    enum msk_layout layout;
    struct sim_map map;
    bool registers[SIM_SERVERS];
    bool never[SIM_SERVERS]; /* pushes nothing but what was asked for */
    enum msk_ack_mode acks[SIM_SERVERS];
    msk_time lifetime; /* of the keys */
    struct sim_rates rates;
    struct sim_queue queue;
    uint8_t n_ues;
    struct sim_ue ue[SIM_UES];
    struct sim_database db;
    struct sim_node node[SIM_NODES];
    struct sim_job job[SIM_JOBS];
    struct sim_writer writer;
    struct sim_ledger ledger;
    struct sim_archive archive;
    struct {
        unsigned hour; /* of forged traffic; 0: there is none */
        uint8_t line, group;
        unsigned asked[SIM_SERVERS], pulls; /* in this hour */
    } forger;
    struct sim_totals *totals;
    struct fake_xml xml;
};

/* What is wished of a run. */
struct sim_wish {
    bool trace;
    enum sim_break broken;
    enum sim_width width;
    unsigned without; /* parts: a set */
};

/* One run. False: it failed, and has said why. */
bool sim_run(uint64_t seed, const struct sim_wish *wish,
             struct sim_totals *totals);

/* Has the world that part? */
bool sim_part(const struct sim *w, enum sim_part part);
uint8_t sim_line(uint8_t ue, uint8_t server);
struct sim_session *sim_session(struct sim *w, uint8_t line);
/* Goes on for so long when the run is over. */
void sim_go_on(struct sim *w, msk_time time);
/* Somebody forges traffic; and a session asks for what it names. */
void sim_forger_work(struct sim *w);
void sim_forger_tick(struct sim *w);
void sim_forger_pulled(struct sim_session *s);
void sim_forger_asked(struct sim_session *s, uint8_t group);
/* The properties that hold in the end. */
void sim_end_check(struct sim *w);

/* What goes wrong next. */
void sim_chaos_start(struct sim *w);
void sim_chaos_tick(struct sim *w);
void sim_chaos_calm(struct sim *w);
void sim_chaos_again(struct sim *w);

#endif
