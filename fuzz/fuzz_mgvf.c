/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the octets are what happens to a software MGV-F: messages that
 * are good, changed, changed with a MAC that holds again, or any octets; MUKs,
 * Key Groups, imports, restarts; a store that fails or answers later. Whatever they
 * are,
 *
 *   - of a Key Group at most two MSKs are held, of different numbers;
 *   - a message that was accepted is not accepted at once again;
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
#include "msk/mgvf.h"
#include "msk/protect.h"
#include "provider.h"
#include "target.h"

#define FQDN "bmsc.example.com"
#define GROUPS 3 /* Key Groups 1 to 3, of which 3 is never allowed */
#define OPERATIONS_MAX 24
#define MAC_LEN 20

static const uint8_t domain[3] = { 0x21, 0x63, 0x54 };

/* The input, and what it works on. */
struct run {
    const uint8_t *p;
    size_t n;
    enum msk_layout layout;
    struct fake_store store;
    uint64_t memory[MSK_MGVF_SIZE / sizeof(uint64_t)];
    struct msk_mgvf *mgvf;
    uint32_t counter; /* of the last message made */
    uint8_t message[MSK_MIKEY_MAX];
    size_t len;
    uint8_t key[32]; /* what the message is protected with */
    size_t key_len;
    uint8_t rand[16];
    bool changed; /* and its MAC does not hold */
    struct msk_mgvf_result result;
    uint8_t before[sizeof(struct msk_ram_record) * FAKE_STORE_RECORDS];
};

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

    memcpy(run->before, now.p, now.n);
}

static bool
store_is_same(const struct run *run)
{
    return memcmp(run->before, fake_store_view(&run->store).p,
                  sizeof run->before) == 0;
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
        REQUIRE(run->store.waiting && answers++ < 8);
        REQUIRE(msk_mgvf_forget(run->mgvf, msk_text(FQDN), &busy) ==
                MSK_ERR_BUSY);
        err = fake_store_answer(&run->store);
        err = msk_mgvf_complete(run->mgvf, run->store.token, err, &run->result);
    }
    return err;
}

/* The MUK and the B-TID of a number; only those of its low two bits differ. */
static struct msk_bytes
muk_of(uint8_t number, uint8_t out[32])
{
    memset(out, 0x10 + (number & 3), 32);
    return (struct msk_bytes){ out, 32 };
}

static struct msk_bytes
btid_of(uint8_t number)
{
    static const uint8_t names[4] = { 'a', 'b', 'c', 'd' };

    return (struct msk_bytes){ &names[number & 3], 1 };
}

static void
set_muk(struct run *run)
{
    struct msk_muk muk = { .size = sizeof muk };
    uint8_t number = take(run), key[32];
    int err;

    muk.fqdn = msk_text(FQDN);
    muk.btid = btid_of(number);
    muk.key = muk_of(number, key);
    muk.age = number >> 2;
    err = finish(run, msk_mgvf_set_muk(run->mgvf, &muk));
    REQUIRE(err == MSK_OK || err == MSK_ERR_STORE || err == MSK_ERR_OLD_KEY);
    REQUIRE(err == MSK_OK || store_is_same(run));
}

static int
import_msk(struct run *run, uint16_t group)
{
    static const uint8_t sp[] = { 0, 1, 0, 10, 1, 1 };
    struct msk_import m = { .size = sizeof m };
    uint8_t number = take(run), bits = take(run), key[32], rand[16];

    memset(key, number, sizeof key);
    memset(rand, number ^ 0xFF, sizeof rand);
    memcpy(m.id.domain, domain, sizeof domain);
    m.id.group = group;
    m.id.number = (uint16_t)(1 + number % 5);
    m.key = (struct msk_bytes){ key, 16 + (bits & 3) * 8u };
    m.rand = (struct msk_bytes){ rand, sizeof rand };
    m.sp = (struct msk_bytes){ sp, (bits & 4) != 0 ? 3u + (bits >> 4 & 3) : 0 };
    m.seq_high = (uint16_t)(bits == 0xFF ? 0xFFFF : 20);
    return finish(run, msk_mgvf_import_msk(run->mgvf, &m));
}

static int
count(void *arg, struct msk_bytes key, struct msk_bytes value)
{
    (void)key;
    (void)value;
    ++*(size_t *)arg;
    return MSK_OK;
}

/* All or, if the store fails on the way, some of it. */
static void
forget_all(struct run *run)
{
    struct msk_bytes any = { NULL, 0 };
    size_t n = 0;
    int err = finish(run, msk_mgvf_forget_all(run->mgvf));

    REQUIRE(err == MSK_OK || err == MSK_ERR_STORE);
    REQUIRE(run->store.store.each(run->store.store.user, any, count, &n) ==
            MSK_OK);
    REQUIRE(err != MSK_OK || n == 0);
}

static struct msk_group_id
group_of(uint16_t group)
{
    struct msk_group_id id = { { domain[0], domain[1], domain[2] }, group };

    return id;
}

static void
hand_out(struct run *run, uint16_t group)
{
    struct msk_released released = { .size = sizeof released };
    struct msk_group_id id = group_of(group);
    int err = finish(run, msk_mgvf_released(run->mgvf, &id, &released));

    REQUIRE(err == MSK_OK || err == MSK_ERR_NOT_MINE || err == MSK_ERR_STORE);
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
call_otherwise(struct run *run, uint8_t which, uint16_t group)
{
    int err = MSK_OK;

    switch (which & 3) {
    case 0: err = import_msk(run, group); break;
    case 1: hand_out(run, group); break;
    case 2: forget_all(run); break;
    default: exceed(run); break;
    }
    REQUIRE(err <= 0 && err != MSK_ERR_RECORD);
    REQUIRE(err == MSK_OK || store_is_same(run));
}

static void
change_group(struct run *run, uint8_t how)
{
    uint16_t group = (uint16_t)(1 + how % (GROUPS - 1));
    struct msk_group_id id = group_of(group);
    int err;

    if ((how & 0x0E) == 0x0E) {
        call_otherwise(run, how >> 4, group);
        return;
    }
    err = (how & 0xC0) == 0xC0
              ? msk_mgvf_forget(run->mgvf, msk_text(FQDN), &id)
              : msk_mgvf_allow(run->mgvf, msk_text(FQDN), &id,
                               (enum msk_require)(how >> 4 & 3));
    err = finish(run, err);
    REQUIRE(err == MSK_OK || err == MSK_ERR_STORE);
    REQUIRE(err == MSK_OK || store_is_same(run));
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
    static const uint8_t sp[] = { 0, 1, 1, 10, 1, 1, 13, 2, 0, 1 };
    static const size_t whole[4] = { 0, 3, 6, 10 };
    struct msk_msk_message m = { .size = sizeof m };
    uint8_t how = take(run), number = take(run), bits = take(run), key[16];

    memset(key, number, sizeof key);
    memset(run->rand, number ^ 0xFF, sizeof run->rand);
    m.layout = run->layout;
    m.ext = (enum msk_ext_position)(bits >> 7);
    m.content = (enum msk_content_kind)(1 + (bits & 3) % 3);
    memcpy(m.id.domain, domain, sizeof domain);
    m.id.group = (uint16_t)(1 + (how >> 2) % GROUPS);
    m.id.number = (uint16_t)(1 + number % 5);
    m.fqdn = msk_text(FQDN);
    m.btid = btid_of(how);
    m.rand = (struct msk_bytes){ run->rand, sizeof run->rand };
    m.counter = next_counter(run);
    m.v = m.content != MSK_CONTENT_PULL && (bits & 4) != 0;
    m.streaming = (bits & 8) != 0;
    if (m.streaming)
        m.sp = (struct msk_bytes){ sp, whole[bits >> 4 & 3] };
    if (m.content == MSK_CONTENT_MSK)
        m.key = (struct msk_bytes){ key, sizeof key };
    m.seq_low = bits == 0x55 ? 9 : 0;
    m.seq_high = bits == 0x55 ? 1 : 20;
    run->key_len = muk_of(how, run->key).n;
    REQUIRE(msk_msk_message_make(
                host_crypto(), (struct msk_bytes){ run->key, run->key_len }, &m,
                run->message, sizeof run->message, &run->len) == MSK_OK);
}

/* Under an MSK whose key and RAND are those of make_msk. */
static void
make_mtk(struct run *run)
{
    struct msk_mtk_message m = { .size = sizeof m };
    uint8_t how = take(run), number = take(run), mtk[16] = { 7 },
            salt[14] = { 8 };

    memset(run->key, number, 16);
    run->key_len = 16;
    memset(run->rand, number ^ 0xFF, sizeof run->rand);
    m.layout = run->layout;
    memcpy(m.id.domain, domain, sizeof domain);
    m.id.group = (uint16_t)(1 + (how >> 2) % GROUPS);
    m.id.number = (uint16_t)(1 + number % 5);
    m.mtk_id = (uint16_t)(1 + take(run) % 24);
    m.rand = (struct msk_bytes){ run->rand, sizeof run->rand };
    m.counter = next_counter(run);
    m.key = (struct msk_bytes){ mtk, sizeof mtk };
    if ((how & 1) != 0)
        m.salt = (struct msk_bytes){ salt, sizeof salt };
    REQUIRE(msk_mtk_message_make(
                host_crypto(), (struct msk_bytes){ run->key, 16 }, &m,
                run->message, sizeof run->message, &run->len) == MSK_OK);
}

/* Makes the MAC anew over what stands there now. */
static void
mend(struct run *run)
{
    const struct msk_crypto *crypto = host_crypto();
    struct msk_protection p = { .crypto = crypto };
    struct msk_message m;
    struct msk_hmac hmac;
    struct msk_bytes all = { run->message, run->len }, head = all;
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
                         run->message + head.n) == 0);
    crypto->hmac_end(crypto->user, &hmac);
    run->changed = false;
}

/* Changes up to three octets; then, perhaps, the MAC. */
static void
change(struct run *run, uint8_t how)
{
    static uint8_t good[MSK_MIKEY_MAX];
    size_t len = run->len;

    memcpy(good, run->message, len);
    for (uint8_t i = 0; i < (how & 3); i++) {
        size_t at = take(run);

        run->message[at % run->len] ^= take(run);
    }
    if ((how & 4) != 0)
        run->len -= take(run) % run->len;
    run->changed = run->len != len || memcmp(good, run->message, len) != 0;
    if ((how & 8) != 0 && run->len > MAC_LEN)
        mend(run);
}

static void
check_held(struct run *run)
{
    for (uint16_t group = 1; group <= GROUPS; group++) {
        struct msk_held held = { .size = sizeof held };
        struct msk_group_id id = group_of(group);
        int err = finish(run, msk_mgvf_held(run->mgvf, &id, &held));

        REQUIRE(err == MSK_OK || err == MSK_ERR_NOT_MINE);
        if (err != MSK_OK)
            continue;
        REQUIRE(group < GROUPS && held.n <= MSK_HELD_MAX);
        REQUIRE(held.n < 2 || held.msk[0].number != held.msk[1].number);
    }
}

static int
receive(struct run *run)
{
    struct msk_mgvf_input input = { .size = sizeof input };

    memset(&run->result, 0, sizeof run->result);
    run->result.size = sizeof run->result;
    input.layout = run->layout;
    input.fqdn = msk_text(FQDN);
    input.message = (struct msk_bytes){ run->message, run->len };
    return finish(run, msk_mgvf_process(run->mgvf, &input, &run->result));
}

/* What the UE says to a BM-SC is for no UE. */
static void
check_acknowledgement(struct run *run, struct msk_bytes ack)
{
    memcpy(run->message, ack.p, ack.n);
    run->len = ack.n;
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

static void
deliver(struct run *run)
{
    size_t commits = run->store.commits;
    int err = receive(run);

    REQUIRE(err <= 0 && err != MSK_ERR_CRYPTO && err != MSK_ERR_RECORD);
    if (err == MSK_OK) {
        REQUIRE(!run->changed);
        REQUIRE(run->store.commits == commits + 1);
        REQUIRE(run->result.outcome != MSK_OUTCOME_DONE);
        run->store.fail_at = 0;
        check_replay(run);
        return;
    }
    REQUIRE(run->result.acknowledgement.n == 0 && run->result.key.n == 0);
    if (run->changed || err == MSK_ERR_STORE || err == MSK_ERR_MAC ||
        err == MSK_ERR_REPLAY)
        REQUIRE(store_is_same(run));
}

static void
fill_with_input(struct run *run)
{
    run->len = 1 + take(run);
    for (size_t i = 0; i < run->len; i++)
        run->message[i] = take(run);
    run->changed = false;
}

static void
operate(struct run *run)
{
    uint8_t op = take(run), faults = op >> 4;

    run->store.later = (faults & 1) != 0;
    run->store.fail_at =
        (faults & 8) != 0 ? run->store.calls + 1 + (faults >> 1 & 3) : 0;
    run->changed = false;
    note_store(run);
    switch (op & 15) {
    case 0: set_muk(run); break;
    case 1: change_group(run, take(run)); break;
    case 2: start(run); break;
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
    run.counter = take(&run) * 0x01010101u;
    run.layout = (run.counter & 1) != 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    start(&run);
    note_store(&run);
    set_muk(&run);
    change_group(&run, take(&run) & 0x31);
    for (int i = 0; i < OPERATIONS_MAX && run.n > 0; i++)
        operate(&run);
    return 0;
}
