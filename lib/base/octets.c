/* SPDX-License-Identifier: MIT */
#include "base/octets.h"

#include <string.h>

void
msk_octets_clear(struct msk_bytes *view)
{
    view->p = NULL;
    view->n = 0;
}

bool
msk_octets_fit(struct msk_bytes view, size_t least, size_t most)
{
    return view.n >= least && view.n <= most && (view.p != NULL || view.n == 0);
}

bool
msk_octets_equal(struct msk_bytes a, struct msk_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
msk_octets_are(struct msk_bytes view, const uint8_t *p, size_t n)
{
    return msk_octets_equal(view, (struct msk_bytes){ p, n });
}

bool
msk_octets_keep(struct msk_bytes view, uint8_t *field, size_t cap, uint8_t *len)
{
    if (view.n > cap)
        return false;
    if (view.n > 0)
        memcpy(field, view.p, view.n);
    *len = (uint8_t)view.n;
    return true;
}
