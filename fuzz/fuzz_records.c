/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: records that are damaged between calls, and read back by the
 * objects that live with them: the store of a software MGV-F, the records of a
 * subscriber and of a Key Group at a BM-SC. Damage is octets changed, records
 * cut or made longer, exchanged for each other, or those of an earlier day.
 * Whatever it is,
 *
 *   - a call returns an error that its contract knows: the host did no wrong;
 *   - what an MGV-F refuses as no record stays as it is, and has no answer;
 *   - it can always be made to forget all;
 *   - of a Key Group no more MSKs are told than can be held, each once;
 *   - what it committed it reads again;
 *   - a record of a BM-SC is refused, or is one that a BM-SC could have made:
 *     packed again it is the same octets, after every call as well;
 *   - no MTK message is made beyond the interval of its MSK.
 */
#include <string.h>

#include "apart.h"
#include "bmsc/subscriber.h"
#include "fake_store.h"
#include "mgvf/record.h"
#include "msk/bmsc.h"
#include "msk/mbms.h"
#include "target.h"
#include "toy_crypto.h"

#define FQDN "bmsc.example.com"
#define OTHER "other.example.com"
#define GROUPS 3
#define OPERATIONS_MAX 64

static const uint8_t domains[2][3] = { { 0x21, 0x63, 0x54 },
                                       { 0x21, 0x63, 0x53 } };

/* The input, and what it works on. */
struct run {
    struct msk_bytes in; /* what is left of it */
    enum msk_layout layout;
    struct toy_crypto toy;

    struct fake_store store;
    uint64_t memory[MSK_MGVF_SIZE / sizeof(uint64_t)];
    struct msk_mgvf *mgvf;
    struct msk_mgvf_result result;
    uint32_t counter;

    uint64_t bmsc_memory[MSK_BMSC_SIZE / sizeof(uint64_t)];
    struct msk_bmsc *bmsc;
    struct msk_outbox *outbox;
    struct msk_subscriber sub;
    struct msk_key_group group;
    uint64_t age;
    msk_time now;
    uint8_t sent[MSK_MIKEY_MAX]; /* the last MSK message */
    size_t sent_n;
};

/* Too large to be cleared for each input. */
static uint64_t outbox_memory[MSK_OUTBOX_SIZE / sizeof(uint64_t)];
static uint8_t before[sizeof(struct msk_ram_record) * FAKE_STORE_RECORDS];
static struct msk_ram_record earlier[FAKE_STORE_RECORDS];
static uint8_t packed[MSK_SUBSCRIBER_PACKED_MAX];
static uint8_t again[MSK_SUBSCRIBER_PACKED_MAX];
static uint8_t kept[MSK_SUBSCRIBER_PACKED_MAX]; /* of an earlier day */
static size_t kept_n;

static struct msk_group_id
any_group(uint8_t what)
{
    struct msk_group_id id;

    memcpy(id.domain, domains[what / GROUPS % 2], sizeof id.domain);
    id.group = (uint16_t)(1 + what % GROUPS);
    return id;
}

static struct msk_bytes
server(uint8_t what)
{
    return msk_text(what % 4 == 3 ? OTHER : FQDN);
}

/* --- damage --------------------------------------------------------------- */

/* Octets of a record change, and it may end elsewhere. How many there are. */
static size_t
damage(struct run *run, uint8_t *p, size_t n, size_t cap)
{
    uint8_t how = input_octet(&run->in);

    if (how >= 0xF0)
        return how % 2 == 0 || n == cap ? n / 2 : n + 1;
    for (size_t i = 0; n > 0 && i < 1 + how % 3u; i++) {
        size_t at = (size_t)input_octet(&run->in) << 8;

        at |= input_octet(&run->in);
        p[at % n] ^= input_octet(&run->in);
    }
    return n;
}

static struct msk_ram_record *
any_record(struct run *run)
{
    size_t n = 0, which = input_octet(&run->in);

    for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
        n += run->store.records[i].version != 0 ? 1 : 0;
    if (n == 0)
        return NULL;
    which %= n;
    for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
        if (run->store.records[i].version != 0 && which-- == 0)
            return &run->store.records[i];
    return NULL;
}

static void
op_damage(struct run *run)
{
    struct msk_ram_record *record = any_record(run), *other;

    if (record != NULL)
        record->value_len =
            damage(run, record->value, record->value_len, sizeof record->value);
    other = input_octet(&run->in) % 8 == 0 ? any_record(run) : NULL;
    if (record == NULL || other == NULL)
        return;
    memcpy(record->value, other->value, sizeof record->value);
    record->value_len = other->value_len;
}

/* The store is that of an earlier day, which is kept. */
static void
op_day(struct run *run)
{
    if (input_octet(&run->in) % 2 == 0)
        memcpy(earlier, run->store.records, sizeof earlier);
    else
        memcpy(run->store.records, earlier, sizeof earlier);
}

/* --- an MGV-F ------------------------------------------------------------- */

static void
start_mgvf(struct run *run)
{
    struct msk_mgvf_config config = { .size = sizeof config };

    config.crypto = &run->toy.crypto;
    config.store = &run->store.store;
    REQUIRE(msk_mgvf_init(&run->mgvf, run->memory, sizeof run->memory,
                          &config) == MSK_OK);
}

static bool
store_is_same(const struct run *run)
{
    return memcmp(before, fake_store_view(&run->store).p, sizeof before) == 0;
}

/* What every call must keep to. */
static void
ended(struct run *run, int err)
{
    enum msk_err_kind kind = msk_err_kind(err);

    REQUIRE(err != MSK_PENDING && err != MSK_ERR_ARGUMENT &&
            err != MSK_ERR_BUSY && err != MSK_ERR_STATE);
    REQUIRE(kind != MSK_KIND_FATAL || err == MSK_ERR_RECORD);
    if (err == MSK_ERR_RECORD)
        REQUIRE(store_is_same(run));
}

static void
check_held(struct run *run, const struct msk_group_id *id)
{
    struct msk_held held = { .size = sizeof held };
    struct msk_released released = { .size = sizeof released };
    int err = msk_mgvf_held(run->mgvf, id, &held);

    ended(run, err);
    REQUIRE(store_is_same(run));
    if (err != MSK_OK)
        return;
    REQUIRE(held.n <= MSK_HELD_MAX);
    for (size_t i = 0; i < held.n; i++)
        for (size_t k = 0; k < i; k++)
            REQUIRE(held.msk[i].number != held.msk[k].number);
    err = msk_mgvf_released(run->mgvf, id, &released);
    ended(run, err);
    REQUIRE(err == MSK_OK && store_is_same(run));
    REQUIRE(released.n <= MSK_RELEASED_MAX);
    for (size_t i = 0; i < released.n; i++)
        REQUIRE(released.mtk[i].mtk.key_len <= MSK_KEY_MAX);
}

static void
give_muk(struct run *run)
{
    struct msk_muk muk = { .size = sizeof muk };
    uint8_t what = input_octet(&run->in), key[16],
            btid[1] = { (uint8_t)('a' + what % 8) };

    memset(key, what % 8, sizeof key);
    muk.fqdn = server(what / 8);
    muk.btid = (struct msk_bytes){ btid, 1 };
    muk.key = (struct msk_bytes){ key, sizeof key };
    muk.age = what / 32;
    ended(run, msk_mgvf_set_muk(run->mgvf, &muk));
}

static void
take(struct run *run, struct msk_bytes fqdn, struct msk_bytes message)
{
    struct msk_mgvf_input input = { .size = sizeof input };
    int err;

    input.layout = run->layout;
    input.fqdn = fqdn;
    input.message = message;
    memset(&run->result, 0, sizeof run->result);
    run->result.size = sizeof run->result;
    err = msk_mgvf_process(run->mgvf, &input, &run->result);
    ended(run, err);
    if (err != MSK_OK)
        REQUIRE(run->result.outcome == 0 && run->result.key.n == 0 &&
                run->result.acknowledgement.n == 0);
    else
        REQUIRE(run->result.key.n <= MSK_KEY_MAX);
}

static void
take_msk(struct run *run)
{
    static uint8_t octets[MSK_MIKEY_MAX];
    struct msk_msk_message m = { .size = sizeof m };
    uint8_t which = input_octet(&run->in), what = input_octet(&run->in),
            key[16], muk[16], rand[16];
    uint8_t btid[1] = { (uint8_t)('a' + what % 8) };
    struct msk_group_id id = any_group(which);
    size_t n;

    memset(muk, what % 8, sizeof muk);
    memset(key, 0x40 + what / 64, sizeof key);
    memset(rand, 0x80 + what / 64, sizeof rand);
    m.layout = run->layout;
    m.content = MSK_CONTENT_MSK;
    memcpy(m.id.domain, id.domain, sizeof id.domain);
    m.id.group = id.group;
    m.id.number = (uint16_t)(1 + what / 64);
    m.fqdn = server(what / 8);
    m.btid = (struct msk_bytes){ btid, 1 };
    m.rand = (struct msk_bytes){ rand, sizeof rand };
    m.csb_id = 1;
    m.counter = run->counter += 1 + which / 64u;
    m.v = true;
    m.key = (struct msk_bytes){ key, sizeof key };
    m.seq_high = 20;
    REQUIRE(msk_msk_message_make(&run->toy.crypto,
                                 (struct msk_bytes){ muk, sizeof muk }, &m,
                                 octets, sizeof octets, &n) == MSK_OK);
    take(run, m.fqdn, (struct msk_bytes){ octets, n });
}

static void
take_mtk(struct run *run)
{
    static uint8_t octets[MSK_MIKEY_MAX];
    struct msk_mtk_message m = { .size = sizeof m };
    uint8_t which = input_octet(&run->in), what = input_octet(&run->in),
            msk[16], key[16], rand[16];
    struct msk_group_id id = any_group(which);
    size_t n;

    memset(msk, 0x40 + what / 64, sizeof msk);
    memset(rand, 0x80 + what / 64, sizeof rand);
    memset(key, what, sizeof key);
    m.layout = run->layout;
    memcpy(m.id.domain, id.domain, sizeof id.domain);
    m.id.group = id.group;
    m.id.number = (uint16_t)(1 + what / 64);
    m.mtk_id = (uint16_t)(1 + what % 24);
    m.rand = (struct msk_bytes){ rand, sizeof rand };
    m.csb_id = 1;
    m.counter = 1 + what % 24u;
    m.key = (struct msk_bytes){ key, sizeof key };
    REQUIRE(msk_mtk_message_make(&run->toy.crypto,
                                 (struct msk_bytes){ msk, sizeof msk }, &m,
                                 octets, sizeof octets, &n) == MSK_OK);
    take(run, server(which / 8), (struct msk_bytes){ octets, n });
}

/* What is left of the store after that is nothing. */
static void
forget_all(struct run *run)
{
    REQUIRE(msk_mgvf_forget_all(run->mgvf) == MSK_OK);
    for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
        REQUIRE(run->store.records[i].version == 0);
}

static void
step_mgvf(struct run *run)
{
    uint8_t what = input_octet(&run->in), which;
    struct msk_group_id id;

    memcpy(before, fake_store_view(&run->store).p, sizeof before);
    switch (what % 10) {
    case 0: give_muk(run); break;
    case 1:
    case 2: take_msk(run); break;
    case 3: take_mtk(run); break;
    case 4:
        which = input_octet(&run->in);
        id = any_group(which);
        ended(run, msk_mgvf_allow(run->mgvf, server(which / 8), &id,
                                  (enum msk_require)(which / 64)));
        break;
    case 5:
        which = input_octet(&run->in);
        id = any_group(which);
        ended(run, msk_mgvf_forget(run->mgvf, server(which / 8), &id));
        break;
    case 6:
        id = any_group(input_octet(&run->in));
        check_held(run, &id);
        break;
    case 7: op_damage(run); break;
    case 8: op_day(run); break;
    default:
        if (what >= 0xF0)
            forget_all(run);
        else
            start_mgvf(run);
        break;
    }
}

/* --- a BM-SC -------------------------------------------------------------- */

static const struct msk_key_group *
find_group(void *user, const struct msk_group_id *id)
{
    struct run *run = user;

    return id->group == 1 ? &run->group : NULL;
}

static enum msk_permission
authorise(void *user, const struct msk_subscriber *sub,
          const struct msk_group_id *group)
{
    (void)user;
    (void)sub;
    (void)group;
    return MSK_PERMISSION_GRANTED;
}

static struct msk_subscriber_config
binding(const struct run *run, uint8_t btid[1], uint8_t key[16])
{
    struct msk_subscriber_config c = { .size = sizeof c };

    btid[0] = (uint8_t)('a' + run->age % 26);
    memset(key, (int)(run->age % 64), 16);
    c.btid = (struct msk_bytes){ btid, 1 };
    c.id = msk_text("ue");
    c.muk = c.mrk = (struct msk_bytes){ key, 16 };
    c.expires = MSK_NEVER;
    c.address = msk_text("there");
    c.age = run->age;
    return c;
}

static void
start_bmsc(struct run *run)
{
    struct msk_bmsc_config c = { .size = sizeof c };
    struct msk_key_group_config g = { .size = sizeof g };
    uint8_t btid[1], key[16];
    struct msk_subscriber_config s = binding(run, btid, key);

    c.layout = run->layout;
    c.fqdn = msk_text(FQDN);
    c.crypto = &run->toy.crypto;
    c.random = &run->toy.random;
    c.authorise = authorise;
    c.find_group = find_group;
    REQUIRE(msk_bmsc_init(&run->bmsc, run->bmsc_memory, sizeof run->bmsc_memory,
                          &c) == MSK_OK);
    REQUIRE(msk_outbox_init(&run->outbox, outbox_memory, sizeof outbox_memory,
                            NULL) == MSK_OK);
    apart_outbox(run->outbox);
    REQUIRE(msk_subscriber_init(&run->sub, &s) == MSK_OK);
    memcpy(g.id.domain, domains[0], 3);
    g.id.group = g.id.number = 1;
    g.seq_high = 20;
    REQUIRE(msk_key_group_init(&run->group, &g, &run->toy.random) == MSK_OK);
}

/* It is whole, as it is and packed. */
static void
check_subscriber(const struct msk_subscriber *sub)
{
    static struct msk_subscriber copy;
    size_t n, m;

    REQUIRE(msk_sub_is_whole(msk_sub_at(sub)));
    REQUIRE(msk_subscriber_pack(sub, packed, sizeof packed, &n) == MSK_OK);
    REQUIRE(msk_subscriber_unpack(&copy, (struct msk_bytes){ packed, n }) ==
            MSK_OK);
    REQUIRE(msk_subscriber_pack(&copy, again, sizeof again, &m) == MSK_OK);
    REQUIRE(n == m && memcmp(packed, again, n) == 0);
}

static void
check_group(const struct msk_key_group *group)
{
    static struct msk_key_group copy;
    size_t n, m;

    REQUIRE(msk_key_group_pack(group, packed, sizeof packed, &n) == MSK_OK);
    REQUIRE(msk_key_group_unpack(&copy, (struct msk_bytes){ packed, n }) ==
            MSK_OK);
    REQUIRE(msk_key_group_pack(&copy, again, sizeof again, &m) == MSK_OK);
    REQUIRE(n == m && memcmp(packed, again, n) == 0);
}

/* What a call wants done, or nothing. */
static void
called(struct run *run, const struct msk_subscriber *old, int err)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    struct msk_message m;

    REQUIRE(err != MSK_ERR_ARGUMENT && err != MSK_ERR_SPACE &&
            msk_err_kind(err) != MSK_KIND_FATAL);
    if (err != MSK_OK) {
        REQUIRE(!msk_outbox_next(run->outbox, &e));
        run->sub = *old;
        return;
    }
    check_subscriber(&run->sub);
    while (msk_outbox_next(run->outbox, &e)) {
        if (e.kind != MSK_BMSC_EFFECT_SEND_MIKEY)
            continue;
        REQUIRE(msk_message_read(run->layout, e.message, &m, NULL) == MSK_OK);
        REQUIRE(e.message.n <= sizeof run->sent);
        memcpy(run->sent, e.message.p, e.message.n);
        run->sent_n = e.message.n;
    }
}

static void
acknowledge(struct run *run)
{
    const struct msk_sub *sub = msk_sub_at(&run->sub);
    struct msk_subscriber old = run->sub;
    uint8_t ack[MSK_ACK_MAX];
    struct msk_message m;
    size_t n;

    if (run->sent_n == 0 || sub->muk.key_len == 0)
        return;
    REQUIRE(msk_message_read(run->layout,
                             (struct msk_bytes){ run->sent, run->sent_n }, &m,
                             NULL) == MSK_OK);
    if (msk_verification_make(
            &run->toy.crypto,
            (struct msk_bytes){ sub->muk.key, sub->muk.key_len }, &m, m.idr,
            ack, sizeof ack, &n) != MSK_OK)
        return;
    called(run, &old,
           msk_bmsc_take_ack(run->bmsc, run, &run->sub,
                             (struct msk_bytes){ ack, n }, run->now,
                             run->outbox));
}

static void
make_mtk(struct run *run)
{
    static const uint8_t key[32];
    static uint8_t octets[MSK_MIKEY_MAX];
    struct msk_bmsc_mtk mtk = { .size = sizeof mtk };
    struct msk_key_group_msk current = { .size = sizeof current };
    struct msk_message m;
    size_t n;

    (void)msk_key_group_reserve(&run->group, 1 + input_octet(&run->in) % 8u);
    if (!msk_key_group_get(&run->group, MSK_ROLE_CURRENT, &current))
        return;
    mtk.key = (struct msk_bytes){ key, current.msk.n };
    if (msk_key_group_streaming(&run->group))
        mtk.salt = (struct msk_bytes){ key, 14 };
    for (int i = 0; i < 8; i++) {
        if (msk_bmsc_make_mtk(run->bmsc, &run->group, &mtk, octets,
                              sizeof octets, &n) != MSK_OK)
            break;
        REQUIRE(msk_message_read(run->layout, (struct msk_bytes){ octets, n },
                                 &m, NULL) == MSK_OK);
        REQUIRE(m.mtk_id <= current.seq_high);
    }
    check_group(&run->group);
}

/* Both records, damaged or those of an earlier day: refused, or lived with. */
static void
read_back(struct run *run)
{
    static struct msk_subscriber sub;
    static struct msk_key_group group;
    uint8_t what = input_octet(&run->in);
    size_t n;

    if (what % 2 == 0) {
        REQUIRE(msk_key_group_pack(&run->group, packed, sizeof packed, &n) ==
                MSK_OK);
        n = damage(run, packed, n, MSK_KEY_GROUP_PACKED_MAX);
        if (msk_key_group_unpack(&group, (struct msk_bytes){ packed, n }) ==
            MSK_OK) {
            check_group(&group);
            run->group = group;
        }
        return;
    }
    REQUIRE(msk_subscriber_pack(&run->sub, packed, sizeof packed, &n) ==
            MSK_OK);
    if (what % 16 == 1) {
        memcpy(kept, packed, n);
        kept_n = n;
    } else if (what % 16 == 3 && kept_n > 0) {
        memcpy(packed, kept, kept_n);
        n = kept_n;
    } else {
        n = damage(run, packed, n, sizeof packed);
    }
    if (msk_subscriber_unpack(&sub, (struct msk_bytes){ packed, n }) != MSK_OK)
        return;
    check_subscriber(&sub);
    run->sub = sub;
}

static void
change_group(struct run *run, uint8_t what)
{
    int err = MSK_OK;

    switch (what % 3) {
    case 0: err = msk_key_group_rekey(&run->group, &run->toy.random); break;
    case 1:
        err = msk_key_group_prepare(&run->group, NULL, &run->toy.random);
        break;
    default: err = msk_key_group_switch(&run->group); break;
    }
    REQUIRE(err == MSK_OK || err == MSK_ERR_STATE);
    check_group(&run->group);
}

static void
rebind(struct run *run)
{
    uint8_t btid[1], key[16];
    struct msk_subscriber_config s;
    int err;

    run->age += input_octet(&run->in) % 3;
    s = binding(run, btid, key);
    err = msk_subscriber_rebind(&run->sub, &s);
    REQUIRE(err == MSK_OK || err == MSK_ERR_OLD_KEY || err == MSK_ERR_CONFLICT);
    check_subscriber(&run->sub);
}

static void
step_bmsc(struct run *run)
{
    struct msk_subscriber old = run->sub;
    uint8_t what = input_octet(&run->in);
    struct msk_group_id id = any_group(what / 16);

    switch (what % 12) {
    case 0:
        called(run, &old,
               msk_bmsc_push(run->bmsc, run, &run->sub, &run->group, run->now,
                             run->outbox));
        break;
    case 1:
        called(run, &old,
               msk_bmsc_pull(run->bmsc, run, &run->sub, &run->group, run->now,
                             run->outbox));
        break;
    case 2:
    case 3:
        run->now += what < 0x80 ? 1000u * what : 0;
        called(
            run, &old,
            msk_bmsc_timer(run->bmsc, run, &run->sub, run->now, run->outbox));
        break;
    case 4: acknowledge(run); break;
    case 5: make_mtk(run); break;
    case 6: change_group(run, what / 16); break;
    case 7: rebind(run); break;
    case 8: (void)msk_subscriber_join(&run->sub, &id); break;
    case 9: msk_subscriber_part(&run->sub, &id); break;
    default: read_back(run); break;
    }
    check_subscriber(&run->sub);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run run;
    uint8_t how;

    memset(&run, 0, sizeof run);
    run.in = (struct msk_bytes){ data, size };
    run.now = 1000000;
    kept_n = 0;
    how = input_octet(&run.in);
    run.layout = how % 2 == 0 ? MSK_LAYOUT_KEYID : MSK_LAYOUT_CSB;
    toy_crypto_start(&run.toy, size);
    if (how / 2 % 2 == 0) {
        memset(earlier, 0, sizeof earlier);
        fake_store_start(&run.store);
        start_mgvf(&run);
    } else {
        start_bmsc(&run);
    }
    for (int i = 0; i < OPERATIONS_MAX && run.in.n > 0; i++)
        if (how / 2 % 2 == 0)
            step_mgvf(&run);
        else
            step_bmsc(&run);
    if (how / 2 % 2 == 0)
        forget_all(&run);
    return 0;
}
