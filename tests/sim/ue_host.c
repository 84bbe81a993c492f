/* SPDX-License-Identifier: MIT */
/* The host of a UE: hands over what comes to the session that it is for, does
 * what its user wants, and brings its keys. */
#include <stdio.h>
#include <string.h>

#include "sim.h"
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

/* --- what is on ---------------------------------------------------------- */

bool
sim_needs(const struct sim_session *s, uint8_t group)
{
    const struct sim_map *map = &s->device->world->map;

    for (uint8_t i = 0; i < map->n_services; i++)
        if (sim_in(s->on, i) && sim_in(map->service[i].groups, group))
            return true;
    return false;
}

bool
sim_needed(const struct sim_ue *u, uint8_t group)
{
    for (uint8_t i = 0; i < u->world->map.n_servers; i++)
        if (sim_needs(&u->session[i], group))
            return true;
    return false;
}

uint8_t
sim_required(const struct sim_ue *u, uint8_t group)
{
    const struct sim_map *map = &u->world->map;
    uint8_t set = 0;

    for (uint8_t k = 0; k < map->n_servers; k++)
        for (uint8_t i = 0; i < map->n_services; i++)
            if (sim_in(u->session[k].on, i) &&
                sim_in(map->service[i].groups, group))
                set |= u->session[k].terms[i].require;
    return set;
}

/* --- the end of a call --------------------------------------------------- */

static void
set_due(struct sim_session *s)
{
    struct sim *w = s->device->world;
    msk_time clock = sim_ue_clock(s->device), due = msk_ue_due(s->ue, clock);

    s->due = MSK_NEVER;
    if (due != MSK_NEVER)
        s->due = w->now + (due > clock ? due - clock : 0);
}

/* A message counts once, and only as it was sent, and for whom. */
static void
check_message(struct sim_session *s, int err)
{
    const struct sim_mark *m = &s->mark;
    struct sim *w = s->device->world;

    if (err != MSK_OK && !s->told)
        return;
    if (s->spoiled)
        sim_fail(w, "line %u: took a spoiled message", s->line);
    if (m->kind == MSK_MESSAGE_MSK && m->line != s->line)
        sim_fail(w, "line %u: took a message for line %u", s->line, m->line);
    if (m->kind == MSK_MESSAGE_MSK &&
        !sim_ledger_note(w, SIM_FACT_TAKEN, m->line, m->run, m->counter))
        sim_fail(w, "line %u: T %u under MUK %u was taken twice", s->line,
                 m->counter, m->run);
    if (m->kind == MSK_MESSAGE_MSK && m->number == 0 && !s->pulled &&
        sim_needs(s, m->group))
        sim_fail(w, "line %u: a pull of group %u pulls nothing", s->line,
                 m->group);
}

/* A policy may be hurt where an SP switches something off; old keys are
 * refused where a configuration was put back. */
static void
check_error(struct sim_session *s, int err)
{
    struct sim *w = s->device->world;

    if (err == MSK_ERR_REENTRY || err == MSK_ERR_ARGUMENT ||
        err == MSK_ERR_SPACE || err == MSK_ERR_RECORD ||
        err == MSK_ERR_CRYPTO || err == MSK_ERR_RANDOM || err == MSK_ERR_LIMIT)
        sim_fail(w, "line %u: a call ended with %s", s->line,
                 msk_err_text(err));
    if (err == MSK_ERR_POLICY &&
        (s->call != SIM_CALL_RECEIVE || s->mark.kind == 0 ||
         w->map.group[s->mark.group].off == 0))
        sim_fail(w, "line %u: a call ended with %s", s->line,
                 msk_err_text(err));
    if (err == MSK_ERR_STORE && w->again)
        sim_fail(w, "line %u: the store fails, says it", s->line);
}

/* What the host was told is what the session thinks. */
static void
check_services(struct sim_session *s)
{
    for (uint8_t i = 0; i < s->device->world->map.n_services; i++) {
        size_t at = msk_ue_service_find(s->ue, sim_service_name(i));
        bool on =
            at < s->ue->n_services && msk_ue_flows_any(s->ue, at, MSK_UE_ANY);

        if (on != sim_in(s->on, i))
            sim_fail(s->device->world,
                     "line %u: service %u is %s, and nobody told", s->line, i,
                     on ? "on" : "off");
    }
}

static void
end_start(struct sim_session *s, int err)
{
    uint8_t i = s->starting;

    s->starting = SIM_SERVICES;
    if (i == SIM_SERVICES || err != MSK_OK)
        return;
    s->terms[i] = s->says[i];
    if (s->left[i] == MSK_REASON_NONE)
        s->on |= UINT32_C(1) << i;
}

/* It may be that of another session: that one is to be asked. Both servers
 * know the UE by the same B-TID, so in CSB the counter or the MAC may say it
 * first. An MSK that is not held may be had from the other server alone. */
static void
hand_on(struct sim_session *s, int err)
{
    struct sim_ue *u = s->device;
    struct sim_item *item = &s->datagram;
    unsigned all = (1u << u->world->map.n_servers) - 1;

    item->tried |= (uint8_t)(1u << s->server);
    if ((err != MSK_ERR_NOT_MINE && err != MSK_ERR_NO_MUK &&
         err != MSK_ERR_MAC && err != MSK_ERR_REPLAY && err != MSK_ERR_NO_MSK &&
         err != MSK_ERR_INVALIDATED) ||
        item->tried == all)
        return;
    if (u->pending == NULL)
        sim_ue_item(u, item); /* at once: the next message must not overtake */
    else
        (void)sim_queue_again(u->world, item, 0);
}

static void
wait_for_flash(struct sim_session *s)
{
    struct sim *w = s->device->world;
    struct sim_item *item = sim_queue_add(w, SIM_STORE, 1 + sim_below(w, 200));

    s->device->pending = s;
    item->ue = s->device->index;
    item->tag = s->device->boot;
    s->due = MSK_NEVER;
}

static void
check_call(struct sim_session *s, int err)
{
    struct sim *w = s->device->world;

    check_error(s, err);
    if (s->call == SIM_CALL_RECEIVE)
        check_message(s, err);
    if (s->call == SIM_CALL_HTTP && err == MSK_OK && !s->believable)
        sim_fail(w, "line %u: believed a lie", s->line);
    w->totals->believed += s->call == SIM_CALL_HTTP && err == MSK_OK ? 1 : 0;
}

/* The end of a call, which may be pending first. False: the MGV-F was busy
 * with the call of another session, and nothing was done. */
static bool
finish(struct sim_session *s, int err)
{
    struct sim_ue *u = s->device;
    enum sim_call call = s->call;

    if (err == MSK_PENDING) {
        wait_for_flash(s);
        return true;
    }
    if (err == MSK_ERR_BUSY && u->pending == NULL)
        sim_fail(u->world, "line %u: busy with what?", s->line);
    check_call(s, err);
    end_start(s, err);
    if (call == SIM_CALL_KEYS && err == MSK_ERR_OLD_KEY)
        sim_ue_keys_refused(s);
    else if (call == SIM_CALL_KEYS && err != MSK_OK)
        sim_ue_keys_later(s);
    s->call = SIM_CALL_OTHER;
    if (u->pending == NULL) {
        sim_held_check(u);
        if (err == MSK_OK || call == SIM_CALL_RECEIVE) /* not refused at once */
            sim_held_told(s);
    }
    check_services(s);
    set_due(s);
    if (call == SIM_CALL_RECEIVE && err != MSK_OK)
        sim_say(u->world, "line %u: does not take it: %s", s->line,
                msk_err_text(err));
    if (call == SIM_CALL_RECEIVE)
        hand_on(s, err);
    return err != MSK_ERR_BUSY;
}

static void
begin(struct sim_session *s, enum sim_call call)
{
    s->call = call;
    s->told = s->pulled = false;
    s->starting = SIM_SERVICES;
    s->commits = s->device->flash.commits;
    s->began = sim_ue_clock(s->device);
}

void
sim_ue_end(struct sim_session *s, int err)
{
    (void)finish(s, err);
}

void
sim_ue_flash(struct sim_ue *u)
{
    struct sim_session *s = u->pending;
    uint32_t token = u->flash.token;
    int err;

    if (s == NULL || !u->flash.waiting)
        sim_fail(u->world, "ue %u: nothing is pending", u->index);
    err = sim_flash_answer(&u->flash);
    u->pending = NULL;
    (void)finish(s, msk_ue_complete(s->ue, token, err, sim_ue_clock(u)));
}

void
sim_ue_timer(struct sim_session *s)
{
    begin(s, SIM_CALL_OTHER);
    (void)finish(s, msk_ue_timer(s->ue, sim_ue_clock(s->device)));
}

/* --- what its user wants ------------------------------------------------- */

/* A host that does not keep when its keys were bootstrapped. */
static uint64_t
age_of(const struct sim_session *s)
{
    const struct sim *w = s->device->world;

    if (w->broken == SIM_BREAK_AGES)
        return w->now + w->steps;
    return w->broken == SIM_BREAK_SAME ? 1 : s->run;
}

static int
set_keys(struct sim_session *s)
{
    struct msk_ue_keys keys = { .size = sizeof keys };
    uint8_t muk[32], mrk[32];
    char btid[48];

    sim_keys(s->line, s->run, btid, muk, mrk);
    keys.btid = msk_text(btid);
    keys.muk = (struct msk_bytes){ muk, 32 };
    keys.mrk = (struct msk_bytes){ mrk, 32 };
    keys.age = age_of(s);
    sim_say(s->device->world, "line %u: has keys %u", s->line, s->run);
    s->handed = 0;
    s->given = s->run;
    return msk_ue_set_keys(s->ue, &keys, sim_ue_clock(s->device));
}

static enum msk_switch
said(const struct sim_session *s, uint8_t i, enum msk_require what)
{
    uint8_t require = s->says[i].require;

    if (s->device->world->broken == SIM_BREAK_TERMS)
        require = MSK_REQUIRE_NOTHING;
    return (require & what) != 0 ? MSK_SWITCH_ON : MSK_SWITCH_OFF;
}

static int
start(struct sim_session *s, uint8_t i)
{
    struct sim *w = s->device->world;
    struct msk_service service = { .size = sizeof service };
    struct msk_flow flows[SIM_GROUPS];
    struct msk_bytes server;
    char url[64];

    for (uint8_t g = 0; g < w->map.n_groups; g++) {
        struct msk_flow *flow = &flows[service.n_flows];
        struct msk_key_id key = sim_group_id(w, g);

        if (!sim_in(w->map.service[i].groups, g))
            continue;
        flow->id = sim_flow_name(g);
        memcpy(flow->group.domain, key.domain, 3);
        flow->group.group = key.group;
        service.n_flows++;
        s->device->strict[g] |= s->says[i].require;
        if (!sim_needs(s, g))
            s->asks[g].since = MSK_NEVER;
    }
    (void)snprintf(url, sizeof url, "http://%s:8080", sim_fqdn(s->server));
    server = msk_text(url);
    service.id = sim_service_name(i);
    service.servers = &server;
    service.n_servers = 1;
    service.flows = flows;
    service.confidentiality = said(s, i, MSK_REQUIRE_CONFIDENTIALITY);
    service.integrity = said(s, i, MSK_REQUIRE_INTEGRITY);
    service.offset_time = (uint32_t)sim_below(w, 3);
    service.random_period = (uint32_t)sim_below(w, 4);
    sim_say(w, "line %u: starts service %u", s->line, i);
    s->starting = i;
    if (!sim_in(s->on, i))
        s->wished[i] =
            w->registers[s->server] ? sim_ue_clock(s->device) : MSK_NEVER;
    s->left[i] = MSK_REASON_NONE;
    return msk_ue_start(s->ue, &service, sim_ue_clock(s->device));
}

/* A host that tidies up the MGV-F by itself. */
static void
forget_for_all(struct sim_ue *u, uint8_t service)
{
    struct sim *w = u->world;

    u->flash.quiet = true;
    for (uint8_t g = 0; g < w->map.n_groups; g++) {
        struct msk_key_id id = sim_group_id(w, g);
        struct msk_group_id group = msk_key_id_group(&id);

        if (sim_in(w->map.service[service].groups, g))
            for (uint8_t k = 0; k < w->map.n_servers; k++)
                (void)msk_mgvf_forget(u->mgvf, msk_text(sim_fqdn(k)), &group);
    }
    u->flash.quiet = false;
}

static int
stop(struct sim_session *s, uint8_t i)
{
    if (s->device->world->broken == SIM_BREAK_OWNERS)
        forget_for_all(s->device, i);
    sim_say(s->device->world, "line %u: stops service %u", s->line, i);
    return msk_ue_stop(s->ue, sim_service_name(i), sim_ue_clock(s->device));
}

/* What failed is done again by chaos, or when all is calm. False: busy. */
static bool
start_one(struct sim_session *s, uint8_t i)
{
    const uint32_t bit = UINT32_C(1) << i;
    uint32_t *list = (s->to_stop & bit) != 0 ? &s->to_stop : &s->to_start;

    *list &= ~bit;
    if (list == &s->to_stop && (s->on & bit) == 0)
        return true;
    begin(s, SIM_CALL_OTHER);
    if (finish(s, list == &s->to_stop ? stop(s, i) : start(s, i)))
        return true;
    *list |= bit;
    return false;
}

static bool
bring_keys(struct sim_session *s)
{
    s->to_keys = false;
    begin(s, SIM_CALL_KEYS);
    if (finish(s, set_keys(s)))
        return true;
    s->to_keys = true;
    return false;
}

/* False: there is nothing to do, or it cannot be done now. */
static bool
work_one(struct sim_session *s)
{
    uint8_t i = 0;

    if (s->to_keys)
        return bring_keys(s);
    while (i < SIM_SERVICES && !sim_in(s->to_start | s->to_stop, i))
        i++;
    return i < SIM_SERVICES && start_one(s, i);
}

void
sim_ue_work(struct sim_ue *u)
{
    for (uint8_t k = 0; k < u->world->map.n_servers; k++)
        while (u->up && u->pending == NULL && work_one(&u->session[k]))
            continue;
}

/* --- what comes ---------------------------------------------------------- */

/* How long a host waits for the flash before it tries again. */
static msk_time
again_after(struct sim *w)
{
    return 20 + sim_below(w, 150);
}

/* The session that is to be asked next. */
static struct sim_session *
next_session(struct sim_ue *u, const struct sim_item *item)
{
    uint8_t n = u->world->map.n_servers, k = (uint8_t)sim_below(u->world, n);

    while ((item->tried >> k & 1) != 0)
        k = (uint8_t)((k + 1) % n);
    return &u->session[k];
}

static void
receive(struct sim_ue *u, const struct sim_item *item)
{
    struct sim_session *s = next_session(u, item);
    char own[MSK_PEER_MAX];

    sim_ue_address(u, own);
    if (strcmp(own, item->peer) != 0)
        return; /* it has moved */
    if (s == u->pending) {
        (void)sim_queue_again(u->world, item, again_after(u->world));
        return;
    }
    if (&s->datagram != item) {
        memcpy(&s->datagram, item, offsetof(struct sim_item, octets));
        memcpy(s->datagram.octets, item->octets, item->n);
    }
    begin(s, SIM_CALL_RECEIVE);
    s->mark = item->mark;
    s->spoiled = item->spoiled;
    if (!finish(s, msk_ue_receive(s->ue,
                                  (struct msk_bytes){ item->octets, item->n },
                                  msk_text(s->server == 0 ? "bmsc0" : "bmsc1"),
                                  sim_ue_clock(u))))
        (void)sim_queue_again(u->world, item, again_after(u->world));
}

/* An error says when to ask again; nothing protects it. */
static msk_time
asked_to_wait(const struct sim_item *item)
{
    const struct sim_http *http = &item->http;
    msk_time after = http->after * (msk_time)SIM_SECOND;

    if (item->kind == SIM_HANGUP || http->status < 100 || http->status == 200 ||
        http->status == 401)
        return 0;
    return after < SIM_AFTER_MAX ? after : SIM_AFTER_MAX;
}

static void
wait_for_server(struct sim_session *s, msk_time after)
{
    if (after == 0)
        return;
    s->hold = s->began + after;
    s->device->world->totals->waits++;
    sim_say(s->device->world, "line %u: is to wait for %llu ms", s->line,
            (unsigned long long)after);
}

/* An answer that comes too late is the answer to nothing. */
static void
take_answer(struct sim_session *s, const struct sim_item *item)
{
    struct msk_http_response response = { .size = sizeof response };
    struct msk_http_header headers[SIM_HEADERS];
    const struct sim_http *http = &item->http;
    msk_time after = asked_to_wait(item); /* its place is free in the call */
    int err;

    if (!s->asked || item->tag != s->tag)
        return;
    begin(s, SIM_CALL_HTTP);
    response.status = http->status;
    response.headers = headers;
    response.n_headers = sim_http_headers(http, headers);
    response.body = (struct msk_bytes){ http->body, http->n_body };
    s->believable = item->kind == SIM_HANGUP || http->status == 401 ||
                    (!http->lie && !http->cut);
    s->asked = false;
    err =
        msk_ue_take_response(s->ue, item->kind == SIM_HANGUP ? NULL : &response,
                             sim_ue_clock(s->device));
    if (err == MSK_ERR_STATE) { /* it waited no longer: that was no call */
        s->call = SIM_CALL_OTHER;
        return;
    }
    if (err != MSK_ERR_BUSY)
        wait_for_server(s, after);
    if (!finish(s, err)) {
        s->asked = true;
        (void)sim_queue_again(s->device->world, item, 20);
    }
}

/* While a call is pending, every other one of the session is refused and
 * changes nothing. */
static void
check_busy(struct sim_session *s)
{
    struct sim_ue *u = s->device;

    if (msk_ue_timer(s->ue, sim_ue_clock(u)) != MSK_ERR_BUSY)
        sim_fail(u->world, "line %u: is not busy", s->line);
}

void
sim_ue_item(struct sim_ue *u, const struct sim_item *item)
{
    struct sim_session *s = sim_session(u->world, item->line);

    if (!u->up)
        return;
    if (u->pending != NULL)
        check_busy(u->pending);
    if (item->kind == SIM_TO_UE)
        receive(u, item);
    else if (s == u->pending)
        (void)sim_queue_again(u->world, item, again_after(u->world));
    else
        take_answer(s, item);
}
