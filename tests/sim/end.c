/* SPDX-License-Identifier: MIT */
/* What is checked when the run is over: each UE has what its user wants; and
 * who sends all of it once more finds no one who takes it. */
#include <string.h>

#include "sim.h"
#include "ue/service.h"

#define RETRY 240000 /* the longest interval of a delivery */

static bool
is_denied(const struct sim *w, uint8_t line, uint8_t service)
{
    return (w->map.service[service].groups & w->db.denied[line]) != 0;
}

/* An announcement of this UE and the SP of a group of the service disagree. */
static bool
is_poor(const struct sim_ue *u, uint8_t service)
{
    const struct sim_map *map = &u->world->map;

    for (uint8_t g = 0; g < map->n_groups; g++)
        if (sim_in(map->service[service].groups, g) &&
            (map->group[g].off & u->strict[g]) != 0)
            return true;
    return false;
}

/* Decision 21: a service that could not be registered is kept as long as an
 * older MSK is good; now and then it asks again. */
static bool
stays(const struct sim_session *s, uint8_t service, uint8_t group)
{
    size_t at = msk_ue_service_find(s->ue, sim_service_name(service));

    return (s->ue->services[at].state == MSK_SERVICE_UNSURE ||
            msk_ue_service_is_pending(s->ue, at)) &&
           sim_held_good(s->device, group);
}

/* What its user wants it has: each MSK that is current; or it was refused. */
static void
check_service(struct sim *w, struct sim_session *s, uint8_t i)
{
    if (is_poor(s->device, i)) {
        w->totals->poor++;
        return;
    }
    if (!sim_in(s->on, i)) {
        if (!is_denied(w, s->line, i) || s->left[i] != MSK_REASON_REFUSED)
            sim_fail(w, "line %u: is not in service %u, reason %d", s->line, i,
                     (int)s->left[i]);
        w->totals->back++;
        return;
    }
    for (uint8_t g = 0; g < w->map.n_groups; g++) {
        if (!sim_in(w->map.service[i].groups & ~w->db.denied[s->line], g))
            continue;
        if (sim_held_has(s->device, g, w->db.group[g].number))
            w->totals->current++;
        else if (stays(s, i, g))
            w->totals->stayed++;
        else
            sim_fail(w, "line %u: does not hold number %u of group %u", s->line,
                     w->db.group[g].number, g);
    }
}

static void
check_session(struct sim *w, struct sim_session *s)
{
    msk_time due = sim_office_due(w, s->line);

    /* No delivery waits for longer than its own interval. */
    if (due != MSK_NEVER && due > w->now + RETRY)
        sim_fail(w, "line %u: a delivery waits for %llu ms", s->line,
                 (unsigned long long)(due - w->now));
    if (!s->device->up || s->device->pending != NULL)
        sim_fail(w, "ue %u: is not there", s->device->index);
    sim_held_told(s);
    for (uint8_t i = 0; i < w->map.n_services; i++) {
        if (w->map.service[i].server != s->server)
            continue;
        if (sim_in(s->want, i))
            check_service(w, s, i);
        else if (sim_in(s->on, i))
            sim_fail(w, "line %u: is in service %u", s->line, i);
    }
}

/* --- afterwards ---------------------------------------------------------- */

static void
stop_all(struct sim_ue *u)
{
    for (uint8_t k = 0; k < u->world->map.n_servers; k++)
        u->session[k].to_stop = u->session[k].on;
    sim_ue_work(u);
    for (uint8_t k = 0; k < u->world->map.n_servers; k++)
        u->session[k].to_start = u->session[k].want;
    sim_ue_work(u);
}

/* One UE is restarted, or gets an old configuration, or leaves all and comes
 * again; then all of it is replayed, and sometimes once more. */
static void
replay(struct sim *w)
{
    struct sim_ue *u = &w->ue[sim_below(w, w->n_ues)];
    uint64_t what = sim_below(w, 4);

    sim_say(w, "ue %u: all is replayed (%llu)", u->index,
            (unsigned long long)what);
    if (what < 2) {
        sim_ue_cut(u);
        if (what == 1 && sim_part(w, SIM_PART_BACK))
            sim_ue_put_back(u);
        sim_ue_boot(u);
    } else if (what == 2) {
        stop_all(u);
    }
    sim_archive_flood(w, u->index);
    if (sim_below(w, 4) == 0)
        sim_archive_flood(w, u->index);
    sim_held_look(u, SIM_ALL);
}

void
sim_end_check(struct sim *w)
{
    for (uint8_t u = 0; u < w->n_ues; u++) {
        sim_held_look(&w->ue[u], SIM_ALL);
        for (uint8_t k = 0; k < w->map.n_servers; k++)
            check_session(w, &w->ue[u].session[k]);
    }
    if (sim_part(w, SIM_PART_FORGED) && sim_below(w, 8) == 0)
        sim_forger_work(w);
    if (sim_part(w, SIM_PART_END))
        replay(w);
}
