/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "messages.h"

static struct msk_bytes
view(const uint8_t *p, size_t n)
{
    return (struct msk_bytes){ p, n };
}

/* Reads in to its end, and builds what was read into out. */
static int
rebuild(struct msk_bytes in, uint8_t *out, size_t cap, size_t *len)
{
    struct msk_mikey_builder builder;
    struct msk_mikey_cursor cursor;
    struct msk_mikey_header header;
    struct msk_payload p;
    int err = msk_mikey_begin(&cursor, in, MSK_PAYLOADS_MBMS, &header);

    if (err != MSK_OK)
        return err;
    msk_mikey_build(&builder, out, cap, &header);
    err = msk_mikey_next(&cursor, &p);
    while (err == MSK_OK && p.type != MSK_PAYLOAD_LAST) {
        msk_mikey_build_add(&builder, &p);
        err = msk_mikey_next(&cursor, &p);
    }
    return err == MSK_OK ? msk_mikey_build_end(&builder, len) : err;
}

static void
builds_again_every_message_that_it_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        struct msk_bytes in = hex(mbms_vectors[i].message);
        uint8_t *out = room(in.n);
        size_t len = 0;

        check_int(mbms_vectors[i].name, rebuild(in, out, in.n, &len), MSK_OK);
        check_octets(mbms_vectors[i].name, view(out, len), in);
        check_int(mbms_vectors[i].name, rebuild(in, NULL, 0, &len), MSK_OK);
        check_int(mbms_vectors[i].name, (long long)len, (long long)in.n);
    }
}

static void
writes_nothing_past_any_buffer_that_is_too_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        struct msk_bytes in = hex(mbms_vectors[i].message);

        for (size_t cap = 0; cap < in.n; cap++) {
            size_t len = 0;

            check_int(mbms_vectors[i].name, rebuild(in, room(cap), cap, &len),
                      MSK_ERR_SPACE);
            check_int(mbms_vectors[i].name, (long long)len, (long long)in.n);
        }
    }
}

static void
refuses_every_message_cut_at_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        struct msk_bytes whole = hex(mbms_vectors[i].message);
        size_t len;

        for (size_t n = 0; n < whole.n; n++)
            check_int(mbms_vectors[i].name,
                      rebuild(exact(whole.p, n), NULL, 0, &len),
                      MSK_ERR_TRUNCATED);
    }
}

static void
refuses_every_message_with_an_octet_too_many(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        struct msk_bytes in = hex(mbms_vectors[i].message);
        uint8_t *longer = room(in.n + 1);
        size_t len;

        memcpy(longer, in.p, in.n);
        longer[in.n] = 0;
        check_int(mbms_vectors[i].name,
                  rebuild(view(longer, in.n + 1), NULL, 0, &len),
                  MSK_ERR_TRAILING);
    }
}

static void
refuses_or_builds_again_every_message_with_a_bit_flipped(void **state)
{
    size_t refused = 0, built = 0;

    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        struct msk_bytes whole = hex(mbms_vectors[i].message);

        for (size_t bit = 0; bit < 8 * whole.n; bit++) {
            uint8_t *in = room(whole.n), *out = room(whole.n);
            size_t len = 0;
            int err;

            memcpy(in, whole.p, whole.n);
            in[bit / 8] ^= (uint8_t)(1u << bit % 8);
            err = rebuild(view(in, whole.n), out, whole.n, &len);
            if (err == MSK_OK)
                check_octets(mbms_vectors[i].name, view(out, len),
                             view(in, whole.n));
            else
                check_int(mbms_vectors[i].name, msk_err_kind(err),
                          MSK_KIND_DROP);
            refused += err != MSK_OK;
            built += err == MSK_OK;
            release(NULL); /* tens of thousands of messages */
            whole = hex(mbms_vectors[i].message);
        }
    }
    assert_true(refused > 1000 && built > 1000);
}

static void
hands_out_payloads_that_cover_the_message_without_a_gap(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_VECTORS; i++) {
        struct msk_bytes in = hex(mbms_vectors[i].message);
        struct msk_mikey_cursor cursor;
        struct msk_mikey_header header;
        struct msk_payload p;
        size_t at;

        check_int(mbms_vectors[i].name,
                  msk_mikey_begin(&cursor, in, MSK_PAYLOADS_MBMS, &header),
                  MSK_OK);
        at = 10 + header.map.n;
        while (msk_mikey_next(&cursor, &p) == MSK_OK &&
               p.type != MSK_PAYLOAD_LAST) {
            check_int(mbms_vectors[i].name, (long long)p.offset, (long long)at);
            at += p.length;
        }
        check_int(mbms_vectors[i].name, (long long)at, (long long)in.n);
        check_int("again at the end", msk_mikey_next(&cursor, &p), MSK_OK);
        check_int("again at the end", p.type, MSK_PAYLOAD_LAST);
    }
}

#define HEAD "0100 00 80 000018cf 00 01"
#define T "05 02 00000001;"
#define RAND "0b 01 aa;"

static void
hands_out_as_many_payloads_as_the_cap_and_no_more(void **state)
{
    char text[65 * sizeof RAND] = "";
    size_t len = 0;

    (void)state;
    for (size_t i = 0; i < MSK_MIKEY_PAYLOADS_MAX; i++)
        strcat(text, RAND);
    assert_int_equal(rebuild(chain(HEAD, text), NULL, 0, &len), MSK_OK);
    assert_int_equal(len, 10 + 64 * 3);
    strcat(text, RAND);
    assert_int_equal(rebuild(chain(HEAD, text), NULL, 0, &len), MSK_ERR_MANY);
}

static void
refuses_payloads_that_are_not_allowed(void **state)
{
    struct msk_bytes in = chain(HEAD, T RAND);
    struct msk_mikey_cursor cursor;
    struct msk_mikey_header header;
    struct msk_payload p;

    (void)state;
    assert_int_equal(
        msk_mikey_begin(&cursor, in,
                        MSK_PAYLOADS_MBMS & ~MSK_PAYLOAD_BIT(MSK_PAYLOAD_RAND),
                        &header),
        MSK_OK);
    assert_int_equal(msk_mikey_next(&cursor, &p), MSK_OK);
    for (int i = 0; i < 2; i++) { /* the cursor stays where it is */
        assert_int_equal(msk_mikey_next(&cursor, &p), MSK_ERR_PAYLOAD);
        assert_int_equal(cursor.at, 16);
        assert_int_equal(cursor.next, MSK_PAYLOAD_RAND);
    }
}

/* RFC 3830 6.1 has 16 types, later ones more: MBMS has seven. */
static void
knows_no_payload_that_mbms_does_not_use(void **state)
{
    (void)state;
    for (unsigned type = 1; type < 256; type++) {
        struct msk_mikey_cursor cursor;
        struct msk_mikey_header header;
        struct msk_payload p;
        uint8_t in[64] = { 1, 0, (uint8_t)type, 0, 0, 0, 0, 0, 0, 1 };
        int err;

        if (type < 32 && (MSK_PAYLOADS_MBMS >> type & 1) != 0)
            continue;
        err =
            msk_mikey_begin(&cursor, exact(in, sizeof in), UINT32_MAX, &header);
        assert_int_equal(err, MSK_OK);
        assert_int_equal(msk_mikey_next(&cursor, &p), MSK_ERR_PAYLOAD);
    }
}

static void
ends_a_chain_at_the_last_payload_only(void **state)
{
    size_t len;

    (void)state;
    assert_int_equal(rebuild(chain(HEAD, ""), NULL, 0, &len), MSK_OK);
    assert_int_equal(len, 10);
    assert_int_equal(rebuild(hex("0100 05 80 000018cf 00 01"), NULL, 0, &len),
                     MSK_ERR_TRUNCATED);
}

static void
keeps_the_first_error_of_a_build(void **state)
{
    struct msk_mikey_header header = { .map_type = MSK_MAP_EMPTY };
    struct msk_payload bad_t = { .type = MSK_PAYLOAD_T, .kind = 2 };
    struct msk_payload unknown = { .type = MSK_PAYLOAD_KEY_DATA };
    struct msk_payload rand = { .type = MSK_PAYLOAD_RAND };
    struct msk_mikey_builder builder;
    uint8_t *out = room(64);
    size_t len;

    (void)state;
    msk_mikey_build(&builder, out, 64, &header);
    msk_mikey_build_add(&builder, &bad_t);
    msk_mikey_build_add(&builder, &unknown);
    msk_mikey_build_add(&builder, &rand);
    assert_int_equal(msk_mikey_build_end(&builder, &len), MSK_ERR_LENGTH);

    msk_mikey_build(&builder, out, 64, &header);
    msk_mikey_build_add(&builder, &unknown);
    msk_mikey_build_add(&builder, &bad_t);
    assert_int_equal(msk_mikey_build_end(&builder, &len), MSK_ERR_PAYLOAD);

    msk_mikey_build(&builder, out, 64, &header);
    msk_mikey_build_add(&builder, NULL);
    msk_mikey_build_add(&builder, &bad_t);
    assert_int_equal(msk_mikey_build_end(&builder, &len), MSK_ERR_ARGUMENT);

    rand.data = view(room(256), 256);
    msk_mikey_build(&builder, out, 64, &header);
    msk_mikey_build_add(&builder, &rand);
    rand.data.n = 0;
    msk_mikey_build_add(&builder, &rand);
    assert_int_equal(msk_mikey_build_end(&builder, &len), MSK_ERR_LENGTH);

    header.map_type = 2;
    msk_mikey_build(&builder, out, 64, &header);
    msk_mikey_build_add(&builder, &rand);
    assert_int_equal(msk_mikey_build_end(&builder, &len), MSK_ERR_UNSUPPORTED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(builds_again_every_message_that_it_reads,
                                  release),
        cmocka_unit_test_teardown(
            writes_nothing_past_any_buffer_that_is_too_short, release),
        cmocka_unit_test_teardown(refuses_every_message_cut_at_every_length,
                                  release),
        cmocka_unit_test_teardown(refuses_every_message_with_an_octet_too_many,
                                  release),
        cmocka_unit_test_teardown(
            refuses_or_builds_again_every_message_with_a_bit_flipped, release),
        cmocka_unit_test_teardown(
            hands_out_payloads_that_cover_the_message_without_a_gap, release),
        cmocka_unit_test_teardown(
            hands_out_as_many_payloads_as_the_cap_and_no_more, release),
        cmocka_unit_test_teardown(refuses_payloads_that_are_not_allowed,
                                  release),
        cmocka_unit_test_teardown(knows_no_payload_that_mbms_does_not_use,
                                  release),
        cmocka_unit_test_teardown(ends_a_chain_at_the_last_payload_only,
                                  release),
        cmocka_unit_test_teardown(keeps_the_first_error_of_a_build, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
