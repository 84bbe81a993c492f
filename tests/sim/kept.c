/* SPDX-License-Identifier: MIT */
/*
 * What a UE must hold: what its sessions told of storing, less what they told
 * of deleting, and never three of a group. The MGV-F is asked after each call.
 * What is held of a group that a service needs goes only as the oldest of
 * three, and every session that was told of an MSK is told of its end.
 */
#include <string.h>

#include "sim.h"

#define LATE (6 * SIM_SECOND) /* that a session looks again after a failure */

static size_t
find(const struct sim_held *held, uint16_t number)
{
    size_t i = 0;

    while (i < held->n && held->msk[i].number != number)
        i++;
    return i;
}

/* An SP that switches off what a service announced as on is refused, from
 * whichever key server it comes (decisions 23 and 29). */
static void
check_policy(const struct sim_ue *u, uint8_t g, const char *what)
{
    if ((u->world->map.group[g].off & sim_required(u, g)) != 0)
        sim_fail(u->world, "ue %u: %s of group %u against the announcement",
                 u->index, what, g);
}

/* The newest comes last. A third one is to be told away in the same call. */
void
sim_held_stored(struct sim_session *s, const struct msk_msk_event *msk)
{
    struct sim_ue *u = s->device;
    uint8_t g = sim_group_index(u->world, msk->id.domain, msk->id.group);
    struct sim_held *held;
    size_t i;

    if (g == SIM_GROUPS || msk->id.number >= SIM_NUMBERS)
        sim_fail(u->world, "ue %u: an MSK of no group", u->index);
    check_policy(u, g, "an MSK");
    held = &u->held[g];
    i = find(held, msk->id.number);
    if (i == held->n && msk->updated_only)
        sim_fail(u->world, "ue %u: updated what it has not", u->index);
    if (i < held->n)
        memmove(&held->msk[i], &held->msk[i + 1],
                (held->n - i - 1) * sizeof held->msk[0]);
    else if (held->n++ > SIM_HELD)
        sim_fail(u->world, "ue %u: four MSKs", u->index);
    held->msk[held->n - 1].number = msk->id.number;
    held->msk[held->n - 1].low = msk->seq_low;
    held->msk[held->n - 1].high = msk->seq_high;
    u->touched |= UINT64_C(1) << g;
    u->came[g] |= UINT64_C(1) << msk->id.number;
    u->went[g] &= ~(UINT64_C(1) << msk->id.number);
    u->ever[g] |= UINT64_C(1) << msk->id.number;
    s->has[g] |= UINT64_C(1) << msk->id.number;
}

/* A session may tell what another one has told before. */
void
sim_held_deleted(struct sim_session *s, const struct msk_key_id *id)
{
    struct sim_ue *u = s->device;
    uint8_t g = sim_group_index(u->world, id->domain, id->group);

    if (g == SIM_GROUPS || id->number >= SIM_NUMBERS)
        sim_fail(u->world, "ue %u: deleted an MSK of no group", u->index);
    sim_say(u->world, "line %u: group %u number %u deleted", s->line, g,
            id->number);
    if (!sim_in(u->ever[g], (uint8_t)id->number) && !u->flash.unsure)
        sim_fail(u->world, "ue %u: deleted what it never had", u->index);
    u->touched |= UINT64_C(1) << g;
    u->went[g] |= UINT64_C(1) << id->number;
    s->has[g] &= ~(UINT64_C(1) << id->number);
}

/* --- MTKs ---------------------------------------------------------------- */

/* Only in the old world: there an MSK that came again had no MTK counter. */
static void
forget_taken(struct sim_ue *u, uint8_t group, uint16_t number)
{
    size_t n = 0;

    for (size_t i = 0; i < u->n_taken; i++)
        if (u->taken[i].group != group || u->taken[i].number != number)
            u->taken[n++] = u->taken[i];
    u->n_taken = n;
}

/* An MTK is released once as long as the store lives, and is that of its
 * MSK. */
void
sim_held_mtk(struct sim_session *s, const struct msk_mtk_event *mtk)
{
    struct sim_ue *u = s->device;
    uint8_t g = sim_group_index(u->world, mtk->id.domain, mtk->id.group);
    uint8_t want[16];
    struct sim_held *held = &u->held[g];
    struct sim_taken taken = { g, mtk->id.number, mtk->mtk_id,
                               u->flash.commits };
    size_t i = find(held, mtk->id.number);

    if (i == held->n)
        sim_fail(u->world, "ue %u: an MTK under no MSK", u->index);
    check_policy(u, g, "an MTK");
    held->msk[i].low = mtk->mtk_id;
    u->touched |= UINT64_C(1) << g;
    sim_mtk(g, mtk->id.number, want);
    if (mtk->key.n != 16 || memcmp(mtk->key.p, want, 16) != 0)
        sim_fail(u->world, "ue %u: another MTK", u->index);
    for (size_t t = 0; t < u->n_taken; t++)
        if (u->taken[t].group == g && u->taken[t].number == taken.number &&
            u->taken[t].mtk_id >= taken.mtk_id)
            sim_fail(u->world, "ue %u: MTK %u of group %u number %u again",
                     u->index, taken.mtk_id, g, taken.number);
    if (u->n_taken == SIM_TAKEN)
        sim_fail(u->world, "ue %u: too many MTKs", u->index);
    u->taken[u->n_taken++] = taken;
}

/* The power took delayable commits: what they accepted may come again. */
void
sim_held_lost(struct sim_ue *u, uint32_t commits)
{
    size_t n = 0;

    for (size_t i = 0; i < u->n_taken; i++)
        if (u->taken[i].commits <= commits)
            u->taken[n++] = u->taken[i];
    u->n_taken = n;
}

bool
sim_held_good(const struct sim_ue *u, uint8_t group)
{
    for (size_t i = 0; i < u->held[group].n; i++)
        if (u->held[group].msk[i].low < u->held[group].msk[i].high)
            return true;
    return false;
}

bool
sim_held_has(const struct sim_ue *u, uint8_t group, uint16_t number)
{
    return find(&u->held[group], number) < u->held[group].n;
}

/* --- the MGV-F is asked -------------------------------------------------- */

/* Newest first there, and last here. */
static void
take_over(struct sim_held *held, const struct msk_held *real)
{
    held->n = real->n;
    for (size_t i = 0; i < real->n; i++) {
        const struct msk_held_msk *msk = &real->msk[real->n - 1 - i];

        held->msk[i].number = msk->number;
        held->msk[i].low = msk->seq_low;
        held->msk[i].high = msk->seq_high;
    }
}

/* It is gone: was that told, and could it be? */
static void
check_gone(struct sim_ue *u, uint8_t g, size_t i, const struct sim_held *now)
{
    uint16_t number = u->held[g].msk[i].number;
    bool third = u->came[g] != 0 && now->n == SIM_HELD && i == 0;

    if (u->flash.unsure)
        return;
    if (sim_needed(u, g) && !third)
        sim_fail(u->world,
                 "ue %u: number %u of group %u is gone, and a service needs it",
                 u->index, number, g);
    if (!sim_in(u->went[g], (uint8_t)number))
        sim_fail(u->world, "ue %u: nobody told that number %u of group %u went",
                 u->index, number, g);
}

/* A commit that failed was made all the same: nobody could be told. */
static void
forgive(struct sim_ue *u, uint8_t g, const struct sim_held *now)
{
    uint64_t set = 0;

    for (size_t i = 0; i < now->n; i++)
        set |= UINT64_C(1) << now->msk[i].number;
    for (uint8_t k = 0; k < u->world->map.n_servers; k++)
        u->session[k].has[g] &= set;
}

/* The others are as they were, in their order. */
static void
compare(struct sim_ue *u, uint8_t g, const struct msk_held *real)
{
    const struct sim_held *old = &u->held[g];
    struct sim_held now;
    size_t at = 0;

    if (real->n > SIM_HELD)
        sim_fail(u->world, "ue %u: three MSKs of group %u", u->index, g);
    take_over(&now, real);
    if (u->flash.unsure)
        forgive(u, g, &now);
    for (size_t i = 0; i < old->n; i++)
        if (find(&now, old->msk[i].number) == now.n) {
            check_gone(u, g, i, &now);
            if (u->world->width == SIM_WIDTH_OLD)
                forget_taken(u, g, old->msk[i].number);
        }
    for (size_t i = 0; i < now.n; i++) {
        while (at < old->n && old->msk[at].number != now.msk[i].number)
            at++;
        if (!u->flash.unsure && at == old->n)
            sim_fail(u->world, "ue %u: group %u: number %u is not as told",
                     u->index, g, now.msk[i].number);
        u->ever[g] |= UINT64_C(1) << now.msk[i].number;
    }
    u->held[g] = now;
    u->came[g] = u->went[g] = 0;
}

static void
check_group(struct sim_ue *u, uint8_t g)
{
    struct msk_held held = { .size = sizeof held };
    struct msk_key_id id = sim_group_id(u->world, g);
    struct msk_group_id group = msk_key_id_group(&id);
    int err = msk_mgvf_held(u->mgvf, &group, &held);

    if (err != MSK_OK && err != MSK_ERR_NOT_MINE)
        sim_fail(u->world, "ue %u: asked what it holds, says %s", u->index,
                 msk_err_text(err));
    if (err == MSK_ERR_NOT_MINE)
        held.n = 0;
    compare(u, g, &held);
}

void
sim_held_look(struct sim_ue *u, uint64_t groups)
{
    if (u->pending != NULL)
        return;
    u->flash.quiet = true;
    for (uint8_t g = 0; g < u->world->map.n_groups; g++)
        if (sim_in(groups, g))
            check_group(u, g);
    u->flash.quiet = u->flash.unsure = false;
}

/* The groups that something was told of, and in turn one of the others. */
void
sim_held_check(struct sim_ue *u)
{
    if (u->pending != NULL)
        return;
    u->touched |= UINT64_C(1) << (u->looks++ % u->world->map.n_groups);
    sim_held_look(u, u->flash.unsure ? SIM_ALL : u->touched);
    u->touched = 0;
}

/* It is told at once, or a while after the store was late or failed last. */
static bool
is_late(const struct sim_session *s, uint8_t g)
{
    msk_time trouble = s->device->flash.trouble;
    msk_time since = s->untold[g] > trouble ? s->untold[g] : trouble;

    return trouble == 0 || s->device->world->now > since + LATE;
}

/* A session knows what is held of the groups that it needs. */
void
sim_held_told(struct sim_session *s)
{
    struct sim_ue *u = s->device;

    for (uint8_t g = 0; g < u->world->map.n_groups; g++) {
        uint64_t has = s->has[g];

        for (size_t i = 0; i < u->held[g].n; i++)
            has &= ~(UINT64_C(1) << u->held[g].msk[i].number);
        if (has == 0 || !sim_needs(s, g))
            s->untold[g] = MSK_NEVER;
        else if (s->untold[g] == MSK_NEVER)
            s->untold[g] = u->world->now;
        if (has != 0 && sim_needs(s, g) && is_late(s, g))
            sim_fail(u->world,
                     "line %u: was not told that an MSK of group %u "
                     "is gone",
                     s->line, g);
        if (!sim_needs(s, g))
            s->has[g] = 0;
    }
}
