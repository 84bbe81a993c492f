/* SPDX-License-Identifier: MIT */
/*
 * host_web.h - a web server of one connection at a time: libmicrohttpd moves
 * octets, a function of the host answers. What bmsc hosts on POSIX need to be
 * short, not to be fast; msk-bmsc has one that is.
 */
#ifndef HOST_WEB_H
#define HOST_WEB_H

#include <microhttpd.h>

#include "host.h"
#include "msk/http.h"

struct host_web {
    /* Answers a request; NULL: the connection is closed. */
    const struct msk_http_response *(*answer)(
        const struct msk_http_request *request, const struct sockaddr_in *peer);
    bool answers; /* an answer was made, and has not left yet */
    struct MHD_Daemon *daemon;
};

struct host_web_request {
    char target[1025];
    uint8_t body[MSK_HTTP_BODY_MAX];
    struct msk_http_header headers[MSK_HTTP_HEADERS_MAX];
    struct msk_http_request http;
};

static inline void *
host_web_begin(void *user, const char *target,
               struct MHD_Connection *connection)
{
    static struct host_web_request
        r; /* one at a time: the loop has one thread */

    (void)user;
    (void)connection;
    memset(&r, 0, sizeof r);
    (void)snprintf(r.target, sizeof r.target, "%s", target);
    r.http.size = sizeof r.http;
    return &r;
}

static inline enum MHD_Result
host_web_header(void *arg, enum MHD_ValueKind kind, const char *name,
                const char *value)
{
    struct host_web_request *r = arg;

    (void)kind;
    if (r->http.n_headers == MSK_HTTP_HEADERS_MAX)
        return MHD_NO;
    r->headers[r->http.n_headers].name = msk_text(name);
    r->headers[r->http.n_headers++].value = msk_text(value);
    return MHD_YES;
}

static inline enum MHD_Result
host_web_send(struct MHD_Connection *c, const struct msk_http_response *from)
{
    char name[64], value[MSK_HTTP_VALUE_MAX + 1];
    struct MHD_Response *to = MHD_create_response_from_buffer(
        from->body.n, (void *)(uintptr_t)from->body.p, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    for (size_t i = 0; i < from->n_headers; i++) {
        (void)snprintf(name, sizeof name, "%.*s", (int)from->headers[i].name.n,
                       (const char *)from->headers[i].name.p);
        (void)snprintf(value, sizeof value, "%.*s",
                       (int)from->headers[i].value.n,
                       (const char *)from->headers[i].value.p);
        (void)MHD_add_response_header(to, name, value);
    }
    result = MHD_queue_response(c, (unsigned)from->status, to);
    MHD_destroy_response(to);
    return result;
}

static inline enum MHD_Result
host_web_handle(void *user, struct MHD_Connection *c, const char *url,
                const char *method, const char *version, const char *data,
                size_t *n, void **state)
{
    struct host_web *web = user;
    struct host_web_request *r = *state;
    const struct msk_http_response *response;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct sockaddr_in peer;

    (void)url;
    (void)version;
    if (r->http.headers == NULL) { /* the first call: no body yet */
        r->http.headers = r->headers;
        return MHD_YES;
    }
    if (*n > 0) {
        if (*n > sizeof r->body - r->http.body.n)
            return MHD_NO;
        memcpy(r->body + r->http.body.n, data, *n);
        r->http.body.n += *n;
        *n = 0;
        return MHD_YES;
    }
    memcpy(&peer, info->client_addr, sizeof peer);
    r->http.method = msk_text(method);
    r->http.target = msk_text(r->target);
    r->http.body.p = r->body;
    (void)MHD_get_connection_values(c, MHD_HEADER_KIND, host_web_header, r);
    response = web->answer(&r->http, &peer);
    web->answers = response != NULL;
    return response != NULL ? host_web_send(c, response) : MHD_NO;
}

/* The answer has left, or cannot. */
static inline void
host_web_end(void *user, struct MHD_Connection *connection, void **state,
             enum MHD_RequestTerminationCode code)
{
    struct host_web *web = user;

    (void)connection;
    (void)state;
    (void)code;
    web->answers = false;
}

/* Listens on a port. *web stays good. */
static inline bool
host_web_start(struct host_web *web, uint16_t port)
{
    web->daemon = MHD_start_daemon(
        MHD_USE_EPOLL, port, NULL, NULL, host_web_handle, web,
        MHD_OPTION_URI_LOG_CALLBACK, host_web_begin, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, host_web_end, web,
        MHD_OPTION_CONNECTION_LIMIT, 1u, MHD_OPTION_CONNECTION_TIMEOUT, 10u,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    return web->daemon != NULL;
}

/* Takes what came and sends what is ready; call it often. */
static inline bool
host_web_run(struct host_web *web)
{
    return MHD_run(web->daemon) == MHD_YES;
}

#endif
