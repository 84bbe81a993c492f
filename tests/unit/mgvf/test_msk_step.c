/* SPDX-License-Identifier: MIT */
/* MSK messages in the MGV-F; every test in both layouts, on a store that
 * answers at once and on one that answers later. */
#include <stdio.h>
#include <string.h>

#include "chip.h"
#include "messages.h"
#include "provider.h"

#define GROUP 0x18CF
#define OTHER 0x18D0
#define OLD 0x10 /* MUKs */
#define NEW 0x20

static struct chip chip;

/* A MUK and two Key Groups. */
static void
begin(int way)
{
    chip_start(&chip, way / 2 == 0 ? MSK_LAYOUT_CSB : MSK_LAYOUT_KEYID,
               way % 2 == 1);
    assert_int_equal(chip_muk(&chip, OLD), MSK_OK);
    assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH), MSK_OK);
    assert_int_equal(chip_allow(&chip, OTHER, MSK_REQUIRE_BOTH), MSK_OK);
}

#define IN_EVERY_WAY for (int way = 0; way < 4; way++, release(NULL))

/* Takes an MSK message in; returns the outcome, or the error. */
static int
take(struct parcel p)
{
    int err = chip_receive(&chip, msk_message_of(&chip, p));

    return err == MSK_OK ? (int)chip.result.outcome : err;
}

#define TAKE(...) take((struct parcel){ .group = GROUP, __VA_ARGS__ })

static struct msk_bytes
copy_of_store(void)
{
    struct msk_bytes now = fake_store_view(&chip.store);

    return exact(now.p, now.n);
}

static void
stores_an_msk_and_tells_what_it_is(void **state)
{
    const struct msk_mgvf_result *r = &chip.result;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(TAKE(.muk = OLD, .counter = 1, .number = 7, .key = 5,
                              .low = 3, .high = 9),
                         MSK_OUTCOME_STORED);
        assert_int_equal(r->id.group, GROUP);
        assert_int_equal(r->id.number, 7);
        assert_memory_equal(r->id.domain, chip_domain, 3);
        assert_true(r->has_interval);
        assert_int_equal(r->seq_low, 3);
        assert_int_equal(r->seq_high, 9);
        assert_false(r->has_deleted);
        check_octets("key", r->key, hex("05050505050505050505050505050505"));
        check_octets("B-TID", r->btid, muk_btid(OLD));
        assert_int_equal(r->acknowledgement.n, 0);
        assert_int_equal(r->sp.n, 0);
        check_held(&chip, GROUP, "7 3..9 -");
        check_held(&chip, OTHER, "");
        assert_int_equal(chip.store.delayed, 0);
    }
}

static void
acknowledges_if_asked_and_only_after_the_commit(void **state)
{
    const struct msk_mgvf_result *r = &chip.result;
    struct msk_message request, ack;
    struct msk_expected e = { .size = sizeof e };
    struct msk_bytes message;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        message = msk_message_of(&chip, (struct parcel){ .muk = OLD,
                                                         .counter = 1,
                                                         .group = GROUP,
                                                         .number = 1,
                                                         .v = true });
        assert_int_equal(chip_receive(&chip, message), MSK_OK);
        assert_int_equal(msk_message_read(chip.layout, message, &request, NULL),
                         MSK_OK);
        assert_int_equal(
            msk_message_read(chip.layout, r->acknowledgement, &ack, NULL),
            MSK_OK);
        assert_int_equal(ack.kind, MSK_MESSAGE_VERIFICATION);
        assert_int_equal(ack.counter, 1);
        e.layout = chip.layout;
        e.muk = muk_key(OLD);
        e.rand = request.rand;
        e.csb_id = request.csb_id;
        memcpy(e.domain, chip_domain, 3);
        e.fqdn = chars(CHIP_FQDN);
        e.btid = muk_btid(OLD);
        assert_int_equal(msk_verification_check(host_crypto(), &e, &ack),
                         MSK_OK);
        /* The commit fails: nothing to send. */
        chip.store.for_ever = true;
        chip.store.fail_at = chip.store.calls + 3;
        assert_int_equal(TAKE(.muk = OLD, .counter = 2, .number = 1, .v = true),
                         MSK_ERR_STORE);
        assert_int_equal(r->acknowledgement.n, 0);
    }
}

/* What the acknowledgement adds to the calls of the provider is one MAC. */
static void
acknowledges_under_the_key_that_it_opened_with(void **state)
{
    size_t plain, asked;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(TAKE(.muk = OLD, .counter = 1, .number = 1),
                         MSK_OUTCOME_STORED);
        plain = chip.crypto.calls;
        assert_int_equal(TAKE(.muk = OLD, .counter = 2, .number = 1),
                         MSK_OUTCOME_STORED);
        plain = chip.crypto.calls - plain;
        asked = chip.crypto.calls;
        assert_int_equal(TAKE(.muk = OLD, .counter = 3, .number = 1, .v = true),
                         MSK_OUTCOME_STORED);
        asked = chip.crypto.calls - asked;
        check_int("calls", (long long)asked, (long long)plain + 1);
        assert_int_equal(chip.crypto.open, 0);
    }
}

static void
holds_two_and_deletes_the_older_for_a_third(void **state)
{
    const struct msk_mgvf_result *r = &chip.result;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        TAKE(.muk = OLD, .counter = 1, .number = 1);
        take((struct parcel){
            .muk = OLD, .counter = 2, .group = OTHER, .number = 1 });
        TAKE(.muk = OLD, .counter = 3, .number = 2);
        assert_false(r->has_deleted);
        check_held(&chip, GROUP, "2 0..65534 -, 1 0..65534 -");
        TAKE(.muk = OLD, .counter = 4, .number = 3);
        assert_true(r->has_deleted);
        assert_int_equal(r->deleted.number, 1);
        assert_int_equal(r->deleted.group, GROUP);
        assert_memory_equal(r->deleted.domain, chip_domain, 3);
        check_held(&chip, GROUP, "3 0..65534 -, 2 0..65534 -");
        check_held(&chip, OTHER, "1 0..65534 -");
    }
}

static void
makes_the_newer_what_is_delivered_again_or_revalidated(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        TAKE(.muk = OLD, .counter = 1, .number = 1, .key = 1);
        TAKE(.muk = OLD, .counter = 2, .number = 2, .key = 2);
        assert_int_equal(TAKE(.muk = OLD, .counter = 3, .number = 1, .key = 9,
                              .low = 4, .high = 5),
                         MSK_OUTCOME_STORED);
        assert_false(chip.result.has_deleted);
        check_held(&chip, GROUP, "1 4..5 -, 2 0..65534 -");
        assert_int_equal(TAKE(.muk = OLD, .counter = 4, .number = 2,
                              .content = MSK_CONTENT_VALIDITY, .low = 6,
                              .high = 8),
                         MSK_OUTCOME_VALIDITY);
        assert_true(chip.result.has_interval);
        assert_int_equal(chip.result.seq_low, 6);
        assert_int_equal(chip.result.key.n, 0);
        TAKE(.muk = OLD, .counter = 5, .number = 3);
        check_held(&chip, GROUP, "3 0..65534 -, 2 6..8 -");
    }
}

/* TS 33.246 6.3.2.1B takes an MSK away by SEQl above SEQu, not by an interval
 * that has no MTK in it. */
static void
stores_an_msk_without_an_mtk_in_its_interval(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(
            TAKE(.muk = OLD, .counter = 1, .number = 1, .low = 2, .high = 2),
            MSK_OUTCOME_STORED);
        check_held(&chip, GROUP, "1 2..2 -");
    }
}

static void
counts_and_keeps_nothing_where_nothing_is_to_keep(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        assert_int_equal(TAKE(.muk = OLD, .counter = 1, .number = 1, .low = 2,
                              .high = 1, .v = true),
                         MSK_OUTCOME_COUNTER);
        assert_true(chip.result.acknowledgement.n > 0);
        assert_int_equal(TAKE(.muk = OLD, .counter = 2, .number = 1,
                              .content = MSK_CONTENT_VALIDITY, .low = 1,
                              .high = 2),
                         MSK_OUTCOME_COUNTER);
        assert_false(chip.result.has_interval);
        check_held(&chip, GROUP, "");
        assert_int_equal(TAKE(.muk = OLD, .counter = 2, .number = 1),
                         MSK_ERR_REPLAY);
        TAKE(.muk = OLD, .counter = 3, .number = 1);
        assert_int_equal(TAKE(.muk = OLD, .counter = 4, .number = 1,
                              .content = MSK_CONTENT_VALIDITY, .low = 2,
                              .high = 1),
                         MSK_OUTCOME_VALIDITY);
        check_held(&chip, GROUP, "1 2..1 -");
    }
}

static void
asks_on_a_pull_and_never_acknowledges_it(void **state)
{
    struct msk_bytes message;
    uint8_t *asks;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        TAKE(.muk = OLD, .counter = 1, .number = 1);
        assert_int_equal(
            TAKE(.muk = OLD, .counter = 2, .content = MSK_CONTENT_PULL),
            MSK_OUTCOME_PULL);
        assert_int_equal(chip.result.id.group, GROUP);
        assert_int_equal(chip.result.id.number, 0);
        assert_int_equal(chip.result.acknowledgement.n, 0);
        check_octets("B-TID", chip.result.btid, muk_btid(OLD));
        assert_int_equal(
            TAKE(.muk = OLD, .counter = 2, .content = MSK_CONTENT_PULL),
            MSK_ERR_REPLAY);
        check_held(&chip, GROUP, "1 0..65534 -");
        /* V set after the MAC was made: forged. */
        message = msk_message_of(
            &chip, (struct parcel){ .muk = OLD,
                                    .counter = 3,
                                    .group = GROUP,
                                    .content = MSK_CONTENT_PULL });
        asks = room(message.n);
        memcpy(asks, message.p, message.n);
        asks[3] |= 0x80;
        message.p = asks;
        assert_int_equal(chip_receive(&chip, message), MSK_ERR_MAC);
    }
}

/* With V set by its maker: a pull all the same. */
static void
does_not_acknowledge_a_pull_that_asks_for_it(void **state)
{
    static const char csb_ext[] = "15 03 0004 01020000;";
    static const char keyid_ext[] = "15 03 000b 0003216354 010418cf0000;";
    static const char rest[] =
        "05 02 00000009; 0b 10 00112233445566778899aabbccddeeff;";
    char payloads[256];
    struct msk_protection p = { .crypto = host_crypto(), .time = 9 };

    (void)state;
    IN_EVERY_WAY
    {
        bool csb = way / 2 == 0;

        begin(way);
        (void)strcpy(payloads, csb ? csb_ext : keyid_ext);
        (void)strcat(payloads, rest);
        (void)strcat(payloads,
                     csb ? "06 00 0003 216354;"
                         : "06 00 0010 626d73632e6578616d706c652e636f6d;");
        (void)strcat(payloads, "06 00 0007 627469642d3130");
        p.psk = muk_key(OLD);
        p.rand = hex("00112233445566778899aabbccddeeff");
        p.csb_id = csb ? GROUP : 0x01020304;
        assert_int_equal(
            chip_receive(&chip, sealed(&p,
                                       csb ? "01000080 000018cf 00 01"
                                           : "01000080 01020304 00 01",
                                       payloads, "")),
            MSK_OK);
        assert_int_equal(chip.result.outcome, MSK_OUTCOME_PULL);
        assert_int_equal(chip.result.acknowledgement.n, 0);
    }
}

static void
keeps_nothing_under_the_last_used_muk(void **state)
{
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        TAKE(.muk = OLD, .counter = 5, .number = 1);
        assert_int_equal(chip_muk(&chip, NEW), MSK_OK);
        assert_int_equal(TAKE(.muk = OLD, .counter = 6, .number = 2, .v = true),
                         MSK_OUTCOME_STALE);
        assert_int_equal(chip.result.acknowledgement.n, 0);
        assert_int_equal(chip.result.key.n, 0);
        check_octets("B-TID", chip.result.btid, muk_btid(OLD));
        check_held(&chip, GROUP, "1 0..65534 -");
        /* Its counter counts, for a pull too. */
        assert_int_equal(TAKE(.muk = OLD, .counter = 6, .number = 2),
                         MSK_ERR_REPLAY);
        assert_int_equal(
            TAKE(.muk = OLD, .counter = 7, .content = MSK_CONTENT_PULL),
            MSK_OUTCOME_PULL);
        assert_int_equal(
            TAKE(.muk = OLD, .counter = 7, .content = MSK_CONTENT_PULL),
            MSK_ERR_REPLAY);
        /* The first message under the new one ends the old one. */
        assert_int_equal(TAKE(.muk = NEW, .counter = 1, .number = 2),
                         MSK_OUTCOME_STORED);
        before = copy_of_store();
        assert_int_equal(TAKE(.muk = OLD, .counter = 8, .number = 3),
                         MSK_ERR_NO_MUK);
        check_octets("store", fake_store_view(&chip.store), before);
    }
}

static void
takes_any_first_counter_and_then_only_newer_ones(void **state)
{
    static const uint32_t firsts[] = { 0,          1,          0x7FFFFFFF,
                                       0x80000000, 0xEEAF75B9, 0xFFFFFFFF };

    (void)state;
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++)
        IN_EVERY_WAY
        {
            uint32_t c = firsts[i];

            begin(way);
            assert_int_equal(TAKE(.muk = OLD, .counter = c, .number = 1),
                             MSK_OUTCOME_STORED);
            assert_int_equal(TAKE(.muk = OLD, .counter = c, .number = 1),
                             MSK_ERR_REPLAY);
            assert_int_equal(TAKE(.muk = OLD, .counter = c - 1, .number = 1),
                             MSK_ERR_REPLAY);
            assert_int_equal(
                TAKE(.muk = OLD, .counter = c + 0x80000000, .number = 1),
                MSK_ERR_REPLAY);
            assert_int_equal(
                TAKE(.muk = OLD, .counter = c + 0x7FFFFFFF, .number = 1),
                MSK_OUTCOME_STORED);
        }
}

static void
accepts_nothing_twice_after_a_restart(void **state)
{
    struct msk_bytes message, before;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        message = msk_message_of(
            &chip, (struct parcel){
                       .muk = OLD, .counter = 1, .group = GROUP, .number = 1 });
        assert_int_equal(chip_receive(&chip, message), MSK_OK);
        before = copy_of_store();
        chip_restart(&chip);
        assert_int_equal(chip_muk(&chip, OLD), MSK_OK);
        assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH), MSK_OK);
        assert_int_equal(chip_receive(&chip, message), MSK_ERR_REPLAY);
        check_octets("store", fake_store_view(&chip.store), before);
    }
}

/* SRTP parameters, what was announced, and what becomes of the message. */
static const struct {
    const char *what, *sp;
    enum msk_require require;
    int want;
} policies[] = {
    { "empty: all defaults", "", MSK_REQUIRE_BOTH, MSK_OUTCOME_STORED },
    { "NULL cipher", "000100", MSK_REQUIRE_BOTH, MSK_ERR_POLICY },
    { "NULL cipher, announced as off", "000100", MSK_REQUIRE_INTEGRITY,
      MSK_OUTCOME_STORED },
    { "no MAC", "0a0100", MSK_REQUIRE_INTEGRITY, MSK_ERR_POLICY },
    { "no MAC, announced as off", "0a0100", MSK_REQUIRE_CONFIDENTIALITY,
      MSK_OUTCOME_STORED },
    { "all off, announced so", "000100 0a0100", MSK_REQUIRE_NOTHING,
      MSK_OUTCOME_STORED },
    { "R is 0", "0d020000", MSK_REQUIRE_NOTHING, MSK_ERR_VALUE },
    { "a parameter twice", "000101 000101", MSK_REQUIRE_NOTHING,
      MSK_ERR_DUPLICATE },
};

static void
refuses_an_sp_against_the_announcement_and_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++)
        IN_EVERY_WAY
        {
            bool refused = policies[i].want < 0;

            begin(way);
            chip_allow(&chip, GROUP, policies[i].require);
            check_int(policies[i].what,
                      TAKE(.muk = OLD, .counter = 1, .number = 1, .v = true,
                           .sp = policies[i].sp),
                      policies[i].want);
            assert_true(refused == (chip.result.acknowledgement.n == 0));
            check_held(&chip, GROUP, refused ? "" : "1 0..65534 -");
            assert_int_equal(TAKE(.muk = OLD, .counter = 1, .number = 1),
                             MSK_ERR_REPLAY);
        }
}

static void
refuses_that_an_sp_is_missing_where_the_held_one_is_against_it(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING);
        TAKE(.muk = OLD, .counter = 1, .number = 1, .sp = "000100");
        check_octets("SP", chip.result.sp, hex("000100"));
        TAKE(.muk = OLD, .counter = 2, .number = 1);
        check_octets("SP kept", chip.result.sp, hex("000100"));
        chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH);
        assert_int_equal(TAKE(.muk = OLD, .counter = 3, .number = 2),
                         MSK_ERR_POLICY);
        assert_int_equal(TAKE(.muk = OLD, .counter = 4, .number = 1,
                              .content = MSK_CONTENT_VALIDITY, .low = 1,
                              .high = 2),
                         MSK_ERR_POLICY);
        check_held(&chip, GROUP, "1 0..65534 -");
        assert_int_equal(
            TAKE(.muk = OLD, .counter = 5, .number = 2, .sp = "000101"),
            MSK_OUTCOME_STORED);
        check_octets("SP replaced", chip.result.sp, hex("000101"));
    }
}

static void
takes_the_sp_of_a_validity_update(void **state)
{
    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        TAKE(.muk = OLD, .counter = 1, .number = 1);
        TAKE(.muk = OLD, .counter = 2, .number = 1,
             .content = MSK_CONTENT_VALIDITY, .low = 1, .high = 2,
             .sp = "0d020005");
        TAKE(.muk = OLD, .counter = 3, .number = 2);
        check_octets("SP", chip.result.sp, hex("0d020005"));
        TAKE(.muk = OLD, .counter = 4, .number = 9,
             .content = MSK_CONTENT_VALIDITY, .low = 1, .high = 2,
             .sp = "0d020006");
        check_octets("of one that is not held", chip.result.sp,
                     hex("0d020005"));
    }
}

/* Content that the standard does not allow, in an authentic message. */
static void
counts_what_it_refuses_after_the_mac(void **state)
{
    static const char keyid_ids[] =
        "06 00 0010 626d73632e6578616d706c652e636f6d;06 00 0007 627469642d3130";
    static const char csb_ids[] =
        "06 00 0003 216354; 06 00 0007 627469642d3130";
    static const struct {
        const char *what, *plain;
        int err;
    } contents[] = {
        { "no key data", "", MSK_ERR_VALUE },
        { "no interval", "00 20 0010 000102030405060708090a0b0c0d0e0f",
          MSK_ERR_KIND },
        { "a key of 8", "00 22 0008 0001020304050607 01 00 01 01",
          MSK_ERR_LENGTH },
        { "SEQu 0xFFFF", "00 22 0000 01 00 02 ffff", MSK_ERR_VALUE },
    };
    struct msk_protection p = { .crypto = host_crypto(), .time = 9 };
    char payloads[256];

    (void)state;
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
        IN_EVERY_WAY
        {
            bool csb = way / 2 == 0;

            begin(way);
            (void)strcpy(payloads, csb ? "15 03 0004 01020001;"
                                       : "15 03 000b 0003216354 010418cf0001;");
            (void)strcat(
                payloads,
                "05 02 00000009; 0b 10 00112233445566778899aabbccddeeff;");
            (void)strcat(payloads, csb ? csb_ids : keyid_ids);
            p.psk = muk_key(OLD);
            p.rand = hex("00112233445566778899aabbccddeeff");
            p.csb_id = csb ? GROUP : 0x01020304;
            check_int(
                contents[i].what,
                chip_receive(&chip, sealed(&p,
                                           csb ? "01000080 000018cf 00 01"
                                               : "01000080 01020304 00 01",
                                           payloads, contents[i].plain)),
                contents[i].err);
            assert_int_equal(chip.result.acknowledgement.n, 0);
            check_held(&chip, GROUP, "");
            assert_int_equal(TAKE(.muk = OLD, .counter = 9, .number = 1),
                             MSK_ERR_REPLAY);
            assert_int_equal(TAKE(.muk = OLD, .counter = 10, .number = 1),
                             MSK_OUTCOME_STORED);
        }
}

/* CSB: without IDr the last generated MUK is tried, then the last used one,
 * and the counter of the one that holds applies. */
static struct msk_bytes
without_idr(uint8_t muk, uint32_t counter)
{
    struct msk_protection p = { .crypto = host_crypto() };
    char payloads[256];

    (void)snprintf(payloads, sizeof payloads,
                   "15 03 0004 01020001; 05 02 %08x;"
                   "0b 10 00112233445566778899aabbccddeeff; 06 00 0003 216354",
                   (unsigned)counter);
    p.psk = muk_key(muk);
    p.rand = hex("00112233445566778899aabbccddeeff");
    p.csb_id = GROUP;
    p.time = counter;
    return sealed(&p, "01000080 000018cf 00 01", payloads,
                  "00 22 0010 000102030405060708090a0b0c0d0e0f 01 00 01 05");
}

static void
tries_both_muks_where_there_is_no_idr(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++, release(NULL)) {
        begin(way);
        assert_int_equal(chip_receive(&chip, without_idr(OLD, 100)), MSK_OK);
        assert_int_equal(chip.result.outcome, MSK_OUTCOME_STORED);
        assert_true(chip.result.acknowledgement.n > 0);
        chip_muk(&chip, NEW);
        assert_int_equal(chip_receive(&chip, without_idr(OLD, 100)),
                         MSK_ERR_REPLAY);
        assert_int_equal(chip_receive(&chip, without_idr(OLD, 101)), MSK_OK);
        assert_int_equal(chip.result.outcome, MSK_OUTCOME_STALE);
        assert_int_equal(chip_receive(&chip, without_idr(0x30, 102)),
                         MSK_ERR_MAC);
        assert_int_equal(chip_receive(&chip, without_idr(NEW, 5)), MSK_OK);
        check_octets("B-TID", chip.result.btid, muk_btid(NEW));
        assert_int_equal(chip_receive(&chip, without_idr(NEW, 5)),
                         MSK_ERR_REPLAY);
    }
}

static void
drops_what_is_not_for_it_and_changes_nothing(void **state)
{
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_bytes before;

    (void)state;
    IN_EVERY_WAY
    {
        begin(way);
        TAKE(.muk = OLD, .counter = 1, .number = 1);
        before = copy_of_store();
        assert_int_equal(
            take((struct parcel){
                .muk = OLD, .counter = 2, .group = 0x0BAD, .number = 1 }),
            MSK_ERR_NOT_MINE);
        assert_int_equal(TAKE(.muk = 0x66, .counter = 2, .number = 1),
                         MSK_ERR_NO_MUK);
        input.layout = chip.layout;
        input.fqdn = chars("other.example.com");
        input.message = msk_message_of(
            &chip, (struct parcel){
                       .muk = OLD, .counter = 2, .group = GROUP, .number = 1 });
        check_int("another server",
                  chip_finish(&chip, msk_mgvf_process(chip.mgvf, &input, NULL)),
                  MSK_ERR_NOT_MINE);
        input.fqdn = (struct msk_bytes){ NULL, 0 };
        if (way / 2 == 0) /* CSB needs the name of the server */
            assert_int_equal(msk_mgvf_process(chip.mgvf, &input, NULL),
                             MSK_ERR_ARGUMENT);
        input.layout = other_layout(chip.layout);
        assert_int_equal(msk_mgvf_process(chip.mgvf, &input, NULL),
                         MSK_ERR_LAYOUT);
        check_octets("store", fake_store_view(&chip.store), before);
    }
}

static void
replays_the_messages_of_the_model_in_their_order(void **state)
{
    static const enum msk_layout layouts[] = { MSK_LAYOUT_CSB,
                                               MSK_LAYOUT_KEYID };
    struct msk_muk muk = { .size = sizeof muk };

    (void)state;
    for (size_t k = 0; k < 4; k++, release(NULL)) {
        chip_start(&chip, layouts[k / 2], k % 2 == 1);
        muk.fqdn = chars(CHIP_FQDN);
        muk.btid = hex(vector("csb-msk-download-16")->idr);
        muk.key = hex(vector(k < 2 ? "csb-pull" : "keyid-pull")->psk);
        assert_int_equal(chip_finish(&chip, msk_mgvf_set_muk(chip.mgvf, &muk)),
                         MSK_OK);
        chip_allow(&chip, 0x18CF, MSK_REQUIRE_BOTH);
        chip_allow(&chip, 0x68CA, MSK_REQUIRE_BOTH);
        chip_allow(&chip, 0x2004, MSK_REQUIRE_BOTH);
        for (size_t i = 0; i < N_VECTORS; i++) {
            const struct mbms_vector *v = &mbms_vectors[i];

            if (vector_layout(v) != chip.layout || !vector_is_msk(v))
                continue;
            check_int(v->name, chip_receive(&chip, hex(v->message)), MSK_OK);
            assert_true(v->v == (chip.result.acknowledgement.n > 0));
        }
        check_held(&chip, 0x18CF, "3 0..65534 -, 2 2..1 -");
        check_held(&chip, 0x68CA, "3 0..65534 -, 2 0..65534 -");
        check_held(&chip, 0x2004,
                   chip.layout == MSK_LAYOUT_CSB ? "5 0..65534 -, 4 0..65534 -"
                                                 : "");
    }
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(stores_an_msk_and_tells_what_it_is),
        TEST(acknowledges_if_asked_and_only_after_the_commit),
        TEST(acknowledges_under_the_key_that_it_opened_with),
        TEST(holds_two_and_deletes_the_older_for_a_third),
        TEST(makes_the_newer_what_is_delivered_again_or_revalidated),
        TEST(stores_an_msk_without_an_mtk_in_its_interval),
        TEST(counts_and_keeps_nothing_where_nothing_is_to_keep),
        TEST(asks_on_a_pull_and_never_acknowledges_it),
        TEST(does_not_acknowledge_a_pull_that_asks_for_it),
        TEST(keeps_nothing_under_the_last_used_muk),
        TEST(takes_any_first_counter_and_then_only_newer_ones),
        TEST(accepts_nothing_twice_after_a_restart),
        TEST(refuses_an_sp_against_the_announcement_and_counts),
        TEST(refuses_that_an_sp_is_missing_where_the_held_one_is_against_it),
        TEST(takes_the_sp_of_a_validity_update),
        TEST(counts_what_it_refuses_after_the_mac),
        TEST(tries_both_muks_where_there_is_no_idr),
        TEST(drops_what_is_not_for_it_and_changes_nothing),
        TEST(replays_the_messages_of_the_model_in_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
