/* SPDX-License-Identifier: MIT */
#include "http/auth_param.h"

#include <string.h>

#include "support.h"

/* Items as a text: S(scheme), name=value with the backslashes gone, and at
 * the end "." or "!". */
static struct msk_bytes
items(struct msk_bytes text)
{
    uint8_t *out = room(2 * text.n + 4 * MSK_AUTH_ITEMS_MAX + 8);
    struct msk_auth_cursor c;
    struct msk_auth_value value;
    struct msk_bytes name;
    size_t n = 0, len;
    enum msk_auth_item item;

    msk_auth_begin(&c, text);
    for (;;) {
        item = msk_auth_next(&c, &name, &value);
        if (item == MSK_AUTH_ITEM_END || item == MSK_AUTH_ITEM_BAD)
            break;
        if (item == MSK_AUTH_ITEM_SCHEME)
            out[n++] = '(';
        memcpy(out + n, name.p, name.n);
        n += name.n;
        out[n++] = item == MSK_AUTH_ITEM_SCHEME ? ')' : '=';
        if (item == MSK_AUTH_ITEM_PARAM) {
            (void)msk_auth_copy(&value, out + n, 2 * text.n, &len);
            n += len;
            out[n++] = ';';
        }
    }
    out[n++] = item == MSK_AUTH_ITEM_END ? '.' : '!';
    /* And so for ever. */
    assert_int_equal(msk_auth_next(&c, &name, &value), item);
    return exact(out, n);
}

static const struct {
    const char *text, *want;
} texts[] = {
    { "", "." },
    { " \t ,, ,", "." },
    { "Digest", "(Digest)." },
    { "Digest ", "(Digest)." },
    { "Digest ,", "(Digest)." },
    { "Digest a=b", "(Digest)a=b;." },
    { "Digest a=b,c=d", "(Digest)a=b;c=d;." },
    { "Digest a=\"b\",c=\"d\"", "(Digest)a=b;c=d;." },
    { "Digest , ,a = b\t,\t,c\t=\t\"d\" ,", "(Digest)a=b;c=d;." },
    { "Digest a=\"\"", "(Digest)a=;." },
    { "Digest a=\"\\\"\\\\\\b,c=d\"", "(Digest)a=\"\\b,c=d;." },
    { "Digest a=\"\t \x80\xFF\"", "(Digest)a=\t \x80\xFF;." },
    { "Digest a*=b'c'd", "(Digest)a*=b'c'd;." },
    { "a=b, c=\"d\"", "a=b;c=d;." },
    /* Several schemes. */
    { "Basic realm=\"x\", Digest a=b", "(Basic)realm=x;(Digest)a=b;." },
    { "Digest a=b, Basic realm=\"x\"", "(Digest)a=b;(Basic)realm=x;." },
    { "Digest a=b, c=d, Negotiate, Digest e=f",
      "(Digest)a=b;c=d;(Negotiate)(Digest)e=f;." },
    { "Negotiate, Digest a=b", "(Negotiate)(Digest)a=b;." },
    { "Negotiate YII=, Digest a=b", "(Negotiate)(Digest)a=b;." },
    { "Negotiate YII== , Digest a=b", "(Negotiate)(Digest)a=b;." },
    { "Negotiate a/b+c-._~==", "(Negotiate)." },
    { "Negotiate YII, Digest a=b", "(Negotiate)(Digest)a=b;." },
    { "Digest nonce=", "(Digest)." }, /* a token68, not a parameter */
    /* Not well formed. */
    { "=", "!" },
    { "=a", "!" },
    { "Digest =a", "Digest=a;." }, /* blanks may stand there */
    { "Digest ,=a", "(Digest)!" },
    { "Digest a=, b=c", "(Digest)!" }, /* none beside a token68 */
    { "Negotiate YII=, a=b", "(Negotiate)!" },
    { "Digest a=b c=d", "(Digest)!" },
    { "Digest a=\"b\"c", "(Digest)!" },
    { "Digest a=\"b\"\"c\"", "(Digest)!" },
    { "Digest a=b\"c\"", "(Digest)!" },
    { "Digest a=b/c", "(Digest)!" },
    { "Digest a=b=c", "(Digest)!" },
    { "Digest a=b, =c", "(Digest)a=b;!" },
    { "Digest a=\"b", "(Digest)!" },
    { "Digest a=\"b\\", "(Digest)!" },
    { "Digest a=\"b\\\"", "(Digest)!" },
    { "Digest a=\"", "(Digest)!" },
    { "Digest a=\"b\r\nc\"", "(Digest)!" },
    { "Digest a=\"b\nc\"", "(Digest)!" },
    { "Digest a=\"b\\\nc\"", "(Digest)!" },
    { "Digest a=\"\x7F\"", "(Digest)!" },
    { "Digest a=\x80", "(Digest)!" },
    { "Digest a=b\r\nX: y", "(Digest)!" },
    { "Digest\r\n a=b", "!" },
    { "Digest Basic a=b", "(Digest)!" },
    { "Digest a b=c", "(Digest)!" },
    { "Digest \"a\"=b", "(Digest)!" },
    { "Dig\x80st a=b", "!" },
    { "Digest/1 a=b", "!" },
    { "Digest;a=b", "!" },
};

static void
cuts_a_header_into_schemes_and_parameters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++, release(NULL))
        check_octets(texts[i].text, items(chars(texts[i].text)),
                     chars(texts[i].want));
}

static void
refuses_a_nul(void **state)
{
    static const uint8_t quoted[] = "Digest a=\"b\0c\"";
    static const uint8_t token[] = "Digest a=b\0";

    (void)state;
    check_octets("in quotes", items(exact(quoted, sizeof quoted - 1)),
                 chars("(Digest)!"));
    check_octets("behind a token", items(exact(token, sizeof token - 1)),
                 chars("(Digest)!"));
}

static void
stays_inside_every_text_cut_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (size_t n = 0; n <= strlen(texts[i].text); n++, release(NULL))
            (void)items(exact((const uint8_t *)texts[i].text, n));
}

static void
holds_items_and_octets_to_their_caps(void **state)
{
    uint8_t text[MSK_HTTP_VALUE_MAX + 1];
    struct msk_auth_cursor c;
    struct msk_auth_value value;
    struct msk_bytes name;
    size_t n;

    (void)state;
    memset(text, ',', sizeof text);
    for (size_t i = 0; i < 1000; i++)
        memcpy(text + 4 * i, "a=b,", 4);
    msk_auth_begin(&c, (struct msk_bytes){ text, 4000 });
    for (n = 0; msk_auth_next(&c, &name, &value) == MSK_AUTH_ITEM_PARAM; n++)
        continue;
    assert_int_equal(n, MSK_AUTH_ITEMS_MAX);
    assert_true(c.bad);
    msk_auth_begin(&c, exact(text, 4 * MSK_AUTH_ITEMS_MAX));
    for (n = 0; msk_auth_next(&c, &name, &value) == MSK_AUTH_ITEM_PARAM; n++)
        continue;
    assert_int_equal(n, MSK_AUTH_ITEMS_MAX);
    assert_false(c.bad);
    memset(text, ',', sizeof text);
    msk_auth_begin(&c, exact(text, MSK_HTTP_VALUE_MAX));
    assert_int_equal(msk_auth_next(&c, &name, &value), MSK_AUTH_ITEM_END);
    msk_auth_begin(&c, exact(text, MSK_HTTP_VALUE_MAX + 1));
    assert_int_equal(msk_auth_next(&c, &name, &value), MSK_AUTH_ITEM_BAD);
}

static struct msk_auth_value
value_of(const char *text, bool quoted)
{
    struct msk_auth_value value = { chars(text), true, quoted };

    return value;
}

static void
compares_and_copies_without_backslashes(void **state)
{
    struct msk_auth_value none = { { NULL, 0 }, false, false }, v;
    uint8_t out[3];
    size_t n;

    (void)state;
    v = value_of("a\\b\\\\", true);
    assert_true(msk_auth_equal(&v, chars("ab\\")));
    assert_false(msk_auth_equal(&v, chars("ab")));
    assert_false(msk_auth_equal(&v, chars("ab\\x")));
    assert_false(msk_auth_equal(&v, chars("a\\b\\\\")));
    assert_true(msk_auth_is(&v, "AB\\"));
    assert_true(msk_auth_copy(&v, out, 3, &n));
    check_octets("copied", exact(out, n), chars("ab\\"));
    assert_false(msk_auth_copy(&v, out, 2, &n));
    v = value_of("AB", false);
    assert_false(msk_auth_equal(&v, chars("ab")));
    assert_true(msk_auth_is(&v, "ab"));
    v = value_of("", true);
    assert_true(msk_auth_equal(&v, chars("")));
    assert_false(msk_auth_equal(&v, chars("a")));
    assert_false(msk_auth_copy(&v, out, 3, &n));
    assert_int_equal(n, 0);
    assert_false(msk_auth_equal(&none, chars("")));
    assert_false(msk_auth_copy(&none, out, 3, &n));
    assert_false(msk_auth_is(&none, ""));
}

static void
walks_lists(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "", "." },    { "auth", "auth;." }, { " , a ,,b,", "a;b;." },
        { "a b", "!" }, { "a/b", "!" },       { "a,b\"", "a;!" },
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct msk_bytes text = chars(rows[i].text), token;
        struct msk_reader r;
        size_t n = 0;

        msk_reader_init(&r, text.p, text.n);
        while (msk_auth_list_next(&r, &token)) {
            memcpy(out + n, token.p, token.n);
            n += token.n;
            out[n++] = ';';
        }
        out[n++] = msk_reader_left(&r) == 0 ? '.' : '!';
        check_octets(rows[i].text, exact((const uint8_t *)out, n),
                     chars(rows[i].want));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(cuts_a_header_into_schemes_and_parameters,
                                  release),
        cmocka_unit_test_teardown(refuses_a_nul, release),
        cmocka_unit_test_teardown(stays_inside_every_text_cut_short, release),
        cmocka_unit_test_teardown(holds_items_and_octets_to_their_caps,
                                  release),
        cmocka_unit_test_teardown(compares_and_copies_without_backslashes,
                                  release),
        cmocka_unit_test_teardown(walks_lists, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
