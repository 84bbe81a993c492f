/* SPDX-License-Identifier: MIT */
#include "http/view.h"

#include <string.h>

#include "base/bytes.h"

struct msk_bytes
msk_view_cut(struct msk_bytes *rest, size_t n)
{
    struct msk_reader r;
    struct msk_bytes first;

    msk_reader_init(&r, rest->p, rest->n);
    msk_reader_take(&r, n < rest->n ? n : rest->n, &first);
    msk_reader_take(&r, msk_reader_left(&r), rest);
    return first;
}

size_t
msk_view_find(struct msk_bytes view, uint8_t c)
{
    size_t i = 0;

    while (i < view.n && view.p[i] != c)
        i++;
    return i;
}

struct msk_bytes
msk_view_until(struct msk_bytes *rest, uint8_t c)
{
    struct msk_bytes first = msk_view_cut(rest, msk_view_find(*rest, c));

    msk_view_cut(rest, 1);
    return first;
}

static bool
is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct msk_bytes
msk_view_trim(struct msk_bytes view)
{
    size_t blanks = 0;

    while (blanks < view.n && is_blank(view.p[blanks]))
        blanks++;
    msk_view_cut(&view, blanks);
    while (view.n > 0 && is_blank(view.p[view.n - 1]))
        view.n--;
    return view;
}

bool
msk_view_equal(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
msk_view_is(struct msk_bytes view, const char *text)
{
    return msk_view_equal(view, msk_text(text));
}
