/* SPDX-License-Identifier: MIT */
/* The request-targets of TS 33.246 Annex G. */
#include "base/bytes.h"
#include "base/sized.h"
#include "http/view.h"
#include "msk/http.h"

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
