/* SPDX-License-Identifier: MIT */
#include "mgvf/record.h"

#include <string.h>

#include "support.h"

/* All fields filled as far as they go, or nothing at all. */
static void
fill_server(struct msk_server_keys *keys, size_t n)
{
    memset(keys, 0, sizeof *keys);
    keys->n = n;
    keys->age = 0xB1B2B3B4B5B6B7B8;
    for (size_t i = 0; i < n; i++) {
        struct msk_server_muk *m = &keys->muk[i];

        memset(m->btid, (int)(0x10 + i), MSK_BTID_MAX);
        m->btid_len = MSK_BTID_MAX;
        memset(m->key, (int)(0x20 + i), MSK_MUK_MAX);
        m->key_len = MSK_MUK_MAX;
        m->has_counter = i == 1;
        m->counter = 0x01020304;
    }
}

static void
fill_mtk(struct msk_released_mtk *m, uint8_t value)
{
    m->number = 0x0607;
    m->mtk_id = (uint16_t)(0x0800 + value);
    memset(m->mtk.key, value, MSK_KEY_MAX);
    m->mtk.key_len = MSK_KEY_MAX;
    memset(m->mtk.salt, value + 1, MSK_SALT_MAX);
    m->mtk.salt_len = MSK_SALT_MAX;
}

static void
fill_group(struct msk_held_group *g, size_t n)
{
    memset(g, 0, sizeof *g);
    g->n = g->released.n = n;
    for (size_t i = 0; i < n; i++) {
        struct msk_held_key *k = &g->msk[i];

        k->number = (uint16_t)(0x0304 + i);
        memset(k->key, (int)(0x30 + i), MSK_KEY_MAX);
        k->key_len = MSK_KEY_MAX;
        memset(k->rand, (int)(0x40 + i), MSK_RAND_MAX);
        k->rand_len = MSK_RAND_MAX;
        k->seq_low = 0x1122;
        k->seq_high = 0x3344;
        k->has_counter = i == 0;
        k->counter = 0xA1A2A3A4;
        k->mtk_id = 0x0900;
        fill_mtk(&g->released.mtk[i], (uint8_t)(0x50 + i));
    }
    memset(g->sp, 0x60, MSK_SP_MAX);
    g->sp_len = n > 0 ? MSK_SP_MAX : 0;
    memset(g->sp, 0x60, g->sp_len);
    memset(g->sp + g->sp_len, 0, MSK_SP_MAX - g->sp_len);
    g->owners.n = n + 2;
    for (size_t i = 0; i < g->owners.n; i++) {
        memset(g->owners.owner[i].tag, (int)(0x70 + i), MSK_OWNER_TAG);
        g->owners.owner[i].require = (uint8_t)i;
    }
}

static struct msk_bytes
server_record(size_t n)
{
    struct msk_server_keys keys;
    uint8_t out[MSK_STORE_VALUE_MAX];
    size_t len;

    fill_server(&keys, n);
    msk_record_put_server(&keys, out, &len);
    return exact(out, len);
}

static struct msk_bytes
group_record(size_t n)
{
    struct msk_held_group group;
    uint8_t out[MSK_STORE_VALUE_MAX];
    size_t len;

    fill_group(&group, n);
    msk_record_put_group(&group, out, &len);
    return exact(out, len);
}

static void
reads_what_it_writes(void **state)
{
    struct msk_server_keys keys, want_keys;
    struct msk_held_group group, want_group;

    (void)state;
    for (size_t n = 0; n <= 2; n++) {
        memset(&keys, 0xA5, sizeof keys);
        assert_int_equal(msk_record_get_server(server_record(n), &keys),
                         n > 0 ? MSK_OK : MSK_ERR_RECORD);
        fill_server(&want_keys, n);
        if (n > 0)
            assert_memory_equal(&keys, &want_keys, sizeof keys);
        memset(&group, 0xA5, sizeof group);
        assert_int_equal(msk_record_get_group(group_record(n), &group), MSK_OK);
        fill_group(&want_group, n);
        assert_memory_equal(&group, &want_group, sizeof group);
    }
}

/* Records outlive the program that wrote them: their octets are fixed. */
static void
writes_these_octets(void **state)
{
    struct msk_server_keys keys = { .n = 1 };
    struct msk_held_group g = { .n = 1 };
    uint8_t out[MSK_STORE_VALUE_MAX];
    size_t len;

    (void)state;
    keys.age = 0x500000006;
    keys.muk[0].btid[0] = 'a';
    keys.muk[0].btid_len = 1;
    memcpy(keys.muk[0].key, "\x0b\x0c", 2);
    keys.muk[0].key_len = 2;
    keys.muk[0].has_counter = true;
    keys.muk[0].counter = 0x01020304;
    msk_record_put_server(&keys, out, &len);
    check_octets("server", exact(out, len),
                 hex("02 01 0000000500000006 01 61 02 0b0c 01 01020304"));
    g.msk[0].number = 0x0102;
    g.msk[0].key[0] = 0x0A;
    g.msk[0].key_len = 1;
    g.msk[0].rand[0] = 0x0B;
    g.msk[0].rand_len = 1;
    g.msk[0].seq_low = 3;
    g.msk[0].seq_high = 4;
    g.msk[0].counter = 5;
    g.msk[0].mtk_id = 6;
    g.sp[0] = 0x0C;
    g.sp_len = 1;
    g.owners.n = 2;
    g.owners.owner[0].tag[7] = 9;
    g.owners.owner[1].require = MSK_REQUIRE_INTEGRITY;
    g.released.n = 1;
    g.released.mtk[0].number = 7;
    g.released.mtk[0].mtk_id = 8;
    g.released.mtk[0].mtk.key[0] = 0x0D;
    g.released.mtk[0].mtk.key_len = 1;
    msk_record_put_group(&g, out, &len);
    check_octets("group", exact(out, len),
                 hex("02 01 0102 01 0a 01 0b 0003 0004 00 00000005 0006"
                     "01 0c 02 0000000000000009 00 0000000000000000 02"
                     "01 0007 0008 01 0d 00"));
}

static void
refuses_every_record_cut_short_or_lengthened(void **state)
{
    struct msk_server_keys keys;
    struct msk_held_group group;
    uint8_t longer[MSK_STORE_VALUE_MAX];

    (void)state;
    for (size_t n = 1; n <= 2; n++) {
        struct msk_bytes server = server_record(n), whole = group_record(n);

        for (size_t cut = 1; cut < server.n; cut++)
            assert_int_equal(msk_record_get_server(exact(server.p, cut), &keys),
                             MSK_ERR_RECORD);
        for (size_t cut = 0; cut < whole.n; cut++)
            assert_int_equal(msk_record_get_group(exact(whole.p, cut), &group),
                             MSK_ERR_RECORD);
        memcpy(longer, server.p, server.n);
        longer[server.n] = 0;
        assert_int_equal(
            msk_record_get_server(exact(longer, server.n + 1), &keys),
            MSK_ERR_RECORD);
        memcpy(longer, whole.p, whole.n);
        longer[whole.n] = 0;
        assert_int_equal(
            msk_record_get_group(exact(longer, whole.n + 1), &group),
            MSK_ERR_RECORD);
    }
}

/* Where any MSK has one; a record of before ends without them. */
static void
keeps_when_msks_end(void **state)
{
    struct msk_held_group group, want;
    uint8_t out[MSK_STORE_VALUE_MAX];
    size_t len, before = group_record(2).n;

    (void)state;
    fill_group(&want, 2);
    want.expiry[0].number = want.msk[1].number; /* in any order */
    want.expiry[0].at = UINT64_C(0x0102030405060708);
    msk_record_put_group(&want, out, &len);
    check_octets("the older one alone", exact(out + before, len - before),
                 hex("0000000000000000 0102030405060708"));
    assert_int_equal(msk_record_get_group(exact(out, len), &group), MSK_OK);
    assert_true(group.expiry[0].at == 0);
    assert_int_equal(group.expiry[1].number, want.msk[1].number);
    assert_true(group.expiry[1].at == want.expiry[0].at);
    for (size_t cut = before + 1; cut < len; cut++)
        assert_int_equal(msk_record_get_group(exact(out, cut), &group),
                         MSK_ERR_RECORD);
    assert_int_equal(msk_record_get_group(exact(out, before), &group), MSK_OK);
    memset(out + before, 0, len - before); /* nobody writes that */
    assert_int_equal(msk_record_get_group(exact(out, len), &group),
                     MSK_ERR_RECORD);
    want.expiry[0].number = 9; /* of one that is not held any more */
    msk_record_put_group(&want, out, &len);
    assert_int_equal(len, before);
}

static void
fill_history(struct msk_history *h, size_t n)
{
    memset(h, 0, sizeof *h);
    h->n = n;
    for (size_t i = 0; i < n; i++) {
        memset(h->past[i].name, (int)(1 + i), sizeof h->past[i].name);
        memset(h->past[i].tag, (int)(2 + i), sizeof h->past[i].tag);
        h->past[i].counter = 0x01020304;
        h->past[i].mtk_id = (uint16_t)i;
    }
}

static void
keeps_pasts_of_msks(void **state)
{
    struct msk_history h, got;
    uint8_t out[MSK_STORE_VALUE_MAX + 1];
    size_t len;

    (void)state;
    fill_history(&h, 1);
    msk_record_put_history(&h, out, &len);
    check_octets("one", exact(out, len),
                 hex("02 01 01010101010101 0202020202020202 01020304 0000"));
    fill_history(&h, MSK_HISTORY_MAX);
    msk_record_put_history(&h, out, &len);
    assert_true(len <= MSK_STORE_VALUE_MAX);
    memset(&got, 0xA5, sizeof got);
    assert_int_equal(msk_record_get_history(exact(out, len), &got), MSK_OK);
    assert_memory_equal(&got, &h, sizeof h);
    for (size_t cut = 1; cut < len; cut++)
        assert_int_equal(msk_record_get_history(exact(out, cut), &got),
                         MSK_ERR_RECORD);
    out[len] = 0;
    assert_int_equal(msk_record_get_history(exact(out, len + 1), &got),
                     MSK_ERR_RECORD);
    for (size_t n = 0; n <= 255; n++) { /* another number of them */
        out[1] = (uint8_t)n;
        assert_int_equal(msk_record_get_history(exact(out, len), &got),
                         n == MSK_HISTORY_MAX ? MSK_OK : MSK_ERR_RECORD);
    }
    assert_int_equal(msk_record_get_history(hex("02 00"), &got),
                     MSK_ERR_RECORD);
    out[1] = MSK_HISTORY_MAX;
    for (uint8_t version = 0; version < 4; version++) {
        out[0] = version;
        assert_int_equal(msk_record_get_history(exact(out, len), &got),
                         version == 2 ? MSK_OK : MSK_ERR_RECORD);
    }
    assert_int_equal(
        msk_record_get_history((struct msk_bytes){ NULL, 0 }, &got), MSK_OK);
    assert_int_equal(got.n, 0);
}

static void
takes_no_record_for_no_muk(void **state)
{
    struct msk_server_keys keys;

    (void)state;
    memset(&keys, 0xA5, sizeof keys);
    assert_int_equal(
        msk_record_get_server((struct msk_bytes){ NULL, 0 }, &keys), MSK_OK);
    assert_int_equal(keys.n, 0);
}

#define AGE "0000000000000005 "
#define A_MUK "01 61 01 0b 00 00000000"
#define AN_MSK "01 0a 01 0b 0003 0004 00 00000005 0006"
#define OWNER "0000000000000000 00"
#define ONE "01 " OWNER /* owner: the host, who requires nothing */
#define KEY_OF_33                                                     \
    "21 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d" \
    "1e1f20"

/* Records that no version 2 has written. */
static const char *const bad_servers[] = {
    "00 01" AGE A_MUK,                       /* version 0 */
    "01 01" A_MUK,                           /* version 1: no age */
    "03 01" AGE A_MUK,                       /* version 3 */
    "02 00" AGE,                             /* no MUK */
    "02 01" AGE "00 02 0b0c 01 01020304",    /* no B-TID */
    "02 01" AGE "01 61 00 01 01020304",      /* no key */
    "02 01" AGE "01 61 02 0b0c 02 01020304", /* a flag of 2 */
    "02 03" AGE A_MUK A_MUK A_MUK,
};
static const char *const bad_groups[] = {
    "00 00 00" ONE "00",
    "01 00 00 03 00", /* version 1: no owners */
    "03 00 00" ONE "00",
    "02 00 00 00 00",                     /* no owner */
    "02 00 00 01 0000000000000000 04 00", /* require 4 */
    "02 00 00 05" OWNER OWNER OWNER OWNER OWNER "00",
    "02 00 81",          /* SP too long */
    "02 00 00" ONE "03", /* three MTKs */
    "02 01 0000" AN_MSK "00" ONE "00",
    "02 01 0001 00 01 0b 0003 0004 00 00000005 0006 00" ONE "00",
    "02 01 0001 01 0a 01 0b 0003 0004 02 00000005 0006 00" ONE "00",
    "02 00 00" ONE "01 0000 0008 01 0d 00", /* an MTK under MSK number 0 */
    "02 00 00" ONE "01 0007 0000 01 0d 00", /* MTK ID 0 */
    "02 00 00" ONE "01 0007 0008 00 00",    /* no MTK */
    "02 00 00" ONE "01 0007 0008 01 0d 0f 000000000000000000000000000000",
    "02 01 0001" KEY_OF_33 "01 0b 0003 0004 00 00000005 0006 00" ONE "00",
    "02 03 0001" AN_MSK "0002" AN_MSK "0003" AN_MSK "00" ONE "00",
};

static void
refuses_records_that_it_would_not_write(void **state)
{
    struct msk_server_keys keys;
    struct msk_held_group group;

    (void)state;
    for (size_t i = 0; i < sizeof bad_servers / sizeof bad_servers[0]; i++)
        check_int(bad_servers[i],
                  msk_record_get_server(hex(bad_servers[i]), &keys),
                  MSK_ERR_RECORD);
    for (size_t i = 0; i < sizeof bad_groups / sizeof bad_groups[0]; i++)
        check_int(bad_groups[i],
                  msk_record_get_group(hex(bad_groups[i]), &group),
                  MSK_ERR_RECORD);
}

static void
names_records_so_that_no_two_are_alike(void **state)
{
    static const struct msk_group_id group = { { 1, 2, 3 }, 0x0405 };
    uint8_t out[MSK_RECORD_KEY_MAX];
    size_t len;

    (void)state;
    msk_record_server_key(chars("bmsc"), out, &len);
    check_octets("server", exact(out, len), hex("55 626d7363"));
    msk_record_server_key(chars("BmsC"), out, &len);
    check_octets("the same server", exact(out, len), hex("55 626d7363"));
    msk_record_group_key(&group, out, &len);
    check_octets("group", exact(out, len), hex("47 010203 0405"));
    msk_record_history_key(&group, out, &len);
    assert_int_equal(len, 2);
    assert_int_equal(out[0], 'H');
    msk_record_group_key(&group, out, &len);
    for (size_t bit = 0; bit < 24; bit++) {
        struct msk_group_id near = group;

        near.domain[bit / 8] ^= (uint8_t)(1 << bit % 8);
        msk_record_group_key(&near, out, &len);
        assert_memory_equal(out + 1, near.domain, sizeof near.domain);
        assert_memory_not_equal(out + 1, group.domain, sizeof group.domain);
    }
    assert_true(MSK_RECORD_KEY_MAX <= MSK_STORE_KEY_MAX);
}

/* No octet of a record may make the reader leave it, or loop. */
static void
reads_any_octets_to_a_record_that_it_would_write_or_to_none(void **state)
{
    struct rng rng;

    (void)state;
    rng_start(&rng, 5);
    for (size_t i = 0; i < 20000; i++) {
        struct msk_bytes whole =
            i % 2 == 0 ? server_record(2) : group_record(2);
        uint8_t *p = room(whole.n), out[MSK_STORE_VALUE_MAX];
        size_t len = 0;
        struct msk_server_keys keys;
        struct msk_held_group group;

        memcpy(p, whole.p, whole.n);
        for (size_t k = 0; k < 1 + i % 3; k++)
            p[rng_below(&rng, whole.n)] = (uint8_t)rng_next(&rng);
        whole.p = p;
        if (i % 2 == 0 && msk_record_get_server(whole, &keys) == MSK_OK)
            msk_record_put_server(&keys, out, &len);
        if (i % 2 == 1 && msk_record_get_group(whole, &group) == MSK_OK)
            msk_record_put_group(&group, out, &len);
        if (len > 0)
            check_octets("record", exact(out, len), whole);
        release(NULL);
    }
}

/* Groups in a row, as networks number them, share the records evenly. */
static void
spreads_groups_over_the_records(void **state)
{
    size_t n[MSK_HISTORY_RECORDS] = { 0 };

    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        struct msk_group_id id = { { 0x21, 0x63, 0x54 }, (uint16_t)(i + 1) };
        uint8_t bucket = msk_record_bucket(&id);

        assert_true(bucket < MSK_HISTORY_RECORDS);
        assert_int_equal(bucket, msk_record_bucket(&id));
        n[bucket]++;
    }
    for (size_t i = 0; i < MSK_HISTORY_RECORDS; i++)
        assert_int_equal(n[i], 64 / MSK_HISTORY_RECORDS);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(reads_what_it_writes),
        TEST(writes_these_octets),
        TEST(refuses_every_record_cut_short_or_lengthened),
        TEST(keeps_when_msks_end),
        TEST(keeps_pasts_of_msks),
        TEST(takes_no_record_for_no_muk),
        TEST(refuses_records_that_it_would_not_write),
        TEST(names_records_so_that_no_two_are_alike),
        TEST(reads_any_octets_to_a_record_that_it_would_write_or_to_none),
        TEST(spreads_groups_over_the_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
