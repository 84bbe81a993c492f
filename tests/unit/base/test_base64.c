/* SPDX-License-Identifier: MIT */
#include "msk/base64.h"

#include "support.h"

/* RFC 4648 section 10, and what is special in the alphabet. */
static const struct {
    const char *octets, *text;
} vectors[] = {
    { "", "" },
    { "66", "Zg==" },
    { "666f", "Zm8=" },
    { "666f6f", "Zm9v" },
    { "666f6f62", "Zm9vYg==" },
    { "666f6f6261", "Zm9vYmE=" },
    { "666f6f626172", "Zm9vYmFy" },
    { "00", "AA==" },
    { "ff", "/w==" },
    { "fbff", "+/8=" },
    { "00108310518720928b30d38f41149351559761969b71d79f"
      "8218a39259a7a29aabb2dbafc31cb3d35db7e39ebbf3dfbf",
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" },
};
#define VECTORS (sizeof vectors / sizeof vectors[0])

static void
encodes_every_vector(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct msk_bytes in = hex(vectors[i].octets);
        struct msk_bytes want = chars(vectors[i].text);
        uint8_t *out = room(want.n);
        struct msk_bytes got = { out, 99 };

        assert_int_equal(msk_base64_len(in.n), want.n);
        check_int(vectors[i].text, msk_base64_encode(in, out, want.n, &got.n),
                  MSK_OK);
        check_octets(vectors[i].text, got, want);
    }
}

static void
decodes_every_vector(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct msk_bytes want = hex(vectors[i].octets);
        uint8_t *out = room(want.n);
        struct msk_bytes got = { out, 99 };

        check_int(
            vectors[i].text,
            msk_base64_decode(chars(vectors[i].text), out, want.n, &got.n),
            MSK_OK);
        check_octets(vectors[i].text, got, want);
    }
}

static void
refuses_every_buffer_that_is_too_small(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct msk_bytes in = hex(vectors[i].octets);
        struct msk_bytes text = chars(vectors[i].text);
        size_t len;

        for (size_t cap = 0; cap < text.n; cap++)
            check_int(vectors[i].text,
                      msk_base64_encode(in, room(cap), cap, &len),
                      MSK_ERR_SPACE);
        for (size_t cap = 0; cap < in.n; cap++)
            check_int(vectors[i].text,
                      msk_base64_decode(text, room(cap), cap, &len),
                      MSK_ERR_SPACE);
    }
}

static void
encodes_as_much_as_it_says_and_no_more(void **state)
{
    size_t cap = msk_base64_len(MSK_BASE64_MAX), len = 0;
    struct msk_bytes in = { room(MSK_BASE64_MAX + 1), MSK_BASE64_MAX };
    uint8_t *out = room(cap);

    (void)state;
    assert_int_equal(msk_base64_encode(in, out, cap, &len), MSK_OK);
    assert_int_equal(len, cap);
    in.n++;
    assert_int_equal(msk_base64_encode(in, out, cap, &len), MSK_ERR_ARGUMENT);
}

static void
decodes_what_it_encoded(void **state)
{
    struct rng rng;

    (void)state;
    rng_start(&rng, 6);
    for (size_t n = 0; n < 300; n++) {
        uint8_t *in = room(n), *out = room(n);
        size_t cap = msk_base64_len(n);
        uint8_t *middle = room(cap);
        struct msk_bytes octets = { in, n }, text = { middle, 0 },
                         got = { out, 0 };

        rng_fill(&rng, in, n);
        assert_int_equal(msk_base64_encode(octets, middle, cap, &text.n),
                         MSK_OK);
        assert_int_equal(msk_base64_decode(text, out, n, &got.n), MSK_OK);
        check_octets("and back", got, octets);
    }
}

static const char *const blanks[] = {
    " Zm9vYg==",   "Zm9vYg== ",          "Zm9v\r\nYg==",
    "Z m9\tvYg==", "Zm9vYg=\n=",         "Zm9vYg ==",
    "\n\n",        " \t\r\n Zm9vYg==\n", "Z\nm\n9\nv\nY\ng\n=\n=\n",
};

static void
skips_white_space_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        uint8_t *out = room(4);
        struct msk_bytes got = { out, 99 };

        check_int(blanks[i],
                  msk_base64_decode(chars(blanks[i]), out, 4, &got.n), MSK_OK);
        check_octets(blanks[i], got, got.n > 0 ? hex("666f6f62") : hex(""));
        check_int(blanks[i], got.n == 0, i == 6);
    }
}

static const char *const refused[] = {
    "Z",        "Zg",       "Zg=",     "Zm9vY",   "Zm9vYg",   "Zm9vYg=",
    "=",        "==",       "====",    "Z===",    "A===",     "A=",
    "A==",      "Zg===",    "Zg====",  "Zm9v=",   "Zm9v====", "Zg==Zg==",
    "Zm8=Zg==", "Zg=v",     "Z=g=",    "Zg==A",   "Zg==Zm9v", "Zm8=AAAA",
    "Zg== =",   "Zg==\nA",  "Zm8= A",  "Zh==",    "Zv==",     "Zn==",
    "Zo==",     "Zm9=",     "Zm+=",    "/x==",    "//==",     "//9=",
    "AAB=",     "AB==",     "Zm-v",    "Zm_v",    "Zm.v",     "Zm,v",
    "Zm@v",     "Zm[v",     "Zm`v",    "Zm{v",    "Zm:v",     "Zm*v",
    "Zm9v\f",   "Zm9v\v",   "Zm\x7fv", "Zm\x80v", "Zm\xffv",  "Zm\xdav",
    "\xa0Zm9v", "Zm9v\x01", "Zm9vZ\n",
};

static void
refuses_every_text_that_is_not_canonical(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        size_t len;

        check_int(refused[i],
                  msk_base64_decode(chars(refused[i]), room(16), 16, &len),
                  MSK_ERR_VALUE);
    }
}

/* Of all octets, 64 stand for bits, one pads and four are skipped. */
static void
takes_no_character_outside_the_alphabet(void **state)
{
    int taken = 0;

    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        uint8_t text[4] = { 'A', 'A', 'A', (uint8_t)c };
        uint8_t out[3];
        size_t len;

        taken += msk_base64_decode(exact(text, 4), out, 3, &len) == MSK_OK;
    }
    assert_int_equal(taken, 64 + 1);
    for (unsigned c = 0; c < 256; c++) {
        uint8_t text[5] = { 'A', 'A', (uint8_t)c, 'A', 'A' };
        uint8_t out[3];
        size_t len;

        taken += msk_base64_decode(exact(text, 5), out, 3, &len) == MSK_OK;
    }
    assert_int_equal(taken, 64 + 1 + 4);
}

static void
refuses_a_view_that_has_no_octets(void **state)
{
    const struct msk_bytes none = { NULL, 0 }, bad = { NULL, 1 };
    uint8_t out[4];
    size_t len = 9;

    (void)state;
    assert_int_equal(msk_base64_encode(bad, out, 4, &len), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_base64_decode(bad, out, 4, &len), MSK_ERR_ARGUMENT);
    assert_int_equal(msk_base64_encode(none, out, 4, &len), MSK_OK);
    assert_int_equal(len, 0);
    assert_int_equal(msk_base64_decode(none, out, 4, &len), MSK_OK);
    assert_int_equal(len, 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, release)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(encodes_every_vector),
        TEST(decodes_every_vector),
        TEST(refuses_every_buffer_that_is_too_small),
        TEST(encodes_as_much_as_it_says_and_no_more),
        TEST(decodes_what_it_encoded),
        TEST(refuses_a_view_that_has_no_octets),
        TEST(skips_white_space_anywhere),
        TEST(refuses_every_text_that_is_not_canonical),
        TEST(takes_no_character_outside_the_alphabet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
