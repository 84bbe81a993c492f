/* SPDX-License-Identifier: MIT */
/*
 * As many Key Groups and services as a session can have, one BM-SC that
 * delivers their MSKs one after the other (decision 11), and a network that is
 * slow and loses three of ten messages: all MSKs arrive, and no service is left.
 */
#include <stdio.h>
#include <string.h>

#include "ue_bench.h"

#define GROUPS MSK_UE_GROUPS_MAX
#define SERVICES MSK_UE_SERVICES_MAX
#define LOSS 30 /* percent */

static struct bench b;
static struct rng rng;

/* What is on its way. */
static struct network {
    msk_time trip;                /* there and back */
    msk_time answer, push, acked; /* when it arrives; MSK_NEVER: nothing does */
    bool silent;                  /* instead of the answer */
    msk_time again;               /* when the push is sent again */
    bool owed[GROUPS], held[GROUPS];
    size_t next; /* the group that is delivered, or was last */
    bool flying; /* its delivery is under way */
} net;

static bool
is_lost(void)
{
    return rng_below(&rng, 100) < LOSS;
}

static int
begin(enum msk_layout layout, const struct msk_ue_config *config, msk_time trip)
{
    bench_start(&b, layout, config);
    memset(&net, 0, sizeof net);
    net.trip = trip;
    net.answer = net.push = net.acked = net.again = MSK_NEVER;
    return 0;
}

static int
stop(void **state)
{
    return bench_end(&b, state);
}

/* Service k has two groups of its own. */
static void
start_service(uint16_t k)
{
    char id[8];
    struct msk_bytes server = msk_text("bmsc.example.org");
    struct msk_flow flows[2];
    struct msk_service s = { .size = sizeof s };

    (void)snprintf(id, sizeof id, "s%u", k);
    for (uint16_t i = 0; i < 2; i++) {
        flows[i].id = msk_text(i == 0 ? "a" : "b");
        memcpy(flows[i].group.domain, bench_domain, 3);
        flows[i].group.group = (uint16_t)(1 + 2 * k + i);
    }
    s.id = msk_text(id);
    s.servers = &server;
    s.n_servers = 1;
    s.flows = flows;
    s.n_flows = 2;
    check_int("start", msk_ue_start(b.ue, &s, b.now), MSK_OK);
}

/* --- the network --------------------------------------------------------- */

static msk_time
half_a_trip(void)
{
    return b.now + net.trip / 2 + rng_below(&rng, 5);
}

/* The delivery that is under way goes out, once more. */
static void
send_push(void)
{
    net.push = is_lost() ? MSK_NEVER : half_a_trip();
    net.again = b.now + 1000 + 2 * net.trip;
}

static void
deliver_next(void)
{
    net.flying = false;
    net.push = net.acked = net.again = MSK_NEVER;
    for (size_t i = 0; i < GROUPS && !net.flying; i++) {
        net.next = (net.next + 1) % GROUPS;
        net.flying = net.owed[net.next];
    }
    if (net.flying)
        send_push();
}

/* A request that the session has handed out. */
static void
take_request(void)
{
    if (!b.asked || net.answer != MSK_NEVER)
        return;
    net.silent = is_lost();
    net.answer = b.now + net.trip + (net.silent ? 1000 : 0);
}

/* Groups that are asked for, or whose service is registered, and that have no
 * MSK are owed one. */
static void
answer(void)
{
    net.answer = MSK_NEVER;
    b.answer = net.silent ? ANSWER_NONE : ANSWER_TRUE;
    (void)bench_serve(&b);
    if (net.silent || b.asked)
        return;
    for (size_t i = 0; i < GROUPS; i++)
        net.owed[i] = !net.held[i];
    if (!net.flying)
        deliver_next();
}

static void
arrive(void)
{
    net.push = MSK_NEVER;
    check_int("push", bench_msk(&b, (uint16_t)(1 + net.next), 1), MSK_OK);
    net.held[net.next] = true;
    net.acked = is_lost() ? MSK_NEVER : half_a_trip();
}

static void
take_acknowledgement(void)
{
    net.owed[net.next] = false;
    deliver_next();
}

static msk_time
earliest(void)
{
    const msk_time at[] = { net.answer, net.push, net.acked, net.again };
    msk_time first = msk_ue_due(b.ue, b.now);

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        first = at[i] < first ? at[i] : first;
    return first;
}

static void
live(msk_time time)
{
    msk_time end = b.now + time;

    take_request();
    for (msk_time at = earliest(); at < end; at = earliest()) {
        b.now = at > b.now ? at : b.now;
        if (net.answer <= b.now)
            answer();
        else if (net.push <= b.now)
            arrive();
        else if (net.acked <= b.now)
            take_acknowledgement();
        else if (net.again <= b.now)
            send_push();
        else
            (void)msk_ue_timer(b.ue, b.now);
        take_request();
        check_int("left", (long long)bench_count(&b, MSK_UE_EFFECT_LEAVE), 0);
        bench_forget(&b);
        release(NULL);
    }
    b.now = end;
}

/* --- tests --------------------------------------------------------------- */

static void
gets_them_all(void **state)
{
    static const msk_time trips[] = { 0, 200, 600, 1000, 3000 };
    static const enum msk_registration registrations[] = {
        MSK_REGISTRATION_NONE, MSK_REGISTRATION_REQUIRED
    };
    enum msk_layout layout = *(enum msk_layout *)*state;

    rng_start(&rng, 64);
    for (size_t t = 0; t < sizeof trips / sizeof trips[0]; t++)
        for (size_t r = 0; r < 2; r++) {
            const struct msk_ue_config c = {
                .limits = { GROUPS, SERVICES },
                .registration = registrations[r],
            };
            size_t missing = 0;

            begin(layout, &c, trips[t]);
            for (uint16_t k = 0; k < SERVICES; k++)
                start_service(k);
            live(3600000);
            for (size_t i = 0; i < GROUPS; i++)
                missing += net.held[i] ? 0 : 1;
            check_int("MSKs that did not come", (long long)missing, 0);
            assert_true(b.requests <= 40);
            stop(NULL);
        }
    begin(layout, NULL, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        { "csb: gets_them_all", gets_them_all, NULL, stop, &bench_layouts[0] },
        { "keyid: gets_them_all", gets_them_all, NULL, stop,
          &bench_layouts[1] },
    };

    return bench_run(tests);
}
