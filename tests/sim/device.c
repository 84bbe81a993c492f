/* SPDX-License-Identifier: MIT */
/* The device around the sessions of a UE: its power, its clock, its keys, and
 * traffic that comes to it. */
#include <string.h>

#include "apart.h"
#include "msk/traffic.h"
#include "provider.h"
#include "sim.h"

#define DOWN 30000 /* milliseconds that it is off, at most */
#define GBA 4000   /* that a bootstrap takes, at most */

static void
make_session(struct sim_session *s)
{
    struct sim_ue *u = s->device;
    struct sim *w = u->world;
    struct msk_ue_config c = { .size = sizeof c };

    c.layout = w->layout;
    c.fqdn = msk_text(sim_fqdn(s->server));
    c.mgvf = u->mgvf;
    c.crypto = host_crypto();
    c.xml = &w->xml.xml;
    c.random = &w->random;
    c.hooks = &sim_hooks;
    c.limits.groups = w->map.n_groups;
    c.limits.services = w->map.n_services;
    c.registration = w->registers[s->server] ? MSK_REGISTRATION_REQUIRED
                                             : MSK_REGISTRATION_NONE;
    c.answer_time = 10 * SIM_SECOND;
    c.retry_after_max = w->broken == SIM_BREAK_AFTER ? 1 : SIM_AFTER_MAX;
    if (w->broken == SIM_BREAK_PATIENCE)
        c.patience = 5 * SIM_SECOND;
    if (msk_ue_init(&s->ue, s->memory, sizeof s->memory, &c, s) != MSK_OK)
        sim_fail(w, "line %u cannot be made", s->line);
    apart_session(s->ue);
}

static void
make(struct sim_ue *u)
{
    const struct msk_mgvf_config mgvf = { .size = sizeof mgvf,
                                          .crypto = host_crypto(),
                                          .store = &u->flash.store };

    if (msk_mgvf_init(&u->mgvf, u->mgvf_memory, sizeof u->mgvf_memory, &mgvf) !=
        MSK_OK)
        sim_fail(u->world, "ue %u cannot be made", u->index);
    for (uint8_t k = 0; k < u->world->map.n_servers; k++)
        make_session(&u->session[k]);
}

/* Its user wants again what they wanted, and its keys are where they were. */
static void
boot_session(struct sim_session *s)
{
    s->due = MSK_NEVER;
    s->hold = 0;
    memset(s->asks, 0, sizeof s->asks);
    for (size_t g = 0; g < SIM_GROUPS; g++)
        s->asks[g].since = s->untold[g] = MSK_NEVER;
    memset(s->has, 0, sizeof s->has);
    for (size_t i = 0; i < SIM_SERVICES; i++)
        s->wished[i] = MSK_NEVER;
    s->to_start = s->want;
    s->to_stop = 0;
    s->to_keys = s->run != 0;
}

void
sim_ue_boot(struct sim_ue *u)
{
    make(u);
    u->up = true;
    sim_held_check(u);
    for (uint8_t k = 0; k < u->world->map.n_servers; k++)
        boot_session(&u->session[k]);
    sim_say(u->world, "ue %u: starts", u->index);
    sim_ue_work(u);
}

static void
cut_session(struct sim_session *s)
{
    s->asked = s->bootstrapping = false;
    s->call = SIM_CALL_OTHER;
    s->due = MSK_NEVER;
    s->on = 0;
}

void
sim_ue_cut(struct sim_ue *u)
{
    struct sim *w = u->world;
    struct sim_item *item;

    if (!u->up)
        return;
    sim_say(w, "ue %u: loses power", u->index);
    w->totals->power_cuts++;
    /* What a pending call has committed it could not tell any more. */
    u->flash.unsure |=
        u->pending != NULL && u->flash.commits != u->pending->commits;
    sim_held_lost(u, sim_flash_cut(&u->flash));
    for (uint8_t k = 0; k < w->map.n_servers; k++) {
        if (u->pending == NULL)
            msk_ue_wipe(u->session[k].ue);
        memset(u->session[k].memory, 0xEE, 4096);
        cut_session(&u->session[k]);
    }
    if (u->pending == NULL)
        msk_mgvf_wipe(u->mgvf);
    memset(u->mgvf_memory, 0xEE, sizeof u->mgvf_memory);
    u->up = false;
    u->pending = NULL;
    u->boot++;
    u->moves += (uint32_t)sim_below(w, 2);
    item = sim_queue_add(w, SIM_UE_UP, 1 + sim_below(w, DOWN));
    item->ue = u->index;
}

/* Old keys; the services of then may be others too. */
void
sim_ue_put_back(struct sim_ue *u)
{
    struct sim *w = u->world;

    for (uint8_t k = 0; k < w->map.n_servers; k++) {
        struct sim_session *s = &u->session[k];

        if (s->run > 1)
            s->run = (uint16_t)(1 + sim_below(w, s->run));
        w->totals->put_back++;
        sim_say(w, "line %u: the configuration of keys %u is put back", s->line,
                s->run);
    }
}

static void
start_session(struct sim_ue *u, uint8_t k)
{
    struct sim *w = u->world;
    struct sim_session *s = &u->session[k];

    s->device = u;
    s->server = k;
    s->line = sim_line(u->index, k);
    s->due = MSK_NEVER;
    s->starting = SIM_SERVICES;
    for (uint8_t i = 0; i < w->map.n_services; i++) {
        s->says[i] = w->map.service[i].terms;
        if (w->map.service[i].server == k && sim_below(w, 2) == 0)
            s->want |= UINT32_C(1) << i;
    }
    if (sim_below(w, 2) == 0)
        s->run = sim_bsf_run(w, s->line);
}

/* Everything but the memory of its objects, which they fill by themselves. */
void
sim_ue_clear(struct sim *w, uint8_t i)
{
    struct sim_ue *u = &w->ue[i];

    for (uint8_t k = 0; k < SIM_SERVERS; k++) {
        struct sim_session *s = &u->session[k];
        size_t behind = offsetof(struct sim_session, memory) + sizeof s->memory;

        memset(s, 0, offsetof(struct sim_session, memory));
        memset((uint8_t *)s + behind, 0, sizeof *s - behind);
        s->due = MSK_NEVER;
        s->device = u;
    }
    memset(u->held, 0,
           offsetof(struct sim_ue, taken) - offsetof(struct sim_ue, held));
    u->n_taken = 0;
    u->boot = u->moves = 0;
    u->skew = 0;
    u->up = false;
    u->pending = NULL;
    u->world = w;
    u->index = i;
}

void
sim_ue_start(struct sim *w, uint8_t i)
{
    struct sim_ue *u = &w->ue[i];

    for (uint8_t k = 0; k < w->map.n_servers; k++)
        start_session(u, k);
    sim_flash_start(w, &u->flash);
    sim_ue_boot(u);
}

static void
set_back(msk_time *at, int64_t by)
{
    if (by < 0 && *at != MSK_NEVER)
        *at += (uint64_t)by;
}

/* A clock that steps: the next call sees it, and due is asked anew. */
void
sim_ue_step_clock(struct sim_ue *u, int64_t by)
{
    u->skew += by;
    if (u->flash.trouble > 0) /* it waits anew */
        u->flash.trouble = u->world->now;
    u->world->totals->steps_of_clocks++;
    sim_say(u->world, "ue %u: its clock steps by %lld", u->index,
            (long long)by);
    for (uint8_t k = 0; k < u->world->map.n_servers; k++) {
        for (size_t g = 0; g < SIM_GROUPS; g++) {
            u->session[k].asks[g].sent = false;
            set_back(&u->session[k].asks[g].since, by);
        }
        set_back(&u->session[k].began, by);
        if (u->session[k].hold != 0)
            set_back(&u->session[k].hold, by);
        for (size_t i = 0; i < SIM_SERVICES; i++)
            set_back(&u->session[k].wished[i], by);
        if (u->up && u->pending == NULL)
            sim_ue_timer(&u->session[k]);
    }
}

/* --- keys ---------------------------------------------------------------- */

/* GBA gives the BSF new keys, and the UE, unless it loses power meanwhile. */
void
sim_ue_bootstrap(struct sim_session *s)
{
    struct sim *w = s->device->world;
    struct sim_item *item;

    if (s->bootstrapping)
        return;
    s->bootstrapping = true;
    item = sim_queue_add(w, SIM_BOOTSTRAP, 1 + sim_below(w, GBA));
    item->line = s->line;
    item->tag = s->device->boot;
    item->mark.run = sim_bsf_run(w, s->line);
}

void
sim_ue_keys_later(struct sim_session *s)
{
    struct sim_item *item =
        sim_queue_add(s->device->world, SIM_BOOTSTRAP, SIM_SECOND);

    item->line = s->line;
    item->tag = s->device->boot;
    item->mark.run = s->run;
}

/* Older than others that the store has seen: new ones are to be had, if they
 * have not come while that was found out. */
void
sim_ue_keys_refused(struct sim_session *s)
{
    struct sim *w = s->device->world;

    sim_say(w, "line %u: keys %u are too old", s->line, s->given);
    w->totals->old_keys++;
    if (s->given == w->db.run[s->line])
        sim_fail(w, "line %u: the newest keys are too old", s->line);
    if (s->given == s->run)
        sim_ue_bootstrap(s);
}

void
sim_ue_keys(struct sim_session *s, uint16_t run)
{
    if (run < s->run)
        return; /* there are newer ones */
    s->bootstrapping = false;
    s->run = run;
    s->to_keys = true;
    sim_ue_work(s->device);
}

/* --- traffic ------------------------------------------------------------- */

void
sim_ue_missed(struct sim_session *s, uint8_t service,
              const struct msk_key_id *msk)
{
    struct sim *w = s->device->world;
    uint8_t mki[6];
    uint8_t g = sim_group_index(w, msk->domain, msk->group);

    msk_mki_pack(msk, 1, mki);
    sim_ue_end(s, msk_ue_missed(s->ue, sim_service_name(service),
                                sim_flow_name(g), (struct msk_bytes){ mki, 6 },
                                sim_ue_clock(s->device)));
}

void
sim_ue_request(struct sim_session *s, uint8_t group, uint16_t number)
{
    struct msk_key_id id = sim_group_id(s->device->world, group);
    int err;

    id.number = number;
    s->device->world->totals->numbers += number != 0 ? 1 : 0;
    err = msk_ue_request(s->ue, &id, 1, sim_ue_clock(s->device));
    if (err != MSK_ERR_LIMIT || number == 0) /* two are asked for already */
        sim_ue_end(s, err);
}
