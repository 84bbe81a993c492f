/* SPDX-License-Identifier: MIT */
/*
 * fuzz/mgvf_model.h - what an MGV-F has to know of its life on one store: who
 * owns a Key Group and with which terms, which MUKs it has, what it holds, and
 * each message that it ever took. It knows no MIKEY and no records; it is told
 * what was asked and what came of it, and ends the program where that cannot
 * be.
 */
#ifndef FUZZ_MGVF_MODEL_H
#define FUZZ_MGVF_MODEL_H

#include "msk/mgvf.h"

#define MODEL_SERVERS 2
#define MODEL_DOMAINS 2
#define MODEL_GROUPS 2 /* in each domain, the same numbers: 1 and 2 */
#define MODEL_TAKEN 256

/* Who may own a Key Group: the key servers of MUKs come first. */
enum model_owner {
    MODEL_SERVER_0,
    MODEL_SERVER_1,
    MODEL_HOST,
    MODEL_STRANGER,
    MODEL_OWNERS = MODEL_STRANGER + 3
};

struct model_server {
    int generated, used; /* numbers of MUKs; -1: none */
    bool is_generated_used;
    bool has_age;
    uint8_t age;
};

struct model_group {
    bool owns[MODEL_OWNERS];
    uint8_t require[MODEL_OWNERS];
    uint16_t held[MSK_HELD_MAX]; /* newest first */
    size_t n;
    unsigned off; /* of the SP in force: what it switches off */
    bool is_sp_known;
};

/* A message as it was made or, where it was changed and its MAC mended, as it
 * is read. */
struct model_message {
    bool is_mtk;
    uint8_t server, muk; /* MSK */
    uint8_t seed;        /* MTK: names the value of the MSK */
    struct msk_key_id id;
    uint16_t mtk_id;
    uint32_t counter;
    bool has_sp;
    bool is_sp_known; /* if there is one, or it is an MTK */
    unsigned off;     /* enum msk_require */
};

struct model_taken {
    struct model_message message;
    bool is_released; /* an MTK */
};

struct model {
    struct model_server server[MODEL_SERVERS];
    struct model_group group[MODEL_DOMAINS][MODEL_GROUPS];
    struct model_taken taken[MODEL_TAKEN];
    size_t n;
    size_t n_safe;  /* of them, those that no power cut takes */
    uint32_t first; /* counters begin there; */
    bool is_wild;   /* one has gone so far that old ones may look new */
};

extern const uint8_t model_domain[MODEL_DOMAINS][3];

/* An empty store. */
void model_start(struct model *model, uint32_t first);

/* NULL: a group that nobody may ever own. */
struct model_group *model_group_of(struct model *model,
                                   const struct msk_key_id *id);

bool model_is_owned(const struct model_group *group);

/* MSK_OK, or the error that must be. */
int model_allows(const struct model_group *group, enum model_owner owner);
int model_accepts(struct model *model, const struct model_message *message);
int model_sets_muk(const struct model *model, uint8_t server, uint8_t number,
                   uint8_t age);
int model_agrees(const struct model_group *group, unsigned off);

/* Is it an MSK message, newer than all under its MUK, that has to be taken? */
bool model_must_take(struct model *model, const struct model_message *message);

/* It was done. */
void model_allow(struct model_group *group, enum model_owner owner,
                 enum msk_require require);
void model_forget(struct model_group *group, enum model_owner owner);
void model_forget_all(struct model *model);
void model_set_muk(struct model *model, uint8_t server, uint8_t number,
                   uint8_t age);
void model_import(struct model_group *group, uint16_t number, unsigned off);
void model_commit(struct model *model);
void model_lose_power(struct model *model);

/* A message was taken: err and, with MSK_OK, what was told of it. */
void model_take(struct model *model, const struct model_message *message,
                int err, const struct msk_mgvf_result *result);

/* Is that what is held? NULL: no such group. */
bool model_holds(const struct model_group *group, const struct msk_held *held);

#endif
