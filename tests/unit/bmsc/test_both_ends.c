/* SPDX-License-Identifier: MIT */
/* A session of a UE and the calls of a BM-SC, with nothing between them but a
 * slow network that loses datagrams: as many Key Groups as a session can have,
 * asked for at once. All MSKs arrive, nobody leaves. */
#include <stdio.h>
#include <string.h>

#include "apart.h"
#include "msk/body.h"
#include "msk/store_ram.h"
#include "msk/ue.h"
#include "office.h"

#define FIRST 0x1800
#define GROUPS MSK_UE_GROUPS_MAX
#define SERVICE "s:1800-183F" /* as office.h names it */
#define WIRE 4096
#define HEADERS 8
#define HOUR 3600000

static struct office o; /* its clock is that of the UE, too */

static struct {
    struct fake_crypto crypto;
    struct msk_random random;
    struct msk_store store;
    struct msk_ram ram;
    struct msk_ram_record records[GROUPS + 8];
    struct msk_mgvf *mgvf;
    struct msk_ue *session;
    uint8_t mgvf_memory[MSK_MGVF_SIZE];
    uint8_t memory[MSK_UE_SIZE(GROUPS, 1)];
    bool has[GROUPS];
    size_t held, left;
} ue;

enum kind { TO_UE = 1, TO_BMSC, REQUEST, ANSWER };

/* What is on its way. */
static struct {
    msk_time at;
    enum kind kind;
    struct msk_bytes octets;
} wire[WIRE];
static size_t on_wire;

static struct {
    struct rng rng; /* of losses */
    msk_time trip;  /* there and back */
    unsigned loss;  /* of datagrams, percent, each way */
    size_t sent, requests, granted, unavailable; /* answers 200; items 503 */
    struct msk_http_request request;
    struct msk_http_response answer;
    struct msk_http_header header[2][HEADERS];
} net;

/* --- the network --------------------------------------------------------- */

static void
put(enum kind kind, struct msk_bytes octets)
{
    if (kind <= TO_BMSC && rng_below(&net.rng, 100) < net.loss)
        return;
    assert_true(on_wire < WIRE);
    wire[on_wire].at = o.now + net.trip / 2;
    wire[on_wire].kind = kind;
    wire[on_wire++].octets = exact(octets.p, octets.n);
}

static void
send_all(void)
{
    for (size_t i = 0; i < o.sent; i++)
        put(TO_UE, o.message[i]);
    net.sent += o.sent;
}

static size_t
copy_headers(struct msk_http_header *to, const struct msk_http_header *from,
             size_t n)
{
    assert_true(n <= HEADERS);
    for (size_t i = 0; i < n; i++) {
        to[i].name = exact(from[i].name.p, from[i].name.n);
        to[i].value = exact(from[i].value.p, from[i].value.n);
    }
    return n;
}

/* --- what the UE does ---------------------------------------------------- */

static void
send_mikey(void *user, struct msk_bytes peer, struct msk_bytes message)
{
    (void)user;
    (void)peer;
    put(TO_BMSC, message);
}

static void
send_http(void *user, const struct msk_http_request *request)
{
    (void)user;
    net.requests++;
    net.request = *request;
    net.request.target = exact(request->target.p, request->target.n);
    net.request.body = exact(request->body.p, request->body.n);
    net.request.headers = net.header[0];
    (void)copy_headers(net.header[0], request->headers, request->n_headers);
    put(REQUEST, (struct msk_bytes){ NULL, 0 });
}

static void
on_msk(void *user, const struct msk_msk_event *msk)
{
    (void)user;
    assert_in_range(msk->id.group, FIRST, FIRST + GROUPS - 1);
    assert_int_equal(msk->id.number, 1);
    ue.held += ue.has[msk->id.group - FIRST] ? 0 : 1;
    ue.has[msk->id.group - FIRST] = true;
}

static void
on_leave(void *user, const struct msk_leave_event *leave)
{
    (void)user;
    (void)leave;
    ue.left++;
}

static const struct msk_ue_hooks hooks = {
    .size = sizeof hooks,
    .send_mikey = send_mikey,
    .send_http = send_http,
    .on_msk = on_msk,
    .on_leave = on_leave,
};

static int
fill(void *user, uint8_t *out, size_t n)
{
    rng_fill(user, out, n);
    return 0;
}

/* --- what the BM-SC does ------------------------------------------------- */

static int
take_item(void *arg, const struct msk_body_item *item)
{
    (void)arg;
    net.unavailable += item->code == 503 ? 1 : 0;
    return MSK_OK;
}

static void
look_at_items(void)
{
    enum msk_procedure procedure;
    enum msk_body_kind kind = MSK_BODY_REGISTER_RESPONSE;

    net.granted++;
    assert_int_equal(msk_http_procedure(&net.request, &procedure), 0);
    if (procedure == MSK_PROCEDURE_MSK_REQUEST)
        kind = MSK_BODY_MSK_RESPONSE;
    assert_int_equal(msk_body_read(&o.xml.xml, kind, msk_body_media_type(kind),
                                   net.answer.body, take_item, NULL),
                     MSK_OK);
}

static void
serve(void)
{
    assert_int_equal(office_http(&o, &net.request, chars("ue")), MSK_OK);
    net.answer = o.response;
    net.answer.headers = net.header[1];
    (void)copy_headers(net.header[1], o.response.headers, o.response.n_headers);
    if (net.answer.status == 200)
        look_at_items();
    put(ANSWER, (struct msk_bytes){ NULL, 0 });
    send_all();
}

static void
arrives(size_t i)
{
    struct msk_bytes octets = wire[i].octets;
    enum kind kind = wire[i].kind;

    wire[i] = wire[--on_wire];
    switch (kind) {
    case TO_UE:
        (void)msk_ue_receive(ue.session, octets, chars("bmsc"), o.now);
        break;
    case TO_BMSC:
        if (office_ack(&o, octets) == MSK_OK)
            send_all();
        break;
    case REQUEST: serve(); break;
    case ANSWER:
        assert_int_equal(msk_ue_take_response(ue.session, &net.answer, o.now),
                         MSK_OK);
        break;
    }
}

/* --- a run --------------------------------------------------------------- */

/* One service that needs them all. */
static void
start_service(void)
{
    static char names[GROUPS][8];
    struct msk_bytes server = msk_text(CHIP_FQDN);
    struct msk_service s = { .size = sizeof s };
    struct msk_flow flows[GROUPS];

    for (uint16_t i = 0; i < GROUPS; i++) {
        (void)snprintf(names[i], sizeof names[i], "f%u", i);
        flows[i].id = msk_text(names[i]);
        memcpy(flows[i].group.domain, chip_domain, 3);
        flows[i].group.group = (uint16_t)(FIRST + i);
    }
    s.id = msk_text(SERVICE);
    s.servers = &server;
    s.n_servers = 1;
    s.flows = flows;
    s.n_flows = GROUPS;
    assert_int_equal(msk_ue_start(ue.session, &s, o.now), MSK_OK);
}

static void
make_ue(bool registers)
{
    struct msk_mgvf_config m = { .size = sizeof m };
    struct msk_ue_config c = { .size = sizeof c };

    memset(&ue, 0, sizeof ue);
    fake_crypto_start(&ue.crypto, 0);
    ue.random = (struct msk_random){ sizeof ue.random, &net.rng, fill };
    assert_int_equal(
        msk_store_ram_init(&ue.store, &ue.ram, ue.records,
                           sizeof ue.records / sizeof ue.records[0]),
        MSK_OK);
    m.crypto = c.crypto = &ue.crypto.crypto;
    m.store = &ue.store;
    assert_int_equal(
        msk_mgvf_init(&ue.mgvf, ue.mgvf_memory, sizeof ue.mgvf_memory, &m),
        MSK_OK);
    c.layout = o.config.layout;
    c.fqdn = msk_text(CHIP_FQDN);
    c.mgvf = ue.mgvf;
    c.xml = &o.xml.xml;
    c.random = &ue.random;
    c.hooks = &hooks;
    c.limits = (struct msk_ue_limits){ GROUPS, 1 };
    c.registration =
        registers ? MSK_REGISTRATION_REQUIRED : MSK_REGISTRATION_NONE;
    assert_int_equal(
        msk_ue_init(&ue.session, ue.memory, sizeof ue.memory, &c, NULL),
        MSK_OK);
    apart_session(ue.session);
}

static void
bring_keys(void)
{
    const struct msk_ue_keys keys = { sizeof keys, muk_btid(OFFICE_MUK),
                                      muk_key(OFFICE_MUK), chars(OFFICE_MRK),
                                      1 };

    assert_int_equal(msk_ue_set_keys(ue.session, &keys, o.now), MSK_OK);
}

static void
require_registration(struct msk_bmsc_config *config)
{
    config->registration = true;
}

static void
begin(enum msk_layout layout, bool registers, uint64_t seed)
{
    on_wire = 0;
    (void)rng_try(&net.rng, seed);
    net.sent = net.requests = net.granted = net.unavailable = 0;
    office_start(&o, layout, registers ? require_registration : NULL);
    o.alone = true;
    for (uint16_t i = 0; i < GROUPS; i++)
        office_group_alone(&o, (uint16_t)(FIRST + i), false);
    make_ue(registers);
    bring_keys();
    start_service();
}

/* What comes next; WIRE: a timer. */
static size_t
earliest(msk_time *at)
{
    msk_time due = msk_ue_due(ue.session, o.now);
    size_t found = WIRE;

    *at = msk_subscriber_due(&o.subscriber);
    *at = due < *at ? due : *at;
    for (size_t i = 0; i < on_wire; i++)
        if (wire[i].at < *at) {
            *at = wire[i].at;
            found = i;
        }
    return found;
}

/* Until nothing is owed, asked or on its way. Returns when the last MSK came,
 * from the start on. */
static msk_time
run(void)
{
    msk_time began = o.now, took = 0, at;

    for (size_t i = earliest(&at); at != MSK_NEVER; i = earliest(&at)) {
        o.now = at > o.now ? at : o.now;
        assert_true(o.now < began + HOUR);
        if (i < WIRE) {
            arrives(i);
        } else {
            if (msk_subscriber_due(&o.subscriber) <= o.now &&
                office_timer(&o) == MSK_OK)
                send_all();
            (void)msk_ue_timer(ue.session, o.now);
        }
        if (ue.held == GROUPS && took == 0)
            took = o.now - began;
    }
    return took;
}

static void
gets_all_and_stays(enum msk_layout layout, bool registers, unsigned loss)
{
    static const msk_time trips[] = { 0, 600, 1500, 3000 };
    msk_time took, longest;
    size_t asked;

    net.loss = loss;
    for (size_t t = 0; t < 4; t++) {
        net.trip = trips[t];
        longest = asked = 0;
        for (uint64_t seed = 1; seed <= 4; seed++, release(NULL)) {
            begin(layout, registers, seed);
            took = run();
            longest = took > longest ? took : longest;
            asked = net.granted > asked ? net.granted : asked;
            check_int("MSKs", (long long)ue.held, GROUPS);
            check_int("services left", (long long)ue.left, 0);
            check_int("items 503", (long long)net.unavailable, 0);
            if (loss == 0)
                check_int("answers 200", (long long)net.granted, 1);
        }
        print_message("round trip %4u ms, %2u %% lost: at most %zu requests, "
                      "%u ms\n",
                      (unsigned)net.trip, loss, asked, (unsigned)longest);
    }
}

static int
end(void **state)
{
    return rng_tell(state) | release(state);
}

/* --- tests --------------------------------------------------------------- */

static void
gets_all_in_one_request(void **state)
{
    for (int registers = 0; registers < 2; registers++)
        gets_all_and_stays(*(enum msk_layout *)*state, registers == 1, 0);
}

static void
gets_all_where_three_of_ten_are_lost(void **state)
{
    for (int registers = 0; registers < 2; registers++)
        gets_all_and_stays(*(enum msk_layout *)*state, registers == 1, 30);
}

#define BOTH(test)                                    \
    { "csb: " #test, test, NULL, end, &layouts[0] },  \
    {                                                 \
        "keyid: " #test, test, NULL, end, &layouts[1] \
    }

int
main(void)
{
    static enum msk_layout layouts[] = { MSK_LAYOUT_CSB, MSK_LAYOUT_KEYID };
    const struct CMUnitTest tests[] = {
        BOTH(gets_all_in_one_request),
        BOTH(gets_all_where_three_of_ten_are_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
