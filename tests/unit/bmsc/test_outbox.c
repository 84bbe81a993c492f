/* SPDX-License-Identifier: MIT */
/* What a call wants done: in order, no more than fits, nothing after an
 * error. */
#include "bmsc/call.h"

#include <string.h>

#include "support.h"

static uint8_t memory[MSK_OUTBOX_SIZE + 8];

static struct msk_outbox *
start(void)
{
    struct msk_outbox *outbox;

    memset(memory, 0xA5, sizeof memory);
    assert_int_equal(msk_outbox_init(&outbox, memory, MSK_OUTBOX_SIZE, NULL),
                     MSK_OK);
    msk_outbox_start(outbox);
    return outbox;
}

static void
takes_memory_of_any_alignment(void **state)
{
    struct msk_outbox *outbox;

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        memset(memory, 0xA5, sizeof memory);
        assert_int_equal(
            msk_outbox_init(&outbox, memory + i, MSK_OUTBOX_SIZE, NULL),
            MSK_OK);
        msk_outbox_start(outbox);
        assert_int_equal((uintptr_t)outbox % sizeof(uint64_t), 0);
        assert_true((uint8_t *)outbox >= memory + i);
        assert_true(outbox->arena + outbox->cap <=
                    memory + i + MSK_OUTBOX_SIZE);
        for (size_t k = 0; k < 8; k++)
            if (k < i || i == 0)
                assert_int_equal(memory[i == 0 ? MSK_OUTBOX_SIZE + k : k],
                                 0xA5);
    }
}

static void
refuses_memory_that_is_no_good(void **state)
{
    struct msk_outbox *outbox;

    (void)state;
    assert_int_equal(
        msk_outbox_init(&outbox, memory, MSK_OUTBOX_SIZE - 1, NULL),
        MSK_ERR_SPACE);
    assert_int_equal(msk_outbox_init(&outbox, NULL, MSK_OUTBOX_SIZE, NULL),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_outbox_init(NULL, memory, MSK_OUTBOX_SIZE, NULL),
                     MSK_ERR_ARGUMENT);
}

/* Exactly what it asks for, and no octet behind. */
static void
takes_as_much_memory_as_its_messages_need(void **state)
{
    struct msk_outbox_limits limits = { .size = sizeof limits };
    struct msk_outbox *outbox;

    (void)state;
    assert_int_equal(msk_outbox_size(&limits), 0);
    for (size_t n = 1; n <= MSK_OUTBOX_MESSAGES_MAX; n++) {
        size_t size, messages = 0;
        uint8_t *exactly;

        limits.messages = n;
        size = msk_outbox_size(&limits);
        exactly = room(size);
        assert_int_equal(msk_outbox_init(&outbox, exactly, size - 1, &limits),
                         MSK_ERR_SPACE);
        assert_int_equal(msk_outbox_init(&outbox, exactly, size, &limits),
                         MSK_OK);
        msk_outbox_start(outbox);
        for (; msk_outbox_has_room(outbox); messages++) {
            size_t cap;

            memset(msk_outbox_room(outbox, &cap), 0x11, MSK_MIKEY_MAX);
            (void)msk_outbox_keep(outbox, MSK_MIKEY_MAX);
        }
        assert_int_equal(messages, n);
        assert_true(outbox->arena + outbox->cap <= exactly + size);
        release(NULL);
    }
    assert_true(msk_outbox_size(&limits) < MSK_OUTBOX_SIZE);
    limits.messages = 1;
    assert_true(64 * msk_outbox_size(&limits) < (size_t)1024 * 1024);
    limits.http = true;
    assert_int_equal(msk_outbox_size(&limits), MSK_OUTBOX_SIZE);
    limits.messages = MSK_OUTBOX_MESSAGES_MAX + 1;
    assert_int_equal(msk_outbox_size(&limits), 0);
    assert_int_equal(msk_outbox_init(&outbox, memory, sizeof memory, &limits),
                     MSK_ERR_ARGUMENT);
}

static void
hands_out_effects_in_their_order(void **state)
{
    const struct msk_key_id id = { { 1, 2, 3 }, 4, 5 };
    struct msk_bmsc_effect e = { .size = sizeof e };
    struct msk_outbox *outbox = start();
    struct msk_bytes kept, none = { NULL, 0 };

    (void)state;
    memcpy(outbox->peer, "ue", 2);
    outbox->peer_n = 2;
    assert_int_equal(
        msk_outbox_add(outbox, MSK_BMSC_EFFECT_SEND_HTTP, NULL, none), MSK_OK);
    assert_int_equal(msk_outbox_copy(outbox, chars("octets"), &kept), MSK_OK);
    assert_int_equal(
        msk_outbox_add(outbox, MSK_BMSC_EFFECT_SEND_MIKEY, &id, kept), MSK_OK);
    assert_int_equal(msk_outbox_add(outbox, MSK_BMSC_EFFECT_JOINED, &id, none),
                     MSK_OK);
    assert_true(msk_outbox_next(outbox, &e));
    assert_int_equal(e.kind, MSK_BMSC_EFFECT_SEND_HTTP);
    assert_ptr_equal(e.response, &outbox->response);
    assert_int_equal(e.peer.n + e.message.n, 0);
    assert_true(msk_outbox_next(outbox, &e));
    assert_int_equal(e.kind, MSK_BMSC_EFFECT_SEND_MIKEY);
    check_octets("peer", e.peer, chars("ue"));
    check_octets("message", e.message, chars("octets"));
    assert_true(msk_key_id_equal(&e.id, &id));
    assert_null(e.response);
    assert_true(msk_outbox_next(outbox, &e));
    assert_int_equal(e.kind, MSK_BMSC_EFFECT_JOINED);
    assert_int_equal(e.peer.n + e.message.n, 0);
    assert_false(msk_outbox_next(outbox, &e));
    assert_false(msk_outbox_next(outbox, &e));
    assert_false(msk_outbox_next(NULL, &e));
    assert_false(msk_outbox_next(outbox, NULL));
}

static void
holds_as_many_effects_as_it_says(void **state)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    struct msk_outbox *outbox = start();
    struct msk_bytes none = { NULL, 0 };
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < MSK_OUTBOX_EFFECTS; i++)
        assert_int_equal(
            msk_outbox_add(outbox, MSK_BMSC_EFFECT_JOINED, NULL, none), MSK_OK);
    assert_int_equal(msk_outbox_add(outbox, MSK_BMSC_EFFECT_JOINED, NULL, none),
                     MSK_ERR_SPACE);
    while (msk_outbox_next(outbox, &e))
        n++;
    assert_int_equal(n, MSK_OUTBOX_EFFECTS);
}

static void
holds_as_many_octets_as_it_says(void **state)
{
    struct msk_outbox *outbox = start();
    static uint8_t much[MSK_OUTBOX_ARENA + 1];
    struct msk_bytes out, all = { much, MSK_OUTBOX_ARENA };
    size_t cap;

    (void)state;
    assert_int_equal(
        msk_outbox_copy(outbox, (struct msk_bytes){ much, sizeof much }, &out),
        MSK_ERR_SPACE);
    assert_int_equal(msk_outbox_copy(outbox, all, &out), MSK_OK);
    (void)msk_outbox_room(outbox, &cap);
    assert_int_equal(cap, 0);
    assert_int_equal(msk_outbox_copy(outbox, chars("x"), &out), MSK_ERR_SPACE);
    assert_int_equal(
        msk_outbox_copy(outbox, (struct msk_bytes){ NULL, 0 }, &out), MSK_OK);
}

static void
holds_as_many_headers_as_it_says(void **state)
{
    struct msk_outbox *outbox = start();

    (void)state;
    for (size_t i = 0; i < MSK_OUTBOX_HEADERS; i++)
        assert_int_equal(msk_outbox_header(outbox, "Name", chars("value")),
                         MSK_OK);
    assert_int_equal(msk_outbox_header(outbox, "Name", chars("value")),
                     MSK_ERR_SPACE);
    assert_int_equal(outbox->response.n_headers, MSK_OUTBOX_HEADERS);
    check_octets("name", outbox->response.headers[3].name, chars("Name"));
    check_octets("value", outbox->response.headers[3].value, chars("value"));
}

static void
is_empty_after_an_error(void **state)
{
    struct msk_bmsc_effect e = { .size = sizeof e };
    struct msk_outbox *outbox = start();
    struct msk_bytes none = { NULL, 0 };

    (void)state;
    outbox->peer_n = 2;
    assert_int_equal(msk_outbox_add(outbox, MSK_BMSC_EFFECT_JOINED, NULL, none),
                     MSK_OK);
    assert_int_equal(msk_outbox_header(outbox, "Name", none), MSK_OK);
    assert_int_equal(msk_outbox_end(outbox, MSK_ERR_RANDOM), MSK_ERR_RANDOM);
    assert_false(msk_outbox_next(outbox, &e));
    assert_int_equal(outbox->response.n_headers, 0);
    assert_int_equal(outbox->peer_n, 0);
    assert_int_equal(msk_outbox_add(outbox, MSK_BMSC_EFFECT_JOINED, NULL, none),
                     MSK_OK);
    assert_int_equal(msk_outbox_end(outbox, MSK_OK), MSK_OK);
    assert_true(msk_outbox_next(outbox, &e));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(takes_memory_of_any_alignment, release),
        cmocka_unit_test_teardown(refuses_memory_that_is_no_good, release),
        cmocka_unit_test_teardown(takes_as_much_memory_as_its_messages_need,
                                  release),
        cmocka_unit_test_teardown(hands_out_effects_in_their_order, release),
        cmocka_unit_test_teardown(holds_as_many_effects_as_it_says, release),
        cmocka_unit_test_teardown(holds_as_many_octets_as_it_says, release),
        cmocka_unit_test_teardown(holds_as_many_headers_as_it_says, release),
        cmocka_unit_test_teardown(is_empty_after_an_error, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
