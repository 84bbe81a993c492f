/* SPDX-License-Identifier: MIT */
#include "http/uri.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "msk/http.h"

static bool
is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool
is_alphanumeric(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 3986 3.1: ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) */
static bool
is_scheme(struct msk_bytes s)
{
    if (s.n == 0 || !is_alphanumeric(s.p[0]) || is_digit(s.p[0]))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_alphanumeric(s.p[i]) && s.p[i] != '+' && s.p[i] != '-' &&
            s.p[i] != '.')
            return false;
    return true;
}

/* Labels of letters, digits, hyphens and underscores, with dots between. */
static bool
is_name(struct msk_bytes host)
{
    uint8_t before = '.';

    if (host.n == 0 || host.n > MSK_FQDN_MAX)
        return false;
    for (size_t i = 0; i < host.n; i++) {
        uint8_t c = host.p[i];

        if (!is_alphanumeric(c) && c != '-' && c != '_' &&
            (c != '.' || before == '.'))
            return false;
        before = c;
    }
    return before != '.';
}

static bool
is_port(struct msk_bytes port)
{
    uint32_t number = 0;

    if (port.n == 0 || port.n > 5)
        return false;
    for (size_t i = 0; i < port.n; i++) {
        if (!is_digit(port.p[i]))
            return false;
        number = number * 10 + (port.p[i] - (uint32_t)'0');
    }
    return number >= 1 && number <= UINT16_MAX;
}

/* Takes the scheme and "://" off *rest, if they are there. */
static bool
take_scheme(struct msk_bytes *rest, struct msk_uri *out)
{
    size_t colon = msk_view_find(*rest, ':');

    if (rest->n - colon < 3 || memcmp(rest->p + colon, "://", 3) != 0)
        return true;
    out->scheme = msk_view_cut(rest, colon);
    msk_view_cut(rest, 3);
    return is_scheme(out->scheme);
}

/* A path holds no blank, no control character, nothing but ASCII. */
static bool
is_path(struct msk_bytes path)
{
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] <= ' ' || path.p[i] >= 0x7F)
            return false;
    return true;
}

bool
msk_uri_split(struct msk_bytes uri, struct msk_uri *out)
{
    struct msk_bytes rest = uri;

    memset(out, 0, sizeof *out);
    if (!take_scheme(&rest, out))
        return false;
    out->host = msk_view_cut(&rest, msk_view_find(rest, '/'));
    out->path = rest;
    rest = out->host;
    out->host = msk_view_cut(&rest, msk_view_find(rest, ':'));
    if (out->host.n > 1 && out->host.p[out->host.n - 1] == '.')
        out->host.n--; /* the root; no other name ends with it */
    if (rest.n > 0) {
        msk_view_cut(&rest, 1);
        out->port = rest;
        if (!is_port(rest))
            return false;
    }
    return is_name(out->host) && is_path(out->path);
}
