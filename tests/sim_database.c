/* SPDX-License-Identifier: MIT */
/* The versioned store that the nodes share, and the BSF that knows the keys. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

const uint8_t sim_domain[3] = { 0x21, 0x63, 0x54 };

#define GROUP 0x18C0

uint32_t
sim_service_groups(uint8_t service)
{
    static const uint32_t sets[SIM_SERVICES] = { 1, 3, 6 };

    return sets[service];
}

size_t
sim_service_name(uint8_t service, uint8_t out[32])
{
    return (size_t)snprintf((char *)out, 32, "urn:service:%u", service);
}

size_t
sim_flow_name(uint8_t group, uint8_t out[32])
{
    return (size_t)snprintf((char *)out, 32, "239.1.1.%u/5000", group);
}

uint8_t
sim_service_index(struct msk_bytes name)
{
    uint8_t i = 0, own[32];

    for (; i < SIM_SERVICES; i++)
        if (sim_service_name(i, own) == name.n &&
            memcmp(own, name.p, name.n) == 0)
            break;
    return i;
}

uint8_t
sim_group_index(const uint8_t domain[3], uint16_t group)
{
    if (memcmp(domain, sim_domain, 3) != 0 || group < GROUP ||
        group >= GROUP + SIM_GROUPS)
        return SIM_GROUPS;
    return (uint8_t)(group - GROUP);
}

struct msk_key_id
sim_group_id(uint8_t group)
{
    struct msk_key_id id = { { 0, 0, 0 }, (uint16_t)(GROUP + group), 0 };

    memcpy(id.domain, sim_domain, 3);
    return id;
}

/* --- the BSF ------------------------------------------------------------- */

void
sim_keys(uint8_t ue, uint16_t run, char btid[48], uint8_t muk[32],
         uint8_t mrk[32])
{
    (void)snprintf(btid, 48, "u%u.%u@bsf.example.org", ue, run);
    memset(muk, 0xB0 + ue, 32);
    muk[0] = (uint8_t)run;
    memset(mrk, 0xC0 + ue, 32);
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
    sim_keys(*ue, *run, again, muk, mrk);
    return strlen(again) == btid.n && memcmp(again, text, btid.n) == 0;
}

uint16_t
sim_bsf_run(struct sim *w, uint8_t ue)
{
    if (w->db.run[ue] + 1 >= SIM_RUNS)
        sim_fail(w, "ue %u: one bootstrap after the other", ue);
    w->totals->bootstraps++;
    w->db.expires[ue] =
        w->lifetime == MSK_NEVER
            ? MSK_NEVER
            : w->now + w->lifetime / 2 + sim_below(w, w->lifetime);
    return ++w->db.run[ue];
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

/* The first group is streaming, and has short intervals. */
void
sim_database_found(struct sim *w, uint8_t group)
{
    static const uint8_t sp[] = { 0x0D, 0x02, 0x00, 0x01 };
    struct msk_key_group_config c = { .size = sizeof c };
    struct msk_key_group record;

    c.id = sim_group_id(group);
    c.id.number = 1;
    c.streaming = group == 0;
    if (group == 0)
        c.sp = (struct msk_bytes){ sp, sizeof sp };
    c.seq_high = group == 0 ? 30 : 0;
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
    for (uint8_t u = 0; u < SIM_UES; u++)
        for (uint8_t g = 0; g < SIM_GROUPS; g++)
            w->db.denied[u][g] = sim_below(w, 15) == 0;
    for (uint8_t g = 0; g < SIM_GROUPS; g++)
        if (sim_below(w, 5) != 0)
            sim_database_found(w, g);
}
