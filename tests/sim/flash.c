/* SPDX-License-Identifier: MIT */
/*
 * The flash of a UE: answers late, fails, and loses power. What the contract
 * of msk/store.h lets it lose, it loses: the youngest delayable commits, and
 * the result of the commit under way.
 */
#include <string.h>

#include "mgvf/record.h"
#include "sim.h"

/* --- what a power cut may take -------------------------------------------- */

/* SIM_RECORDS: there is none of that key. */
static size_t
find(const struct sim_flash *flash, struct msk_bytes key)
{
    for (size_t i = 0; i < flash->ram.n; i++)
        if (flash->records[i].version != 0 &&
            flash->records[i].key_len == key.n &&
            memcmp(flash->records[i].key, key.p, key.n) == 0)
            return i;
    return SIM_RECORDS;
}

static struct sim_undo *
add_undo(struct sim_flash *flash)
{
    struct sim_undo *undo;

    if (flash->n_undo == SIM_DELAYED) { /* the oldest one is durable now */
        memmove(&flash->undo[0], &flash->undo[1],
                sizeof flash->undo - sizeof flash->undo[0]);
        flash->n_undo--;
    }
    undo = &flash->undo[flash->n_undo++];
    undo->n = 0;
    undo->version = flash->ram.last_version;
    undo->commits = flash->commits;
    return undo;
}

static void
lose_history(struct sim_flash *flash)
{
    for (size_t i = 0; i < flash->ram.n; i++)
        if (flash->records[i].version != 0 && flash->records[i].key_len > 0 &&
            flash->records[i].key[0] == MSK_RECORD_HISTORY)
            flash->records[i].version = 0;
}

static int
do_commit(struct sim_flash *flash, const struct msk_change *changes, size_t n)
{
    struct sim_undo *undo = add_undo(flash);
    bool durable = false;
    int err;

    for (size_t i = 0; i < n; i++) {
        durable |=
            !changes[i].delayable && flash->world->broken != SIM_BREAK_FLASH;
        undo->at[i] = find(flash, changes[i].key);
        if (undo->at[i] < SIM_RECORDS)
            undo->was[i] = flash->records[undo->at[i]];
    }
    err = flash->under.commit(flash->under.user, 0, changes, n);
    if (err != MSK_OK) {
        flash->n_undo--;
        return err;
    }
    for (; undo->n < n; undo->n++)
        if (undo->at[undo->n] == SIM_RECORDS) {
            undo->at[undo->n] = find(flash, changes[undo->n].key);
            undo->was[undo->n].version = 0;
        }
    flash->commits++;
    if (flash->world->broken == SIM_BREAK_HISTORY)
        lose_history(flash);
    if (durable)
        flash->n_undo = 0;
    return MSK_OK;
}

/* The youngest commit was never made. */
static void
take_back(struct sim_flash *flash)
{
    const struct sim_undo *undo = &flash->undo[--flash->n_undo];

    for (size_t i = 0; i < undo->n; i++)
        if (undo->at[i] < SIM_RECORDS)
            flash->records[undo->at[i]] = undo->was[i];
    flash->ram.last_version = undo->version;
    flash->commits = undo->commits;
}

/* --- calls --------------------------------------------------------------- */

/* What fails may go on failing. */
static bool
fails(struct sim_flash *flash)
{
    struct sim *w = flash->world;

    if (flash->quiet || w->calm)
        return false;
    if (flash->row > 0) {
        flash->row--;
        flash->trouble = w->now;
        return true;
    }
    if (!sim_chance(w, w->rates.bad_flash))
        return false;
    flash->trouble = w->now;
    if (sim_part(w, SIM_PART_ROW) && sim_below(w, 3) == 0)
        flash->row = (uint32_t)sim_below(w, 6);
    return true;
}

static int
load_now(struct sim_flash *flash, struct msk_bytes key, struct msk_stored *out)
{
    if (fails(flash))
        return MSK_ERR_STORE;
    return flash->under.load(flash->under.user, 0, key, out);
}

/* One that fails may have done it. */
static int
commit_now(struct sim_flash *flash, const struct msk_change *changes, size_t n)
{
    if (!fails(flash))
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
    flash->trouble = flash->world->now;
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
    size_t n = msk_mgvf_records(w->map.n_servers, w->map.n_groups);

    (void)msk_store_ram_init(&flash->under, &flash->ram, flash->records, n);
    flash->n_undo = 0;
    flash->commits = flash->row = 0;
    flash->trouble = 0;
    flash->quiet = flash->unsure = flash->waiting = false;
    flash->world = w;
    flash->store = (struct msk_store){ .size = sizeof flash->store,
                                       .user = flash,
                                       .load = load,
                                       .each = each,
                                       .commit = commit };
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
    flash->row = 0;
    left = (size_t)sim_below(flash->world, flash->n_undo + 1);
    while (flash->n_undo > left)
        take_back(flash);
    flash->n_undo = 0;
    return flash->commits;
}
