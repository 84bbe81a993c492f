/* SPDX-License-Identifier: MIT */
/* Around the nodes of the BM-SC: what comes to them, what they do by
 * themselves, their clocks, and when they lose power. */
#include <string.h>

#include "sim.h"

#define DOWN 15000 /* milliseconds that a node is down, at most */

void
sim_office_start(struct sim *w)
{
    for (size_t i = 0; i < SIM_JOBS; i++)
        w->job[i].used = false;
    sim_database_start(w);
    sim_node_start(w);
}

/* A node that is up; SIM_NODES: none. */
static uint8_t
any_node(struct sim *w, uint8_t wish)
{
    uint8_t other = (uint8_t)((wish + 1) % SIM_NODES);

    if (w->node[wish].up)
        return wish;
    return w->node[other].up ? other : SIM_NODES;
}

void
sim_office_ask(struct sim *w, enum sim_op op, uint8_t line, uint8_t group)
{
    uint8_t node = any_node(w, (uint8_t)sim_below(w, SIM_NODES));
    struct sim_job *job =
        node < SIM_NODES ? sim_job_begin(w, op, node, line) : NULL;

    if (job == NULL)
        return;
    job->group = group;
    sim_job_run(w, job);
}

static void
take_ack(struct sim *w, const struct sim_item *item, struct sim_job *job)
{
    struct msk_bytes octets = { item->octets, item->n }, btid;
    uint16_t run;
    uint8_t ue;

    job->spoiled = item->spoiled;
    job->n_octets = item->n;
    memcpy(job->octets, item->octets, item->n);
    if (msk_bmsc_ack_btid(sim_node_bmsc(item->server), octets, &btid) !=
            MSK_OK ||
        !sim_keys_read(btid, &ue, &run)) {
        sim_job_end(w, job);
        return;
    }
    job->line = sim_line(ue, item->server);
    sim_job_run(w, job);
}

/* A node that has too much to do says so, and has no keys for that. */
static bool
is_crowded(struct sim *w, const struct sim_item *item)
{
    static struct sim_http http;

    if (!sim_part(w, SIM_PART_AFTER) || !sim_chance(w, 5) ||
        strcmp(item->peer, "eva") == 0)
        return false;
    memset(&http, 0, offsetof(struct sim_http, text));
    http.status = 503;
    http.lie = true;
    sim_http_after(w, &http, sim_node_clock(w, item->node));
    sim_say(w, "line %u: node %u is crowded, %u s", item->line, item->node,
            http.after);
    sim_network_response(w, item->line, item->tag, &http);
    return true;
}

void
sim_office_item(struct sim *w, const struct sim_item *item)
{
    enum sim_op op = item->kind == SIM_REQUEST ? SIM_OP_HTTP : SIM_OP_ACK;
    uint8_t node = item->kind == SIM_REQUEST ? item->node
                                             : (uint8_t)sim_below(w, SIM_NODES);
    struct sim_job *job =
        w->node[node].up ? sim_job_begin(w, op, node, item->line) : NULL;

    if (job == NULL)
        return;
    if (op == SIM_OP_HTTP && is_crowded(w, item)) {
        sim_job_end(w, job);
        return;
    }
    if (op == SIM_OP_ACK) {
        take_ack(w, item, job);
        return;
    }
    memcpy(job->peer, item->peer, sizeof job->peer);
    job->tag = item->tag;
    job->line = sim_line(item->line / SIM_SERVERS, item->server);
    sim_http_copy(&job->http, &item->http);
    sim_job_run(w, job);
}

/* What a node had in its memory is gone. */
void
sim_office_cut(struct sim *w, uint8_t node)
{
    struct sim_item *item;

    if (!w->node[node].up)
        return;
    sim_say(w, "node %u loses power", node);
    w->totals->crashes++;
    w->node[node].up = false;
    for (size_t i = 0; i < SIM_JOBS; i++)
        if (w->job[i].used && w->job[i].node == node)
            sim_job_end(w, &w->job[i]);
    for (size_t g = 0; w->writer.node == node && g < SIM_GROUPS; g++)
        w->writer.group[g].loaded = false;
    item = sim_queue_add(w, SIM_NODE_UP, 1 + sim_below(w, DOWN));
    item->node = node;
}

msk_time
sim_office_due(const struct sim *w, uint8_t line)
{
    const struct sim_row *row = &w->db.row[line];
    msk_time clock = sim_node_clock(w, row->node);

    if (!row->there || row->busy || row->due == MSK_NEVER)
        return MSK_NEVER;
    return row->due > clock ? w->now + (row->due - clock) : w->now;
}

void
sim_office_timer(struct sim *w, uint8_t line)
{
    struct sim_row *row = &w->db.row[line];
    uint8_t node = any_node(w, row->node);
    struct sim_job *job =
        node < SIM_NODES ? sim_job_begin(w, SIM_OP_TIMER, node, line) : NULL;

    if (job == NULL) { /* nobody can: when somebody is up again */
        row->due = sim_node_clock(w, row->node) + SIM_SECOND;
        return;
    }
    row->busy = true;
    sim_job_run(w, job);
}

/* As msk_subscriber_due demands, after a step back. */
void
sim_office_step_clock(struct sim *w, uint8_t node, int64_t by)
{
    w->node[node].skew += by;
    w->totals->steps_of_clocks++;
    sim_say(w, "the clock of node %u steps by %lld", node, (long long)by);
    for (uint8_t l = 0; l < SIM_LINES; l++)
        if (w->db.row[l].there && w->db.row[l].due != MSK_NEVER &&
            !w->db.row[l].busy)
            sim_office_timer(w, l);
}

/* For all who have a record; some of the time that was a node which fell. */
static void
push_to_all(struct sim *w, enum sim_op op, uint8_t group)
{
    for (uint8_t l = 0; l < SIM_LINES; l++)
        if (w->db.row[l].there &&
            sim_in(w->map.served[l % SIM_SERVERS], group) && !sim_chance(w, 20))
            sim_office_ask(w, op, l, group);
}

void
sim_office_rekey(struct sim *w, uint8_t group)
{
    if (!w->db.group[group].there)
        sim_database_found(w, group);
    else if (!sim_database_rekey(w, group))
        return;
    push_to_all(w, SIM_OP_PUSH, group);
}

void
sim_office_ahead(struct sim *w, uint8_t group)
{
    (void)sim_database_prepare(w, group);
    push_to_all(w, SIM_OP_AHEAD, group);
}

/* Who has it hears nothing. */
void
sim_office_switch(struct sim *w, uint8_t group)
{
    if (sim_database_switch(w, group) && sim_below(w, 2) == 0)
        push_to_all(w, SIM_OP_PUSH, group);
}
