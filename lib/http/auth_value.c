/* SPDX-License-Identifier: MIT */
#include "http/auth_value.h"

#include "base/octets.h"
#include "http/http_header.h"

#define WORD_MAX 32 /* of those that a value may be */

static bool
is_line_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

static void
skip_space(struct msk_reader *r)
{
    struct msk_reader ahead = *r;

    while (msk_reader_left(&ahead) > 0 &&
           msk_text_is_blank(msk_reader_u8(&ahead)))
        *r = ahead;
}

/* The next octet of a value, without the backslash before it. A fold is one
 * blank. */
static uint8_t
unescaped(struct msk_reader *r, bool quoted)
{
    uint8_t c = msk_reader_u8(r);

    if (is_line_end(c)) {
        skip_space(r);
        return ' ';
    }
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

/* The next member of a list, without blanks at its ends; empty if it is longer
 * than any that is looked for. */
static struct msk_bytes
take_member(struct msk_reader *r, bool quoted, uint8_t word[WORD_MAX])
{
    struct msk_bytes member = { word, 0 };
    bool is_long = false;

    while (msk_reader_left(r) > 0) {
        uint8_t c = unescaped(r, quoted);

        if (c == ',')
            break;
        if (msk_text_is_blank(c) && (member.n == 0 || member.n == WORD_MAX))
            continue;
        is_long = is_long || member.n == WORD_MAX;
        if (member.n < WORD_MAX)
            word[member.n++] = c;
    }
    while (member.n > 0 && msk_text_is_blank(word[member.n - 1]))
        member.n--;
    if (is_long)
        member.n = 0;
    return member;
}

bool
msk_auth_lists(const struct msk_auth_value *value, const char *text)
{
    uint8_t word[WORD_MAX];
    struct msk_reader r;
    bool found = false;

    if (!value->there)
        return false;
    msk_reader_init(&r, value->raw.p, value->raw.n);
    while (msk_reader_left(&r) > 0 && !found)
        found = msk_header_is(take_member(&r, value->quoted, word), text);
    return found;
}
