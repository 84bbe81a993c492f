/* SPDX-License-Identifier: MIT */
#include "base/octets.h"

#include <string.h>

#include "base/bytes.h"

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

/* --- text of ASCII -------------------------------------------------------- */

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
    while (i < a.n && (a.p[i] == b.p[i] ||
                       msk_text_lower(a.p[i]) == msk_text_lower(b.p[i])))
        i++;
    return i == a.n;
}

/* --- views, cut ----------------------------------------------------------- */

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

/* --- names of key servers ------------------------------------------------- */

bool
msk_fqdn_same(struct msk_bytes a, struct msk_bytes b)
{
    return msk_text_same(a, b);
}

void
msk_fqdn_fold(struct msk_bytes fqdn, uint8_t *out)
{
    for (size_t i = 0; i < fqdn.n; i++)
        out[i] = msk_text_lower(fqdn.p[i]);
}

/* --- structs that start with their size ----------------------------------- */

bool
msk_sized_take(void *mine, size_t n, const void *theirs, size_t first)
{
    size_t size;

    if (theirs == NULL)
        return false;
    memcpy(&size, theirs, sizeof size);
    if (size < first)
        return false;
    memset(mine, 0, n);
    memcpy(mine, theirs, size < n ? size : n);
    memcpy(mine, &n, sizeof n);
    return true;
}

void
msk_sized_give(void *theirs, const void *mine, size_t n)
{
    size_t size;

    if (theirs == NULL)
        return;
    memcpy(&size, theirs, sizeof size);
    memcpy(theirs, mine, size < n ? size : n);
    if (size >= sizeof size)
        memcpy(theirs, &size, sizeof size);
}

/* --- names of keys (msk/types.h) -------------------------------------------- */

bool
msk_key_id_equal(const struct msk_key_id *a, const struct msk_key_id *b)
{
    return a != NULL && b != NULL && a->domain[0] == b->domain[0] &&
           a->domain[1] == b->domain[1] && a->domain[2] == b->domain[2] &&
           a->group == b->group && a->number == b->number;
}

struct msk_group_id
msk_key_id_group(const struct msk_key_id *id)
{
    struct msk_group_id group = { { 0, 0, 0 }, 0 };

    if (id != NULL) {
        group.domain[0] = id->domain[0];
        group.domain[1] = id->domain[1];
        group.domain[2] = id->domain[2];
        group.group = id->group;
    }
    return group;
}

bool
msk_group_id_equal(const struct msk_group_id *a, const struct msk_group_id *b)
{
    return a != NULL && b != NULL && a->domain[0] == b->domain[0] &&
           a->domain[1] == b->domain[1] && a->domain[2] == b->domain[2] &&
           a->group == b->group;
}

void
msk_key_id_pack(const struct msk_key_id *id, uint8_t out[MSK_KEY_ID_LEN])
{
    if (id == NULL || out == NULL)
        return;
    out[0] = id->domain[0];
    out[1] = id->domain[1];
    out[2] = id->domain[2];
    out[3] = (uint8_t)(id->group >> 8);
    out[4] = (uint8_t)id->group;
    out[5] = (uint8_t)(id->number >> 8);
    out[6] = (uint8_t)id->number;
}

void
msk_key_id_unpack(const uint8_t in[MSK_KEY_ID_LEN], struct msk_key_id *id)
{
    if (in == NULL || id == NULL)
        return;
    id->domain[0] = in[0];
    id->domain[1] = in[1];
    id->domain[2] = in[2];
    id->group = (uint16_t)((unsigned)in[3] << 8 | in[4]);
    id->number = (uint16_t)((unsigned)in[5] << 8 | in[6]);
}

/* True: n decimal digits, whose values are now in digit. */
static bool
digits(struct msk_bytes text, size_t n, uint8_t *digit)
{
    if (text.p == NULL || text.n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        digit[i] = (uint8_t)(text.p[i] - '0');
    }
    return true;
}

/* TS 24.008 10.5.1.3: the lower half of an octet comes first, and the place
 * of a third digit of the MNC is filled with 1111 when there is none. */
int
msk_key_id_domain(struct msk_bytes mcc, struct msk_bytes mnc, uint8_t domain[3])
{
    uint8_t c[3];
    uint8_t n[3] = { 0, 0, 15 };

    if (domain == NULL || !digits(mcc, 3, c))
        return MSK_ERR_ARGUMENT;
    if (!digits(mnc, mnc.n == 3 ? 3 : 2, n))
        return MSK_ERR_ARGUMENT;
    domain[0] = (uint8_t)((unsigned)c[1] << 4 | c[0]);
    domain[1] = (uint8_t)((unsigned)n[2] << 4 | c[2]);
    domain[2] = (uint8_t)((unsigned)n[1] << 4 | n[0]);
    return MSK_OK;
}
