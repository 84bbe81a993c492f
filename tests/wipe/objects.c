/* SPDX-License-Identifier: MIT */
/*
 * Calls of objects that neither calls.c nor life.c makes: an MGV-F whose store
 * answers later, one on a UICC, HTTP Digest and bootstrapping at both ends, and
 * MSKs that are prepared or imported. After each, and after each call of a
 * provider or a store that fails, no eight octets of a key or of what was made
 * with one are on the stack. Prints how many calls that were, and exits with 1
 * if something was found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_crypto.h"
#include "fake_store.h"
#include "msk/gba.h"
#include "msk/key_group.h"
#include "msk/mbms.h"
#include "msk/mgvf.h"
#include "msk/mgvf_uicc.h"
#include "msk/ub.h"
#include "recorder.h"
#include "secrets.h"
#include "stack.h"
#include "usim.h"

#define FQDN "bmsc.example.com"
#define BTID "b@bsf.example.com"
#define IMPI "alice@ims.example.com"
#define TARGET "/keymanagement?requesttype=msk-request"
#define BODY "<x/>"
#define CARD_MUK 5
#define GROUP 7

/* What the calls work on and write to; none of it is on their stack. */
static struct fake_crypto fake;
static const struct msk_crypto *crypto;
static struct fake_store store;
static struct card card;
static uint8_t muk[32], mrk[32], ks[32], rnd[16], other_rnd[16], msk[16],
    mtk[16], salt[14];
static uint8_t next_msk[16], nonce_key[32], res[8];
static uint8_t push[MSK_MIKEY_MAX], mtk_push[MSK_MIKEY_MAX], out[4096];
static size_t push_n, mtk_push_n, out_n;
static uint64_t memory[MSK_MGVF_SIZE / 8];
static struct msk_card_group card_groups[1];
static struct msk_mgvf *mgvf;
static struct msk_mgvf_result result;
static struct msk_held held;
static struct msk_released released;
static struct msk_key_group group;
static struct msk_digest_client client;
static struct msk_digest_server server;
static struct msk_digest_seen seen;
static struct msk_auth_context context;
static struct msk_ub_client ub_client;
static struct msk_ub_claim claim;
static struct msk_aka_challenge challenge;
static struct msk_http_request request;
static struct msk_http_response response;
static struct msk_http_header asked, told;
static uint8_t asked_value[MSK_HTTP_VALUE_MAX], told_value[MSK_HTTP_VALUE_MAX];
static struct msk_credentials who;
static enum msk_auth auth;
static uint32_t seed;
static size_t draws, fail_draw;
static bool draws_keys;

static const struct msk_group_id group_id = { { 0x21, 0x63, 0x54 }, GROUP };

static void
stop(const char *what)
{
    printf("FAIL: %s\n", what);
    exit(1);
}

static void
need(int err, const char *what)
{
    if (err != MSK_OK)
        stop(what);
}

static struct msk_bytes
view(const uint8_t *p, size_t n)
{
    struct msk_bytes b = { p, n };

    return b;
}

/* Octets that look like nothing else. */
static int
draw(void *user, uint8_t *to, size_t n)
{
    (void)user;
    draws++;
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        to[i] = (uint8_t)(seed >> 24);
    }
    if (draws_keys)
        recorder_note("what was drawn for a key", to, n);
    return draws == fail_draw ? -1 : 0;
}

static const struct msk_random randomness = { .size = sizeof randomness,
                                              .fill = draw };

/* --- an MGV-F ------------------------------------------------------------- */

static void
messages(struct msk_bytes key, struct msk_bytes btid)
{
    struct msk_msk_message m = { .size = sizeof m };
    struct msk_mtk_message t = { .size = sizeof t };

    m.layout = t.layout = MSK_LAYOUT_KEYID;
    m.content = MSK_CONTENT_MSK;
    memcpy(m.id.domain, group_id.domain, 3);
    m.id.group = GROUP;
    m.id.number = 1;
    t.id = m.id;
    m.fqdn = msk_text(FQDN);
    m.btid = btid;
    m.rand = t.rand = view(rnd, sizeof rnd);
    m.csb_id = 0x11223344;
    t.csb_id = 0x55667788;
    m.counter = 9;
    m.v = true;
    m.key = view(msk, sizeof msk);
    m.seq_high = 0xFFFE;
    t.mtk_id = 3;
    t.counter = 4;
    t.key = view(mtk, sizeof mtk);
    t.salt = view(salt, sizeof salt);
    need(msk_msk_message_make(crypto, key, &m, push, sizeof push, &push_n),
         "MSK message");
    need(msk_mtk_message_make(crypto, m.key, &t, mtk_push, sizeof mtk_push,
                              &mtk_push_n),
         "MTK message");
}

static int
give_muk(void)
{
    struct msk_muk m = { .size = sizeof m };

    m.fqdn = msk_text(FQDN);
    m.btid = msk_text(BTID);
    m.key = view(muk, sizeof muk);
    return msk_mgvf_set_muk(mgvf, &m);
}

static int
allow(void)
{
    return msk_mgvf_allow(mgvf, view(NULL, 0), &group_id, MSK_REQUIRE_NOTHING);
}

static int
take(const uint8_t *octets, size_t n)
{
    struct msk_mgvf_input input = { .size = sizeof input };

    input.layout = MSK_LAYOUT_KEYID;
    input.fqdn = msk_text(FQDN);
    input.message = view(octets, n);
    result.size = sizeof result;
    return msk_mgvf_process(mgvf, &input, &result);
}

static int
take_msk(void)
{
    return take(push, push_n);
}

static int
take_mtk(void)
{
    return take(mtk_push, mtk_push_n);
}

static int
import(void)
{
    struct msk_import m = { .size = sizeof m };

    memcpy(m.id.domain, group_id.domain, 3);
    m.id.group = GROUP;
    m.id.number = 2;
    m.key = view(next_msk, sizeof next_msk);
    m.rand = view(rnd, sizeof rnd);
    m.seq_high = 0xFFFE;
    m.mtk_id = 5;
    m.mtk = view(mtk, sizeof mtk);
    m.mtk_salt = view(salt, sizeof salt);
    return msk_mgvf_import_msk(mgvf, &m);
}

static int
tell_held(void)
{
    held.size = sizeof held;
    return msk_mgvf_held(mgvf, &group_id, &held);
}

static int
tell_released(void)
{
    released.size = sizeof released;
    return msk_mgvf_released(mgvf, &group_id, &released);
}

static int
forget(void)
{
    return msk_mgvf_forget(mgvf, view(NULL, 0), &group_id);
}

static int
forget_all(void)
{
    return msk_mgvf_forget_all(mgvf);
}

static int stored;

static int
go_on(void)
{
    return msk_mgvf_complete(mgvf, store.token, stored, &result);
}

static int
go_on_with_card(void)
{
    return msk_mgvf_complete(mgvf, card.token, stored, &result);
}

static void
make_mgvf(void)
{
    struct msk_mgvf_config config = { .size = sizeof config };

    config.crypto = crypto;
    config.store = &store.store;
    fake_store_start(&store);
    need(msk_mgvf_init(&mgvf, memory, sizeof memory, &config), "MGV-F");
    messages(view(muk, sizeof muk), msk_text(BTID));
}

static void
make_card(void)
{
    struct msk_mgvf_uicc_config config = { .size = sizeof config };
    struct msk_muk m = { .size = sizeof m };

    card_start(&card, MSK_LAYOUT_KEYID);
    card_make_muk(&card, FQDN, CARD_MUK);
    config.card = &card.driver;
    config.groups = card_groups;
    config.n_groups = 1;
    need(msk_mgvf_uicc_init(&mgvf, memory, sizeof memory, &config), "card");
    m.fqdn = msk_text(FQDN);
    m.btid = msk_text(card.muks[0].btid);
    need(msk_mgvf_set_muk(mgvf, &m), "MUK of the card");
    need(allow(), "group of the card");
    messages(view(card.muks[0].key, 32), m.btid);
    card.later = true;
}

/* --- a Key Group ---------------------------------------------------------- */

static void
make_group(void)
{
    struct msk_key_group_config c = { .size = sizeof c };

    memcpy(c.id.domain, group_id.domain, 3);
    c.id.group = GROUP;
    c.id.number = 1;
    c.msk = view(msk, sizeof msk);
    c.rand = view(rnd, sizeof rnd);
    need(msk_key_group_init(&group, &c, NULL), "Key Group");
}

static int
prepare_drawn(void)
{
    return msk_key_group_prepare(&group, NULL, &randomness);
}

static int
prepare_given(void)
{
    struct msk_key_group_next next = { .size = sizeof next };

    next.number = 2;
    next.msk = view(next_msk, sizeof next_msk);
    next.rand = view(other_rnd, sizeof other_rnd);
    return msk_key_group_prepare(&group, &next, NULL);
}

static int
switch_group(void)
{
    return msk_key_group_switch(&group);
}

static int
rekey(void)
{
    return msk_key_group_rekey(&group, &randomness);
}

static int
get(void)
{
    static struct msk_key_group_msk got;

    got.size = sizeof got;
    return msk_key_group_get(&group, MSK_ROLE_CURRENT, &got) ? MSK_OK
                                                             : MSK_ERR_STATE;
}

/* --- HTTP ----------------------------------------------------------------- */

static void
make_http(void)
{
    const struct msk_digest_client_config c = {
        .size = sizeof c,
        .crypto = crypto,
        .random = &randomness,
        .fqdn = msk_text(FQDN),
    };

    memset(&request, 0, sizeof request);
    memset(&response, 0, sizeof response);
    memset(&server, 0, sizeof server);
    memset(&seen, 0, sizeof seen);
    request.size = sizeof request;
    response.size = sizeof response;
    request.method = msk_text("POST");
    request.target = msk_text(TARGET);
    request.body = response.body = msk_text(BODY);
    request.headers = &asked;
    response.headers = &told;
    asked.name = msk_text("Authorization");
    who.btid = msk_text(BTID);
    who.mrk = view(mrk, sizeof mrk);
    server.size = sizeof server;
    server.crypto = crypto;
    server.random = &randomness;
    server.fqdn = c.fqdn;
    server.nonce_key = view(nonce_key, sizeof nonce_key);
    server.qop = MSK_QOP_AUTH_INT;
    server.algorithms = MSK_ALGORITHM_SHA256 | MSK_ALGORITHM_MD5;
    need(msk_digest_client_init(&client, &c), "client");
}

static void
say(const char *name, int status, size_t n)
{
    told.name = msk_text(name);
    told.value = view(told_value, n);
    response.n_headers = 1;
    response.status = status;
}

static int
offer(void)
{
    const struct msk_digest_offer o = { .size = sizeof o, .now = 1000 };
    int err = msk_digest_server_challenge(&server, &o, told_value,
                                          sizeof told_value, &out_n);

    say("WWW-Authenticate", 401, out_n);
    return err;
}

static int
be_challenged(void)
{
    enum msk_challenge what;

    return msk_digest_client_challenge(&client, &response, false, &what);
}

static int
authorise(void)
{
    int err = msk_digest_client_authorise(&client, &who, &request, asked_value,
                                          sizeof asked_value, &out_n);

    asked.value = view(asked_value, out_n);
    request.n_headers = 1;
    return err;
}

static int
judge(void)
{
    int err = msk_digest_server_check(&server, &who, &request, 2000, &seen,
                                      &auth, &context);

    return err == MSK_OK && auth != MSK_AUTH_OK ? MSK_ERR_DIGEST : err;
}

static int
judge_a_lie(void)
{
    request.body = msk_text("<y/>");
    return judge();
}

static int
judge_a_stranger(void)
{
    return msk_digest_server_check(&server, NULL, &request, 2000, &seen, &auth,
                                   &context);
}

static int
inform(void)
{
    int err = msk_digest_server_info(&server, &who, &context, msk_text(BODY),
                                     told_value, sizeof told_value, &out_n);

    say("Authentication-Info", 200, out_n);
    return err;
}

static int
verify(void)
{
    return msk_digest_client_verify(&client, &who, request.target, &response);
}

static int
verify_a_lie(void)
{
    response.body = msk_text("<y/>");
    return verify();
}

static int
respond(void)
{
    struct msk_digest_input in = { .size = sizeof in };

    in.algorithm = MSK_ALGORITHM_SHA256;
    in.qop = MSK_QOP_AUTH_INT;
    in.username = msk_text(BTID);
    in.realm = msk_text(FQDN);
    in.password = view(ks, sizeof ks);
    in.method = msk_text("POST");
    in.uri = msk_text(TARGET);
    in.nonce = in.nc = in.cnonce = msk_text("00000001");
    return msk_digest_response(crypto, &in, out, &out_n);
}

/* --- bootstrapping -------------------------------------------------------- */

static void
make_ub(void)
{
    const struct msk_ub_client_config c = {
        .size = sizeof c,
        .crypto = crypto,
        .random = &randomness,
        .fqdn = msk_text(FQDN),
        .impi = msk_text(IMPI),
    };

    make_http();
    request.method = msk_text("GET");
    request.target = msk_text("/");
    request.body = view(NULL, 0);
    memcpy(challenge.rand, rnd, sizeof challenge.rand);
    memcpy(challenge.autn, other_rnd, sizeof challenge.autn);
    need(msk_ub_client_init(&ub_client, &c), "bootstrapping");
    need(msk_ub_server_challenge(c.fqdn, &challenge, told_value,
                                 sizeof told_value, &out_n),
         "challenge");
    say("WWW-Authenticate", 401, out_n);
    need(msk_ub_client_challenge(&ub_client, &response, &challenge),
         "challenge");
}

static int
ub_answer(void)
{
    struct msk_aka_answer answer = { { res, sizeof res }, { NULL, 0 } };
    int err = msk_ub_client_authorise(&ub_client, &answer, asked_value,
                                      sizeof asked_value, &out_n);

    asked.value = view(asked_value, out_n);
    request.n_headers = 1;
    return err;
}

static int
ub_judge(void)
{
    return msk_ub_server_check(crypto, msk_text(FQDN), &request, &challenge,
                               view(res, sizeof res), &context);
}

static int
ub_inform(void)
{
    int err = msk_ub_server_read(&request, &claim);

    if (err == MSK_OK)
        err = msk_ub_server_info(crypto, view(res, sizeof res), &claim,
                                 &context, response.body, told_value,
                                 sizeof told_value, &out_n);
    say("Authentication-Info", 200, out_n);
    return err;
}

static int
ub_verify(void)
{
    return msk_ub_client_verify(&ub_client, view(res, sizeof res), &response);
}

static int
ks_int_naf(void)
{
    struct msk_gba g = { crypto, ks, rnd, { NULL, 0 }, { NULL, 0 } };

    g.impi = msk_text(IMPI);
    g.fqdn = msk_text(FQDN);
    return msk_gba_ks_int_naf(&g, out);
}

/* --- lives ---------------------------------------------------------------- */

static const struct step {
    const char *name;
    int (*call)(void);
    int want;
    bool keys; /* it draws keys */
} mgvf_steps[] = {
    { "set a MUK", give_muk, MSK_OK, false },
    { "allow", allow, MSK_OK, false },
    { "take an MSK", take_msk, MSK_OK, false },
    { "take it again", take_msk, MSK_ERR_REPLAY, false },
    { "take an MTK", take_mtk, MSK_OK, false },
    { "take it again", take_mtk, MSK_ERR_REPLAY, false },
    { "import", import, MSK_OK, false },
    { "held", tell_held, MSK_OK, false },
    { "released", tell_released, MSK_OK, false },
    { "forget", forget, MSK_OK, false },
    { "allow again", allow, MSK_OK, false },
    { "import again", import, MSK_OK, false },
    { "forget all", forget_all, MSK_OK, false },
}, card_steps[] = {
    { "take an MSK", take_msk, MSK_OK, false },
    { "take an MTK", take_mtk, MSK_OK, false },
    { "held", tell_held, MSK_OK, false },
    { "forget", forget, MSK_OK, false },
    { "forget all", forget_all, MSK_OK, false },
}, group_steps[] = {
    { "prepare", prepare_drawn, MSK_OK, true },
    { "switch", switch_group, MSK_OK, false },
    { "re-key", rekey, MSK_OK, true },
    { "get", get, MSK_OK, false },
}, given_steps[] = {
    { "prepare what is given", prepare_given, MSK_OK, false },
    { "prepare once more", prepare_given, MSK_ERR_STATE, false },
    { "switch", switch_group, MSK_OK, false },
}, digest_steps[] = {
    { "challenge", offer, MSK_OK, false },
    { "be challenged", be_challenged, MSK_OK, false },
    { "authorise", authorise, MSK_OK, false },
    { "judge a stranger", judge_a_stranger, MSK_OK, false },
    { "judge", judge, MSK_OK, false },
    { "inform", inform, MSK_OK, false },
    { "verify", verify, MSK_OK, false },
    { "authorise", authorise, MSK_OK, false },
    { "judge a lie", judge_a_lie, MSK_ERR_DIGEST, false },
    { "verify a lie", verify_a_lie, MSK_ERR_DIGEST, false },
    { "response", respond, MSK_OK, false },
}, ub_steps[] = {
    { "answer", ub_answer, MSK_OK, false },
    { "judge", ub_judge, MSK_OK, false },
    { "inform", ub_inform, MSK_OK, false },
    { "verify", ub_verify, MSK_OK, false },
    { "Ks_int_NAF", ks_int_naf, MSK_OK, false },
};

#define COUNT(steps) (sizeof(steps) / sizeof(steps)[0])

static const struct life {
    const char *name;
    void (*make)(void);
    const struct step *steps;
    size_t n;
} lives[] = {
    { "MGV-F", make_mgvf, mgvf_steps, COUNT(mgvf_steps) },
    { "card", make_card, card_steps, COUNT(card_steps) },
    { "Key Group", make_group, group_steps, COUNT(group_steps) },
    { "Key Group", make_group, given_steps, COUNT(given_steps) },
    { "Digest", make_http, digest_steps, COUNT(digest_steps) },
    { "Ub", make_ub, ub_steps, COUNT(ub_steps) },
};

static size_t tries, used;
static bool wrong;

static void
look(const struct life *life, const struct step *step, size_t at)
{
    const size_t mark = secrets_mark();
    const char *secret;

    recorder_add();
    secret = stack_holds(&used);
    secrets_forget_since(mark);
    tries++;
    if (secret != NULL) {
        printf("FAIL: %s, %s, %zu: left %s on the stack\n", life->name,
               step->name, at, secret);
        wrong = true;
    }
}

/* What waits is answered from outside, and its call goes on. */
static int
finish(const struct life *life, const struct step *step, size_t at, int err)
{
    bool on_card = life->make == make_card;

    while (err == MSK_PENDING) {
        stored = on_card ? card_answer(&card) : fake_store_answer(&store);
        err = stack_run(on_card ? go_on_with_card : go_on);
        if (at != SIZE_MAX)
            look(life, step, at);
    }
    return err;
}

/* at: of the look that is to be; SIZE_MAX: none. */
static int
run(const struct life *life, const struct step *step, size_t at)
{
    int err;

    draws_keys = step->keys;
    fake.calls = draws = store.calls = 0;
    recorder_clear();
    err = stack_run(step->call);
    if (at != SIZE_MAX)
        look(life, step, at);
    err = finish(life, step, at, err);
    draws_keys = false;
    return err;
}

static void
begin(const struct life *life, size_t steps, bool later)
{
    seed = 77;
    fake_crypto_start(&fake, 0);
    fail_draw = 0;
    result.size = sizeof result;
    life->make();
    store.later = later && life->make == make_mgvf;
    for (size_t i = 0; i < steps; i++)
        if (run(life, &life->steps[i], SIZE_MAX) != life->steps[i].want)
            stop(life->steps[i].name);
}

static void
end(const struct life *life)
{
    msk_key_group_wipe(&group);
    if (mgvf != NULL)
        msk_mgvf_wipe(mgvf);
    mgvf = NULL;
    memset(&released, 0, sizeof released);
    if (is_nothing(memory, sizeof memory) && is_nothing(&group, sizeof group))
        return;
    printf("FAIL: %s: left something in its memory\n", life->name);
    wrong = true;
}

/* Once as it should be; then each call of the provider, of the store and of
 * randomness fails once. */
static void
spoil(const struct life *life, size_t i, bool later)
{
    const struct step *step = &life->steps[i];
    size_t crypto_calls, store_calls, all_draws;
    int err;

    begin(life, i, later);
    err = run(life, step, 0);
    if (err != step->want) {
        printf("%d instead of %d: ", err, step->want);
        stop(step->name);
    }
    crypto_calls = fake.calls;
    store_calls = life->make == make_mgvf ? store.calls : 0;
    all_draws = draws;
    end(life);
    for (size_t at = 1; at <= crypto_calls + store_calls + all_draws; at++) {
        begin(life, i, later);
        if (at <= crypto_calls)
            fake.fail_at = at;
        else if (at <= crypto_calls + store_calls)
            store.fail_at = at - crypto_calls;
        else
            fail_draw = at - crypto_calls - store_calls;
        store.error = MSK_ERR_STORE;
        (void)run(life, step, at);
        fake.fail_at = store.fail_at = fail_draw = 0;
        if (life->make != make_mgvf || !store.waiting)
            end(life);
    }
}

static void
prepare(void)
{
    const struct {
        const char *name;
        uint8_t *p;
        size_t n;
    } all[] = {
        { "MUK", muk, sizeof muk },
        { "MRK", mrk, sizeof mrk },
        { "Ks", ks, sizeof ks },
        { "MSK", msk, sizeof msk },
        { "next MSK", next_msk, sizeof next_msk },
        { "MTK", mtk, sizeof mtk },
        { "salt of the MTK", salt, sizeof salt },
        { "key of nonces", nonce_key, sizeof nonce_key },
        { "RES", res, sizeof res },
    };

    seed = 1;
    for (size_t i = 0; i < COUNT(all); i++) {
        (void)draw(NULL, all[i].p, all[i].n);
        secrets_add(all[i].name, all[i].p, all[i].n);
    }
    (void)draw(NULL, rnd, sizeof rnd);
    (void)draw(NULL, other_rnd, sizeof other_rnd);
    fake_crypto_start(&fake, 0);
    crypto = recorder_start(&fake.crypto);
}

int
main(void)
{
    prepare();
    for (size_t k = 0; k < COUNT(lives); k++)
        for (size_t i = 0; i < lives[k].n; i++) {
            spoil(&lives[k], i, false);
            if (lives[k].make == make_mgvf)
                spoil(&lives[k], i, true);
        }
    printf("%zu calls, at most %zu octets of stack\n", tries, used);
    return wrong ? 1 : 0;
}
