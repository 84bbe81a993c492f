/* SPDX-License-Identifier: MIT */
/* The edges of the public calls: arguments, limits, answers that no server gives,
 * hosts without some hook, and an MGV-F without some method. */
#include <string.h>

#include "ue/session.h"
#include "ue_bench.h"

#define GROUP BENCH_GROUP
#define LONG 3600000

static struct bench b;

static int
start(void **state)
{
    bench_start(&b, *(enum msk_layout *)*state, &bench_joins);
    return 0;
}

static int
stop(void **state)
{
    return bench_end(&b, state);
}

static long long
seen(enum msk_ue_effect_kind kind)
{
    return (long long)bench_count(&b, kind);
}

/* With MSK 1, and all quiet. */
static void
settle(void)
{
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_serve_all(&b, 3);
    bench_wait(&b, 60000);
    bench_forget(&b);
    b.requests = 0;
}

/* --- arguments ------------------------------------------------------------ */

static const struct msk_bytes bad = { NULL, 1 };

static void
refuses_a_view_that_has_no_octets(void **state)
{
    struct msk_bytes news = msk_text("news"), flow = msk_text("239.1.1.1/5000");
    struct msk_bytes mki = hex("68CA 0001 0001"), none = { NULL, 0 };

    (void)state;
    settle();
    check_argument(msk_ue_receive(b.ue, bad, news, b.now));
    check_argument(msk_ue_receive(b.ue, mki, bad, b.now));
    check_argument(msk_ue_missed(b.ue, bad, flow, mki, b.now));
    check_argument(msk_ue_missed(b.ue, none, flow, mki, b.now));
    check_argument(msk_ue_missed(b.ue, news, bad, mki, b.now));
    check_argument(msk_ue_missed(b.ue, news, none, mki, b.now));
    check_argument(msk_ue_missed(b.ue, news, flow, bad, b.now));
    check_argument(msk_ue_stop(b.ue, bad, b.now));
    check_argument(msk_ue_stop(b.ue, none, b.now));
    check_int("effects", (long long)b.n_seen, 0);
    check_int("news", bench_stop(&b, "news"), MSK_OK); /* is still there */
}

static void
refuses_keys_that_have_no_octets(void **state)
{
    static const uint8_t long_key[MSK_MUK_MAX + 1];
    struct msk_ue_keys keys = { .size = sizeof keys,
                                .btid = msk_text("other"),
                                .muk = msk_text("a MUK of 16 octs"),
                                .mrk = msk_text("an MRK, 16 octs."),
                                .age = 9 };
    struct msk_ue_keys k;

    (void)state;
#define REFUSED_KEYS(change)                              \
    do {                                                  \
        k = keys;                                         \
        change;                                           \
        check_argument(msk_ue_set_keys(b.ue, &k, b.now)); \
    } while (0)
    REFUSED_KEYS(k.btid = bad);
    REFUSED_KEYS(k.btid.n = 0);
    REFUSED_KEYS(k.muk = bad);
    REFUSED_KEYS(k.mrk = bad);
    REFUSED_KEYS((k.muk = (struct msk_bytes){ long_key, sizeof long_key }));
    REFUSED_KEYS((k.mrk = (struct msk_bytes){ long_key, sizeof long_key }));
    check_argument(msk_ue_set_keys(b.ue, NULL, b.now));
    settle(); /* with the keys of before */
    check_int("keys wanted", seen(MSK_UE_EFFECT_BOOTSTRAP_NEEDED), 0);
    if (bench_on_card()) /* which has the MUK */
        keys.muk.n = 0;
    check_int("whole", msk_ue_set_keys(b.ue, &keys, b.now), MSK_OK);
}

static void
refuses_a_service_that_is_not_whole(void **state)
{
    static uint8_t text[MSK_FLOW_ID_MAX + 1], name[MSK_SERVICE_ID_MAX + 1];
    const struct msk_bytes server = msk_text("bmsc.example.org");
    const struct msk_flow flow = { msk_text("f"), { { 1, 2, 3 }, 4 } };
    const struct msk_service whole = { .size = sizeof whole,
                                       .id = msk_text("x"),
                                       .servers = &server,
                                       .n_servers = 1,
                                       .flows = &flow,
                                       .n_flows = 1 };
    struct msk_service s;
    struct msk_flow f;

    (void)state;
    memset(text, 'a', sizeof text);
    memset(name, 'a', sizeof name);
#define REFUSED_SERVICE(change)                        \
    do {                                               \
        s = whole;                                     \
        f = flow;                                      \
        s.flows = &f;                                  \
        change;                                        \
        check_argument(msk_ue_start(b.ue, &s, b.now)); \
    } while (0)
    REFUSED_SERVICE(s.id = bad);
    REFUSED_SERVICE(s.id.n = 0);
    REFUSED_SERVICE((s.id = (struct msk_bytes){ name, sizeof name }));
    REFUSED_SERVICE(s.servers = NULL);
    REFUSED_SERVICE(s.n_servers = 0);
    REFUSED_SERVICE(s.flows = NULL);
    REFUSED_SERVICE(s.n_flows = 0);
    REFUSED_SERVICE(s.integrity = (enum msk_switch)9);
    REFUSED_SERVICE(s.confidentiality = (enum msk_switch)9);
    REFUSED_SERVICE(f.id = bad);
    REFUSED_SERVICE(f.id.n = 0);
    REFUSED_SERVICE((f.id = (struct msk_bytes){ text, sizeof text }));
    REFUSED_SERVICE(f.group.group = 0);
    check_int("none", msk_ue_stop(b.ue, whole.id, b.now), MSK_ERR_STATE);
    for (int on = MSK_SWITCH_DEFAULT; on <= MSK_SWITCH_OFF; on++) {
        s = whole;
        s.integrity = s.confidentiality = (enum msk_switch)on;
        check_int("whole", msk_ue_start(b.ue, &s, b.now), MSK_OK);
    }
}

/* A text that is no URI is no server, and one after it may be. */
static void
passes_over_servers_that_are_none(void **state)
{
    struct msk_bytes servers[2] = { msk_text(
                                        "http://bmsc.example.org:99999999"),
                                    msk_text("bmsc.example.org") };
    struct msk_flow flow = { msk_text("f"), { { 1, 2, 3 }, 4 } };
    struct msk_service s = { .size = sizeof s,
                             .id = msk_text("x"),
                             .servers = servers,
                             .n_servers = 1,
                             .flows = &flow,
                             .n_flows = 1 };

    (void)state;
    check_int("none", msk_ue_start(b.ue, &s, b.now), MSK_ERR_NOT_MINE);
    s.n_servers = 2;
    check_int("second", msk_ue_start(b.ue, &s, b.now), MSK_OK);
}

static void
asks_for_64_at_a_time(void **state)
{
    struct msk_key_id ids[MSK_BODY_ITEMS_MAX + 1];

    (void)state;
    settle();
    for (size_t i = 0; i <= MSK_BODY_ITEMS_MAX; i++)
        ids[i] = bench_id(GROUP, 0);
    check_int("more", msk_ue_request(b.ue, ids, MSK_BODY_ITEMS_MAX + 1, b.now),
              MSK_ERR_LIMIT);
    check_int("asked", b.requests, 0);
    check_int("64", msk_ue_request(b.ue, ids, MSK_BODY_ITEMS_MAX, b.now),
              MSK_OK);
    check_int("asked", b.requests, 1);
}

/* --- limits ---------------------------------------------------------------- */

static void
begin_with(size_t groups, size_t services)
{
    struct msk_ue_config c = bench_joins;

    c.limits.groups = groups;
    c.limits.services = services;
    check_int("power cycle", bench_power_cycle(&b, &c), MSK_OK);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
}

static void
has_room_for_as_many_services_as_it_was_told(void **state)
{
    (void)state;
    begin_with(2, 1);
    check_int("first", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("second", bench_service(&b, "film", 0, 0), MSK_ERR_LIMIT);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    check_int("push", bench_msk(&b, BENCH_OTHER, 1), MSK_ERR_NOT_MINE);
    check_int("again", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    bench_serve_all(&b, 5);
    check_int("second", bench_service(&b, "film", 0, 0), MSK_OK);
}

/* Two for each Key Group, however they are spread. */
static void
has_room_for_two_flows_of_each_group(void **state)
{
    struct msk_bytes server = msk_text("bmsc.example.org");
    struct msk_flow flows[5];
    struct msk_service s = { .size = sizeof s,
                             .id = msk_text("x"),
                             .servers = &server,
                             .n_servers = 1,
                             .flows = flows };
    static const char *const names[] = { "a", "b", "c", "d", "e" };

    (void)state;
    begin_with(2, 2);
    for (size_t i = 0; i < 5; i++) {
        struct msk_key_id id = bench_id(GROUP, 0);

        flows[i].id = msk_text(names[i]);
        flows[i].group = msk_key_id_group(&id);
    }
    s.n_flows = 5;
    check_int("five", msk_ue_start(b.ue, &s, b.now), MSK_ERR_LIMIT);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_ERR_NOT_MINE);
    s.n_flows = 4;
    check_int("four", msk_ue_start(b.ue, &s, b.now), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    for (size_t i = 0; i < 5; i++)
        check_int(names[i],
                  msk_ue_missed(b.ue, s.id, msk_text(names[i]),
                                hex("68CA 0001 0001"), b.now),
                  i < 4 ? MSK_OK : MSK_ERR_NOT_MINE);
}

/* Keys for messages alone came while a request was under way: it waits for others
 * once its own are refused. */
static void
waits_for_keys_that_may_ask(void **state)
{
    struct msk_ue_keys keys = { .size = sizeof keys,
                                .btid = msk_text("run2@bsf.example.org"),
                                .muk = msk_text("a MUK of 16 octs"),
                                .age = 2 };

    (void)state;
    if (bench_on_card())
        keys.muk.n = 0;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    b.answer = ANSWER_BOOTSTRAP;
    bench_serve_all(&b, 1); /* a challenge: it asks with credentials now */
    assert_true(b.asked);
    check_int("keys", msk_ue_set_keys(b.ue, &keys, b.now), MSK_OK);
    bench_serve_all(&b, 1);
    check_int("bootstrap", seen(MSK_UE_EFFECT_BOOTSTRAP_NEEDED), 1);
    assert_false(b.asked);
    keys.btid = msk_text("run3@bsf.example.org");
    keys.age = 3;
    check_int("keys", msk_ue_set_keys(b.ue, &keys, b.now), MSK_OK);
    assert_false(b.asked);
    b.answer = ANSWER_TRUE;
    check_int("keys", bench_keys(&b, 4), MSK_OK);
    bench_serve_all(&b, 3);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    bench_wait(&b, LONG);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

/* --- messages and answers ------------------------------------------------- */

static void
takes_no_message_that_is_none_for_it(void **state)
{
    static const uint8_t much[MSK_MIKEY_MAX + 1];
    const struct bench_seen *ack;

    (void)state;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 1), MSK_OK);
    ack = bench_the_last(&b, MSK_UE_EFFECT_SEND_MIKEY);
    assert_true(ack->n <= sizeof ack->text);
    assert_int_not_equal(
        msk_ue_receive(b.ue, exact(ack->text, ack->n), msk_text("p"), b.now),
        MSK_OK);
    assert_int_not_equal(msk_ue_receive(b.ue,
                                        (struct msk_bytes){ much, sizeof much },
                                        msk_text("p"), b.now),
                         MSK_OK);
    check_int("MSKs", seen(MSK_UE_EFFECT_MSK), 1);
}

/* As if none had come. */
static void
takes_an_answer_that_is_no_http_for_none(void **state)
{
    static const int wrong[] = { 0, 99, 600, 500 };
    struct msk_http_response none = { .size = sizeof none, .status = 503 };

    (void)state;
    settle();
    for (size_t i = 0; i < 5; i++) {
        struct msk_http_response r = none;

        check_int("pull", bench_pull(&b, GROUP), MSK_OK);
        bench_wait(&b, 3000);
        assert_true(b.asked);
        r.status = i < 4 ? wrong[i] : 200;
        r.n_headers = i < 4 ? 0 : 1; /* and no headers */
        b.asked = false;
        assert_int_not_equal(msk_ue_take_response(b.ue, &r, b.now), MSK_OK);
        bench_wait(&b, LONG);
        bench_serve_all(&b, 9);
        check_int("push", bench_msk(&b, GROUP, (uint16_t)(2 + i)), MSK_OK);
        bench_wait(&b, LONG);
    }
}

/* A date of thousands of years is one of five minutes. */
static void
obeys_no_date_that_is_far_away(void **state)
{
    (void)state;
    settle();
    check_int("pull", bench_pull(&b, GROUP), MSK_OK);
    bench_wait(&b, 3000);
    b.answer = ANSWER_ERROR;
    b.code = 503;
    b.date = "Sun, 06 Nov 1994 08:49:37 GMT";
    b.retry_after = "Fri, 31 Dec 9999 23:59:59 GMT";
    (void)bench_serve(&b);
    b.requests = 0;
    bench_wait(&b, 299000);
    check_int("not yet", b.requests, 0);
    bench_wait(&b, 40000);
    assert_true(b.requests > 0);
}

/* --- traffic -------------------------------------------------------------- */

static int
missed(uint16_t number)
{
    uint8_t mki[6] = { 0x68, 0xCA, 0, 0, 0, 1 };

    mki[3] = (uint8_t)number;
    return msk_ue_missed(b.ue, msk_text("news"), msk_text("239.1.1.1/5000"),
                         (struct msk_bytes){ mki, sizeof mki }, b.now);
}

static void
asks_for_nothing_that_it_could_not_look_for(void **state)
{
    (void)state;
    settle();
    b.store.fail_at = b.store.calls + 1;
    check_int("fails", missed(1), bench_trouble());
    b.store.fail_at = 0;
    bench_wait(&b, 60000);
    check_int("asked", b.requests, 0);
}

static void
asks_for_an_msk_of_which_the_mgvf_knows_no_group(void **state)
{
    struct msk_key_id id = bench_id(GROUP, 0);
    struct msk_group_id group = msk_key_id_group(&id);

    (void)state;
    settle();
    check_int("forget", msk_mgvf_forget(b.mgvf, msk_text(b.fqdn), &group),
              MSK_OK);
    check_int("missed", missed(1), MSK_OK);
    bench_wait(&b, 60000);
    assert_true(b.requests > 0);
}

/* --- errors that pass ----------------------------------------------------- */

/* The last group of a service is to be forgotten, and what that needs fails. */
static void
forgets_in_the_end_whatever_fails_first(void **state)
{
    static const int errors[] = { MSK_ERR_STORE, MSK_ERR_LIMIT, MSK_ERR_BUSY };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        settle();
        if (i < 3) {
            b.store.error = errors[i];
            b.store.fail_at = b.store.calls + 1;
            b.store.for_ever = true;
        } else {
            b.crypto.fail_at = b.crypto.calls + 1;
            b.crypto.for_ever = true;
        }
        (void)bench_stop(&b, "news");
        (void)msk_ue_timer(b.ue, b.now);
        b.store.fail_at = b.crypto.fail_at = 0;
        b.store.for_ever = b.crypto.for_ever = false;
        bench_wait(&b, 60000);
        check_int("forgotten", bench_held(&b, GROUP, NULL), MSK_ERR_NOT_MINE);
    }
}

/* What failed is tried again after a while; a service that is started before then
 * has its groups allowed before then or with it. */
static void
starts_while_what_failed_rests(void **state)
{
    (void)state;
    settle();
    b.store.fail_at = b.store.calls + 1;
    b.store.for_ever = true;
    (void)bench_stop(&b, "news");
    b.store.fail_at = 0;
    b.store.for_ever = false;
    check_int("start", bench_service(&b, "film", 0, 0), MSK_OK);
    bench_wait(&b, 20000);
    bench_serve_all(&b, 5);
    check_int("push", bench_msk(&b, BENCH_OTHER, 1), MSK_OK);
    check_int("push", bench_msk(&b, GROUP, 2), MSK_OK);
}

/* --- hosts that poll ------------------------------------------------------- */

/* Takes what there is. A call is refused before the last was taken, and changes
 * nothing. Returns the kind of that one; 0: there was none. */
static int
take_all(void)
{
    struct msk_ue_effect e = { .size = sizeof e };
    int err = msk_ue_timer(b.ue, b.now), last = 0;

    while (msk_ue_next(b.ue, &e)) {
        check_int("before", err, MSK_ERR_BUSY);
        last = (int)e.kind;
        err = msk_ue_timer(b.ue, b.now);
    }
    check_int("after", msk_ue_timer(b.ue, b.now), MSK_OK);
    return last;
}

static void
poll_instead(void)
{
    memset(&b.ue->hooks, 0, sizeof b.ue->hooks);
    b.ue->polls = true;
}

/* What is told last after each call, so that it is the one that is missed where
 * an outbox looks empty. */
static void
is_busy_until_a_host_has_taken_all(void **state)
{
    struct msk_ue_effect e = { .size = sizeof e };
    static struct bench guest;

    (void)state;
    poll_instead();
    b.store.later = !bench_on_card();
    if (b.store.later) {
        check_int("start", bench_service(&b, "news", 0, 0), MSK_PENDING);
        assert_false(msk_ue_next(b.ue, &e));
        check_int("done", bench_complete(&b), MSK_OK);
        b.store.later = false;
    } else {
        check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    }
    check_int("request", take_all(), MSK_UE_EFFECT_SEND_HTTP);
    check_int("none", msk_ue_take_response(b.ue, NULL, b.now), MSK_OK);
    check_int("result", take_all(), MSK_UE_EFFECT_RESULT);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    check_int("leave", take_all(), MSK_UE_EFFECT_LEAVE);
    check_int("start", bench_service(&b, "news", 5, 0), MSK_OK);
    check_int("not yet", take_all(), 0);
    for (uint16_t n = 1; n <= 2; n++) {
        check_int("push", bench_msk(&b, GROUP, n), MSK_OK);
        check_int("MSK", take_all(), MSK_UE_EFFECT_MSK);
    }
    bench_start_beside(&guest, &b, &bench_joins);
    guest.now = b.now;
    check_int("guest", bench_service(&guest, "news", 0, 0), MSK_OK);
    check_int("third", bench_msk(&guest, GROUP, 3), MSK_OK);
    check_int("timer", msk_ue_timer(b.ue, b.now), MSK_OK);
    check_int("deleted", take_all(), MSK_UE_EFFECT_MSK_DELETED);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    check_int("leave", take_all(), MSK_UE_EFFECT_LEAVE);
    bench_end_beside(&guest);
}

/* The end of a registration is told of a service, and of no group. */
static void
is_busy_until_the_result_of_a_service_is_taken(void **state)
{
    struct msk_ue_config c = { .registration = MSK_REGISTRATION_REQUIRED };

    (void)state;
    check_int("power cycle", bench_power_cycle(&b, &c), MSK_OK);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    poll_instead();
    check_int("none", msk_ue_take_response(b.ue, NULL, b.now), MSK_OK);
    check_int("result", take_all(), MSK_UE_EFFECT_RESULT);
}

/* A patience without end, and a back-off on top of it. */
static void
waits_for_ever_where_it_is_told_to(void **state)
{
    struct msk_ue_config c = bench_joins;

    (void)state;
    c.patience = MSK_NEVER - 1;
    check_int("power cycle", bench_power_cycle(&b, &c), MSK_OK);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
    check_int("start", bench_service(&b, "news", 5, 5), MSK_OK);
    for (int i = 0; i < 20; i++) {
        bench_wait(&b, LONG);
        bench_serve_all(&b, 3);
    }
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
}

/* Keys that may not ask come while a service is to be registered again later: it
 * waits, and no timer runs out at once for ever. */
static void
registers_with_keys_that_may(void **state)
{
    struct msk_ue_config c = { .registration = MSK_REGISTRATION_REQUIRED };
    struct msk_ue_keys keys = { .size = sizeof keys,
                                .btid = msk_text("run2@bsf.example.org"),
                                .muk = msk_text("a MUK of 16 octs"),
                                .age = 2 };

    (void)state;
    if (bench_on_card())
        keys.muk.n = 0;
    c.patience = LONG;
    check_int("power cycle", bench_power_cycle(&b, &c), MSK_OK);
    check_int("keys", bench_keys(&b, 1), MSK_OK);
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    b.code = 503;
    bench_serve_all(&b, 2);
    check_int("keys", msk_ue_set_keys(b.ue, &keys, b.now), MSK_OK);
    b.requests = 0;
    bench_wait(&b, LONG / 2);
    check_int("asked", b.requests, 0);
    b.code = 200;
    check_int("keys", bench_keys(&b, 3), MSK_OK);
    bench_wait(&b, 60000);
    assert_true(b.requests > 0);
}

/* --- hosts without some hook ---------------------------------------------- */

static void
lose_hook(enum msk_ue_effect_kind kind)
{
    struct msk_ue_hooks *h = &b.ue->hooks;

    switch (kind) {
    case MSK_UE_EFFECT_SEND_MIKEY: h->send_mikey = NULL; break;
    case MSK_UE_EFFECT_SEND_HTTP: h->send_http = NULL; break;
    case MSK_UE_EFFECT_MSK: h->on_msk = NULL; break;
    case MSK_UE_EFFECT_MTK: h->on_mtk = NULL; break;
    case MSK_UE_EFFECT_MSK_DELETED: h->on_msk_deleted = NULL; break;
    case MSK_UE_EFFECT_BOOTSTRAP_NEEDED: h->on_bootstrap_needed = NULL; break;
    case MSK_UE_EFFECT_LEAVE: h->on_leave = NULL; break;
    case MSK_UE_EFFECT_RESULT: h->on_result = NULL; break;
    }
}

/* A life in which there is something for each hook. */
static void
live(void)
{
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    b.answer = ANSWER_BOOTSTRAP;
    bench_serve_all(&b, 2);
    b.answer = ANSWER_TRUE;
    check_int("keys", bench_keys(&b, 2), MSK_OK);
    bench_serve_all(&b, 3);
    if (b.ue->hooks.send_http == NULL) /* the host knows by other means */
        (void)msk_ue_take_response(b.ue, NULL, b.now);
    for (uint16_t n = 1; n <= 3; n++)
        check_int("push", bench_msk(&b, GROUP, n), MSK_OK);
    check_int("MTK", bench_mtk(&b, GROUP, 3, 1), MSK_OK);
    bench_wait(&b, LONG);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
}

static void
calls_every_hook_that_is_there(void **state)
{
    const int first = MSK_UE_EFFECT_SEND_MIKEY, last = MSK_UE_EFFECT_RESULT;

    for (int lost = first; lost <= last; lost++) {
        lose_hook((enum msk_ue_effect_kind)lost);
        live();
        for (int kind = first; kind <= last; kind++)
            if (lost != MSK_UE_EFFECT_SEND_HTTP)
                check_int("called", seen((enum msk_ue_effect_kind)kind) > 0,
                          kind != lost);
        check_int("MSKs", bench_count(&b, MSK_UE_EFFECT_MSK) > 0,
                  lost != MSK_UE_EFFECT_MSK);
        stop(NULL);
        start(state);
    }
}

/* --- an MGV-F that only processes ----------------------------------------- */

static struct msk_mgvf_result next_result;

static int
process_as_told(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
                struct msk_mgvf_result *result)
{
    (void)mgvf;
    (void)input;
    next_result.size = result->size;
    *result = next_result;
    return MSK_OK;
}

static int
complete_nothing(struct msk_mgvf *mgvf, uint32_t token, int result,
                 struct msk_mgvf_result *out)
{
    (void)mgvf;
    (void)token;
    (void)result;
    (void)out;
    return MSK_ERR_STATE;
}

static int
tell(enum msk_outcome outcome, struct msk_bytes btid)
{
    memset(&next_result, 0, sizeof next_result);
    next_result.outcome = outcome;
    next_result.id = bench_id(GROUP, 1);
    next_result.btid = btid;
    return bench_msk(&b, GROUP, 1);
}

/* It neither allows nor forgets, and does not say what it holds. What it said
 * when the MSK came is believed. */
static void
works_with_an_mgvf_that_only_processes(void **state)
{
    const struct msk_mgvf_ops ops = { .size = sizeof ops,
                                      .process = process_as_told,
                                      .complete = complete_nothing };
    struct msk_mgvf strange = { .ops = &ops };

    (void)state;
    b.ue->mgvf = &strange;
    check_int("start", bench_service(&b, "news", 0, 0), MSK_OK);
    bench_serve_all(&b, 3);
    bench_wait(&b, 5000);
    check_int("push", tell(MSK_OUTCOME_STORED, msk_text("run1")), MSK_OK);
    check_int("MSK", seen(MSK_UE_EFFECT_MSK), 1);
    bench_wait(&b, 60000);
    b.requests = 0;
    strange.changes++;
    check_int("timer", msk_ue_timer(b.ue, b.now), MSK_OK);
    check_int("missed", missed(1), MSK_OK);
    bench_wait(&b, 60000);
    check_int("asked for what it got", b.requests, 0);
    check_int("stale", tell(MSK_OUTCOME_STALE, msk_text("")), MSK_OK);
    b.code = 403;
    bench_serve_all(&b, 3);
    bench_wait(&b, 60000);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 0);
    check_int("no keys", seen(MSK_UE_EFFECT_BOOTSTRAP_NEEDED), 0);
    check_int("stop", bench_stop(&b, "news"), MSK_OK);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
    b.ue->mgvf = b.mgvf;
}

/* The same before any MSK came. */
static void
leaves_with_an_mgvf_that_tells_nothing(void **state)
{
    const struct msk_mgvf_ops ops = { .size = sizeof ops,
                                      .process = process_as_told,
                                      .complete = complete_nothing };
    struct msk_mgvf strange = { .ops = &ops };

    (void)state;
    b.ue->mgvf = &strange;
    check_int("start", bench_service(&b, "news", 5, 0), MSK_OK);
    check_int("missed", missed(1), MSK_OK);
    bench_wait(&b, 8000);
    assert_true(b.asked);
    b.code = 403;
    bench_serve_all(&b, 3);
    bench_wait(&b, LONG);
    check_int("left", seen(MSK_UE_EFFECT_LEAVE), 1);
    b.ue->mgvf = b.mgvf;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_BOTH(refuses_a_view_that_has_no_octets),
        BENCH_BOTH(refuses_keys_that_have_no_octets),
        BENCH_BOTH(refuses_a_service_that_is_not_whole),
        BENCH_BOTH(passes_over_servers_that_are_none),
        BENCH_BOTH(asks_for_64_at_a_time),
        BENCH_BOTH(has_room_for_as_many_services_as_it_was_told),
        BENCH_BOTH(has_room_for_two_flows_of_each_group),
        BENCH_BOTH(waits_for_keys_that_may_ask),
        BENCH_BOTH(takes_no_message_that_is_none_for_it),
        BENCH_BOTH(takes_an_answer_that_is_no_http_for_none),
        BENCH_BOTH(obeys_no_date_that_is_far_away),
        BENCH_BOTH(asks_for_nothing_that_it_could_not_look_for),
        BENCH_BOTH(asks_for_an_msk_of_which_the_mgvf_knows_no_group),
        BENCH_BOTH(forgets_in_the_end_whatever_fails_first),
        BENCH_BOTH(starts_while_what_failed_rests),
        BENCH_BOTH(is_busy_until_a_host_has_taken_all),
        BENCH_BOTH(is_busy_until_the_result_of_a_service_is_taken),
        BENCH_BOTH(waits_for_ever_where_it_is_told_to),
        BENCH_BOTH(registers_with_keys_that_may),
        BENCH_BOTH(calls_every_hook_that_is_there),
        BENCH_BOTH(works_with_an_mgvf_that_only_processes),
        BENCH_BOTH(leaves_with_an_mgvf_that_tells_nothing),
    };

    return bench_run(tests);
}
