/* SPDX-License-Identifier: MIT */
/* What a host brings into an MGV-F and takes out of it. */
#include <string.h>

#include "chip.h"

#define GROUP 0x18CF
#define OTHER 0x18D0
#define OLD 0x10 /* MUKs */
#define NEW 0x20

static struct chip chip;

static void
begin(int way)
{
    chip_start(&chip, way / 2 == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID,
               way % 2 == 1);
    chip.alone = true; /* who counts owners, records and what is free */
}

#define IN_EVERY_WAY for (int way = 0; way < 4; way++, release(NULL))

static int
deliver(uint8_t muk, uint32_t counter, uint16_t number)
{
    struct parcel p = { .muk = muk, .group = GROUP, .key = 5 };

    p.counter = counter;
    p.number = number;
    return chip_receive(&chip, msk_message_of(&chip, p));
}

static struct msk_bytes
copy_of_store(void)
{
    struct msk_bytes now = fake_store_view(&chip.store);

    return exact(now.p, now.n);
}

static size_t
records(void)
{
    size_t n = 0;

    for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
        n += chip.store.records[i].version != 0 ? 1 : 0;
    return n;
}

static void
keeps_a_muk_that_it_has_with_its_counter(void **state)
{
    struct msk_muk other = { .size = sizeof other };
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_muk(&chip, OLD);
        chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH);
        assert_int_equal(deliver(OLD, 9, 1), MSK_OK);
        before = copy_of_store();
        assert_int_equal(chip_muk(&chip, OLD), MSK_OK);
        assert_int_equal(deliver(OLD, 9, 1), MSK_ERR_REPLAY);
        other.fqdn = chars(CHIP_FQDN);
        other.btid = muk_btid(OLD);
        other.key = muk_key(NEW);
        assert_int_equal(
            chip_finish(&chip, msk_mgvf_set_muk(chip.mgvf, &other)),
            MSK_ERR_CONFLICT);
        check_octets("store", fake_store_view(&chip.store), before);
    }
}

static void
drops_a_muk_that_was_never_used_for_a_newer_one(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_muk(&chip, OLD);
        chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH);
        chip_muk(&chip, NEW);
        assert_int_equal(deliver(OLD, 1, 1), MSK_ERR_NO_MUK);
        assert_int_equal(deliver(NEW, 1, 1), MSK_OK);
        chip_muk(&chip, 0x30);
        chip_muk(&chip, 0x40); /* 0x30 was not used: 0x20 stays */
        assert_int_equal(deliver(0x30, 2, 2), MSK_ERR_NO_MUK);
        assert_int_equal(deliver(NEW, 2, 2), MSK_OK);
        assert_int_equal(chip.result.outcome, MSK_OUTCOME_STALE);
        assert_int_equal(deliver(0x40, 1, 2), MSK_OK);
        assert_int_equal(chip.result.outcome, MSK_OUTCOME_STORED);
        assert_int_equal(records(), 2);
    }
}

static void
allows_a_group_once_and_keeps_what_it_holds(void **state)
{
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_muk(&chip, OLD);
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH), MSK_OK);
        deliver(OLD, 1, 1);
        before = copy_of_store();
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH), MSK_OK);
        check_octets("store", fake_store_view(&chip.store), before);
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING), MSK_OK);
        check_held(&chip, GROUP, "1 0..65534 -");
    }
}

static void
forgets_a_group_and_lets_no_more_in(void **state)
{
    struct msk_held held = { .size = sizeof held };

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_muk(&chip, OLD);
        chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH);
        chip_allow(&chip, OTHER, MSK_REQUIRE_BOTH);
        deliver(OLD, 1, 1);
        assert_int_equal(chip_forget(&chip, GROUP), MSK_OK);
        assert_int_equal(chip_forget(&chip, GROUP), MSK_OK);
        assert_int_equal(chip_held(&chip, GROUP, &held), MSK_ERR_NOT_MINE);
        assert_int_equal(deliver(OLD, 2, 1), MSK_ERR_NOT_MINE);
        check_held(&chip, OTHER, "");
        assert_int_equal(records(), 2);
    }
}

static void
refuses_a_group_too_many_and_loses_nothing(void **state)
{
    struct msk_import import = { .size = sizeof import };
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_muk(&chip, OLD);
        for (uint16_t g = 1; g < FAKE_STORE_RECORDS; g++)
            assert_int_equal(chip_allow(&chip, g, MSK_REQUIRE_BOTH), MSK_OK);
        before = copy_of_store();
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH),
                         MSK_ERR_LIMIT);
        memcpy(import.id.domain, chip_domain, 3);
        import.id.group = GROUP;
        import.id.number = 1;
        import.key = import.rand = hex("00112233445566778899aabbccddeeff");
        assert_int_equal(chip_import(&chip, &import), MSK_ERR_LIMIT);
        check_octets("store", fake_store_view(&chip.store), before);
        chip_forget(&chip, 1);
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH), MSK_OK);
    }
}

static void
forgets_all_for_another_card(void **state)
{
    struct msk_muk other = { .size = sizeof other };

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(chip_forget_all(&chip), MSK_OK);
        chip_muk(&chip, OLD);
        other.fqdn = chars("other.example.com");
        other.btid = muk_btid(OLD);
        other.key = muk_key(OLD);
        assert_int_equal(
            chip_finish(&chip, msk_mgvf_set_muk(chip.mgvf, &other)), MSK_OK);
        chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH);
        chip_allow(&chip, OTHER, MSK_REQUIRE_BOTH);
        deliver(OLD, 1, 1);
        /* A record of an unknown version goes as well. */
        chip.store.records[0].value[0] ^= 0xFF;
        assert_int_equal(records(), 4);
        assert_int_equal(chip_forget_all(&chip), MSK_OK);
        assert_int_equal(records(), 0);
        for (size_t i = 0; i < FAKE_STORE_RECORDS; i++)
            for (size_t k = 0; k < sizeof chip.store.records[i].value; k++)
                assert_int_equal(chip.store.records[i].value[k], 0);
    }
}

static void
goes_on_forgetting_after_each_failure(void **state)
{
    (void)state;
    IN_EVERY_WAY
    for (size_t n = 1; n <= 6; n++) {
        begin(way);
        chip_muk(&chip, OLD);
        chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH);
        chip_allow(&chip, OTHER, MSK_REQUIRE_BOTH);
        chip.store.fail_at = chip.store.calls + n;
        assert_int_equal(chip_forget_all(&chip), MSK_ERR_STORE);
        assert_int_equal(records(), 3 - (n - 1) / 2);
        assert_int_equal(chip_forget_all(&chip), MSK_OK);
        assert_int_equal(records(), 0);
    }
}

static int
lie(void *user, uint32_t token, const struct msk_change *changes, size_t n)
{
    (void)user;
    (void)token;
    (void)changes;
    (void)n;
    return MSK_OK;
}

static void
does_not_forget_for_ever_in_a_store_that_lies(void **state)
{
    (void)state;
    begin(0);
    chip_muk(&chip, OLD);
    chip.store.store.commit = lie;
    assert_int_equal(chip_forget_all(&chip), MSK_ERR_STORE);
}

static int
each_fails(void *user, struct msk_bytes prefix,
           int (*visit)(void *arg, struct msk_bytes key,
                        struct msk_bytes value),
           void *arg)
{
    (void)user;
    (void)prefix;
    (void)visit;
    (void)arg;
    return MSK_ERR_LIMIT;
}

/* Shows a record that load does not find. */
static int
each_lies(void *user, struct msk_bytes prefix,
          int (*visit)(void *arg, struct msk_bytes key, struct msk_bytes value),
          void *arg)
{
    struct msk_bytes none = { NULL, 0 };

    (void)user;
    (void)prefix;
    return visit(arg, hex("47 216354 0BAD"), none);
}

/* Shows a key that is none, or longer than any. */
static int
each_shows_nonsense(void *user, struct msk_bytes prefix,
                    int (*visit)(void *arg, struct msk_bytes key,
                                 struct msk_bytes value),
                    void *arg)
{
    struct msk_bytes none = { NULL, 0 };
    size_t n = prefix.p[0] == 'U' ? 0 : MSK_STORE_KEY_MAX + 1;

    (void)user;
    return visit(arg, exact(room(n), n), none);
}

static void
forgets_nothing_in_a_store_that_cannot_show_its_records(void **state)
{
    (void)state;
    IN_EVERY_WAY
    for (size_t i = 0; i < 3; i++) {
        size_t commits;

        begin(way);
        chip_muk(&chip, OLD);
        commits = chip.store.commits;
        chip.store.store.each = i == 0   ? each_fails
                                : i == 1 ? each_lies
                                         : each_shows_nonsense;
        assert_int_equal(chip_forget_all(&chip), MSK_ERR_STORE);
        assert_int_equal(chip.store.commits, commits);
        assert_int_equal(records(), 1);
    }
}

/* What cannot be read can be got rid of. */
static void
forgets_a_group_whose_record_is_broken(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH);
        chip.store.records[0].value[0] ^= 0xFF;
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH),
                         MSK_ERR_RECORD);
        assert_int_equal(chip_forget(&chip, GROUP), MSK_OK);
        assert_int_equal(records(), 0);
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH), MSK_OK);
    }
}

static void
imports_an_msk_as_if_a_message_had_brought_it(void **state)
{
    struct msk_import import = { .size = sizeof import };
    struct msk_released released;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_muk(&chip, OLD);
        memcpy(import.id.domain, chip_domain, 3);
        import.id.group = GROUP;
        import.id.number = 7;
        import.key = hex("000102030405060708090a0b0c0d0e0f1011121314151617");
        import.rand = hex("01");
        import.seq_low = 1;
        import.seq_high = 0xFFFE;
        import.sp = hex("000100");
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_held(&chip, GROUP, "7 1..65534 -");
        deliver(OLD, 1, 8);
        deliver(OLD, 2, 9);
        check_held(&chip, GROUP, "9 0..65534 -, 8 0..65534 -");
        assert_int_equal(chip_import(&chip, &import), MSK_OK);
        check_held(&chip, GROUP, "7 1..65534 -, 9 0..65534 -");
        chip_allow(&chip, GROUP, MSK_REQUIRE_CONFIDENTIALITY);
        import.id.number = 10;
        assert_int_equal(chip_import(&chip, &import), MSK_ERR_POLICY);
        import.sp = hex("0001");
        assert_int_equal(chip_import(&chip, &import), MSK_ERR_TRUNCATED);
        check_held(&chip, GROUP, "7 1..65534 -, 9 0..65534 -");
        assert_int_equal(chip_released(&chip, GROUP, &released), MSK_OK);
        check_octets("SP", exact(released.sp, released.sp_len), hex("000100"));
    }
}

static void
spoil(struct msk_import *m, size_t i)
{
    static const uint8_t zeros[MSK_SP_MAX + 1];

    switch (i) {
    case 0: m->size = offsetof(struct msk_import, expires) - 1; break;
    case 1: m->id.group = 0; break;
    case 2: m->id.number = 0; break;
    case 3: m->key.n = 15; break;
    case 4: m->key = exact(zeros, 33); break;
    case 5: m->key.p = NULL; break;
    case 6: m->mtk = exact(zeros, 15); break;
    case 7: m->rand = exact(zeros, MSK_RAND_MAX + 1); break;
    case 8: m->rand.p = NULL; break;
    case 9: m->sp = exact(zeros, MSK_SP_MAX + 1); break;
    case 10: m->seq_high = 0xFFFF; break;
    case 11: m->key = exact(zeros, 20); break;
    case 12: m->key = exact(zeros, 0); break;
    default: break;
    }
}

static void
refuses_to_import_what_no_message_may_bring(void **state)
{
    struct msk_bytes before;

    (void)state;
    begin(0);
    before = copy_of_store();
    for (size_t i = 0; i <= 13; i++) {
        struct msk_import m = { .size = sizeof m };

        m.id.group = GROUP;
        m.id.number = 1;
        m.key = m.rand = hex("000102030405060708090a0b0c0d0e0f");
        spoil(&m, i);
        if (i == 13) {
            assert_int_equal(chip_import(&chip, &m), MSK_OK);
            continue;
        }
        check_int("import", chip_import(&chip, &m), MSK_ERR_ARGUMENT);
        check_octets("store", fake_store_view(&chip.store), before);
    }
    assert_int_equal(chip_import(&chip, NULL), MSK_ERR_ARGUMENT);
}

static void
refuses_muks_that_are_none(void **state)
{
    static const uint8_t zeros[MSK_FQDN_MAX + 1];

    (void)state;
    begin(0);
    for (size_t i = 0; i <= 8; i++) {
        struct msk_muk m = { .size = sizeof m };

        m.fqdn = exact(zeros, i == 0 ? 0 : i == 1 ? MSK_FQDN_MAX + 1 : 1);
        m.btid = exact(zeros, i == 2 ? 0 : i == 3 ? MSK_BTID_MAX + 1 : 1);
        m.key = exact(zeros, i == 4 ? 0 : i == 5 ? MSK_MUK_MAX + 1 : 1);
        m.key.p = i == 6 ? NULL : m.key.p;
        m.size =
            i == 7 ? offsetof(struct msk_muk, key) + sizeof m.key - 1 : m.size;
        check_int("MUK", msk_mgvf_set_muk(chip.mgvf, &m),
                  i < 8 ? MSK_ERR_ARGUMENT : MSK_OK);
    }
}

/* --- the age of MUKs (decision 27) --------------------------------------- */

/* Two MUKs, their messages, both forgotten; then the first comes back. */
static void
lets_no_muk_come_back_when_its_counter_is_gone(void **state)
{
    struct msk_bytes before, first[2];

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH);
        chip_muk(&chip, OLD);
        for (uint32_t i = 0; i < 2; i++)
            first[i] = msk_message_of(
                &chip, (struct parcel){ .muk = OLD,
                                        .group = GROUP,
                                        .counter = i + 1,
                                        .number = (uint16_t)(i + 1) });
        assert_int_equal(chip_receive(&chip, first[0]), MSK_OK);
        assert_int_equal(chip_receive(&chip, first[1]), MSK_OK);
        for (uint8_t muk = NEW; muk < NEW + 3; muk++) {
            assert_int_equal(chip_muk(&chip, muk), MSK_OK);
            assert_int_equal(deliver(muk, 1, muk), MSK_OK);
        }
        before = copy_of_store();
        chip_restart(&chip);
        assert_int_equal(chip_muk(&chip, OLD), MSK_ERR_OLD_KEY);
        assert_int_equal(chip_muk(&chip, NEW), MSK_ERR_OLD_KEY);
        assert_int_equal(chip_muk(&chip, NEW + 2), MSK_OK); /* it is held */
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(chip_receive(&chip, first[i]), MSK_ERR_NO_MUK);
        check_octets("store", fake_store_view(&chip.store), before);
    }
}

static void
counts_the_age_of_muks_for_each_server(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(chip_muk(&chip, NEW), MSK_OK);
        assert_int_equal(chip_muk(&chip, OLD), MSK_ERR_OLD_KEY);
        chip.server = 1;
        assert_int_equal(chip_muk(&chip, OLD), MSK_OK);
        assert_int_equal(chip_muk(&chip, NEW), MSK_OK);
        chip.server = 0;
        assert_int_equal(chip_muk(&chip, OLD), MSK_ERR_OLD_KEY);
        assert_int_equal(records(), 2);
    }
}

/* --- owners (decision 29) ------------------------------------------------ */

static int
allow_as(int server, enum msk_require require)
{
    int err;

    chip.server = server;
    err = chip_allow(&chip, GROUP, require);
    chip.server = 0;
    return err;
}

static int
forget_as(int server)
{
    int err;

    chip.server = server;
    err = chip_forget(&chip, GROUP);
    chip.server = 0;
    return err;
}

static int
deliver_as(int server, uint32_t counter, uint16_t number, const char *sp)
{
    struct parcel p = { .muk = OLD, .group = GROUP, .key = 5, .sp = sp };
    int err;

    p.counter = counter;
    p.number = number;
    chip.server = server;
    err = chip_receive(&chip, msk_message_of(&chip, p));
    chip.server = 0;
    return err;
}

static void
both_servers(int way)
{
    begin(way);
    for (chip.server = 1; chip.server >= 0; chip.server--)
        assert_int_equal(chip_muk(&chip, OLD), MSK_OK);
    chip.server = 0;
}

#define NULL_NULL "000100 0a0100" /* NULL cipher, no MAC */

static void
keeps_on_what_any_owner_wants_on(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        both_servers(way);
        assert_int_equal(allow_as(0, MSK_REQUIRE_BOTH), MSK_OK);
        assert_int_equal(deliver_as(0, 1, 1, NULL_NULL), MSK_ERR_POLICY);
        assert_int_equal(allow_as(1, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(deliver_as(0, 2, 1, NULL_NULL), MSK_ERR_POLICY);
        assert_int_equal(deliver_as(1, 1, 1, NULL_NULL), MSK_ERR_POLICY);
        chip_restart(&chip);
        assert_int_equal(deliver_as(1, 2, 1, NULL_NULL), MSK_ERR_POLICY);
        assert_int_equal(allow_as(0, MSK_REQUIRE_NOTHING), MSK_OK);
        assert_int_equal(deliver_as(1, 3, 1, NULL_NULL), MSK_OK);
    }
}

static void
forgets_a_group_with_its_last_owner(void **state)
{
    struct msk_held held = { .size = sizeof held };
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        both_servers(way);
        allow_as(0, MSK_REQUIRE_BOTH);
        allow_as(1, MSK_REQUIRE_BOTH);
        assert_int_equal(deliver_as(0, 1, 1, NULL), MSK_OK);
        assert_int_equal(forget_as(1), MSK_OK);
        before = copy_of_store();
        assert_int_equal(forget_as(1), MSK_OK); /* is none any more */
        check_octets("store", fake_store_view(&chip.store), before);
        check_held(&chip, GROUP, "1 0..65534 -");
        assert_int_equal(deliver_as(1, 1, 2, NULL), MSK_ERR_NOT_MINE);
        assert_int_equal(deliver_as(0, 2, 2, NULL), MSK_OK);
        assert_int_equal(forget_as(0), MSK_OK);
        assert_int_equal(chip_held(&chip, GROUP, &held), MSK_ERR_NOT_MINE);
    }
}

static void
accepts_messages_of_owners_only(void **state)
{
    const struct msk_bytes host = { NULL, 0 };
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        both_servers(way);
        allow_as(0, MSK_REQUIRE_BOTH);
        before = copy_of_store();
        assert_int_equal(deliver_as(1, 1, 1, NULL), MSK_ERR_NOT_MINE);
        check_octets("store", fake_store_view(&chip.store), before);
        assert_int_equal(
            chip_finish(&chip,
                        msk_mgvf_allow(chip.mgvf, host, CHIP_GROUP(GROUP),
                                       MSK_REQUIRE_NOTHING)),
            MSK_OK);
        assert_int_equal(deliver_as(1, 1, 1, NULL), MSK_OK);
        assert_int_equal(chip_finish(&chip, msk_mgvf_forget(chip.mgvf, host,
                                                            CHIP_GROUP(GROUP))),
                         MSK_OK);
        assert_int_equal(deliver_as(1, 2, 2, NULL), MSK_ERR_NOT_MINE);
        check_held(&chip, GROUP, "1 0..65534 -");
    }
}

static void
has_room_for_four_owners(void **state)
{
    static const char *const names[] = { "a", "b", "c", "D", "e" };
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        for (size_t i = 0; i < MSK_OWNERS_MAX; i++)
            assert_int_equal(
                chip_finish(&chip, msk_mgvf_allow(chip.mgvf, chars(names[i]),
                                                  CHIP_GROUP(GROUP),
                                                  MSK_REQUIRE_NOTHING)),
                MSK_OK);
        before = copy_of_store();
        assert_int_equal(
            chip_finish(&chip, msk_mgvf_allow(chip.mgvf, chars("e"),
                                              CHIP_GROUP(GROUP), 0)),
            MSK_ERR_LIMIT);
        assert_int_equal(/* the fourth, as another writes it */
                         chip_finish(&chip,
                                     msk_mgvf_allow(chip.mgvf, chars("d"),
                                                    CHIP_GROUP(GROUP), 0)),
                         MSK_OK);
        check_octets("store", fake_store_view(&chip.store), before);
    }
}

static void
takes_a_name_of_a_server_in_any_case(void **state)
{
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_muk muk = { .size = sizeof muk };

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        muk.fqdn = chars("BMSC.Example.com");
        muk.btid = muk_btid(OLD);
        muk.key = muk_key(OLD);
        assert_int_equal(chip_finish(&chip, msk_mgvf_set_muk(chip.mgvf, &muk)),
                         MSK_OK);
        assert_int_equal(chip_muk(&chip, OLD), MSK_OK); /* it is the same */
        assert_int_equal(
            chip_finish(&chip,
                        msk_mgvf_allow(chip.mgvf, chars("bmsc.example.COM"),
                                       CHIP_GROUP(GROUP), 0)),
            MSK_OK);
        assert_int_equal(records(), 2);
        input.layout = chip.layout;
        input.fqdn = chars("BMSC.EXAMPLE.COM");
        input.message = msk_message_of(
            &chip, (struct parcel){
                       .muk = OLD, .counter = 1, .group = GROUP, .number = 1 });
        assert_int_equal(
            chip_finish(&chip, msk_mgvf_process(chip.mgvf, &input, NULL)),
            MSK_OK);
    }
}

/* --- who else uses it ---------------------------------------------------- */

static void
moves_its_counter_on_with_every_change_of_an_msk(void **state)
{
    uint32_t last;

#define MOVES(call)                              \
    do {                                         \
        last = chip.mgvf->changes;               \
        assert_int_equal(call, MSK_OK);          \
        assert_true(chip.mgvf->changes != last); \
    } while (0)
#define STAYS(call, want)                           \
    do {                                            \
        last = chip.mgvf->changes;                  \
        assert_int_equal(call, want);               \
        assert_int_equal(chip.mgvf->changes, last); \
    } while (0)
    (void)state;
    IN_EVERY_WAY
    {
        both_servers(way);
        STAYS(allow_as(0, MSK_REQUIRE_BOTH), MSK_OK);
        STAYS(allow_as(1, MSK_REQUIRE_BOTH), MSK_OK);
        MOVES(deliver_as(0, 1, 1, NULL));
        STAYS(deliver_as(0, 1, 1, NULL), MSK_ERR_REPLAY);
        STAYS(deliver_as(0, 2, 1, NULL_NULL), MSK_ERR_POLICY);
        STAYS(forget_as(1), MSK_OK);
        MOVES(forget_as(0));
        STAYS(forget_as(0), MSK_OK);
        allow_as(0, MSK_REQUIRE_BOTH);
        MOVES(chip_forget_all(&chip));
        both_servers(way);
        allow_as(0, MSK_REQUIRE_BOTH);
        chip.store.fail_at = chip.store.calls + 4; /* who knows */
        last = chip.mgvf->changes;
        assert_int_equal(deliver_as(0, 9, 1, NULL), MSK_ERR_STORE);
        assert_true(chip.mgvf->changes != last);
    }
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(keeps_a_muk_that_it_has_with_its_counter),
        TEST(drops_a_muk_that_was_never_used_for_a_newer_one),
        TEST(allows_a_group_once_and_keeps_what_it_holds),
        TEST(forgets_a_group_and_lets_no_more_in),
        TEST(refuses_a_group_too_many_and_loses_nothing),
        TEST(forgets_all_for_another_card),
        TEST(goes_on_forgetting_after_each_failure),
        TEST(does_not_forget_for_ever_in_a_store_that_lies),
        TEST(forgets_nothing_in_a_store_that_cannot_show_its_records),
        TEST(forgets_a_group_whose_record_is_broken),
        TEST(imports_an_msk_as_if_a_message_had_brought_it),
        TEST(refuses_to_import_what_no_message_may_bring),
        TEST(refuses_muks_that_are_none),
        TEST(lets_no_muk_come_back_when_its_counter_is_gone),
        TEST(counts_the_age_of_muks_for_each_server),
        TEST(keeps_on_what_any_owner_wants_on),
        TEST(forgets_a_group_with_its_last_owner),
        TEST(accepts_messages_of_owners_only),
        TEST(has_room_for_four_owners),
        TEST(takes_a_name_of_a_server_in_any_case),
        TEST(moves_its_counter_on_with_every_change_of_an_msk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
