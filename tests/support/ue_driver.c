/* SPDX-License-Identifier: MIT */
#include "ue_driver.h"

#include <string.h>

#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/service.h"

#define HOUR 3600000

struct bench driver_bench;
driver_choose *driver_below;

#define b driver_bench
#define below driver_below

static struct bench guest; /* the session of another BM-SC, on the same MGV-F */
static struct msk_bytes old_message; /* one sent before, to come again */
static const char *const names[] = { "news", "film", "nothing" };

/* Changes some octets. */
static void
spoil(uint8_t *p, size_t n)
{
    for (size_t i = 1 + (size_t)below(3); n > 0 && i > 0; i--)
        p[below(n)] ^= (uint8_t)(1 + below(255));
}

static uint16_t
any_group(void)
{
    return (uint16_t)(BENCH_GROUP + below(2));
}

/* What the host may see of a call at any time. */
static void
check_result(int err)
{
    enum msk_err_kind kind = msk_err_kind(err);

    if (err == MSK_PENDING)
        err = below(8) == 0 ? msk_ue_timer(b.ue, b.now) : MSK_OK;
    assert_true(err != MSK_ERR_REENTRY);
    assert_true(kind != MSK_KIND_FATAL || err == bench_trouble() ||
                err == MSK_ERR_CRYPTO || err == MSK_ERR_RANDOM);
    check_int("steps that no table defines", b.undefined, 0);
}

static void
push(void)
{
    struct bench_push p = { .content = MSK_CONTENT_MSK };
    unsigned stale = below(6) == 0 && b.bootstraps > 1 ? 1 : 0;
    uint32_t counter = b.counter;

    p.group = below(20) == 0 ? 0x1234 : any_group();
    p.number = (uint16_t)(1 + below(4));
    p.seq_high = (uint16_t)(below(5) == 0 ? 0 : 3 + below(5));
    p.seq_low = (uint16_t)(p.seq_high == 0 ? 1 : 0);
    p.v = below(2) == 0;
    p.bootstrap = b.bootstraps - stale;
    if (below(8) == 0)
        p.content = MSK_CONTENT_VALIDITY;
    if (below(4) == 0) {
        p.content = MSK_CONTENT_PULL;
        p.v = false;
    }
    if (stale)
        b.counter += 1000; /* newer than all that came under it */
    old_message = bench_message(&b, &p);
    if (stale)
        b.counter = counter;
    check_result(
        msk_ue_receive(b.ue, old_message, msk_text("10.0.0.1"), b.now));
}

/* Uses MSKs up: MTKs, one after the other, under each number. */
static void
use_up(void)
{
    uint16_t group = any_group(), number = (uint16_t)(1 + below(4));

    for (uint16_t mtk_id = 1; mtk_id < 9 && !b.store.waiting; mtk_id++)
        check_result(bench_mtk(&b, group, number, mtk_id));
}

static void
receive(void)
{
    uint8_t octets[MSK_MIKEY_MAX] = { 1 };
    struct msk_bytes message = { octets, 1 };

    switch (below(8)) {
    case 0:
        if (old_message.n > 0) {
            memcpy(octets, old_message.p, old_message.n);
            message.n = old_message.n - below(3);
        }
        spoil(octets, message.n);
        break;
    case 1:
        if (old_message.n > 0)
            message = old_message;
        break;
    case 2:
    case 3:
        message = bench_mtk_message(&b, any_group(), (uint16_t)(1 + below(4)),
                                    (uint16_t)(1 + below(8)));
        break;
    default: push(); return;
    }
    check_result(msk_ue_receive(b.ue, message, msk_text("10.0.0.1"), b.now));
}

static void
serve(void)
{
    static const int codes[] = { 200, 200, 200, 204, 403, 404, 503, 401, 202 };
    static const char *const after[] = { "1", "7", "99999999999", "soon" };

    b.answer = ANSWER_TRUE;
    if (below(3) == 0)
        b.answer = (enum bench_answer)below(ANSWER_KINDS);
    b.code = codes[below(sizeof codes / sizeof codes[0])];
    if (b.answer == ANSWER_ERROR || b.answer == ANSWER_AUTHENTIC_ERROR)
        b.code = below(2) == 0 ? 503 : 403;
    b.retry_after = below(4) == 0 ? after[below(4)] : NULL;
    b.spoil_body = below(12) == 0 ? spoil : NULL;
    b.spoil_header = below(12) == 0 ? spoil : NULL;
    if (b.asked)
        check_result(bench_serve(&b));
    else
        check_result(msk_ue_take_response(b.ue, NULL, b.now));
}

static void
missed(void)
{
    uint8_t mki[6] = { 0x68, 0xCA, 0, 0, 0, 1 };
    uint16_t group = any_group();

    mki[3] = (uint8_t)below(6);
    check_result(msk_ue_missed(
        b.ue, msk_text(names[below(3)]),
        msk_text(group == BENCH_GROUP ? "239.1.1.1/5000" : "239.1.1.2/5000"),
        (struct msk_bytes){ mki, below(30) == 0 ? 5 : 6 }, b.now));
}

static void
request(void)
{
    struct msk_key_id ids[2];
    size_t n = 1 + (size_t)below(2);

    for (size_t i = 0; i < 2; i++)
        ids[i] =
            bench_id(any_group(), (uint16_t)(below(3) == 0 ? 1 + below(5) : 0));
    check_result(msk_ue_request(b.ue, ids, n, b.now));
}

static void
pass_time(void)
{
    static const msk_time spans[] = { 1, 100, 900, 1100, 5000, 11000, 40000 };

    if (below(12) == 0) { /* the clock steps */
        b.now = below(2) == 0 ? below(1000000) : b.now + below(HOUR);
        check_result(msk_ue_timer(b.ue, b.now));
        return;
    }
    check_result(bench_wait(&b, spans[below(7)]));
}

/* Another session owns the same Key Groups, for a while. */
static void
be_a_guest(void)
{
    struct bench_terms terms = { 0, 0, MSK_SWITCH_OFF, MSK_SWITCH_OFF };
    const char *name = names[below(2)];
    int err;

    if (b.store.waiting)
        return;
    guest.now = b.now;
    terms.integrity = below(2) == 0 ? MSK_SWITCH_ON : MSK_SWITCH_OFF;
    switch (below(4)) {
    case 0: err = bench_announce(&guest, name, &terms); break;
    case 1: err = bench_stop(&guest, name); break;
    default:
        err = bench_msk(&guest, any_group(), (uint16_t)(1 + below(4)));
        break;
    }
    if (err == MSK_PENDING)
        err = bench_complete(&guest);
    check_result(err);
}

/* A provider fails once, soon; or the store answers later. */
static void
make_trouble(void)
{
    b.crypto.fail_at = below(2) == 0 ? b.crypto.calls + 1 + below(8) : 0;
    b.random_fail_at = below(2) == 0 ? b.random_calls + 1 + below(2) : 0;
    b.store.fail_at = below(2) == 0 ? b.store.calls + 1 + below(3) : 0;
    b.store.later = below(2) == 0;
}

void
driver_end_trouble(void)
{
    b.spoil_body = b.spoil_header = NULL;
    b.crypto.fail_at = b.random_fail_at = b.store.fail_at = 0;
    b.store.later = false;
    b.answer = ANSWER_TRUE;
    b.code = 200;
    b.retry_after = NULL;
}

static struct msk_ue_config made_with;

static void
power_cycle(void)
{
    if (b.store.waiting)
        return;
    check_int("power cycle", bench_power_cycle(&b, &made_with), MSK_OK);
    if (below(4) != 0)
        check_result(bench_keys(&b, b.bootstraps));
}

void
driver_step(void)
{
    if (b.store.waiting && below(3) != 0) {
        check_result(bench_complete(&b));
        return;
    }
    switch (below(16)) {
    case 0:
        check_result(bench_service(&b, names[below(2)], (uint32_t)below(3),
                                   (uint32_t)below(3)));
        break;
    case 1: check_result(bench_stop(&b, names[below(3)])); break;
    case 2: request(); break;
    case 3: missed(); break;
    case 4:
        if (!b.store.waiting)
            check_result(bench_keys(&b, below(3) == 0 ? b.bootstraps
                                                      : b.bootstraps + 1));
        break;
    case 5:
        if (below(4) == 0)
            power_cycle();
        else
            make_trouble();
        break;
    case 6:
        if (below(2) == 0)
            driver_end_trouble();
        else
            be_a_guest();
        break;
    case 7:
    case 8: pass_time(); break;
    case 9:
    case 10:
    case 11: serve(); break;
    case 12: use_up(); break;
    default: receive(); break;
    }
}

/* Does everything that is asked of the host, truthfully. */
void
driver_be_good(void)
{
    check_result(bench_complete(&b));
    if (b.ue->keys.btid_len == 0)
        check_int("keys", bench_keys(&b, b.bootstraps + 1), MSK_OK);
    if (b.asked)
        check_result(bench_serve(&b));
    else if (b.ue->exchange.state == MSK_EXCHANGE_KEYS)
        check_int("keys", bench_keys(&b, b.bootstraps + 1), MSK_OK);
    for (uint16_t g = 0; g < 2; g++)
        if (b.ue->n_groups > 0)
            (void)bench_msk(&b, (uint16_t)(BENCH_GROUP + g), 9);
    check_result(bench_wait(&b, 5000));
}

bool
driver_is_quiet(void)
{
    bool quiet = b.ue->exchange.state == MSK_EXCHANGE_IDLE;

    for (size_t i = 0; i < b.ue->n_groups; i++)
        quiet = quiet && (b.ue->groups[i].holding == 0 ||
                          b.ue->groups[i].state == MSK_GROUP_REST ||
                          b.ue->groups[i].state == MSK_GROUP_STAY);
    for (size_t i = 0; i < b.ue->n_services; i++)
        quiet = quiet && (b.ue->services[i].state == MSK_SERVICE_FREE ||
                          b.ue->services[i].state == MSK_SERVICE_JOINED ||
                          b.ue->services[i].state == MSK_SERVICE_REGISTERED ||
                          b.ue->services[i].state == MSK_SERVICE_UNSURE);
    return quiet;
}

void
driver_start(enum msk_layout layout, const struct msk_ue_config *config,
             bool without_keys)
{
    made_with = *config;
    bench_start(&b, layout, config);
    bench_start_beside(&guest, &b, &bench_joins);
    if (without_keys)
        (void)bench_power_cycle(&b, config);
    old_message = (struct msk_bytes){ NULL, 0 };
}

void
driver_end(void)
{
    bench_check_neighbour(&b);
    bench_end_beside(&guest);
    msk_ue_wipe(b.ue);
    msk_mgvf_wipe(b.mgvf);
    release(NULL);
}
