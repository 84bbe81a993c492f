/* SPDX-License-Identifier: MIT */
/* What goes wrong, and what users and operators do, until all becomes calm. */
#include <string.h>

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
see_traffic(struct sim *w, struct sim_session *s)
{
    uint8_t g = (uint8_t)sim_below(w, w->map.n_groups);
    uint8_t service = (uint8_t)sim_below(w, w->map.n_services);
    struct msk_key_id id = sim_group_id(w, g);

    if (!sim_in(w->map.service[service].groups, g) ||
        w->map.service[service].server != s->server)
        return;
    id.number = w->db.group[g].number;
    if (sim_below(w, 4) == 0)
        id.number = (uint16_t)sim_below(w, 70);
    sim_ue_missed(s, service, &id);
}

/* It is announced anew, with other terms or with the same. */
static void
announce(struct sim *w, struct sim_session *s, uint8_t i)
{
    s->to_start |= UINT32_C(1) << i;
    if (sim_part(w, SIM_PART_TERMS) && sim_below(w, 3) == 0 && s->starting != i)
        s->says[i].require = sim_below(w, 2) == 0
                                 ? w->map.service[i].terms.require
                                 : (uint8_t)sim_below(w, 4);
}

/* The user changes their mind; or does not, and tries again. */
static void
want(struct sim *w, struct sim_session *s)
{
    uint8_t i = (uint8_t)sim_below(w, w->map.n_services);
    uint32_t bit = UINT32_C(1) << i;

    if (w->map.service[i].server != s->server)
        return;
    if (sim_below(w, 2) == 0) {
        s->to_start |= s->want & ~s->on;
    } else if ((s->want & bit) == 0) {
        s->want |= bit;
        s->to_start |= bit;
    } else if (sim_below(w, 2) == 0) {
        s->want &= ~bit;
        s->to_stop |= bit;
        s->to_start &= ~bit;
    } else {
        announce(w, s, i);
    }
    sim_ue_work(s->device);
}

/* Stopped, and started again at once. */
static void
flip(struct sim *w, struct sim_session *s)
{
    if (!sim_part(w, SIM_PART_FLIP))
        return;
    s->to_stop |= s->on & (uint32_t)sim_below(w, UINT32_MAX);
    s->to_start |= s->to_stop & s->want;
    sim_ue_work(s->device);
}

static int64_t
step_of(struct sim *w)
{
    int64_t by =
        (int64_t)sim_below(w, sim_below(w, 2) == 0 ? 60 : 7200) * SIM_SECOND;

    return sim_below(w, 2) == 0 ? by : -by;
}

static void
cut(struct sim *w, struct sim_ue *u)
{
    sim_ue_cut(u);
    if (sim_part(w, SIM_PART_BACK) && sim_below(w, 4) == 0)
        sim_ue_put_back(u);
}

/* The current MSK; in KEYID also one by its number. */
static void
request(struct sim *w, struct sim_session *s)
{
    uint8_t g = (uint8_t)sim_below(w, w->map.n_groups);
    uint16_t number = 0;

    if (w->layout == MSK_LAYOUT_KEYID && sim_part(w, SIM_PART_NUMBER) &&
        sim_below(w, 2) == 0)
        number = sim_below(w, 4) == 0 ? (uint16_t)(1 + sim_below(w, 70))
                                      : w->db.group[g].role[sim_below(w, 3)];
    sim_ue_request(s, g, number);
}

static void
harm_ue(struct sim *w, struct sim_ue *u)
{
    struct sim_session *s = &u->session[sim_below(w, w->map.n_servers)];

    switch (sim_below(w, 8)) {
    case 0: cut(w, u); break;
    case 1: sim_ue_step_clock(u, step_of(w)); break;
    case 2:
        if (u->pending != s)
            sim_ue_bootstrap(s);
        break;
    case 3: u->moves++; break;
    case 4:
        if (u->pending != s)
            see_traffic(w, s);
        break;
    case 5:
        if (u->pending != s)
            request(w, s);
        break;
    case 6: flip(w, s); break;
    default: want(w, s); break;
    }
}

/* What was granted is so no more, or again. */
static void
change_rights(struct sim *w, uint8_t line, uint8_t group)
{
    if (!sim_part(w, SIM_PART_DENY))
        return;
    w->db.denied[line] ^= UINT64_C(1) << group;
    sim_say(w, "line %u: group %u is %s", line, group,
            sim_in(w->db.denied[line], group) ? "denied" : "granted");
}

static void
harm_bmsc(struct sim *w)
{
    uint8_t line = sim_line((uint8_t)sim_below(w, w->n_ues),
                            (uint8_t)sim_below(w, w->map.n_servers));
    uint8_t group = (uint8_t)sim_below(w, w->map.n_groups);
    uint8_t node = (uint8_t)sim_below(w, SIM_NODES);
    int64_t by;

    switch (sim_below(w, sim_part(w, SIM_PART_NEXT) ? 14 : 11)) {
    case 0: sim_office_cut(w, node); break;
    case 1:
        by = step_of(w);
        if (w->node[node].skew + by > -HOUR * 24)
            sim_office_step_clock(w, node, by);
        break;
    case 2:
    case 3: sim_office_rekey(w, group); break;
    case 4: sim_office_ask(w, SIM_OP_PULL, line, group); break;
    case 5: sim_office_ask(w, SIM_OP_PUSH, line, group); break;
    case 6:
        if (!w->registers[line % SIM_SERVERS])
            sim_office_ask(w, SIM_OP_PART, line, group);
        break;
    case 7: sim_office_ask(w, SIM_OP_REAUTH, line, group); break;
    case 8:
        if (sim_part(w, SIM_PART_BSF) && w->db.run[line] > 0)
            sim_office_ask(w, SIM_OP_REBIND, line, group);
        break;
    case 9: change_rights(w, line, group); break;
    case 11:
    case 12: sim_office_ahead(w, group); break;
    case 13: sim_office_switch(w, group); break;
    default: sim_office_ask(w, SIM_OP_REBOOTSTRAP, line, group); break;
    }
}

void
sim_chaos_tick(struct sim *w)
{
    struct sim_ue *u = &w->ue[sim_below(w, w->n_ues)];
    uint64_t what = sim_below(w, 10);

    if (what < 4 && u->up)
        harm_ue(w, u);
    else if (what < 7)
        harm_bmsc(w);
    else
        sim_archive_attack(w);
}

/* A request whose answer no session awaits is lost. It was authentic when
 * made, and the clock that is set back now would let it pass for a new one. */
static void
lose_old_requests(struct sim *w)
{
    for (size_t i = 0; i < SIM_ITEMS; i++) {
        struct sim_item *item = &w->queue.item[i];
        const struct sim_session *s;

        if (!w->queue.slot[i].used || item->kind != SIM_REQUEST)
            continue;
        s = sim_session(w, item->line);
        if (!s->device->up || !s->asked || item->tag != s->tag ||
            strcmp(item->peer, "eva") == 0)
            sim_queue_take(&w->queue, item);
    }
}

/* Nothing goes wrong any more. Clocks are set right. */
void
sim_chaos_calm(struct sim *w)
{
    sim_say(w, "calm");
    w->calm = true;
    w->calm_at = w->now;
    lose_old_requests(w);
    for (uint8_t i = 0; i < SIM_NODES; i++)
        if (w->node[i].skew != 0)
            sim_office_step_clock(w, i, -w->node[i].skew);
    for (uint8_t g = 0; g < w->map.n_groups; g++)
        if (!w->db.group[g].there || sim_below(w, 2) == 0)
            sim_office_rekey(w, g);
        else if (sim_part(w, SIM_PART_NEXT) && sim_below(w, 2) == 0)
            sim_office_ahead(w, g);
}

/* Requests that went wrong are over; who left tries once more. */
void
sim_chaos_again(struct sim *w)
{
    sim_say(w, "again");
    w->again = true;
    for (uint8_t u = 0; u < w->n_ues; u++) {
        for (uint8_t k = 0; k < w->map.n_servers; k++)
            w->ue[u].session[k].to_start |=
                w->ue[u].session[k].want & ~w->ue[u].session[k].on;
        sim_ue_work(&w->ue[u]);
    }
    for (uint8_t g = 0; g < w->map.n_groups; g++)
        if (w->db.group[g].role[MSK_ROLE_NEXT] != 0 && sim_below(w, 2) == 0)
            sim_office_switch(w, g);
}
