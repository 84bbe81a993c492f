/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the octets are what happens to a software MGV-F: messages that
 * are good, changed, changed with a MAC that holds again, or any octets; MUKs
 * of two key servers with their ages; Key Groups of the same numbers in two
 * domains with several owners; imports, restarts, power cuts; a store that
 * fails or answers later. Whatever they are,
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
#include <string.h>

#include "fake_store.h"
#include "mgvf/record.h"
#include "mgvf_letter.h"
#include "provider.h"
#include "target.h"

#define OPERATIONS_MAX 24

/* The input, and what it works on. */
struct run {
    struct mgvf_writer w;
    struct fake_store store;
    uint64_t memory[MSK_MGVF_SIZE / sizeof(uint64_t)];
    struct msk_mgvf *mgvf;
    struct model model;
    struct msk_mgvf_result result;
    size_t durable, delayed; /* commits so far */
    size_t n_archive;
    uint8_t muks[OPERATIONS_MAX + 1]; /* that were set, see set_any_muk */
    size_t n_muks;
};

/* Too large to be cleared for each input. */
static uint8_t before[sizeof(struct msk_ram_record) * FAKE_STORE_RECORDS];
static uint8_t safe[sizeof before];           /* what a power cut leaves */
static struct letter archive[OPERATIONS_MAX]; /* what was taken */

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
        REQUIRE(msk_mgvf_forget(run->mgvf, letter_fqdn(0), &busy) ==
                MSK_ERR_BUSY);
        err = fake_store_answer(&run->store);
        err = msk_mgvf_complete(run->mgvf, run->store.token, err, &run->result);
    }
    return err;
}

static void
set_muk(struct run *run, uint8_t server, uint8_t number, uint8_t age)
{
    struct msk_muk muk = { .size = sizeof muk };
    int must = model_sets_muk(&run->model, server, number, age), err;
    uint8_t key[32], btid[1];

    muk.fqdn = letter_fqdn(server);
    muk.btid = letter_btid(number, btid);
    muk.key = letter_muk(server, number, key);
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
    uint8_t bits = input_octet(&run->w.in), server = bits >> 7,
            number = bits & 127;

    run->muks[run->n_muks++] = bits;
    run->w.slot[server][number % SLOTS] = number;
    set_muk(run, server, number, age_of(number));
}

/* --- Key Groups ---------------------------------------------------------- */

static struct msk_group_id
group_of(uint8_t d, uint16_t group)
{
    struct msk_key_id id = letter_id(d, group, 0);

    return msk_key_id_group(&id);
}

static struct model_group *
model_of(struct run *run, uint8_t d, uint16_t group)
{
    struct msk_key_id id = letter_id(d, group, 0);

    return model_group_of(&run->model, &id);
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

/* As the control plane of 5G hands it over: without a RAND, with an MTK and
 * with a moment at which it ends. */
static void
add_context(struct msk_import *m, uint8_t bits)
{
    if ((bits & 8) != 0)
        m->rand.n = 0;
    if ((bits & 0x40) != 0)
        m->mtk = (struct msk_bytes){ m->key.p, 16 };
    m->mtk_id = (uint16_t)((bits & 0x40) != 0 ? 1 + bits % 24 : 0);
    m->expires = (bits & 0x80) != 0 ? 1 + bits : 0;
}

static int
import_msk(struct run *run, uint8_t d, uint16_t group)
{
    static const uint8_t sp[] = { 0, 1, 0, 10, 1, 1 };
    struct msk_import m = { .size = sizeof m };
    uint8_t number = input_octet(&run->w.in), bits = input_octet(&run->w.in),
            key[32], rand[16];

    memset(rand, number ^ 0xFF, sizeof rand);
    m.id = letter_id(d, group, (uint16_t)(1 + number % 5));
    m.key = letter_msk(number, key, 16 + (bits & 3) * 8u);
    m.rand = (struct msk_bytes){ rand, sizeof rand };
    m.sp = (struct msk_bytes){ sp, (bits & 4) != 0 ? 3u + (bits >> 4 & 3) : 0 };
    m.seq_high = (uint16_t)(bits == 0xFF ? 0xFFFF : 20);
    add_context(&m, bits);
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
    m.key = letter_msk(seed, key, 16);
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

    input.layout = run->w.layout;
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
    struct msk_bytes fqdn = letter_name(name, &owner);
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
    struct msk_bytes fqdn = letter_name(name, &owner);
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

    if (name == NAMES)
        call_otherwise(run, how >> 4, how >> 6 & 1, group);
    else if ((how & 0xC0) == 0xC0)
        forget(run, how >> 5 & 1, group, name);
    else
        allow(run, how >> 7, group, name, (enum msk_require)(how >> 4 & 3));
}

/* --- messages ------------------------------------------------------------- */

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
    input.layout = run->w.layout;
    input.fqdn = letter_fqdn(run->w.letter.server);
    input.message =
        (struct msk_bytes){ run->w.letter.octets, run->w.letter.len };
    return finish(run, msk_mgvf_process(run->mgvf, &input, &run->result));
}

/* What the UE says to a BM-SC is for no UE. */
static void
check_acknowledgement(struct run *run, struct msk_bytes ack)
{
    memcpy(run->w.letter.octets, ack.p, ack.n);
    run->w.letter.len = ack.n;
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

    REQUIRE(!run->w.changed);
    REQUIRE(m->is_mtk || is_durable(run));
    model_take(&run->model, m, err, &run->result);
    check_terms(run, m, err);
    if (err == MSK_OK && !m->is_mtk)
        REQUIRE(run->result.btid.n == 1 &&
                *run->result.btid.p == *letter_btid(m->muk, btid).p);
    if (!run->w.letter.is_kept) {
        run->w.letter.is_kept = true;
        archive[run->n_archive++] = run->w.letter;
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
    if (run->w.letter.as_made && err != MSK_ERR_STORE)
        REQUIRE((err == MSK_ERR_NOT_MINE) ==
                (model_accepts(&run->model, m) == MSK_ERR_NOT_MINE));
    if (run->w.letter.as_made && err != MSK_ERR_STORE)
        REQUIRE(!model_must_take(&run->model, m));
}

static void
deliver(struct run *run)
{
    size_t commits = run->store.commits;
    struct model_message m;
    bool is_message = letter_describe(&run->w, &m), is_taken;
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
    run->w.letter.len = 1 + input_octet(&run->w.in);
    for (size_t i = 0; i < run->w.letter.len; i++)
        run->w.letter.octets[i] = input_octet(&run->w.in);
    run->w.letter.as_made = false;
}

/* --- what was taken once comes again -------------------------------------- */

static void
deliver_all(struct run *run)
{
    size_t n = run->n_archive;

    run->store.fail_at = 0;
    run->w.changed = false;
    for (size_t i = 0; i < n; i++) {
        run->w.letter = archive[i];
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
        for (uint8_t name = 0; name < NAMES; name++)
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
        run->w.letter = archive[i];
        if (!letter_describe(&run->w, &m) || !m.is_mtk)
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

/* --- operations ----------------------------------------------------------- */

static void
operate(struct run *run)
{
    uint8_t op = input_octet(&run->w.in), faults = op >> 4;

    run->store.later = (faults & 1) != 0;
    run->store.fail_at =
        (faults & 8) != 0 ? run->store.calls + 1 + (faults >> 1 & 3) : 0;
    run->w.changed = false;
    run->w.letter.as_made = true;
    run->w.letter.is_kept = false;
    note_store(run);
    switch (op & 15) {
    case 0:
        set_any_muk(run);
        REQUIRE(is_durable(run));
        break;
    case 1:
        change_group(run, input_octet(&run->w.in));
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
        letter_make_mtk(&run->w);
        letter_change(&run->w, (op & 15) == 7 ? input_octet(&run->w.in) : 0);
        deliver(run);
        break;
    default:
        letter_make_msk(&run->w);
        letter_change(&run->w, (op & 15) >= 13 ? input_octet(&run->w.in) : 0);
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
    run.w.in = (struct msk_bytes){ data, size };
    fake_store_start(&run.store);
    memcpy(safe, fake_store_view(&run.store).p, sizeof safe);
    run.w.counter = input_octet(&run.w.in) * 0x01010101u;
    run.w.layout = (run.w.counter & 1) != 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    model_start(&run.model, run.w.counter);
    for (uint8_t i = 0; i < SLOTS; i++)
        run.w.slot[0][i] = run.w.slot[1][i] = i;
    start(&run);
    note_store(&run);
    set_any_muk(&run);
    change_group(&run, input_octet(&run.w.in) & 0x31);
    note_durable(&run);
    for (int i = 0; i < OPERATIONS_MAX && run.w.in.n > 0; i++)
        operate(&run);
    live_again(&run);
    return 0;
}
