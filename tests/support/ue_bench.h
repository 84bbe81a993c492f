/* SPDX-License-Identifier: MIT */
/*
 * ue_bench.h - a UE on the bench: session, software MGV-F, a store and
 * providers that can fail, a clock, and a BM-SC by script that answers
 * truthfully or lies in a way that it is told. Its Digest and bodies are those
 * of the library's server side; its pushes are made with its MUK.
 *
 * Everything is there twice: two domains with the same group number, two
 * services with different terms, and on the same MGV-F a neighbour, the session
 * of another BM-SC, which holds an MSK of that group number in a domain of its
 * own. Whatever happens on the bench, the neighbour must not feel it.
 *
 * With MSK_TEST_MGVF=uicc in the environment the MGV-F is a USIM instead
 * (usim.h); what a test tells the store to do, the card does then.
 *
 * The bench is all in one struct and asserts after each call what must always
 * hold: no step that its table does not define, and no hook inside a hook.
 */
#ifndef TESTS_SUPPORT_UE_BENCH_H
#define TESTS_SUPPORT_UE_BENCH_H

#include "fake_crypto.h"
#include "fake_store.h"
#include "msk/body.h"
#include "msk/ue.h"
#include "support.h"
#include "usim.h"

#define BENCH_GROUPS 4 /* of a session, unless the test wants others */
#define BENCH_SERVICES 3
#define BENCH_SEEN 64
#define BENCH_CARD_GROUPS (MSK_UE_GROUPS_MAX + 4) /* and the neighbours' */
/* The Key Group of the service "news"; "film" has one more, the same group of
 * another domain. Tests call that one BENCH_OTHER, here and in what was seen. */
#define BENCH_GROUP 0x68CA
#define BENCH_OTHER (BENCH_GROUP + 1)

/* What came out of the session, in order. Views are copied where a test looks
 * at them. */
struct bench_seen {
    enum msk_ue_effect_kind kind;
    struct msk_key_id id; /* MSK, MTK, DELETED, LEAVE, RESULT */
    enum msk_reason reason;
    enum msk_procedure procedure;
    int code;
    bool flag; /* MSK: updated_only; RESULT: confirmed */
    uint16_t mtk_id;
    uint8_t text[MSK_BTID_MAX + 64]; /* service; peer and message */
    size_t n;
};

/* How the BM-SC answers. */
enum bench_answer {
    ANSWER_TRUE = 0, /* 401 first, then what `code` says for each item */
    ANSWER_NONE,     /* no answer: the host says so */
    ANSWER_BAD_RSPAUTH,
    ANSWER_NO_INFO,   /* 200 without Authentication-Info */
    ANSWER_REALM,     /* 401 of another server */
    ANSWER_AUTH_ONLY, /* 401 that offers qop auth alone */
    ANSWER_STALE,     /* 401 with stale=true, always */
    ANSWER_BOOTSTRAP, /* 401 without stale, always */
    ANSWER_TYPE,      /* a verified body of another media type */
    ANSWER_GARBAGE,   /* a verified body that is no XML */
    ANSWER_HUGE,      /* a body over the limit */
    ANSWER_HEADERS,   /* verified, with more headers than anybody looks at */
    ANSWER_STATUS,    /* a status that is none, over a verified body */
    ANSWER_OTHER,     /* verified, but about another group or service */
    ANSWER_TWICE,     /* verified, each item twice: code, then 403 */
    ANSWER_ERROR,     /* `code` as the status, not verified */
    ANSWER_AUTHENTIC_ERROR, /* `code` as the status, verified */
    ANSWER_EMPTY,           /* 204 as the status, verified */
    ANSWER_KINDS
};

struct bench {
    enum msk_layout layout;
    const char *fqdn;    /* of its BM-SC */
    struct bench *house; /* whose MGV-F and store it shares; NULL: its own */
    bool akma;           /* its keys come from AKMA */
    msk_time now;
    struct fake_crypto crypto;
    struct fake_store store;
    struct msk_xml xml;
    struct msk_random random;
    size_t random_calls, random_fail_at;
    bool random_fails_for_ever; /* from there on */
    uint64_t random_state;
    struct msk_mgvf *mgvf;
    struct msk_ue *ue;
    uint8_t mgvf_memory[MSK_MGVF_SIZE]; /* is enough for that of a card */
    struct card card;
    struct msk_card card_driver;
    struct msk_card_group card_groups[BENCH_CARD_GROUPS];
    uint8_t ue_memory[MSK_UE_SIZE(MSK_UE_GROUPS_MAX, MSK_UE_SERVICES_MAX)];
    struct msk_ue *neighbour;
    uint8_t neighbour_memory[MSK_UE_SIZE(2, 2)];
    uint32_t neighbour_counter; /* of the messages to it */
    bool neighbour_disturbed;   /* it was told something */

    /* seen by the hooks */
    struct bench_seen seen[BENCH_SEEN];
    size_t n_seen;
    bool in_hook, asked; /* asked: a request waits for its answer */
    bool reenters;       /* hooks call the session: all must be refused */
    bool looks;          /* the key log calls the MGV-F */
    unsigned requests;   /* handed out so far */
    uint8_t target[256], request_body[16384], authorization[4096];
    size_t target_len, request_body_len, authorization_len;
    int undefined; /* steps that no table defines */

    /* the BM-SC */
    struct fake_crypto server_crypto;
    struct msk_random server_random;
    uint64_t server_random_state;
    msk_time server_now;
    struct msk_digest_server server;
    struct msk_digest_seen digest_seen;
    unsigned bootstraps; /* of the keys that it knows; names them */
    uint32_t counter;    /* of its messages under them */
    int code;            /* for each item; 200 */
    int msk_code;        /* for those of an MSK request; 0: the same */
    const char *retry_after, *date;
    enum bench_answer answer;
    void (*spoil_body)(uint8_t *p, size_t n);   /* of a response, signed */
    void (*spoil_header)(uint8_t *p, size_t n); /* its Digest header */
};

/* How often each cell was taken, by all benches: machine, state, event. */
extern unsigned bench_cells[5][16][32];

/* A session with keys, a BM-SC that knows them, and no service. limits in
 * `config` and what else is 0 are filled in; NULL: all. */
void bench_start(struct bench *b, enum msk_layout layout,
                 const struct msk_ue_config *config);

/* The same for the session of another BM-SC, "bmsc.example.com", beside that of
 * `house`: it shares the MGV-F. Wipe it with bench_end_beside. */
void bench_start_beside(struct bench *b, struct bench *house,
                        const struct msk_ue_config *config);
void bench_end_beside(struct bench *b);

/* For the teardown: every step was defined, the neighbour is as it was, and
 * nothing is left. */
int bench_end(struct bench *b, void **state);

/* The neighbour is as it was: its MSK is held, an SP that switches off its
 * protection is refused, and it was told of nothing. */
void bench_check_neighbour(struct bench *b);

/* One of the two keys of the n-th bootstrap, 32 octets: 'U' is the MUK, 'R'
 * the MRK. */
void bench_key(unsigned n, uint8_t which, uint8_t out[32]);

/* Are eight octets of that secret anywhere in the memory of the session? */
bool bench_remembers(const struct bench *b, const uint8_t *secret, size_t n);

/* A UE that joins services without registration. */
extern const struct msk_ue_config bench_joins;

/* Two rows of a table of tests: one for each layout, which `start` finds in
 * its state, between start and stop of the file. */
extern enum msk_layout bench_layouts[2];
#define BENCH_BOTH(test)                                      \
    { "csb: " #test, test, start, stop, &bench_layouts[0] },  \
    {                                                         \
        "keyid: " #test, test, start, stop, &bench_layouts[1] \
    }

/* The same for what cannot be on a card, and why. */
#define BENCH_SOFT(why, test)                                        \
    { "software alone, " why ", csb: " #test, test, start, stop,     \
      &bench_layouts[0] },                                           \
    {                                                                \
        "software alone, " why ", keyid: " #test, test, start, stop, \
            &bench_layouts[1]                                        \
    }

/* The session again over the same store: a power cycle. */
int bench_power_cycle(struct bench *b, const struct msk_ue_config *config);

/* Is the MGV-F a USIM? And what a call returns when it or the store fails. */
bool bench_on_card(void);
int bench_trouble(void);

/* Runs a table of tests; on a card without those of BENCH_SOFT. */
#define bench_run(tests) \
    (bench_select(), cmocka_run_group_tests(tests, NULL, NULL))
void bench_select(void);

/* Keys of the n-th bootstrap, set; the BM-SC knows them from then on. */
int bench_keys(struct bench *b, unsigned n);

/* Starts "news" (BENCH_GROUP) or "film" (that and BENCH_OTHER), as announced
 * with that back-off in seconds and no protection; or with these terms. */
int bench_service(struct bench *b, const char *name, uint32_t offset,
                  uint32_t period);
struct bench_terms {
    uint32_t offset, period;
    enum msk_switch confidentiality, integrity;
};
int bench_announce(struct bench *b, const char *name,
                   const struct bench_terms *terms);
int bench_stop(struct bench *b, const char *name);

/* Lets time pass in steps of msk_ue_due, and never answers. Returns the last
 * error that a timer call returned. */
int bench_wait(struct bench *b, msk_time time);

/* Answers the request under way as the BM-SC was told. Returns what
 * msk_ue_take_response did. */
int bench_serve(struct bench *b);

/* Answers until nothing is asked, at most so often. */
void bench_serve_all(struct bench *b, unsigned most);

/* An MSK message under the keys of the n-th bootstrap. */
struct bench_push {
    enum msk_content_kind content;
    uint16_t group, number, seq_low, seq_high;
    unsigned bootstrap;
    bool v, unprotected;
};
struct msk_bytes bench_message(struct bench *b, const struct bench_push *push);
int bench_push(struct bench *b, const struct bench_push *push);
int bench_msk(struct bench *b, uint16_t group, uint16_t number);
int bench_invalidate(struct bench *b, uint16_t group, uint16_t number);
int bench_unprotected(struct bench *b, uint16_t group, uint16_t number);
int bench_pull(struct bench *b, uint16_t group);

/* An MTK message under the MSK `number` of a group. */
struct msk_bytes bench_mtk_message(struct bench *b, uint16_t group,
                                   uint16_t number, uint16_t mtk_id);
int bench_mtk(struct bench *b, uint16_t group, uint16_t number,
              uint16_t mtk_id);

/* How many of that kind were seen, and the last of them; NULL: none. */
size_t bench_count(const struct bench *b, enum msk_ue_effect_kind kind);
const struct bench_seen *bench_last(const struct bench *b,
                                    enum msk_ue_effect_kind kind);
void bench_forget(struct bench *b);

/* As bench_last, but there must be one. */
const struct bench_seen *bench_the_last(const struct bench *b,
                                        enum msk_ue_effect_kind kind);

/* Does what waits in the store or the card until nothing does; returns what the
 * call that was pending did. Or the first thing that waits: what to complete the
 * call with. */
int bench_complete(struct bench *b);
int bench_store_answer(struct bench *b);

extern const uint8_t bench_domain[3];

/* The name of an MSK of BENCH_GROUP, BENCH_OTHER or another group. */
struct msk_key_id bench_id(uint16_t group, uint16_t number);

/* What the MGV-F holds of such a group; held may be NULL. */
int bench_held(struct bench *b, uint16_t group, struct msk_held *held);

#endif
