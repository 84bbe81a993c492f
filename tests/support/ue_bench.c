/* SPDX-License-Identifier: MIT */
#include "ue_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apart.h"
#include "msk/xml_expat.h"
#include "ue/exchange.h"
#include "ue/group.h"
#include "ue/holding.h"
#include "ue/service.h"

#define PEER "10.0.0.1:2269"
#define FQDN "bmsc.example.org"
#define BESIDE "bmsc.example.com"
#define NEIGHBOUR "bmsc.example.net"

unsigned bench_cells[5][16][32];
const uint8_t bench_domain[3] = { 0x21, 0x63, 0x54 };
static const uint8_t other_domain[3] = { 0x21, 0x63, 0x55 };
static const uint8_t neighbour_domain[3] = { 0x20, 0x63, 0x54 };

struct msk_key_id
bench_id(uint16_t group, uint16_t number)
{
    struct msk_key_id id = { { 0, 0, 0 }, group, number };
    bool other = group == BENCH_OTHER;

    memcpy(id.domain, other ? other_domain : bench_domain, 3);
    id.group = other ? BENCH_GROUP : group;
    return id;
}

/* The other way round, member by member: the octet between them stays 0, as what
 * was seen is compared as a whole. A name that no test knows is a failure. */
static void
put_name(struct msk_key_id *name, const struct msk_key_id *id)
{
    memcpy(name->domain, id->domain, sizeof name->domain);
    name->group = id->group;
    name->number = id->number;
    if (id->group == 0) /* of none */
        return;
    if (memcmp(id->domain, bench_domain, 3) == 0) {
        assert_int_not_equal(id->group, BENCH_OTHER);
        return;
    }
    assert_memory_equal(id->domain, other_domain, 3);
    assert_int_equal(id->group, BENCH_GROUP);
    memcpy(name->domain, bench_domain, 3);
    name->group = BENCH_OTHER;
}

int
bench_held(struct bench *b, uint16_t group, struct msk_held *held)
{
    struct msk_key_id id = bench_id(group, 0);
    struct msk_group_id key_group = msk_key_id_group(&id);
    struct msk_held unseen = { .size = sizeof unseen };

    return msk_mgvf_held(b->mgvf, &key_group, held != NULL ? held : &unseen);
}

static int
bench_fill(void *user, uint8_t *out, size_t n)
{
    struct bench *b = user;
    struct rng rng = { b->random_state };

    if (++b->random_calls == b->random_fail_at ||
        (b->random_fails_for_ever && b->random_calls > b->random_fail_at))
        return 1;
    rng_fill(&rng, out, n);
    b->random_state = rng.state;
    return 0;
}

static int
server_fill(void *user, uint8_t *out, size_t n)
{
    struct bench *b = user;
    struct rng rng = { b->server_random_state };

    rng_fill(&rng, out, n);
    b->server_random_state = rng.state;
    return 0;
}

/* --- keys ---------------------------------------------------------------- */

static size_t
btid_of(unsigned n, uint8_t *out)
{
    return (size_t)snprintf((char *)out, MSK_BTID_MAX, "run%u@bsf.example.org",
                            n);
}

/* No eight octets of it are found in memory by chance. */
void
bench_key(unsigned n, uint8_t which, uint8_t out[32])
{
    struct rng rng = { (uint64_t)n << 8 | which };

    rng_fill(&rng, out, 32);
}

/* --- messages ------------------------------------------------------------ */

bool
bench_remembers(const struct bench *b, const uint8_t *secret, size_t n)
{
    for (size_t i = 0; i + 8 <= sizeof b->ue_memory; i++)
        for (size_t at = 0; at + 8 <= n; at++)
            if (memcmp(b->ue_memory + i, secret + at, 8) == 0)
                return true;
    return false;
}

/* The value of an MSK of a group of that domain. */
static void
msk_of(const uint8_t domain[3], uint16_t number, uint8_t out[16])
{
    memset(out, number, 16);
    memcpy(out, domain, 3);
}

static struct msk_bytes
make_message(const struct bench_push *push, enum msk_layout layout,
             const char *fqdn, const uint8_t domain[3], uint32_t counter)
{
    static const uint8_t null_sp[] = { 0, 1, 0, 2, 1, 0 };
    static const uint8_t rand[16] = "a RAND for tests";
    uint8_t buf[MSK_MIKEY_MAX], key[16], muk[32], btid[MSK_BTID_MAX];
    size_t len = 0;
    struct msk_msk_message m = { .size = sizeof m };
    struct fake_crypto sane;

    fake_crypto_start(&sane, 0);
    msk_of(domain, push->number, key);
    bench_key(push->bootstrap, 'U', muk);
    m.layout = layout;
    m.content = push->content;
    memcpy(m.id.domain, domain, 3);
    m.id.group = push->group == BENCH_OTHER ? BENCH_GROUP : push->group;
    m.id.number = push->number;
    m.fqdn = msk_text(fqdn);
    m.btid.p = btid;
    m.btid.n = btid_of(push->bootstrap, btid);
    m.rand.p = rand;
    m.rand.n = sizeof rand;
    m.csb_id = layout == MSK_LAYOUT_CSB ? m.id.group : 0x11223344;
    m.counter = counter;
    m.v = push->v;
    if (push->content == MSK_CONTENT_MSK) {
        m.key.p = key;
        m.key.n = sizeof key;
    }
    if (push->unprotected) {
        m.streaming = true;
        m.sp.p = null_sp;
        m.sp.n = sizeof null_sp;
    }
    m.seq_low = push->seq_low;
    m.seq_high = push->seq_high;
    check_int("push",
              msk_msk_message_make(&sane.crypto,
                                   (struct msk_bytes){ muk, sizeof muk }, &m,
                                   buf, sizeof buf, &len),
              MSK_OK);
    return exact(buf, len);
}

/* --- hooks --------------------------------------------------------------- */

static struct bench_seen *
see(struct bench *b, enum msk_ue_effect_kind kind)
{
    struct bench_seen *seen = &b->seen[b->n_seen % BENCH_SEEN];

    assert_false(b->in_hook);
    b->n_seen++;
    memset(seen, 0, sizeof *seen);
    seen->kind = kind;
    return seen;
}

/* From a hook every call is refused, and changes nothing. */
static void
reenter(struct bench *b)
{
    struct msk_bytes one = { (const uint8_t *)"x", 1 };
    struct msk_key_id id = bench_id(BENCH_GROUP, 0);
    struct msk_ue_effect effect = { .size = sizeof effect };

    if (!b->reenters)
        return;
    b->in_hook = true;
    assert_int_equal(msk_ue_timer(b->ue, b->now + 1000), MSK_ERR_REENTRY);
    assert_int_equal(msk_ue_receive(b->ue, one, one, b->now), MSK_ERR_REENTRY);
    assert_int_equal(msk_ue_take_response(b->ue, NULL, b->now),
                     MSK_ERR_REENTRY);
    assert_int_equal(msk_ue_start(b->ue, NULL, b->now), MSK_ERR_REENTRY);
    assert_int_equal(msk_ue_stop(b->ue, one, b->now), MSK_ERR_REENTRY);
    assert_int_equal(msk_ue_request(b->ue, &id, 1, b->now), MSK_ERR_REENTRY);
    assert_int_equal(msk_ue_missed(b->ue, one, one, one, b->now),
                     MSK_ERR_REENTRY);
    assert_int_equal(msk_ue_set_keys(b->ue, NULL, b->now), MSK_ERR_REENTRY);
    assert_int_equal(msk_ue_complete(b->ue, 1, MSK_OK, b->now),
                     MSK_ERR_REENTRY);
    assert_false(msk_ue_next(b->ue, &effect));
    (void)msk_ue_due(b->ue, b->now);
    b->in_hook = false;
}

static void
text(struct bench_seen *seen, struct msk_bytes a, struct msk_bytes c)
{
    assert_true(a.n + c.n <= sizeof seen->text);
    if (a.n > 0)
        memcpy(seen->text, a.p, a.n);
    if (c.n > 0)
        memcpy(seen->text + a.n, c.p, c.n);
    seen->n = a.n + c.n;
}

static void
send_mikey(void *user, struct msk_bytes peer, struct msk_bytes message)
{
    struct bench_seen *seen = see(user, MSK_UE_EFFECT_SEND_MIKEY);

    assert_true(message.n > 0 && peer.n > 0);
    seen->n = message.n;
    memcpy(seen->text, message.p,
           message.n < sizeof seen->text ? message.n : sizeof seen->text);
    reenter(user);
}

static void
copy(uint8_t *out, size_t cap, size_t *len, struct msk_bytes from)
{
    assert_true(from.n <= cap);
    if (from.n > 0)
        memcpy(out, from.p, from.n);
    *len = from.n;
}

static struct msk_bytes
value_of(const struct msk_http_request *request, const char *name)
{
    struct msk_bytes none = { NULL, 0 };

    for (size_t i = 0; i < request->n_headers; i++)
        if (request->headers[i].name.n == strlen(name) &&
            memcmp(request->headers[i].name.p, name, strlen(name)) == 0)
            return request->headers[i].value;
    return none;
}

static bool
ends_with(struct msk_bytes octets, const char *text)
{
    size_t n = strlen(text);

    return octets.n >= n && memcmp(octets.p + octets.n - n, text, n) == 0;
}

static void
send_http(void *user, const struct msk_http_request *request)
{
    struct bench *b = user;

    (void)see(b, MSK_UE_EFFECT_SEND_HTTP);
    b->asked = true;
    b->requests++;
    copy(b->target, sizeof b->target, &b->target_len, request->target);
    copy(b->request_body, sizeof b->request_body, &b->request_body_len,
         request->body);
    b->authorization_len = 0;
    copy(b->authorization, sizeof b->authorization, &b->authorization_len,
         value_of(request, "Authorization"));
    /* TS 24.109 5.2.1, TS 33.535 B.1.2.2 */
    check_octets("agent", value_of(request, "User-Agent"),
                 b->akma ? chars("libmsk 3gpp-akma")
                         : chars("libmsk 3gpp-gba"));
    assert_true(value_of(request, "Content-Type").n > 0);
    check_octets("encoding", value_of(request, "Accept-Encoding"),
                 chars("identity"));
    check_octets("accept", value_of(request, "Accept"),
                 ends_with(request->target, "msk-request")
                     ? chars("application/mbms-msk-response+xml, "
                             "application/mbms-msk+xml")
                     : chars("application/mbms-register-response+xml"));
    reenter(b);
}

static void
on_msk(void *user, const struct msk_msk_event *msk)
{
    struct bench_seen *seen = see(user, MSK_UE_EFFECT_MSK);

    put_name(&seen->id, &msk->id);
    seen->flag = msk->updated_only;
    reenter(user);
}

static void
on_mtk(void *user, const struct msk_mtk_event *mtk)
{
    struct bench_seen *seen = see(user, MSK_UE_EFFECT_MTK);

    put_name(&seen->id, &mtk->id);
    seen->mtk_id = mtk->mtk_id;
    text(seen, mtk->key, mtk->salt);
    reenter(user);
}

static void
on_msk_deleted(void *user, const struct msk_key_id *id)
{
    put_name(&see(user, MSK_UE_EFFECT_MSK_DELETED)->id, id);
    reenter(user);
}

static void
on_bootstrap_needed(void *user, enum msk_reason reason)
{
    see(user, MSK_UE_EFFECT_BOOTSTRAP_NEEDED)->reason = reason;
    reenter(user);
}

static void
on_leave(void *user, const struct msk_leave_event *leave)
{
    struct bench_seen *seen = see(user, MSK_UE_EFFECT_LEAVE);
    struct msk_key_id id = { { 0, 0, 0 }, leave->group.group, 0 };

    memcpy(id.domain, leave->group.domain, sizeof id.domain);
    put_name(&seen->id, &id);
    seen->reason = leave->reason;
    text(seen, leave->service, (struct msk_bytes){ NULL, 0 });
    reenter(user);
}

static void
on_result(void *user, const struct msk_result_event *result)
{
    struct bench_seen *seen = see(user, MSK_UE_EFFECT_RESULT);

    put_name(&seen->id, &result->id);
    seen->reason = result->reason;
    seen->procedure = result->procedure;
    seen->code = result->code;
    seen->flag = result->confirmed;
    text(seen, result->service, (struct msk_bytes){ NULL, 0 });
    reenter(user);
}

static const struct msk_machine *
machine_of(const struct msk_trace *step)
{
    switch (step->machine) {
    case MSK_MACHINE_EXCHANGE: return &msk_ue_exchange_machine;
    case MSK_MACHINE_GROUP: return &msk_ue_group_machine;
    case MSK_MACHINE_SERVICE: return &msk_ue_service_machine;
    default: return &msk_ue_holding_machine;
    }
}

static void
check_step_names(const struct msk_trace *step)
{
    const struct msk_machine *m = machine_of(step);

    assert_int_equal(step->machine, m->number);
    assert_string_equal(step->machine_name, m->name);
    assert_string_equal(step->state_name, m->states[step->state]);
    assert_string_equal(step->event_name, m->events[step->event]);
    assert_string_equal(step->next_name, m->states[step->next]);
}

static void
trace(void *user, const struct msk_trace *step)
{
    struct bench *b = user;

    check_step_names(step);
    if (step->err != MSK_OK) {
        print_message("%s, %s: %s is not defined\n", step->machine_name,
                      step->state_name, step->event_name);
        b->undefined++;
        return;
    }
    bench_cells[step->machine][step->state][step->event]++;
}

/* A host that writes a key log may look into the MGV-F from there. */
static void
keylog(void *user, const struct msk_keylog *key)
{
    struct bench *b = user;
    struct msk_held held = { .size = sizeof held };
    struct msk_group_id group;

    group = msk_key_id_group(&key->id);
    if (b->looks && key->kind != MSK_KEYLOG_MUK)
        assert_int_equal(msk_mgvf_held(b->mgvf, &group, &held), MSK_OK);
}

static const struct msk_ue_hooks hooks = {
    .size = sizeof hooks,
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

/* --- the MGV-F ----------------------------------------------------------- */

bool
bench_on_card(void)
{
    const char *mgvf = getenv("MSK_TEST_MGVF");

    return mgvf != NULL && strcmp(mgvf, "uicc") == 0;
}

int
bench_trouble(void)
{
    return bench_on_card() ? MSK_ERR_CARD : MSK_ERR_STORE;
}

void
bench_select(void)
{
    if (bench_on_card())
        cmocka_set_skip_filter("software alone*");
}

/* Fails, or answers later, where the store would have. */
static int
transmit(void *user, uint32_t token, struct msk_bytes command,
         struct msk_card_answer *answer)
{
    struct bench *b = user;
    bool fails = fake_store_count(&b->store, token);

    if (fails && !b->store.later)
        return MSK_ERR_CARD;
    b->card.later = b->store.waiting = b->store.later;
    b->store.fails = fails;
    return b->card.driver.transmit(b->card.driver.user, token, command, answer);
}

int
bench_store_answer(struct bench *b)
{
    struct bench *house = b->house != NULL ? b->house : b;

    if (!bench_on_card())
        return fake_store_answer(&house->store);
    house->store.waiting = false;
    return house->store.fails ? MSK_ERR_CARD : card_answer(&house->card);
}

static int
make_mgvf(struct bench *b)
{
    const struct msk_mgvf_config soft = { .size = sizeof soft,
                                          .crypto = &b->crypto.crypto,
                                          .store = &b->store.store };
    const struct msk_mgvf_uicc_config uicc = {
        .size = sizeof uicc,
        .card = &b->card_driver,
        .groups = b->card_groups,
        .n_groups = BENCH_CARD_GROUPS,
    };

    b->card_driver = (struct msk_card){ sizeof b->card_driver, b, transmit };
    return bench_on_card() ? msk_mgvf_uicc_init(&b->mgvf, b->mgvf_memory,
                                                sizeof b->mgvf_memory, &uicc)
                           : msk_mgvf_init(&b->mgvf, b->mgvf_memory,
                                           sizeof b->mgvf_memory, &soft);
}

/* GBA_U, once; then the MUK is nowhere else. */
static void
give_muk_to_card(struct bench *b, const char *fqdn, struct msk_ue_keys *keys)
{
    struct bench *house = b->house != NULL ? b->house : b;
    char btid[MSK_BTID_MAX + 1] = "";

    if (!bench_on_card())
        return;
    memcpy(btid, keys->btid.p, keys->btid.n);
    if (!card_has_muk(&house->card, fqdn, btid))
        card_add_muk(&house->card, fqdn, btid, keys->muk.p);
    keys->muk = (struct msk_bytes){ NULL, 0 };
}

/* --- the session --------------------------------------------------------- */

static int
make(struct bench *b, const struct msk_ue_config *wish)
{
    struct msk_ue_config c = { .size = sizeof c };
    int err;

    if (wish != NULL)
        c = *wish;
    b->akma = c.akma;
    c.size = sizeof c;
    c.layout = b->layout;
    c.fqdn = msk_text(b->fqdn);
    c.crypto = &b->crypto.crypto;
    c.xml = &b->xml;
    c.random = &b->random;
    c.hooks = &hooks;
    if (c.limits.groups == 0)
        c.limits = (struct msk_ue_limits){ BENCH_GROUPS, BENCH_SERVICES };
    err = b->house == NULL ? make_mgvf(b) : MSK_OK;
    c.mgvf = b->mgvf;
    if (err == MSK_OK)
        err = msk_ue_init(&b->ue, b->ue_memory, sizeof b->ue_memory, &c, b);
    if (err == MSK_OK)
        apart_session(b->ue);
    return err;
}

/* --- the neighbour ------------------------------------------------------- */

static void
disturb_msk(void *user, const struct msk_msk_event *msk)
{
    struct bench *b = user;

    (void)msk;
    b->neighbour_disturbed = true;
}

static void
disturb_deleted(void *user, const struct msk_key_id *id)
{
    struct bench *b = user;

    (void)id;
    b->neighbour_disturbed = true;
}

static void
disturb_leave(void *user, const struct msk_leave_event *leave)
{
    struct bench *b = user;

    (void)leave;
    b->neighbour_disturbed = true;
}

static const struct msk_ue_hooks neighbour_hooks = {
    .size = sizeof neighbour_hooks,
    .on_msk = disturb_msk,
    .on_msk_deleted = disturb_deleted,
    .on_leave = disturb_leave,
};

static int
neighbour_push(struct bench *b, uint16_t number, bool unprotected)
{
    struct msk_bytes m = make_message(
        &(const struct bench_push){ .content = MSK_CONTENT_MSK,
                                    .group = BENCH_GROUP,
                                    .number = number,
                                    .seq_high = 10,
                                    .unprotected = unprotected },
        b->layout, NEIGHBOUR, neighbour_domain, ++b->neighbour_counter);

    return msk_ue_receive(b->neighbour, m, msk_text(PEER), b->now);
}

/* It only receives, and what is announced is protected. */
static void
settle(struct bench *b)
{
    const struct msk_ue_config c = {
        .size = sizeof c,
        .layout = b->layout,
        .fqdn = msk_text(NEIGHBOUR),
        .mgvf = b->mgvf,
        .crypto = &b->crypto.crypto,
        .hooks = &neighbour_hooks,
        .limits = { 2, 2 },
    };
    uint8_t muk[32], btid[MSK_BTID_MAX];
    struct msk_bytes server = msk_text(NEIGHBOUR);
    struct msk_flow flow = { msk_text("239.1.1.1/5000"),
                             { { 0, 0, 0 }, BENCH_GROUP } };
    struct msk_service s = { .size = sizeof s,
                             .id = msk_text("news"),
                             .servers = &server,
                             .n_servers = 1,
                             .flows = &flow,
                             .n_flows = 1 };
    struct msk_ue_keys keys = { .size = sizeof keys };

    memcpy(flow.group.domain, neighbour_domain, 3);
    bench_key(0, 'U', muk);
    keys.btid = (struct msk_bytes){ btid, btid_of(0, btid) };
    keys.muk = (struct msk_bytes){ muk, sizeof muk };
    give_muk_to_card(b, NEIGHBOUR, &keys);
    assert_int_equal(msk_ue_init(&b->neighbour, b->neighbour_memory,
                                 sizeof b->neighbour_memory, &c, b),
                     MSK_OK);
    apart_session(b->neighbour);
    assert_int_equal(msk_ue_set_keys(b->neighbour, &keys, b->now), MSK_OK);
    assert_int_equal(msk_ue_start(b->neighbour, &s, b->now), MSK_OK);
}

/* It has MSK 1. */
static void
move_in(struct bench *b)
{
    settle(b);
    assert_int_equal(neighbour_push(b, 1, false), MSK_OK);
    assert_true(b->neighbour_disturbed); /* of its own */
    b->neighbour_disturbed = false;
}

void
bench_check_neighbour(struct bench *b)
{
    const struct msk_group_id group = { { 0x20, 0x63, 0x54 }, BENCH_GROUP };
    struct msk_held held = { .size = sizeof held };

    b->crypto.fail_at = b->store.fail_at = 0;
    b->store.later = false;
    (void)bench_complete(b);
    if (b->neighbour == NULL) /* it has moved out */
        return;
    check_int("held of the neighbour's group",
              msk_mgvf_held(b->mgvf, &group, &held), MSK_OK);
    check_int("MSKs of the neighbour", (long long)held.n, 1);
    check_int("MSK of the neighbour", held.msk[0].number, 1);
    check_int("the neighbour's time", msk_ue_timer(b->neighbour, b->now),
              MSK_OK);
    check_int("the neighbour was disturbed", b->neighbour_disturbed, false);
    check_int("the neighbour's protection", neighbour_push(b, 2, true),
              MSK_ERR_POLICY);
    check_int("a push to the neighbour", neighbour_push(b, 3, false), MSK_OK);
}

/* --- life ---------------------------------------------------------------- */

static void
prepare(struct bench *b, enum msk_layout layout, const char *fqdn)
{
    static const uint8_t nonce_key[] = "the same nonce key on all nodes";

    memset(b, 0, sizeof *b);
    b->layout = layout;
    b->fqdn = fqdn;
    b->now = 1000000;
    b->code = 200;
    b->random_state = 1;
    fake_crypto_start(&b->crypto, 0);
    fake_crypto_start(&b->server_crypto, 0);
    fake_store_start(&b->store);
    card_start(&b->card, layout);
    b->card.room = CARD_MSKS_MAX;
    b->server_now = 1600000000000;
    b->server_random = (struct msk_random){ .size = sizeof b->server_random,
                                            .user = b,
                                            .fill = server_fill };
    b->random = (struct msk_random){ .size = sizeof b->random,
                                     .user = b,
                                     .fill = bench_fill };
    assert_int_equal(msk_xml_expat_init(&b->xml, NULL), MSK_OK);
    b->server = (struct msk_digest_server){
        .size = sizeof b->server,
        .crypto = &b->server_crypto.crypto,
        .random = &b->server_random,
        .fqdn = msk_text(fqdn),
        .nonce_key = { nonce_key, sizeof nonce_key },
    };
}

void
bench_start(struct bench *b, enum msk_layout layout,
            const struct msk_ue_config *config)
{
    prepare(b, layout, FQDN);
    assert_int_equal(make(b, config), MSK_OK);
    assert_int_equal(bench_keys(b, 1), MSK_OK);
    move_in(b);
}

/* Its keys are those of other bootstraps. */
void
bench_start_beside(struct bench *b, struct bench *house,
                   const struct msk_ue_config *config)
{
    prepare(b, house->layout, BESIDE);
    b->house = house;
    b->mgvf = house->mgvf;
    assert_int_equal(make(b, config), MSK_OK);
    assert_int_equal(bench_keys(b, 101), MSK_OK);
}

void
bench_end_beside(struct bench *b)
{
    check_int("steps that no table defines", b->undefined, 0);
    msk_ue_wipe(b->ue);
}

enum msk_layout bench_layouts[2] = { MSK_LAYOUT_CSB, MSK_LAYOUT_KEYID };

const struct msk_ue_config bench_joins = {
    .registration = MSK_REGISTRATION_NONE,
};

int
bench_end(struct bench *b, void **state)
{
    check_int("steps that no table defines", b->undefined, 0);
    bench_check_neighbour(b);
    msk_ue_wipe(b->ue);
    msk_ue_wipe(b->neighbour);
    msk_mgvf_wipe(b->mgvf);
    return release(state);
}

/* Its power was off, too. It is spared the trouble that others are in. */
static void
settle_again(struct bench *b)
{
    struct fake_crypto crypto = b->crypto;
    bool later = b->store.later;
    size_t fail_at = b->store.fail_at;

    b->crypto.fail_at = b->store.fail_at = 0;
    b->store.later = false;
    settle(b);
    b->crypto = crypto;
    b->store.later = later;
    b->store.fail_at = fail_at;
}

int
bench_power_cycle(struct bench *b, const struct msk_ue_config *config)
{
    int err;

    msk_ue_wipe(b->ue);
    b->asked = false;
    if (b->house != NULL)
        return make(b, config);
    msk_ue_wipe(b->neighbour);
    msk_mgvf_wipe(b->mgvf);
    err = make(b, config);
    if (err == MSK_OK && b->neighbour != NULL)
        settle_again(b);
    return err;
}

int
bench_keys(struct bench *b, unsigned n)
{
    uint8_t btid[MSK_BTID_MAX], muk[32], mrk[32];
    struct msk_ue_keys keys = { .size = sizeof keys };
    bool set;
    int err;

    keys.btid.p = btid;
    keys.btid.n = btid_of(n, btid);
    bench_key(n, 'U', muk);
    bench_key(n, 'R', mrk);
    keys.muk = (struct msk_bytes){ muk, sizeof muk };
    keys.mrk = (struct msk_bytes){ mrk, sizeof mrk };
    keys.age = n;
    give_muk_to_card(b, b->fqdn, &keys);
    err = msk_ue_set_keys(b->ue, &keys, b->now);
    /* An error may be that of what was due besides. */
    set = err == MSK_PENDING ||
          (b->ue->keys.btid_len == keys.btid.n &&
           memcmp(b->ue->keys.btid, btid, keys.btid.n) == 0);
    if (set && n != b->bootstraps) {
        b->bootstraps = n;
        b->counter = 0;
        memset(&b->digest_seen, 0, sizeof b->digest_seen);
    }
    return err;
}

int
bench_announce(struct bench *b, const char *name,
               const struct bench_terms *terms)
{
    bool film = strcmp(name, "film") == 0;
    struct msk_bytes servers[3];
    struct msk_flow flows[2];
    struct msk_service service = { .size = sizeof service };

    servers[0] = msk_text("http://other.example.org:80/x");
    servers[1] = msk_text("http://BMSC.example.org:8080");
    servers[2] = msk_text("https://" BESIDE);
    for (uint16_t i = 0; i < 2; i++) {
        struct msk_key_id id = bench_id((uint16_t)(BENCH_GROUP + i), 0);

        flows[i].id = msk_text(i == 0 ? "239.1.1.1/5000" : "239.1.1.2/5000");
        memcpy(flows[i].group.domain, id.domain, 3);
        flows[i].group.group = id.group;
    }
    service.id = msk_text(name);
    service.servers = servers;
    service.n_servers = 3;
    service.flows = flows;
    service.n_flows = film ? 2 : 1;
    service.confidentiality = terms->confidentiality;
    service.integrity = terms->integrity;
    service.offset_time = terms->offset;
    service.random_period = terms->period;
    return msk_ue_start(b->ue, &service, b->now);
}

int
bench_service(struct bench *b, const char *name, uint32_t offset,
              uint32_t period)
{
    const struct bench_terms terms = { offset, period, MSK_SWITCH_OFF,
                                       MSK_SWITCH_OFF };

    return bench_announce(b, name, &terms);
}

int
bench_stop(struct bench *b, const char *name)
{
    return msk_ue_stop(b->ue, msk_text(name), b->now);
}

int
bench_wait(struct bench *b, msk_time time)
{
    msk_time end = b->now + time;
    unsigned idle = 0;
    int err = MSK_OK;

    for (;;) {
        msk_time due = msk_ue_due(b->ue, b->now);
        int now;

        if (due > end)
            break;
        idle = due > b->now ? 0 : idle + 1;
        if (idle > 20) /* a host would spin */
            fail_msg("due at once, again and again");
        if (due > b->now)
            b->now = due;
        now = msk_ue_timer(b->ue, b->now);
        err = now != MSK_OK ? now : err;
        if (now == MSK_PENDING)
            return now;
    }
    b->now = end;
    return err;
}

int
bench_complete(struct bench *b)
{
    struct fake_store *store = b->house != NULL ? &b->house->store : &b->store;
    int err = MSK_PENDING;

    while (store->waiting && err == MSK_PENDING) {
        int result = bench_store_answer(b);

        err = msk_ue_complete(b->ue, store->token, result, b->now);
    }
    return err;
}

/* --- what was seen ------------------------------------------------------- */

static size_t
n_kept(const struct bench *b)
{
    return b->n_seen < BENCH_SEEN ? b->n_seen : BENCH_SEEN;
}

size_t
bench_count(const struct bench *b, enum msk_ue_effect_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < n_kept(b); i++)
        n += b->seen[i].kind == kind ? 1 : 0;
    return n;
}

const struct bench_seen *
bench_last(const struct bench *b, enum msk_ue_effect_kind kind)
{
    for (size_t i = 0; i < n_kept(b); i++) {
        const struct bench_seen *seen =
            &b->seen[(b->n_seen - 1 - i) % BENCH_SEEN];

        if (seen->kind == kind)
            return seen;
    }
    return NULL;
}

const struct bench_seen *
bench_the_last(const struct bench *b, enum msk_ue_effect_kind kind)
{
    const struct bench_seen *seen = bench_last(b, kind);

    assert_non_null(seen);
    return seen;
}

void
bench_forget(struct bench *b)
{
    b->n_seen = 0;
}

/* --- messages ------------------------------------------------------------ */

struct msk_bytes
bench_message(struct bench *b, const struct bench_push *push)
{
    struct msk_key_id id = bench_id(push->group, push->number);

    return make_message(push, b->layout, b->fqdn, id.domain, ++b->counter);
}

int
bench_push(struct bench *b, const struct bench_push *push)
{
    return msk_ue_receive(b->ue, bench_message(b, push), msk_text(PEER),
                          b->now);
}

int
bench_msk(struct bench *b, uint16_t group, uint16_t number)
{
    const struct bench_push push = { .content = MSK_CONTENT_MSK,
                                     .group = group,
                                     .number = number,
                                     .seq_high = 10,
                                     .bootstrap = b->bootstraps,
                                     .v = true };

    return bench_push(b, &push);
}

/* Takes the use of a held MSK away. */
int
bench_invalidate(struct bench *b, uint16_t group, uint16_t number)
{
    const struct bench_push push = { .content = MSK_CONTENT_VALIDITY,
                                     .group = group,
                                     .number = number,
                                     .seq_low = 1,
                                     .bootstrap = b->bootstraps };

    return bench_push(b, &push);
}

/* Its SP says: no encryption, no authentication. */
int
bench_unprotected(struct bench *b, uint16_t group, uint16_t number)
{
    struct bench_push push = { .content = MSK_CONTENT_MSK,
                               .group = group,
                               .number = number,
                               .seq_high = 10,
                               .bootstrap = b->bootstraps,
                               .unprotected = true };

    return bench_push(b, &push);
}

int
bench_pull(struct bench *b, uint16_t group)
{
    const struct bench_push push = { .content = MSK_CONTENT_PULL,
                                     .group = group,
                                     .number = 1,
                                     .bootstrap = b->bootstraps };

    return bench_push(b, &push);
}

struct msk_bytes
bench_mtk_message(struct bench *b, uint16_t group, uint16_t number,
                  uint16_t mtk_id)
{
    static const uint8_t rand[16] = "a RAND for tests";
    uint8_t buf[MSK_MIKEY_MAX], msk[16], mtk[16], salt[14] = "a salt";
    struct msk_mtk_message m = { .size = sizeof m };
    struct fake_crypto sane;
    size_t len = 0;

    fake_crypto_start(&sane, 0);
    m.layout = b->layout;
    m.id = bench_id(group, number);
    msk_of(m.id.domain, number, msk);
    memset(mtk, mtk_id, sizeof mtk);
    m.mtk_id = mtk_id;
    m.rand.p = rand;
    m.rand.n = sizeof rand;
    m.csb_id = b->layout == MSK_LAYOUT_CSB ? m.id.group : 0x11223344;
    m.counter = mtk_id;
    m.key.p = mtk;
    m.key.n = sizeof mtk;
    m.salt.p = salt;
    m.salt.n = sizeof salt;
    check_int("MTK message",
              msk_mtk_message_make(&sane.crypto,
                                   (struct msk_bytes){ msk, sizeof msk }, &m,
                                   buf, sizeof buf, &len),
              MSK_OK);
    return exact(buf, len);
}

int
bench_mtk(struct bench *b, uint16_t group, uint16_t number, uint16_t mtk_id)
{
    return msk_ue_receive(b->ue, bench_mtk_message(b, group, number, mtk_id),
                          msk_text(PEER), b->now);
}
