/* SPDX-License-Identifier: MIT */
/* A node of the BM-SC: its configuration, what the library asks it, and the
 * calls, each on the record that was just loaded. */
#include <string.h>

#include "provider.h"
#include "sim.h"

#define EPOCH UINT64_C(1600000000000) /* the clock of a node at the start */

static struct {
    uint8_t memory[MSK_BMSC_SIZE], outbox_memory[MSK_OUTBOX_SIZE];
    const struct msk_bmsc *bmsc;
    struct msk_outbox *outbox;
    struct msk_key_group found; /* for find_group */
    struct msk_subscriber sub;  /* of the call under way */
} node;

msk_time
sim_node_clock(const struct sim *w, uint8_t i)
{
    return EPOCH + w->now + (uint64_t)w->node[i].skew;
}

const struct msk_bmsc *
sim_node_bmsc(void)
{
    return node.bmsc;
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

static const struct msk_key_group *
find_group(void *user, const uint8_t domain[3], uint16_t group)
{
    uint8_t i = sim_group_index(domain, group);
    uint64_t version;

    return i < SIM_GROUPS && sim_database_group(user, i, &node.found, &version)
               ? &node.found
               : NULL;
}

static int
authorise(void *user, const struct msk_subscriber *subscriber,
          const struct msk_key_id *id)
{
    struct msk_bytes name = msk_subscriber_id(subscriber);
    uint8_t i = sim_group_index(id->domain, id->group);
    struct sim *w = user;

    if (i == SIM_GROUPS || w->db.denied[name.p[0] - '0'][i])
        return 403;
    if (sim_chance(w, 4))
        return 503;
    if (sim_chance(w, 4))
        return 204;
    return sim_chance(w, 8) ? MSK_PENDING : 200;
}

static size_t
service_groups(void *user, struct msk_bytes service, struct msk_key_id *ids,
               size_t cap)
{
    uint8_t i = sim_service_index(service);
    size_t n = 0;

    (void)user;
    for (uint8_t g = 0; i < SIM_SERVICES && g < SIM_GROUPS && n < cap; g++)
        if ((sim_service_groups(i) >> g & 1) != 0)
            ids[n++] = sim_group_id(g);
    return n;
}

void
sim_node_start(struct sim *w)
{
    struct msk_bmsc_config c = { .size = sizeof c };

    memset(w->node, 0, sizeof w->node);
    for (uint8_t i = 0; i < SIM_NODES; i++)
        w->node[i].up = true;
    c.layout = w->layout;
    c.ext = sim_below(w, 2) == 0 ? MSK_EXT_AFTER_HDR : MSK_EXT_BEFORE_KEMAC;
    c.fqdn = msk_text(SIM_FQDN);
    c.crypto = host_crypto();
    c.random = &w->random;
    c.xml = &w->xml.xml;
    c.nonce_key = msk_text("the key of nonces, on all nodes");
    c.registration = w->registers;
    c.acks = w->acks;
    c.ack_sample = 2;
    c.retry = 500 + sim_below(w, 2500);
    c.retries = (uint32_t)(1 + sim_below(w, 6));
    c.authorise = authorise;
    c.find_group = find_group;
    c.service_groups = service_groups;
    if (msk_bmsc_init(&node.bmsc, node.memory, sizeof node.memory, &c) !=
            MSK_OK ||
        msk_outbox_init(&node.outbox, node.outbox_memory,
                        sizeof node.outbox_memory) != MSK_OK)
        sim_fail(w, "a node cannot be made");
}

/* --- calls ---------------------------------------------------------------- */

/* The keys of a bootstrap, as the BSF gives them to a node. */
static int
install(struct sim *w, uint8_t ue, uint16_t run, const char *peer, bool again)
{
    struct msk_subscriber_config c = { .size = sizeof c };
    uint8_t muk[32], mrk[32], id = (uint8_t)('0' + ue);
    char btid[48];

    sim_keys(ue, run, btid, muk, mrk);
    c.btid = msk_text(btid);
    c.id = (struct msk_bytes){ &id, 1 };
    c.muk = (struct msk_bytes){ muk, 32 };
    c.mrk = (struct msk_bytes){ mrk, 32 };
    c.expires =
        w->db.expires[ue] == MSK_NEVER ? MSK_NEVER : EPOCH + w->db.expires[ue];
    if (!again)
        c.address = msk_text(peer);
    return again ? msk_subscriber_rebind(&node.sub, &c)
                 : msk_subscriber_init(&node.sub, &c);
}

/* Loads the record. False: there is none. */
static bool
load(struct sim *w, struct sim_job *job)
{
    const struct sim_row *row = &w->db.row[job->ue];

    job->version = row->version;
    if (!row->there)
        return false;
    if (msk_subscriber_unpack(
            &node.sub, (struct msk_bytes){ row->packed, row->n }) != MSK_OK)
        sim_fail(w, "the record of ue %u is damaged", job->ue);
    return true;
}

/* Whose request is it? A node that does not know the keys asks the BSF, which
 * knows the newest ones only. */
static bool
identify(struct sim *w, struct sim_job *job,
         const struct msk_http_request *request)
{
    uint8_t buf[MSK_BTID_MAX], ue = 0, known_ue = 0;
    struct msk_bytes btid = { buf, 0 };
    uint16_t run = 0, known = 0;

    if (msk_digest_server_btid(request, buf, sizeof buf, &btid.n) != MSK_OK ||
        !sim_keys_read(btid, &ue, &run))
        return false;
    job->ue = ue;
    if (load(w, job)) {
        if (!sim_keys_read(msk_subscriber_btid(&node.sub), &known_ue, &known))
            sim_fail(w, "ue %u has a strange B-TID", ue);
        if (known == run)
            return true;
        if (run < known || run != w->db.run[ue])
            return false;
        sim_say(w, "ue %u: rebound to %u", ue, run);
        return install(w, ue, run, job->peer, true) == MSK_OK;
    }
    return run != 0 && run == w->db.run[ue] &&
           install(w, ue, run, job->peer, false) == MSK_OK;
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
    return msk_bmsc_http(node.bmsc, w, job->has_row ? &node.sub : NULL,
                         &request, msk_text(job->peer),
                         sim_node_clock(w, job->node), node.outbox);
}

static int
call_group(struct sim *w, struct sim_job *job)
{
    msk_time now = sim_node_clock(w, job->node);
    struct msk_key_group group;
    uint64_t version;

    if (!sim_database_group(w, job->group, &group, &version))
        return MSK_ERR_REFUSED;
    if (job->op == SIM_OP_PULL)
        return msk_bmsc_pull(node.bmsc, w, &node.sub, &group, now, node.outbox);
    return msk_bmsc_push(node.bmsc, w, &node.sub, &group, now, node.outbox);
}

/* What the operator does to a record. */
static void
call_operator(struct sim_job *job)
{
    struct msk_key_id id = sim_group_id(job->group);

    if (job->op == SIM_OP_PART)
        msk_subscriber_part(&node.sub, id.domain, id.group);
    else if (job->op == SIM_OP_REAUTH)
        msk_subscriber_reauth(&node.sub);
    else
        msk_subscriber_rebootstrap(&node.sub);
}

int
sim_node_call(struct sim *w, struct sim_job *job)
{
    msk_time now = sim_node_clock(w, job->node);

    if (job->op == SIM_OP_HTTP)
        return call_http(w, job);
    if (!load(w, job))
        return MSK_ERR_REFUSED;
    job->has_row = true;
    switch (job->op) {
    case SIM_OP_ACK:
        return msk_bmsc_ack(node.bmsc, w, &node.sub,
                            (struct msk_bytes){ job->octets, job->n_octets },
                            now, node.outbox);
    case SIM_OP_TIMER:
        return msk_bmsc_timer(node.bmsc, w, &node.sub, now, node.outbox);
    case SIM_OP_PUSH:
    case SIM_OP_PULL: return call_group(w, job);
    case SIM_OP_PART:
    case SIM_OP_REAUTH:
    case SIM_OP_REBOOTSTRAP:
    case SIM_OP_HTTP: break;
    }
    call_operator(job);
    return MSK_OK;
}
