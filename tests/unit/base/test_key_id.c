/* SPDX-License-Identifier: MIT */
#include "msk/types.h"

#include <string.h>

#include "support.h"

static const struct msk_key_id some = { { 0x12, 0xf6, 0x45 }, 0x0102, 0x0304 };

static void
packs_domain_group_and_number(void **state)
{
    struct msk_bytes got = { room(MSK_KEY_ID_LEN), MSK_KEY_ID_LEN };
    uint8_t *out = room(MSK_KEY_ID_LEN);

    (void)state;
    msk_key_id_pack(&some, out);
    got.p = out;
    check_octets("packed", got, hex("12f645 0102 0304"));
}

static void
unpacks_what_it_packed(void **state)
{
    struct rng rng;

    (void)state;
    rng_start(&rng, 5);
    for (int i = 0; i < 1000; i++) {
        uint8_t *in = room(MSK_KEY_ID_LEN), *out = room(MSK_KEY_ID_LEN);
        struct msk_bytes got = { out, MSK_KEY_ID_LEN };
        struct msk_key_id id;

        rng_fill(&rng, in, MSK_KEY_ID_LEN);
        msk_key_id_unpack(in, &id);
        assert_int_equal(id.group, in[3] * 256 + in[4]);
        assert_int_equal(id.number, in[5] * 256 + in[6]);
        msk_key_id_pack(&id, out);
        check_octets("and back", got, exact(in, MSK_KEY_ID_LEN));
    }
}

static void
finds_the_same_name_equal(void **state)
{
    struct msk_key_id other;

    (void)state;
    memset(&other, 0xff, sizeof other); /* padding is not compared */
    memcpy(other.domain, some.domain, sizeof other.domain);
    other.group = some.group;
    other.number = some.number;
    assert_true(msk_key_id_equal(&some, &other));
    assert_true(msk_key_id_equal(&some, &some));
}

static void
finds_names_that_differ_in_one_bit_different(void **state)
{
    uint8_t packed[MSK_KEY_ID_LEN];
    struct msk_key_id other;

    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof packed; bit++) {
        msk_key_id_pack(&some, packed);
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        msk_key_id_unpack(packed, &other);
        assert_false(msk_key_id_equal(&some, &other));
        assert_false(msk_key_id_equal(&other, &some));
    }
}

static const struct {
    const char *mcc, *mnc, *domain; /* domain NULL: refused */
} domains[] = {
    { "216", "54", "12f645" },  { "001", "01", "00f110" },
    { "310", "410", "130014" }, { "123", "456", "216354" },
    { "999", "999", "999999" }, { "000", "00", "00f000" },
    { "000", "000", "000000" }, { "", "54", NULL },
    { "21", "54", NULL },       { "2160", "54", NULL },
    { "216", "", NULL },        { "216", "5", NULL },
    { "216", "5432", NULL },    { "21a", "54", NULL },
    { "x16", "54", NULL },      { "216", "5 ", NULL },
    { "216", ":4", NULL },      { "216", "/4", NULL },
    { "216", "54f", NULL },     { "2:6", "54", NULL },
    { "2/6", "54", NULL },
};

static void
packs_a_plmn_or_leaves_the_domain_as_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        uint8_t *out = room(3);
        struct msk_bytes got = { out, 3 };
        const char *want = domains[i].domain;
        int err;

        err = msk_key_id_domain(chars(domains[i].mcc), chars(domains[i].mnc),
                                out);
        check_int(domains[i].mcc, err, want ? MSK_OK : MSK_ERR_ARGUMENT);
        check_octets(domains[i].mnc, got, hex(want ? want : "a5a5a5"));
    }
}

static void
refuses_a_plmn_of_null(void **state)
{
    const struct msk_bytes null3 = { NULL, 3 }, null2 = { NULL, 2 };
    uint8_t *out = room(3);

    (void)state;
    assert_int_equal(msk_key_id_domain(null3, chars("54"), out),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_id_domain(chars("216"), null2, out),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_id_domain(chars("216"), null3, out),
                     MSK_ERR_ARGUMENT);
    assert_int_equal(msk_key_id_domain(chars("216"), chars("54"), NULL),
                     MSK_ERR_ARGUMENT);
}

#define TEST(f) cmocka_unit_test_teardown(f, release)

static void
finds_groups_the_same_whose_domain_and_number_are(void **state)
{
    const struct msk_group_id none = { { 0, 0, 0 }, 0 };
    struct msk_group_id group = msk_key_id_group(&some), other;

    (void)state;
    other = msk_key_id_group(NULL);
    assert_true(msk_group_id_equal(&other, &none));
    assert_memory_equal(group.domain, some.domain, 3);
    assert_int_equal(group.group, some.group);
    memset(&other, 0xff, sizeof other); /* padding is not compared */
    memcpy(other.domain, some.domain, sizeof other.domain);
    other.group = some.group;
    assert_true(msk_group_id_equal(&group, &other));
    for (size_t bit = 0; bit < 40; bit++) {
        other = group;
        if (bit < 24)
            other.domain[bit / 8] ^= (uint8_t)(1 << bit % 8);
        else
            other.group ^= (uint16_t)(1 << (bit - 24));
        assert_false(msk_group_id_equal(&group, &other));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_groups_the_same_whose_domain_and_number_are),
        TEST(packs_domain_group_and_number),
        TEST(unpacks_what_it_packed),
        TEST(finds_the_same_name_equal),
        TEST(finds_names_that_differ_in_one_bit_different),
        TEST(packs_a_plmn_or_leaves_the_domain_as_it_was),
        TEST(refuses_a_plmn_of_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
