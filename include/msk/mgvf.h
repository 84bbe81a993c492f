/* SPDX-License-Identifier: MIT */
/*
 * msk/mgvf.h - the MGV-F of TS 33.246 6.5: it alone opens MSK and MTK
 * messages on the UE, keeps MUKs and MSKs in the store, and releases MTKs.
 * There is one per UE. msk_mgvf_init makes one in software; mgvf_uicc.h is
 * another implementation of the same struct msk_mgvf_ops, on a UICC. It works
 * with sessions (ue.h) on top of it, or alone on a UE that only receives.
 */
#ifndef MSK_MGVF_H
#define MSK_MGVF_H

#include "msk/crypto.h"
#include "msk/mbms.h"
#include "msk/store.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MSK_HELD_MAX = 2,     /* MSKs in a Key Group: the rule of two */
    MSK_RELEASED_MAX = 2, /* MTKs kept of a Key Group */
    MSK_OWNERS_MAX = 4    /* key servers, the host among them, that allow it */
};

/* What was announced as on for the service of a Key Group. An SP that
 * switches it off is refused (MSK_ERR_POLICY); so is one that is missing, if
 * that leaves one in force which does. What is not announced is on. */
enum msk_require {
    MSK_REQUIRE_NOTHING = 0,
    MSK_REQUIRE_CONFIDENTIALITY = 1,
    MSK_REQUIRE_INTEGRITY = 2,
    MSK_REQUIRE_BOTH = 3
};

/* A message to be processed. */
struct msk_mgvf_input {
    size_t size; /* sizeof(struct msk_mgvf_input) */
    enum msk_layout layout;
    struct msk_bytes fqdn;    /* the key server of the session: names the MUK in
                               CSB; must equal IDi in KEYID, empty: any */
    struct msk_bytes message; /* at most MSK_MIKEY_MAX octets */
    const struct msk_message *read; /* what msk_message_read made of it, in that
                                       layout, for a caller who has looked
                                       before; NULL: it is read */
};

/* What became of a call. */
enum msk_outcome {
    MSK_OUTCOME_DONE = 1,     /* a call other than process succeeded */
    MSK_OUTCOME_STORED = 2,   /* an MSK is held now, or held anew */
    MSK_OUTCOME_VALIDITY = 3, /* the interval of a held MSK was replaced */
    MSK_OUTCOME_COUNTER = 4,  /* authentic, nothing to keep: counter only */
    MSK_OUTCOME_PULL = 5,     /* the BM-SC wants to be asked for the MSK */
    MSK_OUTCOME_STALE = 6,    /* under the last used MUK, not the newest: not
                                 kept; ask for the MSK under the newest */
    MSK_OUTCOME_MTK = 7       /* an MTK is released */
};

/* The answer, filled with MSK_OK only. Its views are the MGV-F's, good until
 * the next call on it. A card shows no MSK and may not know what it did: then
 * key is empty, and STORED stands for VALIDITY and COUNTER as well. */
struct msk_mgvf_result {
    size_t size; /* sizeof(struct msk_mgvf_result) */
    enum msk_outcome outcome;
    struct msk_key_id id;       /* the MSK it is about; number 0 in a pull */
    bool has_interval;          /* STORED, VALIDITY; a card does not tell: */
    uint16_t seq_low, seq_high; /* its interval now */
    bool has_deleted;           /* STORED: the oldest MSK had to go: */
    struct msk_key_id deleted;
    struct msk_bytes acknowledgement; /* to be sent back; empty: send nothing */
    struct msk_bytes btid;            /* of the MUK that verified the message */
    uint16_t mtk_id;                  /* MTK */
    struct msk_bytes key;             /* STORED: the MSK; MTK: the MTK */
    struct msk_bytes salt;            /* MTK, streaming */
    struct msk_bytes sp; /* SRTP parameters of the group, or empty */
};

/* A MUK and its name, TS 33.246 6.1. */
struct msk_muk {
    size_t size;           /* sizeof(struct msk_muk) */
    struct msk_bytes fqdn; /* key server, 1..MSK_FQDN_MAX */
    struct msk_bytes btid; /* 1..MSK_BTID_MAX */
    struct msk_bytes key;  /* 1..MSK_MUK_MAX; on a card empty: it made it */
    uint64_t age;          /* a number of the host's that grows with each
                              bootstrapping: its moment, or the end of Ks */
};

/* An MSK that came by another way than MIKEY (TS 33.501 W.4.1.2). */
struct msk_import {
    size_t size;           /* sizeof(struct msk_import) */
    struct msk_key_id id;  /* group and number not 0 */
    struct msk_bytes key;  /* 16, 24 or 32 octets */
    struct msk_bytes rand; /* for its MTK messages; 0..MSK_RAND_MAX. Empty: each
                              has to bring its own (decision 39) */
    uint16_t seq_low, seq_high;
    struct msk_bytes sp; /* 0..MSK_SP_MAX octets of SRTP parameters */
    /* When it ends, in Unix milliseconds; 0: not known. It is kept and told;
     * the MGV-F has no clock. */
    msk_time expires;
    /* An MTK that came along, released at once; empty: none. Its ID lies in the
     * interval; where that one or a later one came before, it is passed over. */
    uint16_t mtk_id;
    struct msk_bytes mtk;      /* 16, 24 or 32 octets */
    struct msk_bytes mtk_salt; /* streaming: 14 octets; download: empty */
};

/* What is held of a Key Group, without secrets; newest first. */
struct msk_held_msk {
    /* Frozen: it stands in arrays. */
    uint16_t number;
    bool has_interval; /* a card does not tell */
    uint16_t seq_low, seq_high;
    bool has_mtk; /* an MTK came under it; the last one was: */
    uint16_t mtk_id;
};
struct msk_held {
    size_t size; /* sizeof(struct msk_held) */
    size_t n;    /* 0..MSK_HELD_MAX */
    struct msk_held_msk msk[MSK_HELD_MAX];
    msk_time expires[MSK_HELD_MAX]; /* of each, as it was imported; 0: not
                                       known */
};

/* The MTKs released last in a Key Group, newest first; what a UE that was
 * restarted goes on with. It holds keys: wipe it after use. */
struct msk_released_mtk {
    /* Frozen: it stands in arrays. */
    uint16_t number; /* of the MSK it came under */
    uint16_t mtk_id;
    struct msk_mtk mtk;
};
struct msk_released {
    size_t size; /* sizeof(struct msk_released) */
    size_t n;    /* 0..MSK_RELEASED_MAX */
    struct msk_released_mtk mtk[MSK_RELEASED_MAX];
    uint8_t sp[MSK_SP_MAX]; /* SRTP parameters of the group, */
    size_t sp_len;          /*   or 0: those of SRTP by default */
};

/* The owners of a Key Group. Fields are the MGV-F's. */
enum { MSK_OWNER_TAG = 8 };
struct msk_owner {
    /* Frozen: it stands in arrays. */
    uint8_t tag[MSK_OWNER_TAG]; /* stands for a key server; 0: the host */
    uint8_t require;            /* enum msk_require */
};
struct msk_owners {
    /* Frozen: it stands in arrays of struct msk_card_group. */
    size_t n; /* 0..MSK_OWNERS_MAX */
    struct msk_owner owner[MSK_OWNERS_MAX];
};

/* An MGV-F, of any implementation. */
struct msk_mgvf;

/*
 * An implementation. Each function is the method of the same name below: the
 * public functions check their arguments, bring every struct to the size that
 * this header gives it, and call it. An implementation puts a struct msk_mgvf
 * first in its own struct. process and complete must be there; a method that
 * is NULL, or that `size` ends before, is answered with MSK_ERR_STATE; without
 * wipe nothing is wiped.
 */
struct msk_mgvf_ops {
    size_t size; /* sizeof(struct msk_mgvf_ops) */
    int (*process)(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
                   struct msk_mgvf_result *result);
    int (*complete)(struct msk_mgvf *mgvf, uint32_t token, int result,
                    struct msk_mgvf_result *out);
    int (*set_muk)(struct msk_mgvf *mgvf, const struct msk_muk *muk);
    int (*allow)(struct msk_mgvf *mgvf, struct msk_bytes owner,
                 const struct msk_group_id *group, enum msk_require require);
    int (*forget)(struct msk_mgvf *mgvf, struct msk_bytes owner,
                  const struct msk_group_id *group);
    int (*import_msk)(struct msk_mgvf *mgvf, const struct msk_import *msk);
    int (*held)(struct msk_mgvf *mgvf, const struct msk_group_id *group,
                struct msk_held *held);
    int (*released)(struct msk_mgvf *mgvf, const struct msk_group_id *group,
                    struct msk_released *released);
    int (*forget_all)(struct msk_mgvf *mgvf);
    /* Clears the memory of *mgvf, all of it and no more. */
    void (*wipe)(struct msk_mgvf *mgvf);
};

/* What every MGV-F begins with. Fields are the implementation's. */
struct msk_mgvf {
    /* Frozen: it stands first in what an implementation has. */
    const struct msk_mgvf_ops *ops;
    uint32_t changes; /* moves on whenever an MSK may have been stored, changed
                         or deleted, whoever called: what was told before of
                         what is held may be no more */
};

/*
 * Every method may return MSK_PENDING: the store or the card answers later.
 * What it was given has been copied by then, and *result is not kept. The
 * host then calls msk_mgvf_complete with the token that the store was given,
 * or that the card's driver made; at most one is open on an MGV-F, and tokens
 * of two of them may be equal. Until that returns something else than
 * MSK_PENDING, every other method returns MSK_ERR_BUSY and changes nothing,
 * and msk_mgvf_wipe must not be called: the store holds pointers. Under a
 * session the host calls msk_ue_complete instead, which hands token and
 * result through. Results may be NULL where the caller needs none. All may
 * return MSK_ERR_STORE, MSK_ERR_RECORD, MSK_ERR_CRYPTO, MSK_ERR_CARD; then
 * nothing was committed.
 */

/*
 * Processes an MSK or MTK message in the order of TS 33.246 6.5.3 and 6.5.4.
 * What comes before the MAC can only drop and changes nothing; when the MAC
 * verifies, the counter is committed whatever the content says, and the result
 * is told after the commit.
 * MSK_OK: see result->outcome. Errors of kind drop and ask: those of
 * msk_message_read, msk_msk_message_open and msk_mtk_message_open, and
 * MSK_ERR_NOT_MINE (another server, or a group that is not allowed, or an
 * MSK message of a server that is no owner of the group),
 * MSK_ERR_NO_MUK, MSK_ERR_NO_MSK, MSK_ERR_REPLAY, MSK_ERR_RANGE,
 * MSK_ERR_INVALIDATED, MSK_ERR_NO_RAND; after the MAC MSK_ERR_POLICY and the errors of
 * msk_srtp_policy_get, for an SP. MSK_ERR_LIMIT: the store is full.
 * The commit of an MTK message is delayable (store.h); all others are not.
 */
MSK_API int msk_mgvf_process(struct msk_mgvf *mgvf,
                             const struct msk_mgvf_input *input,
                             struct msk_mgvf_result *result);

/*
 * Goes on with the call that is pending. result: what the store's load or
 * commit would have returned. Returns what that call would have returned.
 * MSK_ERR_STATE: nothing is pending under this token; MSK_ERR_ARGUMENT: result
 * is MSK_PENDING, or out->size too small. Nothing changed then, and what was
 * pending still is: call again with the same token.
 */
MSK_API int msk_mgvf_complete(struct msk_mgvf *mgvf, uint32_t token, int result,
                              struct msk_mgvf_result *out);

/*
 * Makes muk the last generated MUK of its server; the last successfully used
 * one stays (TS 33.246 6.1). A MUK that is one of these two already, with the
 * same value, keeps its counter and role. MSK_ERR_CONFLICT: another value under
 * that name. MSK_ERR_OLD_KEY: its age is not above that of every MUK that was
 * ever set for its server, so that no MUK comes back without the counter that
 * went with it; the first one may have any age. With both nothing changed.
 */
MSK_API int msk_mgvf_set_muk(struct msk_mgvf *mgvf, const struct msk_muk *muk);

/*
 * Makes owner an owner of the Key Group: MSK messages of that key server are
 * accepted from now on. owner is the FQDN of the key server of the session that
 * calls this for the services it is given; empty: the host itself, and then
 * messages of every key server are accepted. SPs must keep on what the
 * `require` of any owner says; another `require` of the same owner takes the
 * place of its old one. A group that is allowed already keeps what is held.
 * MSK_ERR_LIMIT: no room for another group, or MSK_OWNERS_MAX others own it;
 * nothing was lost.
 */
MSK_API int msk_mgvf_allow(struct msk_mgvf *mgvf, struct msk_bytes owner,
                           const struct msk_group_id *group,
                           enum msk_require require);

/* Takes owner off the owners of the Key Group. With the last of them it is
 * forgotten with its MSKs and MTKs, and no more is accepted; kept is how far
 * the MTK messages under its MSKs came, so that none is taken again if an MSK
 * comes back. MSK_OK also when it owned none. */
MSK_API int msk_mgvf_forget(struct msk_mgvf *mgvf, struct msk_bytes owner,
                            const struct msk_group_id *group);

/* Forgets everything, MUKs, Key Groups, MSKs and MTKs, one record at a time:
 * the card is another one (TS 33.246 6.1). If it fails on its way, or the
 * power does, some are left: call it again until it returns MSK_OK. */
MSK_API int msk_mgvf_forget_all(struct msk_mgvf *mgvf);

/* Clears the memory of an MGV-F of any implementation; its store or card keeps
 * what it has. NULL, and one that was wiped before, do nothing. */
MSK_API void msk_mgvf_wipe(struct msk_mgvf *mgvf);

/* Takes in an MSK as if a message had just brought it, and an MTK that came
 * along. A group that nobody allowed is then the host's, with
 * MSK_REQUIRE_NOTHING. An MSK without RAND that is held with one keeps that, if
 * its value is the same. MSK_ERR_LIMIT as msk_mgvf_allow; MSK_ERR_POLICY and the
 * errors of msk_srtp_policy_get, for sp; MSK_ERR_RANGE: the ID of the MTK is not
 * in the interval. Then nothing changed. */
MSK_API int msk_mgvf_import_msk(struct msk_mgvf *mgvf,
                                const struct msk_import *msk);

/* Tells what is held of the Key Group. held->n is 0 when nothing is. When the
 * call is pending, *held must stay good; it is filled by msk_mgvf_complete.
 * MSK_ERR_NOT_MINE: the group is not allowed. */
MSK_API int msk_mgvf_held(struct msk_mgvf *mgvf,
                          const struct msk_group_id *group,
                          struct msk_held *held);

/* Hands out the MTKs released last in the Key Group, so that a UE that was
 * restarted need not wait for the next. *released as *held above.
 * MSK_ERR_NOT_MINE: the group is not allowed. */
MSK_API int msk_mgvf_released(struct msk_mgvf *mgvf,
                              const struct msk_group_id *group,
                              struct msk_released *released);

/* The software MGV-F. The structs and what they point to stay good as long
 * as it is used. */
struct msk_mgvf_config {
    size_t size; /* sizeof(struct msk_mgvf_config) */
    const struct msk_crypto *crypto;
    const struct msk_store *store;
};

/* Records in the store of a software MGV-F: one for each key server, one for
 * each Key Group, and what is left of MSKs that went. */
enum { MSK_HISTORY_RECORDS = 4 };
#define MSK_MGVF_RECORDS(servers, groups) \
    ((servers) + (groups) + MSK_HISTORY_RECORDS)

/* The same at run time, of the library that runs. 0: more than a size_t. */
MSK_API size_t msk_mgvf_records(size_t servers, size_t groups);

/* Octets of memory for a software MGV-F, aligned as uint64_t or not; and
 * at run time, of the library that runs. */
enum { MSK_MGVF_SIZE = 10240 };
MSK_API size_t msk_mgvf_size(void);

/*
 * Makes a software MGV-F in mem (len octets, at least MSK_MGVF_SIZE); *mgvf
 * points into mem. It reads nothing from the store yet.
 * MSK_ERR_ARGUMENT; MSK_ERR_SPACE: len.
 */
MSK_API int msk_mgvf_init(struct msk_mgvf **mgvf, void *mem, size_t len,
                          const struct msk_mgvf_config *config);

#ifdef __cplusplus
}
#endif

#endif
