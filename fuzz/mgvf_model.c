/* SPDX-License-Identifier: MIT */
#include "mgvf_model.h"

#include <string.h>

#include "target.h"

#define FAR (UINT32_C(1) << 28)

/* Of the same sum, so that the pasts of their groups share a record. */
const uint8_t model_domain[MODEL_DOMAINS][3] = { { 0x21, 0x63, 0x54 },
                                                 { 0x21, 0x64, 0x53 } };

void
model_start(struct model *model, uint32_t first)
{
    memset(model, 0, sizeof *model);
    model->first = first;
    for (size_t i = 0; i < MODEL_SERVERS; i++)
        model->server[i].generated = model->server[i].used = -1;
}

/* Another card: what was taken before is another life. */
void
model_forget_all(struct model *model)
{
    model_start(model, model->first);
}

struct model_group *
model_group_of(struct model *model, const struct msk_key_id *id)
{
    size_t d = 0;

    while (d < MODEL_DOMAINS && memcmp(id->domain, model_domain[d], 3) != 0)
        d++;
    if (d == MODEL_DOMAINS || id->group < 1 || id->group > MODEL_GROUPS)
        return NULL;
    return &model->group[d][id->group - 1];
}

/* --- owners ------------------------------------------------------------- */

static size_t
count_owners(const struct model_group *group)
{
    size_t n = 0;

    for (size_t i = 0; i < MODEL_OWNERS; i++)
        n += group->owns[i] ? 1 : 0;
    return n;
}

bool
model_is_owned(const struct model_group *group)
{
    return group != NULL && count_owners(group) > 0;
}

int
model_allows(const struct model_group *group, enum model_owner owner)
{
    return group->owns[owner] || count_owners(group) < MSK_OWNERS_MAX
               ? MSK_OK
               : MSK_ERR_LIMIT;
}

void
model_allow(struct model_group *group, enum model_owner owner,
            enum msk_require require)
{
    group->is_sp_known = group->is_sp_known || !model_is_owned(group);
    group->owns[owner] = true;
    group->require[owner] = (uint8_t)require;
}

/* With the last owner all of it goes. */
void
model_forget(struct model_group *group, enum model_owner owner)
{
    group->owns[owner] = false;
    group->require[owner] = 0;
    if (!model_is_owned(group))
        memset(group, 0, sizeof *group);
}

/* Decision 29: of an owner, or anybody where the host is one. */
int
model_accepts(struct model *model, const struct model_message *message)
{
    const struct model_group *group = model_group_of(model, &message->id);

    if (!model_is_owned(group))
        return MSK_ERR_NOT_MINE;
    return message->is_mtk || group->owns[MODEL_HOST] ||
                   group->owns[message->server]
               ? MSK_OK
               : MSK_ERR_NOT_MINE;
}

/* Decisions 23 and 29: what any owner has on stays on. */
int
model_agrees(const struct model_group *group, unsigned off)
{
    unsigned require = 0;

    for (size_t i = 0; i < MODEL_OWNERS; i++)
        require |= group->require[i];
    return (require & off) == 0 ? MSK_OK : MSK_ERR_POLICY;
}

/* --- MUKs ----------------------------------------------------------------- */

static bool
has_muk(const struct model_server *server, uint8_t number)
{
    return server->generated == number || server->used == number;
}

/* Decision 27. */
int
model_sets_muk(const struct model *model, uint8_t server, uint8_t number,
               uint8_t age)
{
    const struct model_server *s = &model->server[server];

    return has_muk(s, number) || !s->has_age || age > s->age ? MSK_OK
                                                             : MSK_ERR_OLD_KEY;
}

void
model_set_muk(struct model *model, uint8_t server, uint8_t number, uint8_t age)
{
    struct model_server *s = &model->server[server];

    if (!s->has_age || age > s->age)
        s->age = age;
    s->has_age = true;
    if (has_muk(s, number))
        return;
    if (s->is_generated_used)
        s->used = s->generated;
    s->generated = number;
    s->is_generated_used = false;
}

static void
use_muk(struct model_server *server, uint8_t number)
{
    REQUIRE(has_muk(server, number));
    if (server->generated != number)
        return;
    server->is_generated_used = true;
    server->used = -1;
}

/* --- MSKs ----------------------------------------------------------------- */

/* In front; returns the number that has to go, or 0. */
static uint16_t
hold(struct model_group *group, uint16_t number)
{
    uint16_t gone = 0;
    size_t i = 0;

    while (i < group->n && group->held[i] != number)
        i++;
    if (i == MSK_HELD_MAX)
        gone = group->held[--i];
    else if (i == group->n)
        group->n++;
    for (; i > 0; i--)
        group->held[i] = group->held[i - 1];
    group->held[0] = number;
    return gone;
}

static void
put_in_force(struct model_group *group, bool is_known, unsigned off)
{
    group->is_sp_known = is_known;
    group->off = off;
}

void
model_import(struct model_group *group, uint16_t number, unsigned off)
{
    if (!model_is_owned(group))
        model_allow(group, MODEL_HOST, MSK_REQUIRE_NOTHING);
    REQUIRE(model_agrees(group, off) == MSK_OK);
    put_in_force(group, true, off);
    (void)hold(group, number);
}

bool
model_holds(const struct model_group *group, const struct msk_held *held)
{
    if (group == NULL || held->n != group->n)
        return false;
    for (size_t i = 0; i < held->n; i++)
        if (held->msk[i].number != group->held[i])
            return false;
    return true;
}

/* --- messages ------------------------------------------------------------- */

/* The same key would have to take it again? */
static bool
is_under_same(const struct model_message *a, const struct model_message *b)
{
    if (a->is_mtk != b->is_mtk)
        return false;
    if (!a->is_mtk)
        return a->server == b->server && a->muk == b->muk;
    return msk_key_id_equal(&a->id, &b->id) && a->seed == b->seed;
}

/* No counter twice, and no MTK but with a higher ID than those before. */
static void
check_new(struct model *model, const struct model_message *message,
          bool is_released)
{
    for (size_t i = 0; i < model->n; i++) {
        const struct model_taken *old = &model->taken[i];

        if (!is_under_same(&old->message, message))
            continue;
        REQUIRE(model->is_wild || old->message.counter != message->counter);
        REQUIRE(!is_released || !old->is_released ||
                old->message.mtk_id < message->mtk_id);
    }
}

/* So far from where it began that serial numbers may turn around. */
static bool
is_far(const struct model *model, uint32_t counter)
{
    return counter - model->first > FAR;
}

static bool
is_newest(const struct model *model, const struct model_message *message)
{
    for (size_t i = 0; i < model->n; i++) {
        const struct model_message *old = &model->taken[i].message;

        if (is_under_same(old, message) &&
            message->counter - model->first <= old->counter - model->first)
            return false;
    }
    return !model->is_wild && !is_far(model, message->counter);
}

bool
model_must_take(struct model *model, const struct model_message *message)
{
    return !message->is_mtk && model_accepts(model, message) == MSK_OK &&
           has_muk(&model->server[message->server], message->muk) &&
           is_newest(model, message);
}

static void
note(struct model *model, const struct model_message *message, bool is_released)
{
    struct model_taken *taken = &model->taken[model->n];

    model->is_wild = model->is_wild || is_far(model, message->counter);
    check_new(model, message, is_released);
    REQUIRE(model->n < MODEL_TAKEN || model->is_wild);
    if (model->n == MODEL_TAKEN)
        return;
    model->n++;
    taken->message = *message;
    taken->is_released = is_released;
}

/* It was stored, or its interval was changed: with its SP, if it has one. */
static void
take_stored(struct model_group *group, const struct model_message *m,
            const struct msk_mgvf_result *result)
{
    uint16_t gone;

    if (m->has_sp)
        put_in_force(group, m->is_sp_known, m->off);
    REQUIRE(!group->is_sp_known || model_agrees(group, group->off) == MSK_OK);
    gone = hold(group, m->id.number);
    REQUIRE(result->has_deleted == (gone != 0));
    REQUIRE(gone == 0 || result->deleted.number == gone);
    REQUIRE(gone == 0 || result->outcome == MSK_OUTCOME_STORED);
}

static void
take_msk(struct model *model, const struct model_message *m, int err,
         const struct msk_mgvf_result *result)
{
    struct model_server *server = &model->server[m->server];
    bool is_old = server->generated != m->muk;

    use_muk(server, m->muk);
    if (err != MSK_OK)
        return;
    REQUIRE(result->outcome == MSK_OUTCOME_PULL ||
            (result->outcome == MSK_OUTCOME_STALE) == is_old);
    if (result->outcome == MSK_OUTCOME_STORED ||
        result->outcome == MSK_OUTCOME_VALIDITY)
        take_stored(model_group_of(model, &m->id), m, result);
}

static void
take_mtk(const struct model_group *group, const struct model_message *m,
         int err, const struct msk_mgvf_result *result)
{
    bool is_held = false;

    for (size_t i = 0; i < group->n; i++)
        is_held = is_held || group->held[i] == m->id.number;
    REQUIRE(is_held);
    REQUIRE(err != MSK_OK || result->outcome == MSK_OUTCOME_MTK);
    REQUIRE(err != MSK_OK || !group->is_sp_known ||
            model_agrees(group, group->off) == MSK_OK);
}

void
model_take(struct model *model, const struct model_message *message, int err,
           const struct msk_mgvf_result *result)
{
    REQUIRE(model_accepts(model, message) == MSK_OK);
    REQUIRE(err != MSK_OK || msk_key_id_equal(&result->id, &message->id));
    note(model, message, message->is_mtk && err == MSK_OK);
    if (message->is_mtk)
        take_mtk(model_group_of(model, &message->id), message, err, result);
    else
        take_msk(model, message, err, result);
}

/* Something was committed that may not be delayed, and all before with it. */
void
model_commit(struct model *model)
{
    model->n_safe = model->n;
}

void
model_lose_power(struct model *model)
{
    model->n = model->n_safe;
}
