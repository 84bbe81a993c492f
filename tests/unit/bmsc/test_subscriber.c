/* SPDX-License-Identifier: MIT */
/* Subscribers of a BM-SC as records: made, packed, bound to new keys. */
#include <stddef.h>
#include <string.h>

#include "bmsc/subscriber.h"
#include "support.h"

#define NONCE "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
#define AGE "0000000000000055"
#define TAG "e0e1e2e3e4e5e6e7"
#define TAG_2 "f0f1f2f3f4f5f6f7"

/* A record as it is stored, in parts, so that one can be put for another. */
enum part { MUK, OLD, BASE, SERVICES, MEMBERS, DELIVERIES, PARTS };

static const char *const whole[PARTS] = {
    [MUK] = "06 627469642d32 04 c0c1c2c3 01 00000102",
    [OLD] = "06 627469642d31 03 b0b1b2 01 fffffffe",
    /* id, MRK, address, expiry, age, proven, reauth, rebootstrap, seen */
    [BASE] = "06 696d73692d31 02 a0a1 02 7565 0000000102030405" AGE "01 00 01"
             "0000000001020304" NONCE "00000007",
    [SERVICES] = "02" TAG TAG_2,
    /* domain, group, asked, services, unanswered */
    [MEMBERS] = "03 216354 68ca 01 00000003 02 216354 68cb 00 00000002 00"
                "216354 68cc 01 00000000 00",
    /* how many, in flight until; state, v, old MUK, asked, name, CSB ID,
     * counters, due, set */
    [DELIVERIES] = "03 0000000000003000"
                   "01 01 00 00 216354 68cb 0001 01020304 00"
                   "0000000000000000 0000000000000000"
                   "02 01 00 01 216354 68ca 0007 0a0b0c0d"
                   "02 00000101 00000102 0000000000002222 0000000000001111"
                   "02 01 01 00 216354 68cc 0002 0000ffff"
                   "01 fffffffe 0000000000004444 0000000000003333",
};

/* The record with one part put for another; NULL: as it is. */
static struct msk_bytes
record_of(const char *const parts[PARTS])
{
    uint8_t *out = room(MSK_SUBSCRIBER_PACKED_MAX);
    size_t n = 1;

    out[0] = 2; /* version */
    for (size_t i = 0; i < PARTS; i++) {
        struct msk_bytes part = hex(parts[i]);

        memcpy(out + n, part.p, part.n);
        n += part.n;
    }
    return exact(out, n);
}

static struct msk_bytes
record(enum part which, const char *instead)
{
    const char *parts[PARTS];

    for (size_t i = 0; i < PARTS; i++)
        parts[i] = i == which && instead != NULL ? instead : whole[i];
    return record_of(parts);
}

static struct msk_bytes
packed(const struct msk_subscriber *subscriber)
{
    uint8_t *buf = room(MSK_SUBSCRIBER_PACKED_MAX);
    size_t n;

    check_int(
        "pack",
        msk_subscriber_pack(subscriber, buf, MSK_SUBSCRIBER_PACKED_MAX, &n),
        MSK_OK);
    return exact(buf, n);
}

static struct msk_subscriber_config
config(void)
{
    struct msk_subscriber_config c = { .size = sizeof c };

    c.btid = chars("btid-2");
    c.id = chars("imsi-1");
    c.muk = hex("c0c1c2c3");
    c.mrk = hex("a0a1");
    c.expires = 0x0102030405;
    c.address = chars("ue");
    c.age = 0x55;
    return c;
}

static const uint8_t domain[3] = { 0x21, 0x63, 0x54 };

#define GROUP_ID(d, number) \
    (&(const struct msk_group_id){ { (d)[0], (d)[1], (d)[2] }, (number) })

static void
is_stored_with_every_field(void **state)
{
    struct msk_subscriber s;
    struct msk_sub *sub = msk_sub_of(&s);

    (void)state;
    assert_int_equal(msk_subscriber_unpack(&s, record(PARTS, NULL)), MSK_OK);
    check_octets("again", packed(&s), record(PARTS, NULL));
    check_octets("btid", msk_subscriber_btid(&s), chars("btid-2"));
    check_octets("old", msk_subscriber_old_btid(&s), chars("btid-1"));
    check_octets("id", msk_subscriber_id(&s), chars("imsi-1"));
    check_octets("address", msk_subscriber_address(&s), chars("ue"));
    assert_true(msk_subscriber_member(&s, GROUP_ID(domain, 0x68CA)));
    assert_true(msk_subscriber_member(&s, GROUP_ID(domain, 0x68CB)));
    assert_true(msk_subscriber_member(&s, GROUP_ID(domain, 0x68CC)));
    assert_false(msk_subscriber_member(&s, GROUP_ID(domain, 0x68CD)));
    assert_int_equal(sub->muk.counter, 0x102);
    assert_int_equal(sub->old.counter, 0xFFFFFFFE);
    assert_true(sub->proven && !sub->reauth && sub->rebootstrap);
    assert_true(msk_subscriber_expires(&s) == 0x0102030405);
    assert_int_equal(msk_subscriber_age(&s), 0x55);
    assert_int_equal(sub->seen.issued, 0x01020304);
    assert_int_equal(sub->seen.nc, 7);
    assert_int_equal(sub->member[0].unanswered, 2);
    assert_int_equal(sub->n_deliveries, 3);
    assert_int_equal(sub->delivery[1].counter[1], 0x102);
    assert_true(sub->delivery[1].asked && !sub->delivery[2].asked);
    assert_int_equal(msk_subscriber_due(&s), 0x2222);
}

static void
begins_without_counter_group_or_delivery(void **state)
{
    struct msk_subscriber_config c = config();
    struct msk_subscriber s;

    (void)state;
    assert_int_equal(msk_subscriber_init(&s, &c), MSK_OK);
    check_octets("new", packed(&s),
                 hex("02 06 627469642d32 04 c0c1c2c3 00 00000000"
                     "00 00 00 00000000"
                     "06 696d73692d31 02 a0a1 02 7565 0000000102030405" AGE
                     "00 00 00 0000000000000000"
                     "00000000000000000000000000000000 00000000"
                     "00 00 00"));
    assert_true(msk_subscriber_due(&s) == MSK_NEVER);
    c.address.n = 0;
    assert_int_equal(msk_subscriber_init(&s, &c), MSK_OK);
    assert_int_equal(msk_subscriber_address(&s).n, 0);
}

static void
refuses_what_no_subscriber_has(void **state)
{
    static const uint8_t much[MSK_BTID_MAX + 1];
    struct msk_bytes nowhere = { NULL, 2 };
    struct msk_subscriber_config c;
    struct msk_subscriber s;

    (void)state;
#define REFUSED(change)                                                      \
    do {                                                                     \
        c = config();                                                        \
        change;                                                              \
        check_int(#change, msk_subscriber_init(&s, &c), MSK_ERR_ARGUMENT);   \
        check_int(#change, msk_subscriber_rebind(&s, &c), MSK_ERR_ARGUMENT); \
    } while (0)
    REFUSED(c.size = offsetof(struct msk_subscriber_config, address));
    REFUSED(c.btid.n = 0);
    REFUSED(c.btid = nowhere);
    REFUSED(c.btid = ((struct msk_bytes){ much, MSK_BTID_MAX + 1 }));
    REFUSED(c.id.n = 0);
    REFUSED(c.id = nowhere);
    REFUSED(c.id = ((struct msk_bytes){ much, MSK_SUBSCRIBER_ID_MAX + 1 }));
    REFUSED(c.muk.n = 0);
    REFUSED(c.muk = nowhere);
    REFUSED(c.muk = ((struct msk_bytes){ much, MSK_MUK_MAX + 1 }));
    REFUSED(c.mrk.n = 0);
    REFUSED(c.mrk = nowhere);
    REFUSED(c.mrk = ((struct msk_bytes){ much, MSK_MRK_MAX + 1 }));
    REFUSED(c.address = nowhere);
    REFUSED(c.address = ((struct msk_bytes){ much, MSK_PEER_MAX + 1 }));
#undef REFUSED
    c = config();
    assert_int_equal(msk_subscriber_init(NULL, &c), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_subscriber_init(&s, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_subscriber_rebind(NULL, &c), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_subscriber_unpack(NULL, record(PARTS, NULL)),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_subscriber_unpack(&s, nowhere), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_subscriber_init(&s, &c), MSK_OK);
    assert_int_equal(msk_subscriber_join(&s, GROUP_ID(domain, 0)),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_subscriber_join(&s, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_subscriber_join(NULL, GROUP_ID(domain, 1)),
                     MSK_ERR_ARGUMENT);
}

/* Every cut is refused. A changed octet is refused, or is one of a record that
 * could be; it is packed as it was read. */
static void
refuses_damaged_records(void **state)
{
    static const uint8_t zeros[sizeof(struct msk_subscriber)];
    struct msk_bytes good = record(PARTS, NULL), bad;
    struct msk_subscriber s;

    (void)state;
    for (size_t n = 0; n < good.n; n++) {
        assert_int_equal(msk_subscriber_unpack(&s, exact(good.p, n)),
                         MSK_ERR_RECORD);
        assert_memory_equal(&s, zeros, sizeof s);
    }
    for (size_t i = 0; i < good.n; i++)
        for (unsigned by = 1; by < 256; by++) {
            int err;

            bad = record(PARTS, NULL);
            ((uint8_t *)(uintptr_t)bad.p)[i] ^= (uint8_t)by;
            err = msk_subscriber_unpack(&s, bad);
            if (err == MSK_OK)
                check_octets("the same record", packed(&s), bad);
            else
                assert_int_equal(err, MSK_ERR_RECORD);
            assert_true(i > 0 || err != MSK_OK);
            release(NULL);
        }
}

/* Where there is no old MUK, and nothing under way that needs one. */
static void
refuses_what_is_left_of_an_old_muk(void **state)
{
    static const struct {
        const char *old;
        int err;
    } cases[] = {
        { "00 00 00 00000000", MSK_OK },
        { "00 00 00 00000001", MSK_ERR_RECORD },
        { "00 00 01 00000000", MSK_ERR_RECORD },
        { "00 01 b0 00 00000000", MSK_ERR_RECORD },
        { "01 62 00 00 00000000", MSK_ERR_RECORD },
    };
    const char *parts[PARTS];
    struct msk_subscriber s;

    (void)state;
    memcpy(parts, whole, sizeof parts);
    parts[DELIVERIES] = "00";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        parts[OLD] = cases[i].old;
        check_int(cases[i].old, msk_subscriber_unpack(&s, record_of(parts)),
                  cases[i].err);
    }
}

#define ONE(delivery) "01 0000000000000000" delivery
#define TIMES "0000000000002222 0000000000001111"

static void
refuses_records_that_no_subscriber_packs(void **state)
{
    static const struct {
        const char *name;
        enum part which;
        const char *instead;
    } bad[] = {
        { "no B-TID", MUK, "00 04 c0c1c2c3 01 00000102" },
        { "no MUK", MUK, "06 627469642d32 00 01 00000102" },
        { "a counter and none", MUK,
          "06 627469642d32 04 c0c1c2c3 00 00000102" },
        { "half of an old MUK", OLD, "06 627469642d31 00 01 00000001" },
        { "an old counter alone", OLD, "00 00 01 00000001" },
        { "no old MUK and a delivery under it", OLD, "00 00 00 00000000" },
        { "no id", BASE,
          "00 02 a0a1 02 7565 0000000102030405" AGE "01 00 01"
          "0000000001020304" NONCE "00000007" },
        { "no MRK", BASE,
          "06 696d73692d31 00 02 7565 0000000102030405" AGE "01 00 01"
          "0000000001020304" NONCE "00000007" },
        { "a flag of 2", BASE,
          "06 696d73692d31 02 a0a1 02 7565 0000000102030405" AGE "02 00 01"
          "0000000001020304" NONCE "00000007" },
        { "an address too long", BASE,
          "06 696d73692d31 02 a0a1 21" NONCE NONCE "00 0000000102030405" AGE
          "01 00"
          "01 0000000001020304" NONCE "00000007" },
        { "33 services", SERVICES, "21" },
        { "65 members", MEMBERS, "41" },
        { "a service that is not there", MEMBERS,
          "01 216354 68ca 01 00000004 02" },
        { "group 0", MEMBERS, "01 216354 0000 01 00000003 02" },
        { "a group twice", MEMBERS,
          "02 216354 68ca 01 00000003 02 216354 68ca 00 00000002 00" },
        { "a delivery to who is no member", MEMBERS, "00" },
        { "193 deliveries", DELIVERIES, "c1 0000000000000000" },
        { "one that is free", DELIVERIES,
          ONE("00 01 00 00 216354 68ca 0007 0a0b0c0d 00" TIMES) },
        { "a state that is none", DELIVERIES,
          ONE("03 01 00 00 216354 68ca 0007 0a0b0c0d 01 00000001" TIMES) },
        { "sent and no counter", DELIVERIES,
          ONE("02 01 00 00 216354 68ca 0007 0a0b0c0d 00" TIMES) },
        { "sent and nothing to wait for", DELIVERIES,
          ONE("02 00 00 00 216354 68ca 0007 0a0b0c0d 01 00000001" TIMES) },
        { "number 0", DELIVERIES,
          ONE("02 01 00 00 216354 68ca 0000 0a0b0c0d 01 00000001" TIMES) },
        { "in another domain", DELIVERIES,
          ONE("02 01 00 00 216355 68ca 0007 0a0b0c0d 01 00000001" TIMES) },
        { "nine counters", DELIVERIES,
          ONE("02 01 00 00 216354 68ca 0007 0a0b0c0d 09"
              "00000001 00000001 00000001 00000001 00000001 00000001 00000001"
              "00000001 00000001" TIMES) },
        { "waiting, sent, and nothing to wait for", DELIVERIES,
          ONE("01 00 00 00 216354 68ca 0007 0a0b0c0d 01 00000001" TIMES) },
        { "waiting under the old MUK, and not sent", DELIVERIES,
          ONE("01 01 01 00 216354 68ca 0007 0a0b0c0d 00" TIMES) },
        { "an MSK twice", DELIVERIES,
          "02 0000000000000000"
          "01 01 00 00 216354 68ca 0007 0a0b0c0d 00" TIMES
          "01 01 00 00 216354 68ca 0007 0a0b0c0d 00" TIMES },
        { "more of a group than it has", DELIVERIES,
          "04 0000000000000000"
          "01 01 00 00 216354 68ca 0007 0a0b0c0d 00" TIMES
          "01 01 00 00 216354 68ca 0008 0a0b0c0d 00" TIMES
          "01 01 00 00 216354 68ca 0009 0a0b0c0d 00" TIMES
          "01 01 00 00 216354 68ca 000a 0a0b0c0d 00" TIMES },
    };
    struct msk_subscriber s;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_int(
            bad[i].name,
            msk_subscriber_unpack(&s, record(bad[i].which, bad[i].instead)),
            MSK_ERR_RECORD);
    assert_int_equal(msk_subscriber_unpack(&s, record(DELIVERIES, "00")),
                     MSK_OK);
}

static void
says_how_much_room_it_needs(void **state)
{
    size_t n, want = record(PARTS, NULL).n;
    struct msk_subscriber s;
    uint8_t *buf;

    (void)state;
    assert_int_equal(msk_subscriber_unpack(&s, record(PARTS, NULL)), MSK_OK);
    for (size_t cap = 0; cap < want; cap++) {
        assert_int_equal(msk_subscriber_pack(&s, room(cap), cap, &n),
                         MSK_ERR_SPACE);
        assert_int_equal(n, want);
    }
    buf = room(want);
    assert_int_equal(msk_subscriber_pack(&s, buf, want, &n), MSK_OK);
    assert_int_equal(msk_subscriber_pack(NULL, buf, want, &n),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_subscriber_pack(&s, NULL, want, &n), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_subscriber_pack(&s, buf, want, NULL),
                     MSK_ERR_ARGUMENT);
}

/* Every field as long as it may be. */
static void
fits_into_what_its_header_says(void **state)
{
    struct msk_subscriber s;
    struct msk_sub *sub = msk_sub_of(&s);

    (void)state;
    memset(&s, 0, sizeof s);
    sub->muk.btid_len = sub->old.btid_len = MSK_BTID_MAX;
    sub->muk.key_len = sub->old.key_len = MSK_MUK_MAX;
    sub->id_len = MSK_SUBSCRIBER_ID_MAX;
    sub->mrk_len = MSK_MRK_MAX;
    sub->address_len = MSK_PEER_MAX;
    sub->n_services = MSK_SERVICES_MAX;
    sub->n_members = MSK_SUBSCRIBER_GROUPS_MAX;
    for (uint16_t i = 0; i < MSK_SUBSCRIBER_GROUPS_MAX; i++) {
        sub->member[i].group.group = (uint16_t)(i + 1);
        sub->member[i].services = UINT32_MAX;
    }
    sub->n_deliveries = MSK_DELIVERIES_MAX;
    for (uint16_t i = 0; i < MSK_DELIVERIES_MAX; i++) {
        struct msk_delivery *d = &sub->delivery[i];

        d->state = MSK_DELIVERY_SENT;
        d->v = true;
        d->group.group = (uint16_t)(i / 3 + 1);
        d->number = (uint16_t)(i % 3 + 1);
        d->n_sent = MSK_COUNTERS_MAX;
    }
    assert_int_equal(msk_subscriber_unpack(&s, packed(&s)), MSK_OK);
}

/* A database has millions of them: a UE with one Key Group to which nothing is
 * under way takes little more than its keys and names. */
static void
is_small_where_little_is_used(void **state)
{
    struct msk_subscriber_config c = config();
    struct msk_subscriber s;
    size_t before;

    (void)state;
    assert_int_equal(msk_subscriber_init(&s, &c), MSK_OK);
    before = packed(&s).n;
    assert_in_range(before, 80, 120);
    assert_int_equal(msk_subscriber_join(&s, GROUP_ID(domain, 7)), MSK_OK);
    assert_int_equal(packed(&s).n, before + 11);
    assert_int_equal(msk_subscriber_join(&s, GROUP_ID(domain, 8)), MSK_OK);
    assert_int_equal(packed(&s).n, before + 22);
}

static void
joins_and_parts(void **state)
{
    struct msk_subscriber_config c = config();
    struct msk_subscriber s;

    (void)state;
    assert_int_equal(msk_subscriber_init(&s, &c), MSK_OK);
    for (uint16_t i = 1; i <= MSK_SUBSCRIBER_GROUPS_MAX; i++) {
        assert_int_equal(msk_subscriber_join(&s, GROUP_ID(domain, i)), MSK_OK);
        assert_int_equal(msk_subscriber_join(&s, GROUP_ID(domain, i)), MSK_OK);
    }
    assert_int_equal(msk_subscriber_join(&s, GROUP_ID(domain, 0x1000)),
                     MSK_ERR_LIMIT);
    msk_subscriber_part(&s, GROUP_ID(domain, 0x1000));
    for (uint16_t i = 1; i <= MSK_SUBSCRIBER_GROUPS_MAX; i++) {
        assert_true(msk_subscriber_member(&s, GROUP_ID(domain, i)));
        msk_subscriber_part(&s, GROUP_ID(domain, i));
        assert_false(msk_subscriber_member(&s, GROUP_ID(domain, i)));
    }
    check_octets("as before", packed(&s),
                 (msk_subscriber_init(&s, &c), packed(&s)));
    /* The same number in another domain is another group. */
    assert_int_equal(msk_subscriber_join(&s, GROUP_ID(domain, 7)), MSK_OK);
    assert_false(msk_subscriber_member(&s, GROUP_ID(hex("216355").p, 7)));
}

/* Each once, and no more are written than there is room for. */
static void
lists_its_groups(void **state)
{
    struct msk_group_id ids[MSK_SUBSCRIBER_GROUPS_MAX];
    struct msk_subscriber_config c = config();
    struct msk_subscriber s;
    uint16_t sum = 0;

    (void)state;
    assert_int_equal(msk_subscriber_init(&s, &c), MSK_OK);
    assert_int_equal(msk_subscriber_groups(&s, ids, 2), 0);
    for (uint16_t i = 1; i <= 4; i++)
        assert_int_equal(msk_subscriber_join(&s, GROUP_ID(domain, i)), MSK_OK);
    msk_subscriber_part(&s, GROUP_ID(domain, 1));
    memset(ids, 0, sizeof ids);
    assert_int_equal(msk_subscriber_groups(&s, ids, 2), 3);
    assert_true(msk_subscriber_member(&s, &ids[0]));
    assert_true(msk_subscriber_member(&s, &ids[1]));
    assert_int_equal(ids[2].group, 0);
    assert_int_equal(msk_subscriber_groups(&s, NULL, 0), 3);
    assert_int_equal(msk_subscriber_groups(&s, ids, MSK_SUBSCRIBER_GROUPS_MAX),
                     3);
    for (size_t i = 0; i < 3; i++) {
        assert_memory_equal(ids[i].domain, domain, sizeof ids[i].domain);
        sum = (uint16_t)(sum + (1 << ids[i].group));
    }
    assert_int_equal(sum, 1 << 2 | 1 << 3 | 1 << 4);
}

static void
lets_go_what_is_under_way_to_a_group_it_parts_from(void **state)
{
    struct msk_subscriber s;

    (void)state;
    assert_int_equal(msk_subscriber_unpack(&s, record(PARTS, NULL)), MSK_OK);
    msk_subscriber_part(&s, GROUP_ID(domain, 0x68CA));
    assert_int_equal(msk_sub_at(&s)->n_deliveries, 2);
    assert_int_equal(msk_sub_at(&s)->delivery[0].state, MSK_DELIVERY_QUEUED);
    assert_int_equal(msk_sub_at(&s)->delivery[1].state, MSK_DELIVERY_SENT);
    assert_int_equal(msk_sub_at(&s)->delivery[1].group.group, 0x68CC);
    assert_int_equal(msk_subscriber_due(&s), 0x3000);
    assert_int_equal(msk_subscriber_unpack(&s, packed(&s)), MSK_OK);
}

static void
is_bound_to_new_keys(void **state)
{
    struct msk_subscriber_config c = config();
    struct msk_subscriber s;
    struct msk_sub *sub = msk_sub_of(&s);

    (void)state;
    assert_int_equal(msk_subscriber_unpack(&s, record(PARTS, NULL)), MSK_OK);
    c.btid = chars("btid-3");
    c.muk = hex("d0");
    c.mrk = hex("d1");
    c.expires = 9;
    c.age = 0x56;
    c.address.n = 0;
    assert_int_equal(msk_subscriber_rebind(&s, &c), MSK_OK);
    check_octets("btid", msk_subscriber_btid(&s), chars("btid-3"));
    check_octets("old", msk_subscriber_old_btid(&s), chars("btid-2"));
    check_octets("address", msk_subscriber_address(&s), chars("ue"));
    assert_false(sub->muk.has_counter);
    assert_int_equal(sub->muk.counter, 0);
    assert_int_equal(sub->old.counter, 0x102);
    assert_int_equal(sub->old.key_len, 4);
    assert_int_equal(sub->mrk_len, 1);
    assert_int_equal(sub->mrk[0], 0xD1);
    assert_int_equal(sub->mrk[1], 0); /* nothing is left of the one before */
    assert_int_equal(sub->expires, 9);
    assert_int_equal(sub->seen.nc, 0);
    assert_false(sub->proven || sub->reauth || sub->rebootstrap);
    assert_int_equal(sub->n_members, 3);
    assert_int_equal(sub->n_services, 2);
    /* Sent under the MUK before: still acknowledged. Under the one before
     * that: sent anew. */
    assert_true(sub->delivery[1].old_muk);
    assert_int_equal(sub->delivery[2].state, MSK_DELIVERY_QUEUED);
    assert_int_equal(sub->delivery[2].n_sent, 0);
    assert_true(sub->delivery[2].v);
    assert_int_equal(msk_subscriber_unpack(&s, packed(&s)), MSK_OK);
    c.address = chars("there");
    c.btid = chars("btid-4");
    c.age = 0x57;
    assert_int_equal(msk_subscriber_rebind(&s, &c), MSK_OK);
    check_octets("address", msk_subscriber_address(&s), chars("there"));
}

/* The UE takes pulls under the last MUK that it was seen to use. */
static void
keeps_the_last_muk_that_the_ue_has_shown(void **state)
{
    struct msk_subscriber_config c = config();
    struct msk_subscriber s;
    struct msk_sub *sub = msk_sub_of(&s);

    (void)state;
    assert_int_equal(msk_subscriber_unpack(&s, record(PARTS, NULL)), MSK_OK);
    c.btid = chars("btid-3"); /* never shown */
    c.age = 0x56;
    assert_int_equal(msk_subscriber_rebind(&s, &c), MSK_OK);
    c.btid = chars("btid-4");
    c.age = 0x57;
    assert_int_equal(msk_subscriber_rebind(&s, &c), MSK_OK);
    check_octets("btid", msk_subscriber_btid(&s), chars("btid-4"));
    check_octets("old", msk_subscriber_old_btid(&s), chars("btid-2"));
    assert_true(sub->delivery[1].state == MSK_DELIVERY_SENT);
    assert_true(sub->delivery[1].old_muk);
}

/* What went out under a MUK that is gone cannot be acknowledged. */
static void
sends_anew_what_went_out_under_a_muk_that_is_gone(void **state)
{
    struct msk_subscriber_config c = config();
    struct msk_subscriber s;
    struct msk_sub *sub = msk_sub_of(&s);

    (void)state;
    assert_int_equal(msk_subscriber_unpack(&s, record(PARTS, NULL)), MSK_OK);
    sub->proven = false;
    c.btid = chars("btid-3");
    c.age = 0x56;
    assert_int_equal(msk_subscriber_rebind(&s, &c), MSK_OK);
    check_octets("old", msk_subscriber_old_btid(&s), chars("btid-1"));
    assert_int_equal(sub->delivery[1].state, MSK_DELIVERY_QUEUED);
    assert_int_equal(sub->delivery[1].csb_id, 0x0A0B0C0D);
    assert_int_equal(sub->delivery[1].group.group, 0x68CA);
    assert_int_equal(sub->delivery[2].state, MSK_DELIVERY_SENT);
    assert_int_equal(msk_subscriber_unpack(&s, packed(&s)), MSK_OK);
    /* A subscriber that has no old MUK keeps the one it has. */
    assert_int_equal(msk_subscriber_unpack(&s, record(PARTS, NULL)), MSK_OK);
    sub->proven = false;
    memset(&sub->old, 0, sizeof sub->old);
    msk_sub_drop(sub, 2);
    assert_int_equal(msk_subscriber_rebind(&s, &c), MSK_OK);
    check_octets("old", msk_subscriber_old_btid(&s), chars("btid-2"));
    assert_true(sub->delivery[1].old_muk);
}

/* Decision 2. */
static void
is_not_changed_by_keys_that_it_has(void **state)
{
    struct msk_subscriber_config c = config();
    struct msk_bytes before = record(PARTS, NULL);
    struct msk_subscriber s;

    (void)state;
    assert_int_equal(msk_subscriber_unpack(&s, before), MSK_OK);
    c.address = chars("elsewhere");
    assert_int_equal(msk_subscriber_rebind(&s, &c), MSK_OK);
    check_octets("the same", packed(&s), before);
#define CONFLICT(change)                                                     \
    do {                                                                     \
        c = config();                                                        \
        change;                                                              \
        check_int(#change, msk_subscriber_rebind(&s, &c), MSK_ERR_CONFLICT); \
        check_octets(#change, packed(&s), before);                           \
    } while (0)
    CONFLICT(c.muk = hex("c0c1c2c4"));
    CONFLICT(c.muk = hex("c0c1c2"));
    CONFLICT(c.mrk = hex("a0a2"));
    CONFLICT(c.id = chars("imsi-2"));
    CONFLICT(c.id = chars("imsi-2"); c.btid = chars("btid-3"));
    CONFLICT(c.btid = chars("btid-1"); c.age = 0x56); /* the one before */
#undef CONFLICT
}

/* Decision 27: what came between needs no memory. */
static void
takes_no_keys_that_are_not_newer_than_all_it_had(void **state)
{
    static const struct {
        const char *btid;
        uint64_t age;
        int want;
    } then[] = {
        { "btid-3", 0x55, MSK_ERR_OLD_KEY },
        { "btid-3", 0x54, MSK_ERR_OLD_KEY },
        { "btid-3", 0, MSK_ERR_OLD_KEY },
        { "btid-1", 0x55, MSK_ERR_OLD_KEY },
        { "btid-3", 0x60, MSK_OK },
        { "btid-2", 0x55, MSK_ERR_OLD_KEY },
        { "btid-4", 0x5F, MSK_ERR_OLD_KEY },
        { "btid-4", 0x61, MSK_OK },
        { "btid-3", 0x60, MSK_ERR_OLD_KEY },
        { "btid-2", 0x55, MSK_ERR_OLD_KEY },
        { "btid-9", UINT64_MAX, MSK_OK },
        { "btid-8", 0, MSK_ERR_OLD_KEY },
    };
    struct msk_subscriber s;

    (void)state;
    assert_int_equal(msk_subscriber_unpack(&s, record(PARTS, NULL)), MSK_OK);
    for (size_t i = 0; i < sizeof then / sizeof then[0]; i++) {
        struct msk_subscriber_config c = config();
        struct msk_bytes before;

        msk_sub_of(&s)->proven = true;
        before = packed(&s);
        c.btid = chars(then[i].btid);
        c.age = then[i].age;
        check_int(then[i].btid, msk_subscriber_rebind(&s, &c), then[i].want);
        if (then[i].want != MSK_OK)
            check_octets("as before", packed(&s), before);
        else
            assert_true(msk_subscriber_age(&s) == c.age);
        assert_int_equal(msk_subscriber_unpack(&s, packed(&s)), MSK_OK);
    }
    /* A host that knows no age has one set of keys. */
    for (uint64_t age = 0; age < 2; age++) {
        struct msk_subscriber_config c = config();

        c.age = 0;
        assert_int_equal(msk_subscriber_init(&s, &c), MSK_OK);
        c.btid = chars("btid-3");
        c.age = age;
        assert_int_equal(msk_subscriber_rebind(&s, &c),
                         age == 0 ? MSK_ERR_OLD_KEY : MSK_OK);
    }
}

static void
is_read_over_whatever_was_there(void **state)
{
    struct msk_bytes good = record(PARTS, NULL);
    struct msk_subscriber over, anew = { 0 };
    const struct msk_sub *a = msk_sub_at(&over), *b = msk_sub_at(&anew);

    (void)state;
    memset(&over, 0xA5, sizeof over);
    assert_int_equal(msk_subscriber_unpack(&over, good), MSK_OK);
    assert_int_equal(msk_subscriber_unpack(&anew, good), MSK_OK);
    assert_true(b->n_members > 0 && b->n_services > 0 && b->n_deliveries > 0);
    assert_memory_equal(a, b, offsetof(struct msk_sub, member));
    assert_memory_equal(a->member, b->member,
                        b->n_members * sizeof b->member[0]);
    assert_memory_equal(a->service, b->service,
                        b->n_services * sizeof b->service[0]);
    assert_true(a->flight == b->flight);
    assert_memory_equal(a->delivery, b->delivery,
                        b->n_deliveries * sizeof b->delivery[0]);
}

static void
is_wiped(void **state)
{
    static const uint8_t zeros[sizeof(struct msk_subscriber)];
    struct msk_subscriber s;

    (void)state;
    assert_int_equal(msk_subscriber_unpack(&s, record(PARTS, NULL)), MSK_OK);
    msk_subscriber_wipe(&s);
    assert_memory_equal(&s, zeros, sizeof s);
    msk_subscriber_wipe(NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, release)
    const struct CMUnitTest tests[] = {
        TEST(is_stored_with_every_field),
        TEST(begins_without_counter_group_or_delivery),
        TEST(refuses_what_no_subscriber_has),
        TEST(refuses_damaged_records),
        TEST(refuses_records_that_no_subscriber_packs),
        TEST(refuses_what_is_left_of_an_old_muk),
        TEST(says_how_much_room_it_needs),
        TEST(fits_into_what_its_header_says),
        TEST(is_small_where_little_is_used),
        TEST(joins_and_parts),
        TEST(lists_its_groups),
        TEST(lets_go_what_is_under_way_to_a_group_it_parts_from),
        TEST(is_bound_to_new_keys),
        TEST(keeps_the_last_muk_that_the_ue_has_shown),
        TEST(sends_anew_what_went_out_under_a_muk_that_is_gone),
        TEST(is_not_changed_by_keys_that_it_has),
        TEST(takes_no_keys_that_are_not_newer_than_all_it_had),
        TEST(is_read_over_whatever_was_there),
        TEST(is_wiped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
