/* SPDX-License-Identifier: MIT */
#include "ue/group.h"

#include <string.h>

#include "ue/holding.h"

/* Where a want of that number is or may be put; NULL: nowhere. */
static struct msk_ue_want *
find_want(struct msk_ue_group *group, uint16_t number)
{
    struct msk_ue_want *room = NULL;

    for (size_t i = 0; i < MSK_UE_WANTS; i++) {
        struct msk_ue_want *want = &group->want[i];

        if (want->number == number && (want->wanted || want->told.due))
            return want;
        if (!want->wanted && !want->asked && !want->told.due && room == NULL)
            room = want;
    }
    return room;
}

bool
msk_ue_group_has_room(struct msk_ue_group *group, uint16_t number)
{
    return find_want(group, number) != NULL;
}

void
msk_ue_group_want(struct msk_ue_group *group, uint16_t number)
{
    struct msk_ue_want *want = find_want(group, number);

    if (want == NULL || want->wanted)
        return;
    want->wanted = true;
    want->number = number;
}

void
msk_ue_group_forget(struct msk_ue_group *group, uint16_t number)
{
    uint8_t n = 0;

    for (uint8_t i = 0; i < group->n_known; i++)
        if (group->known[i] != number)
            group->known[n++] = group->known[i];
    group->n_known = n;
}

/* It is gone, and is to be told. */
static void
lose_msk(struct msk_ue_group *group, uint16_t number)
{
    msk_ue_group_forget(group, number);
    if (group->n_gone < MSK_HELD_MAX)
        group->gone[group->n_gone++] = number;
}

/* Of three that it knows the oldest went when another session took the third.
 * What is new ends the damping of requests that traffic leads to. */
void
msk_ue_group_know(struct msk_ue_group *group, uint16_t number)
{
    for (uint8_t i = 0; i < group->n_known; i++)
        if (group->known[i] == number)
            return;
    if (group->n_known == MSK_HELD_MAX)
        lose_msk(group, group->known[0]);
    group->known[group->n_known++] = number;
    group->futile = 0;
    msk_timer_stop(&group->damp);
}

static bool
is_held(const struct msk_held *held, uint16_t number)
{
    for (size_t i = 0; i < held->n; i++)
        if (held->msk[i].number == number)
            return true;
    return false;
}

void
msk_ue_group_compare(struct msk_ue_group *group, const struct msk_held *held)
{
    for (uint8_t i = group->n_known; i > 0; i--) {
        uint16_t number = group->known[i - 1];

        if (is_held(held, number))
            continue;
        lose_msk(group, number);
    }
    for (size_t i = held->n; i > 0; i--) /* the newest comes first */
        msk_ue_group_know(group, held->msk[i - 1].number);
    group->got = group->got && held->n > 0;
}

bool
msk_ue_group_wants_any(const struct msk_ue_group *group)
{
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].wanted)
            return true;
    return false;
}

bool
msk_ue_group_wants_current(const struct msk_ue_group *group)
{
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        if (group->want[i].wanted && group->want[i].number == 0)
            return true;
    return false;
}

void
msk_ue_group_want_nothing(struct msk_ue_group *group)
{
    for (size_t i = 0; i < MSK_UE_WANTS; i++)
        group->want[i].wanted = false;
}

void
msk_ue_group_want_something(struct msk_ue_group *group)
{
    if (!msk_ue_group_wants_any(group))
        msk_ue_group_want(group, 0);
}

void
msk_ue_want_tell(struct msk_ue_want *want, int code, bool confirmed,
                 enum msk_reason reason)
{
    want->told.due = true;
    want->told.procedure = MSK_PROCEDURE_MSK_REQUEST;
    want->told.code = (int16_t)code;
    want->told.confirmed = confirmed;
    want->told.reason = (uint8_t)reason;
}

void
msk_ue_group_resolve_doubt(struct msk_ue_group *group, bool good)
{
    for (size_t i = 0; i < MSK_UE_WANTS; i++) {
        struct msk_ue_want *want = &group->want[i];

        if (want->doubted)
            msk_ue_want_tell(want, MSK_CODE_CONFIRMED, good,
                             good ? MSK_REASON_NONE : MSK_REASON_NO_MSK);
        want->doubted = false;
    }
}

size_t
msk_ue_group_find(const struct msk_ue *ue, const uint8_t domain[3],
                  uint16_t group)
{
    size_t i = 0;

    while (i < ue->n_groups &&
           (!msk_ue_group_is_used(&ue->groups[i]) ||
            ue->groups[i].id.group != group ||
            memcmp(ue->groups[i].id.domain, domain, 3) != 0))
        i++;
    return i;
}

bool
msk_ue_group_staged(const struct msk_ue *ue, size_t i)
{
    for (size_t f = 0; f < ue->n_flows; f++)
        if (ue->flows[f].next && ue->flows[f].group == i)
            return true;
    return false;
}

static unsigned
require_of(const struct msk_ue_terms *terms)
{
    unsigned require = MSK_REQUIRE_NOTHING;

    require |= terms->confidentiality ? MSK_REQUIRE_CONFIDENTIALITY : 0u;
    require |= terms->integrity ? MSK_REQUIRE_INTEGRITY : 0u;
    return require;
}

/* Decision 23: services may differ in what they announced. Of one that is
 * being started again the terms of before count as well, until it is. */
enum msk_require
msk_ue_group_require(const struct msk_ue *ue, size_t i)
{
    unsigned require = MSK_REQUIRE_NOTHING;

    for (size_t f = 0; f < ue->n_flows; f++) {
        const struct msk_ue_flow *flow = &ue->flows[f];

        if (flow->live && flow->group == i)
            require |= require_of(&ue->services[flow->service].terms);
        if (flow->next && flow->group == i)
            require |= require_of(&ue->work.terms);
    }
    return (enum msk_require)require;
}

bool
msk_ue_group_is_used(const struct msk_ue_group *group)
{
    return group->holding != MSK_HOLDING_FREE;
}

struct msk_ue_group *
msk_ue_group_of(const struct msk_ue *ue, const struct msk_key_id *id)
{
    size_t i = msk_ue_group_find(ue, id->domain, id->group);

    return i < ue->n_groups && msk_ue_flows_any(ue, MSK_UE_ANY, i)
               ? &ue->groups[i]
               : NULL;
}

size_t
msk_ue_group_take(struct msk_ue *ue, const uint8_t domain[3], uint16_t group)
{
    size_t i = 0;

    while (i < ue->n_groups && msk_ue_group_is_used(&ue->groups[i]))
        i++;
    if (i < ue->n_groups) {
        memset(&ue->groups[i], 0, sizeof ue->groups[i]);
        memcpy(ue->groups[i].id.domain, domain, 3);
        ue->groups[i].id.group = group;
        ue->groups[i].terms = MSK_UE_UNTOLD;
    }
    return i;
}
