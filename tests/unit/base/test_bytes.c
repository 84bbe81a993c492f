/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include <string.h>

#include "support.h"

static void
start(struct msk_reader *r, struct msk_bytes b)
{
    msk_reader_init(r, b.p, b.n);
}

/* Reads a number of 1, 2 or 4 octets. */
static uint32_t
number(struct msk_reader *r, size_t width)
{
    if (width == 1)
        return msk_reader_u8(r);
    return width == 2 ? msk_reader_u16(r) : msk_reader_u32(r);
}

static void
write_number(struct msk_writer *w, size_t width, uint32_t v)
{
    if (width == 1)
        msk_writer_u8(w, (uint8_t)v);
    else if (width == 2)
        msk_writer_u16(w, (uint16_t)v);
    else
        msk_writer_u32(w, v);
}

static const struct {
    const char *what, *octets;
    uint32_t value;
} numbers[] = {
    { "u8: nothing", "00", 0 },
    { "u8: all bits", "ff", 0xff },
    { "u8: highest bit", "80", 0x80 },
    { "u16: the first octet counts more", "0102", 0x0102 },
    { "u16: all bits", "ffff", 0xffff },
    { "u16: highest bit", "8000", 0x8000 },
    { "u16: lowest bit", "0001", 1 },
    { "u32: the first octet counts most", "01020304", 0x01020304 },
    { "u32: all bits", "ffffffff", 0xffffffff },
    { "u32: highest bit", "80000000", 0x80000000 },
    { "u32: third octet", "00000100", 0x100 },
};
#define NUMBERS (sizeof numbers / sizeof numbers[0])

static void
reads_numbers_big_endian(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct msk_bytes in = hex(numbers[i].octets);
        struct msk_reader r;

        start(&r, in);
        check_int(numbers[i].what, number(&r, in.n), numbers[i].value);
        check_int(numbers[i].what, msk_reader_done(&r), true);
    }
}

static void
refuses_every_number_cut_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct msk_bytes in = hex(numbers[i].octets);

        for (size_t n = 0; n < in.n; n++) {
            struct msk_reader r;

            start(&r, exact(in.p, n));
            check_int(numbers[i].what, number(&r, in.n), 0);
            check_int(numbers[i].what, r.bad, true);
            check_int(numbers[i].what, (long long)r.at, 0);
        }
    }
}

static void
reads_one_field_after_the_other(void **state)
{
    struct msk_bytes in = hex("01 0203 04050607 08090a 0b");
    struct msk_reader r;
    struct msk_bytes view;

    (void)state;
    start(&r, in);
    assert_int_equal(msk_reader_left(&r), 11);
    assert_int_equal(msk_reader_u8(&r), 0x01);
    assert_int_equal(msk_reader_u16(&r), 0x0203);
    assert_int_equal(msk_reader_u32(&r), 0x04050607);
    msk_reader_take(&r, 3, &view);
    assert_ptr_equal(view.p, in.p + 7);
    assert_int_equal(view.n, 3);
    assert_int_equal(msk_reader_left(&r), 1);
    assert_false(msk_reader_done(&r));
    assert_int_equal(msk_reader_u8(&r), 0x0b);
    assert_int_equal(msk_reader_left(&r), 0);
    assert_true(msk_reader_done(&r));
}

static void
refuses_a_view_that_is_longer_than_what_is_left(void **state)
{
    static const size_t long_by[] = { 1, 2, 255, SIZE_MAX - 4 };
    struct msk_bytes in = hex("01020304");

    (void)state;
    for (size_t i = 0; i < sizeof long_by / sizeof long_by[0]; i++) {
        struct msk_bytes view = in;
        struct msk_reader r;

        start(&r, in);
        (void)msk_reader_u8(&r);
        msk_reader_take(&r, 3 + long_by[i], &view);
        assert_null(view.p);
        assert_int_equal(view.n, 0);
        assert_true(r.bad);
        assert_int_equal(r.at, 1);
    }
}

static void
takes_views_of_no_octets_everywhere(void **state)
{
    struct msk_reader r;
    struct msk_bytes view = { (const uint8_t *)"x", 1 };

    (void)state;
    msk_reader_init(&r, NULL, 0);
    msk_reader_take(&r, 0, &view);
    assert_null(view.p);
    assert_int_equal(view.n, 0);
    assert_true(msk_reader_done(&r));
    start(&r, hex("01"));
    msk_reader_take(&r, 0, &view);
    assert_null(view.p);
    assert_int_equal(view.n, 0);
    assert_false(r.bad);
    assert_int_equal(msk_reader_u8(&r), 1);
    msk_reader_take(&r, 0, &view);
    assert_true(msk_reader_done(&r));
}

static void
skips_octets_that_are_there_and_no_others(void **state)
{
    struct msk_reader r;

    (void)state;
    start(&r, hex("010203"));
    msk_reader_skip(&r, 0);
    msk_reader_skip(&r, 2);
    assert_int_equal(r.at, 2);
    msk_reader_skip(&r, 2);
    assert_true(r.bad);
    assert_int_equal(r.at, 2);
    start(&r, hex("010203"));
    msk_reader_skip(&r, SIZE_MAX);
    assert_true(r.bad);
    start(&r, hex("010203"));
    msk_reader_skip(&r, 3);
    assert_true(msk_reader_done(&r));
}

static void
stays_bad_once_it_is(void **state)
{
    struct msk_reader r;
    struct msk_bytes view = { (const uint8_t *)"x", 1 };

    (void)state;
    start(&r, hex("010203"));
    assert_int_equal(msk_reader_u32(&r), 0);
    assert_int_equal(msk_reader_u8(&r), 0);
    assert_int_equal(msk_reader_u16(&r), 0);
    msk_reader_take(&r, 1, &view);
    assert_null(view.p);
    assert_int_equal(view.n, 0);
    msk_reader_take(&r, 0, &view);
    assert_true(r.bad);
    assert_int_equal(msk_reader_left(&r), 0);
    assert_false(msk_reader_done(&r));
    assert_int_equal(r.at, 0);
}

static void
is_not_done_when_it_failed_at_the_very_end(void **state)
{
    struct msk_reader r;

    (void)state;
    start(&r, hex("01"));
    (void)msk_reader_u8(&r);
    assert_true(msk_reader_done(&r));
    (void)msk_reader_u8(&r);
    assert_false(msk_reader_done(&r));
    assert_int_equal(r.at, 1);
}

/* A reader against the plainest model of it, over chains of random calls. */
static void
reads_as_the_model_does(void **state)
{
    struct rng rng;

    (void)state;
    rng_start(&rng, 1);
    for (int round = 0; round < 2000; round++) {
        size_t n = (size_t)rng_below(&rng, 40), at = 0;
        uint8_t *p = room(n);
        struct msk_reader r;
        bool bad = false;

        rng_fill(&rng, p, n);
        msk_reader_init(&r, p, n);
        for (int call = 0; call < 12; call++) {
            size_t k = (size_t)rng_below(&rng, 8);
            struct msk_bytes view;

            bad = bad || k > n - at;
            msk_reader_take(&r, k, &view);
            assert_int_equal(view.n, bad ? 0 : k);
            if (view.n > 0)
                assert_ptr_equal(view.p, p + at);
            at += bad ? 0 : k;
            assert_int_equal(r.at, at);
            assert_int_equal(msk_reader_left(&r), bad ? 0 : n - at);
            assert_int_equal(msk_reader_done(&r), !bad && at == n);
        }
        release(NULL);
    }
}

static void
writes_numbers_big_endian(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct msk_bytes want = hex(numbers[i].octets);
        uint8_t *out = room(want.n);
        struct msk_bytes got = { out, want.n };
        struct msk_writer w;
        size_t len = 99;

        msk_writer_init(&w, out, want.n);
        write_number(&w, want.n, numbers[i].value);
        check_int(numbers[i].what, msk_writer_end(&w, &len), MSK_OK);
        check_int(numbers[i].what, (long long)len, (long long)want.n);
        check_octets(numbers[i].what, got, want);
    }
}

/* Everything a writer can do, 21 octets of it. */
static void
write_all(struct msk_writer *w)
{
    size_t outer, inner;

    msk_writer_u8(w, 0x01);
    msk_writer_poke(w, 0, 0x11);
    msk_writer_u16(w, 0x0203);
    outer = msk_writer_open16(w);
    msk_writer_u32(w, 0x04050607);
    inner = msk_writer_open8(w);
    msk_writer_put(w, (const uint8_t *)"abcdef", 6);
    msk_writer_put(w, NULL, 0);
    msk_writer_close8(w, inner);
    msk_writer_put(w, (const uint8_t *)"ghijk", 5);
    msk_writer_close16(w, outer);
}

#define ALL "11 0203 0010 04050607 06 616263646566 6768696a6b"

static void
writes_everything_into_a_buffer_that_just_holds_it(void **state)
{
    struct msk_bytes want = hex(ALL);
    uint8_t *out = room(want.n);
    struct msk_bytes got = { out, want.n };
    struct msk_writer w;
    size_t len = 0;

    (void)state;
    msk_writer_init(&w, out, want.n);
    write_all(&w);
    assert_int_equal(msk_writer_end(&w, &len), MSK_OK);
    assert_int_equal(len, want.n);
    check_octets("all", got, want);
}

static void
counts_without_a_buffer(void **state)
{
    static const size_t caps[] = { 0, 5, 1000 };

    (void)state;
    for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++) {
        struct msk_writer w;
        size_t len = 0;

        msk_writer_init(&w, NULL, caps[i]);
        write_all(&w);
        assert_int_equal(msk_writer_end(&w, &len), MSK_OK);
        assert_int_equal(len, hex(ALL).n);
    }
}

/* The sanitizer watches the end of out; what fits of it whole is there. */
static void
stays_in_every_buffer_that_is_too_small(void **state)
{
    struct msk_bytes want = hex(ALL);

    (void)state;
    for (size_t cap = 0; cap < want.n; cap++) {
        uint8_t *out = room(cap);
        struct msk_writer w;
        size_t len = 0;

        msk_writer_init(&w, out, cap);
        write_all(&w);
        assert_int_equal(msk_writer_end(&w, &len), MSK_ERR_SPACE);
        assert_int_equal(len, want.n);
        if (cap >= 1)
            assert_int_equal(out[0], 0x11);
    }
}

static void
writes_nothing_after_a_field_that_did_not_fit(void **state)
{
    uint8_t *out = room(3);
    struct msk_bytes got = { out, 3 };
    struct msk_writer w;
    size_t len;

    (void)state;
    msk_writer_init(&w, out, 3);
    msk_writer_u16(&w, 0x0102);
    msk_writer_u16(&w, 0x0304);
    msk_writer_u8(&w, 0x05);
    assert_int_equal(msk_writer_end(&w, &len), MSK_ERR_SPACE);
    assert_int_equal(len, 5);
    check_octets("the third octet is as it was", got, hex("0102a5"));
}

static void
pokes_only_what_was_written_and_is_there(void **state)
{
    uint8_t *out = room(4);
    struct msk_bytes got = { out, 4 };
    struct msk_writer w;

    (void)state;
    msk_writer_init(&w, out, 4);
    msk_writer_u16(&w, 0x0102);
    msk_writer_poke(&w, 1, 0x77);
    msk_writer_poke(&w, 2, 0x88);
    check_octets("not after the length", got, hex("0177a5a5"));
    msk_writer_u32(&w, 0);
    msk_writer_poke(&w, 3, 0x99);
    msk_writer_poke(&w, 4, 0x99);
    msk_writer_poke(&w, SIZE_MAX, 0x99);
    check_octets("not after the buffer", got, hex("0177a599"));
    msk_writer_init(&w, NULL, 4);
    msk_writer_u8(&w, 1);
    msk_writer_poke(&w, 0, 2); /* nothing to write to */
    assert_int_equal(w.len, 1);
}

static const struct {
    const char *what;
    size_t width, n; /* octets of the length, and what it counts */
    int want;
} lengths[] = {
    { "u8: nothing", 1, 0, MSK_OK },
    { "u8: one", 1, 1, MSK_OK },
    { "u8: as much as it can say", 1, 255, MSK_OK },
    { "u8: one more", 1, 256, MSK_ERR_LENGTH },
    { "u8: what would look like nothing", 1, 512, MSK_ERR_LENGTH },
    { "u16: nothing", 2, 0, MSK_OK },
    { "u16: one octet", 2, 255, MSK_OK },
    { "u16: both octets", 2, 0x1234, MSK_OK },
    { "u16: as much as it can say", 2, 65535, MSK_OK },
    { "u16: one more", 2, 65536, MSK_ERR_LENGTH },
};

static void
fills_in_lengths_that_fit_and_refuses_others(void **state)
{
    const uint8_t *body = room(65536);

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t cap = 1 + lengths[i].width + lengths[i].n, at, len;
        uint8_t *out = room(cap);
        struct msk_writer w;
        struct msk_reader r;

        msk_writer_init(&w, out, cap);
        msk_writer_u8(&w, 0xee);
        at = lengths[i].width == 1 ? msk_writer_open8(&w)
                                   : msk_writer_open16(&w);
        check_int(lengths[i].what, (long long)at, 1);
        msk_writer_put(&w, body, lengths[i].n);
        if (lengths[i].width == 1)
            msk_writer_close8(&w, at);
        else
            msk_writer_close16(&w, at);
        check_int(lengths[i].what, msk_writer_end(&w, &len), lengths[i].want);
        check_int(lengths[i].what, (long long)len, (long long)cap);
        if (lengths[i].want != MSK_OK)
            continue;
        msk_reader_init(&r, out, cap);
        check_int(lengths[i].what, msk_reader_u8(&r), 0xee);
        check_int(lengths[i].what, number(&r, lengths[i].width),
                  (long long)lengths[i].n);
    }
}

static const struct {
    size_t written, width, at;
} unopened[] = {
    { 0, 1, 0 },        { 1, 1, 1 },
    { 1, 1, 2 },        { 0, 1, SIZE_MAX },
    { 3, 1, SIZE_MAX }, { 0, 2, 0 },
    { 1, 2, 0 },        { 1, 2, 1 },
    { 0, 2, SIZE_MAX }, { 0, 2, SIZE_MAX - 1 },
    { 2, 2, 1 },        { 2, 2, 2 },
    { 3, 2, 2 },        { 1, 2, SIZE_MAX },
    { 2, 2, SIZE_MAX },
};

static void
refuses_to_close_what_was_not_opened(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof unopened / sizeof unopened[0]; i++) {
        uint8_t *out = room(4);
        struct msk_bytes got = { out, 4 };
        struct msk_writer w;
        size_t len;

        msk_writer_init(&w, out, 4);
        msk_writer_put(&w, hex("a5a5a5").p, unopened[i].written);
        if (unopened[i].width == 1)
            msk_writer_close8(&w, unopened[i].at);
        else
            msk_writer_close16(&w, unopened[i].at);
        assert_int_equal(msk_writer_end(&w, &len), MSK_ERR_LENGTH);
        check_octets("nothing was filled in", got, hex("a5a5a5a5"));
    }
}

static void
names_the_length_before_the_space(void **state)
{
    struct msk_writer w;
    size_t len;

    (void)state;
    msk_writer_init(&w, room(1), 1);
    msk_writer_u32(&w, 0);
    msk_writer_close8(&w, 9);
    assert_int_equal(msk_writer_end(&w, &len), MSK_ERR_LENGTH);
    assert_int_equal(len, 4);
}

static void
never_looks_short_when_the_count_is_full(void **state)
{
    struct msk_writer w;
    size_t len;

    (void)state;
    msk_writer_init(&w, NULL, 0);
    w.len = SIZE_MAX - 1;
    msk_writer_u8(&w, 0);
    assert_int_equal(msk_writer_end(&w, &len), MSK_OK);
    assert_int_equal(len, SIZE_MAX);
    msk_writer_u8(&w, 0);
    assert_int_equal(msk_writer_end(&w, &len), MSK_ERR_LENGTH);
    assert_int_equal(len, SIZE_MAX);
}

#define TEST(f) cmocka_unit_test_teardown(f, release)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_numbers_big_endian),
        TEST(refuses_every_number_cut_short),
        TEST(reads_one_field_after_the_other),
        TEST(refuses_a_view_that_is_longer_than_what_is_left),
        TEST(takes_views_of_no_octets_everywhere),
        TEST(skips_octets_that_are_there_and_no_others),
        TEST(stays_bad_once_it_is),
        TEST(is_not_done_when_it_failed_at_the_very_end),
        TEST(reads_as_the_model_does),
        TEST(writes_numbers_big_endian),
        TEST(writes_everything_into_a_buffer_that_just_holds_it),
        TEST(counts_without_a_buffer),
        TEST(stays_in_every_buffer_that_is_too_small),
        TEST(writes_nothing_after_a_field_that_did_not_fit),
        TEST(pokes_only_what_was_written_and_is_there),
        TEST(fills_in_lengths_that_fit_and_refuses_others),
        TEST(refuses_to_close_what_was_not_opened),
        TEST(names_the_length_before_the_space),
        TEST(never_looks_short_when_the_count_is_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
