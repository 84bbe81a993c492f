/* SPDX-License-Identifier: MIT */
/* The host of a UE: hands over what comes, does what its user wants, and
 * brings its keys. */
#include <stdio.h>
#include <string.h>

#include "sim.h"
#include "ue/group.h"
#include "ue/service.h"

#define EPOCH 1000000000 /* its clock at the start */

msk_time
sim_ue_clock(const struct sim_ue *u)
{
    return EPOCH + u->world->now + (uint64_t)u->skew;
}

void
sim_ue_address(const struct sim_ue *u, char out[MSK_PEER_MAX])
{
    (void)snprintf(out, MSK_PEER_MAX, "ue%u.%u", u->index, u->moves);
}

/* --- the end of a call --------------------------------------------------- */

static void
set_due(struct sim_ue *u)
{
    msk_time clock = sim_ue_clock(u), due = msk_ue_due(u->ue, clock);

    u->due = MSK_NEVER;
    if (due != MSK_NEVER)
        u->due = u->world->now + (due > clock ? due - clock : 0);
}

/* Is a service on that needs the group? */
static bool
needs(const struct sim_ue *u, uint8_t group)
{
    struct msk_key_id id = sim_group_id(group);
    size_t at = msk_ue_group_find(u->ue, id.domain, id.group);

    return at < u->ue->n_groups && msk_ue_group_needed(u->ue, at);
}

/* A message counts once, and only as it was sent. */
static void
check_message(struct sim_ue *u, int err)
{
    const struct sim_mark *m = &u->mark;

    if (err != MSK_OK && !u->told)
        return;
    if (u->spoiled)
        sim_fail(u->world, "ue %u: took a spoiled message", u->index);
    if (m->kind == MSK_MESSAGE_MSK &&
        !sim_ledger_note(u->world, SIM_FACT_TAKEN, m->ue, m->run, m->counter))
        sim_fail(u->world, "ue %u: T %u under MUK %u was taken twice", u->index,
                 m->counter, m->run);
    if (m->kind == MSK_MESSAGE_MSK && m->number == 0 && !u->pulled &&
        needs(u, m->group))
        sim_fail(u->world, "ue %u: a pull of group %u pulls nothing", u->index,
                 m->group);
}

static void
check_error(struct sim_ue *u, int err)
{
    if (err == MSK_ERR_REENTRY || err == MSK_ERR_ARGUMENT ||
        err == MSK_ERR_SPACE || err == MSK_ERR_RECORD ||
        err == MSK_ERR_CRYPTO || err == MSK_ERR_RANDOM ||
        err == MSK_ERR_LIMIT || err == MSK_ERR_POLICY)
        sim_fail(u->world, "ue %u: a call ended with %s", u->index,
                 msk_err_text(err));
    if (err == MSK_ERR_STORE && u->world->again)
        sim_fail(u->world, "ue %u: the store fails, says it", u->index);
}

/* The services that the session has started and not left. */
static void
look_at_services(struct sim_ue *u)
{
    u->on = 0;
    for (uint8_t i = 0; i < SIM_SERVICES; i++) {
        uint8_t id[32];
        struct msk_bytes name = { id, sim_service_name(i, id) };
        size_t at = msk_ue_service_find(u->ue, name);

        if (at < u->ue->n_services && msk_ue_service_is_on(u->ue, at))
            u->on |= UINT32_C(1) << i;
    }
}

/* The end of a call, which may be pending first. */
static void
finish(struct sim_ue *u, int err)
{
    u->pending = err == MSK_PENDING;
    if (u->pending) {
        struct sim_item *item =
            sim_queue_add(u->world, SIM_STORE, 1 + sim_below(u->world, 200));

        item->ue = u->index;
        item->tag = u->boot;
        u->due = MSK_NEVER;
        return;
    }
    check_error(u, err);
    if (u->call == SIM_CALL_RECEIVE)
        check_message(u, err);
    if (u->call == SIM_CALL_HTTP && err == MSK_OK && !u->believable)
        sim_fail(u->world, "ue %u: believed a lie", u->index);
    u->world->totals->believed +=
        u->call == SIM_CALL_HTTP && err == MSK_OK ? 1 : 0;
    if (u->call == SIM_CALL_KEYS && err != MSK_OK)
        sim_ue_keys_later(u);
    u->call = SIM_CALL_OTHER;
    sim_held_check(u);
    look_at_services(u);
    set_due(u);
}

static void
begin(struct sim_ue *u, enum sim_call call)
{
    u->call = call;
    u->told = u->pulled = false;
    u->commits = u->flash.commits;
}

void
sim_ue_end(struct sim_ue *u, int err)
{
    begin(u, SIM_CALL_OTHER);
    finish(u, err);
}

void
sim_ue_flash(struct sim_ue *u)
{
    uint32_t token = u->flash.token;

    if (!u->pending || !u->flash.waiting)
        sim_fail(u->world, "ue %u: nothing is pending", u->index);
    finish(u, msk_ue_complete(u->ue, token, sim_flash_answer(&u->flash),
                              sim_ue_clock(u)));
}

void
sim_ue_timer(struct sim_ue *u)
{
    begin(u, SIM_CALL_OTHER);
    finish(u, msk_ue_timer(u->ue, sim_ue_clock(u)));
}

/* --- what its user wants ------------------------------------------------- */

static int
set_keys(struct sim_ue *u)
{
    struct msk_ue_keys keys = { .size = sizeof keys };
    uint8_t muk[32], mrk[32];
    char btid[48];

    sim_keys(u->index, u->run, btid, muk, mrk);
    keys.btid = msk_text(btid);
    keys.muk = (struct msk_bytes){ muk, 32 };
    keys.mrk = (struct msk_bytes){ mrk, 32 };
    sim_say(u->world, "ue %u: has keys %u", u->index, u->run);
    u->handed = 0;
    return msk_ue_set_keys(u->ue, &keys, sim_ue_clock(u));
}

static int
start(struct sim_ue *u, uint8_t i)
{
    struct msk_service s = { .size = sizeof s };
    struct msk_bytes server = msk_text("http://" SIM_FQDN ":8080");
    struct msk_flow flows[SIM_GROUPS];
    uint8_t id[32], names[SIM_GROUPS][32];

    for (uint8_t g = 0; g < SIM_GROUPS; g++) {
        if ((sim_service_groups(i) >> g & 1) == 0)
            continue;
        flows[s.n_flows].id.p = names[g];
        flows[s.n_flows].id.n = sim_flow_name(g, names[g]);
        memcpy(flows[s.n_flows].domain, sim_domain, 3);
        flows[s.n_flows++].group = sim_group_id(g).group;
    }
    s.id = (struct msk_bytes){ id, sim_service_name(i, id) };
    s.servers = &server;
    s.n_servers = 1;
    s.flows = flows;
    s.offset_time = (uint32_t)sim_below(u->world, 3);
    s.random_period = (uint32_t)sim_below(u->world, 4);
    sim_say(u->world, "ue %u: starts service %u", u->index, i);
    return msk_ue_start(u->ue, &s, sim_ue_clock(u));
}

static int
stop(struct sim_ue *u, uint8_t i)
{
    struct msk_bytes name;
    uint8_t id[32];

    name = (struct msk_bytes){ id, sim_service_name(i, id) };
    sim_say(u->world, "ue %u: stops service %u", u->index, i);
    return msk_ue_stop(u->ue, name, sim_ue_clock(u));
}

/* What failed is done again by chaos, or when all is calm. */
static void
start_one(struct sim_ue *u, uint8_t i)
{
    const uint32_t bit = UINT32_C(1) << i;
    int err;

    begin(u, SIM_CALL_OTHER);
    if ((u->to_stop & bit) != 0) {
        u->to_stop &= ~bit;
        err = (u->on & bit) != 0 ? stop(u, i) : MSK_OK;
    } else {
        u->to_start &= ~bit;
        err = start(u, i);
    }
    finish(u, err);
}

void
sim_ue_work(struct sim_ue *u)
{
    while (u->up && !u->pending) {
        uint8_t i = 0;

        if (u->to_keys) {
            u->to_keys = false;
            begin(u, SIM_CALL_KEYS);
            finish(u, set_keys(u));
            continue;
        }
        while (i < SIM_SERVICES && ((u->to_start | u->to_stop) >> i & 1) == 0)
            i++;
        if (i == SIM_SERVICES)
            return;
        start_one(u, i);
    }
}

/* --- what comes ---------------------------------------------------------- */

static void
receive(struct sim_ue *u, const struct sim_item *item)
{
    char own[MSK_PEER_MAX];

    sim_ue_address(u, own);
    if (strcmp(own, item->peer) != 0)
        return; /* it has moved */
    begin(u, SIM_CALL_RECEIVE);
    u->mark = item->mark;
    u->spoiled = item->spoiled;
    finish(u, msk_ue_receive(u->ue, (struct msk_bytes){ item->octets, item->n },
                             msk_text("bmsc"), sim_ue_clock(u)));
}

/* An answer that comes too late is the answer to nothing. */
static void
take_answer(struct sim_ue *u, const struct sim_item *item)
{
    struct msk_http_response response = { .size = sizeof response };
    struct msk_http_header headers[SIM_HEADERS];
    const struct sim_http *http = &item->http;
    int err;

    if (!u->asked || item->tag != u->tag)
        return;
    begin(u, SIM_CALL_HTTP);
    u->asked = false;
    response.status = http->status;
    response.headers = headers;
    response.n_headers = sim_http_headers(http, headers);
    response.body = (struct msk_bytes){ http->body, http->n_body };
    u->believable = item->kind == SIM_HANGUP || http->status == 401 ||
                    (!http->lie && !http->cut);
    err = msk_ue_http(u->ue, item->kind == SIM_HANGUP ? NULL : &response,
                      sim_ue_clock(u));
    if (err == MSK_ERR_STATE) { /* it waited no longer */
        u->call = SIM_CALL_OTHER;
        err = MSK_OK;
    }
    finish(u, err);
}

static void
again_later(struct sim_ue *u, struct sim_item *item)
{
    struct sim_item *again =
        sim_queue_add(u->world, item->kind, 1 + sim_below(u->world, 20));
    struct sim_item copy = *item;

    if (again == NULL)
        return;
    copy.at = again->at;
    copy.order = again->order;
    copy.used = true;
    *again = copy;
}

/* While a call is pending, every other one is refused and changes nothing. */
void
sim_ue_item(struct sim_ue *u, struct sim_item *item)
{
    if (!u->up)
        return;
    if (u->pending) {
        if (msk_ue_timer(u->ue, sim_ue_clock(u)) != MSK_ERR_BUSY)
            sim_fail(u->world, "ue %u: is not busy", u->index);
        again_later(u, item);
        return;
    }
    if (item->kind == SIM_TO_UE)
        receive(u, item);
    else
        take_answer(u, item);
}
