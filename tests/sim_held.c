/* SPDX-License-Identifier: MIT */
/* What a UE must hold: what it told of storing, less what it told of deleting,
 * and never three of a group. The MGV-F is asked after each call. */
#include <string.h>

#include "sim.h"

static size_t
find(const struct sim_held *held, uint16_t number)
{
    size_t i = 0;

    while (i < held->n && held->msk[i].number != number)
        i++;
    return i;
}

/* The newest comes last. A third one is to be told away in the same call. */
void
sim_held_stored(struct sim_ue *u, const struct msk_msk_event *msk)
{
    uint8_t g = sim_group_index(msk->id.domain, msk->id.group);
    struct sim_held *held;
    size_t i;

    if (g == SIM_GROUPS || msk->id.number >= SIM_NUMBERS)
        sim_fail(u->world, "ue %u: an MSK of no group", u->index);
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
    u->ever[g] |= UINT64_C(1) << msk->id.number;
}

/* An MSK that comes again later has no MTK counter any more: doc/security.md,
 * "Replay after a loss of the store". */
static void
forget_taken(struct sim_ue *u, uint8_t group, uint16_t number)
{
    size_t n = 0;

    for (size_t i = 0; i < u->n_taken; i++)
        if (u->taken[i].group != group || u->taken[i].number != number)
            u->taken[n++] = u->taken[i];
    u->n_taken = n;
}

void
sim_held_deleted(struct sim_ue *u, const struct msk_key_id *id)
{
    uint8_t g = sim_group_index(id->domain, id->group);
    struct sim_held *held = &u->held[g];
    size_t i = find(held, id->number);

    sim_say(u->world, "ue %u: group %u number %u deleted", u->index, g,
            id->number);
    if (i == held->n && u->flash.unsure)
        return; /* stored by a commit that failed, and could not be told */
    if (i == held->n)
        sim_fail(u->world, "ue %u: deleted what it has not", u->index);
    held->n--;
    memmove(&held->msk[i], &held->msk[i + 1],
            (held->n - i) * sizeof held->msk[0]);
    forget_taken(u, g, id->number);
}

/* An MTK is released once, and is that of its MSK. */
void
sim_held_mtk(struct sim_ue *u, const struct msk_mtk_event *mtk)
{
    uint8_t g = sim_group_index(mtk->id.domain, mtk->id.group), want[16];
    struct sim_held *held = &u->held[g];
    size_t i = find(held, mtk->id.number);
    struct sim_taken taken = { g, mtk->id.number, mtk->mtk_id,
                               u->flash.commits };

    if (i == held->n)
        sim_fail(u->world, "ue %u: an MTK under no MSK", u->index);
    held->msk[i].low = mtk->mtk_id;
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

static void
compare(struct sim_ue *u, uint8_t g, const struct msk_held *real)
{
    struct sim_held now;

    if (real->n > SIM_HELD || u->held[g].n > SIM_HELD)
        sim_fail(u->world, "ue %u: three MSKs of group %u", u->index, g);
    take_over(&now, real);
    if (u->flash.unsure) {
        for (size_t i = 0; i < u->held[g].n; i++)
            if (find(&now, u->held[g].msk[i].number) == now.n)
                forget_taken(u, g, u->held[g].msk[i].number);
    } else if (now.n != u->held[g].n) {
        sim_fail(u->world, "ue %u: holds %zu of group %u, told of %zu",
                 u->index, now.n, g, u->held[g].n);
    }
    for (size_t i = 0; i < now.n; i++) {
        if (!u->flash.unsure && now.msk[i].number != u->held[g].msk[i].number)
            sim_fail(u->world, "ue %u: group %u: number %u is not as told",
                     u->index, g, now.msk[i].number);
        u->ever[g] |= UINT64_C(1) << now.msk[i].number;
    }
    u->held[g] = now;
}

void
sim_held_check(struct sim_ue *u)
{
    u->flash.quiet = true;
    for (uint8_t g = 0; g < SIM_GROUPS; g++) {
        struct msk_held held = { .size = sizeof held };
        struct msk_key_id id = sim_group_id(g);
        int err = msk_mgvf_held(u->mgvf, id.domain, id.group, &held);

        if (err != MSK_OK && err != MSK_ERR_NOT_MINE)
            sim_fail(u->world, "ue %u: asked what it holds, says %s", u->index,
                     msk_err_text(err));
        if (err == MSK_ERR_NOT_MINE)
            held.n = 0;
        compare(u, g, &held);
    }
    u->flash.quiet = false;
    u->flash.unsure = false;
}
