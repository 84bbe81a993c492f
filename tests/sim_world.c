/* SPDX-License-Identifier: MIT */
/* One run: the world is made, time goes from one event to the next, and in the
 * end every UE has what it should have. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"
#include "ue/service.h"

#define CHAOS 240000 /* milliseconds that things go wrong, at most */
#define CALM 450000  /* and in which they must come right */
#define OVER 150000  /* until the last thing that went wrong is over */
#define RETRY 240000 /* the longest interval of a delivery */
#define STEPS 200000 /* events of one run: more, and it does not rest */

void
sim_fail(struct sim *w, const char *format, ...)
{
    va_list arguments;

    printf("seed %" PRIu64 ", %" PRIu64 " ms: ", w->seed, w->now);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    longjmp(w->out, 1);
}

void
sim_say(struct sim *w, const char *format, ...)
{
    va_list arguments;

    if (!w->trace)
        return;
    printf("%8" PRIu64 " ", w->now);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}

uint64_t
sim_below(struct sim *w, uint64_t n)
{
    return rng_below(&w->rng, n);
}

bool
sim_chance(struct sim *w, uint32_t percent)
{
    return !w->calm && percent > 0 && sim_below(w, 100) < percent;
}

static int
fill(void *user, uint8_t *out, size_t n)
{
    struct sim *w = user;

    rng_fill(&w->rng, out, n);
    return 0;
}

static void
make(struct sim *w)
{
    static const msk_time lifetimes[] = { MSK_NEVER, 30000, 120000, 600000 };
    struct sim_item *item;

    w->now = 0;
    w->steps = 0;
    w->calm = w->again = false;
    w->rng.state = w->seed * UINT64_C(0xD1342543DE82EF95) + 1;
    w->random = (struct msk_random){ sizeof w->random, w, fill };
    w->layout = sim_below(w, 2) == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    w->registers = sim_below(w, 2) == 0;
    w->acks = (enum msk_ack_mode)sim_below(w, 3);
    w->lifetime = lifetimes[sim_below(w, 4)];
    fake_xml_start(&w->xml);
    sim_queue_clear(&w->queue);
    memset(&w->ledger, 0, sizeof w->ledger);
    memset(&w->writer, 0, sizeof w->writer);
    sim_chaos_start(w);
    sim_say(w, "layout %d, registration %d, acknowledgements %d",
            (int)w->layout, w->registers, (int)w->acks);
    sim_office_start(w);
    for (uint8_t i = 0; i < SIM_UES; i++)
        sim_ue_start(w, i);
    item = sim_queue_add(w, SIM_CALM, CHAOS / 4 + sim_below(w, 3 * CHAOS / 4));
    w->end = item->at + CALM;
    (void)sim_queue_add(w, SIM_CHAOS, 1000);
    (void)sim_queue_add(w, SIM_TRAFFIC, 1000);
}

static void
wake(struct sim *w, const struct sim_item *item)
{
    struct sim_ue *u = &w->ue[item->ue];

    switch (item->kind) {
    case SIM_STORE:
        if (item->tag == u->boot) {
            sim_ue_flash(u);
            sim_ue_work(u);
        }
        break;
    case SIM_BOOTSTRAP:
        if (item->tag == u->boot)
            sim_ue_keys(u, item->mark.run);
        break;
    case SIM_UE_UP: sim_ue_boot(u); break;
    case SIM_NODE_UP: w->node[item->node].up = true; break;
    case SIM_CHAOS:
        if (!w->calm) {
            sim_chaos_tick(w);
            (void)sim_queue_add(w, SIM_CHAOS, 1 + sim_below(w, 4000));
        }
        break;
    case SIM_TRAFFIC:
        if (w->now + SIM_QUIET < w->end)
            sim_writer_tick(w);
        (void)sim_queue_add(w, SIM_TRAFFIC, 4000 + sim_below(w, 6000));
        break;
    case SIM_CALM:
        sim_chaos_calm(w);
        (void)sim_queue_add(w, SIM_AGAIN, OVER);
        break;
    case SIM_AGAIN: sim_chaos_again(w); break;
    case SIM_TO_UE:
    case SIM_TO_BMSC:
    case SIM_REQUEST:
    case SIM_RESPONSE:
    case SIM_HANGUP:
    case SIM_COMMIT: break;
    }
}

static void
happen(struct sim *w, struct sim_item *item)
{
    switch (item->kind) {
    case SIM_TO_UE:
    case SIM_RESPONSE:
    case SIM_HANGUP:
        sim_ue_item(&w->ue[item->ue], item);
        sim_ue_work(&w->ue[item->ue]);
        break;
    case SIM_TO_BMSC:
    case SIM_REQUEST: sim_office_item(w, item); break;
    case SIM_COMMIT: sim_job_commit(w, &w->job[item->tag]); break;
    case SIM_STORE:
    case SIM_BOOTSTRAP:
    case SIM_UE_UP:
    case SIM_NODE_UP:
    case SIM_CHAOS:
    case SIM_TRAFFIC:
    case SIM_CALM:
    case SIM_AGAIN: wake(w, item); break;
    }
}

/* The next moment at which something happens. */
static msk_time
next(const struct sim *w, const struct sim_item *item)
{
    msk_time at = item != NULL ? item->at : MSK_NEVER;

    for (uint8_t i = 0; i < SIM_UES; i++) {
        msk_time due = sim_office_due(w, i);

        at = w->ue[i].due < at ? w->ue[i].due : at;
        at = due < at ? due : at;
    }
    return at;
}

static void
step(struct sim *w)
{
    struct sim_item *item = sim_queue_first(&w->queue);
    msk_time at = next(w, item);

    w->now = at > w->now ? at : w->now;
    if (++w->steps > STEPS)
        sim_fail(w, "it does not come to rest");
    for (uint8_t i = 0; i < SIM_UES; i++) {
        if (w->ue[i].due <= w->now) {
            sim_ue_timer(&w->ue[i]);
            sim_ue_work(&w->ue[i]);
        }
        if (sim_office_due(w, i) <= w->now)
            sim_office_timer(w, i);
    }
    if (item != NULL && item->at <= w->now) {
        item->used = false;
        happen(w, item);
    }
}

/* --- the end ------------------------------------------------------------- */

static bool
is_denied(const struct sim *w, uint8_t ue, uint8_t service)
{
    for (uint8_t g = 0; g < SIM_GROUPS; g++)
        if ((sim_service_groups(service) >> g & 1) != 0 && w->db.denied[ue][g])
            return true;
    return false;
}

/* Decision 21: a service that could not be registered is kept as long as an
 * older MSK is good. */
static bool
stays(const struct sim_ue *u, uint8_t service, uint8_t group)
{
    uint8_t id[32];
    struct msk_bytes name = { id, sim_service_name(service, id) };
    size_t at = msk_ue_service_find(u->ue, name);

    return u->ue->services[at].state == MSK_SERVICE_UNSURE &&
           sim_held_good(u, group);
}

/* What its user wants it has: each MSK that is current; or it was refused. */
static void
check_service(struct sim *w, struct sim_ue *u, uint8_t i)
{
    if ((u->on >> i & 1) == 0) {
        if (!is_denied(w, u->index, i) || u->left[i] != MSK_REASON_REFUSED)
            sim_fail(w, "ue %u: is not in service %u, reason %d", u->index, i,
                     (int)u->left[i]);
        w->totals->back++;
        return;
    }
    for (uint8_t g = 0; g < SIM_GROUPS; g++) {
        if ((sim_service_groups(i) >> g & 1) == 0)
            continue;
        if (sim_held_has(u, g, w->db.group[g].number))
            w->totals->current++;
        else if (stays(u, i, g))
            w->totals->stayed++;
        else
            sim_fail(w, "ue %u: does not hold number %u of group %u", u->index,
                     w->db.group[g].number, g);
    }
}

/* No delivery waits for longer than its own interval. */
static void
check_records(struct sim *w)
{
    for (uint8_t u = 0; u < SIM_UES; u++) {
        msk_time due = sim_office_due(w, u);

        if (due != MSK_NEVER && due > w->now + RETRY)
            sim_fail(w, "ue %u: a delivery waits for %llu ms", u,
                     (unsigned long long)(due - w->now));
    }
}

static void
check_end(struct sim *w)
{
    check_records(w);
    for (uint8_t u = 0; u < SIM_UES; u++) {
        if (!w->ue[u].up || w->ue[u].pending)
            sim_fail(w, "ue %u: is not there", u);
        for (uint8_t i = 0; i < SIM_SERVICES; i++)
            if ((w->ue[u].want >> i & 1) != 0)
                check_service(w, &w->ue[u], i);
            else if ((w->ue[u].on >> i & 1) != 0)
                sim_fail(w, "ue %u: is in service %u", u, i);
    }
}

bool
sim_run(uint64_t seed, bool trace, enum sim_break broken,
        struct sim_totals *totals)
{
    static struct sim w;

    w.seed = seed;
    w.trace = trace;
    w.broken = broken;
    w.totals = totals;
    totals->runs++;
    if (setjmp(w.out) != 0) {
        totals->failed++;
        return false;
    }
    make(&w);
    while (w.now < w.end)
        step(&w);
    check_end(&w);
    totals->steps += w.steps;
    totals->seconds += w.now / SIM_SECOND;
    return true;
}
