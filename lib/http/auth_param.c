/* SPDX-License-Identifier: MIT */
#include "http/auth_param.h"

#include "http/http_message.h"

/* --- octets -------------------------------------------------------------- */

/* Where an octet may stand. */
enum auth_class {
    AC_TOKEN = 1,   /* RFC 9110 5.6.2 */
    AC_TOKEN68 = 2, /* RFC 9110 11.2 */
    AC_TEXT = 4,    /* in quotes, as it is: qdtext, RFC 9110 5.6.4 */
    AC_BLANK = 8,   /* between items */
    AC_FOLD = 16    /* CR and LF are in a value only where a line is folded */
};

/* clang-format off */
static const uint8_t auth_classes[256] = {
    /* NUL to 0x1F: TAB, LF, CR */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 24, 0, 0, 24, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* blank ! " # $ % & ' ( ) * + , - . / */
    12, 5, 0, 5, 5, 5, 5, 5, 4, 4, 5, 7, 4, 7, 7, 6,
    /* 0 to 9 : ; < = > ? */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 4, 4, 4, 4, 4, 4,
    /* @ A to Z [ \ ] ^ _ */
    4, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 4, 0, 4, 5, 7,
    /* ` a to z { | } ~ DEL */
    5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 4, 5, 4, 7, 0,
    /* above ASCII */
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
};
/* clang-format on */

static bool
is_class(uint8_t c, unsigned classes)
{
    return (auth_classes[c] & classes) != 0;
}

/* Is that the next octet? */
static bool
is_at(const struct msk_reader *r, uint8_t c)
{
    return r->at < r->n && r->p[r->at] == c;
}

/* The octets of those classes that come next. */
static struct msk_bytes
take_class(struct msk_reader *r, unsigned classes)
{
    struct msk_bytes view;
    size_t end = r->at;

    while (end < r->n && is_class(r->p[end], classes))
        end++;
    msk_reader_take(r, end - r->at, &view);
    return view;
}

/* Behind an item stands a comma, or nothing. */
static bool
at_separator(struct msk_reader *r)
{
    take_class(r, AC_BLANK);
    return r->at == r->n || is_at(r, ',');
}

/* --- items --------------------------------------------------------------- */

/* The octet after a backslash: text, a quote or a backslash. The zero past
 * the end is none of them. */
static bool
skip_escaped(struct msk_reader *r)
{
    uint8_t c = msk_reader_u8(r);

    return is_class(c, AC_TEXT) || c == '"' || c == '\\';
}

/* False: no quote ends it, or it holds a control character. */
static bool
take_quoted_value(struct msk_reader *r, struct msk_auth_value *value)
{
    struct msk_reader ahead;
    uint8_t c;

    msk_reader_skip(r, 1);
    ahead = *r;
    take_class(&ahead, AC_TEXT);
    for (c = msk_reader_u8(&ahead); c != '"'; c = msk_reader_u8(&ahead)) {
        if (c == '\\' ? !skip_escaped(&ahead) : !is_class(c, AC_FOLD))
            return false;
        value->escaped = true;
        take_class(&ahead, AC_TEXT);
    }
    msk_reader_take(r, ahead.at - r->at - 1, &value->raw);
    msk_reader_skip(r, 1);
    return true;
}

static bool
take_value(struct msk_reader *r, struct msk_auth_value *value)
{
    msk_reader_skip(r, 1); /* the equals sign */
    take_class(r, AC_BLANK);
    value->there = true;
    if (is_at(r, '"'))
        return take_quoted_value(r, value) && at_separator(r);
    value->raw = take_class(r, AC_TOKEN);
    return value->raw.n > 0 && at_separator(r);
}

/* Skips a token68, if that is what stands here: nothing but it up to the next
 * comma or the end. */
static bool
skip_token68(struct msk_reader *r)
{
    struct msk_reader ahead = *r;

    if (take_class(&ahead, AC_TOKEN68).n == 0)
        return false;
    while (is_at(&ahead, '='))
        msk_reader_skip(&ahead, 1);
    if (!at_separator(&ahead))
        return false;
    *r = ahead;
    return true;
}

/* Goes over commas and blanks. True: there was a comma. */
static bool
skip_separators(struct msk_reader *r)
{
    bool comma = false;

    while (at_separator(r) && r->at < r->n) {
        msk_reader_skip(r, 1);
        comma = true;
    }
    return comma;
}

static void
load_header(struct msk_auth_cursor *c, struct msk_bytes text)
{
    msk_reader_init(&c->r, text.p, text.n);
    c->apart = true;
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

    *name = take_class(&c->r, AC_TOKEN);
    blanks = take_class(&c->r, AC_BLANK).n;
    if (name->n == 0)
        return MSK_AUTH_ITEM_BAD;
    if (is_at(&c->r, '='))
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
    bool apart = skip_separators(&c->r) || c->apart;

    value->there = false;
    value->escaped = false;
    while (c->r.at == c->r.n) {
        if (!next_line(c))
            return MSK_AUTH_ITEM_END;
        (void)skip_separators(&c->r);
        apart = true;
    }
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

    while (r->at < r->n && (quoted || !is_at(r, ','))) {
        uint8_t c = msk_reader_u8(r);

        if (c == '"')
            quoted = !quoted;
        else if (quoted && c == '\\' && r->at < r->n)
            msk_reader_skip(r, 1);
    }
}

/* A name that no equals sign follows. */
static bool
is_at_scheme(struct msk_reader ahead)
{
    (void)skip_separators(&ahead);
    if (take_class(&ahead, AC_TOKEN).n == 0)
        return false;
    take_class(&ahead, AC_BLANK);
    return !is_at(&ahead, '=');
}

void
msk_auth_skip(struct msk_auth_cursor *c)
{
    skip_element(&c->r);
    while (c->r.at < c->r.n && !is_at_scheme(c->r)) {
        msk_reader_skip(&c->r, 1);
        skip_element(&c->r);
    }
    c->closed = false;
}
