/* SPDX-License-Identifier: MIT */
#include "http/auth_param.h"

#include "http/header.h"

#define END (-1)
#define WORD_MAX 32 /* of those that a parameter may be */

/* The next octet, which is taken; END: there is none. */
static int
take(struct msk_reader *r)
{
    return msk_reader_left(r) > 0 ? msk_reader_u8(r) : END;
}

/* The same, without taking it. */
static int
peek(const struct msk_reader *r)
{
    struct msk_reader ahead = *r;

    return take(&ahead);
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

static bool
is_blank(int c)
{
    return c == ' ' || c == '\t';
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

    while (is(take(&ahead)))
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
take_quoted(struct msk_reader *r, struct msk_bytes *raw)
{
    struct msk_reader ahead;
    size_t n = 0;
    int c;

    take(r);
    ahead = *r;
    for (c = take(&ahead); c != '"'; c = take(&ahead)) {
        if (c == '\\') {
            c = take(&ahead);
            n++;
        }
        if (!is_text(c))
            return false;
        n++;
    }
    msk_reader_take(r, n, raw);
    take(r);
    return true;
}

static bool
take_value(struct msk_reader *r, struct msk_auth_value *value)
{
    take(r); /* the equals sign */
    take_while(r, is_blank);
    value->there = true;
    value->quoted = peek(r) == '"';
    if (value->quoted)
        return take_quoted(r, &value->raw) && at_separator(r);
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
    bool apart = c->count == 0;

    while (is_one_of(peek(&c->r), " \t,"))
        apart = take(&c->r) == ',' || apart;
    return apart;
}

void
msk_auth_begin(struct msk_auth_cursor *c, struct msk_bytes text)
{
    msk_reader_init(&c->r, text.p, text.n);
    c->count = 0;
    c->closed = false;
    c->bad = text.n > MSK_HTTP_VALUE_MAX;
}

/* What stands behind a name says what it is the name of. */
static enum msk_auth_item
take_item(struct msk_auth_cursor *c, bool apart, struct msk_bytes *name,
          struct msk_auth_value *value)
{
    size_t blanks;

    *name = take_while(&c->r, is_token);
    blanks = take_while(&c->r, is_blank).n;
    if (name->n == 0 || ++c->count > MSK_AUTH_ITEMS_MAX)
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
    enum msk_auth_item item;
    bool apart;

    value->there = false;
    if (c->bad)
        return MSK_AUTH_ITEM_BAD;
    apart = skip_separators(c);
    if (peek(&c->r) == END)
        return MSK_AUTH_ITEM_END;
    item = take_item(c, apart, name, value);
    c->bad = item == MSK_AUTH_ITEM_BAD;
    return item;
}

/* The next octet of a value, without the backslash before it. */
static uint8_t
unescaped(struct msk_reader *r, bool quoted)
{
    uint8_t c = msk_reader_u8(r);

    return quoted && c == '\\' ? msk_reader_u8(r) : c;
}

bool
msk_auth_copy(const struct msk_auth_value *value, uint8_t *out, size_t cap,
              size_t *n)
{
    struct msk_reader r;

    *n = 0;
    if (!value->there)
        return false;
    msk_reader_init(&r, value->raw.p, value->raw.n);
    while (msk_reader_left(&r) > 0) {
        if (*n == cap)
            return false;
        out[(*n)++] = unescaped(&r, value->quoted);
    }
    return *n > 0;
}

bool
msk_auth_equal(const struct msk_auth_value *value, struct msk_bytes octets)
{
    struct msk_reader r;
    size_t i = 0;

    if (!value->there)
        return false;
    msk_reader_init(&r, value->raw.p, value->raw.n);
    while (i < octets.n && msk_reader_left(&r) > 0)
        if (unescaped(&r, value->quoted) != octets.p[i++])
            return false;
    return i == octets.n && msk_reader_left(&r) == 0;
}

bool
msk_auth_is(const struct msk_auth_value *value, const char *text)
{
    uint8_t word[WORD_MAX];
    size_t n;

    return msk_auth_copy(value, word, sizeof word, &n) &&
           msk_header_is((struct msk_bytes){ word, n }, text);
}

bool
msk_auth_list_next(struct msk_reader *list, struct msk_bytes *token)
{
    while (is_one_of(peek(list), " \t,"))
        take(list);
    *token = take_while(list, is_token);
    return token->n > 0 && at_separator(list);
}
