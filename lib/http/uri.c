/* SPDX-License-Identifier: MIT */
#include "http/uri.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "http/view.h"
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

static bool
is_web(struct msk_bytes scheme)
{
    return msk_text_same(scheme, msk_text("http")) ||
           msk_text_same(scheme, msk_text("https"));
}

struct msk_bytes
msk_uri_resource(struct msk_bytes uri, struct msk_bytes fqdn)
{
    const struct msk_bytes none = { NULL, 0 };
    struct msk_bytes rest = uri;
    struct msk_uri parts;

    if (uri.n == 0)
        return none;
    if (uri.p[0] != '/')
        return msk_uri_split(uri, &parts) && is_web(parts.scheme) &&
                       msk_fqdn_same(parts.host, fqdn)
                   ? parts.path
                   : none;
    msk_view_cut(&rest, 1);
    if (msk_fqdn_same(msk_view_cut(&rest, msk_view_find(rest, '/')), fqdn) &&
        rest.n > 0)
        return rest;
    return uri;
}

/* --- request-targets ------------------------------------------------------- */

static const char segment[] = "/keymanagement";
static const char request_type[] = "requesttype";

/* The values of the parameter, by enum msk_procedure. */
static const char *const procedure_names[] = { NULL, "register", "deregister",
                                               "msk-request" };

#define N_NAMES (sizeof procedure_names / sizeof procedure_names[0])

/* Only what may stand in a request line: no blank, no control character, no
 * octet above 0x7E, and no fragment (RFC 9112 3.2). */
static bool
is_visible(struct msk_bytes target)
{
    for (size_t i = 0; i < target.n; i++)
        if (target.p[i] <= ' ' || target.p[i] >= 0x7F || target.p[i] == '#')
            return false;
    return true;
}

static void
put_text(struct msk_writer *w, const char *text)
{
    struct msk_bytes octets = msk_text(text);

    msk_writer_put(w, octets.p, octets.n);
}

/* A path, without a query. */
static bool
is_base_path(struct msk_bytes base)
{
    if (base.n == 0)
        return true;
    return base.p != NULL && base.p[0] == '/' && is_visible(base) &&
           msk_view_find(base, '?') == base.n;
}

int
msk_http_target(enum msk_procedure procedure, struct msk_bytes base,
                uint8_t *buf, size_t cap, size_t *len)
{
    size_t i = (size_t)procedure;
    struct msk_writer w;

    if (buf == NULL || len == NULL || i == 0 || i >= N_NAMES ||
        !is_base_path(base))
        return MSK_ERR_ARGUMENT;
    if (base.n > 0 && base.p[base.n - 1] == '/') /* segment has one */
        base.n--;
    msk_writer_init(&w, buf, cap);
    msk_writer_put(&w, base.p, base.n);
    put_text(&w, segment);
    put_text(&w, "?");
    put_text(&w, request_type);
    put_text(&w, "=");
    put_text(&w, procedure_names[i]);
    return msk_writer_end(&w, len);
}

static bool
ends_with(struct msk_bytes octets, const char *text)
{
    size_t n = msk_text(text).n;

    if (octets.n < n)
        return false;
    msk_view_cut(&octets, octets.n - n);
    return msk_view_is(octets, text);
}

/* The value of the parameter in a query. False: it is not there, or twice. */
static bool
find_parameter(struct msk_bytes query, struct msk_bytes *value)
{
    unsigned found = 0;

    while (query.n > 0) {
        struct msk_bytes rest = msk_view_until(&query, '&');
        struct msk_bytes name = msk_view_until(&rest, '=');

        if (msk_view_is(name, request_type)) {
            *value = rest;
            found++;
        }
    }
    return found == 1;
}

/* TS 33.246 table G.2.4-1: 404 for a malformed Request-URI, 405 for another
 * method, 501 for a function that is not supported. */
int
msk_http_procedure(const struct msk_http_request *request,
                   enum msk_procedure *procedure)
{
    struct msk_http_request r;
    struct msk_bytes path, query, value;

    if (procedure == NULL ||
        !msk_sized_take(&r, sizeof r, request,
                        MSK_SIZE_UPTO(msk_http_request, body)) ||
        r.method.p == NULL || r.target.p == NULL)
        return MSK_ERR_ARGUMENT;
    query = r.target;
    path = msk_view_until(&query, '?');
    if (!is_visible(r.target) || !ends_with(path, segment))
        return 404;
    if (!msk_view_is(r.method, "POST"))
        return 405;
    if (!find_parameter(query, &value))
        return 404;
    for (size_t i = 1; i < N_NAMES; i++)
        if (msk_view_is(value, procedure_names[i])) {
            *procedure = (enum msk_procedure)i;
            return 0;
        }
    return 501;
}
