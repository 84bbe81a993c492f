/* SPDX-License-Identifier: MIT */
/* One run: the world is made, time goes from one event to the next, and in the
 * end every UE has what it should have. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

#define CHAOS 240000 /* milliseconds that things go wrong, at most */
#define CALM 450000  /* and in which they must come right */
#define OVER 150000  /* until the last thing that went wrong is over */
#define FULL 30      /* of so many seeds one has the full world */
#define STEPS 400000 /* events of one run: more, and it does not rest */

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

bool
sim_part(const struct sim *w, enum sim_part part)
{
    return w->width != SIM_WIDTH_OLD && (w->without & part) == 0;
}

uint8_t
sim_line(uint8_t ue, uint8_t server)
{
    return (uint8_t)(ue * SIM_SERVERS + server);
}

struct sim_session *
sim_session(struct sim *w, uint8_t line)
{
    return &w->ue[line / SIM_SERVERS].session[line % SIM_SERVERS];
}

static void
make_terms(struct sim *w)
{
    static const msk_time lifetimes[] = { MSK_NEVER, 30000, 120000, 600000 };

    w->layout = sim_below(w, 2) == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    for (uint8_t i = 0; i < SIM_SERVERS; i++) {
        w->registers[i] = sim_below(w, 2) == 0;
        w->acks[i] = (enum msk_ack_mode)sim_below(w, 3);
        w->never[i] = sim_part(w, SIM_PART_NEVER) && sim_below(w, 8) == 0;
    }
    w->lifetime = lifetimes[sim_below(w, 4)];
    w->n_ues = (uint8_t)(1 + sim_below(w, SIM_UES));
    sim_map_make(w);
}

/* By the seed alone: --world wide or full then has the same run. */
static enum sim_width
width_of(uint64_t seed, enum sim_width wish)
{
    struct rng rng = { seed };

    if (wish != SIM_WIDTH_DRAWN)
        return wish;
    return rng_below(&rng, FULL) == 0 ? SIM_WIDTH_FULL : SIM_WIDTH_WIDE;
}

static void
make(struct sim *w)
{
    msk_time calm;

    w->now = 0;
    w->end = MSK_NEVER;
    w->steps = 0;
    w->calm = w->again = w->over = false;
    w->forger.hour = 0;
    w->rng.state = w->seed * UINT64_C(0xD1342543DE82EF95) + 1;
    w->random = (struct msk_random){ sizeof w->random, w, fill };
    make_terms(w);
    fake_xml_start(&w->xml);
    sim_queue_clear(&w->queue);
    memset(&w->ledger, 0, sizeof w->ledger);
    memset(&w->writer, 0, sizeof w->writer);
    sim_archive_clear(&w->archive);
    sim_chaos_start(w);
    sim_say(w, "layout %d, registration %d %d, acknowledgements %d %d",
            (int)w->layout, w->registers[0], w->registers[1], (int)w->acks[0],
            (int)w->acks[1]);
    sim_office_start(w);
    for (uint8_t i = 0; i < SIM_UES; i++)
        sim_ue_clear(w, i);
    for (uint8_t i = 0; i < w->n_ues; i++)
        sim_ue_start(w, i);
    calm = CHAOS / 4 + sim_below(w, 3 * CHAOS / 4);
    w->end = calm + CALM;
    (void)sim_queue_add(w, SIM_CALM, calm);
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
        if (item->tag == sim_session(w, item->line)->device->boot)
            sim_ue_keys(sim_session(w, item->line), item->mark.run);
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
        if (w->over)
            break;
        if (w->now + SIM_QUIET < w->end)
            sim_writer_tick(w);
        (void)sim_queue_add(w, SIM_TRAFFIC,
                            (4000 + sim_below(w, 6000)) * (w->calm ? 2 : 1));
        break;
    case SIM_CALM:
        sim_chaos_calm(w);
        (void)sim_queue_add(w, SIM_AGAIN, OVER);
        break;
    case SIM_AGAIN: sim_chaos_again(w); break;
    case SIM_FORGE: sim_forger_tick(w); break;
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
        sim_ue_item(&w->ue[item->ue], item);
        sim_ue_work(&w->ue[item->ue]);
        break;
    case SIM_RESPONSE:
    case SIM_HANGUP:
        sim_ue_item(sim_session(w, item->line)->device, item);
        sim_ue_work(sim_session(w, item->line)->device);
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
    case SIM_FORGE:
    case SIM_AGAIN: wake(w, item); break;
    }
}

/* The next moment at which something happens. */
static msk_time
next(struct sim *w, msk_time at)
{
    for (uint8_t l = 0; l < SIM_LINES; l++) {
        msk_time due = sim_office_due(w, l);

        at = sim_session(w, l)->due < at ? sim_session(w, l)->due : at;
        at = due < at ? due : at;
    }
    return at;
}

static void
look_at_timers(struct sim *w, uint8_t line)
{
    struct sim_session *s = sim_session(w, line);

    if (s->due <= w->now) {
        sim_ue_timer(s);
        sim_ue_work(s->device);
    }
    if (sim_office_due(w, line) <= w->now)
        sim_office_timer(w, line);
}

static void
step(struct sim *w)
{
    msk_time first = MSK_NEVER, at;
    struct sim_item *item = sim_queue_first(&w->queue, &first);

    at = next(w, first);
    w->now = at > w->now ? at : w->now;
    if (++w->steps > STEPS)
        sim_fail(w, "it does not come to rest");
    for (uint8_t l = 0; l < SIM_LINES; l++)
        look_at_timers(w, l);
    if (item != NULL && first <= w->now) {
        sim_queue_take(&w->queue, item);
        happen(w, item);
    }
}

void
sim_go_on(struct sim *w, msk_time time)
{
    w->over = true;
    w->end = w->now + time;
    while (w->now < w->end)
        step(w);
}

bool
sim_run(uint64_t seed, const struct sim_wish *wish, struct sim_totals *totals)
{
    static struct sim w;

    w.seed = seed;
    w.trace = wish->trace;
    w.broken = wish->broken;
    w.width = width_of(seed, wish->width);
    w.without = wish->without;
    w.totals = totals;
    totals->runs++;
    if (setjmp(w.out) != 0) {
        totals->failed++;
        return false;
    }
    make(&w);
    while (w.now < w.end)
        step(&w);
    sim_end_check(&w);
    totals->steps += w.steps;
    totals->seconds += w.now / SIM_SECOND;
    return true;
}
