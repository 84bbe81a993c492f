/* SPDX-License-Identifier: MIT */
#include "http/xml_value.h"

#include <string.h>

#include "base/base64.h"
#include "base/bytes.h"
#include "http/view.h"

int
msk_xml_octets(struct msk_bytes text, uint8_t *out, size_t n)
{
    uint8_t octets[4];
    size_t len;

    if (n > sizeof octets ||
        msk_base64_decode(text, octets, sizeof octets, &len) != MSK_OK ||
        len != n)
        return MSK_ERR_VALUE;
    memcpy(out, octets, n);
    return MSK_OK;
}

int
msk_xml_boolean(struct msk_bytes text, bool *out)
{
    struct msk_bytes value = msk_view_trim(text);

    *out = msk_view_is(value, "true") || msk_view_is(value, "1");
    return *out || msk_view_is(value, "false") || msk_view_is(value, "0")
               ? MSK_OK
               : MSK_ERR_VALUE;
}

int
msk_xml_number(struct msk_bytes text, uint64_t most, uint64_t *out)
{
    struct msk_bytes digits = msk_view_trim(text);

    *out = 0;
    for (size_t i = 0; i < digits.n; i++) {
        unsigned digit = digits.p[i] - (unsigned)'0';

        if (digit > 9 || *out > most / 10 || digit > most - *out * 10)
            return MSK_ERR_VALUE;
        *out = *out * 10 + digit;
    }
    return digits.n > 0 ? MSK_OK : MSK_ERR_VALUE;
}

/* The rest of a character of `more` octets beyond its first; the smallest
 * that is written that long, so that there is one form of each. */
static bool
take_rest(struct msk_reader *r, uint32_t c, unsigned more, uint32_t least)
{
    for (unsigned i = 0; i < more; i++) {
        uint8_t next = msk_reader_u8(r);

        if ((next & 0xC0) != 0x80)
            return false;
        c = c << 6 | (next & 0x3F);
    }
    return c >= least && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF) &&
           c != 0xFFFE && c != 0xFFFF;
}

static bool
take_character(struct msk_reader *r)
{
    uint8_t c = msk_reader_u8(r);

    if (c < 0x80)
        return c >= ' ' && c != 0x7F;
    if (c < 0xE0)
        return c >= 0xC0 && take_rest(r, c & 0x1F, 1, 0xA0); /* no C1 */
    if (c < 0xF0)
        return take_rest(r, c & 0x0F, 2, 0x800);
    return c < 0xF8 && take_rest(r, c & 0x07, 3, 0x10000);
}

bool
msk_xml_is_text(struct msk_bytes text)
{
    struct msk_reader r;

    msk_reader_init(&r, text.p, text.n);
    while (msk_reader_left(&r) > 0)
        if (!take_character(&r))
            return false;
    return true;
}
