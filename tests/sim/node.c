/* SPDX-License-Identifier: MIT */
/* A node of the BM-SC: its configuration, what the library asks it, and the
 * calls, each on the record that was just loaded. */
#include <string.h>

#include "apart.h"
#include "provider.h"
#include "sim.h"

#define EPOCH UINT64_C(1600000000000) /* the clock of a node at the start */

static struct {
    uint8_t memory[SIM_SERVERS][MSK_BMSC_SIZE];
    uint8_t outbox_memory[MSK_OUTBOX_SIZE];
    struct msk_bmsc *bmsc[SIM_SERVERS];
    struct msk_outbox *outbox;
    uint8_t server;                       /* of the call under way, */
    struct sim_job *job;                  /*   and what it is for */
    struct msk_key_group found;           /* for find_group */
    struct msk_key_group old[SIM_GROUPS]; /* to break it */
    uint64_t has_old;
    struct msk_subscriber sub; /* of the call under way */
} node;

msk_time
sim_node_clock(const struct sim *w, uint8_t i)
{
    return EPOCH + w->now + (uint64_t)w->node[i].skew;
}

const struct msk_bmsc *
sim_node_bmsc(uint8_t server)
{
    return node.bmsc[server];
}

struct msk_outbox *
sim_node_outbox(void)
{
    return node.outbox;
}

const struct msk_subscriber *
sim_node_subscriber(void)
{
    return &node.sub;
}

/* --- questions of the library -------------------------------------------- */

/* What a node that is broken saw first, when none of its MSKs is left. */
static void
forget_changes(const struct sim *w, uint8_t i, struct msk_key_group *record)
{
    struct msk_key_id id;

    if (!sim_in(node.has_old, i))
        node.old[i] = *record;
    node.has_old |= UINT64_C(1) << i;
    msk_key_group_current(&node.old[i], &id);
    if (w->db.group[i].gone[id.number] != MSK_NEVER)
        *record = node.old[i];
}

static bool
load_group(struct sim *w, uint8_t i, struct msk_key_group *out)
{
    uint64_t version;

    if (!sim_database_group(w, i, out, &version))
        return false;
    if (w->broken == SIM_BREAK_OLD)
        forget_changes(w, i, out);
    return true;
}

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *group)
{
    uint8_t i = sim_group_index(user, group->domain, group->group);

    return i < SIM_GROUPS && load_group(user, i, &node.found) ? &node.found
                                                              : NULL;
}

static enum msk_permission
decide(struct sim *w, const struct msk_subscriber *subscriber, uint8_t i)
{
    struct msk_bytes name = msk_subscriber_id(subscriber);
    uint8_t line = sim_line((uint8_t)(name.p[0] - '0'), node.server);

    if (i == SIM_GROUPS || !sim_in(w->map.served[node.server], i) ||
        (sim_in(w->db.denied[line], i) && w->broken != SIM_BREAK_RIGHTS))
        return MSK_PERMISSION_REFUSED;
    if (sim_chance(w, 4))
        return MSK_PERMISSION_NOT_NOW;
    if (sim_chance(w, 4))
        return MSK_PERMISSION_NO_MSK;
    return sim_below(w, w->map.n_groups) < 5 && sim_chance(w, 8)
               ? MSK_PERMISSION_PENDING
               : MSK_PERMISSION_GRANTED;
}

static enum msk_permission
authorise(void *user, const struct msk_subscriber *subscriber,
          const struct msk_group_id *group)
{
    struct sim *w = user;
    uint8_t i = sim_group_index(w, group->domain, group->group);
    enum msk_permission permission = decide(w, subscriber, i);

    if (permission == MSK_PERMISSION_GRANTED)
        node.job->wanted |= UINT64_C(1) << i;
    return permission;
}

static size_t
service_groups(void *user, struct msk_bytes service, struct msk_group_id *ids,
               size_t cap)
{
    struct sim *w = user;
    uint8_t i = sim_service_index(w, service);
    struct msk_key_id id;
    size_t n = 0;

    if (i == SIM_SERVICES || w->map.service[i].server != node.server)
        return 0;
    for (uint8_t g = 0; g < w->map.n_groups; g++)
        if (sim_in(w->map.service[i].groups, g) && n++ < cap) {
            id = sim_group_id(w, g);
            ids[n - 1] = msk_key_id_group(&id);
        }
    return n;
}

static void
start_server(struct sim *w, uint8_t server)
{
    struct msk_bmsc_config c = { .size = sizeof c };

    c.layout = w->layout;
    c.ext = sim_below(w, 2) == 0 ? MSK_EXT_AFTER_HDR : MSK_EXT_BEFORE_KEMAC;
    c.fqdn = msk_text(sim_fqdn(server));
    c.crypto = host_crypto();
    c.random = &w->random;
    c.xml = &w->xml.xml;
    c.nonce_key = msk_text("the key of nonces, on all nodes");
    if (sim_part(w, SIM_PART_EXT) && w->layout == MSK_LAYOUT_CSB &&
        sim_below(w, 3) == 0)
        c.ext_type = MSK_EXT_KEY_TYPE;
    c.never_push = w->never[server] && w->broken != SIM_BREAK_NEVER;
    c.registration = w->registers[server];
    c.acks = w->acks[server];
    c.ack_sample = 2;
    c.retry = 500 + sim_below(w, 2500);
    c.retries = (uint32_t)(1 + sim_below(w, 6));
    c.authorise = authorise;
    c.find_group = find_group;
    c.service_groups = service_groups;
    if (msk_bmsc_init(&node.bmsc[server], node.memory[server],
                      sizeof node.memory[server], &c) != MSK_OK)
        sim_fail(w, "a node cannot be made");
}

void
sim_node_start(struct sim *w)
{
    memset(w->node, 0, sizeof w->node);
    node.has_old = 0;
    for (uint8_t i = 0; i < SIM_NODES; i++)
        w->node[i].up = true;
    for (uint8_t i = 0; i < w->map.n_servers; i++)
        start_server(w, i);
    if (msk_outbox_init(&node.outbox, node.outbox_memory,
                        sizeof node.outbox_memory, NULL) != MSK_OK)
        sim_fail(w, "a node has no outbox");
    apart_outbox(node.outbox);
}

/* --- calls ---------------------------------------------------------------- */

/* The keys of a bootstrap, as the BSF gives them to a node. */
static int
install(struct sim *w, uint8_t line, uint16_t run, const char *peer, bool again)
{
    struct msk_subscriber_config c = { .size = sizeof c };
    uint8_t muk[32], mrk[32], id = (uint8_t)('0' + line / SIM_SERVERS);
    msk_time expires = w->db.expires[line][run];
    char btid[48];

    sim_keys(line, run, btid, muk, mrk);
    c.btid = msk_text(btid);
    c.id = (struct msk_bytes){ &id, 1 };
    c.muk = (struct msk_bytes){ muk, 32 };
    c.mrk = (struct msk_bytes){ mrk, 32 };
    c.expires = expires == MSK_NEVER ? MSK_NEVER : EPOCH + expires;
    c.age = w->broken == SIM_BREAK_BIND ? w->now + w->steps : run;
    if (!again)
        c.address = msk_text(peer);
    return again ? msk_subscriber_rebind(&node.sub, &c)
                 : msk_subscriber_init(&node.sub, &c);
}

/* Loads the record. False: there is none. */
static bool
load(struct sim *w, struct sim_job *job)
{
    const struct sim_row *row = &w->db.row[job->line];

    job->version = row->version;
    if (!row->there)
        return false;
    if (msk_subscriber_unpack(
            &node.sub, (struct msk_bytes){ row->packed, row->n }) != MSK_OK)
        sim_fail(w, "the record of line %u is damaged", job->line);
    return true;
}

/* The run of the keys that the record has. */
static uint16_t
known_run(struct sim *w, const struct sim_job *job)
{
    uint16_t run = 0;
    uint8_t ue;

    if (!sim_keys_read(msk_subscriber_btid(&node.sub), &ue, &run) ||
        ue != job->line / SIM_SERVERS)
        sim_fail(w, "line %u has a strange B-TID", job->line);
    return run;
}

/* Whose request is it? A node that does not know the keys asks the BSF. It tells
 * any keys that there were, and the library knows which are too old; without
 * that part it knows the newest ones only, and the node is wise. */
static bool
identify(struct sim *w, struct sim_job *job,
         const struct msk_http_request *request)
{
    uint8_t buf[MSK_BTID_MAX], ue = 0;
    struct msk_bytes btid = { buf, 0 };
    uint16_t run = 0, known;
    bool wise = !sim_part(w, SIM_PART_BSF);

    if (msk_digest_server_btid(request, buf, sizeof buf, &btid.n) != MSK_OK ||
        !sim_keys_read(btid, &ue, &run))
        return false;
    job->line = sim_line(ue, node.server);
    if (run == 0 || run > w->db.run[job->line])
        return false;
    if (!load(w, job))
        return run == w->db.run[job->line] &&
               install(w, job->line, run, job->peer, false) == MSK_OK;
    known = known_run(w, job);
    if (known == run)
        return true;
    if (wise && (run < known || run != w->db.run[job->line]))
        return false;
    if (install(w, job->line, run, job->peer, true) != MSK_OK)
        return false;
    sim_say(w, "line %u: rebound to %u", job->line, run);
    return true;
}

static int
call_http(struct sim *w, struct sim_job *job)
{
    struct msk_http_request request = { .size = sizeof request };
    struct msk_http_header headers[SIM_HEADERS];

    request.method = msk_text("POST");
    request.target = (struct msk_bytes){ job->http.target, job->http.n_target };
    request.body = (struct msk_bytes){ job->http.body, job->http.n_body };
    request.headers = headers;
    request.n_headers = sim_http_headers(&job->http, headers);
    job->has_row = identify(w, job, &request);
    return msk_bmsc_answer(
        node.bmsc[node.server], w, job->has_row ? &node.sub : NULL, &request,
        msk_text(job->peer), sim_node_clock(w, job->node), node.outbox);
}

static int
call_group(struct sim *w, struct sim_job *job)
{
    const struct msk_bmsc *bmsc = node.bmsc[node.server];
    msk_time now = sim_node_clock(w, job->node);
    struct msk_key_group group;

    if (!load_group(w, job->group, &group))
        return MSK_ERR_REFUSED;
    if (job->op == SIM_OP_PULL)
        return msk_bmsc_pull(bmsc, w, &node.sub, &group, now, node.outbox);
    if (job->op == SIM_OP_AHEAD)
        return msk_bmsc_push_msk(bmsc, w, &node.sub, &group, MSK_ROLE_NEXT, now,
                                 node.outbox);
    return msk_bmsc_push(bmsc, w, &node.sub, &group, now, node.outbox);
}

/* What the operator does to a record; with keys of long ago that somebody
 * found in a backup. */
static int
call_operator(struct sim *w, struct sim_job *job)
{
    struct msk_key_id id = sim_group_id(w, job->group);
    struct msk_group_id group = msk_key_id_group(&id);

    if (job->op == SIM_OP_PART)
        msk_subscriber_part(&node.sub, &group);
    else if (job->op == SIM_OP_REAUTH)
        msk_subscriber_reauth(&node.sub);
    else if (job->op == SIM_OP_REBOOTSTRAP)
        msk_subscriber_rebootstrap(&node.sub);
    else
        return install(w, job->line,
                       (uint16_t)(1 + sim_below(w, w->db.run[job->line])), "",
                       true);
    return MSK_OK;
}

int
sim_node_call(struct sim *w, struct sim_job *job)
{
    msk_time now = sim_node_clock(w, job->node);

    node.server = job->line % SIM_SERVERS;
    node.job = job;
    if (job->op == SIM_OP_HTTP)
        return call_http(w, job);
    if (!load(w, job))
        return MSK_ERR_REFUSED;
    job->has_row = true;
    switch (job->op) {
    case SIM_OP_ACK:
        return msk_bmsc_take_ack(
            node.bmsc[node.server], w, &node.sub,
            (struct msk_bytes){ job->octets, job->n_octets }, now, node.outbox);
    case SIM_OP_TIMER:
        return msk_bmsc_timer(node.bmsc[node.server], w, &node.sub, now,
                              node.outbox);
    case SIM_OP_PUSH:
    case SIM_OP_AHEAD:
    case SIM_OP_PULL: return call_group(w, job);
    case SIM_OP_PART:
    case SIM_OP_REAUTH:
    case SIM_OP_REBOOTSTRAP:
    case SIM_OP_REBIND:
    case SIM_OP_HTTP: break;
    }
    return call_operator(w, job);
}
