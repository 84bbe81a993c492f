/* SPDX-License-Identifier: MIT */
/* What a BM-SC is made of, and the MTK messages that it makes. */
#include <string.h>

#include "bmsc/bmsc.h"
#include "bmsc/key_group.h"
#include "office.h"

#define GROUP 0x18CF

static struct office o;
static uint8_t memory[MSK_BMSC_SIZE + 8];

#define IN_BOTH_LAYOUTS \
    for (int layout = 1; layout <= 2; layout++, release(NULL))

static void
takes_memory_of_any_alignment_and_wipes_it(void **state)
{
    static const uint8_t zeros[MSK_BMSC_SIZE];
    struct msk_bmsc *bmsc;

    (void)state;
    office_start(&o, MSK_LAYOUT_CSB, NULL);
    for (size_t i = 0; i < 8; i++) {
        memset(memory, 0xA5, sizeof memory);
        assert_int_equal(
            msk_bmsc_init(&bmsc, memory + i, MSK_BMSC_SIZE, &o.config), MSK_OK);
        assert_true((const uint8_t *)bmsc >= memory + i);
        assert_true((const uint8_t *)(bmsc + 1) <= memory + i + MSK_BMSC_SIZE);
        msk_bmsc_wipe(bmsc);
        assert_memory_equal(bmsc, zeros, sizeof *bmsc);
    }
    msk_bmsc_wipe(NULL);
}

static void
has_the_defaults_that_its_header_says(void **state)
{
    struct msk_bmsc *bmsc;
    struct msk_bmsc_config c;

    (void)state;
    IN_BOTH_LAYOUTS
    {
        office_start(&o, (enum msk_layout)layout, NULL);
        c = o.config;
        assert_int_equal(msk_bmsc_init(&bmsc, memory, sizeof memory, &c),
                         MSK_OK);
        assert_int_equal(bmsc->config.retry, 2000);
        assert_int_equal(bmsc->config.spacing, 250);
        assert_int_equal(bmsc->config.retries, 4);
        assert_int_equal(bmsc->config.unanswered, 3);
        assert_int_equal(bmsc->confirms, layout == MSK_LAYOUT_CSB);
        /* Copied: the caller's may go. */
        assert_ptr_equal(bmsc->config.fqdn.p, bmsc->fqdn);
        check_octets("fqdn", bmsc->config.fqdn, c.fqdn);
        check_octets("key", bmsc->digest.nonce_key, c.nonce_key);
        assert_ptr_not_equal(bmsc->digest.nonce_key.p, c.nonce_key.p);
    }
}

static void
refuses_a_configuration_that_is_none(void **state)
{
    static const uint8_t much[MSK_FQDN_MAX + 1];
    const struct msk_random no_fill = { sizeof no_fill, NULL, NULL };
    struct msk_bmsc *bmsc;
    struct msk_bmsc_config c;

    (void)state;
    office_start(&o, MSK_LAYOUT_CSB, NULL);
#define TRY(change, want)                                                   \
    do {                                                                    \
        c = o.config;                                                       \
        change;                                                             \
        check_int(#change, msk_bmsc_init(&bmsc, memory, sizeof memory, &c), \
                  want);                                                    \
    } while (0)
#define REFUSED(change) TRY(change, MSK_ERR_ARGUMENT)
    REFUSED(c.size = offsetof(struct msk_bmsc_config, trace));
    REFUSED(c.layout = (enum msk_layout)0);
    REFUSED(c.layout = (enum msk_layout)3);
    REFUSED(c.ext = (enum msk_ext_position)2);
    REFUSED(c.ext_type = 1);
    REFUSED(c.layout = MSK_LAYOUT_KEYID; c.ext_type = MSK_EXT_KEY_TYPE);
    REFUSED(c.fqdn.n = 0);
    REFUSED(c.fqdn.p = NULL);
    REFUSED(c.fqdn = ((struct msk_bytes){ much, MSK_FQDN_MAX + 1 }));
    REFUSED(c.crypto = NULL);
    REFUSED(c.random = NULL);
    REFUSED(c.random = &no_fill);
    REFUSED(c.find_group = NULL);
    REFUSED(c.nonce_key.n = 15);
    REFUSED(c.nonce_key.p = NULL);
    REFUSED(c.nonce_key = ((struct msk_bytes){ much, 65 }));
    REFUSED(c.acks = (enum msk_ack_mode)3);
    REFUSED(c.acks = MSK_ACK_SAMPLED); /* and of how many? */
    REFUSED(c.confirm = (enum msk_confirm)3);
    REFUSED(c.retry = 3600001);
    REFUSED(c.spacing = 2001);
    REFUSED(c.retry = 100; c.spacing = 101);
    REFUSED(c.retries = 8);
    REFUSED(c.unanswered = 256);
    TRY(c.retries = 7, MSK_OK);
    TRY(c.retry = 3600000, MSK_OK);
    TRY(c.spacing = 2000, MSK_OK);
    TRY(c.retry = c.spacing = 100, MSK_OK);
    TRY(c.retry = 1, MSK_OK);
    TRY(c.unanswered = 255, MSK_OK);
    TRY(c.nonce_key = ((struct msk_bytes){ much, 64 }), MSK_OK);
    TRY(c.nonce_key = ((struct msk_bytes){ much, 16 }), MSK_OK);
    TRY(c.fqdn = ((struct msk_bytes){ much, MSK_FQDN_MAX }), MSK_OK);
    TRY(c.authorise = NULL; c.service_groups = NULL; c.xml = NULL;
        c.trace = NULL, MSK_OK);
#undef REFUSED
#undef TRY
    assert_int_equal(msk_bmsc_init(NULL, memory, sizeof memory, &o.config),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_bmsc_init(&bmsc, NULL, sizeof memory, &o.config),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_bmsc_init(&bmsc, memory, sizeof memory, NULL),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_bmsc_init(&bmsc, memory, MSK_BMSC_SIZE - 1, &o.config),
                     MSK_ERR_SPACE);
}

/* --- MTK messages -------------------------------------------------------- */

static struct msk_bytes buf;

static int
make_mtk(struct msk_key_group *g, uint8_t mtk, uint16_t *id)
{
    bool streaming = msk_key_group_streaming(g);
    uint8_t *out = room(MSK_MIKEY_MAX);
    uint8_t key[16], salt[14];
    struct msk_bmsc_mtk made;
    size_t n = 0;
    int err;

    memset(key, mtk, sizeof key);
    memset(salt, mtk + 1, sizeof salt);
    made = (struct msk_bmsc_mtk){ .size = sizeof made,
                                  .key = { key, 16 },
                                  .salt = { salt, streaming ? 14u : 0u } };
    err = msk_bmsc_make_mtk(o.bmsc, g, &made, out, MSK_MIKEY_MAX, &n);
    *id = made.mtk_id;
    if (err == MSK_OK)
        buf = exact(out, n);
    return err;
}

/* The UE gets the MSK, and then every MTK under it. */
static void
makes_mtk_messages_that_the_ue_takes(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int streaming = 0; streaming < 2; streaming++) {
        struct msk_key_group *g;
        uint16_t id = 0;

        office_start(&o, (enum msk_layout)layout, NULL);
        g = office_group(&o, GROUP, streaming == 1);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(make_mtk(g, 1, &id), MSK_ERR_STATE);
        assert_int_equal(msk_key_group_reserve(g, 3), MSK_OK);
        for (uint8_t i = 1; i <= 3; i++) {
            assert_int_equal(make_mtk(g, i, &id), MSK_OK);
            assert_int_equal(id, i);
            assert_int_equal(chip_receive(&o.chip, buf), MSK_OK);
            assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_MTK);
        }
        assert_int_equal(make_mtk(g, 4, &id), MSK_ERR_STATE);
        /* Decision 8: a new MSK counts anew. */
        assert_int_equal(msk_key_group_rekey(g, &o.random), MSK_OK);
        assert_int_equal(make_mtk(g, 5, &id), MSK_ERR_STATE);
        assert_int_equal(msk_key_group_reserve(g, 1), MSK_OK);
        assert_int_equal(make_mtk(g, 5, &id), MSK_OK);
        assert_int_equal(id, 1);
    }
}

static void
with_rand(struct msk_bmsc_config *c)
{
    c->mtk_rand = true;
}

/* Decision 39: the MSK went to the UE by the control plane, without RAND. */
static void
makes_mtk_messages_for_an_msk_without_rand(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int rand = 0; rand < 2; rand++) {
        struct msk_import import = { .size = sizeof import };
        struct msk_key_group_msk msk = { .size = sizeof msk };
        struct msk_key_group *g;
        uint16_t id;

        office_start(&o, (enum msk_layout)layout, rand == 1 ? with_rand : NULL);
        g = office_group(&o, GROUP, true);
        assert_true(msk_key_group_get(g, MSK_ROLE_CURRENT, &msk));
        import.id = msk.id;
        import.key = msk.msk;
        import.seq_low = msk.seq_low;
        import.seq_high = msk.seq_high;
        assert_int_equal(chip_import(&o.chip, &import), MSK_OK);
        assert_int_equal(msk_key_group_reserve(g, 1), MSK_OK);
        assert_int_equal(make_mtk(g, 1, &id), MSK_OK);
        assert_int_equal(chip_receive(&o.chip, buf),
                         rand == 1 ? MSK_OK : MSK_ERR_NO_RAND);
    }
}

/* The type of general extension in a message where EXT follows HDR. */
static int
ext_type_of(struct msk_bytes message)
{
    struct msk_mikey_header header;
    struct msk_mikey_cursor cursor;
    struct msk_payload p = { .type = MSK_PAYLOAD_LAST };

    check_int("begin",
              msk_mikey_begin(&cursor, message, MSK_PAYLOADS_MBMS, &header),
              MSK_OK);
    check_int("next", msk_mikey_next(&cursor, &p), MSK_OK);
    return p.type == MSK_PAYLOAD_EXT ? p.kind : -1;
}

static void
write_as_in_2004(struct msk_bmsc_config *config)
{
    config->ext_type = MSK_EXT_KEY_TYPE;
}

static void
write_as_today(struct msk_bmsc_config *config)
{
    config->ext_type = MSK_EXT_KEY_ID;
}

/* Decision 34: MSK message, pull and MTK message, and the UE takes each. */
static void
names_keys_under_the_type_that_is_set(void **state)
{
    static void (*const change[])(struct msk_bmsc_config * config) = {
        NULL, write_as_today, write_as_in_2004
    };
    static const int want[] = { MSK_EXT_KEY_ID, MSK_EXT_KEY_ID,
                                MSK_EXT_KEY_TYPE };

    (void)state;
    for (size_t i = 0; i < 3; i++, release(NULL)) {
        struct msk_key_group *g;
        uint16_t id;

        office_start(&o, MSK_LAYOUT_CSB, change[i]);
        g = office_group(&o, GROUP, false);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(ext_type_of(o.message[0]), want[i]);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(msk_key_group_reserve(g, 1), MSK_OK);
        assert_int_equal(make_mtk(g, 1, &id), MSK_OK);
        assert_int_equal(ext_type_of(buf), want[i]);
        assert_int_equal(chip_receive(&o.chip, buf), MSK_OK);
        assert_int_equal(office_ack(&o, o.ack), MSK_OK);
        assert_int_equal(office_pull(&o, g), MSK_OK);
        assert_int_equal(ext_type_of(o.message[0]), want[i]);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        assert_int_equal(o.chip.result.outcome, MSK_OUTCOME_PULL);
    }
}

/* One writer for each MSK: what another one had reserved is lost to it. */
static void
starts_after_what_was_reserved(void **state)
{
    uint8_t *packed = room(MSK_KEY_GROUP_PACKED_MAX);
    struct msk_key_group *g, other;
    struct msk_message first, second;
    uint16_t id;
    size_t n;

    (void)state;
    office_start(&o, MSK_LAYOUT_CSB, NULL);
    g = office_group(&o, GROUP, false);
    assert_int_equal(msk_key_group_reserve(g, 5), MSK_OK);
    assert_int_equal(
        msk_key_group_pack(g, packed, MSK_KEY_GROUP_PACKED_MAX, &n), MSK_OK);
    assert_int_equal(make_mtk(g, 1, &id), MSK_OK);
    assert_int_equal(id, 1);
    assert_int_equal(msk_message_read(MSK_LAYOUT_CSB, buf, &first, NULL),
                     MSK_OK);
    assert_int_equal(msk_key_group_unpack(&other, exact(packed, n)), MSK_OK);
    assert_int_equal(make_mtk(&other, 2, &id), MSK_ERR_STATE);
    assert_int_equal(msk_key_group_reserve(&other, 1), MSK_OK);
    assert_int_equal(make_mtk(&other, 2, &id), MSK_OK);
    assert_int_equal(id, 6);
    assert_int_equal(msk_message_read(MSK_LAYOUT_CSB, buf, &second, NULL),
                     MSK_OK);
    assert_int_equal(first.counter, 1);
    assert_int_equal(second.counter, 6);
}

/* Decision 28, at the UE: who joins late takes the current MTK and the next,
 * and what was recorded before is too old for it. */
static void
lets_a_late_member_take_what_is_sent_and_nothing_older(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        static uint8_t sent[6][MSK_MIKEY_MAX];
        uint8_t key[16] = { 1 };
        struct msk_bmsc_mtk mtk = { .size = sizeof mtk, .key = { key, 16 } };
        struct msk_key_group *g;
        size_t n[6];

        office_start(&o, (enum msk_layout)layout, NULL);
        g = office_group(&o, GROUP, false);
        assert_int_equal(msk_key_group_reserve(g, 6), MSK_OK);
        for (size_t i = 0; i < 6; i++)
            assert_int_equal(msk_bmsc_make_mtk(o.bmsc, g, &mtk, sent[i],
                                               sizeof sent[i], &n[i]),
                             MSK_OK);
        assert_int_equal(office_push(&o, g), MSK_OK);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, GROUP, "1 4..65534 -");
        for (size_t i = 0; i < 6; i++)
            assert_int_equal(chip_receive(&o.chip, exact(sent[i], n[i])),
                             i < 4 ? MSK_ERR_RANGE : MSK_OK);
    }
}

/* At each sending: also when it is sent again. */
static void
sends_the_seql_of_now_when_it_sends_again(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        struct msk_key_group *g;
        uint16_t id;

        office_start(&o, (enum msk_layout)layout, NULL);
        g = office_group(&o, GROUP, false);
        assert_int_equal(msk_key_group_reserve(g, 9), MSK_OK);
        assert_int_equal(office_push(&o, g), MSK_OK);
        for (int i = 0; i < 9; i++)
            assert_int_equal(make_mtk(g, 1, &id), MSK_OK);
        o.now = msk_subscriber_due(&o.subscriber);
        assert_int_equal(office_timer(&o), MSK_OK);
        assert_int_equal(o.sent, 1);
        assert_int_equal(office_arrives(&o, 0), MSK_OK);
        check_held(&o.chip, GROUP, "1 7..65534 -");
    }
}

/* The last MTK ID is SEQu; then the MSK has to be rolled. */
static void
ends_with_the_interval(void **state)
{
    struct msk_key_group *g;
    uint16_t id;

    (void)state;
    office_start(&o, MSK_LAYOUT_KEYID, NULL);
    g = office_group(&o, GROUP, false);
    msk_group_of(g)->msk[0].seq_low = 0xFFFB;
    assert_int_equal(msk_key_group_reserve(g, 100), MSK_OK);
    for (uint16_t want = 0xFFFC; want <= 0xFFFE; want++) {
        assert_int_equal(make_mtk(g, 1, &id), MSK_OK);
        assert_int_equal(id, want);
    }
    assert_int_equal(make_mtk(g, 1, &id), MSK_ERR_STATE);
    assert_int_equal(msk_key_group_reserve(g, 1), MSK_ERR_STATE);
}

static void
uses_up_no_counter_when_it_fails(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (int what = 0; what < 2; what++)
        for (size_t n = 1;; n++) {
            struct msk_key_group *g;
            uint16_t id;
            int err;

            office_start(&o, (enum msk_layout)layout, NULL);
            g = office_group(&o, GROUP, true);
            assert_int_equal(msk_key_group_reserve(g, 1), MSK_OK);
            o.draws = 0;
            o.crypto.calls = 0;
            o.fail_draw = what == 0 ? n : 0;
            o.crypto.fail_at = what == 1 ? n : 0;
            err = make_mtk(g, 1, &id);
            o.fail_draw = 0;
            o.crypto.fail_at = 0;
            assert_int_equal(o.crypto.open, 0);
            if (err == MSK_OK) {
                assert_true(n > 1);
                break;
            }
            assert_int_equal(err, what == 0 ? MSK_ERR_RANDOM : MSK_ERR_CRYPTO);
            assert_int_equal(make_mtk(g, 1, &id), MSK_OK);
            assert_int_equal(id, 1);
            release(NULL);
        }
}

static void
refuses_an_mtk_that_is_none(void **state)
{
    struct msk_bytes mtk = hex("000102030405060708090a0b0c0d0e0f");
    struct msk_bytes salt = hex("000102030405060708090a0b0c0d");
    struct msk_bmsc_mtk good = { sizeof good, mtk, salt, 0 };
    struct msk_bmsc_mtk half = { sizeof half, { mtk.p, 8 }, salt, 0 };
    struct msk_bmsc_mtk plain = { sizeof plain, mtk, { NULL, 0 }, 0 };
    struct msk_bmsc_mtk old = { sizeof old - 8, mtk, salt, 0 };
    uint8_t *out = room(MSK_MIKEY_MAX);
    struct msk_key_group *g;
    size_t n;

    (void)state;
    office_start(&o, MSK_LAYOUT_CSB, NULL);
    g = office_group(&o, GROUP, true);
    assert_int_equal(msk_key_group_reserve(g, 1), MSK_OK);
#define MTK(bmsc, group, mtk) \
    msk_bmsc_make_mtk(bmsc, group, mtk, out, MSK_MIKEY_MAX, &n)
    assert_int_equal(MTK(NULL, g, &good), MSK_ERR_ARGUMENT);
    assert_int_equal(MTK(o.bmsc, NULL, &good), MSK_ERR_ARGUMENT);
    assert_int_equal(MTK(o.bmsc, g, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(MTK(o.bmsc, g, &half), MSK_ERR_ARGUMENT);
    assert_int_equal(MTK(o.bmsc, g, &plain), MSK_ERR_ARGUMENT);
    assert_int_equal(MTK(o.bmsc, g, &old), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_bmsc_make_mtk(o.bmsc, g, &good, out, 20, &n),
                     MSK_ERR_SPACE);
    assert_int_equal(good.mtk_id, 0);
    assert_int_equal(MTK(o.bmsc, g, &good), MSK_OK);
    assert_int_equal(good.mtk_id, 1);
#undef MTK
}

static void
says_at_run_time_what_the_header_says(void **state)
{
    (void)state;
    assert_int_equal(msk_bmsc_size(), MSK_BMSC_SIZE);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, release)
    const struct CMUnitTest tests[] = {
        TEST(takes_memory_of_any_alignment_and_wipes_it),
        TEST(has_the_defaults_that_its_header_says),
        TEST(refuses_a_configuration_that_is_none),
        TEST(makes_mtk_messages_that_the_ue_takes),
        TEST(makes_mtk_messages_for_an_msk_without_rand),
        TEST(names_keys_under_the_type_that_is_set),
        TEST(starts_after_what_was_reserved),
        TEST(lets_a_late_member_take_what_is_sent_and_nothing_older),
        TEST(sends_the_seql_of_now_when_it_sends_again),
        TEST(ends_with_the_interval),
        TEST(uses_up_no_counter_when_it_fails),
        TEST(refuses_an_mtk_that_is_none),
        cmocka_unit_test(says_at_run_time_what_the_header_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
