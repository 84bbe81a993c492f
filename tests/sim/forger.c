/* SPDX-License-Identifier: MIT */
/*
 * Somebody who has no keys sends MTK messages of a Key Group under MSKs that
 * nobody has, for two hours, when all is calm. What a UE asks for because of
 * them is bounded (decision 20), and it stays where it is.
 */
#include <string.h>

#include "provider.h"
#include "sim.h"

#define HOUR ((msk_time)3600 * SIM_SECOND)
#define HOURS 2
#define LIFETIME (60 * SIM_SECOND) /* of keys: else it is all bootstraps */
#define FIRST 16                   /* requests in the first hour; */
#define LATER 6                    /*   and in each one after it; */
#define MORE 10 /*   and more for an MSK that is new to the session */

/* A Key Group whose current MSK a UE holds, and needs. False: there is none
 * among some. */
static bool
choose(struct sim *w)
{
    for (int i = 0; i < 8; i++) {
        uint8_t line = sim_line((uint8_t)sim_below(w, w->n_ues),
                                (uint8_t)sim_below(w, w->map.n_servers));
        uint8_t g = (uint8_t)sim_below(w, w->map.n_groups);
        const struct sim_session *s = sim_session(w, line);

        if (!sim_needs(s, g) || sim_in(w->db.denied[line], g) ||
            (w->map.group[g].off & s->device->strict[g]) != 0 ||
            !sim_held_has(s->device, g, w->db.group[g].number))
            continue;
        w->forger.line = line;
        w->forger.group = g;
        return true;
    }
    return false;
}

static void
forge(struct sim *w)
{
    struct sim_mark mark = { .kind = (enum msk_message_kind)0 };
    struct msk_mtk_message m = { .size = sizeof m };
    uint8_t keys[64], buf[MSK_MIKEY_MAX], ue = w->forger.line / SIM_SERVERS;
    char peer[MSK_PEER_MAX];
    size_t n = 0;

    rng_fill(&w->rng, keys, sizeof keys);
    m.layout = w->layout;
    m.id = sim_group_id(w, w->forger.group);
    m.id.number = (uint16_t)(SIM_NUMBERS + 2 + sim_below(w, 1000));
    m.mtk_id = (uint16_t)(1 + sim_below(w, 1000));
    m.csb_id = m.id.group;
    m.counter = (uint32_t)sim_below(w, UINT32_MAX);
    m.rand = (struct msk_bytes){ keys, 16 };
    m.key = (struct msk_bytes){ keys + 16, 16 };
    if (msk_mtk_message_make(host_crypto(), (struct msk_bytes){ keys + 32, 16 },
                             &m, buf, sizeof buf, &n) != MSK_OK)
        sim_fail(w, "the forger has no message");
    sim_ue_address(&w->ue[ue], peer);
    sim_network_to_ue(w, ue, peer, (struct msk_bytes){ buf, n }, &mark);
}

void
sim_forger_tick(struct sim *w)
{
    struct sim_session *s = sim_session(w, w->forger.line);

    if (w->broken == SIM_BREAK_DAMP && s->device->pending == NULL)
        sim_ue_request(s, w->forger.group, 0);
    forge(w);
    (void)sim_queue_add(w, SIM_FORGE, 1 + sim_below(w, 40 * SIM_SECOND));
}

/* Of a group with services of both servers a session may learn late what the
 * other one has taken, and that once. */
static unsigned
most(const struct sim *w)
{
    unsigned n = w->forger.pulls + (w->forger.hour == 1 ? FIRST : LATER);

    return sim_in(w->map.served[0] & w->map.served[1], w->forger.group)
               ? n + MORE
               : n;
}

void
sim_forger_asked(struct sim_session *s, uint8_t group)
{
    struct sim *w = s->device->world;

    if (w->forger.hour == 0 ||
        s->device != sim_session(w, w->forger.line)->device ||
        group != w->forger.group)
        return;
    w->totals->provoked++;
    if (++w->forger.asked[s->server] > most(w))
        sim_fail(w, "line %u: more than %u requests in an hour", s->line,
                 most(w));
}

/* An SP of another Key Group may be why a service is left, or that the BM-SC
 * refuses one: nothing else. */
static bool
may_leave(const struct sim *w, const struct sim_session *s, uint8_t i)
{
    bool denied = (w->map.service[i].groups & w->db.denied[s->line]) != 0;

    return s->left[i] == MSK_REASON_POLICY ||
           (s->left[i] == MSK_REASON_REFUSED && denied);
}

static void
check_stays(struct sim *w, uint32_t on)
{
    const struct sim_session *s = sim_session(w, w->forger.line);

    for (uint8_t i = 0; i < w->map.n_services; i++)
        if (sim_in(on, i) && !sim_in(s->on, i) && !may_leave(w, s, i))
            sim_fail(w, "line %u: left for forged traffic, reason %d", s->line,
                     (int)s->left[i]);
}

/* A pull is the BM-SC's, and asks once more. */
void
sim_forger_pulled(struct sim_session *s)
{
    s->device->world->forger.pulls++;
}

void
sim_forger_work(struct sim *w)
{
    uint32_t on;

    if (w->lifetime < LIFETIME || !choose(w))
        return;
    on = sim_session(w, w->forger.line)->on;
    sim_say(w, "line %u: traffic of group %u is forged", w->forger.line,
            w->forger.group);
    (void)sim_queue_add(w, SIM_FORGE, 1);
    while (w->forger.hour < HOURS) {
        w->forger.hour++;
        memset(w->forger.asked, 0, sizeof w->forger.asked);
        w->forger.pulls = 0;
        sim_go_on(w, HOUR);
        w->totals->forged++;
    }
    w->forger.hour = 0;
    check_stays(w, on);
}
