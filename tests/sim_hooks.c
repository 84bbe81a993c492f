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
#define ATTEMPTS 3

/* Nothing but a true message that asks for it is acknowledged, and only when
 * it is stored. */
static void
send_mikey(void *user, struct msk_bytes peer, struct msk_bytes message)
{
    struct sim_ue *u = user;
    struct sim_mark mark = u->mark;

    u->world->totals->acks++;
    if (u->call != SIM_CALL_RECEIVE || u->spoiled ||
        mark.kind != MSK_MESSAGE_MSK || mark.number == 0)
        sim_fail(u->world, "ue %u: an acknowledgement of nothing", u->index);
    if (u->flash.commits == u->commits)
        sim_fail(u->world, "ue %u: an acknowledgement before the commit",
                 u->index);
    if (peer.n != 4 || memcmp(peer.p, "bmsc", 4) != 0)
        sim_fail(u->world, "ue %u: an acknowledgement to whom?", u->index);
    mark.kind = MSK_MESSAGE_VERIFICATION;
    sim_network_datagram(u->world, SIM_TO_BMSC, "bmsc", message, &mark);
}

static void
check_storm(struct sim_ue *u)
{
    if (u->world->now - u->window.start > WINDOW) {
        u->window.start = u->world->now;
        u->window.n = 0;
    }
    if (++u->window.n > REQUESTS)
        sim_fail(u->world, "ue %u: a storm of requests", u->index);
    if (++u->handed > HANDED)
        sim_fail(u->world, "ue %u: one request, and %u exchanges", u->index,
                 u->handed);
}

static void
send_http(void *user, const struct msk_http_request *request)
{
    static struct sim_http http;
    struct sim_ue *u = user;

    check_storm(u);
    http.status = 0;
    http.lie = http.cut = false;
    http.n_headers = http.n_text = 0;
    if (request->target.n > sizeof http.target ||
        request->body.n > sizeof http.body)
        sim_fail(u->world, "ue %u: a request is too long", u->index);
    http.n_target = request->target.n;
    memcpy(http.target, request->target.p, request->target.n);
    http.n_body = request->body.n;
    memcpy(http.body, request->body.p, request->body.n);
    for (size_t i = 0; i < request->n_headers; i++)
        sim_http_put(u->world, &http, request->headers[i].name,
                     request->headers[i].value);
    u->tag++;
    u->asked = true;
    sim_say(u->world, "ue %u: asks %.*s (%zu headers)", u->index,
            (int)http.n_target, (const char *)http.target, http.n_headers);
    sim_network_request(u->world, u->index, u->tag, &http);
}

static void
on_msk(void *user, const struct msk_msk_event *msk)
{
    uint8_t g = sim_group_index(msk->id.domain, msk->id.group);
    struct sim_ue *u = user;

    u->world->totals->stored++;
    u->told = true;
    sim_say(u->world, "ue %u: holds group %u number %u, %u..%u", u->index, g,
            msk->id.number, msk->seq_low, msk->seq_high);
    sim_held_stored(u, msk);
    u->asks[g].tries = 0;
    u->asks[g].refused = false;
}

static void
on_mtk(void *user, const struct msk_mtk_event *mtk)
{
    struct sim_ue *u = user;

    u->world->totals->mtks++;
    sim_held_mtk(u, mtk);
}

static void
on_msk_deleted(void *user, const struct msk_key_id *id)
{
    sim_held_deleted(user, id);
}

static void
on_bootstrap_needed(void *user, enum msk_reason reason)
{
    struct sim_ue *u = user;

    sim_say(u->world, "ue %u: needs keys (%d)", u->index, (int)reason);
    if (++u->begged > BEGGED)
        sim_fail(u->world, "ue %u: one request, and %u bootstraps", u->index,
                 u->begged);
    sim_ue_bootstrap(u);
}

/* Decision 21: nothing good is held, and either the BM-SC said no, or all
 * attempts are used up. */
static void
check_leave(struct sim_ue *u, const struct msk_leave_event *leave)
{
    uint8_t g = sim_group_index(leave->id.domain, leave->id.group);
    uint32_t tries = u->registrations;

    if (g == SIM_GROUPS)
        sim_fail(u->world, "ue %u: left for no group", u->index);
    tries += u->asks[g].tries;
    if (sim_held_good(u, g))
        sim_fail(u->world, "ue %u: left with an MSK that is good", u->index);
    switch (leave->reason) {
    case MSK_REASON_REFUSED:
        if (u->asks[g].refused)
            return;
        break;
    case MSK_REASON_NO_MSK:
    case MSK_REASON_UNREACHABLE:
    case MSK_REASON_UNVERIFIED: break;
    case MSK_REASON_NONE:
    case MSK_REASON_NO_KEYS:
    case MSK_REASON_RENEGOTIATE:
    case MSK_REASON_USER:
    case MSK_REASON_POLICY:
        sim_fail(u->world, "ue %u: left for reason %d", u->index,
                 (int)leave->reason);
    }
    if (tries < ATTEMPTS)
        sim_fail(u->world, "ue %u: left for reason %d after %u attempts",
                 u->index, (int)leave->reason, tries);
}

static void
on_leave(void *user, const struct msk_leave_event *leave)
{
    uint8_t i = sim_service_index(leave->service);
    struct sim_ue *u = user;

    sim_say(u->world, "ue %u: leaves service %u for reason %d", u->index, i,
            (int)leave->reason);
    if (i == SIM_SERVICES)
        sim_fail(u->world, "ue %u: left what it never joined", u->index);
    u->world->totals->left[leave->reason]++;
    u->left[i] = leave->reason;
    for (size_t g = 0; g < SIM_GROUPS; g++) /* they begin anew */
        if ((sim_service_groups(i) >> g & 1) != 0)
            u->asks[g].sent = false;
    if (leave->reason != MSK_REASON_USER)
        check_leave(u, leave);
}

static bool
is_no(int code)
{
    return code >= 300 && code != 401 && code != 503;
}

static void
on_result(void *user, const struct msk_result_event *result)
{
    struct sim_ue *u = user;
    uint32_t groups = 0;

    sim_say(u->world, "ue %u: result of %d: %d, reason %d", u->index,
            (int)result->procedure, result->code, (int)result->reason);
    if (!is_no(result->code))
        return;
    if (result->procedure == MSK_PROCEDURE_MSK_REQUEST)
        groups = UINT32_C(1)
                 << sim_group_index(result->id.domain, result->id.group);
    else if (result->procedure == MSK_PROCEDURE_REGISTER)
        groups = sim_service_groups(sim_service_index(result->service));
    for (size_t g = 0; g < SIM_GROUPS; g++)
        u->asks[g].refused |= (groups >> g & 1) != 0;
}

/* A request for a group goes out: not twice in a second (decision 20). */
static void
ask_group(struct sim_ue *u, const struct msk_key_id *id)
{
    uint8_t g = sim_group_index(id->domain, id->group);
    msk_time now = sim_ue_clock(u);

    if (u->asks[g].sent && now < u->asks[g].at + CALM)
        sim_fail(u->world, "ue %u: group %u asked for again too soon", u->index,
                 g);
    u->asks[g].sent = true;
    u->asks[g].at = now;
    u->asks[g].tries++;
}

static void
count_step(struct sim_ue *u, const struct msk_trace *step)
{
    if (step->machine == 1 &&
        (step->event == MSK_EXCHANGE_ASK || step->event == MSK_EXCHANGE_LACK))
        u->handed = u->begged = 0;
    if (step->machine == 2 && step->event == MSK_GROUP_SENT)
        ask_group(u, &step->id);
    u->pulled |= step->machine == 2 && step->event == MSK_GROUP_PULL;
    if (step->machine == 3 && step->event == MSK_SERVICE_SENT)
        u->registrations++;
}

static void
trace(void *user, const struct msk_trace *step)
{
    struct sim_ue *u = user;

    if (step->err != MSK_OK)
        sim_fail(u->world, "ue %u: machine %u, state %u: event %u is undefined",
                 u->index, step->machine, step->state, step->event);
    count_step(u, step);
    if (step->machine == 2)
        sim_say(u->world, "ue %u: group %u: %u, %u -> %u", u->index,
                sim_group_index(step->id.domain, step->id.group), step->state,
                step->event, step->next);
    if (step->machine != 2)
        sim_say(u->world, "ue %u: machine %u: %u, %u -> %u", u->index,
                step->machine, step->state, step->event, step->next);
}

/* Whoever opened it has what the BM-SC made. */
static void
keylog(void *user, const struct msk_keylog *key)
{
    struct sim_ue *u = user;
    uint8_t g;

    if (key->kind != MSK_KEYLOG_MSK)
        return;
    g = sim_group_index(key->id.domain, key->id.group);
    if (key->key.n != 16 ||
        memcmp(key->key.p, u->world->db.group[g].key[key->id.number], 16) != 0)
        sim_fail(u->world, "ue %u: another MSK", u->index);
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
