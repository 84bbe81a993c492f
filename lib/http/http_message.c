/* SPDX-License-Identifier: MIT */
#include "http/http_message.h"

#include <string.h>

#include "base/bytes.h"
#include "base/octets.h"
#include "http/uri.h"

static bool
is_same_letter(uint8_t a, uint8_t b)
{
    return a == b || msk_text_lower(a) == msk_text_lower(b);
}

bool
msk_header_is(struct msk_bytes octets, const char *text)
{
    size_t i = 0;

    while (i < octets.n && text[i] != '\0' &&
           is_same_letter(octets.p[i], (uint8_t)text[i]))
        i++;
    return i == octets.n && text[i] == '\0';
}

/* Does a fold go on after the octet at i, a CR or LF? RFC 9112 2.2: a LF alone
 * may end a line. */
static bool
is_folded(struct msk_bytes value, size_t i)
{
    if (value.p[i] == '\r' && ++i < value.n && value.p[i] != '\n')
        return false;
    return i + 1 < value.n && (value.p[i + 1] == ' ' || value.p[i + 1] == '\t');
}

/* Eight octets at once, none of them below SO: no control character that
 * matters. A borrow shows only above an octet that is lower. */
static bool
are_above_cr(const uint8_t *octets)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t all;

    memcpy(&all, octets, sizeof all);
    return ((all - ones * ('\r' + 1)) & ~all & ones * 0x80) == 0;
}

bool
msk_header_fits(struct msk_bytes value)
{
    size_t i = 0;

    while (i < value.n) {
        uint8_t c = value.p[i];

        if (value.n - i >= 8 && are_above_cr(&value.p[i])) {
            i += 8;
            continue;
        }
        if (c == '\0' || ((c == '\r' || c == '\n') && !is_folded(value, i)))
            return false;
        i++;
    }
    return true;
}

bool
msk_headers_fit(const struct msk_http_header *headers, size_t n)
{
    if (n > MSK_HTTP_HEADERS_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!msk_header_fits(headers[i].value))
            return false;
    return true;
}

bool
msk_header_next(const struct msk_http_header *headers, size_t n,
                const char *name, size_t *at, struct msk_bytes *value)
{
    while (*at < n) {
        const struct msk_http_header *header = &headers[(*at)++];

        if (msk_header_is(header->name, name)) {
            *value = header->value;
            return true;
        }
    }
    return false;
}

int
msk_header_only(const struct msk_http_header *headers, size_t n,
                const char *name, struct msk_bytes *value)
{
    struct msk_bytes other;
    size_t at = 0;

    if (!msk_header_next(headers, n, name, &at, value))
        return MSK_ERR_MISSING;
    *value = msk_view_trim(*value);
    while (msk_header_next(headers, n, name, &at, &other))
        if (!msk_octets_equal(*value, msk_view_trim(other)))
            return MSK_ERR_DUPLICATE;
    return MSK_OK;
}

bool
msk_header_encoded(const struct msk_http_header *headers, size_t n)
{
    struct msk_bytes value;
    size_t at = 0;

    while (msk_header_next(headers, n, "Content-Encoding", &at, &value)) {
        value = msk_view_trim(value);
        if (value.n > 0 && !msk_header_is(value, "identity"))
            return true;
    }
    return false;
}

/* --- the value of Content-Type --------------------------------------------- */

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

/* --- request-targets ------------------------------------------------------- */

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
    if (uri.p[0] != '/') {
        bool here = msk_uri_split(uri, &parts) && is_web(parts.scheme) &&
                    msk_fqdn_same(parts.host, fqdn);

        return here ? parts.path : none;
    }
    msk_view_cut(&rest, 1);
    if (msk_fqdn_same(msk_view_cut(&rest, msk_view_find(rest, '/')), fqdn) &&
        rest.n > 0)
        return rest;
    return uri;
}

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
