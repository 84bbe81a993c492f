/* SPDX-License-Identifier: MIT */
/*
 * ue/session.h - the memory of a session: one struct msk_ue, and after it its
 * tables of Key Groups, services and flows; and what all rooms have in common:
 * timers, chance, flows, a step of a machine.
 *
 * The states of a slot in use change by steps of their tables alone
 * (exchange.c, group_machine.c, service_machine.c, holding.c); who raises an
 * event sets before what its action reads. Flows are changed by service.c, and
 * what the host is to be told stands where ue_outbox.c finds it.
 */
#ifndef MSK_UE_SESSION_H
#define MSK_UE_SESSION_H

#include "msk/ue.h"

#define MSK_UE_WANTS 3 /* the current MSK of a group, and two by number */
#define MSK_UE_BASE_MAX 64
#define MSK_UE_TARGET_MAX 128
#define MSK_UE_BODY_MAX 6144 /* octets of a request body */
#define MSK_UE_FLOWS(groups) ((size_t)2 * (groups))

/*
 * A timer on a clock that may step. It keeps when it began and how long it is,
 * never a moment to come: after a step backwards it begins again, so that
 * nothing waits longer than its own interval from then on.
 */
#define MSK_SECOND 1000 /* of msk_time */

struct msk_timer {
    bool on;
    msk_time start, interval;
};

/* The result of a request, kept until the host was told. */
struct msk_ue_told {
    bool due;
    bool confirmed;
    int16_t code;
    uint8_t procedure, reason;
};

/* An MSK that is asked for. */
struct msk_ue_want {
    uint16_t number; /* 0: the current one */
    bool wanted;     /* it is to be had */
    bool asked;      /* it is in the request under way */
    bool doubted;    /* the answer says that none is newer: than what? */
    int16_t code;    /* answer to that; 0: none yet */
    struct msk_ue_told told;
};

#define MSK_UE_UNTOLD 0xFF

struct msk_ue_group {
    struct msk_key_id id;   /* number 0 */
    uint8_t state;          /* enum msk_ue_group_state */
    uint8_t reason;         /* why a request failed last */
    uint8_t holding;        /* enum msk_ue_holding_state */
    bool leave;             /* every service that needs it is to be left */
    bool started;           /* a start has taken it over */
    bool got;               /* an MSK was delivered, and is not used up */
    uint8_t terms;          /* that it was told: enum msk_require, or UNTOLD */
    bool confirmed;         /* verified: no MSK is newer */
    bool ended;             /* no more is to be asked: the BM-SC said no,
                                 verified, or the patience is used up */
    bool renewed;           /* the BM-SC said no: is the UE a member? */
    bool provoked;          /* what is wanted now: by traffic */
    bool pulled;            /* to be asked for after the request under way */
    bool barred;            /* what is wanted came, and its SP was refused */
    uint8_t futile;         /* requests in a row that traffic led to, and
                                 that brought nothing new */
    uint32_t attempts;      /* requests for what is wanted now */
    msk_time after;         /* Retry-After of the last one */
    struct msk_timer timer; /* back-off, or the wait for an MSK */
    struct msk_timer patience; /* for what is wanted now: decision 21 */
    struct msk_timer calm;     /* one request in a second */
    struct msk_timer damp;     /* and one that traffic leads to in so long */
    struct msk_ue_want want[MSK_UE_WANTS];
    uint16_t gone[MSK_HELD_MAX]; /* MSKs that are gone, or go with the group */
    uint8_t n_gone;
    uint16_t known[MSK_HELD_MAX]; /* MSKs that the session knows of */
    uint8_t n_known;
};

/* A flow in use, or (`next`) in the announcement that is being taken over. */
struct msk_ue_flow {
    bool live, next;
    uint8_t service, group; /* indices */
    uint8_t id_len;
    uint8_t id[MSK_FLOW_ID_MAX];
};

/* What an announcement says beside its flows. */
struct msk_ue_terms {
    uint32_t offset_time, random_period;
    bool confidentiality, integrity;
};

struct msk_ue_service {
    uint8_t id[MSK_SERVICE_ID_MAX];
    uint8_t id_len;
    uint8_t state; /* enum msk_ue_service_state */
    bool asked;    /* it is in the request under way */
    bool lost;     /* it failed, and its groups are being looked at */
    int16_t code;
    uint32_t attempts;
    uint8_t kept;           /* times in a row that it was, unregistered */
    msk_time after;         /* Retry-After of the last answer */
    struct msk_timer timer; /* before it is asked again */
    struct msk_timer patience;
    struct msk_ue_terms terms;
    struct msk_ue_told told;
    uint8_t left; /* enum msk_reason; 0: nothing to tell */
    struct msk_key_id left_for;
};

struct msk_ue_credentials {
    uint8_t btid[MSK_BTID_MAX];
    uint8_t mrk[MSK_MRK_MAX];
    uint8_t btid_len, mrk_len; /* no B-TID: no keys */
};

/* The HTTP request under way. */
struct msk_ue_exchange {
    uint8_t state; /* enum msk_ue_exchange_state */
    uint8_t procedure;
    bool authorised;        /* it carried an Authorization */
    bool stale, bootstrap;  /* that retry was used up */
    struct msk_timer timer; /* for the answer, or the pause */
    msk_time pause;         /* how long it is to be */
    msk_time held_since;    /* when bootstrap or pause began */
    uint32_t keys;          /* ue->generation that it was authorised with */
    struct msk_ue_credentials credentials; /* of then; empty but in SENT */
    struct msk_digest_client digest;
    size_t target_len, authorization_len, body_len;
    uint8_t target[MSK_UE_TARGET_MAX];
    uint8_t authorization[MSK_HTTP_VALUE_MAX];
    uint8_t body[MSK_UE_BODY_MAX];
    struct msk_http_header headers[5];
    struct msk_http_request request;
};

/* Calls of the MGV-F. */
enum msk_ue_job {
    MSK_JOB_NONE = 0,
    MSK_JOB_SET_MUK,
    MSK_JOB_PROCESS,
    MSK_JOB_CHECK, /* is the MSK of an MKI held? */
    MSK_JOB_ALLOW,
    MSK_JOB_LOOK, /* is an MSK held that is still good? */
    MSK_JOB_LAST, /* what goes when the group is forgotten? */
    MSK_JOB_FORGET
};

struct msk_ue_work {
    bool pending;
    uint8_t job, group;
    uint8_t require;       /* ALLOW: what was told */
    bool started;          /* the call was a start, and it is done */
    int verdict;           /* of the public call */
    struct msk_timer rest; /* the MGV-F was busy or failed: not before */
    struct msk_held held;
    struct msk_key_id named;        /* by the datagram or the MKI */
    bool by_mtk;                    /* by an MTK message */
    struct msk_ue_credentials keys; /* to be set */
    uint64_t age;                   /* of these */
    bool in_step;                   /* nobody else has changed an MSK before */
    bool starting;                  /* a service: */
    uint8_t service;
    struct msk_ue_terms terms;
};

/* What is to be told, beside what groups and services have; a set. */
#define MSK_TELL_ACK 1u
#define MSK_TELL_MSK 2u
#define MSK_TELL_MTK 4u
#define MSK_TELL_DELETED 8u
#define MSK_TELL_BOOTSTRAP 16u
#define MSK_TELL_HTTP 32u

struct msk_ue_outbox {
    uint32_t tell;
    bool polled; /* a polling host has not taken the last one yet */
    uint8_t peer[MSK_PEER_MAX], ack[MSK_ACK_MAX];
    size_t peer_len, ack_len;
    struct msk_msk_event msk;
    struct msk_mtk_event mtk;
    uint8_t sp[MSK_SP_MAX], key[MSK_KEY_MAX], salt[MSK_SALT_MAX];
    struct msk_key_id deleted;
    uint8_t bootstrap; /* enum msk_reason */
    /* what an effect points to: */
    struct msk_key_id out_deleted;
    struct msk_result_event out_result;
    struct msk_leave_event out_leave;
};

struct msk_ue {
    /* as configured */
    struct msk_mgvf *mgvf;
    const struct msk_crypto *crypto;
    const struct msk_xml *xml;
    const struct msk_random *random;
    void *user;
    msk_time wait, answer_time, retry_after_max, patience;
    size_t fqdn_len, base_len;

    struct msk_ue *self;
    size_t n_groups, n_services, n_flows;
    struct msk_ue_group *groups;
    struct msk_ue_service *services;
    struct msk_ue_flow *flows;

    msk_time now; /* of this call, or the last */
    msk_time due; /* when the host was to call, after the last one */
    struct msk_ue_hooks hooks;
    struct msk_ue_work work;
    struct msk_ue_outbox outbox;
    struct msk_ue_exchange exchange;

    enum msk_layout layout;
    uint32_t attempts;
    uint32_t dice;       /* drawn in this call, if has_dice */
    uint32_t generation; /* of keys; counts up */
    bool outgrown;       /* the MGV-F has newer ones: these get no MSK */
    bool has_dice;
    bool registers; /* services are to be registered */
    bool polls;     /* there are no hooks */
    bool akma;      /* keys come from AKMA */
    bool inside;    /* a public call is at work */
    bool stirred;   /* since it settled last, something may have become due */
    uint8_t fqdn[MSK_FQDN_MAX], base[MSK_UE_BASE_MAX];
    struct msk_ue_credentials keys;
    uint64_t age;     /* of the newest keys ever set */
    uint32_t changes; /* of the MGV-F's MSKs, that the session has seen */
};

/* Can it send requests now? Not if it only receives. */
bool msk_ue_asks(const struct msk_ue *ue);

/* Draws the random number of this call, once. MSK_ERR_RANDOM. */
int msk_ue_roll(struct msk_ue *ue);

/* The same for what goes on without it: the back-off is the longest one then,
 * and the call says so in the end. */
void msk_ue_try_roll(struct msk_ue *ue);

/* offset + U(0, period), in milliseconds, for the number that was rolled; the
 * longest if there is none. Both in milliseconds. */
msk_time msk_ue_spread(const struct msk_ue *ue, msk_time offset,
                       msk_time period);

/* How long to wait before trying again after so many attempts: doubles, is
 * jittered and bounded. */
msk_time msk_ue_pause(const struct msk_ue *ue, uint32_t attempts);

struct msk_bytes msk_ue_fqdn(const struct msk_ue *ue);

/*
 * The next flow in use of that service in that Key Group: *f, or the first one
 * after it. False: there is none, *f is ue->n_flows. All of them:
 *     for (size_t f = 0; msk_ue_flows_next(ue, i, MSK_UE_ANY, &f); f++)
 */
#define MSK_UE_ANY SIZE_MAX
bool msk_ue_flows_next(const struct msk_ue *ue, size_t service, size_t group,
                       size_t *f);

/* Is there one at all? */
bool msk_ue_flows_any(const struct msk_ue *ue, size_t service, size_t group);

/* --- a timer -------------------------------------------------------------- */

void msk_timer_start(struct msk_timer *timer, msk_time now, msk_time interval);
void msk_timer_stop(struct msk_timer *timer);

/* Has it run out? False for one that is off. */
bool msk_timer_due(const struct msk_timer *timer, msk_time now);

/* The clock went back to now: a timer that began later begins again. */
void msk_timer_rebase(struct msk_timer *timer, msk_time now);

/* The time since `since` does not count: the timer goes on with what it had
 * left then. */
void msk_timer_shift(struct msk_timer *timer, msk_time since, msk_time now);

/* It runs so much longer. */
void msk_timer_extend(struct msk_timer *timer, msk_time more);

/* When it runs out, seen from now; MSK_NEVER for one that is off. */
msk_time msk_timer_at(const struct msk_timer *timer, msk_time now);

#endif
