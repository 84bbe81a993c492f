/* SPDX-License-Identifier: MIT */
/* What goes wrong, and what users and operators do, until all becomes calm. */
#include <string.h>

#include "msk/traffic.h"
#include "sim.h"

#define HOUR ((int64_t)3600 * SIM_SECOND)

static uint32_t
rate(struct sim *w, uint32_t most)
{
    static const uint32_t shares[] = { 0, 0, 10, 30, 60, 100 };

    return most * shares[sim_below(w, 6)] / 100;
}

void
sim_chaos_start(struct sim *w)
{
    struct sim_rates *r = &w->rates;

    r->loss = rate(w, 50);
    r->copy = rate(w, 50);
    r->spoil = rate(w, 50);
    r->late = rate(w, 50);
    r->broken = rate(w, 50);
    r->cut = rate(w, 50);
    r->changed = rate(w, 50);
    r->lies = rate(w, 50);
    r->slow_flash = rate(w, 60);
    r->bad_flash = rate(w, 10);
    r->crash = rate(w, 10);
}

/* An MKI: mostly of the MSK that is current, or of any. */
static void
see_traffic(struct sim *w, struct sim_ue *u)
{
    uint8_t g = (uint8_t)sim_below(w, SIM_GROUPS);
    uint8_t service = (uint8_t)sim_below(w, SIM_SERVICES), mki[6];
    struct msk_key_id id = sim_group_id(g);

    if ((sim_service_groups(service) >> g & 1) == 0)
        return;
    id.number = w->db.group[g].number;
    if (sim_below(w, 4) == 0)
        id.number = (uint16_t)sim_below(w, 70);
    msk_mki_pack(&id, 1, mki);
    sim_ue_missed(u, service, mki);
}

/* The user changes his mind; or he does not, and tries again. */
static void
want(struct sim *w, struct sim_ue *u)
{
    uint32_t bit = UINT32_C(1) << sim_below(w, SIM_SERVICES);

    if (sim_below(w, 2) == 0) {
        u->to_start |= u->want & ~u->on;
    } else if ((u->want & bit) == 0) {
        u->want |= bit;
        u->to_start |= bit;
    } else if (sim_below(w, 2) == 0) {
        u->want &= ~bit;
        u->to_stop |= bit;
        u->to_start &= ~bit;
    } else {
        u->to_start |= bit; /* it was announced anew */
    }
    sim_ue_work(u);
}

static int64_t
step_of(struct sim *w)
{
    int64_t by =
        (int64_t)sim_below(w, sim_below(w, 2) == 0 ? 60 : 7200) * SIM_SECOND;

    return sim_below(w, 2) == 0 ? by : -by;
}

static void
harm_ue(struct sim *w, struct sim_ue *u)
{
    switch (sim_below(w, 7)) {
    case 0: sim_ue_cut(u); break;
    case 1: sim_ue_step_clock(u, step_of(w)); break;
    case 2:
        if (!u->pending)
            sim_ue_bootstrap(u);
        break;
    case 3: u->moves++; break;
    case 4:
        if (!u->pending)
            see_traffic(w, u);
        break;
    case 5:
        if (!u->pending)
            sim_ue_request(u, (uint8_t)sim_below(w, SIM_GROUPS));
        break;
    default: want(w, u); break;
    }
}

static void
harm_bmsc(struct sim *w)
{
    uint8_t ue = (uint8_t)sim_below(w, SIM_UES);
    uint8_t group = (uint8_t)sim_below(w, SIM_GROUPS);
    uint8_t node = (uint8_t)sim_below(w, SIM_NODES);
    int64_t by;

    switch (sim_below(w, 9)) {
    case 0: sim_office_cut(w, node); break;
    case 1:
        by = step_of(w);
        if (w->node[node].skew + by > -HOUR * 24)
            sim_office_step_clock(w, node, by);
        break;
    case 2:
    case 3: sim_office_rekey(w, group); break;
    case 4: sim_office_ask(w, SIM_OP_PULL, ue, group); break;
    case 5: sim_office_ask(w, SIM_OP_PUSH, ue, group); break;
    case 6:
        if (!w->registers)
            sim_office_ask(w, SIM_OP_PART, ue, group);
        break;
    case 7: sim_office_ask(w, SIM_OP_REAUTH, ue, group); break;
    default: sim_office_ask(w, SIM_OP_REBOOTSTRAP, ue, group); break;
    }
}

void
sim_chaos_tick(struct sim *w)
{
    struct sim_ue *u = &w->ue[sim_below(w, SIM_UES)];
    uint64_t what = sim_below(w, 10);

    if (what < 4 && u->up)
        harm_ue(w, u);
    else if (what < 7)
        harm_bmsc(w);
    else
        sim_network_attack(w);
}

/* A request that nobody waits for any more is lost. It was true when it was
 * made, and the clock that is set back now would let it pass for a new one. */
static void
lose_old_requests(struct sim *w)
{
    for (size_t i = 0; i < SIM_ITEMS; i++) {
        struct sim_item *item = &w->queue.item[i];
        const struct sim_ue *u = &w->ue[item->ue];

        if (item->used && item->kind == SIM_REQUEST &&
            (!u->up || !u->asked || item->tag != u->tag))
            item->used = false;
    }
}

/* Nothing goes wrong any more. Clocks are set right. */
void
sim_chaos_calm(struct sim *w)
{
    sim_say(w, "calm");
    w->calm = true;
    lose_old_requests(w);
    for (uint8_t i = 0; i < SIM_NODES; i++)
        if (w->node[i].skew != 0)
            sim_office_step_clock(w, i, -w->node[i].skew);
    for (uint8_t g = 0; g < SIM_GROUPS; g++)
        if (!w->db.group[g].there || sim_below(w, 2) == 0)
            sim_office_rekey(w, g);
}

/* Requests that went wrong are over; who left tries once more. */
void
sim_chaos_again(struct sim *w)
{
    sim_say(w, "again");
    w->again = true;
    for (uint8_t i = 0; i < SIM_UES; i++) {
        w->ue[i].to_start |= w->ue[i].want & ~w->ue[i].on;
        sim_ue_work(&w->ue[i]);
    }
}
