/* SPDX-License-Identifier: MIT */
/*
 * A job of a node: load the record, call, commit it by compare-and-swap after
 * a while, and only then send what the outbox said. On a conflict all of it is
 * done again. The node may lose power in between.
 */
#include <string.h>

#include "bmsc/subscriber.h"
#include "sim.h"

void
sim_job_end(struct sim *w, struct sim_job *job)
{
    if (job->op == SIM_OP_TIMER)
        w->db.row[job->line].busy = false;
    job->used = false;
}

struct sim_job *
sim_job_begin(struct sim *w, enum sim_op op, uint8_t at, uint8_t line)
{
    for (size_t i = 0; i < SIM_JOBS; i++) {
        struct sim_job *job = &w->job[i];

        if (job->used)
            continue;
        job->used = true;
        job->op = op;
        job->node = at;
        job->line = job->author = line;
        job->tries = 0;
        job->tag = 0;
        job->spoiled = job->open = false;
        return job;
    }
    return NULL;
}

/* --- what a call leaves -------------------------------------------------- */

static void
copy_answer(struct sim *w, struct sim_job *job,
            const struct msk_http_response *from)
{
    struct sim_http *to = &job->answer;

    to->status = from->status;
    to->lie = to->cut = false;
    to->after = 0;
    to->n_headers = to->n_text = to->n_target = 0;
    for (size_t i = 0; i < from->n_headers; i++)
        sim_http_put(w, to, from->headers[i].name, from->headers[i].value);
    if (from->body.n > sizeof to->body)
        sim_fail(w, "the body of an answer has %zu octets", from->body.n);
    to->n_body = from->body.n;
    if (from->body.n > 0)
        memcpy(to->body, from->body.p, from->body.n);
    job->has_answer = true;
}

/* The outbox is used anew by the next call. */
static void
copy_outbox(struct sim *w, struct sim_job *job)
{
    struct msk_bmsc_effect e = { .size = sizeof e };

    job->n_sends = 0;
    job->has_answer = false;
    while (msk_outbox_next(sim_node_outbox(), &e)) {
        size_t i = job->n_sends;

        if (e.kind == MSK_BMSC_EFFECT_SEND_HTTP) {
            copy_answer(w, job, e.response);
            continue;
        }
        if (i == SIM_SENDS || e.peer.n >= MSK_PEER_MAX)
            sim_fail(w, "a node does too much at once");
        job->send[i].kind = e.kind;
        job->send[i].id = e.id;
        memset(job->send[i].peer, 0, MSK_PEER_MAX);
        if (e.peer.n > 0)
            memcpy(job->send[i].peer, e.peer.p, e.peer.n);
        job->send[i].n = e.message.n;
        if (e.message.n > 0)
            memcpy(job->send[i].octets, e.message.p, e.message.n);
        job->n_sends++;
    }
}

/* With acknowledgements one MSK message is under way (decision 11). */
static void
check_record(struct sim *w, const struct sim_job *job)
{
    const struct msk_sub *sub = msk_sub_at(sim_node_subscriber());
    unsigned in_flight = 0;

    for (size_t i = 0; i < sub->n_deliveries; i++)
        in_flight += sub->delivery[i].state == MSK_DELIVERY_SENT &&
                             !sub->delivery[i].old_muk
                         ? 1
                         : 0;
    if (in_flight > 1)
        sim_fail(w, "line %u: %u MSKs in flight", job->line, in_flight);
}

static void
check_error(struct sim *w, const struct sim_job *job, int err)
{
    struct msk_bmsc_effect e = { .size = sizeof e };

    if (msk_outbox_next(sim_node_outbox(), &e))
        sim_fail(w, "an error, and something in the outbox");
    if (msk_err_kind(err) == MSK_KIND_FATAL || err == MSK_ERR_ARGUMENT ||
        err == MSK_ERR_SPACE)
        sim_fail(w, "line %u: op %d ended with %s", job->line, job->op,
                 msk_err_text(err));
}

/* --- what is sent -------------------------------------------------------- */

/* The counters that were committed for that line reach at least so far. */
static bool
is_committed(struct sim *w, const struct sim_mark *mark)
{
    const struct sim_row *row = &w->db.row[mark->line];
    static struct msk_subscriber sub;
    const struct msk_sub *s = msk_sub_at(&sub);
    const struct msk_bmsc_muk *muks[] = { &s->muk, &s->old };
    uint16_t run_of = 0;
    uint8_t ue = 0;

    if (msk_subscriber_unpack(
            &sub, (struct msk_bytes){ row->packed, row->n }) != MSK_OK)
        return false;
    for (size_t i = 0; i < 2; i++)
        if (sim_keys_read(
                (struct msk_bytes){ muks[i]->btid, muks[i]->btid_len }, &ue,
                &run_of) &&
            run_of == mark->run)
            return muks[i]->has_counter && muks[i]->counter >= mark->counter;
    /* The old one is wiped in the call that used it: nothing to compare. */
    return true;
}

/* A job may have read the record before that was written. */
static uint16_t
past(const struct sim *w, uint8_t g, uint16_t number)
{
    return w->db.group[g].past_number == number &&
                   w->now < w->db.group[g].past_at + SIM_SECOND
               ? w->db.group[g].past_before
               : w->db.group[g].past[number];
}

static bool
is_request(const struct sim_job *job, const char *end)
{
    size_t n = strlen(end), all = job->http.n_target;

    return job->op == SIM_OP_HTTP && all >= n &&
           memcmp(job->http.target + all - n, end, n) == 0;
}

/* What comes of that makes MSKs of no use. */
static bool
is_deregistration(const struct sim_job *job)
{
    return is_request(job, "requesttype=deregister");
}

/* It is one of the three MSKs of the group, or was when the job began. A BM-SC
 * that never pushes sends what was asked for. */
static void
check_number(struct sim *w, const struct sim_job *job,
             const struct sim_mark *mark)
{
    if (mark->number == 0 || is_deregistration(job))
        return;
    if (mark->number > w->db.group[mark->group].last)
        sim_fail(w, "line %u: group %u has no number %u", mark->line,
                 mark->group, mark->number);
    if (w->now > w->db.group[mark->group].gone[mark->number] &&
        w->now - w->db.group[mark->group].gone[mark->number] > SIM_SECOND)
        sim_fail(w, "line %u: group %u number %u is sent, and gone", mark->line,
                 mark->group, mark->number);
    if (w->never[mark->line % SIM_SERVERS] &&
        (job->op == SIM_OP_PUSH || job->op == SIM_OP_AHEAD ||
         !sim_in(w->db.asked[mark->line], mark->group)))
        sim_fail(w, "line %u: group %u is pushed", mark->line, mark->group);
}

static void
send_mikey(struct sim *w, const struct sim_job *job, size_t i)
{
    struct msk_bytes octets = { job->send[i].octets, job->send[i].n };
    struct sim_mark mark = { .kind = MSK_MESSAGE_MSK, .line = job->line };
    uint8_t ue = 0, server = job->line % SIM_SERVERS;
    struct msk_message m;

    if (msk_message_read(w->layout, octets, &m, NULL) != MSK_OK ||
        !sim_keys_read(m.idr, &ue, &mark.run) || ue != job->line / SIM_SERVERS)
        sim_fail(w, "line %u: not an MSK message", job->line);
    mark.group = sim_group_index(w, m.id.domain, m.id.group);
    mark.number = m.id.number;
    mark.counter = m.counter;
    if (mark.group == SIM_GROUPS || !sim_in(w->map.served[server], mark.group))
        sim_fail(w, "line %u: an MSK of another server's group", job->line);
    if (w->width != SIM_WIDTH_OLD && mark.number != 0 &&
        !is_deregistration(job) && sim_in(job->denied, mark.group))
        sim_fail(w, "line %u: an MSK of group %u, and it is denied", job->line,
                 mark.group);
    check_number(w, job, &mark);
    mark.past = past(w, mark.group, mark.number);
    if (m.v && w->acks[server] == MSK_ACK_NONE)
        sim_fail(w, "line %u: asked to acknowledge", job->line);
    if (!sim_ledger_note(w, SIM_FACT_SENT, mark.line, mark.run, mark.counter))
        sim_fail(w, "line %u: counter %u sent twice under MUK %u", mark.line,
                 mark.counter, mark.run);
    if (!is_committed(w, &mark))
        sim_fail(w, "line %u: counter %u sent before its commit", mark.line,
                 mark.counter);
    w->totals->pulls += mark.number == 0 ? 1 : 0;
    sim_say(w,
            "line %u: node %u sends group %u number %u, T %u, MUK %u to %s%s",
            mark.line, job->node, mark.group, mark.number, mark.counter,
            mark.run, job->send[i].peer, m.v ? ", V" : "");
    sim_archive_datagram(w, SIM_TO_UE, ue, octets, &mark);
    sim_network_to_ue(w, ue, job->send[i].peer, octets, &mark);
}

static void
delivered(struct sim *w, const struct sim_job *job, const struct msk_key_id *id)
{
    uint8_t group = sim_group_index(w, id->domain, id->group);
    const struct sim_ue *u = &w->ue[job->line / SIM_SERVERS];

    w->totals->delivered++;
    if (group == SIM_GROUPS || !sim_in(u->ever[group], (uint8_t)id->number))
        sim_fail(w, "line %u: group %u number %u delivered, and never stored",
                 job->line, group, id->number);
}

/* A request is taken once, and from the one who made it. */
static void
check_answered(struct sim *w, const struct sim_job *job)
{
    if (job->author != job->line)
        sim_fail(w, "line %u: took a request of line %u", job->line,
                 job->author);
    if (!sim_ledger_note(w, SIM_FACT_ANSWERED, job->line, 0, job->tag))
        sim_fail(w, "line %u: a request was taken twice", job->line);
}

static void
send_all(struct sim *w, const struct sim_job *job)
{
    for (size_t i = 0; i < job->n_sends; i++)
        switch (job->send[i].kind) {
        case MSK_BMSC_EFFECT_SEND_MIKEY: send_mikey(w, job, i); break;
        case MSK_BMSC_EFFECT_DELIVERED:
            delivered(w, job, &job->send[i].id);
            break;
        case MSK_BMSC_EFFECT_GAVE_UP: w->totals->given_up++; break;
        case MSK_BMSC_EFFECT_SEND_HTTP:
        case MSK_BMSC_EFFECT_JOINED:
        case MSK_BMSC_EFFECT_PARTED: break;
        }
    if (!job->has_answer)
        return;
    if (job->answer.status == 200)
        check_answered(w, job);
    sim_say(w, "line %u: node %u answers %d", job->line, job->node,
            job->answer.status);
    if (strcmp(job->peer, "eva") != 0)
        sim_network_response(w, job->author, job->tag, &job->answer);
}

/* --- load and call; commit and send -------------------------------------- */

void
sim_job_run(struct sim *w, struct sim_job *job)
{
    msk_time wait = sim_chance(w, 40) ? sim_below(w, 150) : 0;
    struct sim_item *item;
    int err;

    if (job->tries++ > 50)
        sim_fail(w, "line %u: op %d is in conflict for ever", job->line,
                 job->op);
    job->called = sim_node_clock(w, job->node);
    job->denied = w->db.denied[job->line];
    job->wanted = 0;
    err = sim_node_call(w, job);
    if (err == MSK_OK && job->op == SIM_OP_ACK && job->spoiled)
        sim_fail(w, "line %u: a spoiled acknowledgement was taken", job->line);
    if (err < 0 && job->op != SIM_OP_REBIND)
        check_error(w, job, err);
    if (err < 0) {
        sim_job_end(w, job);
        return;
    }
    if (err == MSK_OK) {
        if (job->op >= SIM_OP_PART)
            job->n_sends = job->has_answer = 0;
        else
            copy_outbox(w, job);
    }
    if (err == MSK_OK && job->has_row) {
        check_record(w, job);
        job->due = msk_subscriber_due(sim_node_subscriber());
        if (msk_subscriber_pack(sim_node_subscriber(), job->packed,
                                sizeof job->packed, &job->n_packed) != MSK_OK)
            sim_fail(w, "the record of line %u cannot be packed", job->line);
    }
    if (err == MSK_OK && w->broken == SIM_BREAK_COMMIT)
        send_all(w, job);
    item = sim_queue_add(w, SIM_COMMIT, 1 + wait);
    item->tag = (uint32_t)(job - w->job);
    item->node = job->node;
    job->open = err == MSK_PENDING; /* the question is open: again */
}

static bool
swap(struct sim *w, const struct sim_job *job)
{
    struct sim_row *row = &w->db.row[job->line];

    if (row->version != job->version)
        return false;
    row->version++;
    if (is_request(job, "requesttype=msk-request"))
        w->db.asked[job->line] |= job->wanted;
    if (w->broken == SIM_BREAK_RECORD && sim_chance(w, 2) && row->there)
        return true;
    row->there = true;
    memcpy(row->packed, job->packed, job->n_packed);
    row->n = job->n_packed;
    row->due = job->due;
    /* The clock was set back between the call and its commit: as after that. */
    if (row->due != MSK_NEVER && sim_node_clock(w, job->node) < job->called)
        row->due = 0;
    row->node = (uint8_t)sim_below(w, SIM_NODES);
    w->totals->commits++;
    return true;
}

void
sim_job_commit(struct sim *w, struct sim_job *job)
{
    if (!job->used)
        return;
    if (job->open) {
        job->open = false;
        sim_job_run(w, job);
        return;
    }
    if (sim_chance(w, w->rates.crash)) {
        sim_office_cut(w, job->node);
        return;
    }
    if (job->has_row && !swap(w, job)) {
        w->totals->conflicts++;
        sim_job_run(w, job);
        return;
    }
    if (sim_chance(w, w->rates.crash)) {
        sim_office_cut(w, job->node);
        return;
    }
    if (w->broken != SIM_BREAK_COMMIT)
        send_all(w, job);
    sim_job_end(w, job);
}
