/* SPDX-License-Identifier: MIT */
/* More than fits into one request: what is not in it is asked for next, and is
 * not taken for asked before. */
#include <stdio.h>
#include <string.h>

#include "msk/store_ram.h"
#include "provider.h"
#include "ue_bench.h"

#define GROUPS MSK_UE_GROUPS_MAX
#define SERVICES MSK_UE_SERVICES_MAX
#define OFFSET 10 /* seconds */

/* A session as large as can be, and the request that it made last. */
static struct bench b; /* for its providers */
static struct msk_ram_record records[MSK_MGVF_RECORDS(1, GROUPS)];
static struct msk_ram ram;
static struct msk_store store;
static uint8_t mgvf_memory[MSK_MGVF_SIZE],
    memory[MSK_UE_SIZE(GROUPS, SERVICES)];
static struct msk_mgvf *mgvf;
static struct msk_ue *ue;
static size_t n_requests, n_items, n_results, body_len;
static struct msk_body_item item[MSK_BODY_ITEMS_MAX];
static enum msk_body_kind kind;

static int
take(void *arg, const struct msk_body_item *found)
{
    (void)arg;
    item[n_items] = *found;
    item[n_items++].service.p = NULL;
    return MSK_OK;
}

static void
send_http(void *user, const struct msk_http_request *request)
{
    (void)user;
    n_requests++;
    n_items = 0;
    body_len = request->body.n;
    check_int("body",
              msk_body_read(&b.xml, kind, msk_body_media_type(kind),
                            request->body, take, NULL),
              MSK_OK);
}

static void
on_result(void *user, const struct msk_result_event *result)
{
    (void)user;
    check_int("reason", result->reason, MSK_REASON_UNREACHABLE);
    n_results++;
}

static const struct msk_ue_hooks hooks = { .size = sizeof hooks,
                                           .send_http = send_http,
                                           .on_result = on_result };

static void
begin(enum msk_layout layout, enum msk_registration registration)
{
    static const uint8_t key[32] = { 1 };
    const struct msk_mgvf_config m = { .size = sizeof m,
                                       .crypto = host_crypto(),
                                       .store = &store };
    struct msk_ue_config c = { .size = sizeof c,
                               .layout = layout,
                               .fqdn = msk_text("bmsc.example.org"),
                               .crypto = host_crypto(),
                               .hooks = &hooks,
                               .limits = { GROUPS, SERVICES },
                               .registration = registration };
    const struct msk_ue_keys keys = { .size = sizeof keys,
                                      .btid = msk_text("b@bsf.example.org"),
                                      .muk = { key, sizeof key },
                                      .mrk = { key, sizeof key } };

    bench_start(&b, layout, NULL);
    assert_int_equal(
        msk_store_ram_init(&store, &ram, records, MSK_MGVF_RECORDS(1, GROUPS)),
        MSK_OK);
    assert_int_equal(msk_mgvf_init(&mgvf, mgvf_memory, sizeof mgvf_memory, &m),
                     MSK_OK);
    c.mgvf = mgvf;
    c.xml = &b.xml;
    c.random = &b.random;
    assert_int_equal(msk_ue_init(&ue, memory, sizeof memory, &c, NULL), MSK_OK);
    assert_int_equal(msk_ue_set_keys(ue, &keys, b.now), MSK_OK);
    n_requests = n_results = 0;
    kind = registration == MSK_REGISTRATION_NONE ? MSK_BODY_MSK_REQUEST
                                                 : MSK_BODY_REGISTER;
}

static int
stop(void **state)
{
    msk_ue_wipe(ue);
    msk_mgvf_wipe(mgvf);
    return bench_end(&b, state);
}

/* The k-th of all services has two Key Groups of its own. */
static void
start_service(size_t k, size_t id_len)
{
    char id[MSK_SERVICE_ID_MAX + 1], text[8];
    struct msk_bytes server = msk_text("bmsc.example.org");
    struct msk_flow flows[2];
    struct msk_service s = { .size = sizeof s };

    memset(id, 'x', sizeof id);
    (void)snprintf(text, sizeof text, "%02u", (unsigned)k);
    memcpy(id, text, 2);
    for (size_t i = 0; i < 2; i++) {
        flows[i].id = msk_text(i == 0 ? "a" : "b");
        memcpy(flows[i].group.domain, bench_domain, 3);
        flows[i].group.group = (uint16_t)(1 + 2 * k + i);
    }
    s.id = (struct msk_bytes){ (const uint8_t *)id, id_len };
    s.servers = &server;
    s.n_servers = 1;
    s.flows = flows;
    s.n_flows = 2;
    s.offset_time = OFFSET;
    check_int("start", msk_ue_start(ue, &s, b.now), MSK_OK);
}

/* The first group asks for three MSKs, the others for two: 129 items. */
static void
asks_for_the_rest_in_the_next_request(void **state)
{
    struct msk_key_id ids[GROUPS];
    struct msk_key_id third = bench_id(1, 6);

    (void)state;
    begin(MSK_LAYOUT_KEYID, MSK_REGISTRATION_NONE);
    for (size_t k = 0; k < SERVICES; k++)
        start_service(k, 2);
    for (size_t i = 0; i < GROUPS; i++)
        ids[i] = bench_id((uint16_t)(1 + i), 5);
    check_int("request", msk_ue_request(ue, ids, GROUPS, b.now), MSK_OK);
    check_int("request", msk_ue_request(ue, &third, 1, b.now), MSK_OK);
    check_int("requests", (long long)n_requests, 0);
    b.now += OFFSET * 1000;
    check_int("timer", msk_ue_timer(ue, b.now), MSK_OK);
    check_int("requests", (long long)n_requests, 1);
    check_int("items", (long long)n_items, MSK_BODY_ITEMS_MAX);
    assert_memory_equal(item[0].msk_id, "\0\1\0\0", 4);
    assert_memory_equal(item[63].msk_id, "\0\x20\0\0", 4);
    /* It fails: the others are asked for at once, these later. */
    check_int("answer", msk_ue_take_response(ue, NULL, b.now), MSK_OK);
    check_int("results", (long long)n_results, MSK_BODY_ITEMS_MAX);
    check_int("requests", (long long)n_requests, 2);
    check_int("items", (long long)n_items, 64);
    assert_memory_equal(item[0].msk_id, "\0\x21\0\0", 4);
    assert_memory_equal(item[63].msk_id, "\0\x40\0\5", 4);
    check_int("answer", msk_ue_take_response(ue, NULL, b.now), MSK_OK);
    check_int("results", (long long)n_results, 128);
    check_int("requests", (long long)n_requests, 2);
    b.now += 60000;
    check_int("timer", msk_ue_timer(ue, b.now), MSK_OK);
    check_int("requests", (long long)n_requests, 3);
}

/* IDs as long as they can be: not all of them fit into a body. */
static void
registers_the_rest_in_the_next_request(void **state)
{
    size_t first;

    for (size_t layout = 0; layout < 2; layout++) {
        begin(bench_layouts[layout], MSK_REGISTRATION_REQUIRED);
        start_service(0, MSK_SERVICE_ID_MAX); /* is under way */
        for (size_t k = 1; k < SERVICES; k++)
            start_service(k, MSK_SERVICE_ID_MAX);
        check_int("requests", (long long)n_requests, 1);
        check_int("items", (long long)n_items, 1);
        check_int("answer", msk_ue_take_response(ue, NULL, b.now), MSK_OK);
        check_int("requests", (long long)n_requests, 2);
        first = n_items;
        assert_true(first > 10 && first < SERVICES - 1);
        check_int("answer", msk_ue_take_response(ue, NULL, b.now), MSK_OK);
        check_int("results", (long long)n_results, (long long)(1 + first));
        check_int("requests", (long long)n_requests, 3);
        check_int("items", (long long)n_items, (long long)(31 - first));
        check_int("answer", msk_ue_take_response(ue, NULL, b.now), MSK_OK);
        check_int("results", (long long)n_results, SERVICES);
        check_int("requests", (long long)n_requests, 3);
        stop(state);
    }
    begin(MSK_LAYOUT_CSB, MSK_REGISTRATION_NONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(asks_for_the_rest_in_the_next_request, stop),
        cmocka_unit_test_teardown(registers_the_rest_in_the_next_request, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
