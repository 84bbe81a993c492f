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

bool
sim_database_put_group(struct sim *w, uint8_t group,
                       const struct msk_key_group *in, uint64_t version)
{
    struct msk_bytes key, rand;
    struct msk_key_id id;

    if (w->db.group[group].version != version)
        return false;
    if (msk_key_group_pack(in, w->db.group[group].packed,
                           MSK_KEY_GROUP_PACKED_MAX,
                           &w->db.group[group].n) != MSK_OK)
        sim_fail(w, "the record of group %u cannot be packed", group);
    msk_key_group_id(in, &id);
    msk_key_group_secrets(in, &key, &rand);
    memcpy(w->db.group[group].key[id.number], key.p, 16);
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

    if (w->db.group[group].number + 1 >= SIM_NUMBERS ||
        !sim_database_group(w, group, &record, &version))
        return false;
    if (msk_key_group_rekey(&record, &w->random) != MSK_OK)
        sim_fail(w, "group %u cannot be rekeyed", group);
    w->totals->rekeys++;
    sim_say(w, "group %u: rekeyed to %u", group,
            w->db.group[group].number + 1u);
    return sim_database_put_group(w, group, &record, version);
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
