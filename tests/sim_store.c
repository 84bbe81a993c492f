/* SPDX-License-Identifier: MIT */
/*
 * The flash of a UE: answers late, fails, and loses power. What the contract
 * of msk/store.h lets it lose, it loses: the youngest delayable commits, and
 * the result of the commit under way.
 */
#include <string.h>

#include "sim.h"

/* What would be left if the power went now. */
static void
keep(struct sim_flash *flash, bool durable)
{
    if (durable || flash->n_kept > SIM_DELAYED)
        flash->n_kept = 0;
    memcpy(flash->kept[flash->n_kept].records, flash->records,
           sizeof flash->records);
    flash->kept[flash->n_kept].version = flash->ram.last_version;
    flash->kept[flash->n_kept].commits = flash->commits;
    flash->n_kept++;
}

static int
do_commit(struct sim_flash *flash, const struct msk_change *changes, size_t n)
{
    int err = flash->under.commit(flash->under.user, 0, changes, n);
    bool durable = false;

    for (size_t i = 0; i < n; i++)
        durable |=
            !changes[i].delayable && flash->world->broken != SIM_BREAK_FLASH;
    if (err != MSK_OK)
        return err;
    flash->commits++;
    keep(flash, durable);
    return MSK_OK;
}

static int
load_now(struct sim_flash *flash, struct msk_bytes key, struct msk_stored *out)
{
    if (!flash->quiet &&
        sim_chance(flash->world, flash->world->rates.bad_flash))
        return MSK_ERR_STORE;
    return flash->under.load(flash->under.user, 0, key, out);
}

/* One that fails may have done it. */
static int
commit_now(struct sim_flash *flash, const struct msk_change *changes, size_t n)
{
    if (flash->quiet ||
        !sim_chance(flash->world, flash->world->rates.bad_flash))
        return do_commit(flash, changes, n);
    if (sim_below(flash->world, 2) == 0)
        flash->unsure |= do_commit(flash, changes, n) == MSK_OK;
    return MSK_ERR_STORE;
}

static bool
is_late(struct sim_flash *flash, uint32_t token)
{
    if (flash->quiet ||
        !sim_chance(flash->world, flash->world->rates.slow_flash))
        return false;
    flash->waiting = true;
    flash->token = token;
    return true;
}

static int
load(void *user, uint32_t token, struct msk_bytes key, struct msk_stored *out)
{
    struct sim_flash *flash = user;

    if (!is_late(flash, token))
        return load_now(flash, key, out);
    flash->out = out;
    flash->key = key;
    return MSK_PENDING;
}

static int
each(void *user, struct msk_bytes prefix,
     int (*visit)(void *arg, struct msk_bytes key, struct msk_bytes value),
     void *arg)
{
    struct sim_flash *flash = user;

    return flash->under.each(flash->under.user, prefix, visit, arg);
}

static int
commit(void *user, uint32_t token, const struct msk_change *changes, size_t n)
{
    struct sim_flash *flash = user;

    if (!is_late(flash, token))
        return commit_now(flash, changes, n);
    flash->out = NULL;
    flash->changes = changes;
    flash->n = n;
    return MSK_PENDING;
}

void
sim_flash_start(struct sim *w, struct sim_flash *flash)
{
    memset(flash, 0, sizeof *flash);
    (void)msk_store_ram_init(&flash->under, &flash->ram, flash->records,
                             SIM_RECORDS);
    flash->world = w;
    flash->store = (struct msk_store){ .size = sizeof flash->store,
                                       .user = flash,
                                       .load = load,
                                       .each = each,
                                       .commit = commit };
    keep(flash, true);
}

int
sim_flash_answer(struct sim_flash *flash)
{
    flash->waiting = false;
    if (flash->out != NULL)
        return load_now(flash, flash->key, flash->out);
    return commit_now(flash, flash->changes, flash->n);
}

uint32_t
sim_flash_cut(struct sim_flash *flash)
{
    size_t left;

    if (flash->waiting && flash->out == NULL && sim_below(flash->world, 2) == 0)
        flash->unsure |= do_commit(flash, flash->changes, flash->n) == MSK_OK;
    flash->waiting = false;
    left = (size_t)sim_below(flash->world, flash->n_kept);
    memcpy(flash->records, flash->kept[left].records, sizeof flash->records);
    flash->ram.last_version = flash->kept[left].version;
    flash->commits = flash->kept[left].commits;
    keep(flash, true);
    return flash->commits;
}
