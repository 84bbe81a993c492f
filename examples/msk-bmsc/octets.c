/* SPDX-License-Identifier: MIT */
#include "octets.h"

#include <string.h>
#include <strings.h>

bool
octet_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool
is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_hex(uint8_t c)
{
    return octet_is_digit(c) || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
}

/* strchr finds the zero at the end as well. */
static bool
is_one_of(uint8_t c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

/* RFC 9110 5.6.2 */
bool
octet_is_tchar(uint8_t c)
{
    return octet_is_digit(c) || is_letter(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}

/* RFC 3986 2: unreserved, sub-delims, and the escape. */
static bool
is_name(uint8_t c)
{
    return octet_is_digit(c) || is_letter(c) ||
           is_one_of(c, "-._~!$&'()*+,;=%");
}

bool
octet_is_target(uint8_t c)
{
    return is_name(c) || is_one_of(c, ":@/?");
}

/* RFC 9110 5.5 */
bool
octet_is_value(uint8_t c)
{
    return c == '\t' || (c >= ' ' && c != 0x7F);
}

bool
octets_all(struct msk_bytes text, bool (*is)(uint8_t c))
{
    for (size_t i = 0; i < text.n; i++)
        if (!is(text.p[i]))
            return false;
    return true;
}

bool
octets_begin(struct msk_bytes text, const char *word)
{
    return text.n >= strlen(word) &&
           strncasecmp((const char *)text.p, word, strlen(word)) == 0;
}

struct msk_bytes
octets_behind(struct msk_bytes text, size_t n)
{
    return (struct msk_bytes){ text.p + n, text.n - n };
}

/* What stands before the first of these; all of it if there is none. */
struct msk_bytes
octets_before(struct msk_bytes text, const char *set)
{
    for (size_t i = 0; i < text.n; i++)
        if (is_one_of(text.p[i], set))
            text.n = i;
    return text;
}

struct msk_bytes
octets_trimmed(struct msk_bytes text)
{
    while (text.n > 0 && is_one_of(text.p[0], " \t"))
        text = octets_behind(text, 1);
    while (text.n > 0 && is_one_of(text.p[text.n - 1], " \t"))
        text.n--;
    return text;
}

/* RFC 3986 2.1: an escape is whole. */
bool
octets_escape(struct msk_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '%' && (text.n - i < 3 || !is_hex(text.p[i + 1]) ||
                                 !is_hex(text.p[i + 2])))
            return false;
    return true;
}

size_t
octets_count(struct msk_bytes text, const char *which)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++)
        n += is_one_of(text.p[i], which) ? 1 : 0;
    return n;
}
