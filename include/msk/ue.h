/* SPDX-License-Identifier: MIT */
/*
 * msk/ue.h - the UE's end: one session for each UE and key server. It runs
 * the MSK procedures of TS 33.246 6.3.2; keys are the MGV-F's (mgvf.h).
 *
 * The host brings datagrams, HTTP exchanges and time; the session answers
 * through hooks, or through msk_ue_next for hosts that would rather poll.
 *
 *   msk_ue_init, msk_ue_set_keys, msk_ue_start (keys may come later: a session
 *     that wants to ask for something and has none says on_bootstrap_needed)
 *   for each datagram on the MIKEY port:   msk_ue_receive
 *   for each answer to a send_http:        msk_ue_take_response
 *   not later than msk_ue_due says:        msk_ue_timer
 *
 * What each state of its machines does with each event: doc/states.md.
 */
#ifndef MSK_UE_H
#define MSK_UE_H

#include "msk/crypto.h"
#include "msk/digest.h"
#include "msk/http.h"
#include "msk/mgvf.h"
#include "msk/service.h"
#include "msk/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A session of the UE with one key server. Opaque. */
struct msk_ue;

/* Why something happened. */
enum msk_reason {
    MSK_REASON_NONE = 0,
    MSK_REASON_NO_KEYS = 1,     /* bootstrap: there are none yet */
    MSK_REASON_RENEGOTIATE = 2, /* bootstrap: the server wants new ones */
    MSK_REASON_NO_MSK = 3,      /* result: granted, but no MSK came */
    MSK_REASON_REFUSED = 4,     /* leave, result: the BM-SC said no */
    MSK_REASON_UNREACHABLE = 5, /* result: no answer */
    MSK_REASON_UNVERIFIED = 6,  /* result: answers that did not verify */
    MSK_REASON_USER = 7,        /* leave: msk_ue_stop */
    MSK_REASON_POLICY = 8,      /* leave, result: an MSK came in time, with an
                                   SP against the announcement (decision 21) */
    MSK_REASON_PATIENCE = 9     /* leave: no MSK and no confirmation in time */
};

/* An MSK that is held now. Views good for the hook. */
struct msk_msk_event {
    /* Grows at its end: the library makes it, the host reads it. */
    struct msk_key_id id;
    uint16_t seq_low, seq_high;
    bool updated_only;   /* only its interval is new */
    struct msk_bytes sp; /* SRTP parameters of the group, or empty */
};

/* An MTK that was released. Views good for the hook: copy or use. */
struct msk_mtk_event {
    /* Grows at its end: the library makes it, the host reads it. */
    struct msk_key_id id;
    uint16_t mtk_id;
    struct msk_bytes key, salt, sp;
};

/* The end of a request, for one Key Group or service; where the session asks
 * again by itself, each has one. With reason NO_MSK: it was granted, but no
 * MSK came, and nothing more is asked; with POLICY one came, and was refused
 * for its SP. */
struct msk_result_event {
    /* Grows at its end: the library makes it, the host reads it. */
    enum msk_procedure procedure;
    struct msk_key_id id;     /* MSK request */
    struct msk_bytes service; /* register, deregister */
    int code;                 /* status of the item; 0: none was verified */
    bool confirmed;           /* a good MSK is held, there is none newer */
    enum msk_reason reason;   /* of a failure; else NONE */
};

/* A service that the session left, or that msk_ue_stop did. */
struct msk_leave_event {
    /* Grows at its end: the library makes it, the host reads it. */
    struct msk_bytes service;
    struct msk_group_id group; /* it was for; all 0 for USER */
    enum msk_reason reason;
};

/* One step of a state machine; numbers and names as in doc/states.md. Names are
 * constant strings. */
struct msk_trace {
    /* Grows at its end: the library makes it, the host reads it. */
    uint8_t machine; /* 1: HTTP exchange, 2: Key Group, 3: service, 4: Key Group
                        in the MGV-F */
    uint8_t state, event, next;
    int err; /* MSK_ERR_STATE: not defined, a defect; else OK */
    struct msk_group_id group; /* of a Key Group's machine */
    const char *machine_name, *state_name, *event_name, *next_name;
};

/* A key for a key log, with the name that it has in traffic. */
enum msk_keylog_kind {
    MSK_KEYLOG_MUK = 1,
    MSK_KEYLOG_MSK = 2,
    MSK_KEYLOG_MTK = 3
};
struct msk_keylog {
    /* Grows at its end: the library makes it, the host reads it. */
    enum msk_keylog_kind kind;
    struct msk_bytes btid; /* MUK */
    struct msk_key_id id;  /* MSK, MTK */
    uint16_t mtk_id;       /* MTK */
    struct msk_bytes key, rand, salt;
};

/*
 * Hooks. One constant struct for any number of sessions; `user` is that of
 * msk_ue_init. A hook that is NULL is not called. Hooks are called last in a
 * public call, when the session is whole and everything is committed; what
 * they are given is good until they return. Only trace and
 * keylog are called at the moment of what they tell. From inside a hook every
 * call on the same session returns MSK_ERR_REENTRY and harms nothing;
 * msk_ue_due may be called. The event structs are the library's: a host reads
 * them, and a later version may add more at the end.
 */
struct msk_ue_hooks {
    size_t size; /* sizeof(struct msk_ue_hooks) */

    /* Send a datagram to peer, as given to msk_ue_receive. It may get lost. */
    void (*send_mikey)(void *user, struct msk_bytes peer,
                       struct msk_bytes message);
    /* Send a request to the key server, over TLS or not, and bring the answer
     * with msk_ue_take_response. One is under way at a time. */
    void (*send_http)(void *user, const struct msk_http_request *request);
    void (*on_msk)(void *user, const struct msk_msk_event *msk);
    void (*on_mtk)(void *user, const struct msk_mtk_event *mtk);
    /* The MSK was the oldest of three, or its group is no longer used. What was
     * taken away through another session of the MGV-F, or by the host, is told
     * at the next call of this one. */
    void (*on_msk_deleted)(void *user, const struct msk_key_id *id);
    /* Run GBA or AKMA, then msk_ue_set_keys. */
    void (*on_bootstrap_needed)(void *user, enum msk_reason reason);
    void (*on_leave)(void *user, const struct msk_leave_event *leave);
    void (*on_result)(void *user, const struct msk_result_event *result);
    /* For tools and bug reports; keylog hands out secrets. */
    void (*trace)(void *user, const struct msk_trace *step);
    void (*keylog)(void *user, const struct msk_keylog *key);
};

/* How much a session can hold; also two flows for each Key Group. */
enum { MSK_UE_GROUPS_MAX = 64, MSK_UE_SERVICES_MAX = 32 };
struct msk_ue_limits {
    /* Frozen: it stands in struct msk_ue_config. */
    size_t groups;   /* Key Groups, 1..MSK_UE_GROUPS_MAX */
    size_t services; /* services, 1..MSK_UE_SERVICES_MAX */
};

/* Octets of memory for a session with such limits; a constant expression if
 * its arguments are, and the same as msk_ue_size. A quarter of it is room for
 * later versions, so that it stays as it is. */
#define MSK_UE_SIZE(groups, services) \
    ((size_t)18432 + (size_t)(groups)*448 + (size_t)(services)*480)

/* The same at run time; 0 when the limits are out of range. */
MSK_API size_t msk_ue_size(const struct msk_ue_limits *limits);

/* Is a service registered before its MSKs come? The BM-SC must want the same
 * (bmsc.h, registration). */
enum msk_registration {
    MSK_REGISTRATION_DEFAULT = 0,  /* KEYID: required; CSB: none */
    MSK_REGISTRATION_REQUIRED = 1, /* register, then MSKs are pushed */
    MSK_REGISTRATION_NONE = 2      /* the first MSK request joins */
};

/* Read once by msk_ue_init and not kept, but for what the pointers point to:
 * that stays good as long as the session. Zero in a number means the
 * default. */
struct msk_ue_config {
    size_t size; /* sizeof(struct msk_ue_config) */
    enum msk_layout layout;
    struct msk_bytes fqdn; /* of the key server; copied */
    struct msk_bytes base; /* path before /keymanagement, as msk_service_base
                              gives it; copied, at most 64 octets; may be
                              empty; a "/" at its end is not looked at */
    struct msk_mgvf *mgvf; /* shared by the sessions of the UE */
    const struct msk_crypto *crypto;
    const struct msk_xml *xml;        /* both, or NULL: a UE that only */
    const struct msk_random *random;  /*   receives, and so never leaves */
    const struct msk_ue_hooks *hooks; /* NULL: a host that polls */
    struct msk_ue_limits limits;
    enum msk_registration registration;
    uint32_t qop;             /* as digest.h; 0: auth-int only */
    msk_time wait;            /* for an MSK after a 200; 10000 */
    uint32_t attempts;        /* requests for an MSK by its number, and to
                                 deregister; 3 */
    msk_time answer_time;     /* for an HTTP answer; 30000 */
    msk_time retry_after_max; /* longest Retry-After that is obeyed; 300000 */
    msk_time patience;        /* for an MSK or a confirmation, from the first
                                 request on; 60000. What was announced as
                                 back-off, bootstrapping and Retry-After do
                                 not count. */
    uint32_t algorithms;      /* of Digest, as digest.h; 0: both */
    bool akma;                /* keys come from AKMA: User-Agent says 3gpp-akma
                                 (TS 33.535 B.1.2.2) and not 3gpp-gba */
};

/*
 * Makes a session in mem (len octets, at least msk_ue_size(&config->limits),
 * aligned or not); *ue points into mem. user is handed to every hook.
 * MSK_ERR_ARGUMENT; MSK_ERR_SPACE: len.
 */
MSK_API int msk_ue_init(struct msk_ue **ue, void *mem, size_t len,
                        const struct msk_ue_config *config, void *user);

/* Clears the session; NULL does nothing. It says nothing to the BM-SC: see
 * msk_ue_stop. The MGV-F keeps its keys. */
MSK_API void msk_ue_wipe(struct msk_ue *ue);

/*
 * All calls below may return MSK_ERR_REENTRY (called from a hook) and
 * MSK_ERR_BUSY: something is pending here or, through another session, in the
 * MGV-F, or a polling host has not taken all effects; then nothing changed.
 * `now` never goes backwards, or if it does, running timers start again. When
 * a call returned MSK_PENDING, its hooks are called from msk_ue_complete.
 *
 * Each call also does what is due. If a provider fails in that, the call did
 * what it was called for, returns MSK_ERR_CRYPTO, MSK_ERR_RANDOM or
 * MSK_ERR_STORE (msk_ue_start: MSK_OK), and the session tries again after a
 * while, until it is done.
 */

/* Keys from a bootstrapping run. Views borrowed for the call; copied. */
struct msk_ue_keys {
    size_t size;           /* sizeof(struct msk_ue_keys) */
    struct msk_bytes btid; /* 1..MSK_BTID_MAX; with AKMA the A-KID */
    struct msk_bytes muk;  /* 1..MSK_MUK_MAX; empty: a card made it */
    struct msk_bytes mrk;  /* 1..MSK_MRK_MAX; empty: no requests, only push;
                              a request that waits for keys goes on waiting */
    uint64_t age; /* grows with each bootstrapping, or the second one's keys
                     are MSK_ERR_OLD_KEY; see struct msk_muk */
};

/*
 * Gives the session its keys, at the start, after a power cycle (the same
 * ones: their counters go on) and after on_bootstrap_needed. Keys older than
 * those given before serve for requests only: what comes under them is stale,
 * and the next request asks for new ones with on_bootstrap_needed.
 * MSK_ERR_CONFLICT: another MUK under the name of one that is held;
 * MSK_ERR_OLD_KEY: neither held nor newer than every MUK that was ever given;
 * then nothing changed. Of keys without a MUK the session remembers by itself,
 * as long as it lives, what it has and how old. MSK_PENDING; errors of
 * msk_mgvf_set_muk.
 */
MSK_API int msk_ue_set_keys(struct msk_ue *ue, const struct msk_ue_keys *keys,
                            msk_time now);

/*
 * Starts a service: registers or asks for its MSKs, as the layout says. The
 * service is copied. Started again after an update of the announcement, it
 * takes over the new parameters, and registers again; protection that is off
 * now and was on is lowered last, and stays on if the start fails. Whether
 * uicc_required can be met is for the host to know.
 * MSK_ERR_NOT_MINE: none of its servers is the session's, by name and, if it
 * has one, by path; MSK_ERR_LIMIT: no
 * room for it, here or in the store; MSK_ERR_RANDOM, MSK_ERR_STORE,
 * MSK_ERR_ARGUMENT: it is not started, nothing was lost; MSK_PENDING.
 * Change request 6.3.2.2.2; TS 33.246 6.3.2.1A.
 */
MSK_API int msk_ue_start(struct msk_ue *ue, const struct msk_service *service,
                         msk_time now);

/*
 * Leaves a service: deregisters (KEYID), and forgets the Key Groups that no
 * other service of the session needs. MSK_ERR_STATE: it was not started.
 * TS 33.246 6.3.2.1B.
 */
MSK_API int msk_ue_stop(struct msk_ue *ue, struct msk_bytes service,
                        msk_time now);

/*
 * Asks for MSKs. Number 0: the current one; another: that one, in KEYID
 * only. Merged with what is asked already. MSK_ERR_NOT_MINE: a group of no
 * started service; MSK_ERR_ARGUMENT: n is 0, or a specific MSK in CSB;
 * MSK_ERR_STATE: the session has no keys or only receives; MSK_ERR_LIMIT: more
 * than two specific MSKs of a group, or 64 in all; MSK_ERR_RANDOM. Nothing is
 * asked then. Change request 6.3.2.2.1.
 */
MSK_API int msk_ue_request(struct msk_ue *ue, const struct msk_key_id *ids,
                           size_t n, msk_time now);

/*
 * Tells that traffic of a flow of a service carries the MKI (6 octets: group,
 * number, MTK ID). Asks for the current MSK if it is not held; an unknown MTK
 * under a held MSK only waits, as does all on a UE that only receives.
 * MSK_ERR_NOT_MINE: no such service or flow, or an MKI of another group;
 * MSK_ERR_LENGTH: not 6 octets; MSK_ERR_RANDOM, MSK_ERR_STORE: nothing is
 * asked; MSK_PENDING. Change request 6.3.2.2.3.
 */
MSK_API int msk_ue_missed(struct msk_ue *ue, struct msk_bytes service,
                          struct msk_bytes flow, struct msk_bytes mki,
                          msk_time now);

/*
 * Takes a datagram from the MIKEY port. peer: where it came from, 0 to
 * MSK_PEER_MAX octets, handed back by send_mikey.
 * MSK_OK: it was authentic, the hooks have said what it was. Errors are those
 * of msk_mgvf_process; none of them was answered, none changed anything (but
 * the counter, where the MAC verified). MSK_ERR_NOT_MINE is also a Key Group
 * that no started service of this session names, though the MGV-F may allow it
 * for another session or by itself: hand it in there. After MSK_ERR_NO_MSK
 * or MSK_ERR_INVALIDATED for an MTK the session asks for the MSK by itself, if
 * it may; where services of several key servers share a Key Group, hand it in
 * at the others, too: one may be refused what another one is granted.
 * MSK_ERR_BUSY: hand it in again. MSK_PENDING.
 */
MSK_API int msk_ue_receive(struct msk_ue *ue, struct msk_bytes message,
                           struct msk_bytes peer, msk_time now);

/*
 * Takes the answer to the request that send_http handed out last; NULL: there
 * was none (no connection, timeout of the host, not HTTP). Headers are
 * looked for by name. MSK_ERR_STATE: no request is under way, nothing
 * changed; MSK_ERR_DIGEST, MSK_ERR_REFUSED (an error status, which nothing
 * protects) and the errors of msk_body_read: the answer is not accepted, the
 * session retries by its rules. MSK_OK: it was accepted, or it
 * was a 401 that is being dealt with, or NULL. MSK_PENDING.
 */
MSK_API int msk_ue_take_response(struct msk_ue *ue,
                                 const struct msk_http_response *response,
                                 msk_time now);

/* When msk_ue_timer must be called, at the latest, on the clock that says now;
 * MSK_NEVER: no need, also while a call of this session is pending. A session
 * that finds the MGV-F busy with another one's call asks for a later time by
 * itself. */
MSK_API msk_time msk_ue_due(const struct msk_ue *ue, msk_time now);

/* Does what is due; may be called at any time. MSK_PENDING. */
MSK_API int msk_ue_timer(struct msk_ue *ue, msk_time now);

/* Goes on with the call that is pending, as msk_mgvf_complete; then calls
 * the hooks. MSK_ERR_STATE: nothing is pending under this token. */
MSK_API int msk_ue_complete(struct msk_ue *ue, uint32_t token, int result,
                            msk_time now);

/* What is to be done, for a host that polls: the hook of the same name with
 * its arguments. */
enum msk_ue_effect_kind {
    MSK_UE_EFFECT_SEND_MIKEY = 1,
    MSK_UE_EFFECT_SEND_HTTP = 2,
    MSK_UE_EFFECT_MSK = 3,
    MSK_UE_EFFECT_MTK = 4,
    MSK_UE_EFFECT_MSK_DELETED = 5,
    MSK_UE_EFFECT_BOOTSTRAP_NEEDED = 6,
    MSK_UE_EFFECT_LEAVE = 7,
    MSK_UE_EFFECT_RESULT = 8
};
struct msk_ue_effect {
    size_t size; /* sizeof(struct msk_ue_effect) */
    enum msk_ue_effect_kind kind;
    struct msk_bytes peer, message;         /* SEND_MIKEY */
    const struct msk_http_request *request; /* SEND_HTTP */
    const struct msk_msk_event *msk;        /* MSK */
    const struct msk_mtk_event *mtk;        /* MTK */
    const struct msk_key_id *deleted;       /* MSK_DELETED */
    const struct msk_leave_event *leave;    /* LEAVE */
    const struct msk_result_event *result;  /* RESULT */
    enum msk_reason reason;                 /* BOOTSTRAP_NEEDED */
};

/*
 * Hands out the next effect, in order, for a session without hooks. True:
 * *effect is filled, its pointers are good until the next call on the session,
 * this one included. False: there is none. Until then every other call but
 * msk_ue_due returns MSK_ERR_BUSY: nothing is lost. So an answer that is there
 * at once, or keys, are kept until then.
 */
MSK_API bool msk_ue_next(struct msk_ue *ue, struct msk_ue_effect *effect);

#ifdef __cplusplus
}
#endif

#endif
