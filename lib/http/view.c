/* SPDX-License-Identifier: MIT */
#include "http/view.h"
#include "msk/announcement.h"

#include "base/bytes.h"
#include "base/octets.h"

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

struct msk_bytes
msk_view_trim(struct msk_bytes view)
{
    size_t blanks = 0;

    while (blanks < view.n && msk_text_is_blank(view.p[blanks]))
        blanks++;
    msk_view_cut(&view, blanks);
    while (view.n > 0 && msk_text_is_blank(view.p[view.n - 1]))
        view.n--;
    return view;
}

bool
msk_view_is(struct msk_bytes view, const char *text)
{
    return msk_octets_equal(view, msk_text(text));
}

struct msk_bytes
msk_announcement_media_type(void)
{
    return msk_text(MSK_ANNOUNCEMENT_MEDIA_TYPE);
}
