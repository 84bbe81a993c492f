/* SPDX-License-Identifier: MIT */
/* The device around a UE: its power, its clock, its keys, and traffic that
 * comes to it. */
#include <string.h>

#include "provider.h"
#include "sim.h"

#define DOWN 30000 /* milliseconds that it is off, at most */
#define GBA 4000   /* that a bootstrap takes, at most */

static void
make(struct sim_ue *u)
{
    const struct msk_mgvf_config mgvf = { .size = sizeof mgvf,
                                          .crypto = host_crypto(),
                                          .store = &u->flash.store };
    struct msk_ue_config c = { .size = sizeof c };
    int err =
        msk_mgvf_init(&u->mgvf, u->mgvf_memory, sizeof u->mgvf_memory, &mgvf);

    c.layout = u->world->layout;
    c.fqdn = msk_text(SIM_FQDN);
    c.mgvf = u->mgvf;
    c.crypto = host_crypto();
    c.xml = &u->world->xml.xml;
    c.random = &u->world->random;
    c.hooks = &sim_hooks;
    c.limits.groups = SIM_GROUPS;
    c.limits.services = SIM_SERVICES;
    c.registration =
        u->world->registers ? MSK_REGISTRATION_REQUIRED : MSK_REGISTRATION_NONE;
    c.answer_time = 10 * SIM_SECOND;
    c.retry_after_max = 60 * SIM_SECOND;
    if (err == MSK_OK)
        err = msk_ue_init(&u->ue, u->ue_memory, sizeof u->ue_memory, &c, u);
    if (err != MSK_OK)
        sim_fail(u->world, "ue %u cannot be made", u->index);
}

/* Its user wants again what he wanted, and its keys are where they were. */
void
sim_ue_boot(struct sim_ue *u)
{
    make(u);
    u->up = true;
    u->due = MSK_NEVER;
    sim_held_check(u);
    memset(u->asks, 0, sizeof u->asks);
    u->registrations = 0;
    u->to_start = u->want;
    u->to_stop = 0;
    u->to_keys = u->run != 0;
    sim_say(u->world, "ue %u: starts", u->index);
    sim_ue_work(u);
}

void
sim_ue_cut(struct sim_ue *u)
{
    struct sim_item *item;

    if (!u->up)
        return;
    sim_say(u->world, "ue %u: loses power", u->index);
    u->world->totals->power_cuts++;
    /* What a pending call has committed it could not tell any more. */
    u->flash.unsure |= u->pending && u->flash.commits != u->commits;
    sim_held_lost(u, sim_flash_cut(&u->flash));
    if (!u->pending) {
        msk_ue_wipe(u->ue);
        msk_mgvf_wipe(u->mgvf);
    }
    memset(u->ue_memory, 0xEE, sizeof u->ue_memory);
    memset(u->mgvf_memory, 0xEE, sizeof u->mgvf_memory);
    u->up = u->pending = u->asked = u->bootstrapping = false;
    u->call = SIM_CALL_OTHER;
    u->due = MSK_NEVER;
    u->on = 0;
    u->boot++;
    u->moves += (uint32_t)sim_below(u->world, 2);
    item = sim_queue_add(u->world, SIM_UE_UP, 1 + sim_below(u->world, DOWN));
    item->ue = u->index;
}

void
sim_ue_start(struct sim *w, uint8_t i)
{
    struct sim_ue *u = &w->ue[i];

    memset(u, 0, sizeof *u);
    u->world = w;
    u->index = i;
    u->due = MSK_NEVER;
    u->want = (uint32_t)sim_below(w, 1u << SIM_SERVICES);
    if (sim_below(w, 2) == 0)
        u->run = sim_bsf_run(w, i);
    sim_flash_start(w, &u->flash);
    sim_ue_boot(u);
}

/* A clock that steps: the next call sees it, and due is asked anew. */
void
sim_ue_step_clock(struct sim_ue *u, int64_t by)
{
    u->skew += by;
    u->world->totals->steps_of_clocks++;
    sim_say(u->world, "ue %u: its clock steps by %lld", u->index,
            (long long)by);
    for (size_t g = 0; g < SIM_GROUPS; g++)
        u->asks[g].sent = false;
    if (u->up && !u->pending)
        sim_ue_timer(u);
}

/* --- keys ---------------------------------------------------------------- */

/* GBA gives the BSF new keys, and the UE, unless it loses power meanwhile. */
void
sim_ue_bootstrap(struct sim_ue *u)
{
    struct sim_item *item;

    if (u->bootstrapping)
        return;
    u->bootstrapping = true;
    item = sim_queue_add(u->world, SIM_BOOTSTRAP, 1 + sim_below(u->world, GBA));
    item->ue = u->index;
    item->tag = u->boot;
    item->mark.run = sim_bsf_run(u->world, u->index);
}

void
sim_ue_keys_later(struct sim_ue *u)
{
    struct sim_item *item = sim_queue_add(u->world, SIM_BOOTSTRAP, SIM_SECOND);

    item->ue = u->index;
    item->tag = u->boot;
    item->mark.run = u->run;
}

void
sim_ue_keys(struct sim_ue *u, uint16_t run)
{
    if (run < u->run)
        return; /* there are newer ones */
    u->bootstrapping = false;
    u->run = run;
    u->to_keys = true;
    sim_ue_work(u);
}

/* --- traffic ------------------------------------------------------------- */

void
sim_ue_missed(struct sim_ue *u, uint8_t service, const uint8_t mki[6])
{
    uint8_t id[32], flow[32];
    struct msk_bytes name = { id, sim_service_name(service, id) };
    uint8_t g = sim_group_index(sim_domain, (uint16_t)(mki[0] << 8 | mki[1]));
    struct msk_bytes flow_name = { flow, sim_flow_name(g, flow) };

    sim_ue_end(u, msk_ue_missed(u->ue, name, flow_name,
                                (struct msk_bytes){ mki, 6 }, sim_ue_clock(u)));
}

void
sim_ue_request(struct sim_ue *u, uint8_t group)
{
    struct msk_key_id id = sim_group_id(group);

    sim_ue_end(u, msk_ue_request(u->ue, &id, 1, sim_ue_clock(u)));
}
