/* SPDX-License-Identifier: MIT */
/* What a session tells its host, and what of it may not be. */
#include <string.h>

#include "sim.h"
#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/service.h"

#define WINDOW (10 * SIM_SECOND)
#define REQUESTS 60     /* in such a window: a storm */
#define CALM SIM_SECOND /* between two requests for a group */
#define HANDED 6        /* requests that one exchange may take */
#define BEGGED 2        /* bootstraps: for want of keys, and for a 401 */
#define PATIENCE (60 * SIM_SECOND) /* by default */

/* Only an authentic message that asks for it is acknowledged, and only when
 * it is stored. */
static void
send_mikey(void *user, struct msk_bytes peer, struct msk_bytes message)
{
    struct sim_session *s = user;
    struct sim *w = s->device->world;
    struct sim_mark mark = s->mark;

    w->totals->acks++;
    if (s->call != SIM_CALL_RECEIVE || s->spoiled ||
        mark.kind != MSK_MESSAGE_MSK || mark.number == 0)
        sim_fail(w, "line %u: an acknowledgement of nothing", s->line);
    if (s->device->flash.commits == s->commits)
        sim_fail(w, "line %u: an acknowledgement before the commit", s->line);
    if (peer.n != 5 || memcmp(peer.p, s->server == 0 ? "bmsc0" : "bmsc1", 5))
        sim_fail(w, "line %u: an acknowledgement to whom?", s->line);
    mark.kind = MSK_MESSAGE_VERIFICATION;
    sim_network_to_bmsc(w, s->server, message, &mark);
}

static void
check_storm(struct sim_session *s)
{
    struct sim *w = s->device->world;

    if (w->now - s->window.start > WINDOW) {
        s->window.start = w->now;
        s->window.n = 0;
    }
    if (++s->window.n > REQUESTS)
        sim_fail(w, "line %u: a storm of requests", s->line);
    if (++s->handed > HANDED)
        sim_fail(w, "line %u: one request, and %u exchanges", s->line,
                 s->handed);
}

/* What the last answer said about the next one is waited for, within the cap
 * of the session. */
static void
check_hold(struct sim_session *s)
{
    msk_time now = sim_ue_clock(s->device);

    if (now < s->hold)
        sim_fail(s->device->world, "line %u: asks %llu ms too early", s->line,
                 (unsigned long long)(s->hold - now));
    s->hold = 0;
}

static void
send_http(void *user, const struct msk_http_request *request)
{
    static struct sim_http http;
    struct sim_session *s = user;
    struct sim *w = s->device->world;

    check_storm(s);
    check_hold(s);
    http.status = 0;
    http.after = 0;
    http.lie = http.cut = false;
    http.n_headers = http.n_text = 0;
    if (request->target.n > sizeof http.target ||
        request->body.n > sizeof http.body)
        sim_fail(w, "line %u: a request is too long", s->line);
    http.n_target = request->target.n;
    memcpy(http.target, request->target.p, request->target.n);
    http.n_body = request->body.n;
    memcpy(http.body, request->body.p, request->body.n);
    for (size_t i = 0; i < request->n_headers; i++)
        sim_http_put(w, &http, request->headers[i].name,
                     request->headers[i].value);
    s->tag++;
    s->asked = true;
    sim_say(w, "line %u: asks %.*s (%zu headers)", s->line, (int)http.n_target,
            (const char *)http.target, http.n_headers);
    sim_network_request(w, s->line, s->tag, &http);
}

/* The group is asked for anew. */
static void
begin_anew(struct sim_session *s, uint8_t g)
{
    s->asks[g].since = MSK_NEVER;
}

/* SEQl says how far the MTKs have come, and shuts out none that is sent
 * (decision 28). An MSK may also be made of no use. */
static void
check_seq_low(struct sim_session *s, uint8_t g, const struct msk_msk_event *msk)
{
    struct sim *w = s->device->world;
    const struct sim_mark *m = &s->mark;
    uint16_t made = w->db.group[g].made[msk->id.number];

    if (w->width == SIM_WIDTH_OLD || msk->seq_low >= msk->seq_high ||
        s->call != SIM_CALL_RECEIVE)
        return;
    if (msk->seq_low > made)
        sim_fail(w, "line %u: SEQl %u, and MTK %u is the last of group %u",
                 s->line, msk->seq_low, made, g);
    if (msk->seq_low < m->past)
        sim_fail(w, "line %u: SEQl %u, and MTK %u is past in group %u", s->line,
                 msk->seq_low, m->past, g);
}

static void
on_msk(void *user, const struct msk_msk_event *msk)
{
    struct sim_session *s = user;
    struct sim *w = s->device->world;
    uint8_t g = sim_group_index(w, msk->id.domain, msk->id.group);

    w->totals->stored++;
    s->told = true;
    sim_say(w, "line %u: holds group %u number %u, %u..%u", s->line, g,
            msk->id.number, msk->seq_low, msk->seq_high);
    sim_held_stored(s, msk);
    check_seq_low(s, g, msk);
    if (msk->seq_low >= msk->seq_high)
        return; /* it is used up: none came */
    begin_anew(s, g);
    s->asks[g].refused = false;
}

static void
on_mtk(void *user, const struct msk_mtk_event *mtk)
{
    struct sim_session *s = user;

    s->device->world->totals->mtks++;
    s->told = true;
    sim_held_mtk(s, mtk);
}

static void
on_msk_deleted(void *user, const struct msk_key_id *id)
{
    const struct sim_session *s = user;

    if (s->device->world->broken != SIM_BREAK_TELL)
        sim_held_deleted(user, id);
}

static void
on_bootstrap_needed(void *user, enum msk_reason reason)
{
    struct sim_session *s = user;

    sim_say(s->device->world, "line %u: needs keys (%d)", s->line, (int)reason);
    if (++s->begged > BEGGED)
        sim_fail(s->device->world, "line %u: one request, and %u bootstraps",
                 s->line, s->begged);
    sim_ue_bootstrap(s);
}

/* Nobody who has no keys makes a UE leave, and not within a minute of silence
 * (decision 21). On a perfect network nobody leaves. */
static void
check_patience(struct sim_session *s, uint8_t i, uint8_t g)
{
    struct sim *w = s->device->world;
    msk_time now = sim_ue_clock(s->device), since = s->asks[g].since;

    if (s->wished[i] < since)
        since = s->wished[i];
    if (since == MSK_NEVER)
        sim_fail(w, "line %u: left, and never asked for group %u", s->line, g);
    if (now - since < PATIENCE)
        sim_fail(w, "line %u: left after %llu ms", s->line,
                 (unsigned long long)(now - since));
    if (w->calm && now - since < w->now - w->calm_at &&
        (w->map.group[g].off & s->device->strict[g]) == 0)
        sim_fail(w, "line %u: left for group %u on a perfect network", s->line,
                 g);
}

/* Decision 21: nothing good is held, and either the BM-SC said no, or nothing
 * came in time. */
static void
check_leave(struct sim_session *s, const struct msk_leave_event *leave)
{
    struct sim *w = s->device->world;
    uint8_t g = sim_group_index(w, leave->group.domain, leave->group.group);

    if (g == SIM_GROUPS)
        sim_fail(w, "line %u: left for no group", s->line);
    if (sim_held_good(s->device, g))
        sim_fail(w, "line %u: left with an MSK that is good", s->line);
    switch (leave->reason) {
    case MSK_REASON_REFUSED:
        if (!s->asks[g].refused)
            sim_fail(w, "line %u: left, and nobody said no", s->line);
        return;
    case MSK_REASON_PATIENCE:
        check_patience(s, sim_service_index(w, leave->service), g);
        return;
    case MSK_REASON_POLICY:
        if ((w->map.group[g].off & s->device->strict[g]) == 0)
            sim_fail(w, "line %u: left for an SP that is right", s->line);
        check_patience(s, sim_service_index(w, leave->service), g);
        return;
    case MSK_REASON_NO_MSK:
    case MSK_REASON_UNREACHABLE:
    case MSK_REASON_UNVERIFIED:
    case MSK_REASON_NONE:
    case MSK_REASON_NO_KEYS:
    case MSK_REASON_RENEGOTIATE:
    case MSK_REASON_USER:
        sim_fail(w, "line %u: left for reason %d", s->line, (int)leave->reason);
    }
}

/* In the call that starts a service it is not on yet. */
static bool
is_started(const struct sim_session *s, uint8_t g)
{
    return s->starting < SIM_SERVICES &&
           sim_in(s->device->world->map.service[s->starting].groups, g);
}

static void
on_leave(void *user, const struct msk_leave_event *leave)
{
    struct sim_session *s = user;
    struct sim *w = s->device->world;
    uint8_t i = sim_service_index(w, leave->service);

    sim_say(w, "line %u: leaves service %u for reason %d", s->line, i,
            (int)leave->reason);
    if (i == SIM_SERVICES || w->map.service[i].server != s->server)
        sim_fail(w, "line %u: left what it never joined", s->line);
    w->totals->left[leave->reason]++;
    s->left[i] = leave->reason;
    s->on &= ~(UINT32_C(1) << i);
    if (leave->reason != MSK_REASON_USER)
        check_leave(s, leave);
    for (uint8_t g = 0; g < w->map.n_groups; g++)
        if (sim_in(w->map.service[i].groups, g)) {
            s->asks[g].sent = false;
            if (!sim_needs(s, g) && !is_started(s, g))
                begin_anew(s, g);
        }
}

static bool
is_no(int code)
{
    return code >= 300 && code != 401 && code != 503;
}

static void
asked(struct sim_session *s, uint8_t g, msk_time at)
{
    if (s->asks[g].since == MSK_NEVER)
        s->asks[g].since = at;
}

/* It is registered: its MSKs must come. That is told when the call ends; the
 * answer was there when it began. */
static void
registered(struct sim_session *s, uint8_t i)
{
    const struct sim_map *map = &s->device->world->map;

    s->wished[i] = MSK_NEVER;
    for (uint8_t g = 0; g < map->n_groups; g++)
        if (sim_in(map->service[i].groups, g))
            asked(s, g, s->began);
}

static void
judged(struct sim_session *s, uint8_t g, const struct msk_result_event *result)
{
    s->asks[g].refused |= is_no(result->code) && result->id.number == 0;
    if (result->confirmed)
        begin_anew(s, g);
}

static void
on_result(void *user, const struct msk_result_event *result)
{
    struct sim_session *s = user;
    struct sim *w = s->device->world;
    uint64_t groups = 0;
    uint8_t i;

    sim_say(w, "line %u: result of %d: %d, reason %d", s->line,
            (int)result->procedure, result->code, (int)result->reason);
    i = sim_service_index(w, result->service);
    if (result->procedure == MSK_PROCEDURE_MSK_REQUEST)
        groups = UINT64_C(1)
                 << sim_group_index(w, result->id.domain, result->id.group);
    else if (result->procedure == MSK_PROCEDURE_REGISTER && i < SIM_SERVICES)
        groups = w->map.service[i].groups;
    if (result->procedure == MSK_PROCEDURE_REGISTER && i < SIM_SERVICES &&
        result->code == 200)
        registered(s, i);
    for (uint8_t g = 0; g < w->map.n_groups; g++)
        if (sim_in(groups, g))
            judged(s, g, result);
}

/* A request for a group goes out: not twice in a second (decision 20). */
static void
ask_group(struct sim_session *s, const struct msk_group_id *id)
{
    struct sim *w = s->device->world;
    uint8_t g = sim_group_index(w, id->domain, id->group);
    msk_time now = sim_ue_clock(s->device);

    if (s->asks[g].sent && now < s->asks[g].at + CALM)
        sim_fail(w, "line %u: group %u asked for again too soon", s->line, g);
    s->asks[g].sent = true;
    s->asks[g].at = now;
    asked(s, g, now);
    sim_forger_asked(s, g);
}

static void
count_step(struct sim_session *s, const struct msk_trace *step)
{
    if (step->machine == MSK_MACHINE_EXCHANGE &&
        (step->event == MSK_EXCHANGE_ASK || step->event == MSK_EXCHANGE_LACK))
        s->handed = s->begged = 0;
    if (step->machine == MSK_MACHINE_GROUP && step->event == MSK_GROUP_SENT)
        ask_group(s, &step->group);
    if (step->machine == MSK_MACHINE_GROUP && step->event == MSK_GROUP_PULL) {
        s->pulled = true;
        sim_forger_pulled(s);
    }
    if (step->machine != MSK_MACHINE_SERVICE || step->event != MSK_SERVICE_SENT)
        return;
    for (uint8_t i = 0; i < s->device->world->map.n_services; i++)
        if (s->wished[i] == MSK_NEVER)
            s->wished[i] = sim_ue_clock(s->device);
}

static void
trace(void *user, const struct msk_trace *step)
{
    struct sim_session *s = user;
    struct sim *w = s->device->world;

    if (step->err != MSK_OK)
        sim_fail(w, "line %u: %s, %s: %s is undefined", s->line,
                 step->machine_name, step->state_name, step->event_name);
    count_step(s, step);
    if (!w->trace)
        return;
    if (step->group.group != 0)
        sim_say(w, "line %u: %s %u: %s, %s -> %s", s->line, step->machine_name,
                sim_group_index(w, step->group.domain, step->group.group),
                step->state_name, step->event_name, step->next_name);
    else
        sim_say(w, "line %u: %s: %s, %s -> %s", s->line, step->machine_name,
                step->state_name, step->event_name, step->next_name);
}

/* Whoever opened it has what the BM-SC made. */
static void
keylog(void *user, const struct msk_keylog *key)
{
    struct sim_session *s = user;
    struct sim *w = s->device->world;
    uint8_t g;

    if (key->kind != MSK_KEYLOG_MSK)
        return;
    g = sim_group_index(w, key->id.domain, key->id.group);
    if (key->key.n != 16 ||
        memcmp(key->key.p, w->db.group[g].key[key->id.number], 16) != 0)
        sim_fail(w, "line %u: another MSK", s->line);
}

const struct msk_ue_hooks sim_hooks = {
    .size = sizeof sim_hooks,
    .send_mikey = send_mikey,
    .send_http = send_http,
    .on_msk = on_msk,
    .on_mtk = on_mtk,
    .on_msk_deleted = on_msk_deleted,
    .on_bootstrap_needed = on_bootstrap_needed,
    .on_leave = on_leave,
    .on_result = on_result,
    .trace = trace,
    .keylog = keylog,
};
