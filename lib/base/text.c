/* SPDX-License-Identifier: MIT */
#include "base/text.h"

struct msk_bytes
msk_text(const char *text)
{
    struct msk_bytes view = { (const uint8_t *)text, 0 };

    while (text != NULL && text[view.n] != '\0')
        view.n++;
    return view;
}

bool
msk_text_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

uint8_t
msk_text_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool
msk_text_same(struct msk_bytes a, struct msk_bytes b)
{
    size_t i = 0;

    if (a.n != b.n)
        return false;
    while (i < a.n && msk_text_lower(a.p[i]) == msk_text_lower(b.p[i]))
        i++;
    return i == a.n;
}
