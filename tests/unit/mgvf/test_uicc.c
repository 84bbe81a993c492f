/* SPDX-License-Identifier: MIT */
/* The MGV-F on a UICC: against the one in software, and by itself. */
#include <stdio.h>
#include <string.h>

#include "chip.h"
#include "messages.h"
#include "provider.h"
#include "usim.h"

#define GROUP 0x18CF
#define OTHER 0x2468
#define FOREIGN 0x7777
#define OLD 0x10 /* MUKs */
#define NEW 0x11
#define GROUPS 2

/* Two UEs that are told the same: one has its keys on a card. */
static struct chip chip;
static struct card card;
static uint8_t memory[MSK_MGVF_UICC_SIZE + 1];
static struct msk_card_group groups[GROUPS];
static struct msk_mgvf *mgvf;
static struct msk_mgvf_result result;

#define IN_BOTH_LAYOUTS \
    for (int layout = 1; layout <= 2; layout++, release(NULL))

static void
restart(bool short_commands)
{
    struct msk_mgvf_uicc_config config = { .size = sizeof config };

    config.card = &card.driver;
    config.groups = groups;
    config.n_groups = GROUPS;
    config.short_commands = short_commands;
    memset(memory, 0xA5, sizeof memory);
    memset(groups, 0xA5, sizeof groups);
    assert_int_equal(
        msk_mgvf_uicc_init(&mgvf, memory + 1, MSK_MGVF_UICC_SIZE, &config),
        MSK_OK);
}

static int
finish(int err)
{
    while (err == MSK_PENDING) {
        err = card_answer(&card);
        err = msk_mgvf_complete(mgvf, card.token, err, &result);
    }
    return err;
}

static int
receive(struct msk_bytes message)
{
    struct msk_mgvf_input input = { .size = sizeof input };

    memset(&result, 0, sizeof result);
    result.size = sizeof result;
    input.layout = chip.layout;
    input.fqdn = chars(CHIP_FQDN);
    input.message = message;
    return finish(msk_mgvf_process(mgvf, &input, &result));
}

static void
give_muk(uint8_t muk)
{
    struct msk_muk m = { .size = sizeof m };

    assert_int_equal(chip_muk(&chip, muk), MSK_OK);
    card_make_muk(&card, CHIP_FQDN, muk);
    m.fqdn = chars(CHIP_FQDN);
    m.btid = muk_btid(muk);
    assert_int_equal(msk_mgvf_set_muk(mgvf, &m), MSK_OK);
}

static void
allow(uint16_t group, enum msk_require require)
{
    assert_int_equal(chip_allow(&chip, group, require), MSK_OK);
    assert_int_equal(
        msk_mgvf_allow(mgvf, CHIP_OWNER, CHIP_GROUP(group), require), MSK_OK);
}

static void
begin(int layout, bool later)
{
    chip_start(&chip, (enum msk_layout)layout, false);
    card_start(&card, (enum msk_layout)layout);
    card.later = later;
    restart(false);
    allow(GROUP, MSK_REQUIRE_NOTHING);
    allow(OTHER, MSK_REQUIRE_NOTHING);
    give_muk(OLD);
}

static struct msk_bytes
msk_of(uint16_t group, uint16_t number, uint32_t counter)
{
    struct parcel p = { .muk = OLD,
                        .group = group,
                        .number = number,
                        .counter = counter,
                        .key = 0x51,
                        .v = true };

    return msk_message_of(&chip, p);
}

static struct msk_bytes
mtk_of(uint16_t number, uint32_t counter, uint16_t mtk_id)
{
    return mtk_message_of(&chip, (struct ticket){ GROUP, number, 0x51, counter,
                                                  mtk_id, 0x71, true });
}

/* --- as in software ------------------------------------------------------ */

/* The card does not count messages under a MUK that is not its last one, so a
 * stale message may come twice; and it says RANGE where the software sees
 * that no MTK ID is left. */
static bool
may_differ(int soft, int uicc)
{
    if (soft == MSK_ERR_REPLAY && uicc == MSK_OK)
        return result.outcome == MSK_OUTCOME_STALE ||
               result.outcome == MSK_OUTCOME_PULL;
    return (soft == MSK_ERR_INVALIDATED && uicc == MSK_ERR_RANGE) ||
           (soft == MSK_ERR_RANGE && uicc == MSK_ERR_INVALIDATED);
}

static enum msk_outcome
as_a_card_says(enum msk_outcome outcome)
{
    return outcome == MSK_OUTCOME_VALIDITY || outcome == MSK_OUTCOME_COUNTER
               ? MSK_OUTCOME_STORED
               : outcome;
}

static void
compare_results(void)
{
    const struct msk_mgvf_result *soft = &chip.result;

    check_int("outcome", result.outcome, as_a_card_says(soft->outcome));
    assert_true(msk_key_id_equal(&result.id, &soft->id));
    check_octets("acknowledgement", result.acknowledgement,
                 soft->acknowledgement);
    assert_false(result.has_interval);
    assert_false(result.has_deleted);
    if (soft->outcome != MSK_OUTCOME_MTK) {
        check_octets("B-TID", result.btid, soft->btid);
        assert_int_equal(result.key.n, 0);
        return;
    }
    check_int("MTK ID", result.mtk_id, soft->mtk_id);
    check_octets("MTK", result.key, soft->key);
    check_octets("salt", result.salt, soft->salt);
}

static void
compare_held(uint16_t group)
{
    struct msk_held a, b = { .size = sizeof b };

    assert_int_equal(chip_held(&chip, group, &a), MSK_OK);
    assert_int_equal(finish(msk_mgvf_held(mgvf, CHIP_GROUP(group), &b)),
                     MSK_OK);
    check_int("held", (long long)b.n, (long long)a.n);
    for (size_t i = 0; i < a.n; i++) {
        check_int("number", b.msk[i].number, a.msk[i].number);
        assert_false(b.msk[i].has_interval);
    }
}

/* Both receive it, and the same becomes of it. */
static int
both(struct msk_bytes message)
{
    int soft = chip_receive(&chip, message), uicc = receive(message);

    if (may_differ(soft, uicc))
        return soft;
    check_int("result", uicc, soft);
    if (soft == MSK_OK)
        compare_results();
    compare_held(GROUP);
    compare_held(OTHER);
    return soft;
}

/* What the BM-SC knows: keys by group and number, the last counters. */
struct bmsc {
    struct rng r;
    uint8_t muk;
    uint32_t counter[256];
    uint8_t keys[2][8];
    uint8_t made; /* the value of the last MSK */
    uint32_t mtk_counter;
    uint16_t mtk_id;
    uint32_t sent; /* the counter of the last message */
    size_t accepted;
};

static uint32_t
around(struct bmsc *b, uint32_t last)
{
    return last + 3 - (uint32_t)rng_below(&b->r, 5);
}

/* One that is held as it is, or another value, which no other MSK has had for
 * long: of one that comes back a card does not know the past. */
static void
random_value(struct bmsc *b, size_t g, struct parcel *p)
{
    struct msk_held held;

    assert_int_equal(chip_held(&chip, p->group, &held), MSK_OK);
    p->number = (uint16_t)(1 + rng_below(&b->r, 5));
    b->made = (uint8_t)(b->made % 250 + 1);
    p->key = b->made;
    if (held.n == 0 || rng_below(&b->r, 3) != 0)
        return;
    p->number = held.msk[rng_below(&b->r, held.n)].number;
    p->key = b->keys[g][p->number];
}

static struct msk_bytes
random_msk(struct bmsc *b, size_t g)
{
    static const uint16_t names[] = { GROUP, OTHER };
    struct parcel p = { .group = names[g], .v = rng_below(&b->r, 2) == 0 };

    p.muk = (uint8_t)(b->muk - rng_below(&b->r, 6) / 4);
    if (rng_below(&b->r, 30) == 0)
        p.muk = 0x77;
    p.counter = around(b, b->counter[p.muk]);
    random_value(b, g, &p);
    b->sent = p.counter;
    p.low = (uint16_t)(b->mtk_id + 3 - rng_below(&b->r, 5));
    p.high = (uint16_t)(p.low + 50 - rng_below(&b->r, 55));
    if (rng_below(&b->r, 4) == 0)
        p.content = MSK_CONTENT_VALIDITY;
    if (rng_below(&b->r, 8) == 0) {
        p.content = MSK_CONTENT_PULL;
        p.number = 0;
        p.v = false;
    }
    if (rng_below(&b->r, 40) == 0)
        p.group = FOREIGN;
    if (rng_below(&b->r, 4) == 0)
        p.sp = "0d020001";
    return msk_message_of(&chip, p);
}

static struct msk_bytes
random_mtk(struct bmsc *b, size_t g)
{
    static const uint16_t names[] = { GROUP, OTHER };
    struct ticket t = { .group = names[g], .mtk = 0x70 };

    t.number = (uint16_t)(1 + rng_below(&b->r, 5));
    t.key = b->keys[g][t.number];
    if (t.key == 0)
        t.key = 0x50;
    t.counter = around(b, b->mtk_counter);
    b->sent = t.counter;
    t.mtk_id = (uint16_t)(b->mtk_id + 5 - rng_below(&b->r, 6));
    t.streaming = rng_below(&b->r, 2) == 0;
    return mtk_message_of(&chip, t);
}

/* A message that may be good, old, forged, stale, or for somebody else. */
static void
go_on(struct bmsc *b)
{
    size_t g = (size_t)rng_below(&b->r, 2);
    bool is_mtk = rng_below(&b->r, 2) == 0;
    struct msk_bytes m = is_mtk ? random_mtk(b, g) : random_msk(b, g);
    uint8_t *forged = room(m.n);

    memcpy(forged, m.p, m.n);
    if (rng_below(&b->r, 10) == 0)
        forged[m.n - 1 - rng_below(&b->r, 20)] ^= 0x40;
    if (both((struct msk_bytes){ forged, m.n }) != MSK_OK)
        return;
    b->accepted++;
    if (chip.result.outcome == MSK_OUTCOME_STORED)
        b->keys[chip.result.id.group == GROUP ? 0 : 1][chip.result.id.number] =
            chip.result.key.p[0];
    if (is_mtk) {
        b->mtk_counter = b->sent;
        b->mtk_id = chip.result.mtk_id;
    } else if (b->sent > b->counter[b->muk]) {
        b->counter[b->muk] = b->sent;
    }
}

static void
does_as_the_software_does(void **state)
{
    static struct bmsc b;

    (void)state;
    for (int layout = 1; layout <= 2; layout++) {
        memset(&b, 0, sizeof b);
        rng_start(&b.r, 31);
        begin(layout, layout == 1);
        b.muk = OLD;
        b.mtk_id = 100;
        b.mtk_counter = 100;
        for (size_t i = 0; i < 4000; i++) {
            if (i % 1000 == 999)
                card.proactive = !card.proactive;
            if (i == 1000 || i == 1100)
                give_muk(++b.muk);
            go_on(&b);
            release(NULL);
        }
        printf("# %zu accepted\n", b.accepted);
        assert_true(b.accepted > 500);
    }
}

/* --- commands ------------------------------------------------------------ */

/* A driver with answers that are written down: "status data; ..." Commands
 * that come are written up. */
static struct {
    const char *answers;
    char commands[40000];
} script;

static int
play(void *user, uint32_t token, struct msk_bytes command,
     struct msk_card_answer *answer)
{
    size_t n = strcspn(script.answers, ";");
    char *text = (char *)room(n + 1), *at = script.commands;
    struct msk_bytes octets;

    (void)user;
    (void)token;
    at += strlen(at);
    for (size_t i = 0; i < command.n; i++)
        at += snprintf(at, 3, "%02x", command.p[i]);
    (void)snprintf(at, 2, ";");
    if (n == 0)
        return MSK_ERR_CARD;
    memcpy(text, script.answers, n);
    text[n] = '\0';
    script.answers += n + (script.answers[n] == ';' ? 1 : 0);
    octets = hex(text);
    answer->status = (uint16_t)(octets.p[0] << 8 | octets.p[1]);
    answer->n = octets.n - 2;
    memcpy(answer->data, octets.p + 2, answer->n);
    return MSK_OK;
}

static void
set_script(const char *answers)
{
    card.driver.transmit = play;
    script.answers = answers;
    script.commands[0] = '\0';
}

static const char *
text_of(struct msk_bytes octets)
{
    char *text = (char *)room(2 * octets.n + 1);

    text[0] = '\0';
    for (size_t i = 0; i < octets.n; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", octets.p[i]);
    return text;
}

static void
check_commands(const char *before, struct msk_bytes message, const char *after)
{
    char want[4000];

    (void)snprintf(want, sizeof want, "%s%s%s", before, text_of(message),
                   after);
    if (strcmp(script.commands, want) != 0)
        print_error("got  %s\nwant %s\n", script.commands, want);
    assert_string_equal(script.commands, want);
}

#define MUK_FILE "00a4000c026fd8;00b2010400;00b2020400;"
#define MSK_FILE "00a4000c026fd7;00b2010400;"
#define EF_MSK_1 "9000 216354 01 18CF0001 00000000 FFFFFFFFFFFFFFFF;"

static void
sends_the_commands_of_the_standard(void **state)
{
    struct msk_bytes m;
    char before[80];

    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    m = msk_of(GROUP, 1, 1);
    set_script("9000; 9000 FFFF; 6A83; 62F3; 9000 5301DB");
    assert_int_equal(receive(m), MSK_OK);
    assert_int_equal(result.outcome, MSK_OUTCOME_STORED);
    assert_int_equal(result.acknowledgement.n, 0);
    (void)snprintf(before, sizeof before, "%s00898085%02x5381%02x01", MUK_FILE,
                   (unsigned)m.n + 4, (unsigned)m.n + 1);
    check_commands(before, m, ";0089a08500;");
    m = mtk_of(1, 1, 1);
    assert_true(m.n < 127);
    set_script("9000;" EF_MSK_1 "62F3; 9000 5311DB"
               "00112233445566778899aabbccddeeff");
    assert_int_equal(receive(m), MSK_OK);
    check_octets("MTK", result.key, hex("00112233445566778899aabbccddeeff"));
    assert_int_equal(result.salt.n, 0);
    (void)snprintf(before, sizeof before, "%s00898085%02x53%02x02", MSK_FILE,
                   (unsigned)m.n + 3, (unsigned)m.n + 1);
    check_commands(before, m, ";0089a08500;");
    set_script("9000");
    assert_int_equal(msk_mgvf_forget(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP)),
                     MSK_OK);
    check_commands("00898085085306032163541", (struct msk_bytes){ NULL, 0 },
                   "8cf;");
    release(NULL);
}

/* With the longest B-TIDs a message does not fit into one command. */
static struct msk_bytes
long_message(uint32_t counter)
{
    struct msk_msk_message m = { .size = sizeof m, .for_card = true };
    static uint8_t key[32];
    char btid[200];
    uint8_t *buf = room(MSK_MIKEY_MAX);
    size_t len;

    memset(key, OLD, sizeof key);
    memset(btid, 'b', sizeof btid);
    m.layout = chip.layout;
    m.content = MSK_CONTENT_MSK;
    memcpy(m.id.domain, chip_domain, 3);
    m.id.group = GROUP;
    m.id.number = 1;
    m.fqdn = chars(CHIP_FQDN);
    m.btid = (struct msk_bytes){ (const uint8_t *)btid, sizeof btid };
    m.rand = exact(key, 16);
    m.counter = counter;
    m.key = exact(key, 16);
    m.seq_high = 10;
    assert_int_equal(msk_msk_message_make(host_crypto(), exact(key, 32), &m,
                                          buf, MSK_MIKEY_MAX, &len),
                     MSK_WARN_CARD);
    return exact(buf, len);
}

static void
sends_long_messages_in_blocks(void **state)
{
    struct msk_bytes m;
    char want[1200];

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        m = long_message(1);
        assert_true(m.n > MSK_CARD_MESSAGE_MAX && m.n < 2 * 255 - 5);
        set_script("9000; 6A83; 63F1; 62F3; 62F1 5304; 62F1 DB01; 9000 0203");
        assert_int_equal(receive(m), MSK_OK);
        assert_int_equal(result.acknowledgement.n, 0); /* not asked for */
        (void)snprintf(want, sizeof want,
                       "00a4000c026fd8;00b2010400;00898085ff5382%04x01%s;"
                       "00890085%02x%s;0089a08500;0089208500;0089208500;",
                       (unsigned)m.n + 1, text_of(exact(m.p, 250)),
                       (unsigned)m.n - 250,
                       text_of(exact(m.p + 250, m.n - 250)));
        assert_string_equal(script.commands, want);
        /* A card that is done before it has everything is not. */
        set_script("9000; 6A83; 9000 5301DB");
        assert_int_equal(receive(m), MSK_ERR_CARD);
        restart(true);
        allow(GROUP, MSK_REQUIRE_NOTHING);
        set_script("9000; 6A83;");
        assert_int_equal(receive(m), MSK_ERR_LENGTH);
    }
}

static void
understands_every_status(void **state)
{
    static const struct {
        const char *status;
        int msk, mtk;
    } cases[] = {
        { "9862", MSK_ERR_MAC, MSK_ERR_MAC },
        { "9865", MSK_OK, MSK_ERR_RANGE },
        { "6A88", MSK_ERR_NO_MUK, MSK_ERR_NO_MSK },
        { "6985", MSK_ERR_NO_MUK, MSK_ERR_INVALIDATED },
        { "9866", MSK_ERR_LIMIT, MSK_ERR_LIMIT },
        { "9867", MSK_ERR_LIMIT, MSK_ERR_LIMIT },
        { "6A80", MSK_ERR_VALUE, MSK_ERR_VALUE },
        { "9864", MSK_ERR_CARD, MSK_ERR_CARD },
        { "6982", MSK_ERR_CARD, MSK_ERR_CARD },
        { "9000", MSK_ERR_CARD, MSK_ERR_CARD },
        { "63F1", MSK_ERR_CARD, MSK_ERR_CARD },
    };
    char text[160];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *status = cases[i].status;

        begin(MSK_LAYOUT_KEYID, false);
        (void)snprintf(text, sizeof text, "9000; 6A83; %s", status);
        set_script(text);
        check_int(status, receive(msk_of(GROUP, 1, 1)), cases[i].msk);
        assert_int_equal(msk_mgvf_uicc_status(mgvf),
                         hex(status).p[0] << 8 | hex(status).p[1]);
        if (cases[i].msk == MSK_OK)
            assert_int_equal(result.outcome, MSK_OUTCOME_STALE);
        assert_int_equal(result.acknowledgement.n, 0);
        (void)snprintf(text, sizeof text, "9000; " EF_MSK_1 "%s", status);
        set_script(text);
        check_int(status, receive(mtk_of(1, 1, 1)), cases[i].mtk);
        release(NULL);
    }
}

static void
treats_a_pull_under_the_muk_before_as_a_pull(void **state)
{
    struct parcel p = {
        .muk = OLD, .group = GROUP, .counter = 1, .content = MSK_CONTENT_PULL
    };

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        set_script("9000; 6A83; 9865");
        assert_int_equal(receive(msk_message_of(&chip, p)), MSK_OK);
        assert_int_equal(result.outcome, MSK_OUTCOME_PULL);
        assert_int_equal(result.acknowledgement.n, 0);
    }
}

/* A record that means nothing names no MSK, whatever stands in it. */
static void
passes_by_records_that_mean_nothing(void **state)
{
    static const char *const records[] = {
        "9000 216354 02 24680002 00000000 18CF0001 00000000", /* two groups */
        /* three MSKs */
        "9000 216354 03 18CF0001 00000000 18CF0002 00000000 18CF0003 00000000",
        "9000 216354 00 18CF0001 00000000",       /* none */
        "9000 216354 02 18CF0001 00000000",       /* cut short */
        "9000 216355 01 18CF0001 00000000 FFFFFF" /* another domain */
    };
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        begin(MSK_LAYOUT_KEYID, false);
        (void)snprintf(text, sizeof text,
                       "9000; %s; 6A83; 9000 5301DB; 9000 5301DB", records[i]);
        set_script(text);
        check_int(records[i], receive(mtk_of(1, 1, 1)), MSK_ERR_NO_MSK);
        release(NULL);
    }
    /* A counter of a MUK that is not of four octets: as if it were not there. */
    begin(MSK_LAYOUT_KEYID, false);
    (void)snprintf(text, sizeof text,
                   "9000; 9000 A01B 8007 627469642d3130 8210 %s"
                   "8105 0000000100; 6A83; 62F3; 9000 5301DB",
                   text_of(chars(CHIP_FQDN)));
    set_script(text);
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
}

static int
answer_too_much(void *user, uint32_t token, struct msk_bytes command,
                struct msk_card_answer *answer)
{
    (void)token;
    (void)command;
    ++*(size_t *)user;
    answer->status = 0x9000;
    answer->n = sizeof answer->data + 1;
    return MSK_OK;
}

static void
refuses_an_answer_that_no_card_gives(void **state)
{
    size_t commands = 0;

    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    card.driver.transmit = answer_too_much;
    card.driver.user = &commands;
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_ERR_CARD);
    assert_int_equal(commands, 1);
}

static void
refuses_answers_that_make_no_sense(void **state)
{
    static const char *const msk[] = {
        "6A82",                            /* no EF_MUK */
        "9000; 6982",                      /* not to be read */
        "9000; 6A83; 62F3; 9000",          /* nothing */
        "9000; 6A83; 62F3; 9000 53",       /* half an object */
        "9000; 6A83; 62F3; 9000 5302DB",   /* */
        "9000; 6A83; 62F3; 9000 5301DB00", /* more than an object */
        "9000; 6A83; 62F3; 9000 5300",     /* no tag of success */
        "9000; 6A83; 62F3; 9000 5301DC",   /* another one */
        "9000; 6A83; 62F3; 9000 7301DB",   /* another object */
        "9000; 6A83; 62F3; 9000 5380DB",   /* a length without an end */
        "9000; 6A83; 62F3; 9000 53830000DB",
        "9000; 6A83; 62F3; 62F1", /* more, but nothing now */
        "9000; 6A83; 62F3; 6F00 5301DB",
    };
    static const char *const mtk[] = {
        "9000;" EF_MSK_1 "62F3; 9000 5301DB",
        "9000;" EF_MSK_1 "62F3; 9000 5310DB 0011223344556677 8899aabbccddee",
        "9000;" EF_MSK_1
        "62F3; 9000 5312DB 0011223344556677 8899aabbccddeeff 00",
    };

    (void)state;
    for (size_t i = 0; i < sizeof msk / sizeof msk[0]; i++) {
        begin(MSK_LAYOUT_KEYID, false);
        set_script(msk[i]);
        check_int(msk[i], receive(msk_of(GROUP, 1, 1)), MSK_ERR_CARD);
        release(NULL);
    }
    for (size_t i = 0; i < sizeof mtk / sizeof mtk[0]; i++) {
        begin(MSK_LAYOUT_KEYID, false);
        set_script(mtk[i]);
        check_int(mtk[i], receive(mtk_of(1, 1, 1)), MSK_ERR_CARD);
        release(NULL);
    }
}

static size_t
count_commands(void)
{
    size_t n = 0;

    for (const char *c = script.commands; *c != '\0'; c++)
        n += *c == ';' ? 1 : 0;
    return n;
}

static void
ends_with_a_card_that_does_not(void **state)
{
    static char endless[40000];

    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    strcpy(endless, "9000; 6A83; 62F3;");
    for (size_t i = 0; i < 600; i++)
        strcat(endless, "62F1 0102;");
    set_script(endless);
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_ERR_CARD);
    assert_true(count_commands() < 600);
    strcpy(endless, "9000; 6A83; 62F3;");
    for (size_t i = 0; i < 600; i++)
        strcat(endless, "62F1;"); /* more, but nothing now */
    set_script(endless);
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_ERR_CARD);
    assert_int_equal(count_commands(), 4);
    strcpy(endless, "9000;");
    for (size_t i = 0; i < 300; i++)
        strcat(endless, "9000 FF;");
    set_script(endless);
    assert_int_equal(receive(mtk_of(1, 1, 1)), MSK_ERR_NO_MSK);
    assert_int_equal(count_commands(), 1 + 254);
    endless[0] = '\0';
    strcat(endless, "9000;");
    for (size_t i = 0; i < 300; i++)
        strcat(endless, EF_MSK_1 "9000;9000;");
    set_script(endless);
    assert_int_equal(msk_mgvf_forget_all(mgvf), MSK_ERR_CARD);
    assert_true(count_commands() < 3 * 256);
}

/* --- what goes wrong ----------------------------------------------------- */

static void
fails_with_each_command_and_goes_on(void **state)
{
    static const int errors[] = { MSK_ERR_CARD, MSK_ERR_STORE, 99, MSK_OK };

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        int err = MSK_ERR_CARD;

        for (size_t n = 1; err == MSK_ERR_CARD; n++) {
            begin(MSK_LAYOUT_KEYID, i >= 4);
            assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
            card.commands = 0;
            card.fail_at = n;
            card.fail_err = errors[i % 4];
            card.fail_status = 0x6F00;
            err = receive(mtk_of(1, 1, 1));
            assert_true(err == MSK_ERR_CARD || n == 5);
            assert_true(err == MSK_OK || result.key.n == 0);
            card.fail_at = 0;
            assert_int_equal(receive(mtk_of(1, 2, 2)), MSK_OK);
            release(NULL);
        }
        assert_int_equal(err, MSK_OK);
    }
}

static void
is_busy_until_the_card_answers(void **state)
{
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_muk muk = { .size = sizeof muk };
    struct msk_held held = { .size = sizeof held };
    struct msk_bytes m;

    (void)state;
    begin(MSK_LAYOUT_KEYID, true);
    m = msk_of(GROUP, 1, 1);
    input.layout = chip.layout;
    input.message = m;
    muk.fqdn = chars("x");
    muk.btid = chars("y");
    assert_int_equal(msk_mgvf_complete(mgvf, 0, MSK_OK, &result),
                     MSK_ERR_STATE);
    assert_int_equal(msk_mgvf_process(mgvf, &input, NULL), MSK_PENDING);
    assert_int_equal(msk_mgvf_process(mgvf, &input, NULL), MSK_ERR_BUSY);
    assert_int_equal(msk_mgvf_set_muk(mgvf, &muk), MSK_ERR_BUSY);
    assert_int_equal(msk_mgvf_allow(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP),
                                    MSK_REQUIRE_NOTHING),
                     MSK_ERR_BUSY);
    assert_int_equal(msk_mgvf_forget(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP)),
                     MSK_ERR_BUSY);
    assert_int_equal(msk_mgvf_forget_all(mgvf), MSK_ERR_BUSY);
    assert_int_equal(msk_mgvf_held(mgvf, CHIP_GROUP(GROUP), &held),
                     MSK_ERR_BUSY);
    assert_int_equal(msk_mgvf_complete(mgvf, card.token + 1, MSK_OK, &result),
                     MSK_ERR_STATE);
    assert_int_equal(msk_mgvf_complete(mgvf, card.token, MSK_PENDING, &result),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(finish(MSK_PENDING), MSK_OK);
    assert_int_equal(result.outcome, MSK_OUTCOME_STORED);
}

static void
says_when_there_is_no_room(void **state)
{
    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    assert_int_equal(msk_mgvf_allow(mgvf, CHIP_OWNER, CHIP_GROUP(FOREIGN),
                                    MSK_REQUIRE_NOTHING),
                     MSK_ERR_LIMIT);
    card.room = 1;
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
    assert_int_equal(receive(msk_of(OTHER, 1, 2)), MSK_ERR_LIMIT);
    assert_int_equal(msk_mgvf_uicc_status(mgvf), 0x9866);
    assert_int_equal(receive(mtk_of(1, 1, 1)), MSK_OK);
    assert_int_equal(msk_mgvf_forget(mgvf, CHIP_OWNER, CHIP_GROUP(FOREIGN)),
                     MSK_OK);
    assert_int_equal(msk_mgvf_forget(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP)),
                     MSK_OK);
    assert_int_equal(receive(msk_of(GROUP, 1, 2)), MSK_ERR_NOT_MINE);
    assert_int_equal(receive(msk_of(OTHER, 1, 2)), MSK_OK);
    assert_int_equal(msk_mgvf_allow(mgvf, CHIP_OWNER, CHIP_GROUP(FOREIGN),
                                    MSK_REQUIRE_NOTHING),
                     MSK_OK);
    card.room = 0;
    card.muk_room = 1;
    card_make_muk(&card, "other.example.com", NEW);
    begin(MSK_LAYOUT_KEYID, false);
    memset(card.ef_muk, 0, sizeof card.ef_muk);
    card.muk_room = 1;
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_ERR_LIMIT);
    assert_int_equal(msk_mgvf_uicc_status(mgvf), 0x9867);
}

static void
asks_for_a_key_that_the_card_has_lost(void **state)
{
    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    card.muks[0].is_gone = true;
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_ERR_NO_MUK);
    assert_int_equal(msk_mgvf_uicc_status(mgvf), 0x6985);
    card.muks[0].is_gone = false;
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
}

/* --- what the ME does itself --------------------------------------------- */

static void
drops_an_sp_that_switches_off_what_was_announced(void **state)
{
    struct parcel p = { .muk = OLD,
                        .group = GROUP,
                        .number = 1,
                        .counter = 1,
                        .key = 0x51,
                        .sp = "000100" };
    size_t commands;

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        allow(GROUP, MSK_REQUIRE_BOTH);
        commands = card.commands;
        assert_int_equal(receive(msk_message_of(&chip, p)), MSK_ERR_POLICY);
        assert_int_equal(card.commands, commands);
        allow(GROUP, MSK_REQUIRE_NOTHING);
        assert_int_equal(receive(msk_message_of(&chip, p)), MSK_OK);
        check_octets("SP", result.sp, hex("000100"));
        assert_int_equal(receive(mtk_of(1, 1, 1)), MSK_OK);
        check_octets("SP", result.sp, hex("000100"));
        allow(GROUP, MSK_REQUIRE_CONFIDENTIALITY);
        assert_int_equal(receive(mtk_of(1, 2, 2)), MSK_ERR_POLICY);
    }
}

static void
leaves_an_sp_alone_when_the_card_refuses(void **state)
{
    struct parcel p = { .muk = OLD,
                        .group = GROUP,
                        .number = 1,
                        .counter = 1,
                        .key = 0x51,
                        .sp = "0d020001" };
    struct msk_bytes m;
    uint8_t *forged;

    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    m = msk_message_of(&chip, p);
    forged = room(m.n);
    memcpy(forged, m.p, m.n);
    forged[m.n - 1] ^= 1;
    assert_int_equal(receive((struct msk_bytes){ forged, m.n }), MSK_ERR_MAC);
    assert_int_equal(groups[0].sp_len, 0);
    p.content = MSK_CONTENT_PULL;
    p.number = 0;
    assert_int_equal(receive(msk_message_of(&chip, p)), MSK_OK);
    assert_int_equal(result.outcome, MSK_OUTCOME_PULL);
    assert_int_equal(groups[0].sp_len, 0);
    assert_int_equal(card.ef_msk[0][3], 0xFF);
}

static void
remembers_mtk_ids_through_a_new_interval(void **state)
{
    struct parcel p = { .muk = OLD,
                        .group = GROUP,
                        .number = 1,
                        .counter = 2,
                        .content = MSK_CONTENT_VALIDITY,
                        .low = 0,
                        .high = 99 };
    struct msk_held held = { .size = sizeof held };

    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
    assert_int_equal(receive(mtk_of(1, 1, 5)), MSK_OK);
    p.key = 0x51;
    assert_int_equal(receive(msk_message_of(&chip, p)), MSK_OK);
    assert_int_equal(receive(mtk_of(1, 2, 5)), MSK_ERR_RANGE);
    assert_int_equal(receive(mtk_of(1, 2, 6)), MSK_OK);
    assert_int_equal(msk_mgvf_held(mgvf, CHIP_GROUP(GROUP), &held), MSK_OK);
    assert_true(held.n == 1 && held.msk[0].has_mtk && held.msk[0].mtk_id == 6);
}

static void
remembers_the_mtk_ids_of_both_msks(void **state)
{
    struct parcel p = { .muk = OLD,
                        .group = GROUP,
                        .number = 1,
                        .counter = 3,
                        .content = MSK_CONTENT_VALIDITY,
                        .high = 99 };

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
        assert_int_equal(receive(mtk_of(1, 1, 5)), MSK_OK);
        assert_int_equal(receive(msk_of(GROUP, 2, 2)), MSK_OK);
        assert_int_equal(receive(mtk_of(2, 1, 1)), MSK_OK);
        assert_int_equal(receive(msk_message_of(&chip, p)), MSK_OK);
        assert_int_equal(receive(mtk_of(1, 2, 5)), MSK_ERR_RANGE);
        assert_int_equal(receive(mtk_of(1, 2, 6)), MSK_OK);
        assert_int_equal(receive(mtk_of(2, 2, 1)), MSK_ERR_RANGE);
    }
}

static void
refuses_a_message_that_names_no_counter(void **state)
{
    struct msk_bytes m;
    uint8_t *cut;

    (void)state;
    begin(MSK_LAYOUT_CSB, false);
    /* Without IDr: header, EXT, T, RAND and IDi, then KEMAC. */
    m = chain("0100 15 00 000018cf 00 01",
              "15 03 0004 01020001; 05 02 00000001; 0b 10"
              "00000000000000000000000000000000; 06 00 0003 216354;"
              "01 01 0000 01 0000000000000000000000000000000000000000");
    cut = room(m.n);
    memcpy(cut, m.p, m.n);
    assert_int_equal(receive((struct msk_bytes){ cut, m.n }), MSK_ERR_MISSING);
    assert_int_equal(card.commands, 0);
}

/* --- deletion ------------------------------------------------------------ */

static void
forgets_everything_on_the_card(void **state)
{
    struct msk_held held = { .size = sizeof held };

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, layout == 2);
        assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
        assert_int_equal(receive(msk_of(GROUP, 2, 2)), MSK_OK);
        assert_int_equal(receive(msk_of(OTHER, 1, 3)), MSK_OK);
        assert_int_equal(finish(msk_mgvf_forget_all(mgvf)), MSK_OK);
        for (size_t i = 0; i < CARD_MSKS; i++)
            assert_int_equal(card.ef_msk[i][3], 0xFF);
        for (size_t i = 0; i < CARD_MUKS; i++)
            assert_int_equal(card.ef_muk[i][0], 0xFF);
        assert_int_equal(finish(msk_mgvf_held(mgvf, CHIP_GROUP(GROUP), &held)),
                         MSK_ERR_NOT_MINE);
        assert_int_equal(msk_mgvf_allow(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP),
                                        MSK_REQUIRE_NOTHING),
                         MSK_OK);
        assert_int_equal(receive(msk_of(GROUP, 1, 9)), MSK_ERR_NO_MUK);
        assert_int_equal(finish(msk_mgvf_forget_all(mgvf)), MSK_OK);
    }
}

static void
has_no_way_for_some_calls(void **state)
{
    struct msk_import import = { .size = sizeof import };
    struct msk_released released = { .size = sizeof released };

    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    assert_int_equal(msk_mgvf_import_msk(mgvf, &import), MSK_ERR_STATE);
    assert_int_equal(msk_mgvf_released(mgvf, CHIP_GROUP(GROUP), &released),
                     MSK_ERR_STATE);
}

static void
refuses_absent_arguments(void **state)
{
    struct msk_mgvf_uicc_config config = { .size = sizeof config };
    struct msk_muk muk = { .size = sizeof muk };
    struct msk_card none = { .size = sizeof none };
    struct msk_mgvf *made;

    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    muk.fqdn = chars("x");
    muk.btid = chars("y");
    muk.key = chars("a key that was seen outside");
    assert_int_equal(msk_mgvf_set_muk(mgvf, &muk), MSK_ERR_ARGUMENT);
    muk.key.n = 0;
    muk.btid.n = 0;
    assert_int_equal(msk_mgvf_set_muk(mgvf, &muk), MSK_ERR_ARGUMENT);
    for (size_t i = 0; i < 8; i++) {
        config = (struct msk_mgvf_uicc_config){ .size = sizeof config,
                                                .card = &card.driver,
                                                .groups = groups,
                                                .n_groups = GROUPS };
        if (i == 1)
            config.card = NULL;
        if (i == 2)
            config.card = &none;
        if (i == 3)
            config.groups = NULL;
        if (i == 4)
            config.n_groups = 0;
        if (i == 5)
            config.size = 4;
        assert_int_equal(msk_mgvf_uicc_init(i == 6 ? NULL : &made,
                                            i == 7 ? NULL : memory,
                                            sizeof memory, &config),
                         i == 0 ? MSK_OK : MSK_ERR_ARGUMENT);
    }
    assert_int_equal(msk_mgvf_uicc_init(
                         &made, memory, MSK_MGVF_UICC_SIZE - 1,
                         &(struct msk_mgvf_uicc_config){ .size = sizeof config,
                                                         .card = &card.driver,
                                                         .groups = groups,
                                                         .n_groups = GROUPS }),
                     MSK_ERR_SPACE);
    assert_int_equal(msk_mgvf_uicc_status(NULL), 0);
    msk_mgvf_wipe(NULL);
}

/* A UICC object is smaller than one in software. */
static void
wipes_its_memory_and_groups_and_no_octet_after(void **state)
{
    uint8_t *exact = room(MSK_MGVF_UICC_SIZE);
    struct msk_mgvf_uicc_config config = { .size = sizeof config,
                                           .card = &card.driver,
                                           .groups = groups,
                                           .n_groups = GROUPS };
    static const struct msk_card_group none[GROUPS];
    struct msk_mgvf *made = NULL;

    (void)state;
    assert_int_equal(
        msk_mgvf_uicc_init(&made, exact, MSK_MGVF_UICC_SIZE, &config), MSK_OK);
    assert_int_equal(msk_mgvf_allow(made, (struct msk_bytes){ NULL, 0 },
                                    CHIP_GROUP(GROUP), 0),
                     MSK_OK);
    msk_mgvf_wipe(made);
    assert_null(made->ops);
    assert_memory_equal(groups, none, sizeof none);
    msk_mgvf_wipe(made);
}

static bool
is_in_memory(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i + n <= sizeof memory; i++)
        if (memcmp(memory + i, p, n) == 0)
            return true;
    return false;
}

static void
keeps_no_mtk_after_the_next_call(void **state)
{
    struct msk_held held = { .size = sizeof held };
    uint8_t mtk[16];

    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    memset(mtk, 0x71, sizeof mtk);
    assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
    assert_int_equal(receive(mtk_of(1, 1, 1)), MSK_OK);
    assert_true(is_in_memory(mtk, sizeof mtk));
    assert_int_equal(receive(mtk_of(1, 1, 1)), MSK_ERR_REPLAY);
    assert_false(is_in_memory(mtk, sizeof mtk));
    assert_int_equal(receive(mtk_of(1, 2, 2)), MSK_OK);
    assert_int_equal(finish(msk_mgvf_held(mgvf, CHIP_GROUP(GROUP), &held)),
                     MSK_OK);
    assert_false(is_in_memory(mtk, sizeof mtk));
    assert_int_equal(receive(mtk_of(1, 3, 3)), MSK_OK);
    msk_mgvf_wipe(mgvf);
    assert_false(is_in_memory(mtk, sizeof mtk));
    /* The card fails after the first half of one. */
    begin(MSK_LAYOUT_KEYID, false);
    set_script("9000;" EF_MSK_1 "62F3; 62F1 5311DB 7171717171717171; 6F00");
    assert_int_equal(receive(mtk_of(1, 1, 1)), MSK_ERR_CARD);
    assert_false(is_in_memory(mtk, 8));
}

/* The number of a group in two domains, the other one first on the card. */
static void
takes_no_group_of_another_domain_for_its_own(void **state)
{
    struct msk_group_id other = *CHIP_GROUP(GROUP);
    struct msk_held held = { .size = sizeof held };

    (void)state;
    memcpy(other.domain, chip_other_domain, sizeof other.domain);
    IN_BOTH_LAYOUTS
    {
        chip_start(&chip, (enum msk_layout)layout, false);
        card_start(&card, (enum msk_layout)layout);
        restart(false);
        allow(GROUP, MSK_REQUIRE_NOTHING);
        give_muk(OLD);
        chip.domain = 1;
        assert_int_equal(receive(msk_of(GROUP, 5, 1)), MSK_ERR_NOT_MINE);
        assert_int_equal(finish(msk_mgvf_held(mgvf, &other, &held)),
                         MSK_ERR_NOT_MINE);
        assert_int_equal(
            msk_mgvf_allow(mgvf, CHIP_OWNER, &other, MSK_REQUIRE_NOTHING),
            MSK_OK);
        assert_int_equal(receive(msk_of(GROUP, 5, 2)), MSK_OK);
        chip.domain = 0;
        assert_int_equal(receive(msk_of(GROUP, 1, 3)), MSK_OK);
        assert_int_equal(finish(msk_mgvf_held(mgvf, CHIP_GROUP(GROUP), &held)),
                         MSK_OK);
        assert_int_equal(held.n, 1);
        assert_int_equal(held.msk[0].number, 1);
        assert_int_equal(finish(msk_mgvf_held(mgvf, &other, &held)), MSK_OK);
        assert_int_equal(held.n, 1);
        assert_int_equal(held.msk[0].number, 5);
    }
}

/* MTK, or MTK and salt: their lengths tell which, and others are of no card. */
static void
tells_the_mtk_from_its_salt_by_length(void **state)
{
    char answers[300];

    (void)state;
    for (size_t n = 0; n <= 60; n++) {
        size_t salt = n == 16 || n == 24 || n == 32 ? 0 : 14;
        bool fits = n >= 16 + salt && n <= 32 + salt && (n - salt) % 8 == 0;
        int at, err;

        begin(MSK_LAYOUT_KEYID, false);
        at = snprintf(answers, sizeof answers,
                      "9000;" EF_MSK_1 "62F3; 9000 53%02xDB", (unsigned)n + 1);
        for (size_t i = 0; i < n; i++)
            at += snprintf(answers + at, 3, "%02x", (unsigned)i);
        set_script(answers);
        err = receive(mtk_of(1, 1, 1));
        check_int("MTK", err, fits ? MSK_OK : MSK_ERR_CARD);
        if (fits) {
            check_int("key", (long long)result.key.n, (long long)(n - salt));
            check_int("salt", (long long)result.salt.n, (long long)salt);
        }
        release(NULL);
    }
}

/* Records of EF_MUK: of the server, with a counter that the message has; or such
 * that they mean nothing, and then it is new. */
#define BTID_10 "627469642D3130"
#define SERVER "626D73632E6578616D706C652E636F6D"
#define NAME "8007" BTID_10 "8210" SERVER

static void
reads_records_of_muks_in_every_form(void **state)
{
    static const struct {
        const char *record;
        int want;
    } rows[] = {
        { "A01B" NAME "810400000001", MSK_ERR_REPLAY },
        { "A0811B" NAME "810400000001", MSK_ERR_REPLAY },
        { "A082001B" NAME "810400000001", MSK_ERR_REPLAY },
        { "A01B" NAME "81810400000001FF", MSK_ERR_REPLAY },
        { "A0831B" NAME "810400000001", MSK_OK },
        { "A0801B" NAME "810400000001", MSK_OK },
        { "A11B" NAME "810400000001", MSK_OK },
        { "A01B8307" BTID_10 "8210" SERVER "810400000001", MSK_OK },
        { "A01B8007" BTID_10 "8310" SERVER "810400000001", MSK_OK },
        { "A01D" NAME "0000810400000001", MSK_OK },
        { "A01B" NAME "820400000001", MSK_OK },
        { "A01B" NAME "81050000000001", MSK_OK },
        { "A01B" NAME "8103000001", MSK_OK },
        { "A01B" NAME "8104000000", MSK_OK },
        { "A01B" NAME, MSK_OK },
    };
    char answers[300];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(MSK_LAYOUT_KEYID, false);
        (void)snprintf(answers, sizeof answers,
                       "9000; 9000 %s; 6A83; 62F3; 9000 5301DB",
                       rows[i].record);
        set_script(answers);
        check_int(rows[i].record, receive(msk_of(GROUP, 1, 1)), rows[i].want);
        release(NULL);
    }
}

static void
goes_on_after_each_deletion_that_fails(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++)
        for (size_t n = 1;; n++) {
            int err;

            begin(MSK_LAYOUT_KEYID, false);
            assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
            restart(false);
            card.commands = 0;
            card.fail_at = n;
            card.fail_status = 0x6F00;
            err = all != 0
                      ? msk_mgvf_forget_all(mgvf)
                      : msk_mgvf_forget(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP));
            card.fail_at = 0;
            release(NULL);
            if (err == MSK_OK) {
                assert_true(n > 1);
                break;
            }
            check_int("fails", err, MSK_ERR_CARD);
            check_int(
                "again",
                all != 0 ? msk_mgvf_forget_all(mgvf)
                         : msk_mgvf_forget(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP)),
                MSK_OK);
            check_int("record", card.ef_msk[0][3], 0xFF);
        }
}

/* What is not there is deleted. */
static void
forgets_what_the_card_does_not_have(void **state)
{
    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    restart(false);
    set_script("6A88");
    check_int("not found", msk_mgvf_forget(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP)),
              MSK_OK);
    set_script("6985");
    check_int("refused", msk_mgvf_forget(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP)),
              MSK_ERR_CARD);
}

static void
refuses_what_is_longer_than_any(void **state)
{
    struct msk_mgvf_input input = { .size = sizeof input,
                                    .layout = MSK_LAYOUT_KEYID };
    struct msk_muk muk = { .size = sizeof muk,
                           .fqdn = chars(CHIP_FQDN),
                           .btid = chars("b") };
    const struct msk_bytes much = { room(2000), 2000 };

    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    input.fqdn = (struct msk_bytes){ much.p, MSK_FQDN_MAX + 1 };
    input.message = msk_of(GROUP, 1, 1);
    check_int("FQDN", msk_mgvf_process(mgvf, &input, NULL), MSK_ERR_ARGUMENT);
    input.fqdn = muk.fqdn;
    input.message = (struct msk_bytes){ much.p, MSK_MIKEY_MAX + 1 };
    check_int("message", msk_mgvf_process(mgvf, &input, NULL), MSK_ERR_LENGTH);
    muk.fqdn = input.fqdn;
    check_int("MUK", msk_mgvf_set_muk(mgvf, &muk), MSK_OK);
    muk.fqdn.n = 0;
    check_int("no FQDN", msk_mgvf_set_muk(mgvf, &muk), MSK_ERR_ARGUMENT);
    muk.fqdn = (struct msk_bytes){ much.p, MSK_FQDN_MAX + 1 };
    check_int("FQDN", msk_mgvf_set_muk(mgvf, &muk), MSK_ERR_ARGUMENT);
    muk.fqdn = input.fqdn;
    muk.btid = (struct msk_bytes){ much.p, MSK_BTID_MAX + 1 };
    check_int("B-TID", msk_mgvf_set_muk(mgvf, &muk), MSK_ERR_ARGUMENT);
}

/* The session may not say of which server a message is: it says so itself, where
 * the layout lets it. */
static void
finds_the_server_in_the_message(void **state)
{
    struct msk_mgvf_input input = { .size = sizeof input };

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        input.layout = chip.layout;
        input.message = msk_of(GROUP, 1, 1);
        check_int("no server", msk_mgvf_process(mgvf, &input, NULL),
                  layout == MSK_LAYOUT_KEYID ? MSK_OK : MSK_ERR_ARGUMENT);
    }
}

/* A card that is done before it has everything, and one that has a command of its
 * own waiting while it is given a long message. */
static void
gives_all_of_a_long_message(void **state)
{
    (void)state;
    begin(MSK_LAYOUT_KEYID, false);
    set_script("9000; 9000 FFFF; 6A83; 9000");
    check_int("done too soon", receive(long_message(1)), MSK_ERR_CARD);
    begin(MSK_LAYOUT_KEYID, false);
    set_script("9000; 9000 FFFF; 6A83; 63F2; 62F3; 9000 5301DB");
    check_int("proactive", receive(long_message(1)), MSK_OK);
    begin(MSK_LAYOUT_KEYID, false);
    set_script("9000; 9000 FFFF; 6A83; 6A80");
    check_int("refused", receive(long_message(1)), MSK_ERR_VALUE);
    begin(MSK_LAYOUT_KEYID, false);
    restart(true);
    assert_int_equal(msk_mgvf_allow(mgvf, CHIP_OWNER, CHIP_GROUP(GROUP),
                                    MSK_REQUIRE_NOTHING),
                     MSK_OK);
    check_int("does not fit", receive(long_message(1)), MSK_ERR_LENGTH);
    set_script("9000; 9000 FFFF; 6A83; 62F3; 9000 5301DB");
    check_int("fits", receive(msk_of(GROUP, 1, 1)), MSK_OK);
}

static void
takes_no_acknowledgement(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        assert_int_equal(receive(msk_of(GROUP, 1, 1)), MSK_OK);
        assert_true(result.acknowledgement.n > 0);
        check_int(
            "its own",
            receive(exact(result.acknowledgement.p, result.acknowledgement.n)),
            MSK_ERR_KIND);
    }
}

static void
says_at_run_time_what_the_header_says(void **state)
{
    (void)state;
    assert_int_equal(msk_mgvf_uicc_size(), MSK_MGVF_UICC_SIZE);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(does_as_the_software_does),
        TEST(takes_no_group_of_another_domain_for_its_own),
        TEST(sends_the_commands_of_the_standard),
        TEST(sends_long_messages_in_blocks),
        TEST(understands_every_status),
        TEST(treats_a_pull_under_the_muk_before_as_a_pull),
        TEST(passes_by_records_that_mean_nothing),
        TEST(refuses_an_answer_that_no_card_gives),
        TEST(refuses_answers_that_make_no_sense),
        TEST(ends_with_a_card_that_does_not),
        TEST(fails_with_each_command_and_goes_on),
        TEST(is_busy_until_the_card_answers),
        TEST(says_when_there_is_no_room),
        TEST(asks_for_a_key_that_the_card_has_lost),
        TEST(drops_an_sp_that_switches_off_what_was_announced),
        TEST(leaves_an_sp_alone_when_the_card_refuses),
        TEST(remembers_mtk_ids_through_a_new_interval),
        TEST(remembers_the_mtk_ids_of_both_msks),
        TEST(refuses_a_message_that_names_no_counter),
        TEST(forgets_everything_on_the_card),
        TEST(has_no_way_for_some_calls),
        TEST(refuses_absent_arguments),
        TEST(tells_the_mtk_from_its_salt_by_length),
        TEST(reads_records_of_muks_in_every_form),
        TEST(goes_on_after_each_deletion_that_fails),
        TEST(forgets_what_the_card_does_not_have),
        TEST(refuses_what_is_longer_than_any),
        TEST(finds_the_server_in_the_message),
        TEST(gives_all_of_a_long_message),
        TEST(takes_no_acknowledgement),
        TEST(keeps_no_mtk_after_the_next_call),
        TEST(wipes_its_memory_and_groups_and_no_octet_after),
        cmocka_unit_test(says_at_run_time_what_the_header_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
