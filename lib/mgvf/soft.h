/* SPDX-License-Identifier: MIT */
/*
 * mgvf/soft.h - the engine of the software MGV-F. A call copies its input,
 * then runs a step: a function that loads the records it needs, decides, and
 * commits. A load that is pending ends the step; when it has come, the step
 * runs again from its start with what is loaded already. So a step changes
 * nothing outside `work` before it commits.
 */
#ifndef MSK_MGVF_SOFT_H
#define MSK_MGVF_SOFT_H

#include "mgvf/record.h"
#include "msk/store.h"

/* A record on its way from and to the store. */
struct msk_soft_slot {
    bool loaded;
    bool used; /* the store was asked for it: its value is to be wiped */
    uint8_t key[MSK_RECORD_KEY_MAX];
    size_t key_len;
    struct msk_stored stored;
};

/* What the call under way was given; copied, for the caller's is gone when a
 * pending call goes on. */
struct msk_soft_input {
    enum msk_layout layout;
    uint8_t fqdn[MSK_FQDN_MAX]; /* key server; owner of a Key Group */
    size_t fqdn_len;
    uint8_t message[MSK_MIKEY_MAX];
    size_t message_len;
    const struct msk_message *read; /* the caller's: for the first run only */
    uint8_t btid[MSK_BTID_MAX];
    size_t btid_len;
    uint8_t muk[MSK_MUK_MAX];
    size_t muk_len;
    uint64_t age;
    struct msk_group_id group;
    struct msk_key_id id;
    struct msk_held_key msk;
    uint64_t expires;   /* of the MSK */
    struct msk_mtk mtk; /* that came along; of no octets: none */
    uint16_t mtk_id;
    uint8_t sp[MSK_SP_MAX];
    size_t sp_len;
    enum msk_require require;
    struct msk_held *held;         /* the caller's, where msk_mgvf_held */
    struct msk_released *released; /*   and msk_mgvf_released answer */
};

/* Where the views of the result point. */
struct msk_soft_output {
    uint8_t ack[MSK_ACK_MAX];
    uint8_t btid[MSK_BTID_MAX];
    uint8_t key[MSK_KEY_MAX];
    uint8_t salt[MSK_SALT_MAX];
    uint8_t sp[MSK_SP_MAX];
};

enum msk_soft_wait {
    MSK_SOFT_IDLE = 0,
    MSK_SOFT_LOADING = 1,
    MSK_SOFT_COMMITTING = 2
};

struct msk_soft;
typedef int msk_soft_step_fn(struct msk_soft *soft);

struct msk_soft {
    struct msk_mgvf base; /* first: a struct msk_mgvf * is one of these */
    const struct msk_crypto *crypto;
    const struct msk_store *store;

    enum msk_soft_wait wait;
    uint32_t token;
    msk_soft_step_fn *step;
    struct msk_soft_slot *loading;
    int verdict; /* what the call returns once its commit is done, */
    bool again;  /*   unless there is more to do: then the step runs again */
    bool moves;  /* the commit is about an MSK */
    bool noted;  /* the history is another one now */
    bool there;  /* the MSK that comes is held as it comes */

    struct msk_soft_input in;
    struct msk_soft_slot server, group, past;
    struct msk_server_keys keys;
    struct msk_held_group held;
    struct msk_history history;
    struct msk_change changes[MSK_STORE_CHANGES_MAX];
    size_t n_changes;
    struct msk_mgvf_result result;
    struct msk_soft_output out;
};

struct msk_soft *msk_soft_of(struct msk_mgvf *mgvf);

/* Makes the engine ready for a new call. MSK_ERR_BUSY. */
int msk_soft_begin(struct msk_soft *soft, msk_soft_step_fn *step);

/* Runs the step; result as in msk_mgvf_process, may be NULL. */
int msk_soft_run(struct msk_soft *soft, struct msk_mgvf_result *result);

/* msk_mgvf_complete of the software MGV-F. */
int msk_soft_complete(struct msk_mgvf *mgvf, uint32_t token, int result,
                      struct msk_mgvf_result *out);

/* For steps: loads the MUKs of a server into soft->keys, and a Key Group into
 * soft->held. MSK_PENDING, MSK_ERR_STORE, MSK_ERR_RECORD; for a group also
 * MSK_ERR_NOT_MINE: it is not allowed. */
int msk_soft_load_server(struct msk_soft *soft, struct msk_bytes fqdn);
int msk_soft_load_group(struct msk_soft *soft,
                        const struct msk_group_id *group);

/* For steps: loads the pasts of MSKs of the Key Group into soft->history. It
 * can be told from the group alone which record that is. */
int msk_soft_load_history(struct msk_soft *soft,
                          const struct msk_group_id *group);

/* For steps: loads whatever has the key that stands in soft->group; the value
 * is not looked at. MSK_PENDING, MSK_ERR_STORE. */
int msk_soft_load_record(struct msk_soft *soft);

/* For steps: what is to be committed; the loaded records as they are now.
 * delayable: as in struct msk_change. change_msks says of a change of the
 * group that it is about its MSKs, as is deleting it. */
void msk_soft_change_history(struct msk_soft *soft);
void msk_soft_change_server(struct msk_soft *soft);
void msk_soft_change_group(struct msk_soft *soft, bool delayable);
void msk_soft_change_msks(struct msk_soft *soft);
void msk_soft_delete_group(struct msk_soft *soft);

/* For steps: commits the changes, if any. Returns verdict when that is done,
 * MSK_PENDING, MSK_ERR_LIMIT or MSK_ERR_STORE. */
int msk_soft_commit(struct msk_soft *soft, int verdict);

/* The end of a result: MTK or MSK, its SP; the records are wiped after it,
 * so its views point into soft->out. */
void msk_soft_tell_key(struct msk_soft *soft, const uint8_t *key, size_t len);
void msk_soft_tell_sp(struct msk_soft *soft);

/* For msk_soft_process: what follows when an MTK message has been read. */
int msk_soft_take_mtk(struct msk_soft *soft, const struct msk_message *message);

/* For steps: what the delivery of an MSK needs: its past, if it is not held, or
 * another under its number is. soft->there says which. Errors of
 * msk_soft_load_history. */
int msk_soft_prepare(struct msk_soft *soft, const struct msk_group_id *group,
                     const struct msk_held_key *msk);

/* For steps, after that: takes a delivered MSK into soft->held
 * (msk_held_deliver), with its
 * past, notes the past of the one that goes, and tells in the result what was
 * stored and deleted. MSK_ERR_CRYPTO. */
int msk_soft_deliver(struct msk_soft *soft, const struct msk_group_id *group,
                     struct msk_held_key *msk);

/* For steps: notes the past of all that is held. MSK_ERR_CRYPTO. */
int msk_soft_note_all(struct msk_soft *soft, const struct msk_group_id *group);

/* For steps: puts an MTK before those of soft->held that were released before;
 * the older of two is wiped. */
void msk_released_add(struct msk_released_mtks *released, uint16_t number,
                      uint16_t mtk_id, const struct msk_mtk *mtk);

/* The operations. */
int msk_soft_process(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
                     struct msk_mgvf_result *result);
int msk_soft_set_muk(struct msk_mgvf *mgvf, const struct msk_muk *muk);
int msk_soft_allow(struct msk_mgvf *mgvf, struct msk_bytes owner,
                   const struct msk_group_id *group, enum msk_require require);
int msk_soft_forget(struct msk_mgvf *mgvf, struct msk_bytes owner,
                    const struct msk_group_id *group);
int msk_soft_import(struct msk_mgvf *mgvf, const struct msk_import *msk);
int msk_soft_held(struct msk_mgvf *mgvf, const struct msk_group_id *group,
                  struct msk_held *held);
int msk_soft_released(struct msk_mgvf *mgvf, const struct msk_group_id *group,
                      struct msk_released *released);
int msk_soft_forget_all(struct msk_mgvf *mgvf);

#endif
