/* SPDX-License-Identifier: MIT */
#include "http/auth_param.h"

#include "http/http_header.h"

#define END (-1)

/* The next octet, which is taken; END: there is none. */
static int
take_octet(struct msk_reader *r)
{
    return msk_reader_left(r) > 0 ? msk_reader_u8(r) : END;
}

/* The same, without taking it. */
static int
peek(const struct msk_reader *r)
{
    struct msk_reader ahead = *r;

    return take_octet(&ahead);
}

static bool
is_one_of(int c, const char *set)
{
    for (; *set != '\0'; set++)
        if (c == *set)
            return true;
    return false;
}

static bool
is_alnum(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z');
}

/* RFC 9110 5.6.2 */
static bool
is_token(int c)
{
    return is_alnum(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}

/* RFC 9110 11.2 */
static bool
is_token68(int c)
{
    return is_alnum(c) || is_one_of(c, "-._~+/");
}

static bool
is_equals(int c)
{
    return c == '=';
}

/* CR and LF stand in a value only where a line is folded. */
static bool
is_fold(int c)
{
    return c == '\r' || c == '\n';
}

static bool
is_blank(int c)
{
    return c == ' ' || c == '\t' || is_fold(c);
}

/* qdtext and quoted-pair, RFC 9110 5.6.4: blanks, visible, and octets above
 * ASCII; never a control character. */
static bool
is_text(int c)
{
    return c == '\t' || (c >= 0x20 && c != 0x7F);
}

static struct msk_bytes
take_while(struct msk_reader *r, bool (*is)(int c))
{
    struct msk_reader ahead = *r;
    struct msk_bytes view;
    size_t n = 0;

    while (is(take_octet(&ahead)))
        n++;
    msk_reader_take(r, n, &view);
    return view;
}

/* Behind an item stands a comma, or nothing. */
static bool
at_separator(struct msk_reader *r)
{
    take_while(r, is_blank);
    return peek(r) == ',' || peek(r) == END;
}

/* False: no quote ends it, or it holds a control character. */
static bool
take_quoted_value(struct msk_reader *r, struct msk_bytes *raw)
{
    struct msk_reader ahead;
    size_t n = 0;
    int c;

    take_octet(r);
    ahead = *r;
    for (c = take_octet(&ahead); c != '"'; c = take_octet(&ahead)) {
        if (c == '\\') {
            c = take_octet(&ahead);
            n++;
        } else if (is_fold(c)) {
            c = ' ';
        }
        if (!is_text(c))
            return false;
        n++;
    }
    msk_reader_take(r, n, raw);
    take_octet(r);
    return true;
}

static bool
take_value(struct msk_reader *r, struct msk_auth_value *value)
{
    take_octet(r); /* the equals sign */
    take_while(r, is_blank);
    value->there = true;
    value->quoted = peek(r) == '"';
    if (value->quoted)
        return take_quoted_value(r, &value->raw) && at_separator(r);
    value->raw = take_while(r, is_token);
    return value->raw.n > 0 && at_separator(r);
}

/* Skips a token68, if that is what stands here: nothing but it up to the next
 * comma or the end. */
static bool
skip_token68(struct msk_reader *r)
{
    struct msk_reader ahead = *r;

    if (take_while(&ahead, is_token68).n == 0)
        return false;
    take_while(&ahead, is_equals);
    if (!at_separator(&ahead))
        return false;
    *r = ahead;
    return true;
}

/* Goes over commas and blanks. True: another scheme may stand here. */
static bool
skip_separators(struct msk_auth_cursor *c)
{
    bool apart = c->apart;

    while (is_blank(peek(&c->r)) || peek(&c->r) == ',')
        apart = take_octet(&c->r) == ',' || apart;
    return apart;
}

static void
load_header(struct msk_auth_cursor *c, struct msk_bytes text)
{
    msk_reader_init(&c->r, text.p, text.n);
    c->apart = true;
    c->bad = c->bad || !msk_header_fits(text);
}

/* False: that was the last line. */
static bool
next_line(struct msk_auth_cursor *c)
{
    struct msk_bytes text;

    if (!msk_header_next(c->headers, c->n, c->name, &c->at, &text))
        return false;
    load_header(c, text);
    return true;
}

void
msk_auth_begin_lines(struct msk_auth_cursor *c,
                     const struct msk_http_header *headers, size_t n,
                     const char *name)
{
    c->headers = headers;
    c->n = n;
    c->at = 0;
    c->name = name;
    c->closed = false;
    c->bad = false;
    load_header(c, (struct msk_bytes){ NULL, 0 });
}

void
msk_auth_begin(struct msk_auth_cursor *c, struct msk_bytes text)
{
    msk_auth_begin_lines(c, NULL, 0, NULL);
    load_header(c, text);
}

/* What stands after a name says what it is the name of. */
static enum msk_auth_item
take_item(struct msk_auth_cursor *c, bool apart, struct msk_bytes *name,
          struct msk_auth_value *value)
{
    size_t blanks;

    *name = take_while(&c->r, is_token);
    blanks = take_while(&c->r, is_blank).n;
    if (name->n == 0)
        return MSK_AUTH_ITEM_BAD;
    if (peek(&c->r) == '=')
        return !c->closed && take_value(&c->r, value) ? MSK_AUTH_ITEM_PARAM
                                                      : MSK_AUTH_ITEM_BAD;
    if (!apart || (blanks == 0 && !at_separator(&c->r)))
        return MSK_AUTH_ITEM_BAD;
    c->closed = skip_token68(&c->r);
    return MSK_AUTH_ITEM_SCHEME;
}

enum msk_auth_item
msk_auth_next(struct msk_auth_cursor *c, struct msk_bytes *name,
              struct msk_auth_value *value)
{
    struct msk_reader before;
    enum msk_auth_item item;
    bool apart = skip_separators(c);

    value->there = false;
    while (!c->bad && peek(&c->r) == END) {
        if (!next_line(c))
            return MSK_AUTH_ITEM_END;
        apart = skip_separators(c);
    }
    if (c->bad)
        return MSK_AUTH_ITEM_BAD;
    before = c->r;
    item = take_item(c, apart, name, value);
    if (item == MSK_AUTH_ITEM_BAD)
        c->r = before;
    c->apart = item == MSK_AUTH_ITEM_BAD && apart;
    return item;
}

/* Up to the next comma outside of quotes, or the end of the line. */
static void
skip_element(struct msk_reader *r)
{
    bool quoted = false;

    while (peek(r) != END && (quoted || peek(r) != ',')) {
        int c = take_octet(r);

        if (c == '"')
            quoted = !quoted;
        else if (quoted && c == '\\')
            (void)take_octet(r);
    }
}

/* A name that no equals sign follows. */
static bool
is_at_scheme(struct msk_reader ahead)
{
    while (is_blank(peek(&ahead)) || peek(&ahead) == ',')
        take_octet(&ahead);
    if (take_while(&ahead, is_token).n == 0)
        return false;
    take_while(&ahead, is_blank);
    return peek(&ahead) != '=';
}

void
msk_auth_skip(struct msk_auth_cursor *c)
{
    skip_element(&c->r);
    while (peek(&c->r) != END && !is_at_scheme(c->r)) {
        take_octet(&c->r);
        skip_element(&c->r);
    }
    c->closed = false;
}
