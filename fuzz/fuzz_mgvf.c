/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the octets are what happens to a software MGV-F: messages that
 * are good, changed, changed with a MAC that holds again, or any octets; MUKs of
 * two key servers with their ages, Key Groups of the same numbers in two domains
 * with several owners, imports, restarts, power cuts; a store that fails or
 * answers later. Whatever they are,
 *
 *   - a message that was taken is never taken again as long as the store lives,
 *     but an MTK message whose commit the power took;
 *   - an SP is in force only if it has on what any owner has on;
 *   - a Key Group goes with its last owner, and only owners send MSKs;
 *   - of a Key Group at most two MSKs are held, those that the model says;
 *   - a message that was changed is refused and changes nothing, unless its
 *     MAC was made anew;
 *   - nothing is answered or released without a commit, nor with an error;
 *   - a failing store is left as it was, and no call is left half done;
 *   - every record that was written can be read.
 */
#include <stdlib.h>
#include <string.h>

#include "../tests/fake_store.h"
#include "mgvf/record.h"
#include "mgvf_model.h"
#include "msk/protect.h"
#include "provider.h"
#include "target.h"

#define GROUPS 3 /* Key Groups 1 to 3, of which 3 is never allowed */
#define OPERATIONS_MAX 24
#define SLOTS 4 /* MUKs of a key server that messages may be under */
#define MAC_LEN 20

/* A message and what the model knows of it. */
struct letter {
    uint8_t octets[MSK_MIKEY_MAX];
    size_t len;
    uint8_t server, muk, seed;
    bool as_made;
    bool is_kept; /* in the archive */
};

/* The input, and what it works on. */
struct run {
    const uint8_t *p;
    size_t n;
    enum msk_layout layout;
    struct fake_store store;
    uint64_t memory[MSK_MGVF_SIZE / sizeof(uint64_t)];
    struct msk_mgvf *mgvf;
    struct model model;
    uint32_t counter; /* of the last message made */
    struct letter letter;
    uint8_t key[32]; /* what the message is protected with */
    size_t key_len;
    uint8_t rand[16];
    bool changed; /* and its MAC does not hold */
    struct msk_mgvf_result result;
    size_t durable, delayed; /* commits so far */
    size_t n_archive;
    uint8_t slot[MODEL_SERVERS][SLOTS];
    uint8_t muks[OPERATIONS_MAX + 1]; /* that were set, see set_any_muk */
    size_t n_muks;
};

/* Too large to be cleared for each input. */
static uint8_t before[sizeof(struct msk_ram_record) * FAKE_STORE_RECORDS];
static uint8_t safe[sizeof before];           /* what a power cut leaves */
static struct letter archive[OPERATIONS_MAX]; /* what was taken */

static uint8_t
take(struct run *run)
{
    if (run->n == 0)
        return 0;
    run->n--;
    return *run->p++;
}

static void
start(struct run *run)
{
    struct msk_mgvf_config config = { .size = sizeof config };

    config.crypto = host_crypto();
    config.store = &run->store.store;
    REQUIRE(msk_mgvf_init(&run->mgvf, run->memory, sizeof run->memory,
                          &config) == MSK_OK);
}

static void
note_store(struct run *run)
{
    struct msk_bytes now = fake_store_view(&run->store);

    memcpy(before, now.p, now.n);
}

static bool
store_is_same(const struct run *run)
{
    return memcmp(before, fake_store_view(&run->store).p, sizeof before) == 0;
}

/* What is committed for good outlives a power cut. */
static void
note_durable(struct run *run)
{
    size_t durable = run->store.commits - run->store.delayed;

    run->delayed = run->store.delayed;
    if (durable == run->durable)
        return;
    run->durable = durable;
    memcpy(safe, fake_store_view(&run->store).p, sizeof safe);
    model_commit(&run->model);
}

/* Is all that was committed since the last call? */
static bool
is_durable(const struct run *run)
{
    return run->store.delayed == run->delayed;
}

static void
cut_power(struct run *run)
{
    memcpy(run->store.records, safe, sizeof safe);
    model_lose_power(&run->model);
    start(run);
}

/* The names of owners, two of them in two spellings. */
static struct msk_bytes
name_of(uint8_t number, enum model_owner *owner)
{
    static const struct {
        const char *name;
        enum model_owner owner;
    } names[] = { { "bmsc.example.com", MODEL_SERVER_0 },
                  { "", MODEL_HOST },
                  { "bmsc.example.org", MODEL_SERVER_1 },
                  { "BMSC.Example.COM", MODEL_SERVER_0 },
                  { "c", MODEL_STRANGER },
                  { "d", (enum model_owner)(MODEL_STRANGER + 1) },
                  { "e", (enum model_owner)(MODEL_STRANGER + 2) } };

    *owner = names[number].owner;
    return msk_text(names[number].name);
}

static struct msk_bytes
fqdn_of(uint8_t server)
{
    enum model_owner owner;

    return name_of(server == 0 ? 0 : 2, &owner);
}

/* Gives the answers that a pending call waits for. While it is pending every
 * other call is refused. */
static int
finish(struct run *run, int err)
{
    static const struct msk_group_id busy = { { 0x21, 0x63, 0x54 }, 1 };
    int answers = 0;

    run->result.size = sizeof run->result;
    while (err == MSK_PENDING) {
        REQUIRE(run->store.waiting && answers++ < 32);
        REQUIRE(msk_mgvf_forget(run->mgvf, fqdn_of(0), &busy) == MSK_ERR_BUSY);
        err = fake_store_answer(&run->store);
        err = msk_mgvf_complete(run->mgvf, run->store.token, err, &run->result);
    }
    return err;
}

/* The MUK and the B-TID of a number below 128: each is of one bootstrapping,
 * and B-TIDs are the same for both key servers. */
static struct msk_bytes
muk_of(uint8_t server, uint8_t number, uint8_t out[32])
{
    memset(out, number, 32);
    out[0] = server;
    return (struct msk_bytes){ out, 32 };
}

static struct msk_bytes
btid_of(uint8_t number, uint8_t out[1])
{
    out[0] = (uint8_t)('a' + number);
    return (struct msk_bytes){ out, 1 };
}

static void
set_muk(struct run *run, uint8_t server, uint8_t number, uint8_t age)
{
    struct msk_muk muk = { .size = sizeof muk };
    int must = model_sets_muk(&run->model, server, number, age), err;
    uint8_t key[32], btid[1];

    muk.fqdn = fqdn_of(server);
    muk.btid = btid_of(number, btid);
    muk.key = muk_of(server, number, key);
    muk.age = age;
    err = finish(run, msk_mgvf_set_muk(run->mgvf, &muk));
    REQUIRE(err == must || err == MSK_ERR_STORE);
    REQUIRE(err == MSK_OK || store_is_same(run));
    if (err == MSK_OK)
        model_set_muk(&run->model, server, number, age);
}

static uint8_t
age_of(uint8_t muk)
{
    return muk >> 2 & 31;
}

/* Seven bits name it, and its age in them. */
static void
set_any_muk(struct run *run)
{
    uint8_t bits = take(run), server = bits >> 7, number = bits & 127;

    run->muks[run->n_muks++] = bits;
    run->slot[server][number % SLOTS] = number;
    set_muk(run, server, number, age_of(number));
}

/* --- Key Groups ----------------------------------------------------------- */

static struct msk_key_id
id_of(uint8_t d, uint16_t group, uint16_t number)
{
    struct msk_key_id id = { { 0, 0, 0 }, group, number };

    memcpy(id.domain, model_domain[d], sizeof id.domain);
    return id;
}

static struct msk_group_id
group_of(uint8_t d, uint16_t group)
{
    struct msk_key_id id = id_of(d, group, 0);

    return msk_key_id_group(&id);
}

static struct model_group *
model_of(struct run *run, uint8_t d, uint16_t group)
{
    struct msk_key_id id = id_of(d, group, 0);

    return model_group_of(&run->model, &id);
}

/* The value of an MSK, whose RAND is 16 times seed ^ FF. It ends with a 1: HMAC
 * does not tell a key from one with zeros behind it. */
static struct msk_bytes
msk_of(uint8_t seed, uint8_t out[32], size_t n)
{
    memset(out, seed, 32);
    if (n <= 32)
        out[n - 1] = 1;
    return (struct msk_bytes){ out, n };
}

static int
give_msk(struct run *run, const struct msk_import *m, unsigned off)
{
    struct model_group *group = model_group_of(&run->model, &m->id);
    int must = model_agrees(group, off);
    int err = finish(run, msk_mgvf_import_msk(run->mgvf, m));

    REQUIRE((err == MSK_ERR_POLICY) <= (must == MSK_ERR_POLICY));
    if (err == MSK_OK)
        model_import(group, m->id.number, off);
    return err;
}

static int
import_msk(struct run *run, uint8_t d, uint16_t group)
{
    static const uint8_t sp[] = { 0, 1, 0, 10, 1, 1 };
    struct msk_import m = { .size = sizeof m };
    uint8_t number = take(run), bits = take(run), key[32], rand[16];

    memset(rand, number ^ 0xFF, sizeof rand);
    m.id = id_of(d, group, (uint16_t)(1 + number % 5));
    m.key = msk_of(number, key, 16 + (bits & 3) * 8u);
    m.rand = (struct msk_bytes){ rand, sizeof rand };
    m.sp = (struct msk_bytes){ sp, (bits & 4) != 0 ? 3u + (bits >> 4 & 3) : 0 };
    m.seq_high = (uint16_t)(bits == 0xFF ? 0xFFFF : 20);
    return give_msk(run, &m, m.sp.n > 0 ? MSK_REQUIRE_CONFIDENTIALITY : 0);
}

/* As it was brought by the message whose MTKs have that seed. */
static void
import_again(struct run *run, const struct msk_key_id *id, uint8_t seed)
{
    struct msk_import m = { .size = sizeof m };
    uint8_t key[32], rand[16];

    memset(rand, seed ^ 0xFF, sizeof rand);
    m.id = *id;
    m.key = msk_of(seed, key, 16);
    m.rand = (struct msk_bytes){ rand, sizeof rand };
    m.seq_high = 100;
    REQUIRE(give_msk(run, &m, 0) == MSK_OK);
}

static int
count(void *arg, struct msk_bytes key, struct msk_bytes value)
{
    (void)key;
    (void)value;
    ++*(size_t *)arg;
    return MSK_OK;
}

/* All or, if the store fails on the way, some of it: then again. */
static void
forget_all(struct run *run)
{
    struct msk_bytes any = { NULL, 0 };
    size_t n = 0;
    int err = finish(run, msk_mgvf_forget_all(run->mgvf));

    REQUIRE(err == MSK_OK || err == MSK_ERR_STORE);
    run->store.fail_at = 0;
    if (err != MSK_OK)
        err = finish(run, msk_mgvf_forget_all(run->mgvf));
    REQUIRE(err == MSK_OK);
    REQUIRE(run->store.store.each(run->store.store.user, any, count, &n) ==
            MSK_OK);
    REQUIRE(n == 0);
    model_forget_all(&run->model);
    run->n_archive = 0;
}

static void
hand_out(struct run *run, uint8_t d, uint16_t group)
{
    struct msk_released released = { .size = sizeof released };
    struct msk_group_id id = group_of(d, group);
    int err = finish(run, msk_mgvf_released(run->mgvf, &id, &released));

    REQUIRE(err == MSK_ERR_STORE ||
            err == (model_is_owned(model_of(run, d, group))
                        ? MSK_OK
                        : MSK_ERR_NOT_MINE));
    REQUIRE(err != MSK_OK || released.n <= MSK_RELEASED_MAX);
    REQUIRE(store_is_same(run));
}

/* What is too long is refused before it is looked at. */
static void
exceed(struct run *run)
{
    static const uint8_t much[MSK_MIKEY_MAX + 1];
    struct msk_mgvf_input input = { .size = sizeof input };

    input.layout = run->layout;
    input.message = (struct msk_bytes){ much, sizeof much };
    REQUIRE(msk_mgvf_process(run->mgvf, &input, NULL) == MSK_ERR_LENGTH);
    input.fqdn = (struct msk_bytes){ much, MSK_FQDN_MAX + 1 };
    REQUIRE(msk_mgvf_process(run->mgvf, &input, NULL) == MSK_ERR_ARGUMENT);
    REQUIRE(msk_mgvf_complete(run->mgvf, run->store.token, MSK_OK, NULL) ==
            MSK_ERR_STATE);
    REQUIRE(store_is_same(run));
}

/* What a host does less often. */
static void
call_otherwise(struct run *run, uint8_t which, uint8_t d, uint16_t group)
{
    int err = MSK_OK;

    switch (which & 3) {
    case 0: err = import_msk(run, d, group); break;
    case 1: hand_out(run, d, group); break;
    case 2: forget_all(run); break;
    default: exceed(run); break;
    }
    REQUIRE(err <= 0 && err != MSK_ERR_RECORD);
    REQUIRE(err == MSK_OK || store_is_same(run));
}

static void
allow(struct run *run, uint8_t d, uint16_t group, uint8_t name,
      enum msk_require require)
{
    struct msk_group_id id = group_of(d, group);
    enum model_owner owner;
    struct msk_bytes fqdn = name_of(name, &owner);
    int must = model_allows(model_of(run, d, group), owner);
    int err = finish(run, msk_mgvf_allow(run->mgvf, fqdn, &id, require));

    REQUIRE(err == must || err == MSK_ERR_STORE);
    REQUIRE(err == MSK_OK || store_is_same(run));
    if (err == MSK_OK)
        model_allow(model_of(run, d, group), owner, require);
}

static void
forget(struct run *run, uint8_t d, uint16_t group, uint8_t name)
{
    struct msk_group_id id = group_of(d, group);
    enum model_owner owner;
    struct msk_bytes fqdn = name_of(name, &owner);
    int err = finish(run, msk_mgvf_forget(run->mgvf, fqdn, &id));

    REQUIRE(err == MSK_OK || err == MSK_ERR_STORE);
    REQUIRE(err == MSK_OK || store_is_same(run));
    if (err == MSK_OK)
        model_forget(model_of(run, d, group), owner);
}

static void
change_group(struct run *run, uint8_t how)
{
    uint16_t group = (uint16_t)(1 + how % (GROUPS - 1));
    uint8_t name = how >> 1 & 7;

    if (name == 7)
        call_otherwise(run, how >> 4, how >> 6 & 1, group);
    else if ((how & 0xC0) == 0xC0)
        forget(run, how >> 5 & 1, group, name);
    else
        allow(run, how >> 7, group, name, (enum msk_require)(how >> 4 & 3));
}

/* --- messages -------------------------------------------------------------- */

/* SRTP parameters, and what they switch off. */
static const struct {
    uint8_t octets[10];
    uint8_t n;
    uint8_t off;
} sps[8] = {
    { { 0 }, 0, MSK_REQUIRE_NOTHING },
    { { 0, 1, 1 }, 3, MSK_REQUIRE_NOTHING },
    { { 0, 1, 1, 10, 1, 1 }, 6, MSK_REQUIRE_NOTHING },
    { { 0, 1, 1, 10, 1, 1, 13, 2, 0, 1 }, 10, MSK_REQUIRE_NOTHING },
    { { 7, 1, 0 }, 3, MSK_REQUIRE_CONFIDENTIALITY },
    { { 0, 1, 0 }, 3, MSK_REQUIRE_CONFIDENTIALITY },
    { { 10, 1, 0 }, 3, MSK_REQUIRE_INTEGRITY },
    { { 0, 1, 0, 10, 1, 0 }, 6, MSK_REQUIRE_BOTH },
};

/* False: it is not one of them. */
static bool
know_sp(struct msk_bytes sp, unsigned *off)
{
    for (size_t i = 0; i < sizeof sps / sizeof *sps; i++)
        if (sp.n == sps[i].n &&
            (sp.n == 0 || memcmp(sp.p, sps[i].octets, sp.n) == 0)) {
            *off = sps[i].off;
            return true;
        }
    return false;
}

/* A number that is mostly a little above the last one. */
static uint32_t
next_counter(struct run *run)
{
    uint8_t step = take(run);

    if (step == 0xFF)
        run->counter += 0x7FFFFFF0;
    return run->counter += (uint32_t)(step & 7);
}

static void
make_msk(struct run *run)
{
    struct msk_msk_message m = { .size = sizeof m };
    uint8_t how = take(run), number = take(run), bits = take(run), key[32];
    uint8_t sp = bits >> 4 & 7, btid[1];

    run->letter.server = how >> 7;
    run->letter.muk = run->slot[how >> 7][how % SLOTS];
    memset(run->rand, number ^ 0xFF, sizeof run->rand);
    m.layout = run->layout;
    m.ext = (enum msk_ext_position)(bits >> 7);
    m.content = (enum msk_content_kind)(1 + (bits & 3) % 3);
    m.id = id_of(how >> 6 & 1, (uint16_t)(1 + (how >> 2 & 15) % GROUPS),
                 (uint16_t)(1 + number % 5));
    m.fqdn = fqdn_of(run->letter.server);
    m.btid = btid_of(run->letter.muk, btid);
    m.rand = (struct msk_bytes){ run->rand, sizeof run->rand };
    m.counter = next_counter(run);
    m.v = m.content != MSK_CONTENT_PULL && (bits & 4) != 0;
    m.streaming = (bits & 8) != 0;
    if (m.streaming)
        m.sp = (struct msk_bytes){ sps[sp].octets, sps[sp].n };
    if (m.content == MSK_CONTENT_MSK)
        m.key = msk_of(number, key, 16);
    m.seq_low = bits == 0x55 ? 9 : 0;
    m.seq_high = bits == 0x55 ? 1 : 20;
    run->key_len = muk_of(run->letter.server, run->letter.muk, run->key).n;
    REQUIRE(msk_msk_message_make(
                host_crypto(), (struct msk_bytes){ run->key, run->key_len }, &m,
                run->letter.octets, sizeof run->letter.octets,
                &run->letter.len) == MSK_OK);
}

/* Under an MSK whose key and RAND are those of make_msk. */
static void
make_mtk(struct run *run)
{
    struct msk_mtk_message m = { .size = sizeof m };
    uint8_t how = take(run), number = take(run), mtk[16] = { 7 },
            salt[14] = { 8 };

    run->letter.server = how >> 7;
    run->letter.seed = number;
    run->key_len = msk_of(number, run->key, 16).n;
    memset(run->rand, number ^ 0xFF, sizeof run->rand);
    m.layout = run->layout;
    m.id = id_of(how >> 6 & 1, (uint16_t)(1 + (how >> 2 & 15) % GROUPS),
                 (uint16_t)(1 + number % 5));
    m.mtk_id = (uint16_t)(1 + take(run) % 24);
    m.rand = (struct msk_bytes){ run->rand, sizeof run->rand };
    m.counter = next_counter(run);
    m.key = (struct msk_bytes){ mtk, sizeof mtk };
    if ((how & 1) != 0)
        m.salt = (struct msk_bytes){ salt, sizeof salt };
    REQUIRE(msk_mtk_message_make(host_crypto(),
                                 (struct msk_bytes){ run->key, 16 }, &m,
                                 run->letter.octets, sizeof run->letter.octets,
                                 &run->letter.len) == MSK_OK);
}

/* Makes the MAC anew over what stands there now. */
static void
mend(struct run *run)
{
    const struct msk_crypto *crypto = host_crypto();
    struct msk_protection p = { .crypto = crypto };
    struct msk_message m;
    struct msk_hmac hmac;
    struct msk_bytes all = { run->letter.octets, run->letter.len }, head = all;
    uint8_t auth[MAC_LEN];

    if (msk_message_read(run->layout, all, &m, NULL) != MSK_OK ||
        m.kind == MSK_MESSAGE_VERIFICATION)
        return;
    p.psk = (struct msk_bytes){ run->key, run->key_len };
    p.rand = m.kind == MSK_MESSAGE_MSK
                 ? m.rand
                 : (struct msk_bytes){ run->rand, sizeof run->rand };
    p.csb_id = m.csb_id;
    p.time = m.counter;
    head.n -= MAC_LEN;
    REQUIRE(msk_mikey_derive(&p, MSK_DERIVED_AUTH, 0, auth, sizeof auth) ==
            MSK_OK);
    REQUIRE(crypto->hmac_begin(crypto->user, &hmac, MSK_HASH_SHA1,
                               (struct msk_bytes){ auth, sizeof auth }) == 0);
    REQUIRE(crypto->hmac(crypto->user, &hmac, &head, 1,
                         run->letter.octets + head.n) == 0);
    crypto->hmac_end(crypto->user, &hmac);
    run->changed = false;
}

/* Changes up to three octets; then, perhaps, the MAC. */
static void
change(struct run *run, uint8_t how)
{
    static uint8_t good[MSK_MIKEY_MAX];
    size_t len = run->letter.len;

    memcpy(good, run->letter.octets, len);
    for (uint8_t i = 0; i < (how & 3); i++) {
        size_t at = take(run);

        run->letter.octets[at % run->letter.len] ^= take(run);
    }
    if ((how & 4) != 0)
        run->letter.len -= take(run) % run->letter.len;
    run->changed =
        run->letter.len != len || memcmp(good, run->letter.octets, len) != 0;
    run->letter.as_made = !run->changed;
    if ((how & 8) != 0 && run->letter.len > MAC_LEN)
        mend(run);
}

static void
check_group(struct run *run, uint8_t d, uint16_t number)
{
    struct msk_held held = { .size = sizeof held };
    struct msk_group_id id = group_of(d, number);
    const struct model_group *group = model_of(run, d, number);
    int err = finish(run, msk_mgvf_held(run->mgvf, &id, &held));

    REQUIRE(err == (model_is_owned(group) ? MSK_OK : MSK_ERR_NOT_MINE));
    REQUIRE(err != MSK_OK || model_holds(group, &held));
}

static void
check_held(struct run *run)
{
    for (uint8_t d = 0; d < MODEL_DOMAINS; d++)
        for (uint16_t number = 1; number <= GROUPS; number++)
            check_group(run, d, number);
}

static int
receive(struct run *run)
{
    struct msk_mgvf_input input = { .size = sizeof input };

    memset(&run->result, 0, sizeof run->result);
    run->result.size = sizeof run->result;
    input.layout = run->layout;
    input.fqdn = fqdn_of(run->letter.server);
    input.message = (struct msk_bytes){ run->letter.octets, run->letter.len };
    return finish(run, msk_mgvf_process(run->mgvf, &input, &run->result));
}

/* What the UE says to a BM-SC is for no UE. */
static void
check_acknowledgement(struct run *run, struct msk_bytes ack)
{
    memcpy(run->letter.octets, ack.p, ack.n);
    run->letter.len = ack.n;
    REQUIRE(receive(run) == MSK_ERR_KIND && store_is_same(run));
}

/* Not even when nothing else came between. */
static void
check_replay(struct run *run)
{
    uint8_t ack[MSK_ACK_MAX];
    size_t n = run->result.acknowledgement.n;
    int err;

    if (n > 0)
        memcpy(ack, run->result.acknowledgement.p, n);
    note_store(run);
    err = receive(run);
    REQUIRE(err < 0 && err != MSK_ERR_CRYPTO && store_is_same(run));
    if (n > 0)
        check_acknowledgement(run, (struct msk_bytes){ ack, n });
}

/* What the model is told of the message. False: it is none. */
static bool
describe(const struct run *run, struct model_message *out)
{
    const struct letter *letter = &run->letter;
    struct msk_bytes octets = { letter->octets, letter->len };
    struct msk_message m;

    memset(out, 0, sizeof *out);
    if (msk_message_read(run->layout, octets, &m, NULL) != MSK_OK ||
        m.kind == MSK_MESSAGE_VERIFICATION)
        return false;
    out->is_mtk = m.kind == MSK_MESSAGE_MTK;
    out->server = letter->server;
    out->muk = letter->muk;
    out->seed = letter->seed;
    out->id = m.id;
    out->mtk_id = m.mtk_id;
    out->counter = m.counter;
    out->has_sp = m.has_sp;
    out->is_sp_known = know_sp(m.sp, &out->off);
    return true;
}

/* What was refused as against the terms is against them. */
static void
check_terms(struct run *run, const struct model_message *m, int err)
{
    const struct model_group *group = model_group_of(&run->model, &m->id);
    bool has_sp = m->has_sp && !m->is_mtk;
    bool is_known = has_sp ? m->is_sp_known : group->is_sp_known;

    if (err == MSK_ERR_POLICY && is_known)
        REQUIRE(model_agrees(group, has_sp ? m->off : group->off) == err);
}

/* It was taken, perhaps with an error. */
static void
check_taken(struct run *run, const struct model_message *m, int err)
{
    uint8_t btid[1];

    REQUIRE(!run->changed);
    REQUIRE(m->is_mtk || is_durable(run));
    model_take(&run->model, m, err, &run->result);
    check_terms(run, m, err);
    if (err == MSK_OK && !m->is_mtk)
        REQUIRE(run->result.btid.n == 1 &&
                *run->result.btid.p == *btid_of(m->muk, btid).p);
    if (!run->letter.is_kept) {
        run->letter.is_kept = true;
        archive[run->n_archive++] = run->letter;
    }
    note_durable(run);
    run->store.fail_at = 0;
    check_replay(run);
}

/* It was not, and nothing was told. */
static void
check_refused(struct run *run, const struct model_message *m, int err)
{
    REQUIRE(store_is_same(run));
    if (run->letter.as_made && err != MSK_ERR_STORE)
        REQUIRE((err == MSK_ERR_NOT_MINE) ==
                (model_lets_in(&run->model, m) == MSK_ERR_NOT_MINE));
    if (run->letter.as_made && err != MSK_ERR_STORE)
        REQUIRE(!model_must_take(&run->model, m));
}

static void
deliver(struct run *run)
{
    size_t commits = run->store.commits;
    struct model_message m;
    bool is_message = describe(run, &m), is_taken;
    int err = receive(run);

    REQUIRE(err <= 0 && err != MSK_ERR_CRYPTO && err != MSK_ERR_RECORD);
    is_taken = run->store.commits == commits + 1 && err != MSK_ERR_STORE;
    REQUIRE(err != MSK_OK || is_taken);
    REQUIRE(err == MSK_OK ||
            (run->result.acknowledgement.n == 0 && run->result.key.n == 0));
    REQUIRE(is_message || !is_taken);
    if (is_taken)
        check_taken(run, &m, err);
    else if (is_message)
        check_refused(run, &m, err);
}

static void
fill_with_input(struct run *run)
{
    run->letter.len = 1 + take(run);
    for (size_t i = 0; i < run->letter.len; i++)
        run->letter.octets[i] = take(run);
    run->letter.as_made = false;
}

/* --- what was taken once comes again --------------------------------------- */

static void
deliver_all(struct run *run)
{
    size_t n = run->n_archive;

    run->store.fail_at = 0;
    run->changed = false;
    for (size_t i = 0; i < n; i++) {
        run->letter = archive[i];
        note_store(run);
        deliver(run);
    }
}

static void
restart(struct run *run, uint8_t faults)
{
    run->store.fail_at = 0;
    if ((faults & 8) != 0)
        cut_power(run);
    else
        start(run);
    if ((faults & 2) != 0)
        deliver_all(run);
}

/* All services stop, and a host of few demands starts them. */
static void
own_anew(struct run *run)
{
    for (uint8_t i = 0; i < MODEL_DOMAINS * (GROUPS - 1); i++) {
        for (uint8_t name = 0; name < 7; name++)
            forget(run, i & 1, (uint16_t)(1 + i / 2), name);
        allow(run, i & 1, (uint16_t)(1 + i / 2), 1, MSK_REQUIRE_NOTHING);
    }
    check_held(run);
}

/* MSKs come back by another way; their MTK messages come again. */
static void
deliver_mtks(struct run *run)
{
    size_t n = run->n_archive;
    struct model_message m;

    for (size_t i = 0; i < n; i++) {
        run->letter = archive[i];
        if (!describe(run, &m) || !m.is_mtk)
            continue;
        import_again(run, &m.id, m.seed);
        note_durable(run);
        note_store(run);
        deliver(run);
    }
}

/* With the ages that they had, and by a host that forgot them. */
static void
set_old_muks(struct run *run)
{
    for (size_t i = 0; i < 2 * run->n_muks; i++) {
        uint8_t bits = run->muks[i / 2], number = bits & 127;

        note_store(run);
        set_muk(run, bits >> 7, number, (i & 1) == 0 ? age_of(number) : 0);
    }
}

/* A configuration of long ago on the same store. */
static void
live_again(struct run *run)
{
    run->store.later = false;
    start(run);
    note_store(run);
    own_anew(run);
    set_old_muks(run);
    set_old_muks(run);
    note_durable(run);
    deliver_all(run);
    deliver_mtks(run);
}

/* --- operations ------------------------------------------------------------ */

static void
operate(struct run *run)
{
    uint8_t op = take(run), faults = op >> 4;

    run->store.later = (faults & 1) != 0;
    run->store.fail_at =
        (faults & 8) != 0 ? run->store.calls + 1 + (faults >> 1 & 3) : 0;
    run->changed = false;
    run->letter.as_made = true;
    run->letter.is_kept = false;
    note_store(run);
    switch (op & 15) {
    case 0:
        set_any_muk(run);
        REQUIRE(is_durable(run));
        break;
    case 1:
        change_group(run, take(run));
        REQUIRE(is_durable(run));
        break;
    case 2: restart(run, faults); break;
    case 3:
        fill_with_input(run);
        deliver(run);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        make_mtk(run);
        change(run, (op & 15) == 7 ? take(run) : 0);
        deliver(run);
        break;
    default:
        make_msk(run);
        change(run, (op & 15) >= 13 ? take(run) : 0);
        deliver(run);
        break;
    }
    run->store.fail_at = 0;
    note_durable(run);
    check_held(run);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run run;

    memset(&run, 0, sizeof run);
    run.p = data;
    run.n = size;
    fake_store_start(&run.store);
    memcpy(safe, fake_store_view(&run.store).p, sizeof safe);
    run.counter = take(&run) * 0x01010101u;
    run.layout = (run.counter & 1) != 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    model_start(&run.model, run.counter);
    for (uint8_t i = 0; i < SLOTS; i++)
        run.slot[0][i] = run.slot[1][i] = i;
    start(&run);
    note_store(&run);
    set_any_muk(&run);
    change_group(&run, take(&run) & 0x31);
    note_durable(&run);
    for (int i = 0; i < OPERATIONS_MAX && run.n > 0; i++)
        operate(&run);
    live_again(&run);
    return 0;
}
