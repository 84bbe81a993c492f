/* SPDX-License-Identifier: MIT */
/* Key Groups of a BM-SC as records: made, packed, rekeyed, reserved. */
#include <string.h>

#include "bmsc/key_group.h"
#include "support.h"

#define MSK_HEX "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
#define RAND_HEX "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"

#define MSK2_HEX "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
#define RAND2_HEX "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"

/* A record as it is stored: version, name, streaming, SP, key length, MTKs
 * sent at a time, epoch; then three MSKs: number, key, RAND, SEQl, SEQu,
 * reserved, past, in a row; 0: there is none. */
#define HEAD "02 216354 68ca 01 04 0d020001 10 02 00000002"
#define MSK(number, tail) number MSK_HEX "10" RAND_HEX tail
#define CURRENT MSK("0007", "0003 0064 00000009 00000000 00")
#define PACKED HEAD CURRENT "0000 0000"
#define THREE                                                              \
    HEAD MSK(                                                              \
        "0007",                                                            \
        "0003 0064 00000009 00000007 02") "0008" MSK2_HEX "10" RAND2_HEX   \
                                          "0000 fffe 00000000 00000000 00" \
                                          "0005" MSK2_HEX "10" RAND2_HEX   \
                                          "0000 000a 0000000a 00000008 00"

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

static const struct msk_group_msk *
current_of(const struct msk_key_group *group)
{
    return msk_group_current(msk_group_at(group));
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
    assert_int_equal(msk_key_group_unpack(&group, hex(THREE)), MSK_OK);
    check_octets("three", packed(&group), hex(THREE));
    /* What was reserved before a crash counts as used. */
    assert_int_equal(msk_group_current(msk_group_at(&again))->used, 9);
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
    msk_key_group_current(&group, &id);
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
    assert_int_equal(current_of(&group)->seq_low, 0);
    assert_int_equal(current_of(&group)->seq_high, 0xFFFE);
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
    REFUSED(c.size = offsetof(struct msk_key_group_config, mtks_sent));
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
    REFUSED(c.mtks_sent = 256);
#undef REFUSED
    c = config();
    assert_int_equal(msk_key_group_init(NULL, &c, &numbers), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_init(&group, NULL, &numbers),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_rekey(NULL, &numbers), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_reserve(NULL, 1), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_prepare(NULL, NULL, &numbers),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_group_switch(NULL), MSK_ERR_ARGUMENT);
    assert_false(msk_key_group_get(NULL, MSK_ROLE_CURRENT, NULL));
    assert_false(msk_key_group_get(&group, (enum msk_key_group_role)3, NULL));
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
        calls = 0;
        assert_int_equal(msk_key_group_prepare(&group, NULL, &numbers),
                         MSK_ERR_RANDOM);
        check_octets("group", packed(&group), before);
    }
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_ERR_ARGUMENT);
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
    msk_key_group_current(&group, &id);
    assert_int_equal(id.number, 8);
    msk_key_group_secrets(&group, &msk, &rand);
    check_octets("msk", msk, hex("0102030405060708090a0b0c0d0e0f10"));
    check_octets("rand", rand, hex("1112131415161718191a1b1c1d1e1f20"));
    assert_int_equal(current_of(&group)->used, 0);
    assert_int_equal(current_of(&group)->reserved, 0);
    assert_int_equal(msk_group_at(&group)->epoch, 1);
    assert_int_equal(msk_key_group_reserve(&group, 1), MSK_OK);
}

/* --- the next one ------------------------------------------------------- */

static bool
is_number(const struct msk_key_group *group, enum msk_key_group_role role,
          uint16_t number)
{
    struct msk_key_group_msk msk = { .size = sizeof msk };

    if (!msk_key_group_get(group, role, &msk))
        return number == 0;
    return number != 0 && msk.id.number == number && msk.id.group == 0x68CA &&
           memcmp(msk.id.domain, hex("216354").p, 3) == 0;
}

#define NUMBERS(previous, current, next)                                  \
    do {                                                                  \
        assert_true(is_number(&group, MSK_ROLE_PREVIOUS, previous));      \
        assert_true(is_number(&group, MSK_ROLE_CURRENT, current));        \
        assert_true(is_number(&group, MSK_ROLE_NEXT, next));              \
        check_int("unpack", msk_key_group_unpack(&group, packed(&group)), \
                  MSK_OK);                                                \
    } while (0)

/* Decision 33. */
static void
prepares_the_next_msk_and_switches_to_it(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group_msk msk = { .size = sizeof msk };
    struct msk_key_group group;

    (void)state;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    NUMBERS(0, 7, 0);
    assert_int_equal(msk_key_group_switch(&group), MSK_ERR_STATE);
    assert_int_equal(msk_key_group_prepare(&group, NULL, &numbers), MSK_OK);
    NUMBERS(0, 7, 8);
    assert_true(msk_key_group_get(&group, MSK_ROLE_NEXT, &msk));
    check_octets("msk", msk.msk, hex("0102030405060708090a0b0c0d0e0f10"));
    check_octets("rand", msk.rand, hex("1112131415161718191a1b1c1d1e1f20"));
    assert_int_equal(msk.seq_low, 3);
    assert_int_equal(msk.seq_high, 100);
    assert_int_equal(msk_key_group_prepare(&group, NULL, &numbers),
                     MSK_ERR_STATE);
    NUMBERS(0, 7, 8);
    assert_int_equal(msk_key_group_switch(&group), MSK_OK);
    NUMBERS(7, 8, 0);
    assert_true(msk_key_group_get(&group, MSK_ROLE_PREVIOUS, &msk));
    check_octets("msk", msk.msk, c.msk);
    check_octets("rand", msk.rand, c.rand);
    assert_int_equal(msk_key_group_prepare(&group, NULL, &numbers), MSK_OK);
    assert_int_equal(msk_key_group_switch(&group), MSK_OK);
    NUMBERS(8, 9, 0);
}

/* Who is shut out may have been given the next one already. */
static void
lets_the_next_one_go_when_it_is_rekeyed_at_once(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group group;
    struct msk_bytes msk, rand;

    (void)state;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    assert_int_equal(msk_key_group_prepare(&group, NULL, &numbers), MSK_OK);
    assert_int_equal(msk_key_group_rekey(&group, &numbers), MSK_OK);
    NUMBERS(7, 9, 0);
    msk_key_group_secrets(&group, &msk, &rand);
    assert_int_equal(msk.p[0], 0x21); /* drawn after that of the next one */
}

static void
switches_when_the_interval_is_used_up(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group group;

    (void)state;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    assert_int_equal(msk_key_group_reserve(&group, 97), MSK_OK);
    assert_int_equal(msk_key_group_prepare(&group, NULL, &numbers), MSK_OK);
    /* This writer has some left. */
    assert_int_equal(msk_key_group_reserve(&group, 1), MSK_ERR_STATE);
    assert_true(is_number(&group, MSK_ROLE_CURRENT, 7));
    for (int i = 0; i < 97; i++)
        msk_group_made(msk_group_of(&group));
    assert_int_equal(msk_key_group_reserve(&group, 200), MSK_OK);
    NUMBERS(7, 8, 0);
    assert_int_equal(current_of(&group)->reserved, 97);
    assert_int_equal(msk_key_group_reserve(&group, 1), MSK_ERR_STATE);
    NUMBERS(7, 8, 0);
}

static struct msk_key_group_next
made_elsewhere(void)
{
    struct msk_key_group_next n = { .size = sizeof n };

    n.number = 0x1234;
    n.msk = hex(MSK2_HEX);
    n.rand = hex(RAND2_HEX);
    n.seq_low = 9;
    n.seq_high = 90;
    return n;
}

static void
takes_an_msk_that_was_made_elsewhere(void **state)
{
    struct msk_key_group_next n = made_elsewhere();
    struct msk_key_group_msk msk = { .size = sizeof msk };
    struct msk_key_group group;
    struct msk_bytes before;

    (void)state;
    assert_int_equal(msk_key_group_unpack(&group, hex(PACKED)), MSK_OK);
    before = packed(&group);
#define WANT(change, want)                                                 \
    do {                                                                   \
        n = made_elsewhere();                                              \
        change;                                                            \
        check_int(#change, msk_key_group_prepare(&group, &n, NULL), want); \
        check_octets(#change, packed(&group), before);                     \
    } while (0)
    WANT(n.size = offsetof(struct msk_key_group_next, seq_high),
         MSK_ERR_ARGUMENT);
    WANT(n.number = 0, MSK_ERR_ARGUMENT);
    WANT(n.number = 7, MSK_ERR_CONFLICT);
    WANT(n.number = 6, MSK_ERR_CONFLICT);
    WANT(n.msk.n = 0, MSK_ERR_ARGUMENT);
    WANT(n.msk.n = 15, MSK_ERR_ARGUMENT);
    WANT(n.msk.p = NULL, MSK_ERR_ARGUMENT);
    WANT(n.msk = hex(MSK_HEX), MSK_ERR_CONFLICT);
    WANT(n.rand.n = 0, MSK_ERR_ARGUMENT);
    WANT(n.rand.n = 15, MSK_ERR_ARGUMENT);
    WANT(n.rand.p = NULL, MSK_ERR_ARGUMENT);
    WANT(n.rand.n = MSK_RAND_MAX + 1, MSK_ERR_ARGUMENT);
    WANT(n.rand = hex(RAND_HEX), MSK_ERR_CONFLICT);
    WANT(n.seq_low = 90, MSK_ERR_ARGUMENT);
    WANT(n.seq_high = 0xFFFF, MSK_ERR_ARGUMENT);
#undef WANT
    n = made_elsewhere();
    assert_int_equal(msk_key_group_prepare(&group, &n, NULL), MSK_OK);
    NUMBERS(0, 7, 0x1234);
    assert_true(msk_key_group_get(&group, MSK_ROLE_NEXT, &msk));
    check_octets("msk", msk.msk, n.msk);
    check_octets("rand", msk.rand, n.rand);
    assert_int_equal(msk.seq_low, 9);
    assert_int_equal(msk.seq_high, 90);
    n.seq_low = n.seq_high = 0;
    assert_int_equal(msk_key_group_unpack(&group, hex(PACKED)), MSK_OK);
    assert_int_equal(msk_key_group_prepare(&group, &n, NULL), MSK_OK);
    assert_true(msk_key_group_get(&group, MSK_ROLE_NEXT, &msk));
    assert_int_equal(msk.seq_low, 3);
    assert_int_equal(msk.seq_high, 100);
}

/* Decision 8, for the one before the current one as well. */
static void
takes_nothing_that_the_one_before_has(void **state)
{
    const struct msk_bytes fresh = hex("11111111111111111111111111111111");
    struct msk_key_group_next n = made_elsewhere();
    struct msk_key_group group;

    (void)state;
    assert_int_equal(msk_key_group_unpack(&group, hex(PACKED)), MSK_OK);
    assert_int_equal(msk_key_group_prepare(&group, &n, NULL), MSK_OK);
    assert_int_equal(msk_key_group_switch(&group), MSK_OK);
    NUMBERS(7, 0x1234, 0);
    n.number++;
    n.msk = hex(MSK_HEX);
    n.rand = fresh;
    check_int("its key", msk_key_group_prepare(&group, &n, NULL),
              MSK_ERR_CONFLICT);
    n.msk = fresh;
    n.rand = hex(RAND_HEX);
    check_int("its RAND", msk_key_group_prepare(&group, &n, NULL),
              MSK_ERR_CONFLICT);
    n.rand = fresh;
    assert_int_equal(msk_key_group_prepare(&group, &n, NULL), MSK_OK);
}

/* --- SEQl of now --------------------------------------------------------- */

static uint16_t
seq_low(const struct msk_key_group *group)
{
    struct msk_key_group_msk msk = { .size = sizeof msk };

    assert_true(msk_key_group_get(group, MSK_ROLE_CURRENT, &msk));
    return msk.seq_low;
}

static void
make(struct msk_key_group *group, unsigned n)
{
    while (n-- > 0)
        msk_group_made(msk_group_of(group));
}

/* Decision 28: just below the oldest MTK whose messages are still sent. */
static void
says_a_seql_that_follows_the_mtks(void **state)
{
    static const uint32_t at_a_time[] = { 0, 1, 2, 5, 255 };

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct msk_key_group_config c = config();
        const unsigned sent = i == 0 ? 2 : at_a_time[i];
        struct msk_key_group group;

        c.mtks_sent = at_a_time[i];
        c.seq_high = 1000;
        assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
        assert_int_equal(msk_key_group_reserve(&group, 600), MSK_OK);
        for (unsigned made = 1; made <= 600; made++) {
            make(&group, 1);
            assert_int_equal(seq_low(&group),
                             3 + (made > sent ? made - sent : 0));
        }
    }
}

/* A node that only pushes has the record of the last commit; who goes on after
 * a crash has it, too, until it has made as many as are sent at a time. */
static void
says_a_seql_that_no_other_node_has_gone_past(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group writer, other;

    (void)state;
    assert_int_equal(msk_key_group_init(&writer, &c, NULL), MSK_OK);
    assert_int_equal(msk_key_group_reserve(&writer, 10), MSK_OK);
    make(&writer, 10);
    assert_int_equal(msk_key_group_reserve(&writer, 10), MSK_OK);
    assert_int_equal(msk_key_group_unpack(&other, packed(&writer)), MSK_OK);
    assert_int_equal(seq_low(&other), 11);
    make(&writer, 5);
    assert_int_equal(seq_low(&writer), 16);
    assert_int_equal(seq_low(&other), 11);
    /* It falls; the other one goes on after what was reserved. */
    assert_int_equal(msk_key_group_reserve(&other, 5), MSK_OK);
    make(&other, 1);
    assert_int_equal(current_of(&other)->used, 21);
    assert_int_equal(seq_low(&other), 11);
    make(&other, 1);
    assert_int_equal(seq_low(&other), 23); /* 24 and 25 are sent */
    make(&other, 1);
    assert_int_equal(seq_low(&other), 24);
}

/* A writer that commits what it made before it sends may load each time. */
static void
says_a_seql_that_follows_through_a_record(void **state)
{
    struct msk_key_group_config c = config();
    struct msk_key_group group;

    (void)state;
    assert_int_equal(msk_key_group_init(&group, &c, NULL), MSK_OK);
    for (unsigned made = 1; made <= 20; made++) {
        assert_int_equal(msk_key_group_reserve(&group, 1), MSK_OK);
        make(&group, 1);
        assert_int_equal(msk_key_group_unpack(&group, packed(&group)), MSK_OK);
        assert_int_equal(seq_low(&group), 3 + (made > 2 ? made - 2 : 0));
    }
    /* One was reserved and perhaps not made: as at the commit before. */
    assert_int_equal(msk_key_group_reserve(&group, 1), MSK_OK);
    assert_int_equal(msk_key_group_unpack(&group, packed(&group)), MSK_OK);
    assert_int_equal(seq_low(&group), 3 + 18);
    assert_int_equal(msk_key_group_reserve(&group, 1), MSK_OK);
    make(&group, 1);
    assert_int_equal(seq_low(&group), 3 + 18);
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
    assert_int_equal(msk_key_group_prepare(&group, NULL, &numbers),
                     MSK_ERR_STATE);
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
    assert_int_equal(current_of(&group)->reserved, 97);
    assert_int_equal(msk_group_at(&group)->epoch, 2);
    assert_int_equal(msk_key_group_reserve(&group, 1), MSK_ERR_STATE);
}

/* Every cut is refused; so is every other version. A changed octet is refused,
 * or is one of a record that could be. */
static void
refuses_damaged_records(void **state)
{
    struct msk_bytes good = hex(THREE);
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
            good = hex(THREE);
        }
}

static void
refuses_records_that_no_group_packs(void **state)
{
    static const struct {
        const char *name, *record;
    } bad[] = {
        { "an octet after it", PACKED "00" },
        { "version 1",
          "01 216354 68ca 01 04 0d020001 10 02 00000002" CURRENT "0000 0000" },
        { "group 0",
          "02 216354 0000 01 04 0d020001 10 02 00000002" CURRENT "0000 0000" },
        { "no current MSK", HEAD "0000 0000 0000" },
        { "download with an SP",
          "02 216354 68ca 00 04 0d020001 10 02 00000002" CURRENT "0000 0000" },
        { "no MTK sent",
          "02 216354 68ca 01 04 0d020001 10 00 00000002" CURRENT "0000 0000" },
        { "no interval",
          HEAD MSK("0007", "0064 0064 00000000 00000000 00") "0000 0000" },
        { "an interval up to 0xffff",
          HEAD MSK("0007", "0003 ffff 00000000 00000000 00") "0000 0000" },
        { "more reserved than there is",
          HEAD MSK("0007", "0003 0064 00000062 00000000 00") "0000 0000" },
        { "more past than used",
          HEAD MSK("0007", "0003 0064 00000009 0000000a 00") "0000 0000" },
        { "all of it past",
          HEAD MSK("0007", "0003 0064 00000061 00000061 00") "0000 0000" },
        { "more in a row than are sent",
          HEAD MSK("0007", "0003 0064 00000009 00000006 03") "0000 0000" },
        { "more in a row than were made",
          HEAD MSK("0007", "0003 0064 00000001 00000000 02") "0000 0000" },
        { "more after the row than is past",
          HEAD MSK("0007", "0003 0064 00000009 00000006 02") "0000 0000" },
        { "no RAND",
          HEAD "0007" MSK_HEX "00 0003 0064 00000009 00000000 00 0000 0000" },
        { "an MSK of 4",
          "02 216354 68ca 01 04 0d020001 04 02 00000002 0007"
          "a0a1a2a3 10" RAND_HEX "0003 0064 00000009 00000000 00 0000 0000" },
        { "a next one with the same number",
          HEAD CURRENT MSK("0007", "0003 0064 00000000 00000000 00") "0000" },
        { "a next one with a lower number",
          HEAD CURRENT MSK("0006", "0003 0064 00000000 00000000 00") "0000" },
        { "a previous one with the same number",
          HEAD CURRENT "0000" MSK("0007", "0003 0064 00000000 00000000 00") },
        { "a next one without an interval",
          HEAD CURRENT MSK("0008", "0064 0064 00000000 00000000 00") "0000" },
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

/* Not one MTK at a time: nobody could join. */
static void
reads_no_group_that_sends_none_at_a_time(void **state)
{
    struct msk_key_group g;

    (void)state;
    check_int(
        "one",
        msk_key_group_unpack(
            &g, hex("02 216354 68ca 01 04 0d020001 10 01 00000002" MSK(
                    "0007", "0003 0064 00000000 00000000 00") "0000 0000")),
        MSK_OK);
    check_int(
        "none",
        msk_key_group_unpack(
            &g, hex("02 216354 68ca 01 04 0d020001 10 00 00000002" MSK(
                    "0007", "0003 0064 00000000 00000000 00") "0000 0000")),
        MSK_ERR_RECORD);
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
        TEST(reads_no_group_that_sends_none_at_a_time),
        TEST(changes_nothing_without_randomness),
        TEST(changes_msk_rand_and_number_together),
        TEST(prepares_the_next_msk_and_switches_to_it),
        TEST(lets_the_next_one_go_when_it_is_rekeyed_at_once),
        TEST(switches_when_the_interval_is_used_up),
        TEST(takes_an_msk_that_was_made_elsewhere),
        TEST(takes_nothing_that_the_one_before_has),
        TEST(says_a_seql_that_follows_the_mtks),
        TEST(says_a_seql_that_no_other_node_has_gone_past),
        TEST(says_a_seql_that_follows_through_a_record),
        TEST(is_used_up_with_its_last_number),
        TEST(reserves_no_more_than_the_interval_has),
        TEST(refuses_damaged_records),
        TEST(refuses_records_that_no_group_packs),
        TEST(says_how_much_room_it_needs),
        TEST(is_wiped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
