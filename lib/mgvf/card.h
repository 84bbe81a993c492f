/* SPDX-License-Identifier: MIT */
/*
 * mgvf/card.h - commands to a UICC. A call is a chain of steps: each looks at
 * what the last commands brought and either sends more, naming the step that
 * goes on with their outcome, or ends the call. So it does not matter when an
 * answer comes.
 */
#ifndef MSK_MGVF_CARD_H
#define MSK_MGVF_CARD_H

#include "mgvf/card_file.h"
#include "mgvf/key_servers.h"
#include "msk/mgvf_uicc.h"

#define MSK_CARD_BODY_AT 5 /* tag, length in 3 octets, mode */
#define MSK_CARD_REPLY_MAX 512
#define MSK_CARD_OBJECT 0x53 /* tag of what an AUTHENTICATE takes and yields */
#define MSK_CARD_NOT_FOUND 0x6A88 /* status word, TS 31.102 7.3.1 */

/* The modes of the MBMS security context, TS 31.102 7.1.2.5. */
enum msk_card_mode {
    MSK_CARD_MSK_UPDATE = 1,
    MSK_CARD_MTK_GENERATION = 2,
    MSK_CARD_MSK_DELETION = 3,
    MSK_CARD_MUK_DELETION = 4
};

/* What the next answer is about. */
enum msk_card_expects {
    MSK_CARD_NOTHING = 0,
    MSK_CARD_BLOCK = 1, /* a block of an AUTHENTICATE */
    MSK_CARD_REPLY = 2, /* the reply to one */
    MSK_CARD_FILE = 3,  /* a file was selected */
    MSK_CARD_RECORD = 4 /* a record was read */
};

/* A key server that owns Key Groups. */
struct msk_card_server {
    uint8_t fqdn[MSK_FQDN_MAX];
    uint8_t fqdn_len; /* 0: free */
};

struct msk_uicc;
typedef int msk_uicc_step_fn(struct msk_uicc *u);

struct msk_uicc {
    struct msk_mgvf base; /* first: a struct msk_mgvf * is one of these */
    const struct msk_card *card;
    struct msk_card_group *groups;
    size_t n_groups;
    bool short_commands;
    struct msk_card_server servers[MSK_CARD_SERVERS_MAX];

    bool waits;
    uint32_t token;
    enum msk_card_expects expects;
    uint8_t command[MSK_CARD_COMMAND_MAX];
    size_t command_len;
    struct msk_card_answer answer;
    uint16_t status; /* of the last answer */

    /* An AUTHENTICATE: the body stands at MSK_CARD_BODY_AT. */
    uint8_t object[MSK_CARD_BODY_AT + MSK_MIKEY_MAX];
    size_t object_at, object_end;
    uint8_t reply[MSK_CARD_REPLY_MAX];
    size_t reply_len;
    msk_uicc_step_fn *done; /* takes the reply, or a status that is none */

    /* A walk through a file. */
    uint16_t file;
    uint8_t record;          /* its number, from 1 */
    msk_uicc_step_fn *visit; /* takes a record, in answer */
    msk_uicc_step_fn *end;   /* there are no more */

    /* The call under way. */
    enum msk_layout layout;
    uint8_t fqdn[MSK_FQDN_MAX];
    size_t fqdn_len;
    struct msk_message message; /* views into object */
    struct msk_card_group *group;
    struct msk_held *held;         /* the caller's */
    struct msk_group_id group_id;  /* of a call that names a Key Group */
    size_t deletions;              /* so far */
    struct msk_mgvf_result result; /* views into object, reply and sp */
    uint8_t sp[MSK_SP_MAX];
};

struct msk_uicc *msk_uicc_of(struct msk_mgvf *mgvf);

/* A call begins, MSK_ERR_BUSY; and ends, if err is not MSK_PENDING. */
int msk_uicc_begin(struct msk_uicc *u);
int msk_uicc_finish(struct msk_uicc *u, int err,
                    struct msk_mgvf_result *result);

/* For steps: what they return. */

/* Sends `mode` with the n octets that stand at MSK_CARD_BODY_AT in object, in
 * as many commands as it takes; done takes the reply. MSK_ERR_LENGTH. */
int msk_uicc_authenticate(struct msk_uicc *u, enum msk_card_mode mode, size_t n,
                          msk_uicc_step_fn *done);

/* Shows each record of a file to visit, in u->answer, then calls end. A visit
 * that wants the next record returns msk_uicc_next. */
int msk_uicc_walk(struct msk_uicc *u, uint16_t file, msk_uicc_step_fn *visit,
                  msk_uicc_step_fn *end);
int msk_uicc_next(struct msk_uicc *u);

/* Reads the record under way once more. */
int msk_uicc_again(struct msk_uicc *u);

/* What a step returned goes on until it ends or has to wait. */
int msk_uicc_run(struct msk_uicc *u, int err);

/* The answer that was waited for has come. */
int msk_uicc_resume(struct msk_uicc *u);

/* Did the last command succeed? */
bool msk_uicc_is_fine(const struct msk_uicc *u);

/* All of the answer's data. */
struct msk_bytes msk_uicc_data(const struct msk_uicc *u);

/* The first step of a message, n octets of which stand in object. */
int msk_uicc_take(struct msk_uicc *u, size_t n);

/* The Key Group, if it is allowed; else NULL. */
struct msk_card_group *msk_uicc_find(const struct msk_uicc *u,
                                     const struct msk_group_id *group);

/* The tag of a key server among the owners of a Key Group; empty: that of the
 * host. False: it owns none, and tag is not written. */
bool msk_uicc_owner_tag(const struct msk_uicc *u, struct msk_bytes fqdn,
                        uint8_t tag[MSK_OWNER_TAG]);

/* Decision 29: is what that key server sends for the group accepted? */
bool msk_uicc_is_owner(const struct msk_uicc *u,
                       const struct msk_card_group *group,
                       struct msk_bytes fqdn);

/* Operations. */
int msk_uicc_allow(struct msk_mgvf *mgvf, struct msk_bytes owner,
                   const struct msk_group_id *group, enum msk_require require);
int msk_uicc_forget(struct msk_mgvf *mgvf, struct msk_bytes owner,
                    const struct msk_group_id *group);
int msk_uicc_forget_all(struct msk_mgvf *mgvf);

#endif
