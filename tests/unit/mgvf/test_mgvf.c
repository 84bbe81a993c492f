/* SPDX-License-Identifier: MIT */
/* The MGV-F against strangers, and on a store and a provider that fail. */
#include <string.h>

#include "chip.h"
#include "messages.h"

#define GROUP 0x18CF
#define OLD 0x10 /* MUKs */
#define NEW 0x20

static struct chip chip;

#define IN_BOTH_LAYOUTS \
    for (int layout = 1; layout <= 2; layout++, release(NULL))

/* Two MUKs, of which the older was used, and two MSKs with an MTK. */
static void
begin_as(int layout, bool later, bool alone)
{
    struct parcel p = { .muk = OLD, .group = GROUP, .key = 0x51 };
    struct ticket t = { GROUP, 1, 0x51, 10, 1, 0x71, true };

    chip_start(&chip, (enum msk_layout)layout, later);
    chip.alone = alone;
    assert_int_equal(chip_muk(&chip, OLD), MSK_OK);
    assert_int_equal(chip_allow(&chip, GROUP, MSK_REQUIRE_BOTH), MSK_OK);
    p.counter = 10;
    p.number = 1;
    assert_int_equal(chip_receive(&chip, msk_message_of(&chip, p)), MSK_OK);
    assert_int_equal(chip_receive(&chip, mtk_message_of(&chip, t)), MSK_OK);
    p.counter = 11;
    p.number = 2;
    assert_int_equal(chip_receive(&chip, msk_message_of(&chip, p)), MSK_OK);
    assert_int_equal(chip_muk(&chip, NEW), MSK_OK);
}

static void
begin(int layout, bool later)
{
    begin_as(layout, later, false);
}

/* One message of every kind that this MGV-F would take now. */
#define KINDS 9
static struct msk_bytes
message_of_kind(size_t kind)
{
    struct parcel p = { .muk = NEW, .group = GROUP, .counter = 1, .v = true };

    p.number = 3;
    p.key = 0x53;
    switch (kind) {
    case 0: break;                              /* an MSK */
    case 1: p.sp = "0d020001"; break;           /* for streaming */
    case 2: p.number = 1; break;                /* one that is held */
    case 3: p.muk = OLD, p.counter = 12; break; /* stale */
    case 4: p.content = MSK_CONTENT_VALIDITY, p.number = 2, p.high = 9; break;
    case 5: /* invalidates */
        p.content = MSK_CONTENT_VALIDITY, p.number = 1, p.low = 9, p.high = 1;
        break;
    case 6: p.content = MSK_CONTENT_PULL, p.number = 0, p.v = false; break;
    case 7:
        return mtk_message_of(
            &chip, (struct ticket){ GROUP, 1, 0x51, 11, 2, 0x72, true });
    default:
        return mtk_message_of(
            &chip, (struct ticket){ GROUP, 2, 0x51, 1, 1, 0x73, false });
    }
    return msk_message_of(&chip, p);
}

static void
check_refused(size_t kind, struct msk_bytes message, struct msk_bytes before)
{
    int err = chip_receive(&chip, message);

    if (err >= 0)
        fail_msg("kind %zu was accepted", kind);
    assert_true(msk_err_kind(err) == MSK_KIND_DROP ||
                msk_err_kind(err) == MSK_KIND_ASK);
    assert_int_equal(chip.result.acknowledgement.n, 0);
    assert_int_equal(chip.result.key.n, 0);
    if (memcmp(before.p, fake_store_view(&chip.store).p, before.n) != 0)
        fail_msg("kind %zu: the store changed", kind);
}

/* What the store has now, for a whole test; kept from release. */
static struct msk_bytes
snapshot(void)
{
    static struct msk_ram_record records[FAKE_STORE_RECORDS];
    struct msk_bytes now = fake_store_view(&chip.store);

    memcpy(records, now.p, now.n);
    return (struct msk_bytes){ (const uint8_t *)records, now.n };
}

static void
takes_one_message_of_every_kind(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (size_t kind = 0; kind < KINDS; kind++) {
        begin(layout, false);
        check_int("kind", chip_receive(&chip, message_of_kind(kind)), MSK_OK);
    }
}

static void
refuses_every_kind_with_any_bit_flipped(void **state)
{
    struct msk_bytes before, good;
    uint8_t bad[MSK_MIKEY_MAX];

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        before = snapshot();
        for (size_t kind = 0; kind < KINDS; kind++) {
            good = message_of_kind(kind);
            for (size_t bit = 0; bit < good.n * 8; bit++) {
                memcpy(bad, good.p, good.n);
                bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
                check_refused(kind, exact(bad, good.n), before);
                if (bit % 64 == 63) {
                    release(NULL);
                    good = message_of_kind(kind);
                }
            }
            release(NULL);
        }
    }
}

static void
refuses_every_kind_cut_or_lengthened(void **state)
{
    struct msk_bytes before, good;
    uint8_t longer[MSK_MIKEY_MAX];

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        before = snapshot();
        for (size_t kind = 0; kind < KINDS; kind++, release(NULL)) {
            good = message_of_kind(kind);
            for (size_t n = 0; n < good.n; n++)
                check_refused(kind, exact(good.p, n), before);
            memcpy(longer, good.p, good.n);
            longer[good.n] = 0;
            check_refused(kind, exact(longer, good.n + 1), before);
        }
    }
}

static void
refuses_every_kind_the_second_time(void **state)
{
    struct msk_bytes before, message;

    (void)state;
    IN_BOTH_LAYOUTS
    for (size_t kind = 0; kind < KINDS; kind++) {
        begin(layout, false);
        message = message_of_kind(kind);
        assert_int_equal(chip_receive(&chip, message), MSK_OK);
        before = snapshot();
        check_refused(kind, message, before);
        chip_restart(&chip);
        check_refused(kind, message, before);
    }
}

/* Made by somebody who knows all but the key. */
static void
refuses_every_kind_under_another_key(void **state)
{
    struct msk_bytes before;
    struct chip forger;

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        before = snapshot();
        for (size_t i = 0; i < 6; i++) {
            struct parcel p = { .muk = NEW, .group = GROUP, .counter = 1 };
            struct msk_bytes m;
            uint8_t *forged;

            p.number = i == 5 ? 0 : 1;
            p.content = i == 5 ? MSK_CONTENT_PULL : MSK_CONTENT_MSK;
            p.v = i < 5;
            forger.layout = chip.layout;
            m = msk_message_of(&forger, p);
            forged = room(m.n);
            memcpy(forged, m.p, m.n);
            memset(forged + m.n - 20, (int)i, 20);
            check_refused(i, (struct msk_bytes){ forged, m.n }, before);
        }
        check_refused(6,
                      mtk_message_of(&chip, (struct ticket){ GROUP, 1, 0x99, 11,
                                                             2, 0, true }),
                      before);
    }
}

static void
refuses_messages_of_others(void **state)
{
    struct msk_bytes before;

    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        before = snapshot();
        for (size_t i = 0; i < N_VECTORS; i++)
            check_refused(i, hex(mbms_vectors[i].message), before);
        assert_int_equal(
            chip_receive(&chip, exact(room(MSK_MIKEY_MAX), MSK_MIKEY_MAX)),
            MSK_ERR_VERSION);
        assert_int_equal(
            chip_receive(&chip, (struct msk_bytes){ room(MSK_MIKEY_MAX + 1),
                                                    MSK_MIKEY_MAX + 1 }),
            MSK_ERR_LENGTH);
        check_refused(99, (struct msk_bytes){ NULL, 0 }, before);
    }
}

/* Each call of the store fails, once or from then on; then the same message
 * is taken in. No answer, no key, and no half of a change before that. */
static void
fails_with_each_call_of_the_store(void **state)
{
    struct msk_bytes before, message;

    (void)state;
    IN_BOTH_LAYOUTS
    for (int way = 0; way < 4; way++)
        for (size_t kind = 0; kind < KINDS; kind++) {
            size_t calls = 1;

            for (size_t n = 1; n <= calls; n++, release(NULL)) {
                begin(layout, way % 2 == 1);
                message = message_of_kind(kind);
                before = snapshot();
                calls = chip.store.calls;
                chip.store.fail_at = calls + n;
                chip.store.for_ever = way >= 2;
                check_int("fails", chip_receive(&chip, message), MSK_ERR_STORE);
                assert_int_equal(chip.result.acknowledgement.n, 0);
                assert_int_equal(chip.result.key.n, 0);
                check_octets("store", fake_store_view(&chip.store), before);
                chip.store.fail_at = 0;
                chip.store.for_ever = false;
                calls = chip.store.calls;
                check_int("again", chip_receive(&chip, message), MSK_OK);
                calls = chip.store.calls - calls;
            }
            /* Server, group, commit; of an MSK that is not held as it comes its
             * past. */
            assert_true(calls == (kind < 3 ? 4 : kind < 7 ? 3 : 2));
        }
}

static void
fails_with_each_call_of_the_provider(void **state)
{
    struct msk_bytes before, message;

    (void)state;
    IN_BOTH_LAYOUTS
    for (int way = 0; way < 4; way++)
        for (size_t kind = 0; kind < KINDS; kind++) {
            size_t calls = 1;

            for (size_t n = 1; n <= calls; n++, release(NULL)) {
                begin(layout, way % 2 == 1);
                message = message_of_kind(kind);
                before = snapshot();
                chip.crypto.fail_at = chip.crypto.calls + n;
                chip.crypto.for_ever = way >= 2;
                check_int("fails", chip_receive(&chip, message),
                          MSK_ERR_CRYPTO);
                assert_int_equal(chip.result.acknowledgement.n, 0);
                assert_int_equal(chip.result.key.n, 0);
                check_octets("store", fake_store_view(&chip.store), before);
                chip.crypto.fail_at = 0;
                chip.crypto.for_ever = false;
                calls = chip.crypto.calls;
                check_int("again", chip_receive(&chip, message), MSK_OK);
                calls = chip.crypto.calls - calls;
            }
            assert_true(calls > 3);
        }
}

/* The other methods, each on a store that fails at its n-th call. */
static int
call(size_t method)
{
    struct msk_import import = { .size = sizeof import };
    struct msk_released released;
    struct msk_held held;

    switch (method) {
    case 0: return chip_muk(&chip, 0x30);
    case 1: return chip_allow(&chip, 0x77, MSK_REQUIRE_BOTH);
    case 2: return chip_allow(&chip, GROUP, MSK_REQUIRE_NOTHING);
    case 3: return chip_forget(&chip, GROUP);
    case 4: return chip_held(&chip, GROUP, &held);
    case 5: return chip_released(&chip, GROUP, &released);
    default: break;
    }
    memcpy(import.id.domain, chip_domain, 3);
    import.id.group = GROUP;
    import.id.number = 9;
    import.key = import.rand = hex("00112233445566778899aabbccddeeff");
    return chip_import(&chip, &import);
}

static void
fails_in_every_other_call_with_each_call_of_the_store(void **state)
{
    struct msk_bytes before;

    (void)state;
    for (int way = 0; way < 4; way++)
        for (size_t method = 0; method < 7; method++) {
            size_t calls = 1;

            for (size_t n = 1; n <= calls; n++, release(NULL)) {
                begin_as(MSK_LAYOUT_CSB, way % 2 == 1, true);
                before = snapshot();
                chip.store.fail_at = chip.store.calls + n;
                chip.store.for_ever = way >= 2;
                check_int("fails", call(method), MSK_ERR_STORE);
                check_octets("store", fake_store_view(&chip.store), before);
                chip.store.fail_at = 0;
                chip.store.for_ever = false;
                calls = chip.store.calls;
                check_int("again", call(method), MSK_OK);
                calls = chip.store.calls - calls;
            }
            assert_true(calls == (method == 4 || method == 5   ? 1
                                  : method == 3 || method == 6 ? 3
                                                               : 2));
        }
}

static void
refuses_records_of_an_unknown_version(void **state)
{
    struct msk_bytes before;

    (void)state;
    IN_BOTH_LAYOUTS
    for (size_t record = 0; record < 2; record++) {
        begin_as(layout, false, true);
        chip.store.records[record].value[0]++;
        before = snapshot();
        check_int("message", chip_receive(&chip, message_of_kind(0)),
                  MSK_ERR_RECORD);
        assert_int_equal(chip.result.acknowledgement.n, 0);
        check_octets("store", fake_store_view(&chip.store), before);
    }
}

static void
is_busy_and_changes_nothing_while_a_call_is_pending(void **state)
{
    struct msk_mgvf_result result = { .size = sizeof result };
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_import import = { .size = sizeof import };
    struct msk_muk muk = { .size = sizeof muk };
    struct msk_released released = { .size = sizeof released };
    struct msk_held held = { .size = sizeof held };
    int err;

    (void)state;
    begin(MSK_LAYOUT_KEYID, true);
    input.layout = chip.layout;
    input.fqdn = muk.fqdn = chars(CHIP_FQDN);
    input.message = message_of_kind(0);
    muk.btid = muk_btid(0x30);
    muk.key = muk_key(0x30);
    memcpy(import.id.domain, chip_domain, 3);
    import.id.group = import.id.number = 9;
    import.key = import.rand = hex("00112233445566778899aabbccddeeff");
    err = msk_mgvf_process(chip.mgvf, &input, &result);
    while (err == MSK_PENDING) {
        struct msk_mgvf *m = chip.mgvf;

        assert_int_equal(msk_mgvf_process(m, &input, NULL), MSK_ERR_BUSY);
        assert_int_equal(msk_mgvf_set_muk(m, &muk), MSK_ERR_BUSY);
        assert_int_equal(
            msk_mgvf_allow(m, CHIP_OWNER, CHIP_GROUP(9), MSK_REQUIRE_BOTH),
            MSK_ERR_BUSY);
        assert_int_equal(msk_mgvf_forget(m, CHIP_OWNER, CHIP_GROUP(GROUP)),
                         MSK_ERR_BUSY);
        assert_int_equal(msk_mgvf_forget_all(m), MSK_ERR_BUSY);
        assert_int_equal(msk_mgvf_import_msk(m, &import), MSK_ERR_BUSY);
        assert_int_equal(msk_mgvf_held(m, CHIP_GROUP(GROUP), &held),
                         MSK_ERR_BUSY);
        assert_int_equal(msk_mgvf_released(m, CHIP_GROUP(GROUP), &released),
                         MSK_ERR_BUSY);
        assert_int_equal(
            msk_mgvf_complete(m, chip.store.token + 1, MSK_OK, NULL),
            MSK_ERR_STATE);
        assert_int_equal(
            msk_mgvf_complete(m, chip.store.token, MSK_PENDING, NULL),
            MSK_ERR_ARGUMENT);
        err = fake_store_answer(&chip.store);
        err = msk_mgvf_complete(m, chip.store.token, err, &result);
    }
    assert_int_equal(err, MSK_OK);
    assert_int_equal(result.outcome, MSK_OUTCOME_STORED);
    assert_int_equal(result.id.number, 3);
    assert_int_equal(
        msk_mgvf_complete(chip.mgvf, chip.store.token, MSK_OK, NULL),
        MSK_ERR_STATE);
    check_held(&chip, GROUP, "3 0..65534 -, 2 0..65534 -");
}

/* What a pending call was given is not replaced by one that is refused. */
static void
finishes_a_pending_call_as_it_began(void **state)
{
    struct msk_released released = { .size = sizeof released };
    struct msk_released none = { .size = sizeof none };
    struct msk_held held = { .size = sizeof held };
    struct msk_held other = { .size = sizeof other };
    struct msk_mgvf *m;

    (void)state;
    begin(MSK_LAYOUT_CSB, true);
    m = chip.mgvf;
    assert_int_equal(msk_mgvf_held(m, CHIP_GROUP(GROUP), &held), MSK_PENDING);
    assert_int_equal(msk_mgvf_held(m, CHIP_GROUP(9), &other), MSK_ERR_BUSY);
    assert_int_equal(chip_finish(&chip, MSK_PENDING), MSK_OK);
    assert_int_equal(held.n, 2);
    assert_int_equal(other.n, 0);
    assert_int_equal(msk_mgvf_released(m, CHIP_GROUP(GROUP), &released),
                     MSK_PENDING);
    assert_int_equal(msk_mgvf_released(m, CHIP_GROUP(9), &none), MSK_ERR_BUSY);
    assert_int_equal(chip_finish(&chip, MSK_PENDING), MSK_OK);
    assert_int_equal(released.n, 1);
    assert_int_equal(none.n, 0);
    assert_int_equal(
        msk_mgvf_allow(m, CHIP_OWNER, CHIP_GROUP(GROUP), MSK_REQUIRE_INTEGRITY),
        MSK_PENDING);
    assert_int_equal(
        msk_mgvf_allow(m, CHIP_OWNER, CHIP_GROUP(9), MSK_REQUIRE_NOTHING),
        MSK_ERR_BUSY);
    assert_int_equal(chip_finish(&chip, MSK_PENDING), MSK_OK);
    assert_int_equal(
        chip_receive(&chip,
                     msk_message_of(&chip, (struct parcel){ .muk = NEW,
                                                            .group = GROUP,
                                                            .counter = 1,
                                                            .number = 3,
                                                            .sp = "0a0100" })),
        MSK_ERR_POLICY);
}

/* A message that the caller has read is not read again, until the caller's
 * octets are gone because the store answers later. */
static void
takes_what_the_caller_has_read(void **state)
{
    (void)state;
    for (int later = 0; later < 2; later++) {
        struct msk_mgvf_result result = { .size = sizeof result };
        struct msk_mgvf_input input = { .size = sizeof input };
        struct msk_message m;
        uint8_t octets[MSK_MIKEY_MAX];
        int err;

        begin(MSK_LAYOUT_KEYID, later != 0);
        input.layout = chip.layout;
        input.fqdn = chars(CHIP_FQDN);
        input.message = message_of_kind(0);
        memcpy(octets, input.message.p, input.message.n);
        input.message.p = octets;
        input.read = &m;
        assert_int_equal(msk_message_read(chip.layout, input.message, &m, NULL),
                         MSK_OK);
        m.v = false; /* which shows who is asked */
        err = msk_mgvf_process(chip.mgvf, &input, &result);
        memset(&m, 0xFF, sizeof m);
        memset(octets, 0, sizeof octets);
        while (err == MSK_PENDING) {
            err = fake_store_answer(&chip.store);
            err = msk_mgvf_complete(chip.mgvf, chip.store.token, err, &result);
        }
        assert_int_equal(err, MSK_OK);
        assert_int_equal(result.outcome, MSK_OUTCOME_STORED);
        check_int("acknowledged", result.acknowledgement.n > 0, later);
        check_held(&chip, GROUP, "3 0..65534 -, 2 0..65534 -");
    }
}

/* An answer that cannot be taken leaves the call pending: once more, please. */
static void
goes_on_waiting_after_an_answer_that_is_none(void **state)
{
    struct msk_mgvf_result result = { .size = 0 };
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_mgvf *m;
    int err;

    (void)state;
    begin(MSK_LAYOUT_CSB, true);
    m = chip.mgvf;
    input.layout = chip.layout;
    input.fqdn = chars(CHIP_FQDN);
    input.message = message_of_kind(0);
    err = msk_mgvf_process(m, &input, NULL);
    while (err == MSK_PENDING) {
        uint32_t token = chip.store.token;
        int answer = fake_store_answer(&chip.store);

        result.size = 0;
        assert_int_equal(msk_mgvf_complete(m, token, answer, &result),
                         MSK_ERR_ARGUMENT);
        assert_int_equal(msk_mgvf_complete(m, token, MSK_PENDING, NULL),
                         MSK_ERR_ARGUMENT);
        assert_int_equal(msk_mgvf_forget(m, CHIP_OWNER, CHIP_GROUP(GROUP)),
                         MSK_ERR_BUSY);
        result.size = sizeof result;
        err = msk_mgvf_complete(m, token, answer, &result);
    }
    assert_int_equal(err, MSK_OK);
    assert_int_equal(result.outcome, MSK_OUTCOME_STORED);
}

static int
load_too_much(void *user, uint32_t token, struct msk_bytes key,
              struct msk_stored *out)
{
    (void)user;
    (void)token;
    (void)key;
    out->n = sizeof out->value + 1;
    out->version = 1;
    return MSK_OK;
}

static void
refuses_a_record_that_no_store_may_hold(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    {
        begin(layout, false);
        chip.store.store.load = load_too_much;
        assert_int_equal(chip_receive(&chip, message_of_kind(0)),
                         MSK_ERR_RECORD);
        assert_int_equal(chip.result.acknowledgement.n, 0);
        assert_int_equal(chip_muk(&chip, NEW), MSK_ERR_RECORD);
    }
}

/* A caller built against an older header: shorter structs. */
static void
takes_structs_of_older_callers_and_refuses_shorter_ones(void **state)
{
    struct msk_mgvf_result result = { .size = sizeof result };
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_held held = { .size = offsetof(struct msk_held, expires) - 1 };
    struct msk_released released = { .size = 8 };

    (void)state;
    begin(MSK_LAYOUT_CSB, false);
    input.layout = chip.layout;
    input.fqdn = chars(CHIP_FQDN);
    input.message = message_of_kind(0);
    input.read = (const struct msk_message *)(const void *)&held;
    input.size = offsetof(struct msk_mgvf_input, read) - 1;
    assert_int_equal(msk_mgvf_process(chip.mgvf, &input, &result),
                     MSK_ERR_ARGUMENT);
    input.size++; /* ends before read, which is not looked at */
    result.size = offsetof(struct msk_mgvf_result, sp);
    assert_int_equal(msk_mgvf_process(chip.mgvf, &input, &result),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mgvf_held(chip.mgvf, CHIP_GROUP(GROUP), &held),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mgvf_released(chip.mgvf, CHIP_GROUP(GROUP), &released),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mgvf_allow(chip.mgvf, CHIP_OWNER, CHIP_GROUP(GROUP),
                                    (enum msk_require)4),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_mgvf_allow(chip.mgvf, CHIP_OWNER, CHIP_GROUP(0), MSK_REQUIRE_BOTH),
        MSK_ERR_ARGUMENT);
    assert_int_equal(
        msk_mgvf_allow(chip.mgvf, CHIP_OWNER, NULL, MSK_REQUIRE_BOTH),
        MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mgvf_process(NULL, &input, NULL), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mgvf_process(chip.mgvf, &input, NULL), MSK_OK);
}

static int
no_process(struct msk_mgvf *mgvf, const struct msk_mgvf_input *input,
           struct msk_mgvf_result *result)
{
    (void)mgvf;
    (void)input;
    result->outcome = MSK_OUTCOME_DONE;
    return MSK_OK;
}

static int
no_complete(struct msk_mgvf *mgvf, uint32_t token, int result,
            struct msk_mgvf_result *out)
{
    (void)mgvf;
    (void)token;
    (void)out;
    return result;
}

/* An implementation may leave methods out, or be older than they are. */
static void
says_that_a_method_is_not_there(void **state)
{
    struct msk_mgvf_ops ops = { .size = offsetof(struct msk_mgvf_ops, set_muk),
                                .process = no_process,
                                .complete = no_complete };
    struct msk_released released = { .size = sizeof released };
    struct msk_import import = { .size = sizeof import };
    struct msk_mgvf_input input = { .size = sizeof input };
    struct msk_held held = { .size = sizeof held };
    struct msk_muk muk = { .size = sizeof muk };
    struct msk_mgvf m = { .ops = &ops };

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(msk_mgvf_process(&m, &input, NULL), MSK_OK);
        assert_int_equal(msk_mgvf_complete(&m, 1, MSK_OK, NULL), MSK_OK);
        assert_int_equal(msk_mgvf_set_muk(&m, &muk), MSK_ERR_STATE);
        assert_int_equal(
            msk_mgvf_allow(&m, CHIP_OWNER, CHIP_GROUP(1), MSK_REQUIRE_BOTH),
            MSK_ERR_STATE);
        assert_int_equal(msk_mgvf_forget(&m, CHIP_OWNER, CHIP_GROUP(1)),
                         MSK_ERR_STATE);
        assert_int_equal(msk_mgvf_forget_all(&m), MSK_ERR_STATE);
        assert_int_equal(msk_mgvf_import_msk(&m, &import), MSK_ERR_STATE);
        assert_int_equal(msk_mgvf_held(&m, CHIP_GROUP(1), &held),
                         MSK_ERR_STATE);
        assert_int_equal(msk_mgvf_released(&m, CHIP_GROUP(1), &released),
                         MSK_ERR_STATE);
        ops.size = sizeof ops;
    }
    msk_mgvf_wipe(&m);
    assert_ptr_equal(m.ops, &ops);
    ops.process = NULL;
    assert_int_equal(msk_mgvf_forget_all(&m), MSK_ERR_ARGUMENT);
}

static void
works_in_memory_of_every_alignment_and_wipes_it(void **state)
{
    struct msk_mgvf_config config = { .size = sizeof config };
    uint8_t *memory = room(MSK_MGVF_SIZE + 16);
    struct msk_mgvf *mgvf = NULL;

    (void)state;
    begin(MSK_LAYOUT_CSB, false);
    config.crypto = &chip.crypto.crypto;
    config.store = &chip.store.store;
    for (size_t i = 0; i < 16; i++) {
        assert_int_equal(
            msk_mgvf_init(&mgvf, memory + i, MSK_MGVF_SIZE, &config), MSK_OK);
        assert_int_equal((uintptr_t)mgvf % sizeof(uint64_t), 0);
        assert_true((uint8_t *)mgvf >= memory + i);
        msk_mgvf_wipe(mgvf);
        assert_null(mgvf->ops);
        msk_mgvf_wipe(mgvf);
    }
    assert_int_equal(msk_mgvf_init(&mgvf, memory, MSK_MGVF_SIZE - 1, &config),
                     MSK_ERR_SPACE);
    assert_int_equal(msk_mgvf_init(&mgvf, NULL, MSK_MGVF_SIZE, &config),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_mgvf_init(NULL, memory, MSK_MGVF_SIZE, &config),
                     MSK_ERR_ARGUMENT);
    config.store = NULL;
    assert_int_equal(msk_mgvf_init(&mgvf, memory, MSK_MGVF_SIZE, &config),
                     MSK_ERR_ARGUMENT);
    msk_mgvf_wipe(NULL);
}

static void
check_no_key_is_left(void)
{
    static const uint8_t keys[] = { OLD, NEW, 0x30, 0x51, 0x53, 0x71, 0x72 };
    uint8_t pattern[8];

    for (size_t key = 0; key < sizeof keys; key++) {
        memset(pattern, keys[key], sizeof pattern);
        for (size_t i = 0; i + 8 <= sizeof chip.memory; i++)
            assert_true(memcmp(chip.memory + i, pattern, 8) != 0);
    }
}

/* After any call, whatever came of it, no key of a record is left in it. */
static void
leaves_no_key_in_memory_that_the_result_does_not_hold(void **state)
{
    (void)state;
    IN_BOTH_LAYOUTS
    for (size_t kind = 0; kind < KINDS; kind++) {
        begin(layout, false);
        assert_int_equal(chip_receive(&chip, message_of_kind(kind)), MSK_OK);
        (void)chip_muk(&chip, 0x30); /* the result has ended */
        check_no_key_is_left();
        /* The commit fails: what was to be told goes as well. */
        begin(layout, false);
        chip.store.fail_at = chip.store.calls + (kind < 7 ? 3 : 2);
        assert_int_equal(chip_receive(&chip, message_of_kind(kind)),
                         MSK_ERR_STORE);
        check_no_key_is_left();
    }
}

static void
says_at_run_time_what_the_header_says(void **state)
{
    (void)state;
    assert_int_equal(msk_mgvf_size(), MSK_MGVF_SIZE);
    assert_int_equal(msk_mgvf_records(3, 5), MSK_MGVF_RECORDS(3, 5));
    assert_int_equal(msk_mgvf_records(SIZE_MAX - MSK_HISTORY_RECORDS, 0),
                     SIZE_MAX);
    assert_int_equal(msk_mgvf_records(SIZE_MAX - MSK_HISTORY_RECORDS, 1), 0);
    assert_int_equal(msk_mgvf_records(SIZE_MAX, 0), 0);
    assert_int_equal(msk_mgvf_records(0, SIZE_MAX), 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, release)
    const struct CMUnitTest tests[] = {
        TEST(takes_one_message_of_every_kind),
        TEST(refuses_every_kind_with_any_bit_flipped),
        TEST(refuses_every_kind_cut_or_lengthened),
        TEST(refuses_every_kind_the_second_time),
        TEST(refuses_every_kind_under_another_key),
        TEST(refuses_messages_of_others),
        TEST(fails_with_each_call_of_the_store),
        TEST(fails_with_each_call_of_the_provider),
        TEST(fails_in_every_other_call_with_each_call_of_the_store),
        TEST(refuses_records_of_an_unknown_version),
        TEST(is_busy_and_changes_nothing_while_a_call_is_pending),
        TEST(finishes_a_pending_call_as_it_began),
        TEST(takes_what_the_caller_has_read),
        TEST(goes_on_waiting_after_an_answer_that_is_none),
        TEST(refuses_a_record_that_no_store_may_hold),
        TEST(takes_structs_of_older_callers_and_refuses_shorter_ones),
        TEST(says_that_a_method_is_not_there),
        TEST(works_in_memory_of_every_alignment_and_wipes_it),
        TEST(leaves_no_key_in_memory_that_the_result_does_not_hold),
        cmocka_unit_test(says_at_run_time_what_the_header_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
