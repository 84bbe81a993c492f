/* SPDX-License-Identifier: MIT */
/* A UE that asks for all the Key Groups it can be a member of, at the far end
 * of a slow network that loses a third of all: all arrive, and soon. */
#include <string.h>

#include "bmsc/subscriber.h"
#include "visit.h"

#define GROUP 0x1800
#define GROUPS MSK_SUBSCRIBER_GROUPS_MAX
#define ITEMS 4096
#define ASK_AGAIN 10000 /* ms: the wait of a UE (decision 21) */

static struct office o;
static struct visit v;

/* What is on the wire: a datagram that arrives at a time. */
static struct {
    msk_time at;
    bool to_ue;
    struct msk_bytes octets;
} wire[ITEMS];
static size_t on_wire;

static struct {
    struct rng rng;
    msk_time round_trip;
    unsigned loss;    /* percent, each way */
    uint32_t counter; /* the newest that the UE took */
    bool has[GROUPS];
    size_t held, sent;
} net;

static void
put(bool to_ue, struct msk_bytes octets)
{
    if (rng_below(&net.rng, 100) < net.loss)
        return;
    assert_true(on_wire < ITEMS);
    wire[on_wire].at = o.now + net.round_trip / 2;
    wire[on_wire].to_ue = to_ue;
    wire[on_wire++].octets = octets;
}

static void
send_all(void)
{
    for (size_t i = 0; i < o.sent; i++)
        put(true, o.message[i]);
    net.sent += o.sent;
}

/* The UE drops what is not newer, and acknowledges what it took. */
static void
arrives_at_ue(struct msk_bytes octets)
{
    uint8_t ack[MSK_ACK_MAX];
    struct msk_message m;
    size_t n = 0;

    assert_int_equal(msk_message_read(o.config.layout, octets, &m, NULL),
                     MSK_OK);
    if (m.counter <= net.counter)
        return;
    net.counter = m.counter;
    assert_true(m.id.group >= GROUP && m.id.group < GROUP + GROUPS && m.v);
    net.held += net.has[m.id.group - GROUP] ? 0 : 1;
    net.has[m.id.group - GROUP] = true;
    assert_int_equal(msk_verification_make(o.config.crypto, muk_key(OFFICE_MUK),
                                           &m, m.idr, ack, sizeof ack, &n),
                     MSK_OK);
    put(false, exact(ack, n));
}

static void
arrives(size_t i)
{
    struct msk_bytes octets = wire[i].octets;
    bool to_ue = wire[i].to_ue;

    wire[i] = wire[--on_wire];
    if (to_ue)
        arrives_at_ue(octets);
    else if (office_ack(&o, octets) == MSK_OK)
        send_all();
}

/* Asks for what is missing, in one request; its answer takes a round trip. */
static void
ask(void)
{
    struct msk_body_item items[GROUPS];
    size_t n = 0;

    for (uint16_t i = 0; i < GROUPS; i++)
        if (!net.has[i])
            items[n++] = visit_msk((uint16_t)(GROUP + i), 0);
    if (n == 0)
        return;
    assert_int_equal(visit(&v, MSK_PROCEDURE_MSK_REQUEST, items, n), MSK_OK);
    assert_int_equal(v.n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(v.item[i].code, 200);
    send_all();
}

/* What comes next: ITEMS: the timer. */
static size_t
earliest(msk_time *at)
{
    size_t found = ITEMS;

    *at = msk_subscriber_due(&o.subscriber);
    for (size_t i = 0; i < on_wire; i++)
        if (wire[i].at < *at) {
            *at = wire[i].at;
            found = i;
        }
    return found;
}

/* How long it took until the UE had all; until nothing is on its way. */
static msk_time
run(int layout, msk_time round_trip, unsigned loss, uint64_t seed)
{
    const msk_time began = 1000000;
    msk_time at, asks = began, took = 0;

    office_start(&o, (enum msk_layout)layout, NULL);
    visit_start(&v, &o);
    o.alone = true;
    for (uint16_t i = 0; i < GROUPS; i++)
        office_group_alone(&o, (uint16_t)(GROUP + i), false);
    memset(&net, 0, sizeof net);
    (void)rng_try(&net.rng, seed);
    net.round_trip = round_trip;
    net.loss = loss;
    on_wire = 0;
    for (;;) {
        size_t i = earliest(&at);

        if (net.held < GROUPS && asks <= at) {
            o.now = asks;
            asks += round_trip + ASK_AGAIN;
            ask();
            continue;
        }
        if (at == MSK_NEVER)
            return took;
        o.now = at;
        if (i < ITEMS)
            arrives(i);
        else if (office_timer(&o) == MSK_OK)
            send_all();
        if (net.held == GROUPS && took == 0)
            took = o.now - began;
    }
}

/* Where nothing is lost in a third of a minute, which is the least patience of
 * a UE (decision 21); else as soon as five of five may be lost. */
static void
delivers_all_groups_through_any_network(void **state)
{
    static const msk_time trips[] = { 0, 20, 200, 600, 1500, 3000 };
    static const unsigned losses[] = { 0, 30 };

    (void)state;
    for (size_t l = 0; l < 2; l++)
        for (size_t t = 0; t < 6; t++)
            for (uint64_t seed = 1; seed <= 4; seed++)
                for (int layout = 1; layout <= 2; layout++, release(NULL)) {
                    msk_time took = run(layout, trips[t], losses[l], seed);

                    if (seed == 1 && layout == 1)
                        print_message("round trip %u ms, %u %% lost: %zu "
                                      "messages, %u ms\n",
                                      (unsigned)trips[t], losses[l], net.sent,
                                      (unsigned)took);
                    assert_int_equal(net.held, GROUPS);
                    assert_true(took <= (losses[l] == 0 ? 20000u : 90000u));
                    if (losses[l] == 0 && trips[t] <= 200)
                        assert_int_equal(net.sent, GROUPS);
                }
}

static int
end(void **state)
{
    return rng_tell(state) | release(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(delivers_all_groups_through_any_network, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
