/* SPDX-License-Identifier: MIT */
#include "http/media_type.h"

#include "http/http_header.h"
#include "http/view.h"

/* Takes a quoted string without its quotes; *rest begins with the first. A
 * quoted character stays as it is: no charset that we take has one. */
static bool
take_quoted_string(struct msk_bytes *rest, struct msk_bytes *value)
{
    size_t n = 0;

    msk_view_cut(rest, 1);
    while (n < rest->n && rest->p[n] != '"')
        n += rest->p[n] == '\\' ? 2 : 1;
    if (n >= rest->n)
        return false;
    *value = msk_view_cut(rest, n);
    msk_view_cut(rest, 1);
    return true;
}

/* Takes one parameter, up to and with the semicolon after it. */
static bool
take_parameter(struct msk_bytes *rest, struct msk_bytes *name,
               struct msk_bytes *value)
{
    size_t n = msk_view_find(*rest, '=');

    if (n == 0 || n >= msk_view_find(*rest, ';'))
        return false;
    *name = msk_view_cut(rest, n);
    msk_view_cut(rest, 1);
    if (rest->n > 0 && rest->p[0] == '"') {
        if (!take_quoted_string(rest, value))
            return false;
    } else {
        *value = msk_view_trim(msk_view_cut(rest, msk_view_find(*rest, ';')));
        if (value->n == 0)
            return false;
    }
    *rest = msk_view_trim(*rest);
    return rest->n == 0 || msk_view_cut(rest, 1).p[0] == ';';
}

bool
msk_media_type_is(struct msk_bytes header, const char *type)
{
    struct msk_bytes rest = header, name, value;
    bool has_charset = false;

    if (!msk_header_is(msk_view_trim(msk_view_until(&rest, ';')), type))
        return false;
    for (rest = msk_view_trim(rest); rest.n > 0; rest = msk_view_trim(rest)) {
        if (rest.p[0] == ';') { /* an empty one */
            msk_view_cut(&rest, 1);
            continue;
        }
        if (!take_parameter(&rest, &name, &value))
            return false;
        if (!msk_header_is(name, "charset"))
            continue;
        if (has_charset || !msk_header_is(value, "utf-8"))
            return false;
        has_charset = true;
    }
    return true;
}
