/* SPDX-License-Identifier: MIT */
/*
 * tests/sim.h - a world in virtual time: UEs, BM-SC nodes over one versioned
 * store, and a network between them that loses, copies, reorders and spoils.
 * All of it follows from one seed. What must be true is asserted as it
 * happens; a broken one ends the run (sim_fail).
 *
 *   sim.c         many runs, and what they came to
 *   sim_world.c   one run: how it is made, its clock, its end
 *   sim_queue.c   what is to happen, in order of time
 *   sim_network.c datagrams and HTTP messages on their way
 *   sim_liar.c    somebody who answers in the place of the BM-SC
 *   sim_store.c   the flash of a UE: late, failing, losing power
 *   sim_ue.c      the host of a UE
 *   sim_device.c  its power, its clock, its keys
 *   sim_hooks.c   what its session tells it
 *   sim_held.c    what a UE must hold
 *   sim_database.c  the store of the BM-SC, and the BSF
 *   sim_node.c    a node of the BM-SC
 *   sim_job.c     what it does to one record
 *   sim_office.c  what comes to the nodes, and what they do by themselves
 *   sim_writer.c  the one who makes MTK messages
 *   sim_ledger.c  what was sent and taken
 *   sim_chaos.c   what goes wrong, and what users and operators do
 */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H

#include "fake_xml.h"
#include "msk/bmsc.h"
#include "msk/body.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "support.h"

#define SIM_HELD 2 /* MSKs of a Key Group: the rule of two, not the library's */
#define SIM_UES 3
#define SIM_GROUPS 3
#define SIM_SERVICES 3
#define SIM_NODES 2
#define SIM_NUMBERS 60  /* MSKs of a Key Group in one run */
#define SIM_QUIET 60000 /* at the end there is no traffic: all is delivered */
#define SIM_RUNS 200    /* bootstraps of one UE in one run */
#define SIM_FQDN "bmsc.example.org"
#define SIM_SECOND 1000

struct sim;

/* Ends the run: something that must be true is not. */
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
    uint8_t ue, group;
    uint16_t run; /* the bootstrap whose MUK protects it */
    uint16_t number, mtk_id;
    uint32_t counter;
};

#define SIM_HEADERS 8
struct sim_http {
    int status; /* 0: a request */
    bool lie;   /* nobody who has the keys said so */
    bool cut;   /* its body was changed on the way */
    size_t n_headers, n_text, n_target, n_body;
    struct {
        uint16_t name, n_name, value, n_value;
    } header[SIM_HEADERS]; /* in text */
    uint8_t text[3072], target[80], body[2560];
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
    SIM_CALM, /* from now on nothing goes wrong */
    SIM_AGAIN /* what went wrong before is over */
};

struct sim_item {
    bool used;
    enum sim_kind kind;
    msk_time at;
    uint64_t order;
    uint8_t ue, node;
    uint32_t tag; /* of the request, the job, or of the power cycle */
    bool spoiled;
    struct sim_mark mark;
    char peer[MSK_PEER_MAX];
    size_t n;
    uint8_t octets[MSK_MIKEY_MAX];
    struct sim_http http;
};

#define SIM_ITEMS 192
struct sim_queue {
    struct sim_item item[SIM_ITEMS];
    uint64_t order;
};

void sim_queue_clear(struct sim_queue *queue);
/* A free item, to happen `delay` from now; NULL: a datagram may get lost. */
struct sim_item *sim_queue_add(struct sim *w, enum sim_kind kind,
                               msk_time delay);
struct sim_item *sim_queue_first(struct sim_queue *queue);

/* --- the network --------------------------------------------------------- */

/* Each in percent. */
struct sim_rates {
    uint32_t loss, copy, spoil, late;    /* datagrams */
    uint32_t broken, cut, changed, lies; /* HTTP */
    uint32_t slow_flash, bad_flash;
    uint32_t crash; /* of a node between two steps of its work */
};

void sim_network_datagram(struct sim *w, enum sim_kind kind, const char *peer,
                          struct msk_bytes octets, const struct sim_mark *mark);
void sim_network_request(struct sim *w, uint8_t ue, uint32_t tag,
                         const struct sim_http *http);
void sim_network_response(struct sim *w, uint8_t ue, uint32_t tag,
                          const struct sim_http *http);
/* An old datagram once more, or one that is forged. */
void sim_network_attack(struct sim *w);
void sim_http_put(struct sim *w, struct sim_http *http, struct msk_bytes name,
                  struct msk_bytes value);
size_t sim_http_headers(const struct sim_http *http,
                        struct msk_http_header *out);
/* Answers a request that never reached a node. */
void sim_liar_answer(struct sim *w, uint8_t ue, uint32_t tag);

/* --- the flash of a UE --------------------------------------------------- */

#define SIM_RECORDS 6
#define SIM_DELAYED 4 /* delayable commits that a power cut may take */
struct sim_flash {
    struct msk_store store, under;
    struct msk_ram ram;
    struct msk_ram_record records[SIM_RECORDS];
    struct {
        struct msk_ram_record records[SIM_RECORDS];
        uint64_t version;
        uint32_t commits;
    } kept[SIM_DELAYED + 1]; /* the first is durable */
    size_t n_kept;
    uint32_t commits; /* so far */
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

#define SIM_TAKEN 1024
struct sim_ue {
    struct sim *world;
    uint8_t index;
    bool up;
    uint32_t boot, moves; /* power cycles; addresses it had */
    int64_t skew;         /* of its clock */
    struct msk_mgvf *mgvf;
    struct msk_ue *ue;
    uint8_t mgvf_memory[MSK_MGVF_SIZE];
    uint8_t ue_memory[MSK_UE_SIZE(SIM_GROUPS, SIM_SERVICES)];
    struct sim_flash flash;
    uint16_t run; /* of its keys; 0: it has none */
    uint32_t want, on, to_start, to_stop;
    bool to_keys, bootstrapping;
    msk_time due; /* on the clock of the world */

    /* the call under way */
    bool pending;
    enum sim_call call;
    struct sim_mark mark;
    bool spoiled, believable, told, pulled;
    uint32_t commits; /* of the flash, when it began */

    /* its request */
    uint32_t tag;
    bool asked;

    /* what it must be like */
    struct sim_held held[SIM_GROUPS];
    uint64_t ever[SIM_GROUPS]; /* numbers that it stored */
    struct sim_taken taken[SIM_TAKEN];
    size_t n_taken;
    struct {
        bool sent, refused;
        msk_time at; /* of the last request, on its own clock */
        uint32_t tries;
    } asks[SIM_GROUPS];
    uint32_t registrations;
    uint32_t handed, begged; /* requests and bootstraps of one exchange */
    enum msk_reason left[SIM_SERVICES];
    struct {
        msk_time start;
        uint32_t n;
    } window; /* requests in ten seconds */
};

void sim_ue_start(struct sim *w, uint8_t i);
void sim_ue_boot(struct sim_ue *u);
void sim_ue_cut(struct sim_ue *u);
msk_time sim_ue_clock(const struct sim_ue *u);
void sim_ue_step_clock(struct sim_ue *u, int64_t by);
void sim_ue_work(struct sim_ue *u); /* what its user wants */
/* The end of a call made elsewhere. */
void sim_ue_end(struct sim_ue *u, int err);
void sim_ue_timer(struct sim_ue *u);
void sim_ue_item(struct sim_ue *u, struct sim_item *item);
void sim_ue_flash(struct sim_ue *u);
void sim_ue_missed(struct sim_ue *u, uint8_t service, const uint8_t mki[6]);
void sim_ue_request(struct sim_ue *u, uint8_t group);
void sim_ue_address(const struct sim_ue *u, char out[MSK_PEER_MAX]);
void sim_ue_bootstrap(struct sim_ue *u);
void sim_ue_keys(struct sim_ue *u, uint16_t run);
void sim_ue_keys_later(struct sim_ue *u); /* they could not be stored */
extern const struct msk_ue_hooks sim_hooks;

/* What a UE must hold. */
void sim_held_stored(struct sim_ue *u, const struct msk_msk_event *msk);
void sim_held_deleted(struct sim_ue *u, const struct msk_key_id *id);
void sim_held_mtk(struct sim_ue *u, const struct msk_mtk_event *mtk);
void sim_held_check(struct sim_ue *u);
void sim_held_lost(struct sim_ue *u, uint32_t commits);
bool sim_held_good(const struct sim_ue *u, uint8_t group);
bool sim_held_has(const struct sim_ue *u, uint8_t group, uint16_t number);

/* --- services ------------------------------------------------------------ */

extern const uint8_t sim_domain[3];
uint32_t sim_service_groups(uint8_t service); /* a set */
size_t sim_service_name(uint8_t service, uint8_t out[32]);
size_t sim_flow_name(uint8_t group, uint8_t out[32]);
/* The index of a name; SIM_SERVICES: none. */
uint8_t sim_service_index(struct msk_bytes name);
/* The index of a Key Group; SIM_GROUPS: none. */
uint8_t sim_group_index(const uint8_t domain[3], uint16_t group);
struct msk_key_id sim_group_id(uint8_t group);

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
    struct sim_row row[SIM_UES];
    struct {
        bool there;
        uint64_t version;
        uint8_t packed[MSK_KEY_GROUP_PACKED_MAX];
        size_t n;
        uint16_t number;
        uint8_t key[SIM_NUMBERS + 2][16];
    } group[SIM_GROUPS];
    /* the BSF */
    uint16_t run[SIM_UES];
    msk_time expires[SIM_UES]; /* on the clock of the world */
    bool denied[SIM_UES][SIM_GROUPS];
};

void sim_database_start(struct sim *w);
void sim_database_found(struct sim *w, uint8_t group);
bool sim_database_group(struct sim *w, uint8_t group, struct msk_key_group *out,
                        uint64_t *version);
/* False: somebody was faster. */
bool sim_database_put_group(struct sim *w, uint8_t group,
                            const struct msk_key_group *in, uint64_t version);
bool sim_database_rekey(struct sim *w, uint8_t group);
/* The keys of a bootstrap. */
void sim_keys(uint8_t ue, uint16_t run, char btid[48], uint8_t muk[32],
              uint8_t mrk[32]);
/* Which one a B-TID names. False: it is none of ours. */
bool sim_keys_read(struct msk_bytes btid, uint8_t *ue, uint16_t *run);
uint16_t sim_bsf_run(struct sim *w, uint8_t ue);

enum sim_op {
    SIM_OP_HTTP = 1,
    SIM_OP_ACK,
    SIM_OP_PUSH,
    SIM_OP_PULL,
    SIM_OP_TIMER,
    SIM_OP_PART,
    SIM_OP_REAUTH,
    SIM_OP_REBOOTSTRAP
};

#define SIM_SENDS 24
#define SIM_JOBS 12
struct sim_job {
    bool used, has_row, has_answer, spoiled;
    bool open; /* a question of authorise */
    enum sim_op op;
    uint8_t node, ue, group;
    uint32_t tag, tries;
    struct sim_http http, answer;
    uint8_t octets[MSK_MIKEY_MAX];
    size_t n_octets;
    char peer[MSK_PEER_MAX]; /* where the request came from */
    uint64_t version;
    uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
    size_t n_packed;
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
const struct msk_bmsc *sim_node_bmsc(void);
struct msk_outbox *sim_node_outbox(void);
const struct msk_subscriber *sim_node_subscriber(void);

/* NULL: there are too many. */
struct sim_job *sim_job_begin(struct sim *w, enum sim_op op, uint8_t node,
                              uint8_t ue);
void sim_job_run(struct sim *w, struct sim_job *job);
void sim_job_commit(struct sim *w, struct sim_job *job);
void sim_job_end(struct sim *w, struct sim_job *job);

void sim_office_start(struct sim *w);
void sim_office_item(struct sim *w, const struct sim_item *item);
void sim_office_ask(struct sim *w, enum sim_op op, uint8_t ue, uint8_t group);
void sim_office_cut(struct sim *w, uint8_t node);
void sim_office_step_clock(struct sim *w, uint8_t node, int64_t by);
/* When the record must be looked at, and that. */
msk_time sim_office_due(const struct sim *w, uint8_t ue);
void sim_office_timer(struct sim *w, uint8_t ue);
/* A new MSK of the group, for all. */
void sim_office_rekey(struct sim *w, uint8_t group);

struct sim_writer {
    struct {
        bool loaded;
        uint64_t version;
        struct msk_key_group record;
    } group[SIM_GROUPS];
    uint8_t node;
};
void sim_writer_tick(struct sim *w);
void sim_mtk(uint8_t group, uint16_t number, uint8_t out[16]);

/* --- what was sent and taken --------------------------------------------- */

enum sim_fact {
    SIM_FACT_SENT = 1, /* an MSK message: ue, run, counter */
    SIM_FACT_TAKEN,    /* the same */
    SIM_FACT_MTK,      /* an MTK message: group, number, counter */
    SIM_FACT_MTK_ID,   /* the same, MTK ID */
    SIM_FACT_ANSWERED  /* a request that verified: ue, its tag */
};
#define SIM_FACTS 16384
struct sim_ledger {
    uint64_t fact[SIM_FACTS];
    size_t n;
};
/* False: that was known before. */
bool sim_ledger_note(struct sim *w, enum sim_fact fact, uint32_t a, uint32_t b,
                     uint32_t c);

/* --- the world ----------------------------------------------------------- */

/* A host that breaks its contract, to see that it is seen. */
enum sim_break {
    SIM_BREAK_NOTHING = 0,
    SIM_BREAK_COMMIT, /* a node sends before its commit */
    SIM_BREAK_RECORD, /* a commit of a node is lost */
    SIM_BREAK_WRITER, /* MTK messages are sent before they are reserved */
    SIM_BREAK_FLASH   /* a power cut takes MSKs with their counter */
};

struct sim_totals {
    uint64_t runs, failed, steps, seconds; /* of virtual time */
    uint64_t datagrams, lost, spoiled, copied, attacks;
    uint64_t requests, lies, believed, commits, conflicts, crashes;
    uint64_t stored, mtks, acks, delivered, given_up, pulls;
    uint64_t power_cuts, bootstraps, rekeys, steps_of_clocks;
    uint64_t left[16], back, current, stayed;
};

struct sim {
    uint64_t seed;
    struct rng rng;
    struct msk_random random;
    msk_time now, end;
    bool calm, again, trace;
    enum sim_break broken;
    uint64_t steps;
    jmp_buf out;
    enum msk_layout layout;
    bool registers;
    enum msk_ack_mode acks;
    msk_time lifetime; /* of the keys */
    struct sim_rates rates;
    struct sim_queue queue;
    struct sim_ue ue[SIM_UES];
    struct sim_database db;
    struct sim_node node[SIM_NODES];
    struct sim_job job[SIM_JOBS];
    struct sim_writer writer;
    struct sim_ledger ledger;
    struct sim_totals *totals;
    struct fake_xml xml;
};

/* One run. False: it failed, and has said why. */
bool sim_run(uint64_t seed, bool trace, enum sim_break broken,
             struct sim_totals *totals);

/* What goes wrong next. */
void sim_chaos_start(struct sim *w);
void sim_chaos_tick(struct sim *w);
void sim_chaos_calm(struct sim *w);
void sim_chaos_again(struct sim *w);

#endif
