/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the octets are what happens to an MGV-F on a UICC whose card
 * lies: messages and other calls, and the answers of the card to each command,
 * which are what such an answer looks like, or any octets and any status; at
 * once, later, or never. Whatever they are,
 *
 *   - commands are whole, and no call sends more of them than two files have
 *     records, but for answers that ask for more;
 *   - a card is not asked to open a message before the file with its counter
 *     was read, nor one whose counter is not newer than what stood there;
 *   - a card is not asked to store an MSK whose SP switches off what any owner
 *     of the Key Group has on;
 *   - what is told fits, is of the message, and is nothing with an error;
 *   - a call that waits is ended by its answer alone.
 */
#include <string.h>

#include "mgvf/card_file.h"
#include "mgvf/held.h"
#include "msk/mgvf_uicc.h"
#include "target.h"
#include "toy_crypto.h"

#define FQDN "bmsc.example.com"
#define FQDN_LOUD "BMSC.Example.COM"
#define OTHER "other.example.com"
#define BTID "a"
#define GROUPS 2 /* Key Groups 1 and 2 may be allowed; 3 never is */
#define OWNERS 3
#define OPERATIONS_MAX 16
#define RECORDS_MAX 254
#define FIRST_BLOCK 0x80
#define SELECT 0xA4
#define READ_RECORD 0xB2
#define AUTHENTICATE 0x89

#define GROUP_ID(number) \
    (&(struct msk_group_id){ { 0x21, 0x63, 0x54 }, (number) })

static const uint8_t domain[3] = { 0x21, 0x63, 0x54 };

/* SRTP parameters: all is on, and all is off. */
static const uint8_t sp_on[] = { 0, 1, 1, 10, 1, 1, 13, 2, 0, 1 };
static const uint8_t sp_off[] = { 0, 1, 0, 10, 1, 0 };

/* The input, and what it works on. */
struct run {
    struct msk_bytes in; /* what is left of it */
    enum msk_layout layout;
    struct toy_crypto toy;
    struct msk_card card;
    struct msk_card_group groups[GROUPS];
    uint64_t memory[MSK_MGVF_UICC_SIZE / sizeof(uint64_t)];
    struct msk_mgvf *mgvf;
    unsigned owners[GROUPS + 1]; /* a set of bits, see owner_of */
    enum msk_require require[GROUPS + 1][OWNERS];

    /* the message under way, if is_message */
    bool is_message;
    uint8_t octets[MSK_MIKEY_MAX];
    struct msk_message message;
    struct msk_bytes server; /* that it is of */
    struct msk_mgvf_result result;

    /* the card, in this call */
    size_t began; /* octets of input left then */
    size_t commands;
    uint16_t file; /* that is selected; 0: none */
    bool is_read;  /* a record of it was asked for */
    bool is_old;   /* and says that the message is not newer */
    bool waits;
    uint32_t token;
    struct msk_card_answer *answer;
    uint8_t ins;
};

static void
put(struct msk_card_answer *answer, const void *p, size_t n)
{
    REQUIRE(n <= sizeof answer->data - answer->n);
    memcpy(answer->data + answer->n, p, n);
    answer->n += n;
}

static void
put_u32(struct msk_card_answer *answer, uint32_t v)
{
    uint8_t octets[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
                          (uint8_t)(v >> 8), (uint8_t)v };

    put(answer, octets, sizeof octets);
}

/* --- the card: what it says --------------------------------------------- */

static void
say_muk(struct run *run, struct msk_card_answer *answer)
{
    static const uint8_t name[] = { 0xA0, 4 + 1 + 16, 0x80, 1 };

    put(answer, name, sizeof name);
    put(answer, BTID "\x82\x10" FQDN "\x81\x04", 21);
    put_u32(answer, input_octet(&run->in));
}

static void
say_msks(struct run *run, struct msk_card_answer *answer)
{
    uint8_t n = (uint8_t)(1 + (input_octet(&run->in) & 1)),
            group[2] = { 0, input_octet(&run->in) };

    put(answer, domain, sizeof domain);
    put(answer, &n, 1);
    while (n-- > 0) {
        uint8_t number[2] = { 0, input_octet(&run->in) };

        put(answer, group, sizeof group);
        put(answer, number, sizeof number);
        put_u32(answer, input_octet(&run->in));
    }
}

/* 53 L DB and as many octets as an MTK, a salt and more may have. */
static void
say_reply(struct run *run, struct msk_card_answer *answer)
{
    uint8_t n = (uint8_t)(input_octet(&run->in) & 0x7F),
            head[3] = { 0x53, n, 0xDB };

    put(answer, head, sizeof head);
    for (uint8_t i = 1; i < n; i++)
        put(answer, &n, 1);
}

static void
say_anything(struct run *run, struct msk_card_answer *answer)
{
    uint8_t n = input_octet(&run->in);

    while (n-- > 0 && run->in.n > 0) {
        uint8_t octet = input_octet(&run->in);

        put(answer, &octet, 1);
    }
}

/* More than there is room for, if the library believed it. */
static void
say_too_much(struct msk_card_answer *answer)
{
    answer->n = sizeof answer->data + 1;
}

static void
say_any_status(struct run *run, struct msk_card_answer *answer)
{
    uint8_t high = input_octet(&run->in);

    answer->status = (uint16_t)(high << 8 | input_octet(&run->in));
}

static void
say(struct run *run, struct msk_card_answer *answer)
{
    static const uint16_t statuses[16] = {
        0x9000, 0x9000, 0x9000, 0x9000, 0x910C, 0x62F1, 0x62F2, 0x62F3,
        0x63F1, 0x63F2, 0x6A83, 0x6A88, 0x6985, 0x9862, 0x9865, 0x9866,
    };
    uint8_t what = input_octet(&run->in);

    answer->status = statuses[what & 15];
    switch (what >> 4) {
    case 0: break;
    case 1:
    case 2: say_muk(run, answer); break;
    case 3:
    case 4: say_msks(run, answer); break;
    case 5:
    case 6: say_reply(run, answer); break;
    case 7: say_too_much(answer); break;
    case 8: say_any_status(run, answer); break;
    default: say_anything(run, answer); break;
    }
}

/* --- the card: what it is told ------------------------------------------- */

static bool
is_counter_of(const struct run *run, const struct msk_card_msks *msks,
              uint32_t *counter)
{
    const struct msk_key_id *id = &run->message.id;
    const struct msk_group_id group = msk_key_id_group(id);

    if (!msk_group_id_equal(&msks->id, &group))
        return false;
    for (size_t i = 0; i < msks->n; i++)
        if (msks->number[i] == id->number) {
            *counter = msks->counter[i];
            return *counter != 0;
        }
    return false;
}

static bool
same(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Does this record say that the message is not newer? */
static bool
is_old(const struct run *run, const struct msk_card_answer *answer)
{
    struct msk_bytes record = { answer->data, answer->n };
    struct msk_card_muk muk;
    struct msk_card_msks msks;
    uint32_t counter = 0;
    bool known;

    if (run->message.kind == MSK_MESSAGE_MTK) {
        known = msk_card_get_msks(record, &msks) &&
                is_counter_of(run, &msks, &counter);
    } else {
        known = msk_card_get_muk(record, &muk) &&
                same(muk.idr, run->message.idr) && same(muk.idi, run->server);
        counter = known ? muk.counter : 0;
    }
    return known && !msk_serial_newer(run->message.counter, counter);
}

static int
give(struct run *run)
{
    struct msk_card_answer *answer = run->answer;
    bool fine;

    say(run, answer);
    fine = answer->n <= sizeof answer->data &&
           (answer->status == 0x9000 || answer->status >> 8 == 0x91);
    if (run->ins == READ_RECORD && fine && run->is_message)
        run->is_old = run->is_old || is_old(run, answer);
    return MSK_OK;
}

/* Who may own a Key Group: the session, the host, another session; and the
 * first one in another spelling. */
static struct msk_bytes
owner_of(uint8_t bits, unsigned *bit)
{
    static const char *const names[] = { FQDN, "", OTHER, FQDN_LOUD };

    *bit = bits % 4 == 3 ? 1u : 1u << bits % 4;
    return msk_text(names[bits % 4]);
}

/* Of an MSK message the server must be an owner, or the host. */
static bool
is_allowed(const struct run *run)
{
    const struct msk_key_id *id = &run->message.id;
    struct msk_bytes fqdn = msk_text(FQDN);
    unsigned owners;

    if (memcmp(id->domain, domain, sizeof domain) != 0 || id->group < 1 ||
        id->group > GROUPS)
        return false;
    owners = run->owners[id->group];
    if (run->message.kind == MSK_MESSAGE_MSK && run->server.n == fqdn.n &&
        memcmp(run->server.p, fqdn.p, fqdn.n) == 0)
        owners &= 3u;
    return owners != 0;
}

/* Has any owner of the group of the message anything on? */
static bool
has_terms(const struct run *run)
{
    uint16_t group = run->message.id.group;
    bool has = false;

    for (size_t i = 0; i < OWNERS && group <= GROUPS; i++)
        has = has || run->require[group][i] != MSK_REQUIRE_NOTHING;
    return has;
}

/* Is it an MSK whose SP switches that off? */
static bool
is_against_terms(const struct run *run)
{
    const struct msk_message *m = &run->message;

    return m->kind == MSK_MESSAGE_MSK && m->id.number != 0 && has_terms(run) &&
           same(m->sp, (struct msk_bytes){ sp_off, sizeof sp_off });
}

static void
check_command(struct run *run, struct msk_bytes c)
{
    REQUIRE(c.n >= 5 && c.n <= MSK_CARD_COMMAND_MAX && c.p[0] == 0);
    REQUIRE(++run->commands < 4 * RECORDS_MAX + 4 * (run->began - run->in.n));
    run->ins = c.p[1];
    if (run->ins == SELECT) {
        REQUIRE(c.n == 7 && c.p[4] == 2);
        run->file = (uint16_t)(c.p[5] << 8 | c.p[6]);
    } else if (run->ins == READ_RECORD) {
        REQUIRE(c.n == 5 && c.p[2] >= 1 && c.p[2] <= 254 && run->file != 0);
        run->is_read = true;
    } else {
        REQUIRE(run->ins == AUTHENTICATE && c.p[3] == 0x85);
        REQUIRE(c.n == 5u + c.p[4]);
    }
    if (!run->is_message || run->ins != AUTHENTICATE || c.p[2] != FIRST_BLOCK)
        return;
    REQUIRE(run->is_read && !run->is_old);
    REQUIRE(is_allowed(run) && !is_against_terms(run));
    REQUIRE(run->file == (run->message.kind == MSK_MESSAGE_MTK
                              ? MSK_CARD_EF_MSK
                              : MSK_CARD_EF_MUK));
}

static int
transmit(void *user, uint32_t token, struct msk_bytes command,
         struct msk_card_answer *answer)
{
    struct run *run = user;
    uint8_t how = input_octet(&run->in);

    REQUIRE(!run->waits);
    check_command(run, command);
    run->answer = answer;
    run->token = token;
    run->waits = how >> 4 == 1;
    if (run->waits)
        return MSK_PENDING;
    return how == 0xFF ? MSK_ERR_CARD : give(run);
}

/* --- calls ---------------------------------------------------------------- */

static void
begin(struct run *run, bool is_message)
{
    memset(&run->result, 0, sizeof run->result);
    run->result.size = sizeof run->result;
    run->is_message = is_message;
    run->is_read = run->is_old = run->waits = false;
    run->began = run->in.n;
    run->commands = 0;
    run->file = 0;
}

static int
finish(struct run *run, int err)
{
    while (err == MSK_PENDING) {
        REQUIRE(run->waits);
        REQUIRE(msk_mgvf_forget(run->mgvf, msk_text(FQDN), GROUP_ID(1)) ==
                MSK_ERR_BUSY);
        REQUIRE(msk_mgvf_complete(run->mgvf, run->token + 1, MSK_OK,
                                  &run->result) == MSK_ERR_STATE);
        REQUIRE(msk_mgvf_complete(run->mgvf, run->token, MSK_PENDING,
                                  &run->result) == MSK_ERR_ARGUMENT);
        run->waits = false;
        err = input_octet(&run->in) == 0xFF ? MSK_ERR_CARD : give(run);
        err = msk_mgvf_complete(run->mgvf, run->token, err, &run->result);
    }
    REQUIRE(!run->waits && err <= 0);
    return err;
}

static void
make_msk(struct run *run, size_t *len)
{
    static const struct msk_bytes sps[4] = { { NULL, 0 },
                                             { sp_on, sizeof sp_on },
                                             { sp_off, sizeof sp_off },
                                             { sp_off, sizeof sp_off } };
    static const uint8_t key[16] = { 1 };
    struct msk_msk_message m = { .size = sizeof m };
    uint8_t bits = input_octet(&run->in);

    m.layout = run->layout;
    m.content = (bits & 1) != 0 ? MSK_CONTENT_PULL : MSK_CONTENT_MSK;
    memcpy(m.id.domain, domain, sizeof domain);
    m.id.group = (uint16_t)(1 + (bits >> 1) % 3);
    m.id.number = (uint16_t)(1 + (bits >> 3 & 1));
    m.fqdn = msk_text(FQDN);
    m.btid = msk_text(BTID);
    m.rand = (struct msk_bytes){ key, sizeof key };
    m.counter = 1u + input_octet(&run->in);
    m.v = m.content != MSK_CONTENT_PULL && (bits & 16) != 0;
    m.streaming = (bits & 32) != 0;
    if (m.streaming)
        m.sp = sps[bits >> 6];
    if (m.content == MSK_CONTENT_MSK)
        m.key = (struct msk_bytes){ key, sizeof key };
    m.seq_high = 20;
    REQUIRE(msk_msk_message_make(
                &run->toy.crypto, (struct msk_bytes){ key, sizeof key }, &m,
                run->octets, sizeof run->octets, len) == MSK_OK);
}

static void
make_mtk(struct run *run, size_t *len)
{
    static const uint8_t key[16] = { 1 }, salt[MSK_SALT_MAX] = { 2 };
    struct msk_mtk_message m = { .size = sizeof m };
    uint8_t bits = input_octet(&run->in);

    m.layout = run->layout;
    memcpy(m.id.domain, domain, sizeof domain);
    m.id.group = (uint16_t)(1 + (bits >> 1) % 3);
    m.id.number = (uint16_t)(1 + (bits >> 3 & 3));
    m.mtk_id = (uint16_t)(1 + (bits >> 5));
    m.rand = m.key = (struct msk_bytes){ key, sizeof key };
    m.counter = 1u + input_octet(&run->in);
    if ((bits & 1) != 0)
        m.salt = (struct msk_bytes){ salt, sizeof salt };
    REQUIRE(msk_mtk_message_make(
                &run->toy.crypto, (struct msk_bytes){ key, sizeof key }, &m,
                run->octets, sizeof run->octets, len) == MSK_OK);
}

/* With an error nothing is told but which key it was. */
static void
check_told(const struct run *run, int err)
{
    const struct msk_mgvf_result *r = &run->result;
    const struct msk_key_id *id = &run->message.id;

    if (err != MSK_OK) {
        REQUIRE(r->key.n == 0 && r->acknowledgement.n == 0);
        REQUIRE(err != MSK_ERR_POLICY || has_terms(run));
        return;
    }
    REQUIRE(is_allowed(run) && r->id.group == id->group &&
            r->id.number == id->number);
    REQUIRE(r->acknowledgement.n <= MSK_ACK_MAX && r->sp.n <= MSK_SP_MAX);
    REQUIRE(r->acknowledgement.n == 0 ||
            (r->outcome == MSK_OUTCOME_STORED && run->message.v));
    REQUIRE((r->outcome == MSK_OUTCOME_MTK) == (r->key.n > 0));
    if (run->message.kind == MSK_MESSAGE_MTK)
        REQUIRE(r->outcome == MSK_OUTCOME_MTK && r->key.n >= 16 &&
                r->key.n <= MSK_KEY_MAX && r->salt.n <= MSK_SALT_MAX);
    else if (id->number == 0)
        REQUIRE(r->outcome == MSK_OUTCOME_PULL);
    else
        REQUIRE(r->outcome == MSK_OUTCOME_STORED ||
                r->outcome == MSK_OUTCOME_STALE);
}

static void
deliver(struct run *run, size_t len, struct msk_bytes fqdn)
{
    struct msk_mgvf_input input = { .size = sizeof input };
    int err;

    input.layout = run->layout;
    input.fqdn = fqdn;
    input.message = (struct msk_bytes){ run->octets, len };
    err = msk_message_read(run->layout, input.message, &run->message, NULL);
    run->server = fqdn.n > 0 ? fqdn : run->message.idi;
    begin(run, err == MSK_OK);
    err = finish(run, msk_mgvf_process(run->mgvf, &input, &run->result));
    REQUIRE(err != MSK_OK || run->is_message);
    check_told(run, err);
}

/* What the octet becomes is said first, then which one it is. */
static void
change(struct run *run, size_t len)
{
    uint8_t by = input_octet(&run->in);

    run->octets[input_octet(&run->in) % len] ^= by;
}

/* Any octets, or the message that was made before with some of them changed;
 * of another server, or of whom it says. */
static void
deliver_anything(struct run *run, size_t len, uint8_t how)
{
    const struct msk_bytes servers[4] = { msk_text(FQDN), msk_text("other") };

    if ((how & 1) != 0)
        for (len = 0; len < sizeof run->octets && run->in.n > 0; len++)
            run->octets[len] = input_octet(&run->in);
    for (; (how & 6) != 0 && len > 0; how -= 2)
        change(run, len);
    deliver(run, len, servers[how >> 3 & 3]);
}

/* Refused before the card hears of it. */
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
    REQUIRE(msk_mgvf_complete(run->mgvf, run->token, MSK_OK, NULL) ==
            MSK_ERR_STATE);
    REQUIRE(msk_mgvf_allow(run->mgvf, msk_text(FQDN), GROUP_ID(9),
                           (enum msk_require)4) == MSK_ERR_ARGUMENT);
    REQUIRE(run->commands == 0);
}

/* The card has made it: nothing is to be kept, and no key to be seen. */
static void
set_muk(struct run *run, uint8_t how)
{
    static const uint8_t key[32] = { 1 };
    struct msk_muk muk = { .size = sizeof muk };

    muk.fqdn = msk_text(FQDN);
    muk.btid = msk_text(BTID);
    muk.key = (struct msk_bytes){ key, (how & 1) != 0 ? sizeof key : 0 };
    REQUIRE(msk_mgvf_set_muk(run->mgvf, &muk) ==
            (muk.key.n > 0 ? MSK_ERR_ARGUMENT : MSK_OK));
    REQUIRE(run->commands == 0);
}

static void
ask_held(struct run *run, uint16_t group)
{
    struct msk_held held = { .size = sizeof held };
    int err = finish(run, msk_mgvf_held(run->mgvf, GROUP_ID(group), &held));

    REQUIRE(err != MSK_OK || run->owners[group] != 0);
    REQUIRE(err != MSK_OK || held.n <= MSK_HELD_MAX);
    REQUIRE((err == MSK_ERR_NOT_MINE) == (run->owners[group] == 0));
}

static void
forget(struct run *run, uint16_t group, uint8_t bits)
{
    unsigned bit;
    struct msk_bytes owner = owner_of(bits, &bit);

    if (finish(run, msk_mgvf_forget(run->mgvf, owner, GROUP_ID(group))) !=
        MSK_OK)
        return;
    run->owners[group] &= ~bit;
    run->require[group][bit / 2] = MSK_REQUIRE_NOTHING;
}

static void
forget_all(struct run *run)
{
    if (finish(run, msk_mgvf_forget_all(run->mgvf)) != MSK_OK)
        return;
    memset(run->owners, 0, sizeof run->owners);
    memset(run->require, 0, sizeof run->require);
}

static void
allow(struct run *run, uint16_t group, uint8_t bits)
{
    enum msk_require require = (enum msk_require)(bits >> 6);
    unsigned bit;
    struct msk_bytes owner = owner_of(input_octet(&run->in), &bit);

    REQUIRE(msk_mgvf_allow(run->mgvf, owner, GROUP_ID(group), require) ==
            MSK_OK);
    run->owners[group] |= bit;
    run->require[group][bit / 2] = require;
}

/* What a host does less often. */
static void
do_otherwise(struct run *run, uint16_t group, uint8_t op)
{
    size_t len = 0;

    switch (op >> 4 & 3) {
    case 0: exceed(run); break;
    case 1: set_muk(run, op >> 3); break;
    case 2:
        make_msk(run, &len);
        deliver_anything(run, len, input_octet(&run->in));
        break;
    default: allow(run, group, op); break;
    }
}

static void
operate(struct run *run)
{
    size_t len = 0;
    uint8_t op = input_octet(&run->in);
    uint16_t group = (uint16_t)(1 + (op >> 3 & 1));
    struct msk_bytes fqdn = msk_text(FQDN);

    begin(run, false);
    switch (op & 7) {
    case 0: do_otherwise(run, group, op); break;
    case 1: forget(run, group, op >> 4); break;
    case 2: forget_all(run); break;
    case 3: ask_held(run, group); break;
    case 4:
    case 5:
        make_msk(run, &len);
        deliver(run, len, fqdn);
        break;
    default:
        make_mtk(run, &len);
        deliver(run, len, fqdn);
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run run;
    struct msk_mgvf_uicc_config config = { .size = sizeof config };
    uint8_t bits;

    memset(&run, 0, sizeof run);
    run.in = (struct msk_bytes){ data, size };
    bits = input_octet(&run.in);
    toy_crypto_start(&run.toy, 1);
    run.layout = (bits & 1) != 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID;
    run.card = (struct msk_card){ sizeof run.card, &run, transmit };
    config.card = &run.card;
    config.groups = run.groups;
    config.n_groups = GROUPS;
    config.short_commands = (bits & 2) != 0;
    REQUIRE(msk_mgvf_uicc_init(&run.mgvf, run.memory, sizeof run.memory,
                               &config) == MSK_OK);
    allow(&run, 1, (uint8_t)(bits & 0xC0));
    for (int i = 0; i < OPERATIONS_MAX && run.in.n > 0; i++)
        operate(&run);
    msk_mgvf_wipe(run.mgvf);
    return 0;
}
