/* SPDX-License-Identifier: MIT */
/* Key Groups of a BM-SC as records: made, packed, rekeyed, reserved. */
#include <string.h>

#include "bmsc/key_group.h"
#include "support.h"

#define MSK_HEX "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
#define RAND_HEX "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"

/* A record as it is stored: version, name, streaming, SP, MSK, RAND, SEQl,
 * SEQu, reserved, epoch. */
#define PACKED                             \
    "01"                                   \
    "216354 68ca 0007"                     \
    "01"                                   \
    "04 0d020001"                          \
    "10" MSK_HEX "10" RAND_HEX "0003 0064" \
    "00000009"                             \
    "00000002"

static uint8_t drawn;  /* what the source of numbers gives next */
static size_t fail_at; /* its n-th call fails; 0: none does */
static size_t calls;

static int
fill(void *user, uint8_t *out, size_t n)
{
    (void)user;
    if (++calls == fail_at)
        return -1;
    for (size_t i = 0; i < n; i++)
        out[i] = drawn++;
    return 0;
}

static const struct msk_random numbers = { sizeof numbers, NULL, fill };

static struct msk_key_group_config
config(void)
{
    struct msk_key_group_config c = { .size = sizeof c };

    memcpy(c.id.domain, hex("216354").p, 3);
    c.id.group = 0x68CA;
    c.id.number = 7;
    c.streaming = true;
    c.sp = hex("0d020001");
    c.msk = hex(MSK_HEX);
    c.rand = hex(RAND_HEX);
    c.seq_low = 3;
    c.seq_high = 100;
    return c;
}

static struct msk_bytes
packed(const struct msk_key_group *group)
{
    uint8_t *buf = room(MSK_KEY_GROUP_PACKED_MAX);
    size_t n;

    check_int("pack",
              msk_key_group_pack(group, buf, MSK_KEY_GROUP_PACKED_MAX, &n),
              MSK_OK);
    return exact(buf, n);
}

static int
setup(void **state)
{
    (void)state;
    drawn = 1;
    fail_at = 0;
    calls = 0;
    return 0;
}

static void
is_stored_with_every_field(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group group, again;

    (void)state;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    assert_int_equal(msk_key_group_reserve(&group, 4), MSK_OK);
    assert_int_equal(msk_key_group_reserve(&group, 5), MSK_OK);
    check_octets("stored", packed(&group), hex(PACKED));
    assert_int_equal(msk_key_group_unpack(&again, hex(PACKED)), MSK_OK);
    check_octets("again", packed(&again), hex(PACKED));
    /* What was reserved before a crash counts as used. */
    assert_int_equal(msk_group_at(&again)->used, 9);
}

static void
says_what_it_holds(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group group;
    struct msk_bytes msk, rand;
    struct msk_key_id id;

    (void)state;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    msk_key_group_id(&group, &id);
    assert_true(msk_key_id_equal(&id, &c.id));
    assert_true(msk_key_group_streaming(&group));
    msk_key_group_secrets(&group, &msk, &rand);
    check_octets("msk", msk, c.msk);
    check_octets("rand", rand, c.rand);
    c.streaming = false;
    c.sp.n = 0;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    assert_false(msk_key_group_streaming(&group));
}

static void
draws_what_is_not_given(void **state)
{
    static const struct {
        uint8_t key_len, want;
    } lengths[] = { { 0, 16 }, { 16, 16 }, { 24, 24 }, { 32, 32 } };
    struct msk_bytes msk, rand;
    struct msk_key_group group;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct msk_key_group_config c = config();

        c.msk.n = 0;
        c.rand.n = 0;
        c.key_len = lengths[i].key_len;
        drawn = 1;
        assert_int_equal(msk_key_group_init(&group, &c, &numbers), MSK_OK);
        msk_key_group_secrets(&group, &msk, &rand);
        assert_int_equal(msk.n, lengths[i].want);
        assert_int_equal(msk.p[0], 1);
        assert_int_equal(rand.n, 16);
        assert_int_equal(rand.p[15], msk.n + 16);
    }
}

static void
has_an_interval_by_default(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group group;

    (void)state;
    c.seq_low = 0;
    c.seq_high = 0;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    assert_int_equal(msk_group_at(&group)->seq_low, 0);
    assert_int_equal(msk_group_at(&group)->seq_high, 0xFFFE);
}

static void
refuses_what_no_group_has(void **state)
{
    static const uint8_t long_one[MSK_SP_MAX + 1];
    struct msk_bytes nowhere = { NULL, 16 };
    struct msk_key_group group;
    struct msk_key_group_config c;

    (void)state;
#define REFUSED(change)                                              \
    do {                                                             \
        c = config();                                                \
        change;                                                      \
        check_int(#change, msk_key_group_init(&group, &c, &numbers), \
                  MSK_ERR_ARGUMENT);                                 \
    } while (0)
    REFUSED(c.size = offsetof(struct msk_key_group_config, seq_high));
    REFUSED(c.id.group = 0);
    REFUSED(c.id.number = 0);
    REFUSED(c.streaming = false); /* and an SP */
    REFUSED(c.sp = ((struct msk_bytes){ long_one, MSK_SP_MAX + 1 }));
    REFUSED(c.sp = nowhere);
    REFUSED(c.key_len = 17);
    REFUSED(c.key_len = 24); /* and an MSK of 16 */
    REFUSED(c.msk = nowhere);
    REFUSED(c.msk.n = 15);
    REFUSED(c.rand = nowhere);
    REFUSED(c.rand.n = 15);
    REFUSED(c.rand = ((struct msk_bytes){ long_one, MSK_RAND_MAX + 1 }));
    REFUSED(c.seq_low = c.seq_high);
    REFUSED(c.seq_low = 101);
    REFUSED(c.seq_high = 0xFFFF);
#undef REFUSED
    c = config();
    assert_int_equal(msk_key_group_init(NULL, &c, &numbers), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_init(&group, NULL, &numbers),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_rekey(NULL, &numbers), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_reserve(NULL, 1), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_unpack(NULL, hex(PACKED)), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_unpack(&group, nowhere), MSK_ERR_ARGUMENT);
}

/* No randomness: no group, and a group stays as it was. */
static void
changes_nothing_without_randomness(void **state)
{
    static const uint8_t zeros[sizeof(struct msk_key_group)];
    struct msk_key_group_config c = config();
    struct msk_key_group group;
    struct msk_bytes before;

    (void)state;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    before = packed(&group);
    c.msk.n = 0;
    for (size_t n = 1; n <= 2; n++) {
        struct msk_key_group other;

        fail_at = n;
        calls = 0;
        assert_int_equal(msk_key_group_init(&other, &c, &numbers),
                         MSK_ERR_RANDOM);
        assert_memory_equal(&other, zeros, sizeof other);
        calls = 0;
        assert_int_equal(msk_key_group_rekey(&group, &numbers), MSK_ERR_RANDOM);
        check_octets("group", packed(&group), before);
    }
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_ERR_RANDOM);
}

/* Decision 8. */
static void
changes_msk_rand_and_number_together(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group group;
    struct msk_bytes msk, rand;
    struct msk_key_id id;

    (void)state;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    assert_int_equal(msk_key_group_reserve(&group, 97), MSK_OK);
    assert_int_equal(msk_key_group_reserve(&group, 1), MSK_ERR_STATE);
    assert_int_equal(msk_key_group_rekey(&group, &numbers), MSK_OK);
    msk_key_group_id(&group, &id);
    assert_int_equal(id.number, 8);
    msk_key_group_secrets(&group, &msk, &rand);
    check_octets("msk", msk, hex("0102030405060708090a0b0c0d0e0f10"));
    check_octets("rand", rand, hex("1112131415161718191a1b1c1d1e1f20"));
    assert_int_equal(msk_group_at(&group)->used, 0);
    assert_int_equal(msk_group_at(&group)->reserved, 0);
    assert_int_equal(msk_group_at(&group)->epoch, 1);
    assert_int_equal(msk_key_group_reserve(&group, 1), MSK_OK);
}

static void
is_used_up_with_its_last_number(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group group;
    struct msk_bytes before;

    (void)state;
    c.id.number = 0xFFFE;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    assert_int_equal(msk_key_group_rekey(&group, &numbers), MSK_OK);
    before = packed(&group);
    assert_int_equal(msk_key_group_rekey(&group, &numbers), MSK_ERR_STATE);
    check_octets("group", packed(&group), before);
}

static void
reserves_no_more_than_the_interval_has(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group group;

    (void)state;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    assert_int_equal(msk_key_group_reserve(&group, 0), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_reserve(&group, 96), MSK_OK);
    assert_int_equal(msk_key_group_reserve(&group, UINT32_MAX), MSK_OK);
    assert_int_equal(msk_group_at(&group)->reserved, 97);
    assert_int_equal(msk_group_at(&group)->epoch, 2);
    assert_int_equal(msk_key_group_reserve(&group, 1), MSK_ERR_STATE);
}

/* Every cut is refused; so is every other version. A changed octet is refused,
 * or is one of a record that could be. */
static void
refuses_damaged_records(void **state)
{
    struct msk_bytes good = hex(PACKED);
    static const uint8_t zeros[sizeof(struct msk_key_group)];
    struct msk_key_group group;

    (void)state;
    for (size_t n = 0; n < good.n; n++) {
        assert_int_equal(msk_key_group_unpack(&group, exact(good.p, n)),
                         MSK_ERR_RECORD);
        assert_memory_equal(&group, zeros, sizeof group);
    }
    for (size_t i = 0; i < good.n; i++)
        for (unsigned by = 1; by < 256; by++) {
            struct msk_bytes bad = exact(good.p, good.n);
            int err;

            ((uint8_t *)(uintptr_t)bad.p)[i] ^= (uint8_t)by;
            err = msk_key_group_unpack(&group, bad);
            if (err == MSK_OK)
                check_octets("the same record", packed(&group), bad);
            else
                assert_int_equal(err, MSK_ERR_RECORD);
            assert_true(i > 0 || err != MSK_OK);
            release(NULL);
            good = hex(PACKED);
        }
}

static void
refuses_records_that_no_group_packs(void **state)
{
    static const struct {
        const char *name, *record;
    } bad[] = {
        { "an octet behind it", PACKED "00" },
        { "group 0", "01 216354 0000 0007 01 04 0d020001 10" MSK_HEX
                     "10" RAND_HEX "0003 0064 00000009 00000002" },
        { "number 0", "01 216354 68ca 0000 01 04 0d020001 10" MSK_HEX
                      "10" RAND_HEX "0003 0064 00000009 00000002" },
        { "download with an SP", "01 216354 68ca 0007 00 04 0d020001 10" MSK_HEX
                                 "10" RAND_HEX "0003 0064 00000009 00000002" },
        { "no interval", "01 216354 68ca 0007 01 00 10" MSK_HEX "10" RAND_HEX
                         "0064 0064 00000000 00000002" },
        { "an interval up to 0xffff",
          "01 216354 68ca 0007 01 00 10" MSK_HEX "10" RAND_HEX
          "0003 ffff 00000000 00000002" },
        { "more reserved than there is",
          "01 216354 68ca 0007 01 00 10" MSK_HEX "10" RAND_HEX
          "0003 0064 00000062 00000002" },
        { "no RAND", "01 216354 68ca 0007 01 00 10" MSK_HEX
                     "00 0003 0064 00000009 00000002" },
        { "an MSK of 4", "01 216354 68ca 0007 01 00 04 a0a1a2a3 10" RAND_HEX
                         "0003 0064 00000009 00000002" },
    };
    struct msk_key_group group;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_int(bad[i].name, msk_key_group_unpack(&group, hex(bad[i].record)),
                  MSK_ERR_RECORD);
}

static void
says_how_much_room_it_needs(void **state)
{
    struct msk_key_group group;
    uint8_t *buf;
    size_t n, want = hex(PACKED).n;

    (void)state;
    assert_int_equal(msk_key_group_unpack(&group, hex(PACKED)), MSK_OK);
    for (size_t cap = 0; cap < want; cap++) {
        assert_int_equal(msk_key_group_pack(&group, room(cap), cap, &n),
                         MSK_ERR_SPACE);
        assert_int_equal(n, want);
    }
    buf = room(want);
    assert_int_equal(msk_key_group_pack(&group, buf, want, &n), MSK_OK);
    assert_int_equal(msk_key_group_pack(NULL, buf, want, &n), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_pack(&group, NULL, want, &n),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_pack(&group, buf, want, NULL),
                     MSK_ERR_ARGUMENT);
}

static void
is_wiped(void **state)
{
    static const uint8_t zeros[sizeof(struct msk_key_group)];
    struct msk_key_group group;

    (void)state;
    assert_int_equal(msk_key_group_unpack(&group, hex(PACKED)), MSK_OK);
    msk_key_group_wipe(&group);
    assert_memory_equal(&group, zeros, sizeof group);
    msk_key_group_wipe(NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, release)
    const struct CMUnitTest tests[] = {
        TEST(is_stored_with_every_field),
        TEST(says_what_it_holds),
        TEST(draws_what_is_not_given),
        TEST(has_an_interval_by_default),
        TEST(refuses_what_no_group_has),
        TEST(changes_nothing_without_randomness),
        TEST(changes_msk_rand_and_number_together),
        TEST(is_used_up_with_its_last_number),
        TEST(reserves_no_more_than_the_interval_has),
        TEST(refuses_damaged_records),
        TEST(refuses_records_that_no_group_packs),
        TEST(says_how_much_room_it_needs),
        TEST(is_wiped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
