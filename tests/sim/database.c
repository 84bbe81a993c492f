/* SPDX-License-Identifier: MIT */
/* The versioned store that the nodes share, and the BSF that knows the keys. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

/* --- the BSF ------------------------------------------------------------- */

void
sim_keys(uint8_t line, uint16_t run, char btid[48], uint8_t muk[32],
         uint8_t mrk[32])
{
    (void)snprintf(btid, 48, "u%u.%u@bsf.example.org", line / SIM_SERVERS, run);
    memset(muk, 0xB0 + line, 32);
    muk[0] = (uint8_t)run;
    memset(mrk, 0xC0 + line, 32);
    mrk[0] = (uint8_t)run;
}

/* The B-TID of any UE and bootstrap is made again and compared. */
bool
sim_keys_read(struct msk_bytes btid, uint8_t *ue, uint16_t *run)
{
    char text[64] = "", again[48];
    uint8_t muk[32], mrk[32];
    unsigned u = 0, r = 0;

    if (btid.n >= sizeof text)
        return false;
    memcpy(text, btid.p, btid.n);
    if (sscanf(text, "u%u.%u@", &u, &r) != 2 || u >= SIM_UES || r >= SIM_RUNS)
        return false;
    *ue = (uint8_t)u;
    *run = (uint16_t)r;
    sim_keys(sim_line(*ue, 0), *run, again, muk, mrk);
    return strlen(again) == btid.n && memcmp(again, text, btid.n) == 0;
}

uint16_t
sim_bsf_run(struct sim *w, uint8_t line)
{
    if (w->db.run[line] + 1 >= SIM_RUNS)
        sim_fail(w, "line %u: one bootstrap after the other", line);
    w->totals->bootstraps++;
    w->db.run[line]++;
    w->db.expires[line][w->db.run[line]] =
        w->lifetime == MSK_NEVER
            ? MSK_NEVER
            : w->now + w->lifetime / 2 + sim_below(w, w->lifetime);
    return w->db.run[line];
}

/* --- Key Groups ---------------------------------------------------------- */

bool
sim_database_group(struct sim *w, uint8_t group, struct msk_key_group *out,
                   uint64_t *version)
{
    struct msk_bytes packed = { w->db.group[group].packed,
                                w->db.group[group].n };

    if (!w->db.group[group].there)
        return false;
    if (msk_key_group_unpack(out, packed) != MSK_OK)
        sim_fail(w, "the record of group %u is damaged", group);
    *version = w->db.group[group].version;
    return true;
}

/* One that was there before is as it was; else it is a new one. */
static void
note_msk(struct sim *w, uint8_t g, const struct msk_key_group_msk *msk)
{
    uint16_t n = msk->id.number;

    if (n > w->db.group[g].last)
        memcpy(w->db.group[g].key[n], msk->msk.p, 16);
    else if (memcmp(w->db.group[g].key[n], msk->msk.p, 16) != 0)
        sim_fail(w, "group %u: number %u is another MSK", g, n);
}

static void
note_roles(struct sim *w, uint8_t g, const struct msk_key_group *in)
{
    struct msk_key_group_msk msk[SIM_ROLES];
    uint16_t last = w->db.group[g].last;

    for (size_t i = 0; i < SIM_ROLES; i++)
        if (w->db.group[g].role[i] != 0)
            w->db.group[g].gone[w->db.group[g].role[i]] = w->now;
    for (size_t i = 0; i < SIM_ROLES; i++) {
        msk[i].size = sizeof msk[i];
        w->db.group[g].role[i] = 0;
        if (!msk_key_group_get(in, (enum msk_key_group_role)i, &msk[i]))
            continue;
        note_msk(w, g, &msk[i]);
        w->db.group[g].role[i] = msk[i].id.number;
        w->db.group[g].gone[msk[i].id.number] = MSK_NEVER;
        last = msk[i].id.number > last ? msk[i].id.number : last;
    }
    w->db.group[g].last = last;
}

bool
sim_database_put_group(struct sim *w, uint8_t group,
                       const struct msk_key_group *in, uint64_t version)
{
    struct msk_key_id id;

    if (w->db.group[group].version != version)
        return false;
    if (msk_key_group_pack(in, w->db.group[group].packed,
                           MSK_KEY_GROUP_PACKED_MAX,
                           &w->db.group[group].n) != MSK_OK)
        sim_fail(w, "the record of group %u cannot be packed", group);
    msk_key_group_current(in, &id);
    note_roles(w, group, in);
    w->db.group[group].number = id.number;
    w->db.group[group].there = true;
    w->db.group[group].version++;
    return true;
}

void
sim_database_found(struct sim *w, uint8_t group)
{
    struct msk_key_group_config c = { .size = sizeof c };
    struct msk_key_group record;

    c.id = sim_group_id(w, group);
    c.id.number = 1;
    c.streaming = w->map.group[group].streaming;
    c.sp = sim_group_sp(w, group);
    c.seq_high = w->map.group[group].seq_high;
    if (msk_key_group_init(&record, &c, &w->random) != MSK_OK ||
        !sim_database_put_group(w, group, &record, 0))
        sim_fail(w, "group %u cannot be founded", group);
}

bool
sim_database_rekey(struct sim *w, uint8_t group)
{
    struct msk_key_group record;
    uint64_t version = 0;

    if (w->db.group[group].last + 1 >= SIM_NUMBERS ||
        !sim_database_group(w, group, &record, &version))
        return false;
    if (msk_key_group_rekey(&record, &w->random) != MSK_OK)
        sim_fail(w, "group %u cannot be rekeyed", group);
    w->totals->rekeys++;
    sim_say(w, "group %u: rekeyed to %u", group, w->db.group[group].last + 1u);
    return sim_database_put_group(w, group, &record, version);
}

/* Some are made elsewhere, and their numbers have gaps. */
static int
prepare(struct sim *w, uint8_t group, struct msk_key_group *record)
{
    struct msk_key_group_next next = { .size = sizeof next };
    uint8_t octets[32];

    if (sim_below(w, 3) != 0)
        return msk_key_group_prepare(record, NULL, &w->random);
    rng_fill(&w->rng, octets, sizeof octets);
    next.number = (uint16_t)(w->db.group[group].last + 1 + sim_below(w, 2));
    next.msk = (struct msk_bytes){ octets, 16 };
    next.rand = (struct msk_bytes){ octets + 16, 16 };
    return msk_key_group_prepare(record, &next, NULL);
}

bool
sim_database_prepare(struct sim *w, uint8_t group)
{
    struct msk_key_group record;
    uint64_t version = 0;
    int err;

    if (w->db.group[group].last + 2 >= SIM_NUMBERS ||
        !sim_database_group(w, group, &record, &version))
        return false;
    err = prepare(w, group, &record);
    if (err !=
        (w->db.group[group].role[MSK_ROLE_NEXT] == 0 ? MSK_OK : MSK_ERR_STATE))
        sim_fail(w, "group %u: prepare says %s", group, msk_err_text(err));
    if (err != MSK_OK || !sim_database_put_group(w, group, &record, version))
        return false;
    w->totals->prepared++;
    sim_say(w, "group %u: %u is prepared", group, w->db.group[group].last);
    return true;
}

bool
sim_database_switch(struct sim *w, uint8_t group)
{
    struct msk_key_group record;
    uint64_t version = 0;

    if (!sim_database_group(w, group, &record, &version) ||
        msk_key_group_switch(&record) != MSK_OK ||
        !sim_database_put_group(w, group, &record, version))
        return false;
    w->totals->switched++;
    sim_say(w, "group %u: %u is the current one", group,
            w->db.group[group].number);
    return true;
}

void
sim_database_start(struct sim *w)
{
    memset(&w->db, 0, sizeof w->db);
    for (uint8_t l = 0; l < SIM_LINES; l++)
        for (uint8_t g = 0; g < w->map.n_groups; g++)
            if (sim_below(w, w->width == SIM_WIDTH_FULL ? 100 : 15) == 0)
                w->db.denied[l] |= UINT64_C(1) << g;
    for (uint8_t g = 0; g < w->map.n_groups; g++)
        if (sim_below(w, w->width == SIM_WIDTH_FULL ? 50 : 5) != 0)
            sim_database_found(w, g);
}
