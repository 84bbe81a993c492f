/* SPDX-License-Identifier: MIT */
#include "http/auth_param.h"

#include <string.h>

#include "http/digest_param.h"
#include "support.h"

/* Items as a text: S(scheme), name=value with the backslashes gone, and at
 * the end "." or "!". */
static struct msk_bytes
items(struct msk_bytes text)
{
    uint8_t *out = room(6 * text.n + 8);
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
    /* Folded lines. */
    { "Digest\r\n a=b", "(Digest)a=b;." },
    { "Digest\r\n\ta=b,\r\n c=\"d\"\r\n\t", "(Digest)a=b;c=d;." },
    { "Digest\n a\r\n =\n\tb\n ,c=d", "(Digest)a=b;c=d;." },
    { "Digest a=\"b\r\n c\"", "(Digest)a=b c;." },
    { "Digest a=\"b\r\n \t\r\n\t c\n d\"", "(Digest)a=b c d;." },
    { "Negotiate\r\n YII=,\r\n Digest a=b", "(Negotiate)(Digest)a=b;." },
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
    { "Digest a=\"b\\\r\n c\"", "(Digest)!" },
    { "Digest a=\"\x7F\"", "(Digest)!" },
    { "Digest a=\x80", "(Digest)!" },
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
    check_octets("after a token", items(exact(token, sizeof token - 1)),
                 chars("(Digest)!"));
}

/* RFC 9110 5.6.2, 5.6.4, 11.2: where each octet may stand. */
static void
knows_where_each_octet_may_stand(void **state)
{
    static const char token[] = "!#$%&'*+-.^_`|~", token68[] = "-._~+/";

    (void)state;
    for (unsigned c = 0; c <= 0xFF; c++, release(NULL)) {
        const bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                            (c >= 'a' && c <= 'z');
        const bool text =
            c == '\t' || (c >= ' ' && c != 0x7F && c != '"' && c != '\\');
        const uint8_t in_token[] = { 'A', ' ', 'b', '=', 'x', (uint8_t)c, 'x' };
        const uint8_t in_68[] = { 'A', ' ', 'x', (uint8_t)c, 'x' };
        const uint8_t quoted[] = { 'A', ' ', 'b', '=', '"', (uint8_t)c, '"' };
        const uint8_t escaped[] = { 'A', ' ',  'b',        '=',
                                    '"', '\\', (uint8_t)c, '"' };
        struct msk_bytes got;

        got = items(exact(in_token, sizeof in_token));
        assert_int_equal(got.n == 10,
                         letter || (c != 0 && strchr(token, (int)c) != NULL));
        got = items(exact(in_68, sizeof in_68));
        assert_int_equal(got.n == 4 && got.p[3] == '.',
                         letter || (c != 0 && strchr(token68, (int)c) != NULL));
        if (c == '\r' || c == '\n')
            continue;
        got = items(exact(quoted, sizeof quoted));
        assert_int_equal(got.n == 8 && got.p[5] == c, text);
        got = items(exact(escaped, sizeof escaped));
        assert_int_equal(got.n == 8 && got.p[5] == c,
                         text || c == '"' || c == '\\');
    }
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
reads_any_number_of_items(void **state)
{
    uint8_t text[40000];
    struct msk_auth_cursor c;
    struct msk_auth_value value;
    struct msk_bytes name;
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof text / 4; i++)
        memcpy(text + 4 * i, "a=b,", 4);
    msk_auth_begin(&c, exact(text, sizeof text));
    for (n = 0; msk_auth_next(&c, &name, &value) == MSK_AUTH_ITEM_PARAM; n++)
        continue;
    assert_int_equal(n, sizeof text / 4);
    assert_int_equal(msk_auth_next(&c, &name, &value), MSK_AUTH_ITEM_END);
}

/* What stands in the lines: as above; "/" where the cursor was told to skip,
 * which it is at what cannot be read and at schemes named "X...". */
static struct msk_bytes
items_of_lines(const char *const *lines, size_t lines_max)
{
    struct msk_http_header headers[2 * 4];
    struct msk_auth_cursor c;
    struct msk_auth_value value = { { NULL, 0 }, false, false };
    struct msk_bytes name;
    uint8_t *out = room(256);
    size_t n = 0, n_headers = 0;
    enum msk_auth_item item;

    for (size_t i = 0; i < lines_max && lines[i] != NULL; i++) {
        headers[n_headers++] =
            (struct msk_http_header){ chars("other"), chars("Digest x=y") };
        headers[n_headers++] =
            (struct msk_http_header){ chars("NAME"), chars(lines[i]) };
    }
    msk_auth_begin_lines(&c, headers, n_headers, "name");
    for (item = msk_auth_next(&c, &name, &value); item != MSK_AUTH_ITEM_END;
         item = msk_auth_next(&c, &name, &value)) {
        assert_true(n < 200);
        if (item == MSK_AUTH_ITEM_BAD ||
            (item == MSK_AUTH_ITEM_SCHEME && name.p[0] == 'X')) {
            msk_auth_skip(&c);
            out[n++] = '/';
            continue;
        }
        memcpy(out + n, name.p, name.n);
        n += name.n;
        out[n++] = item == MSK_AUTH_ITEM_SCHEME ? ':' : '=';
    }
    out[n++] = item == MSK_AUTH_ITEM_END ? '.' : '!';
    return exact(out, n);
}

static void
reads_lines_of_one_name_as_one(void **state)
{
    static const struct {
        const char *lines[4], *want;
    } rows[] = {
        { { NULL }, "." },
        { { "", "", " , " }, "." },
        { { "A b=c", "d=e" }, "A:b=d=." },
        { { "A b=c,", "", ",d=e, B f=g", "h=i" }, "A:b=d=B:f=h=." },
        { { "A", "B", "C d=e" }, "A:B:C:d=." },
        { { "A b=c,\r\n d=e", "f=\"g\"" }, "A:b=d=f=." },
        /* No quote goes on in the next line. */
        { { "A b=\"c", "d\"" }, "A://." },
        /* Whatever is to be skipped, what comes after it is found. */
        { { "X realm=IP Camera, A b=c" }, "/A:b=." },
        { { "X realm=IP Camera", "A b=c" }, "/A:b=." },
        { { "X a=b, c=d, e=\"f, A g=h\", A b=c" }, "/A:b=." },
        { { "X a=\"b\\\", A c=d\", A b=c" }, "/A:b=." },
        { { "X a=\"b, A c=d", "A b=c" }, "/A:b=." },
        { { "X a/b=;;@(),=,\"\"\"\", A b=c" }, "/A:b=." },
        { { "X, A b=c" }, "/A:b=." },
        { { "X YII=, A b=c" }, "/A:b=." },
        { { "X YII== and more, A b=c" }, "/A:b=." },
        { { "@@@, A b=c" }, "/A:b=." },
        { { "=, A b=c" }, "/A:b=." },
        { { "\", A b=c", "A d=e" }, "/A:d=." },
        { { "A b=c d, X e, A f=g" }, "A://A:f=." },
        { { "A b=c, d=e f, g=h, B i=j" }, "A:b=/B:i=." },
        { { "X", "X", "A b=c" }, "//A:b=." },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++, release(NULL))
        check_octets(rows[i].want, items_of_lines(rows[i].lines, 4),
                     chars(rows[i].want));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(cuts_a_header_into_schemes_and_parameters,
                                  release),
        cmocka_unit_test_teardown(refuses_a_nul, release),
        cmocka_unit_test_teardown(knows_where_each_octet_may_stand, release),
        cmocka_unit_test_teardown(stays_inside_every_text_cut_short, release),
        cmocka_unit_test_teardown(reads_any_number_of_items, release),
        cmocka_unit_test_teardown(reads_lines_of_one_name_as_one, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
